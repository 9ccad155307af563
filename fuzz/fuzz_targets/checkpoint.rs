//! Any bytes as a weight file: a checkpoint or one sentence, never a panic, and no more memory than promised.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tessera_core::network::format::{self, ALLOWANCE, INFLATION};

fuzz_target!(|bytes: &[u8]| {
    match format::read(bytes) {
        Ok(checkpoint) => {
            let read = bytes.len() * INFLATION + ALLOWANCE;
            assert!(checkpoint.parameters.count() * 4 <= 2 * read + ALLOWANCE, "too many values");
            for (name, parameter) in &checkpoint.parameters.0 {
                assert_eq!(parameter.shape.iter().product::<usize>(), parameter.values.len(), "{name}");
                assert!(parameter.values.iter().all(|value| value.is_finite()), "{name}");
            }
            assert!(checkpoint.notes.iter().all(|note| note.to_string().len() < 4000));
        }
        Err(error) => assert!(error.to_string().len() < 4000),
    }
});
