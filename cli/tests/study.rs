//! A study by the command: Spec, run, a run that was cut off, shards, a link that is held against a new run.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/samples")
}

/// A fresh folder of this test's own, with a table of the sample photos.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("study-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let samples: Value = serde_json::from_slice(&fs::read(samples().join("samples.json")).unwrap()).unwrap();
    let rows = samples.as_array().unwrap().iter();
    let rows: String = rows.map(|one| format!("{},{}\n", one["file"].as_str().unwrap(), one["class"])).collect();
    fs::write(folder.join("samples.csv"), format!("file,index\n{rows}")).unwrap();
    folder
}

fn tessera(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command.current_dir(folder).args(arguments.split_whitespace());
    if !["merge", "compare"].iter().any(|alone| arguments.starts_with(alone)) {
        command.arg("--photos").arg(samples());
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn done(output: Output) -> String {
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(output: Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    said(&output)
}

/// Eight mosaics of two by two cells of 56 pixels, one cell each the target's.
const SPEC: &str =
    "spec samples.csv --cell 56 --targets 1 --per-class 1 --method gradcam,random --seed 3 --out spec.json";

fn record_of(printed: &str) -> String {
    printed.lines().last().unwrap().to_owned()
}

#[test]
fn a_study_runs_goes_on_and_splits_into_shards() {
    let folder = folder("run");
    let foretold = tessera(&folder, SPEC);
    assert!(said(&foretold).contains("8 mosaics of samples (8 photos of 8 classes"), "{}", said(&foretold));
    done(foretold);
    let whole = done(tessera(&folder, "run spec.json samples.csv --out whole --maps --sheets"));
    assert!(whole.contains("8 run, 0 failed") && whole.contains("precision (alpha"), "{whole}");
    for file in [
        "record.json",
        "summary.json",
        "dataset.csv",
        "mosaics.csv",
        "tables/scores.csv",
        "tables/alphas.csv",
        "figures/ranking-precision.svg",
        "figures/agreement.svg",
        "maps/7-gradcam.npy",
        "sheets/7.svg",
        "link.txt",
    ] {
        assert!(fs::metadata(folder.join("whole").join(file)).is_ok_and(|file| file.len() > 40), "{file}");
    }
    let summary: Value = serde_json::from_slice(&fs::read(folder.join("whole/summary.json")).unwrap()).unwrap();
    let mean = |at: usize| summary["metrics"][0]["methods"][at]["mean"]["value"].as_f64().unwrap();
    assert!((mean(1) - 0.25).abs() < 0.02, "random relevance falls on one cell of four: {}", mean(1));
    assert!(mean(0) > mean(1), "Grad-CAM {} against chance", mean(0));

    // Cut off in the middle of a line, it goes on and comes to the same.
    let units = fs::read_to_string(folder.join("whole/units.jsonl")).unwrap();
    fs::create_dir_all(folder.join("cut")).unwrap();
    fs::copy(folder.join("whole/spec.json"), folder.join("cut/spec.json")).unwrap();
    fs::write(folder.join("cut/units.jsonl"), &units[..units.len() * 2 / 3]).unwrap();
    // Maps are named in the record, so this run has to keep them too.
    let cut = done(tessera(&folder, "run spec.json samples.csv --out cut --maps"));
    assert_eq!(record_of(&cut), record_of(&whole));

    done(tessera(&folder, "run spec.json samples.csv --out one --maps --shard 1/3"));
    done(tessera(&folder, "run spec.json samples.csv --out two --maps --shard 2/3"));
    done(tessera(&folder, "run spec.json samples.csv --out three --maps --shard 3/3"));
    let merged = done(tessera(&folder, "merge three one two --out merged"));
    assert_eq!(record_of(&merged), record_of(&whole));
    assert!(refused(tessera(&folder, "merge one two one --out again")).contains("merge each shard once"));
}

#[test]
fn a_link_is_held_against_a_new_run() {
    let folder = folder("verify");
    done(tessera(&folder, SPEC));
    done(tessera(&folder, "run spec.json samples.csv --out run"));
    let link = fs::read_to_string(folder.join("run/link.txt")).unwrap();
    let checked = done(tessera(&folder, &format!("verify {} samples.csv --out check", link.trim())));
    assert!(checked.lines().count() > 20 && checked.lines().all(|line| line.starts_with("reproduced")), "{checked}");

    // Somebody changes a number of the record.
    let path = folder.join("run/record.json");
    let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    record["units"][0]["outcomes"][0]["map"]["scores"][0] = 0.999.into();
    fs::write(&path, record.to_string()).unwrap();
    let output = tessera(&folder, "verify run samples.csv --out check --json");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((found["differs"].as_u64(), found["cannot"].as_u64()), (Some(1), Some(0)), "{found:#}");
    assert!(refused(output).contains("1 otherwise"));
}

#[test]
fn what_is_not_as_the_spec_says_is_one_sentence() {
    let folder = folder("bad");
    done(tessera(&folder, SPEC));
    // One photo is none, and another is gone: the first is skipped and counted, the second changes the dataset.
    let photos = folder.join("photos");
    fs::create_dir_all(&photos).unwrap();
    for file in fs::read_dir(samples()).unwrap().filter_map(Result::ok).filter(|file| file.path().is_file()) {
        fs::copy(file.path(), photos.join(file.file_name())).unwrap();
    }
    let own = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
        command.current_dir(&folder).args(arguments.split_whitespace()).args(["--photos", "photos"]).output().unwrap()
    };
    assert!(refused(own("run spec.json samples.csv --out a --model samples.csv")).contains("samples.csv"));
    fs::write(photos.join("rocket.jpg"), b"no photo").unwrap();
    assert!(refused(own("run spec.json samples.csv --out a")).contains("bring the same files"));
    done(own(&SPEC.replace("spec.json", "bad.json")));
    let output = own("run bad.json samples.csv --out b --json");
    assert!(said(&output).contains("rocket.jpg"), "{}", said(&output));
    let summary: Value = serde_json::from_str(&done(output)).unwrap();
    let (units, failed) = (summary["units"].as_u64().unwrap(), summary["failed"].as_u64().unwrap());
    assert!(units + failed == 8 && failed >= 1 && units >= 1, "{units} run, {failed} failed");
    let text = fs::read_to_string(folder.join("bad.json")).unwrap();
    fs::write(folder.join("other.json"), text.replace("\"seed\": 3", "\"seed\": 4")).unwrap();
    assert!(refused(own("run other.json samples.csv --out b")).contains("another run"));
    fs::remove_file(photos.join("rocket.jpg")).unwrap();
    assert!(refused(own("run bad.json samples.csv --out c")).contains("7 photos of 7 classes"));

    let text = fs::read_to_string(folder.join("spec.json")).unwrap();
    fs::write(folder.join("later.json"), text.replace("\"tessera\": 1", "\"tessera\": 9")).unwrap();
    assert!(refused(own("run later.json samples.csv --out d")).contains("version 9"));
    assert!(refused(own("spec samples.csv --targets 2 --out x.json")).contains("1 photo"));
    assert!(refused(own("verify 1.AAAA samples.csv --out e")).contains("link"));
}

#[test]
fn runs_are_held_against_each_other() {
    let folder = folder("compare");
    done(tessera(&folder, SPEC));
    done(tessera(&folder, "run spec.json samples.csv --out one"));
    done(tessera(&folder, &SPEC.replace("--seed 3", "--seed 4")));
    done(tessera(&folder, "run spec.json samples.csv --out other --sheets --png"));
    // 760 units and two pixels each, as the header of a PNG says.
    let width = |name: &str| u32::from_be_bytes(fs::read(folder.join(name)).unwrap()[16..20].try_into().unwrap());
    assert_eq!(width("other/figures/ranking-precision.png"), 1520);
    assert!(width("other/sheets/0.png") > 300);
    let document: Value =
        serde_json::from_str(&done(tessera(&folder, "compare one one/record.json other --json"))).unwrap();
    assert_eq!(document["runs"].as_array().map(Vec::len), Some(3));
    let precision = document["metrics"].as_array().unwrap().iter().find(|one| one["metric"] == "precision").unwrap();
    // Grad-CAM knows the class and noise does not, whatever was drawn: three times the same order.
    assert_eq!(precision["alpha"], 1.0, "{precision:#}");
    let means = precision["methods"][0]["means"].as_array().unwrap();
    assert_eq!(means[0], means[1]);
    assert_ne!(means[0], means[2], "another seed draws other mosaics");
    let summary: Value = serde_json::from_slice(&fs::read(folder.join("one/summary.json")).unwrap()).unwrap();
    let says =
        |metric: &str| summary["metrics"].as_array().unwrap().iter().find(|one| one["metric"] == metric).unwrap();
    assert_eq!(says("precision")["methods"][0]["mean"]["value"], means[0]);
    assert_eq!(says("precision")["differences"]["ranks"].as_array().map(Vec::len), Some(2));
    assert!(document["runs"][0]["metrics_agree"].is_number(), "{document:#}");

    let words = done(tessera(&folder, "compare one other"));
    assert!(words.contains("precision: alpha of the 2 rankings 1.000"), "{words}");
    fs::write(folder.join("no.json"), "{}").unwrap();
    assert!(refused(tessera(&folder, "compare one no.json")).contains("no.json"), "a broken record is not named");
}
