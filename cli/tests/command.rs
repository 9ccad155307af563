//! The command as a person types it: what it prints, what it writes, how it fails.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn sample(name: &str) -> String {
    root().join("public/samples").join(name).display().to_string()
}

fn tessera(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tessera")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What became of the first photo's method of that place, in a record.
fn outcome(record: &Value, at: usize) -> &Value {
    &record["units"][0]["outcomes"][at]
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

#[test]
fn classify_prints_the_best_classes() {
    let output = tessera(&["classify", &sample("espresso.jpg"), "--top", "2"]);
    let printed = text(&output.stdout);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
    assert_eq!(printed.lines().count(), 3, "{printed}");
    assert!(printed.lines().nth(1).unwrap().ends_with("967  espresso"), "{printed}");
}

#[test]
fn json_is_one_document_and_a_bad_photo_spoils_only_itself() {
    let bad = folder("bad").with_extension("jpg");
    fs::write(&bad, "no picture").unwrap();
    let output = tessera(&["classify", bad.to_str().unwrap(), &sample("cat.jpg"), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let photos = document["photos"].as_array().unwrap();
    assert!(photos[0]["error"].as_str().unwrap().contains("bad.jpg"), "{document}");
    assert_eq!(photos[1]["top"].as_array().unwrap().len(), 5);
    assert!(text(&output.stderr).contains("bad.jpg"), "the sentence stands on standard error too");
}

#[test]
fn explain_writes_raw_maps_pictures_and_a_record() {
    let out = folder("maps");
    let wanted = ["--method", "gradcam,gradient", "--target", "Egyptian cat", "--out", out.to_str().unwrap()];
    let output = tessera(&[&["explain", &sample("cat.jpg")], &wanted[..]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let record: Value = serde_json::from_slice(&fs::read(out.join("record.json")).unwrap()).unwrap();
    assert_eq!(record["units"][0]["target"]["index"], 285);
    assert_eq!(outcome(&record, 0)["map"]["map"]["provenance"]["target"], 285);
    check_npy(&fs::read(out.join("gradcam.npy")).unwrap(), "(7, 7)", 49);
    check_npy(&fs::read(out.join("gradient.npy")).unwrap(), "(3, 224, 224)", 3 * 224 * 224);
    assert!(fs::read_to_string(out.join("answer.svg")).unwrap().contains("Egyptian cat 285"));
    for name in ["gradcam.png", "gradient.png"] {
        let picture = image::open(out.join(name)).unwrap();
        assert_eq!((picture.width(), picture.height()), (224, 224), "{name}");
    }
}

/// The class that the network as in training chooses is named beside the map, and the answer's stays above.
#[test]
fn a_class_chosen_as_in_training_is_said() {
    let (out, sample) = (folder("training"), sample("cat.jpg"));
    let own = ["--method", "gradient", "--param", "statistics=batch", "--param", "class=own"];
    let output = tessera(&[&["explain", &sample, "--out", out.to_str().unwrap()], &own[..]].concat());
    let record: Value = serde_json::from_slice(&fs::read(out.join("record.json")).unwrap()).unwrap();
    let from = &outcome(&record, 0)["map"]["map"]["provenance"];
    assert_eq!((&record["units"][0]["target"]["index"], &from["answered"]), (&285.into(), &285.into()));
    let printed = text(&output.stdout);
    assert_ne!(from["target"], 285, "one picture's own statistics make this network take a cat for something else");
    assert!(printed.contains(&format!("({}), chosen as in training", from["target"])), "{printed}");
    assert!(printed.contains("Egyptian cat (285)"), "{printed}");
}

#[test]
fn sums_of_relevance_at_layers_begin_with_the_logit() {
    let out = folder("sums");
    let wanted = ["--method", "lrp", "--layer-sums", "--json", "--out", out.to_str().unwrap()];
    let output = tessera(&[&["explain", &sample("cat.jpg")], &wanted[..]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    let made = &outcome(&record, 0)["map"];
    let (layers, residual) = (made["layers"].as_array().unwrap(), &made["map"]["provenance"]["residual"]);
    let near =
        |a: &Value, b: &Value| (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-3 * b.as_f64().unwrap().abs();
    assert_eq!(layers[0]["layer"], "input");
    assert!(near(&layers[0]["sum"], &residual["sum"]), "{residual}");
    assert!(near(&layers.last().unwrap()["sum"], &residual["expected"]), "{residual}");
}

#[test]
fn steps_make_a_second_map_and_leave_the_raw_one() {
    let out = folder("steps");
    let wanted = ["--method", "gradient,uniform", "--steps", "absmax,clip:percentile=99,minmax", "--json"];
    let output = tessera(&[&["explain", &sample("cat.jpg"), "--out", out.to_str().unwrap()], &wanted[..]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    let made = &outcome(&record, 0)["map"];
    let (raw, stepped) = (&made["map"], &made["stepped"]["map"]);
    assert_eq!((&raw["channels"], &raw["steps"]), (&3.into(), &Value::Null));
    let ids: Vec<&str> =
        stepped["map"]["steps"].as_array().unwrap().iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert_eq!((ids, &stepped["file"]), (vec!["absmax", "clip", "minmax"], &"gradient.steps.npy".into()));
    check_npy(&fs::read(out.join("gradient.npy")).unwrap(), "(3, 224, 224)", 3 * 224 * 224);
    check_npy(&fs::read(out.join("gradient.steps.npy")).unwrap(), "(224, 224)", 224 * 224);
    assert!(out.join("uniform.npy").is_file() && !out.join("uniform.steps.npy").exists());
    let why = outcome(&record, 1)["map"]["stepped"]["missing"].as_str().unwrap();
    assert_eq!(why, "The step Min-max gives no map here. All values are equal.");
}

fn check_npy(file: &[u8], shape: &str, count: usize) {
    assert_eq!(&file[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([file[8], file[9]]));
    assert_eq!((10 + length) % 64, 0, "the numbers are aligned");
    let header = text(&file[10..10 + length]);
    assert!(header.contains("'descr': '<f4'") && header.contains(&format!("'shape': {shape}")), "{header}");
    assert_eq!(file.len(), 10 + length + 4 * count);
}

#[test]
fn crop_none_takes_the_photo_at_its_own_size() {
    let out = folder("whole");
    let wanted = ["--method", "gradient", "--crop", "none", "--json", "--out", out.to_str().unwrap()];
    let output = tessera(&[&["explain", &sample("cat.jpg")], &wanted[..]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    let photo = image::open(sample("cat.jpg")).unwrap();
    assert_eq!(record["units"][0]["input"], serde_json::json!([photo.height(), photo.width()]));
}

#[test]
fn settings_seeds_and_scales_reach_the_record() {
    let out = folder("set_by_hand");
    let wanted = [
        "--method",
        "smoothgrad,smoothgrad,integrated_gradients,gradcam",
        "--param",
        "smoothgrad.samples=2",
        "--param",
        "smoothgrad-2.samples=3",
        "--param",
        "integrated_gradients.steps=2",
        "--param",
        "gradcam.layer=nowhere",
        "--seed",
        "7",
        "--scale",
        "probability",
        "--target",
        "285-vs-281",
        "--json",
        "--out",
        out.to_str().unwrap(),
    ];
    let output = tessera(&[&["explain", &sample("cat.jpg")], &wanted[..]].concat());
    assert!(output.status.success(), "a method without a map does not spoil the others: {}", text(&output.stderr));
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    let files: Vec<&str> = (0..3).map(|at| outcome(&record, at)["map"]["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["smoothgrad.npy", "smoothgrad-2.npy", "integrated_gradients.npy"]);
    assert!(files.iter().all(|file| out.join(file).is_file()));
    let from = |at: usize| &outcome(&record, at)["map"]["map"]["provenance"];
    assert_eq!((&from(1)["target"], &from(1)["against"]), (&285.into(), &281.into()));
    assert_eq!((&from(1)["seed"], &from(1)["scale"]), (&7.into(), &"probability".into()));
    assert_eq!((&from(1)["samples"], &from(1)["settings"]["samples"]), (&serde_json::json!([3, 3]), &3.0.into()));
    assert!(from(1)["error"].as_f64().unwrap() > 0.0);
    assert!(from(2)["residual"]["expected"].is_f64());
    assert!(outcome(&record, 3)["missing"].as_str().unwrap().contains("no layer called nowhere"), "{record}");
}

#[test]
fn methods_are_listed_with_what_can_be_set() {
    let printed = text(&tessera(&["methods"]).stdout);
    for line in
        ["Class activation maps", "  smoothgrad ", "samples (a whole number from 1 to 10000, usually 50)", "facct24"]
    {
        assert!(printed.contains(line), "{line} is missing in:\n{printed}");
    }
    let descriptors: Value = serde_json::from_slice(&tessera(&["methods", "--json"]).stdout).unwrap();
    let smooth = descriptors.as_array().unwrap().iter().find(|entry| entry["id"] == "smoothgrad").unwrap();
    assert_eq!(smooth["params"][0]["domain"]["count"]["default"], 50);
}

#[test]
fn mistakes_are_one_sentence_and_an_exit_code() {
    let cat = sample("cat.jpg");
    let out = folder("never").display().to_string();
    let explain = |more: &[&str]| tessera(&[&["explain", &cat, "--out", &out], more].concat());
    let cases = [
        (tessera(&["classify", "nowhere.jpg"]), 1, "nowhere.jpg could not be read"),
        (tessera(&["classify", &cat, "--model", "resnet999"]), 1, "There is no network \"resnet999\""),
        (
            explain(&["--method", "guesswork"]),
            1,
            "There is no method called guesswork: choose from gradcam, gradcam_plus_plus",
        ),
        (explain(&["--method", "gradcam", "--target", "1000"]), 1, "no class 1000: choose an index from 0 to 999"),
        (explain(&["--method", "gradcam", "--target", "crane"]), 1, "choose one by its index, 134 or 517"),
        (explain(&["--method", "gradcam", "--target", "egyptian"]), 1, "did you mean Egyptian cat?"),
        (explain(&[]), 2, "--method"),
        (explain(&["--method", "smoothgrad", "--param", "samples=0"]), 1, "it is a whole number from 1 to 10000"),
        (explain(&["--preset", "icml99"]), 1, "There is no preset called icml99: choose from recommended"),
        (explain(&["--method", "gradcam", "--target", "281-vs-281"]), 1, "compares a class with itself"),
        (explain(&["--method", "gradcam", "--param", "layer=nowhere"]), 1, "no layer called nowhere"),
        (tessera(&["classify"]), 2, "PHOTO"),
    ];
    for (output, code, sentence) in cases {
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(sentence), "{said:?} does not say {sentence:?}");
        assert!(!said.contains("panicked") && output.stdout.is_empty(), "{said}");
    }
    assert!(!Path::new(&out).exists(), "nothing is written on a mistake");
}

#[test]
fn a_weight_file_that_was_changed_is_refused() {
    let folder = folder("changed");
    fs::create_dir_all(&folder).unwrap();
    let tiny = root().join("tests/golden/tiny");
    fs::copy(tiny.join("card.json"), folder.join("card.json")).unwrap();
    let card = folder.join("card.json").display().to_string();
    let mut weights = fs::read(tiny.join("model.safetensors")).unwrap();
    let classify = || text(&tessera(&["classify", &sample("cat.jpg"), "--model", &card]).stderr);
    assert!(classify().contains("could not be read"));
    fs::write(folder.join("model.safetensors"), &weights[..weights.len() - 7]).unwrap();
    assert!(classify().contains("cut short"));
    let last = weights.len() - 1;
    weights[last] ^= 1;
    fs::write(folder.join("model.safetensors"), &weights).unwrap();
    assert!(classify().contains("SHA-256"));
    weights[last] ^= 1;
    fs::write(folder.join("model.safetensors"), &weights).unwrap();
    assert_eq!(classify(), "");
}

#[test]
fn a_graphics_processor_is_used_or_its_absence_is_said() {
    let output = tessera(&["classify", &sample("cat.jpg"), "--device", "wgpu", "--top", "1"]);
    let said = text(&output.stderr);
    if output.status.success() {
        assert!(text(&output.stdout).contains("cat"), "{}", text(&output.stdout));
    } else {
        assert!(said.contains("graphics") && !said.contains("panicked"), "{said}");
    }
}

#[test]
fn help_teaches() {
    let help = text(&tessera(&["explain", "--help"]).stdout);
    for word in [
        "--method",
        "predicted|least|INDEX|NAME|A-vs-B",
        "--preset",
        "--seed",
        "--scale",
        "--crop",
        "--device",
        "record.json",
    ] {
        assert!(help.contains(word), "{word} is missing in:\n{help}");
    }
}

#[test]
fn eval_counts_what_is_right_and_says_what_is_left_out() {
    let set = folder("set");
    for (from, to) in
        [("cat.jpg", "Egyptian_cat-1.jpg"), ("espresso.jpg", "espresso/a.jpg"), ("rocket.jpg", "unicorn-1.jpg")]
    {
        fs::create_dir_all(set.join(to).parent().unwrap()).unwrap();
        fs::copy(sample(from), set.join(to)).unwrap();
    }
    let output = tessera(&["eval", set.to_str().unwrap(), "--json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["all"], serde_json::json!({ "photos": 2, "top1": 2, "top5": 2 }));
    assert_eq!(document["left_out"], 1);
    assert_eq!(document["classes"][0]["index"], 285);
    assert!(text(&output.stderr).contains("unicorn"), "{}", text(&output.stderr));
}

#[test]
fn eval_takes_a_table() {
    let table = folder("table").with_extension("csv");
    fs::write(&table, "file,class\ncat.jpg,espresso\nespresso.jpg,967\n").unwrap();
    let photos = root().join("public/samples");
    let output = tessera(&["eval", table.to_str().unwrap(), "--photos", photos.to_str().unwrap()]);
    assert!(text(&output.stdout).contains("top-1 50.0 %"), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_model_file_without_a_card_is_recognised() {
    let file = folder("mine").with_extension("safetensors");
    fs::copy(root().join("public/models/efficientnet-lite0/model.safetensors"), &file).unwrap();
    let output = tessera(&["models", "info", file.to_str().unwrap(), "--card"]);
    let card: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(card["architecture"], "efficientnet_lite0", "{}", text(&output.stderr));
    let output = tessera(&["models", "info", file.to_str().unwrap(), "--layers"]);
    assert!(text(&output.stdout).contains("385187552 multiply-adds"), "{}", text(&output.stdout));
}

#[test]
fn models_lists_what_is_bundled_and_what_is_recognised() {
    let printed = text(&tessera(&["models", "list"]).stdout);
    assert!(printed.contains("efficientnet-lite0") && printed.contains("efficientnet_lite0"), "{printed}");
}

#[test]
fn selftest_compares_a_device_with_the_processor() {
    let output = tessera(&["selftest", "--device", "cpu", "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["report"]["agrees"], true, "{document}");
    assert_eq!(document["report"]["logits"], 0.0, "the same device gives the same bits");
    assert!(document["found"]["seconds"].as_f64().unwrap() > 0.0);
}
