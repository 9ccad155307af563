//! Specs of every version, links, records and what is made of them.
//!
//! `tests/golden/spec` holds one Spec a version of the format, as it was when that version came out; none is ever changed.

use serde_json::{Value, json};
use tessera_core::descriptor::{Scale, Sign};
use tessera_core::digest::sha256;
use tessera_core::experiment::link::{self, Claim, Found};
use tessera_core::experiment::record::{Failed, Made, Outcome, Ranked, Unit};
use tessera_core::experiment::spec::VERSION;
use tessera_core::experiment::verify::{Verdict, compare, count};
use tessera_core::experiment::{Record, Spec, Subject, Summary, Target, tables};
use tessera_core::map::{Facts, Map, Provenance};
use tessera_core::mosaic::{Source, facct24};
use tessera_core::photo::{Crop, PhotoFacts, Region};
use tessera_core::undefined::{Told, Undefined};
use tessera_tests::{bytes, root};

fn fixture(version: u32) -> String {
    String::from_utf8(bytes(root().join(format!("tests/golden/spec/{version}.json")))).unwrap()
}

/// The fixture of today's version with one thing changed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(&fixture(VERSION)).unwrap();
    change(&mut value);
    value.to_string()
}

#[test]
fn a_spec_of_every_version_is_read() {
    for version in 0..=VERSION {
        let spec = Spec::read(&fixture(version)).unwrap_or_else(|error| panic!("version {version}: {error}"));
        assert_eq!(spec.tessera, VERSION);
        assert_eq!(Spec::read(&spec.canonical()).unwrap(), spec);
    }
    let first = Spec::read(&fixture(0)).unwrap();
    let Subject::Photo(photo) = &first.subject else { panic!("{:?}", first.subject) };
    assert_eq!((photo.crop, first.target), (Crop::Squeeze, Target::Difference(281, 285)));
    assert_eq!((first.scale, first.seed, first.methods.len()), (Scale::Probability, 7, 2));
}

#[test]
fn a_name_hangs_on_what_is_said_and_not_on_how() {
    let spec = Spec::read(&fixture(1)).unwrap();
    let text = spec.canonical();
    assert_eq!(spec.digest(), sha256(text.as_bytes()));
    // The name of this very Spec must never change: records and links carry it.
    assert_eq!(spec.digest(), "21e56635015596d786ef66f05c59606c611d4bb1df32a595f09435f53d3086fb");
    let mut turned: Value = serde_json::from_str(&text).unwrap();
    turned["seed"] = json!(43);
    assert_ne!(Spec::read(&turned.to_string()).unwrap().digest(), spec.digest());
}

#[test]
fn what_cannot_be_run_is_one_sentence() {
    let cases: [(String, &str); 14] = [
        ("{".into(), "not a Spec"),
        ("[]".into(), "not a Spec"),
        ("{}".into(), "no `photo`"),
        (changed(|spec| spec["tessera"] = json!(2)), "version 2"),
        (changed(|spec| spec["tessera"] = json!("1")), "whole number"),
        (changed(|spec| spec["speed"] = json!(1)), "unknown field `speed`"),
        (changed(|spec| spec["methods"][0]["id"] = json!("gradcan")), "no method called gradcan"),
        (changed(|spec| spec["methods"][1]["settings"]["noise"] = json!(-1)), "noise"),
        (changed(|spec| spec["metrics"] = json!(["recall"])), "no metric called recall"),
        (changed(|spec| spec["steps"] = json!([[]])), "1 lists of steps for 2 methods"),
        (changed(|spec| spec["subject"]["mosaics"]["layout"]["cell"] = json!(100_000)), "cannot be made"),
        (changed(|spec| spec["network"]["preprocess"]["size"] = json!(1_u64 << 60)), "choose 1 to 7071"),
        (changed(|spec| spec["network"]["preprocess"]["mean"][2] = json!(1e308)), "no numbers"),
        (changed(|spec| spec["network"]["preprocess"]["std"][0] = json!(0)), "no numbers"),
    ];
    for (text, said) in cases {
        let error = Spec::read(&text).unwrap_err().to_string();
        assert!(error.contains(said), "{said}: {error}");
        assert!(!error.contains('\n') && error.ends_with('.'), "{error}");
    }
    let long = format!("\"{}\"", "x".repeat(2 << 20));
    assert!(Spec::read(&long).unwrap_err().to_string().contains("bytes"));
}

/// A map of one method on a mosaic.
fn map(values: [f32; 4]) -> Map {
    let provenance = Provenance { input: (2, 2), ..Provenance::default() };
    let facts = Facts { channels: 1, height: 2, width: 2, sign: Sign::Signed, provenance, steps: vec![] };
    Map { values: values.to_vec(), facts, picture: None }
}

/// A mosaic with these scores of the two methods by the two metrics.
fn unit(at: usize, target: usize, photo: &str, scores: [[Option<f64>; 2]; 2]) -> Unit {
    let told = |score: Option<f64>| score.map_or(Told::Undefined(Undefined::ZeroDenominator), Told::Number);
    let outcome = |scores: [Option<f64>; 2]| {
        Outcome::Map(Box::new(Made::new(&map([1.0, 0.5, -0.5, 0.25]), scores.map(told).to_vec())))
    };
    let source = |file: &str, class: usize| Source { file: file.into(), class };
    let ranked = |index: usize| Ranked { index, name: format!("class {index}"), probability: 0.25, logit: 1.0 };
    Unit {
        at,
        name: format!("{at}.jpg"),
        cells: vec![source(photo, target), source("other", 5), source("other", 5), source("third", 11)],
        photo: PhotoFacts { height: 2, width: 2, format: "mosaic".into(), sha256: String::new(), notes: vec![] },
        region: Region { left: 0.0, top: 0.0, width: 2.0, height: 2.0 },
        input: (2, 2),
        pixels: String::new(),
        seed: 42 + at as u64,
        seconds: at as f64,
        target: ranked(target),
        top: [target, 11, 5, 6, 7].map(ranked).to_vec(),
        outcomes: scores.map(outcome).to_vec(),
    }
}

fn record(change: impl FnOnce(&mut Value)) -> Record {
    let mut record = Record::new("0.0.0", Spec::read(&changed(change)).unwrap(), "CPU");
    record.add(unit(2, 3, "b", [[Some(0.4), Some(0.1)], [Some(0.6), Some(0.2)]]));
    record.add(unit(0, 3, "a", [[Some(0.9), Some(0.3)], [Some(0.5), None]]));
    record.add(unit(3, 3, "b", [[Some(0.7), Some(0.2)], [Some(0.2), Some(0.3)]]));
    record.fail(Failed { at: 1, name: "1.jpg".into(), sentence: "It cannot be read.".into() });
    record
}

#[test]
fn a_run_that_was_cut_off_goes_on() {
    let whole = record(|_| {});
    assert_eq!(whole.units.iter().map(|unit| unit.at).collect::<Vec<_>>(), [0, 2, 3]);
    let lines = whole.lines();
    let cut = &lines[..lines.len() - 5];
    let mut again = Record::new("0.0.0", whole.spec.clone(), "CPU");
    again.resume(cut);
    assert!(again.has(0) && again.has(2) && again.has(3) && !again.has(1), "the last line was cut off");
    again.resume(&lines);
    assert_eq!(again, whole);
    let text = serde_json::to_string(&whole).unwrap();
    assert_eq!(Record::read(&text).unwrap(), whole);
}

#[test]
fn shards_are_one_record_and_seconds_do_not_matter() {
    let whole = record(|_| {});
    let shard = |keep: [usize; 2]| {
        let mut part = whole.clone();
        part.units.retain(|unit| keep.contains(&unit.at));
        part.failed.retain(|failed| keep.contains(&failed.at));
        part.units.iter_mut().for_each(|unit| unit.seconds += 1.0);
        part
    };
    let merged = Record::merge([shard([1, 3]), shard([0, 2])]).unwrap();
    assert_eq!(merged.digest(), whole.digest());
    assert_ne!(merged, whole, "the seconds differ");
    assert!(Record::merge([shard([1, 3]), shard([3, 2])]).unwrap_err().contains("3.jpg is in two"));
    assert!(
        Record::merge([whole.clone(), record(|spec| spec["seed"] = json!(1))]).unwrap_err().contains("different Specs")
    );
    assert!(Record::merge([]).is_err());
    let other = Record { device: "other".into(), ..whole.clone() };
    assert!(Record::merge([shard([0, 1]), other]).unwrap_err().contains("alike"));
}

#[test]
fn a_record_that_was_changed_is_refused() {
    let text = serde_json::to_string(&record(|_| {})).unwrap();
    let with = |change: fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&text).unwrap();
        change(&mut value);
        Record::read(&value.to_string()).unwrap_err().to_string()
    };
    assert!(with(|record| record["spec"]["seed"] = json!(1)).contains("changed after"));
    assert!(with(|record| record["units"][0]["outcomes"] = json!([])).contains("0.jpg"));
    assert!(with(|record| record["units"][0]["outcomes"][0]["map"]["scores"] = json!([0.5])).contains("0.jpg"));
    assert!(Record::read("7").unwrap_err().to_string().contains("record"));
}

#[test]
fn the_summary_is_that_of_hand() {
    let advised = record(|spec| spec["convention"] = json!("tessera"));
    let summary = Summary::of(&advised, 200);
    // Mosaics 2 and 3 share the photo b of their target class.
    assert_eq!((summary.units, summary.failed, summary.groups), (3, 1, 2));
    let precision = &summary.metrics[0];
    let means: Vec<f64> = precision.methods.iter().map(|method| method.mean.value.number().unwrap()).collect();
    assert!((means[0] - 2.0 / 3.0).abs() < 1e-12 && (means[1] - 1.3 / 3.0).abs() < 1e-12, "{means:?}");
    let ranks = |at: usize| summary.metrics[at].methods.iter().map(|m| m.by_mean.unwrap().rank).collect::<Vec<_>>();
    assert_eq!(ranks(0), [1.0, 2.0]);
    // The lower rate is the better one: 0.2 against 0.25.
    assert_eq!(ranks(1), [1.0, 2.0]);
    let rate = &summary.metrics[1].methods[1];
    assert_eq!((rate.count, rate.undefined[&Undefined::ZeroDenominator]), (2, 1));
    // Ranks of the three mosaics: 1 2, 2 1, 1 2. By hand: observed 4/3 of the expected squares, alpha = 1 - 4/3 / (6/5).
    let alpha = precision.alpha.value.number().unwrap();
    assert!((alpha - (1.0 - (4.0 / 3.0) / (6.0 / 5.0))).abs() < 1e-12, "{alpha}");
    // 0.9 0.4 0.7 against 0.5 0.6 0.2: ranks 3 1 2 and 2 3 1.
    assert!((precision.rho[0][1].value.number().unwrap() + 0.5).abs() < 1e-12);
    assert!(
        precision.methods[0].mean.interval.is_some() && precision.rho[1][0].interval == precision.rho[0][1].interval
    );
    let [target, first, second] = &summary.accuracy[..] else { panic!("{:?}", summary.accuracy) };
    for (row, top1) in [(target, 1.0), (first, 0.0), (second, 0.0)] {
        assert_eq!((row.top1, row.top5, row.units), (Told::Number(top1), Told::Number(1.0), 3), "{}", row.class);
    }
}

#[test]
fn the_studys_summary_has_the_studys_defects() {
    let summary = Summary::of(&record(|spec| spec["steps"] = json!([])), 200);
    // D22: the mean of a ranking is that of the first two mosaics, here 0.3 and 0.1 against a gap and 0.2.
    let ranks: Vec<f64> = summary.metrics[1].methods.iter().map(|method| method.by_mean.unwrap().rank).collect();
    assert_eq!(ranks, [1.0, 2.0], "0.2 against 0.2: ties go by order (D23)");
    // D20: a gap leaves no alpha and no correlation.
    assert_eq!(summary.metrics[1].alpha.value, Told::Undefined(Undefined::Missing));
    assert_eq!(summary.metrics[1].rho[0][1].value, Told::Undefined(Undefined::Missing));
    assert!(summary.metrics[0].methods[0].by_mean.unwrap().interval.is_none());
    // After its steps each method's map is positive: the study keeps such methods out of all but precision.
    let stepped = record(|spec| spec["metrics"] = json!(["precision", "accuracy"]));
    let accuracy = &Summary::of(&stepped, 0).metrics[1];
    assert!(accuracy.methods.iter().all(|method| method.mean.value == Told::Undefined(Undefined::PositiveOnly)));
}

#[test]
fn classes_come_in_the_order_of_a_python_set() {
    let vectors: Value =
        serde_json::from_slice(&bytes(root().join("tests/golden/spec/python_set_order.json"))).unwrap();
    let list = |value: &Value| -> Vec<usize> {
        value.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
    };
    for case in vectors.as_array().unwrap() {
        assert_eq!(facct24::set_order(&list(&case["labels"])), list(&case["iteration_order"]), "{case}");
    }
    assert_eq!(facct24::set_order(&[5, 4, 3, 2, 1]), [5, 4, 3, 2, 1]);
}

#[test]
fn tables_have_the_studys_columns() {
    let record = record(|_| {});
    let files = tables::all(&record, &Summary::of(&record, 0));
    let text = |name: &str| {
        let file = files.iter().find(|file| file.name == format!("tables/{name}")).unwrap();
        String::from_utf8(file.bytes.clone()).unwrap()
    };
    let scores = text("scores/smoothgrad.csv");
    let lines: Vec<&str> = scores.lines().collect();
    assert_eq!(lines[..3], ["filename,precision,false-negative-rate", "0,0.5,", "2,0.6,0.2"]);
    assert_eq!(lines[4], "Median:,0.5,0.25");
    assert!(lines[5].starts_with("Variance:,0.0433"), "{scores}");
    assert!(text("scores.csv").contains("It would be a share of nothing"));
    assert_eq!(text("accuracy.csv").lines().next(), Some("class,units,top1,top5"));
}

#[test]
fn a_link_carries_a_claim_and_is_short() {
    let record = record(|_| {});
    let claim = Claim { spec: record.spec.clone(), found: Some(Found::of(&record)) };
    let text = link::write(&claim);
    assert_eq!(link::read(&text).unwrap(), claim);
    assert_eq!(link::read(&format!("https://example.org/app/#/runs?run={text}")).unwrap(), claim);
    assert!(text.len() < 1200, "{}", text.len());

    // Three methods on one photo, with what their maps look like.
    let mut spec = Spec::read(&fixture(0)).unwrap();
    spec.methods.push(tessera_core::experiment::MethodSpec::plain("lrp"));
    let signature = |seed: u8| (0..64u8).map(|i| char::from(b'A' + (i.wrapping_mul(seed) ^ seed) % 25)).collect();
    let signatures = [37u8, 91, 113].map(|seed| Some(signature(seed))).to_vec();
    let found = Found { target: Some((281, 0.123_456)), units: 1, signatures, ..Found::of(&record) };
    let text = link::write(&Claim { spec, found: Some(found) });
    assert!(text.len() < 2000, "{}", text.len());
}

#[test]
fn broken_and_hostile_links_are_one_sentence() {
    let record = record(|_| {});
    let text = link::write(&Claim { spec: record.spec.clone(), found: None });
    let mut state = 1_u64;
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(at as u64);
        bytes[at] = b"ABab09-_.!"[(state >> 33) as usize % 10];
        // What still reads is a Spec that passed its checks; nothing panics.
        let _ = link::read(&String::from_utf8(bytes).unwrap());
        assert!(link::read(&text[..at]).is_err());
    }
    use base64::Engine;
    use std::io::Write;
    let packed = |json: &[u8]| {
        let mut packer = flate2::write::DeflateEncoder::new(vec![], flate2::Compression::best());
        packer.write_all(json).unwrap();
        format!("1.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(packer.finish().unwrap()))
    };
    let bomb = packed(&vec![b' '; 200 << 20]);
    let deep = packed("[".repeat(100_000).as_bytes());
    let cases =
        [("", "version"), ("2.AAAA", "version"), ("1.****", "cut off"), (&bomb, "too long"), (&deep, "no Spec")];
    for (text, said) in cases {
        let error = link::read(text).unwrap_err().to_string();
        assert!(error.contains(said), "{said}: {error}");
    }
    let smaller = packed(&vec![b' '; 20 << 20]);
    assert!(link::read(&smaller).unwrap_err().to_string().contains("unpacks"), "{}", smaller.len());
}

#[test]
fn numbers_are_reproduced_differ_or_cannot_be_found() {
    let record = record(|_| {});
    let claimed = Found::of(&record);
    let lines = compare(&record.spec, &claimed, &claimed);
    assert_eq!(count(&lines), (5, 0, 0), "{lines:?}");
    let mut other = claimed.clone();
    other.means[0][1] = Told::Number(0.5);
    other.means[1][0] = Told::Undefined(Undefined::TooFew);
    let lines = compare(&record.spec, &claimed, &other);
    assert_eq!(count(&lines), (3, 1, 1));
    let Verdict::Differs(by, allowed) = &lines[2].verdict else { panic!("{:?}", lines[2]) };
    assert!((by - (0.5 - 1.3 / 3.0)).abs() < 1e-5 && *allowed < 1e-5);
    // Another device may differ a little.
    let far = Found { device: "GPU".into(), ..claimed.clone() };
    let mut near = far.clone();
    near.means[0][0] = Told::Number(claimed.means[0][0].number().unwrap() + 0.004);
    assert_eq!(count(&compare(&record.spec, &claimed, &near)), (5, 0, 0));
}
