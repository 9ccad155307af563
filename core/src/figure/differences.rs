//! Which methods differ: mean ranks over mosaics, each with half the critical difference to both sides. Two methods whose
//! lines do not overlap differ (Nemenyi 1963; drawn so by Koning et al. 2005, International Journal of Forecasting 21).

use super::dots::{self, Row};
use super::drawing::Drawing;
use super::frame::{Frame, Sheet, Sign};
use super::rows::Ground;
use super::ticks::number;

/// Mean ranks of methods on the same mosaics.
#[derive(Clone, Copy, Debug)]
pub struct Differing<'a> {
    /// Names as a person reads them, with the mean rank, 1 for the best, and whether it is a control.
    pub methods: &'a [(&'a str, f64, bool)],
    /// Mean ranks farther apart than this differ.
    pub critical: f64,
}

impl Differing<'_> {
    /// Draws them, the best first; marks are [`Row`](super::drawing::Unit::Row)s with the index of the method.
    #[must_use]
    pub fn draw(&self, frame: &Frame<'_>) -> Drawing {
        let mut sheet = Sheet::new(frame);
        let mut order: Vec<usize> = (0..self.methods.len()).collect();
        order.sort_by(|&a, &b| self.methods[a].1.total_cmp(&self.methods[b].1));
        let best = order.first().map_or(f64::MAX, |&at| self.methods[at].1);
        let rows: Vec<Row> = order.iter().map(|&unit| self.row(unit, best)).collect();
        let ground = Ground { heads: vec!["mean rank".to_owned()], ..Ground::default() };
        dots::draw(&mut sheet, &rows, &ground, &[1.0, self.methods.len() as f64]);
        let there = |sign: Sign| rows.iter().any(|row| row.sign == sign);
        let keys = [(Sign::Leader, "not told apart from the best"), (Sign::Control, "control")];
        sheet.keys(&keys.into_iter().filter(|(sign, _)| there(*sign)).collect::<Vec<_>>());
        let names: Vec<&str> = order.iter().map(|&at| self.methods[at].0).collect();
        sheet.finish(&format!(
            "Mean ranks, the best first: {}; the critical difference is {}",
            names.join(", "),
            number(self.critical, 2)
        ))
    }

    fn row(&self, unit: usize, best: f64) -> Row {
        let (name, rank, control) = self.methods[unit];
        let half = self.critical / 2.0;
        let sign = match rank - best <= self.critical {
            _ if control => Sign::Control,
            true => Sign::Leader,
            false => Sign::Plain,
        };
        let (interval, words) = (Some([rank - half, rank + half]), vec![format!("{rank:.2}")]);
        Row { unit, name: name.to_owned(), value: Ok(rank), interval, words, sign }
    }
}
