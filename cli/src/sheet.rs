//! The summary sheet of one mosaic: what it shows, every map over it, its scores.

use crate::run::Ran;
use tessera_core::descriptor::Sign;
use tessera_core::experiment::record::{Outcome, Unit};
use tessera_core::experiment::{Record, Subject};
use tessera_core::figure::board::titles;
use tessera_core::figure::frame::Frame;
use tessera_core::figure::overlay::overlay;
use tessera_core::figure::picture::url;
use tessera_core::figure::sheet::{Card, Framed, sheet};
use tessera_core::figure::theme::LIGHT;
use tessera_core::map::steps::apply;
use tessera_core::metric::Metric;
use tessera_core::mosaic::Mosaic;
use tessera_core::photo::Input;
use tessera_core::undefined::Score;

/// Longest side of a picture on the sheet: larger ones make a file of megabytes.
const LONGEST: usize = 300;

/// Most scores below a picture.
const SCORES: usize = 4;

/// The sheet as SVG; none where the unit is no mosaic.
#[must_use]
pub fn of(record: &Record, unit: &Unit, mosaic: &Mosaic, input: &Input, ran: &Ran) -> Option<Vec<u8>> {
    let Subject::Mosaics(mosaics) = &record.spec.subject else { return None };
    let names = titles(&record.spec.methods);
    let cells = mosaics.ground(mosaic);
    let metrics: Vec<Metric> = record.spec.metrics.iter().filter_map(|id| Metric::find(id)).collect();
    let pictures: Vec<Result<String, String>> =
        (0..names.len()).map(|at| ran.outcome(at).map(|map| picture(record, at, map, input))).collect();
    let scores: Vec<Vec<(&str, Score)>> = unit.outcomes.iter().map(|outcome| scores_of(outcome, &metrics)).collect();
    let card = |at: usize| Card {
        name: &names[at],
        picture: pictures[at].as_deref().map_err(String::as_str),
        sign: unit.outcomes[at].made().map_or(Sign::Positive, |made| made.map.sign),
        scores: &scores[at],
    };
    let cards: Vec<Card<'_>> = (0..names.len()).map(card).collect();
    let whole = url(&input.rgb, (input.height, input.width), LONGEST);
    let ends = "Each map by its own greatest magnitude.";
    let framed = Framed { picture: &whole, cells: &cells, target: &unit.target.name, ends };
    let percent = 100.0 * unit.target.probability;
    let caption = format!("{}: {} has {percent:.1} %.", unit.name, unit.target.name);
    let frame =
        Frame { width: 900.0, margin: 24.0, theme: &LIGHT, heading: &record.spec.network.id, caption: &caption };
    Some(sheet(&framed, &cards, &frame).svg.into_bytes())
}

/// The map as it was scored, over the mosaic.
fn picture(record: &Record, at: usize, map: &tessera_core::map::Map, input: &Input) -> String {
    let steps = record.spec.steps.get(at).map_or(&[][..], Vec::as_slice);
    let shown = apply(steps, map.clone()).unwrap_or_else(|_| map.clone());
    url(&overlay(&shown, input), (input.height, input.width), LONGEST)
}

fn scores_of(outcome: &Outcome, metrics: &[Metric]) -> Vec<(&'static str, Score)> {
    let scores = outcome.made().map_or(&[][..], |made| &made.scores[..]);
    metrics.iter().zip(scores).take(SCORES).map(|(metric, told)| (metric.title(), told.score())).collect()
}
