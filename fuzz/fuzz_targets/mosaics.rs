//! Any bytes as a table of mosaics: mosaics that are written and read again as they are, or one sentence, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tessera_core::mosaic::table::{read, write};

fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Ok(mosaics) if !mosaics.is_empty() => assert_eq!(read(write(&mosaics).as_bytes()), Ok(mosaics)),
    Ok(_) => {}
    Err(error) => assert!(!error.to_string().is_empty()),
});
