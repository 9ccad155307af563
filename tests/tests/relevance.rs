//! Relevance on mosaics against scikit-learn (every place a sample, its magnitude the weight) and against the script of
//! the FAccT 2024 study (tests/golden/relevance/make.py).
//!
//! Both sides of the first add up in double precision and differ in the order of sums: 1e-12. The study adds up in
//! single precision: 1e-6.

use serde_json::Value;
use tessera_core::descriptor::Sign;
use tessera_core::metric::relevance::{Masses, RATES, average_precision, facct24};
use tessera_core::mosaic::{Cells, Layout};
use tessera_core::undefined::Undefined;
use tessera_tests::{bytes, root};

fn cases(name: &str) -> Vec<Value> {
    serde_json::from_slice(&bytes(root().join("tests/golden/relevance").join(name))).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// The map and the cells at its size.
fn read(case: &Value, rows: usize, columns: usize) -> (Vec<f32>, Cells) {
    let map = list(&case["map"]);
    let value = |value: &Value| value.as_f64().map_or(f32::NAN, |value| value as f32);
    let values: Vec<f32> = map.iter().flat_map(|row| list(row).iter().map(value)).collect();
    let target: Vec<bool> = list(&case["target"]).iter().map(|shows| shows.as_bool().unwrap()).collect();
    let cells = Layout { rows, columns, cell: 224, gap: 0 }.cells(&target);
    (values, cells.scaled(map.len(), list(&map[0]).len()))
}

fn masses(found: &Masses) -> [f64; 4] {
    [found.true_positive, found.false_negative, found.false_positive, found.true_negative]
}

#[test]
fn rates_are_those_of_scikit_learn() {
    let (mut defined, mut undefined) = (0, 0);
    for case in cases("expected.json") {
        let (map, cells) =
            read(&case, case["rows"].as_u64().unwrap() as usize, case["columns"].as_u64().unwrap() as usize);
        let found = Masses::of(&map, &cells).unwrap();
        for (found, reference) in masses(&found).iter().zip(list(&case["masses"])) {
            let reference = reference.as_f64().unwrap();
            assert!((found - reference).abs() <= 1e-12 * reference, "{case}");
        }
        let rates = RATES.iter().map(|rate| (rate.of(&found, Sign::Signed), &case["rates"][rate.id], rate.id));
        let area = (average_precision(&map, &cells), &case["area"], "area");
        for (found, reference, what) in rates.chain([area]) {
            match reference.as_f64() {
                Some(reference) => assert!((found.unwrap() - reference).abs() < 1e-12, "{what}: {found:?} {case}"),
                None => assert_eq!(found, Err(Undefined::ZeroDenominator), "{what}: {case}"),
            }
            *(if found.is_ok() { &mut defined } else { &mut undefined }) += 1;
        }
    }
    println!("{defined} numbers, {undefined} undefined");
    assert!(defined > 400 && undefined > 100);
}

#[test]
fn columns_are_those_of_the_study() {
    let cases = cases("study.json");
    assert_eq!(cases.len(), 9);
    for case in cases {
        let (map, cells) = read(&case, 2, 2);
        let found = Masses::ignoring_nan(&map, &cells);
        let found = masses(&found).map(Some).into_iter().chain(facct24(&found));
        let reference = list(&case["masses"]).iter().chain(list(&case["columns"])).map(Value::as_f64);
        for (found, reference) in found.zip(reference) {
            assert_eq!(found.is_some(), reference.is_some(), "{case}");
            let apart = found.zip(reference).map_or(0.0, |(found, reference)| (found - reference).abs());
            assert!(apart < 1e-6, "{found:?} {reference:?} {case}");
        }
    }
}
