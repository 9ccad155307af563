//! Steps after a map against numpy, torch, OpenCV, scikit-image and pytorch-grad-cam (tests/golden/steps).
//!
//! The references work in f64 or in f32; ours in f32 where maps are resized and in f64 else. 1e-6 of the greatest value is
//! some f32 roundings: torch's cubic curves, in f32 too, are 4e-7 away.

use serde_json::Value;
use tessera_core::descriptor::Sign;
use tessera_core::map::steps::{ENTRIES, StepSpec, apply};
use tessera_core::map::{Facts, Map, Provenance};
use tessera_core::method::preset::preset;
use tessera_tests::{bytes, root};

/// As a share of the greatest value.
const TOLERANCE: f64 = 1e-6;

/// The numbers that the script makes by its formula.
fn formula(shape: [usize; 3]) -> Map {
    let [channels, height, width] = shape;
    let number = |i: usize| ((i * 37 % 73) as f64 / 20.0 - 1.5 + f64::from(u8::from(i % 11 == 3)) * 9.0) as f32;
    let provenance = Provenance { input: (28, 35), ..Provenance::default() };
    let facts = Facts { channels, height, width, sign: Sign::Signed, provenance, steps: vec![] };
    Map { values: (0..channels * height * width).map(number).collect(), facts, picture: None }
}

/// `clip:percentile=90`, or the steps of a preset's method: `acml24.gradcam`.
fn steps(text: &str) -> Vec<StepSpec> {
    if let Some((of, method)) = text.split_once('.').and_then(|(id, method)| Some((preset(id)?, method))) {
        return of.members.iter().find(|member| member.method == method).unwrap().steps();
    }
    let mut parts = text.split(':');
    let id = parts.next().unwrap();
    vec![StepSpec::typed(id, parts.map(|part| part.split_once('=').unwrap())).unwrap()]
}

fn shape(value: &Value) -> [usize; 3] {
    [0, 1, 2].map(|axis| value[axis].as_u64().unwrap() as usize)
}

#[test]
fn steps_give_what_the_libraries_give() {
    let golden: Value = serde_json::from_slice(&bytes(root().join("tests/golden/steps/expected.json"))).unwrap();
    let (mut seen, mut greatest) = (vec![], 0.0f64);
    for case in golden["cases"].as_array().unwrap() {
        let list: Vec<StepSpec> =
            case["steps"].as_array().unwrap().iter().flat_map(|text| steps(text.as_str().unwrap())).collect();
        seen.extend(list.iter().map(|step| step.id.clone()));
        let map = apply(&list, formula(shape(&case["from"]))).unwrap_or_else(|why| panic!("{}: {why}", case["steps"]));
        let Facts { channels, height, width, .. } = map.facts;
        assert_eq!([channels, height, width], shape(&case["shape"]), "{}", case["steps"]);
        let expected: Vec<f64> = case["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        let most = expected.iter().fold(0.0f64, |most, v| most.max(v.abs()));
        for (found, expected) in map.values.iter().zip(expected) {
            let apart = (f64::from(*found) - expected).abs() / most;
            greatest = greatest.max(apart);
            assert!(apart < TOLERANCE, "{} by {}: {found} is not {expected}", case["steps"], case["by"]);
        }
    }
    println!("at most {greatest:.1e} apart, of {TOLERANCE:.0e}");
    assert!(ENTRIES.iter().all(|entry| seen.iter().any(|id| id == entry.id)), "a step has no reference: {seen:?}");
}
