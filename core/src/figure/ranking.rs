//! Methods in the order of their scores, each with the interval of its score and of its rank.

use super::dots::{self, Row};
use super::drawing::Drawing;
use super::frame::{Frame, Sheet, Sign};
use super::rows::Ground;
use super::ticks::number;
use crate::statistics::ranking::Best;
use crate::undefined::Score;

/// A method's place.
#[derive(Clone, Copy, Debug)]
pub struct Ranked<'a> {
    /// Name as a person reads it.
    pub name: &'a str,
    /// Its mean or median score.
    pub score: Score,
    /// Where the score may lie.
    pub interval: Option<[f64; 2]>,
    /// Where its rank may lie, 1 for the best; none where it takes no part.
    pub rank: Option<[f64; 2]>,
    /// Whether it is a control, that knows nothing of the network.
    pub control: bool,
    /// On how many mosaics it has no score.
    pub undefined: usize,
}

/// A ranking.
#[derive(Clone, Copy, Debug)]
pub struct Ranking<'a> {
    /// The methods in any order.
    pub methods: &'a [Ranked<'a>],
    /// Which end of the score is the better one.
    pub best: Best,
    /// What stands above the scores: `mean` or `median`.
    pub statistic: &'a str,
    /// Name of the score.
    pub score: &'a str,
    /// The score of a map that knows nothing.
    pub chance: Option<f64>,
}

impl Ranking<'_> {
    /// Draws it; marks are [`Row`](super::drawing::Unit::Row)s with the index of the method.
    #[must_use]
    pub fn draw(&self, frame: &Frame<'_>) -> Drawing {
        let mut sheet = Sheet::new(frame);
        let order = self.order();
        let rows: Vec<Row> = order.iter().map(|&method| self.row(method)).collect();
        let ground = Ground {
            line: self.chance.map(|chance| (chance, "chance".to_owned())),
            shade: None,
            heads: vec![self.statistic.to_owned(), "rank".to_owned()],
        };
        dots::draw(&mut sheet, &rows, &ground, self.chance.as_slice());
        self.explain(&mut sheet, &order);
        sheet.finish(&self.label(&order))
    }

    /// Indices of the methods, the best first, those without a score last.
    fn order(&self) -> Vec<usize> {
        let sign = if self.best == Best::Highest { -1.0 } else { 1.0 };
        let key = |&method: &usize| self.methods[method].score.map_or(f64::INFINITY, |score| sign * score);
        let mut order: Vec<usize> = (0..self.methods.len()).collect();
        order.sort_by(|a, b| key(a).total_cmp(&key(b)));
        order
    }

    fn row(&self, unit: usize) -> Row {
        let method = &self.methods[unit];
        let value = method.score.map_or_else(|_| String::new(), fixed);
        Row {
            unit,
            name: method.name.to_owned(),
            value: method.score,
            interval: method.interval,
            words: vec![value, method.rank.map_or_else(String::new, ranks)],
            sign: method.sign(),
        }
    }

    fn explain(&self, sheet: &mut Sheet<'_>, order: &[usize]) {
        let there = |sign: Sign| self.methods.iter().any(|method| method.sign() == sign);
        let keys = [(Sign::Leader, "may be first"), (Sign::Control, "control")];
        sheet.keys(&keys.into_iter().filter(|(sign, _)| there(*sign)).collect::<Vec<_>>());
        let missing = order.iter().map(|&method| &self.methods[method]).filter(|method| method.undefined > 0);
        let missing: Vec<String> = missing.map(|method| format!("{} {}", method.name, method.undefined)).collect();
        if !missing.is_empty() {
            let ink = sheet.frame.theme.ink_3;
            sheet.note(&format!("Mosaics without a score: {}", missing.join(", ")), ink);
        }
    }

    fn label(&self, order: &[usize]) -> String {
        let first = order.first().map(|&method| &self.methods[method]);
        let first = first.and_then(|method| Some(format!("; {} first at {}", method.name, fixed(method.score.ok()?))));
        format!("Methods ranked by {} {}, with intervals{}", self.statistic, self.score, first.unwrap_or_default())
    }
}

impl Ranked<'_> {
    fn sign(&self) -> Sign {
        match self.rank {
            _ if self.control => Sign::Control,
            Some([low, _]) if low <= 1.0 => Sign::Leader,
            _ => Sign::Plain,
        }
    }
}

/// Three decimals, zeros too, so that numbers stand below each other.
pub(super) fn fixed(value: f64) -> String {
    let text = format!("{value:.3}");
    if text == "-0.000" { "0.000".to_owned() } else { text.replace('-', "\u{2212}") }
}

fn ranks([low, high]: [f64; 2]) -> String {
    let (low, high) = (number(low, 1), number(high, 1));
    if low == high { low } else { format!("{low}\u{2013}{high}") }
}
