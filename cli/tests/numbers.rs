//! The commands on maps and tables of other tools: their numbers against the golden files of the tests
//! (tests/golden/relevance and tests/golden/statistics, with the scripts that made them), what they print, how they fail.
//!
//! Tolerances are those of tests/tests/relevance.rs and tests/tests/statistics.rs, and for the same reasons.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn golden(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(path);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("numbers-{name}"));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn tessera<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tessera")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn document(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A file of format 1.0 as NumPy writes it; null is NaN.
fn npy(rows: &[Value], kind: &str) -> Vec<u8> {
    let mut header =
        format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({}, {}), }}", rows.len(), list(&rows[0]).len());
    header.push_str(&" ".repeat((11 + header.len()).next_multiple_of(64) - header.len() - 11));
    header.push('\n');
    let values = rows.iter().flat_map(list).map(|value| value.as_f64().unwrap_or(f64::NAN));
    let data = values.flat_map(|value| match kind {
        "<f4" => (value as f32).to_le_bytes().to_vec(),
        _ => value.to_le_bytes().to_vec(),
    });
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()]
        .concat()
        .into_iter()
        .chain(data)
        .collect()
}

/// Cells as the command takes them.
fn cells(case: &Value) -> String {
    let digits = list(&case["target"]).iter().map(|shows| if shows.as_bool().unwrap() { "1" } else { "0" });
    digits.collect::<Vec<_>>().join(",")
}

fn near(found: &Value, reference: &Value, tolerance: f64, what: &str) {
    match reference.as_f64() {
        Some(reference) => assert!((found.as_f64().unwrap() - reference).abs() <= tolerance, "{what}: {found}"),
        None => assert!(found.is_null(), "{what}: {found}"),
    }
}

#[test]
fn scores_are_those_of_scikit_learn() {
    let folder = folder("scores");
    let mut undefined = 0;
    // One start of the command is some milliseconds: a part of the cases that the library's tests go through is enough.
    for (i, case) in list(&golden("relevance/expected.json")).iter().enumerate().step_by(3) {
        let file = folder.join(format!("{i}.npy"));
        fs::write(&file, npy(list(&case["map"]), if i % 2 == 0 { "<f4" } else { "<f8" })).unwrap();
        let (cells, columns) = (cells(case), case["columns"].to_string());
        let file = file.display().to_string();
        let found =
            document(&tessera(["score", &file, "--cells", &cells, "--columns", &columns, "--signed", "--json"]));
        let map = &found["maps"][0];
        assert_eq!((&found["cells"]["rows"], &map["sign"]), (&case["rows"], &"signed".into()));
        for (id, reference) in case["rates"].as_object().unwrap() {
            near(&map["scores"][id], reference, 1e-12, id);
            assert_eq!(map["undefined"].get(id).is_some(), reference.is_null(), "{id} has a reason or a number");
            undefined += usize::from(reference.is_null());
        }
        near(&map["scores"]["average-precision"], &case["area"], 1e-12, "area");
    }
    assert!(undefined > 10);
}

#[test]
fn the_studys_columns_are_those_of_its_script() {
    let folder = folder("study");
    for (i, case) in list(&golden("relevance/study.json")).iter().enumerate() {
        let file = folder.join(format!("{i}.npy"));
        fs::write(&file, npy(list(&case["map"]), "<f4")).unwrap();
        let file = file.display().to_string();
        let found = document(&tessera(["score", &file, "--cells", &cells(case), "--preset", "facct24", "--json"]));
        assert_eq!(found["preset"], "facct24");
        let names = [
            "precision",
            "sensitivity",
            "false-negative-rate",
            "false-positive-rate",
            "specificity",
            "accuracy",
            "f1-score",
        ];
        assert_eq!(found["maps"][0]["scores"].as_object().unwrap().len(), names.len());
        for (name, reference) in names.iter().zip(list(&case["columns"])) {
            near(&found["maps"][0]["scores"][name], reference, 1e-6, name);
        }
    }
}

/// A table in a file.
fn table(name: &str, rows: &[&Value]) -> String {
    let field = |value: &Value| value.as_f64().map_or_else(String::new, |value| value.to_string());
    let line = |row: &&Value| list(row).iter().map(field).collect::<Vec<_>>().join(",") + "\n";
    let path = folder("tables").join(format!("{name}.csv"));
    fs::write(&path, rows.iter().map(line).collect::<String>()).unwrap();
    path.display().to_string()
}

#[test]
fn alpha_is_that_of_krippendorff() {
    let cases = golden("statistics/expected.json")["alpha"].clone();
    for (i, case) in list(&cases).iter().enumerate().step_by(4) {
        let path = table(&format!("alpha-{i}"), &list(&case["coders"]).iter().collect::<Vec<_>>());
        for level in ["nominal", "ordinal", "interval", "ratio"].iter().filter(|level| case[**level].is_f64()) {
            let found = document(&tessera(["alpha", &path, "--level", level, "--json"]));
            near(&found["alpha"], &case[level], 1e-12, level);
            assert_eq!((&found["level"], &found["undefined"]), (&(*level).into(), &Value::Null));
        }
    }
}

#[test]
fn rho_is_that_of_scipy() {
    let cases = golden("statistics/expected.json")["pairs"].clone();
    for (i, case) in list(&cases).iter().enumerate() {
        let path = table(&format!("rho-{i}"), &[&case["a"], &case["b"]]);
        let found = document(&tessera(["rho", &path, "--json"]));
        near(&found["rho"][0][1], &case["rho"], 1e-12, "rho");
        assert_eq!((&found["rho"][0][1], found["rho"][1][1].as_f64()), (&found["rho"][1][0], Some(1.0)));
        let both = |(a, b): (&Value, &Value)| a.is_f64() && b.is_f64();
        let pairs = list(&case["a"]).iter().zip(list(&case["b"])).filter(|pair| both(*pair)).count();
        assert_eq!((&found["pairs"][0][1], list(&found["undefined"]).len()), (&pairs.into(), 0));
    }
}

/// Krippendorff's own example.
const EXAMPLE: &str = "1,2,3,3,2,1,4,1,2,,,\n1,2,3,3,2,2,4,1,2,5,,3\n,3,3,3,2,3,4,2,2,5,1,\n1,2,3,3,2,4,4,1,2,5,1,\n";

#[test]
fn people_read_numbers_with_what_they_rest_on() {
    let folder = folder("people");
    let file = |name: &str, content: &[u8]| {
        fs::write(folder.join(name), content).unwrap();
        folder.join(name).display().to_string()
    };
    let said = |output: Output| text(&output.stdout).replace(&format!("{}/", folder.display()), "");
    let example = file("example.csv", EXAMPLE.as_bytes());
    let alpha = tessera(["alpha", &example, "--level", "ordinal", "--bootstrap", "500", "--seed", "1"]);
    let expected = include_str!("numbers/alpha.txt");
    assert_eq!(said(alpha), expected);
    let methods = file("methods.csv", b"method,m1,m2,m3\nlrp,1,2,3\ngradcam,3,2,\nflat,1,1,1\n");
    assert_eq!(said(tessera(["rho", &methods])), include_str!("numbers/rho.txt"));
    let rows = [serde_json::json!([2.0, 0.5]), serde_json::json!([0.25, 1.0])];
    let map = file("map.npy", &npy(&rows, "<f4"));
    assert_eq!(said(tessera(["score", &map, "--cells", "1,0,0,1"])), include_str!("numbers/score.txt"));
}

#[test]
fn intervals_are_repeatable_and_say_their_resamples() {
    let path = folder("intervals").join("example.csv");
    fs::write(&path, EXAMPLE).unwrap();
    let run = |more: &[&str]| {
        let path = path.display().to_string();
        let alpha = ["alpha", &path, "--level", "nominal", "--bootstrap", "300", "--json"];
        document(&tessera([&alpha[..], more].concat()))["interval"].clone()
    };
    let units = run(&["--seed", "4"]);
    assert_eq!(units, run(&["--seed", "4"]));
    assert_ne!(units["low"], run(&["--seed", "5"])["low"]);
    let raters = run(&["--over", "raters"]);
    assert_eq!(
        (&units["over"], &raters["over"], &units["resamples"]),
        (&"units".into(), &"raters".into(), &300.into())
    );
    assert!(units["low"].as_f64() < Some(0.743) && Some(0.743) < units["high"].as_f64(), "{units}");
}

#[test]
fn a_bad_map_spoils_only_itself() {
    let folder = folder("bad");
    let (good, bad) = (folder.join("good.npy"), folder.join("bad.npy"));
    fs::write(&good, npy(&[serde_json::json!([1.0, null])], "<f4")).unwrap();
    fs::write(&bad, "no map").unwrap();
    let output =
        tessera(["score", bad.to_str().unwrap(), good.to_str().unwrap(), "--cells", "1,0", "--columns", "2", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(found["maps"][0]["error"].as_str().unwrap().contains("not an .npy file"), "{found}");
    assert_eq!(found["maps"][1]["masses"], Value::Null);
    assert_eq!(found["maps"][1]["undefined"]["precision"], "not_finite");
}

#[test]
fn mistakes_are_one_sentence_and_an_exit_code() {
    let folder = folder("mistakes");
    let map = folder.join("map.npy").display().to_string();
    fs::write(&map, npy(&[serde_json::json!([1.0, 2.0])], "<f4")).unwrap();
    let flat = folder.join("flat.csv").display().to_string();
    fs::write(&flat, "1,1\n1,1\n").unwrap();
    let cases = [
        (tessera(["score", &map, "--cells", "1,0,0"]), 1, "3 cells do not fill rows of equal length"),
        (tessera(["score", &map, "--cells", "1,0,0,1", "--columns", "0"]), 1, "say how many --columns"),
        (tessera(["score", &map, "--cells", "1,1,1,1"]), 1, "leave nothing to compare"),
        (tessera(["score", &map, "--cells", "1,0,0,1"]), 1, "has no place for 2 x 2 cells"),
        (tessera(["score", &map, "--cells", "1,2"]), 2, "2"),
        (tessera(["score", "nowhere.npy", "--cells", "1,0,0,1"]), 1, "nowhere.npy could not be read"),
        (tessera(["alpha", "nowhere.csv", "--level", "ordinal"]), 1, "nowhere.csv could not be read"),
        (tessera(["alpha", &flat]), 2, "--level"),
        (tessera(["alpha", &flat, "--level", "ordinal", "--seed", "1"]), 2, "--bootstrap"),
        (tessera(["rho", &map]), 1, "not a table of numbers"),
    ];
    for (output, code, sentence) in cases {
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(sentence), "{said:?} does not say {sentence:?}");
        assert!(!said.contains("panicked") && output.stdout.is_empty(), "{said}");
    }
    let undefined = document(&tessera(["alpha", &flat, "--level", "ratio", "--json"]));
    assert_eq!((&undefined["alpha"], &undefined["undefined"]), (&Value::Null, &"constant".into()));
}
