//! The network's answers when only some segments of the photo are seen: what LIME and KernelSHAP ask.

use super::prelude::*;
use super::regression::Fit;
use super::sampling::{Samples, Scores, sampled};
use crate::photo::baseline::Baseline;
use crate::segment::quickshift::Quickshift;
use crate::segment::slic::Slic;
use crate::segment::{Algorithm, Picture, SegmentError, Segments};
use std::ops::Range;

/// The parameters about segments; the first is what LIME was published with.
pub const SEGMENTS: Param = Param {
    id: "segments",
    sentence: "How the photo is cut into parts.",
    unit: "",
    domain: Domain::Choice(&[QUICKSHIFT, SLIC, GRID]),
};

/// The same, with a grid if nothing is said.
pub const GRID_SEGMENTS: Param = Param { domain: Domain::Choice(&[GRID, SLIC, QUICKSHIFT]), ..SEGMENTS };

const QUICKSHIFT: (&str, &str) = ("quickshift", "Along edges, as many as there are: quickshift.");
const SLIC: (&str, &str) = ("slic", "Along edges, about as many as set: SLIC.");
const GRID: (&str, &str) = ("grid", "Into squares, about as many as set.");

/// About how many there are, where it can be set.
pub const PARTS: Param = Param {
    id: "parts",
    sentence: "About how many parts, for squares and SLIC.",
    unit: "",
    domain: Domain::Count { default: 16, least: 2, most: 1000 },
};

/// What takes the place of parts that are not seen: their own mean colour, if nothing is said.
pub const HIDDEN: Param = Param {
    id: "hidden",
    sentence: "What takes the place of parts that are not seen.",
    unit: "",
    domain: Domain::Choice(&[OWN, ZERO, BLACK, WHITE, MEAN, BLUR, NOISE]),
};

/// The same, with the mean colour of the training photos if nothing is said.
pub const HIDDEN_BY_ZERO: Param =
    Param { domain: Domain::Choice(&[ZERO, OWN, BLACK, WHITE, MEAN, BLUR, NOISE]), ..HIDDEN };

const OWN: (&str, &str) = ("own", "The part's own mean colour.");
const ZERO: (&str, &str) = ("zero", "The mean colour of the photos the network was trained on.");
const BLACK: (&str, &str) = ("black", "Black.");
const WHITE: (&str, &str) = ("white", "White.");
const MEAN: (&str, &str) = ("mean", "The photo's own mean colour.");
const BLUR: (&str, &str) = ("blur", "The photo, blurred until only its large areas are left.");
const NOISE: (&str, &str) = ("noise", "Each number drawn evenly between black and white.");

/// What the network answered to rows of parts.
pub struct Answers {
    /// Which rows, by their numbers.
    pub drawn: Vec<Range<usize>>,
    /// Which parts are seen, row after row.
    pub rows: Vec<Vec<bool>>,
    /// The answers.
    pub found: Vec<f64>,
}

/// A photo in parts, to be seen or not.
pub struct Parts {
    /// The parts.
    pub segments: Segments,
    seen: Vec<f32>,
    hidden: Vec<f32>,
}

impl Parts {
    /// Cuts the input as set.
    ///
    /// # Errors
    /// If it cannot be cut so, or the device fails.
    pub async fn of(work: &Work<'_, '_>) -> Result<Parts, MethodError> {
        let refuse = |error: SegmentError| MethodError::Refused(error.to_string());
        let (height, width) = work.session.size;
        let count = work.settings.count("parts");
        let algorithm = match work.settings.choice("segments") {
            "quickshift" => Algorithm::Quickshift(Quickshift::LIME),
            "slic" => Algorithm::Slic(Slic { segments: count, ..Slic::default() }),
            _ => {
                let side = ((height * width) as f64 / count as f64).sqrt().ceil() as usize;
                Algorithm::Grid { rows: height.div_ceil(side), columns: width.div_ceil(side) }
            }
        };
        let picture = Picture::from_bytes(work.input.rgb.clone(), height, width).map_err(refuse)?;
        let segments = algorithm.segment(&picture).map_err(refuse)?;
        if segments.count < 2 {
            return Err(MethodError::Undefined(
                "The photo is one part alone, so no part can be told from another.".into(),
            ));
        }
        let seen = work.session.input().read().await?;
        let hidden = match work.settings.choice("hidden") {
            "own" => segments.coloured(&segments.mean_colours(&seen)),
            name => {
                let preprocess = &work.session.network.card.preprocess;
                Baseline::named(name).numbers(&seen, work.input, preprocess, work.seed)
            }
        };
        Ok(Parts { segments, seen, hidden })
    }

    /// Appends the picture in which only these parts are seen.
    fn picture(&self, on: &[bool], to: &mut Vec<f32>) {
        let labels = self.segments.labels.iter().cycle();
        let numbers = self.seen.iter().zip(&self.hidden).zip(labels);
        to.extend(numbers.map(|((seen, hidden), &part)| if on[part as usize] { *seen } else { *hidden }));
    }

    /// Asks the network about rows of parts, which it is told by their numbers, and draws what the answers come to.
    ///
    /// # Errors
    /// If the device fails, or the answers determine no map.
    pub async fn ask(
        &self,
        work: &mut Work<'_, '_>,
        count: usize,
        row: impl Fn(usize) -> Vec<bool>,
        drawn: fn(&Work<'_, '_>, &Parts, &Answers) -> Result<Map, MethodError>,
    ) -> Result<Map, MethodError> {
        let (height, width) = work.session.size;
        let draw = |work: &mut Work<'_, '_>, batch: Range<usize>| {
            let n = batch.len();
            let mut numbers = Vec::with_capacity(n * self.seen.len());
            batch.for_each(|i| self.picture(&row(i), &mut numbers));
            let inputs = work.upload(numbers, &[n, 3, height, width]);
            Ok(work.session.again(inputs).scores(&work.objective))
        };
        let finish = async |work: &Work<'_, '_>, scores: Vec<f32>, numbers: &[Range<usize>]| {
            let rows = numbers.iter().cloned().flatten().map(&row).collect();
            let found = scores.into_iter().map(f64::from).collect();
            drawn(work, self, &Answers { drawn: numbers.to_vec(), rows, found })
        };
        let samples = Samples::of(work, count, 1, Pass::Forward);
        sampled::<Scores>(work, samples, draw, finish).await
    }
}

/// Why there may be no fit.
pub const UNDETERMINED: &str = "The samples do not determine each part's share: take more of them.";

/// A fit, or why there is none.
///
/// # Errors
/// If the samples determine none.
pub fn determined(fit: Option<Fit>) -> Result<Fit, MethodError> {
    fit.ok_or_else(|| MethodError::Undefined(UNDETERMINED.into()))
}

/// A map of coefficients painted over their parts, with the standard error of all of them together.
#[must_use]
pub fn painted(
    work: &Work<'_, '_>,
    parts: &Parts,
    values: &[f64],
    errors: Option<&[f64]>,
    samples: (usize, usize),
) -> Map {
    let numbers: Vec<f32> = values.iter().map(|&v| v as f32).collect();
    let mut map = work.map(parts.segments.painted(&numbers));
    let length = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>().sqrt();
    let whole = length(values);
    map.facts.provenance.samples = Some(samples);
    map.facts.provenance.error = errors.filter(|_| whole > 0.0).map(|errors| length(errors) / whole);
    map
}
