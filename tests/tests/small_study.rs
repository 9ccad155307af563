//! A small study from photos to agreement, as FAccT 2024 makes one, against the libraries of the field
//! (tests/golden/study/make.py): 8 mosaics of two classes, ResNet-18, 6 methods, 7 scores.
//!
//! Mosaics are whole numbers and equal. Scores are shares of relevance, 0 to 1. Batch norms are merged into convolutions
//! here and not there, so that signals near a rectifier's kink go another way: torch alone, merged and not, gives
//! precisions of the gradient that are up to 2.4e-5 apart. No two methods come as near on a mosaic as to change ranks.

use serde_json::Value;
use tessera_core::descriptor::{Scale, Settings};
use tessera_core::digest::sha256;
use tessera_core::experiment::dataset::Member;
use tessera_core::experiment::record::{Outcome, Ranked, Unit};
use tessera_core::experiment::spec::{Convention, VERSION};
use tessera_core::experiment::subject::whole;
use tessera_core::experiment::{
    Dataset, Judge, MethodSpec, Mosaics, NetworkSpec, Record, Spec, Subject, Summary, Target,
};
use tessera_core::method::preset::preset;
use tessera_core::metric::relevance::RATES;
use tessera_core::mosaic::Mosaic;
use tessera_core::network::Network;
use tessera_core::photo::{Filter, Order, Photo, Preprocess};
use tessera_core::undefined::{Told, Undefined};
use tessera_tests::code_books::{from_code_books, open};
use tessera_tests::explained::Explained;
use tessera_tests::{bytes, root, shared};

/// The methods, and how far a score may be off. Found at worst: 1.4e-6, 2.3e-7, 2.2e-5, 3.1e-5, 3.0e-5, 9.4e-7.
const METHODS: [(&str, f64); 6] = [
    ("gradcam", 1e-5),
    ("gradcam_plus_plus", 2e-6),
    ("integrated_gradients", 1e-4),
    ("gradient", 1e-4),
    ("input_x_gradient", 1e-4),
    ("lrp", 1e-5),
];

/// All of a mosaic at the size it has, and the study's mean and deviation of 0.5.
const PREPROCESS: Preprocess = Preprocess {
    size: 448,
    resize: 448,
    filter: Filter::Bilinear,
    mean: [127.5; 3],
    std: [127.5; 3],
    order: Order::Rgb,
};

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(|number| number.as_f64().unwrap()).collect()
}

fn dataset(expected: &Value) -> Dataset {
    let member = |row: &Value| {
        let (file, class, sha256) = (text(&row[0]).into(), row[1].as_u64().unwrap() as usize, text(&row[2]).into());
        Member { file, class, sha256 }
    };
    Dataset { name: "two classes".into(), members: list(&expected["photos"]).iter().map(member).collect() }
}

/// Where the study has a method, as it has it; LRP by the composite that zennit has too.
fn method(id: &str) -> MethodSpec {
    let members = preset("facct24").unwrap().members;
    let member = members.iter().find(|member| member.method == id && id != "lrp");
    member.map_or_else(|| MethodSpec::of(id, Settings::default()), MethodSpec::from)
}

fn spec(network: &Network, mosaics: &Mosaics) -> Spec {
    let study = preset("facct24").unwrap();
    let steps = |(id, _): &(&str, f64)| match *id {
        "gradient" | "input_x_gradient" => study.steps_of("integrated_gradients"),
        id => study.steps_of(id),
    };
    let spec = Spec {
        tessera: VERSION,
        network: NetworkSpec::of(&network.card),
        subject: Subject::Mosaics(mosaics.clone()),
        target: Target::Truth,
        scale: Scale::Logit,
        seed: 0,
        methods: METHODS.iter().map(|(id, _)| method(id)).collect(),
        steps: METHODS.iter().map(steps).collect(),
        metrics: RATES[..7].iter().map(|rate| rate.id.into()).collect(),
        convention: Convention::Facct24,
    };
    Spec::read(&spec.canonical()).unwrap()
}

/// The mosaics as they are read back, from photos that are the golden file's; all are what Pillow makes.
fn composed(mosaics: &Mosaics, dataset: &Dataset, expected: &Value) -> Vec<(Mosaic, Photo)> {
    let photo = |file: &str| {
        let photo = bytes(shared(&format!("data/photos/{file}")).expect("the table names photos that are there"));
        assert_eq!(sha256(&photo), dataset.member(file).unwrap().sha256, "{file}");
        photo
    };
    let drawn = mosaics.mosaics(dataset, None).unwrap();
    assert_eq!(drawn.len(), list(expected).len());
    let compose = |(mosaic, golden): (Mosaic, &Value)| {
        assert_eq!(mosaic.target as u64, golden["target"].as_u64().unwrap(), "{}", mosaic.name);
        let files: Vec<&str> = mosaic.cells.iter().map(|cell| cell.file.as_str()).collect();
        assert!(files.iter().copied().eq(list(&golden["cells"]).iter().map(text)), "{}: {files:?}", mosaic.name);
        let picture = mosaics.compose(&files.into_iter().map(photo).collect::<Vec<_>>()).unwrap();
        assert_eq!(sha256(&picture.rgb), text(&golden["pixels"]), "{}", mosaic.name);
        (mosaic, picture)
    };
    drawn.into_iter().zip(list(expected)).map(compose).collect()
}

/// What comes of one mosaic.
fn unit(network: &Network, spec: &Spec, mosaics: &Mosaics, at: usize, (mosaic, photo): &(Mosaic, Photo)) -> Unit {
    let input = whole(photo, &network.card.preprocess);
    assert!(input.rgb == photo.rgb, "the network sees all of it at the size it has");
    let ran = Explained::default().run(network, &input, spec.target.known(Some(mosaic.target)), &spec.methods).unwrap();
    let judge = Judge::of(spec, mosaics, mosaic);
    let outcome = |(at, map): (usize, Result<_, _>)| {
        let map = map.unwrap();
        Outcome::Map(Box::new(judge.made(at, &map)))
    };
    let (index, logit) = (mosaic.target, ran.logits[mosaic.target]);
    Unit {
        at,
        name: mosaic.name.clone(),
        cells: mosaic.cells.clone(),
        photo: photo.facts.clone(),
        region: input.region,
        input: (input.height, input.width),
        pixels: sha256(&input.rgb),
        seed: 0,
        seconds: 0.0,
        target: Ranked { index, name: String::new(), probability: 0.0, logit },
        top: vec![],
        outcomes: ran.maps.into_iter().enumerate().map(outcome).collect(),
    }
}

/// ResNet-18 with trained weights, looking as the study does; none where they are absent.
fn network() -> Option<Network> {
    let mut network = open("resnet18", &from_code_books(&bytes(shared("models/resnet18-pq.safetensors")?)));
    network.card.preprocess = PREPROCESS;
    Some(network)
}

/// What comes of all; none where photos and weights are absent.
fn run(expected: &Value) -> Option<Record> {
    let dataset = dataset(expected);
    let mosaics = Mosaics::facct24(dataset.spec(), 4, 42);
    let spec = spec(&network()?, &mosaics);
    let composed: Vec<_> = composed(&mosaics, &dataset, &expected["mosaics"]).into_iter().enumerate().collect();
    // Thirty passes of integrated gradients a mosaic take their time: two threads halve it. No two share a network.
    let run = |half: &[(usize, (Mosaic, Photo))]| -> Vec<Unit> {
        let network = network().expect("opened above");
        half.iter().map(|(at, composed)| unit(&network, &spec, &mosaics, *at, composed)).collect()
    };
    let (first, second) = composed.split_at(composed.len() / 2);
    let units = std::thread::scope(|scope| {
        let other = scope.spawn(|| run(second));
        [run(first), other.join().unwrap()].concat()
    });
    let mut record = Record::new("", spec.clone(), "CPU");
    units.into_iter().for_each(|unit| record.add(unit));
    Some(record)
}

/// How far the scores of one method are off, from the least to the most.
fn off(record: &Record, method: usize, golden: &Value) -> Vec<f64> {
    let mut all = vec![];
    for (metric, id) in record.spec.metrics.iter().enumerate() {
        for (score, row) in record.scores(metric)[method].iter().zip(list(golden)) {
            let (found, reference) = (score.number(), row[metric].as_f64());
            assert_eq!(found.is_some(), reference.is_some(), "{id}: {score:?} {row}");
            all.push(found.zip(reference).map_or(0.0, |(found, reference)| (found - reference).abs()));
        }
    }
    all.sort_unstable_by(f64::total_cmp);
    all
}

fn near(what: &str, found: Told, reference: f64, by: f64) {
    let found = found.score().unwrap_or_else(|why| panic!("{what}: {why}"));
    assert!((found - reference).abs() <= by, "{what}: {found} instead of {reference}");
}

/// Sums over mosaics are as far off as scores may be; alpha and rho hang on ranks alone, which are the same.
fn agreement(summary: &Summary, expected: &Value) {
    for metric in &summary.metrics {
        let golden = &expected[&metric.metric];
        let regarded: Vec<&str> = list(&golden["methods"]).iter().map(text).collect();
        let rows: Vec<usize> =
            regarded.iter().map(|id| METHODS.iter().position(|(known, _)| known == id).unwrap()).collect();
        near(&format!("{}, alpha", metric.metric), metric.alpha.value, golden["alpha"].as_f64().unwrap(), 1e-12);
        for ((&row, reference), of) in rows.iter().zip(list(&golden["rho"])).zip(list(&golden["summary"])) {
            let (method, what) = (&metric.methods[row], format!("{}, {}", metric.metric, METHODS[row].0));
            for (&other, reference) in rows.iter().zip(numbers(reference)) {
                near(&format!("{what}, rho"), metric.rho[row][other].value, reference, 1e-12);
            }
            near(&what, method.mean.value, of["mean"].as_f64().unwrap(), METHODS[row].1);
            near(&what, method.median.value, of["median"].as_f64().unwrap(), METHODS[row].1);
            let deviation = method.deviation.number().unwrap();
            near(&what, Told::Number(deviation * deviation), of["variance"].as_f64().unwrap(), METHODS[row].1);
        }
        for method in metric.methods.iter().filter(|method| !regarded.contains(&method.method.as_str())) {
            assert_eq!(method.mean.value, Told::Undefined(Undefined::PositiveOnly), "{}", method.method);
        }
    }
}

#[test]
fn a_small_study_is_that_of_the_libraries() {
    let expected: Value = serde_json::from_slice(&bytes(root().join("tests/golden/study/expected.json"))).unwrap();
    let Some(record) = run(&expected) else { return };
    for (at, (id, tolerance)) in METHODS.iter().enumerate() {
        let off = off(&record, at, &expected["scores"][id]);
        let (median, worst) = (off[off.len() / 2], off[off.len() - 1]);
        println!("{id}: {} scores, {median:.1e} off in the median, {worst:.1e} at worst", off.len());
        assert!(worst <= *tolerance, "{id}: {worst}");
    }
    agreement(&Summary::of(&record, 0), &expected["agreement"]);
}
