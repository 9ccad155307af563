//! Any bytes as an .npy file: a map with as many values as its shape says, or one sentence, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tessera_core::map::npy::read;

fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Ok(map) => assert_eq!(map.flat().len() * map.channels, map.values.len()),
    Err(error) => assert!(!error.to_string().is_empty()),
});
