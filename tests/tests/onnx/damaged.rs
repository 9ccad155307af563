//! Damaged and hostile files: a sentence each, never a panic.

use tessera_core::network::format::onnx::{Model, OnnxError};
use tessera_core::network::shape::infer;

/// A small file with many kinds of parts.
fn small() -> Vec<u8> {
    tessera_tests::bytes(tessera_tests::root().join("tests/golden/onnx/resnet18.qdq.onnx"))
}

/// Reads a file as far as a network goes before a device is asked for memory.
fn whole_way(bytes: Vec<u8>) -> Result<(), OnnxError> {
    let model = Model::read(bytes, &|_| None)?;
    let imported = model.network(None)?;
    let declared = &model.declared;
    let [rows, columns] = declared.size.unwrap_or([224; 2]);
    // The graph may refuse a second picture, but never by a panic.
    let _ = infer(&imported.graph, [2, declared.channels, rows, columns]);
    Ok(())
}

/// A generator that gives the same numbers on every machine.
fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}

#[test]
fn no_damaged_byte_and_no_cut_makes_it_panic() {
    let file = small();
    assert!(whole_way(file.clone()).is_ok());
    let mut next = numbers(7);
    let mut refused = 0;
    for round in 0..20_000 {
        let mut bytes = file.clone();
        if round % 4 == 0 {
            bytes.truncate(next(file.len()));
        } else {
            let at = next(file.len());
            bytes[at] = next(256) as u8;
        }
        if let Err(error) = whole_way(bytes) {
            let sentence = error.to_string();
            assert!(sentence.ends_with('.') && sentence.len() < 1000, "{sentence}");
            refused += 1;
        }
    }
    println!("{refused} of 20000 refused");
    assert!(refused > 5_000);
}
