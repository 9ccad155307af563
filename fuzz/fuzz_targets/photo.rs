//! Any bytes as a photo: a picture of the size it says or one sentence, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tessera_core::photo;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = photo::decode(bytes) {
        assert!(!error.to_string().is_empty());
    }
});
