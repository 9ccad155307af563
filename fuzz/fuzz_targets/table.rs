//! Any bytes as a table of numbers: finite numbers in rows of one length, or one sentence, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tessera_core::statistics::table::{Hints, read};

fuzz_target!(|bytes: &[u8]| match read(bytes, Hints::default()) {
    Ok(table) => {
        assert!(table.values.iter().all(|row| row.len() == table.columns.len()));
        assert!(table.values.iter().flatten().flatten().all(|value| value.is_finite()));
    }
    Err(error) => assert!(!error.to_string().is_empty()),
});
