//! Drawings: what they look like is kept in tests/golden/figures (`TESSERA_WRITE=1` writes them anew: look at them then),
//! and marks stand where their numbers say.

use std::path::PathBuf;
use tessera_core::descriptor::Sign;
use tessera_core::figure::alphas::{Agreement, alphas};
use tessera_core::figure::differences::Differing;
use tessera_core::figure::drawing::{Drawing, Place, Unit};
use tessera_core::figure::frame::Frame;
use tessera_core::figure::matrix::matrix;
use tessera_core::figure::overlay::overlay;
use tessera_core::figure::picture;
use tessera_core::figure::ranking::{Ranked, Ranking};
use tessera_core::figure::sheet::{Card, Framed, sheet};
use tessera_core::figure::study_violin::study_violins;
use tessera_core::figure::theme::{DARK, LIGHT, Theme};
use tessera_core::figure::violin::{Spread, violins};
use tessera_core::map::{Facts, Map, Provenance};
use tessera_core::mosaic::tile::{Fit, tile};
use tessera_core::mosaic::{Cells, Layout};
use tessera_core::photo::{Input, Photo, Region, decode};
use tessera_core::random::Stream;
use tessera_core::statistics::bootstrap::{Plan, Units, percentile};
use tessera_core::statistics::friedman::friedman;
use tessera_core::statistics::ranking::{Best, Rule, Ties};
use tessera_core::statistics::rho;
use tessera_core::statistics::summary::{Summary, mean};
use tessera_core::undefined::{Score, Undefined};
use tessera_tests::drawn::{Said, check_layout, circles, number, place, said};
use tessera_tests::{bytes, root};

/// Ten methods with long names; the last three are controls.
const NAMES: [&str; 10] = [
    "Layer-wise relevance propagation, \u{3b5} and \u{3b3}",
    "Grad-CAM++",
    "Grad-CAM of the last convolution",
    "KernelSHAP, 2048 samples of 49 segments",
    "LIME",
    "Integrated Gradients, black baseline",
    "SmoothGrad",
    "Control: random numbers",
    "Control: edges (Sobel)",
    "Control: the centre",
];

/// Where each method's scores lie, and how far apart.
const SCORES: [(f64, f64); 10] = [
    (0.86, 0.07),
    (0.845, 0.09),
    (0.81, 0.10),
    (0.74, 0.13),
    (0.73, 0.15),
    (0.6, 0.08),
    (0.57, 0.05),
    (0.5, 0.01),
    (0.53, 0.12),
    (0.49, 0.2),
];

/// Scores of each method on so many mosaics; some do not exist.
fn scores(mosaics: usize) -> Vec<Vec<Score>> {
    let of = |(method, (middle, spread)): (usize, (f64, f64))| {
        let (own, shared) = (Stream::new(method as u64, "scores"), Stream::new(7, "mosaics"));
        let score = |mosaic: usize| {
            let noise = 0.6 * f64::from(own.normal(mosaic as u64)) + 0.6 * f64::from(shared.normal(mosaic as u64));
            let missing = method == 4 && mosaic % 31 == 5;
            if missing { Err(Undefined::ZeroDenominator) } else { Ok((middle + spread * noise).clamp(0.0, 1.0)) }
        };
        (0..mosaics).map(score).collect()
    };
    SCORES.into_iter().enumerate().map(of).collect()
}

fn spreads(scores: &[Vec<Score>]) -> Vec<Spread<'_>> {
    let spread = |(method, scores)| Spread { name: NAMES[method], scores, leader: method < 2, control: method > 6 };
    scores.iter().map(Vec::as_slice).enumerate().map(spread).collect()
}

fn plan() -> Plan {
    Plan { stream: Stream::new(1, "figures"), resamples: 200, confidence: 0.95 }
}

fn ranked(scores: &[Vec<Score>]) -> Vec<Ranked<'static>> {
    let gapped: Vec<Vec<Option<f64>>> = scores.iter().map(|row| row.iter().map(|score| score.ok()).collect()).collect();
    let units = Units::single(scores[0].len());
    let rule = Rule { centre: mean, best: Best::Highest, ties: Ties::Average };
    let places = rule.standings(&gapped, &units, &plan());
    let of = |(method, scores): (usize, &Vec<Score>)| {
        let summary = Summary::of(scores);
        let drawn = |drawn: &[usize]| mean(&drawn.iter().filter_map(|&i| scores[i].ok()).collect::<Vec<_>>());
        let interval = percentile(&units, &plan(), drawn).ok();
        let rank = places[method].and_then(|place| place.interval);
        Ranked {
            name: NAMES[method],
            score: summary.mean,
            interval: interval.map(|interval| [interval.low, interval.high]),
            rank: rank.map(|rank| [rank.low, rank.high]),
            control: method > 6,
            undefined: summary.undefined.values().sum(),
        }
    };
    scores.iter().enumerate().map(of).collect()
}

fn ranking<'a>(methods: &'a [Ranked<'a>]) -> Ranking<'a> {
    Ranking { methods, best: Best::Highest, statistic: "mean", score: "Focus", chance: Some(0.5) }
}

const AGREEMENTS: [Agreement<'static>; 7] = [
    Agreement { name: "Precision (Focus)", alpha: Ok(0.642), interval: Some([0.571, 0.702]) },
    Agreement { name: "Sensitivity", alpha: Ok(0.52), interval: Some([0.44, 0.59]) },
    Agreement { name: "False-negative rate", alpha: Ok(0.52), interval: Some([0.44, 0.59]) },
    Agreement { name: "Specificity of maps that reach below zero", alpha: Ok(0.31), interval: Some([0.22, 0.41]) },
    Agreement { name: "Accuracy", alpha: Ok(0.871), interval: Some([0.792, 0.918]) },
    Agreement { name: "F1 score", alpha: Ok(-0.061), interval: Some([-0.142, 0.037]) },
    Agreement { name: "Jaccard index", alpha: Err(Undefined::Constant), interval: None },
];

fn frame<'a>(width: f64, theme: &'a Theme, heading: &'a str, caption: &'a str) -> Frame<'a> {
    Frame { width, margin: 16.0, theme, heading, caption }
}

/// Correlations of the methods' scores; one method gives the same everywhere.
fn correlations(scores: &[Vec<Score>]) -> Vec<Vec<Score>> {
    let mut rows: Vec<Vec<Option<f64>>> =
        scores.iter().map(|row| row.iter().map(|score| score.ok()).collect()).collect();
    if let Some(row) = rows.get_mut(7) {
        row.fill(Some(0.5));
    }
    rho::matrix(&rows)
}

/// Mean ranks as Friedman's test gives them; drawn with names that live as long as the program.
fn differing(scores: &[Vec<Score>]) -> Differs {
    let rows: Vec<Vec<Option<f64>>> = scores.iter().map(|row| row.iter().map(|score| score.ok()).collect()).collect();
    let found = friedman(&rows, Best::Highest);
    let ranks = found.as_ref().map_or_else(|_| vec![1.0; rows.len()], |found| found.ranks.clone());
    let methods = ranks.into_iter().enumerate().map(|(method, rank)| (NAMES[method], rank, method > 6)).collect();
    Differs { methods, critical: found.map_or(0.0, |found| found.critical_difference(0.05)) }
}

/// What [`Differing`] borrows.
struct Differs {
    methods: Vec<(&'static str, f64, bool)>,
    critical: f64,
}

impl Differs {
    fn draw(&self, frame: &Frame<'_>) -> Drawing {
        Differing { methods: &self.methods, critical: self.critical }.draw(frame)
    }
}

/// Every kind of drawing at a width in a theme.
fn drawings(scores: &[Vec<Score>], width: f64, theme: &Theme) -> Vec<(&'static str, Drawing)> {
    let methods = ranked(scores);
    let frame = |heading: &'static str, caption: &'static str| frame(width, theme, heading, caption);
    let names = &NAMES[..scores.len()];
    vec![
        (
            "ranking",
            ranking(&methods).draw(&frame(
                "Where does the relevance fall?",
                "Mean Focus over mosaics with 95 % bootstrap intervals; teal may be first.",
            )),
        ),
        (
            "violin",
            violins(
                &spreads(scores),
                Some(0.5),
                "Focus",
                &frame("Spread over mosaics", "Density of Focus, and each mosaic as a point."),
            ),
        ),
        ("study-violin", study_violins(&spreads(scores), "Precision", &frame("ImageNet", ""))),
        (
            "matrix",
            matrix(
                names,
                &correlations(scores),
                "Spearman's rho",
                &frame("Do methods find the same mosaics hard?", "Spearman's \u{3c1} between methods over mosaics."),
            ),
        ),
        (
            "alphas",
            alphas(
                &AGREEMENTS,
                &frame(
                    "Do mosaics agree on the ranking?",
                    "Krippendorff's \u{3b1}, ordinal, with 95 % bootstrap intervals; below 0.667 a ranking depends on the pictures drawn.",
                ),
            ),
        ),
        (
            "differences",
            differing(scores).draw(&frame("Do methods differ?", "Mean ranks over mosaics, Nemenyi at 5 %.")),
        ),
    ]
}

/// A mosaic of two samples, with cells of so many pixels.
fn mosaic(cell: usize) -> (Photo, Cells) {
    let tiles = ["cat", "espresso", "rocket", "cat"].map(|name| {
        let photo = decode(&bytes(root().join(format!("public/samples/{name}.jpg")))).unwrap();
        tile(&photo, cell, Fit::Keep)
    });
    let layout = Layout { rows: 2, columns: 2, cell, gap: 0 };
    (layout.compose(&tiles), layout.cells(&[true, false, false, true]))
}

/// A made-up map over the mosaic: hills on the cells that show the class, and below zero a hill on another.
fn over(photo: &Photo, sign: Sign, width: f64) -> String {
    let side = photo.facts.height;
    let hill = |row: usize, column: usize, (down, across): (f64, f64)| {
        let place = |at: usize| (at as f64 + 0.5) / side as f64;
        let far = (place(row) - down).powi(2) + (place(column) - across).powi(2);
        (-far / (width * width)).exp()
    };
    let value = |i: usize| {
        let (row, column) = (i / side, i % side);
        let against = if sign == Sign::Signed { 0.8 * hill(row, column, (0.3, 0.75)) } else { 0.0 };
        (hill(row, column, (0.25, 0.22)) + 0.9 * hill(row, column, (0.75, 0.7)) - against) as f32
    };
    let facts =
        Facts { channels: 1, height: side, width: side, sign, provenance: Provenance::default(), steps: vec![] };
    let map = Map { values: (0..side * side).map(value).collect(), facts };
    let region = Region { left: 0.0, top: 0.0, width: side as f64, height: side as f64 };
    let input = Input { height: side, width: side, rgb: photo.rgb.clone(), region };
    picture::url(&overlay(&map, &input), (side, side), 2 * 224)
}

const ENDS: &str = "1 is where 99.7 % of a map's own magnitudes lie below.";

fn summary_sheet(cell: usize, width: f64, theme: &Theme) -> Drawing {
    let (photo, cells) = mosaic(cell);
    let side = photo.facts.height;
    let source = picture::url(&photo.rgb, (side, side), 2 * 224);
    let pictures =
        [0.08, 0.12, 0.2, 0.3].map(|width| (over(&photo, Sign::Signed, width), over(&photo, Sign::Positive, width)));
    let scores: [(&str, Score); 4] = [
        ("Precision (Focus)", Ok(0.931)),
        ("Sensitivity", Ok(0.847)),
        ("Specificity", Ok(0.713)),
        ("Average precision", Ok(0.889)),
    ];
    let positive: [(&str, Score); 4] = [
        ("Precision (Focus)", Ok(0.884)),
        ("Sensitivity", Err(Undefined::PositiveOnly)),
        ("Specificity", Err(Undefined::PositiveOnly)),
        ("Average precision", Ok(0.812)),
    ];
    let card = |method: usize| match method % 2 {
        0 => Card { name: NAMES[method], picture: Ok(&pictures[method / 2].0), sign: Sign::Signed, scores: &scores },
        _ => {
            Card { name: NAMES[method], picture: Ok(&pictures[method / 2].1), sign: Sign::Positive, scores: &positive }
        }
    };
    let mut cards: Vec<Card<'_>> = (0..8).map(card).collect();
    cards.push(Card {
        name: "B-cos",
        picture: Err("It needs a network of B-cos layers: choose one of these."),
        sign: Sign::Signed,
        scores: &[],
    });
    let shown = Framed { picture: &source, cells: &cells, target: "Egyptian cat", ends: ENDS };
    let caption = "Cells 1 and 4; prediction Egyptian cat 38.20 %, espresso 21.74 %";
    sheet(&shown, &cards, &frame(width, theme, "Mosaic 6", caption))
}

#[test]
fn drawings_look_as_they_did() {
    check("sheet-900-light.svg", &summary_sheet(16, 900.0, &LIGHT).svg);
    check("sheet-360-dark.svg", &summary_sheet(16, 360.0, &DARK).svg);

    let scores = scores(60);
    for (width, theme, name) in [(900.0, &LIGHT, "900-light"), (360.0, &DARK, "360-dark")] {
        for (kind, drawing) in drawings(&scores, width, theme) {
            check(&format!("{kind}-{name}.svg"), &drawing.svg);
        }
    }
}

fn check(name: &str, svg: &str) {
    let path: PathBuf = root().join("tests/golden/figures").join(name);
    if std::env::var_os("TESSERA_WRITE").is_some() {
        std::fs::write(path, svg).unwrap();
    } else {
        let kept = String::from_utf8(bytes(path)).unwrap();
        assert!(bare(&kept) == bare(svg), "{name} differs: look at it with TESSERA_WRITE=1");
    }
}

/// A drawing without the bytes of its pictures, which another version of the packer may pack otherwise.
fn bare(svg: &str) -> String {
    let mut parts = svg.split("base64,");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('"').map_or("", |(_, rest)| rest))
}

#[test]
fn no_text_lies_on_another() {
    let scores = scores(60);
    for width in [280.0, 360.0, 479.0, 560.0, 900.0] {
        for (kind, drawing) in drawings(&scores, width, &LIGHT) {
            check_layout(&format!("{kind} at {width}"), &drawing);
        }
        check_layout(&format!("sheet at {width}"), &summary_sheet(8, width, &LIGHT));
    }
}

#[test]
fn poor_data_is_drawn_as_far_as_it_goes() {
    let equal = vec![vec![Ok(0.5); 12]; 3];
    let none = vec![vec![Err(Undefined::ZeroDenominator); 12]; 3];
    let many = scores(200);
    let one = vec![scores(60)[0].clone()];
    let single = scores(1);
    let cases = [("equal", equal), ("none", none), ("200 mosaics", many), ("one method", one), ("one mosaic", single)];
    for (what, scores) in cases {
        for width in [360.0, 900.0] {
            for (kind, drawing) in drawings(&scores, width, &DARK) {
                check_layout(&format!("{kind} of {what} at {width}"), &drawing);
                assert!(drawing.svg.len() < 200_000, "{kind} of {what}: {} bytes", drawing.svg.len());
            }
        }
    }
    let all = ranking(&[]).draw(&frame(360.0, &LIGHT, "", ""));
    check_layout("no method", &all);
    let alone = [Agreement { name: "Focus", alpha: Err(Undefined::TooFew), interval: None }];
    check_layout("no alpha", &alphas(&alone, &frame(360.0, &LIGHT, "", "")));
    check_layout("no rows", &matrix(&[], &[], "rho", &frame(360.0, &LIGHT, "", "")));
}

#[test]
fn dots_stand_where_their_scores_say() {
    let scores = scores(60);
    let methods = ranked(&scores);
    for width in [360.0, 900.0] {
        let drawing = ranking(&methods).draw(&frame(width, &LIGHT, "", ""));
        let dots = circles(&drawing, "4.5");
        let mut found = 0;
        for mark in &drawing.marks {
            let (Unit::Row(method), Place::Rectangle { y, height, .. }) = (mark.unit, mark.place) else {
                panic!("{mark:?}")
            };
            let inside = |dot: &&(f64, f64)| (y..y + height).contains(&dot.1);
            // Controls are other circles; the key's dot lies below.
            if let Some(dot) = dots.iter().find(inside) {
                let expected = place(&drawing, ["0.5", "0.8"], methods[method].score.unwrap());
                assert!((dot.0 - expected).abs() < 0.15, "{} at {width}: {dot:?} {expected}", methods[method].name);
                found += 1;
            }
        }
        assert_eq!(found, 7);
        let tops: Vec<f64> = drawing.marks.iter().filter_map(|mark| methods[row(mark.unit)].score.ok()).collect();
        assert!(tops.is_sorted_by(|a, b| a >= b), "the best first: {tops:?}");
    }
}

fn row(unit: Unit) -> usize {
    match unit {
        Unit::Row(row) | Unit::Score { row, .. } => row,
        other => panic!("{other:?}"),
    }
}

#[test]
fn points_stand_where_their_scores_say_and_answer_a_pointer() {
    let scores = scores(60);
    let spreads = spreads(&scores);
    let drawing = violins(&spreads, Some(0.5), "Focus", &frame(900.0, &LIGHT, "", ""));
    let mut found = 0;
    for mark in &drawing.marks {
        let (Unit::Score { row, column }, Place::Circle { x, y, .. }) = (mark.unit, mark.place) else { continue };
        let expected = place(&drawing, ["0.2", "0.8"], scores[row][column].unwrap());
        assert!((x - expected).abs() < 0.15, "{mark:?} {expected}");
        assert!(
            drawing.at(x, y, 3.0).is_some_and(|mark| matches!(mark.unit, Unit::Score { row: at, .. } if at == row))
        );
        found += 1;
    }
    assert_eq!(found, 60 * 10 - 2, "every score that exists");
    let medians = circles(&drawing, "3.2");
    for (method, scores) in scores.iter().enumerate() {
        let expected = place(&drawing, ["0.2", "0.8"], Summary::of(scores).median().unwrap());
        assert!((medians[method].0 - expected).abs() < 0.15, "{method}: {:?} {expected}", medians[method]);
    }
}

#[test]
fn cells_say_their_numbers() {
    let values = correlations(&scores(60));
    let drawing = matrix(&NAMES, &values, "rho", &frame(900.0, &LIGHT, "", ""));
    let texts = said(&drawing.svg);
    for mark in &drawing.marks {
        let (Unit::Pair(row, column), Place::Rectangle { x, y, width, height }) = (mark.unit, mark.place) else {
            panic!("{mark:?}")
        };
        let inside = |said: &&Said| {
            said.room[0] >= x && said.room[2] <= x + width && said.room[1] >= y && said.room[3] <= y + height
        };
        let text = texts.iter().find(inside).map(|said| said.text.replace('\u{2212}', "-").parse::<f64>().unwrap());
        match values[row][column] {
            Ok(value) if row != column => assert!((text.unwrap() - value).abs() <= 0.005 + 1e-9, "{row} {column}"),
            _ => assert_eq!(text, None, "{row} {column}"),
        }
    }
    assert_eq!(drawing.marks.len(), 100);
    assert!(texts.iter().any(|said| said.text == "10 pairs: All values are equal."));
}

#[test]
fn the_targets_cells_are_framed_where_they_are() {
    let drawing = summary_sheet(8, 900.0, &LIGHT);
    let Place::Rectangle { x, y, width, .. } = drawing.marks[0].place else { panic!() };
    assert_eq!(drawing.marks[0].unit, Unit::Mosaic);
    let dimmed = drawing.svg.split("<rect").filter(|rest| rest.contains("fill-opacity=\"0.5\""));
    let corners: Vec<(f64, f64)> = dimmed.map(|tag| (number(tag, "x") - x, number(tag, "y") - y)).collect();
    let half = width / 2.0;
    let near = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 0.11 && (a.1 - b.1).abs() < 0.11;
    assert!(corners.len() == 2 && near(corners[0], (half, 0.0)) && near(corners[1], (0.0, half)), "{corners:?}");
}
