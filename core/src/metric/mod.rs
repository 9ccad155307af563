//! Metrics: whether a map may be believed, as one number each.

pub mod relevance;

use crate::descriptor::Sign;
use crate::mosaic::Cells;
use crate::statistics::ranking::Best;
use crate::undefined::{Score, Undefined};
use relevance::{Masses, RATES, Rate, average_precision};

/// A number that is made of a map and the cells it ought to fall on.
#[derive(Clone, Copy, Debug)]
pub enum Metric {
    /// From how much relevance fell where.
    Rate(&'static Rate),
    /// From the order of places by relevance.
    AveragePrecision,
}

impl Metric {
    /// All of them; the first seven are those of FAccT 2024, in its order.
    pub fn all() -> impl Iterator<Item = Metric> {
        RATES.iter().map(Metric::Rate).chain([Metric::AveragePrecision])
    }

    /// The metric of that id.
    #[must_use]
    pub fn find(id: &str) -> Option<Metric> {
        Metric::all().find(|metric| metric.id() == id)
    }

    /// Name in commands and files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Metric::Rate(rate) => rate.id,
            Metric::AveragePrecision => "average-precision",
        }
    }

    /// Name as a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Metric::Rate(rate) => rate.title,
            Metric::AveragePrecision => "Average precision",
        }
    }

    /// What it says.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Metric::Rate(rate) => rate.sentence,
            Metric::AveragePrecision => {
                "How well a threshold on the map would tell the class's places from the others, over all thresholds."
            }
        }
    }

    /// Which end is the better one.
    #[must_use]
    pub fn best(self) -> Best {
        match self {
            Metric::Rate(rate) => rate.best,
            Metric::AveragePrecision => Best::Highest,
        }
    }

    /// Whether it speaks of relevance below zero.
    #[must_use]
    pub fn signed(self) -> bool {
        matches!(self, Metric::Rate(rate) if rate.signed)
    }
}

/// A map on its cells, weighed once for all metrics.
#[derive(Clone, Copy, Debug)]
pub struct Weighed<'a> {
    map: &'a [f32],
    cells: &'a Cells,
    sign: Sign,
    /// How much relevance fell where.
    pub masses: Result<Masses, Undefined>,
}

impl<'a> Weighed<'a> {
    /// Weighs a map that has such a sign.
    ///
    /// # Shapes
    /// `[height, width]`, those of the cells.
    ///
    /// # Panics
    /// If the map has another size than the cells.
    #[must_use]
    pub fn new(map: &'a [f32], cells: &'a Cells, sign: Sign) -> Weighed<'a> {
        Weighed { map, cells, sign, masses: Masses::of(map, cells) }
    }

    /// The number that a metric makes of it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn score(&self, metric: Metric) -> Score {
        match metric {
            Metric::Rate(rate) => self.masses.and_then(|masses| rate.of(&masses, self.sign)),
            Metric::AveragePrecision => average_precision(self.map, self.cells),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_found_by_its_id() {
        for metric in Metric::all() {
            assert_eq!(Metric::find(metric.id()).map(Metric::title), Some(metric.title()));
        }
        assert!(Metric::find("").is_none());
    }
}
