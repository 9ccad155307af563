//! The drawings of a run: which method, how scores spread, whether mosaics and methods agree.

use super::alphas::{Agreement, alphas};
use super::differences::Differing;
use super::drawing::Drawing;
use super::frame::Frame;
use super::matrix::matrix;
use super::ranking::{Ranked, Ranking};
use super::study_violin::study_violins;
use super::theme::LIGHT;
use super::violin::{Spread, violins};
use crate::descriptor::Family;
use crate::experiment::MethodSpec;
use crate::experiment::record::{Record, names};
use crate::experiment::summary::{MetricSummary, Summary};
use crate::experiment::tables::File;
use crate::method;
use crate::metric::Metric;
use crate::undefined::{Score, Told};

/// A record and what it says.
#[derive(Clone, Copy, Debug)]
pub struct Board<'a> {
    /// What came out.
    pub record: &'a Record,
    /// Its summary.
    pub summary: &'a Summary,
}

/// One metric of a board.
struct Column<'a> {
    at: usize,
    metric: Metric,
    says: &'a MetricSummary,
}

impl Board<'_> {
    /// Names of the methods as a person reads them.
    #[must_use]
    pub fn titles(&self) -> Vec<String> {
        titles(&self.record.spec.methods)
    }

    /// Which of the methods are controls, that know nothing of the network.
    #[must_use]
    pub fn controls(&self) -> Vec<bool> {
        let control = |id: &str| method::entry(id).is_some_and(|entry| entry.family == Family::Control);
        self.record.spec.methods.iter().map(|spec| control(&spec.id)).collect()
    }

    /// The score of a map that knows nothing and spreads both signs evenly, where it is one number for all mosaics.
    #[must_use]
    pub fn chance(&self, metric: Metric) -> Option<f64> {
        let unit = self.record.units.iter().find(|unit| !unit.cells.is_empty())?;
        let targets = unit.cells.iter().filter(|photo| photo.class == unit.target.index).count();
        let share = targets as f64 / unit.cells.len() as f64;
        match metric.id() {
            "precision" | "average-precision" => Some(share),
            "negative-predictive-value" | "false-discovery-rate" => Some(1.0 - share),
            "matthews-correlation" => Some(0.0),
            "f1-score" | "jaccard" => None,
            _ => Some(0.5),
        }
    }

    fn column(&self, at: usize) -> Option<Column<'_>> {
        let says = self.summary.metrics.get(at)?;
        Some(Column { at, metric: Metric::find(&says.metric)?, says })
    }

    /// The methods in the order of their means by one of the Spec's metrics.
    #[must_use]
    pub fn ranking(&self, metric: usize, frame: &Frame<'_>) -> Option<Drawing> {
        let Column { metric, says, .. } = self.column(metric)?;
        let (titles, controls) = (self.titles(), self.controls());
        let ranked = |(at, method): (usize, &crate::experiment::summary::MethodSummary)| {
            let rank = method.by_mean.map(|standing| standing.interval.map_or([standing.rank; 2], |i| [i.low, i.high]));
            let (score, interval) = (method.mean.value.score(), method.mean.ends());
            let undefined = method.undefined.values().sum();
            Ranked { name: &titles[at], score, interval, rank, control: controls[at], undefined }
        };
        let methods: Vec<Ranked<'_>> = says.methods.iter().enumerate().map(ranked).collect();
        let (best, score, chance) = (metric.best(), metric.title(), self.chance(metric));
        Some(Ranking { methods: &methods, best, statistic: "mean", score, chance }.draw(frame))
    }

    /// How the scores of each method spread over mosaics, of which one in `step` is drawn.
    #[must_use]
    pub fn spread(&self, metric: usize, step: usize, frame: &Frame<'_>) -> Option<Drawing> {
        let column = self.column(metric)?;
        let (rows, titles) = (self.rows(&column, step), self.titles());
        let chance = self.chance(column.metric);
        Some(violins(&self.spreads(&column, &rows, &titles), chance, column.metric.title(), frame))
    }

    /// The same as the FAccT 2024 study drew it.
    #[must_use]
    pub fn study_spread(&self, metric: usize, step: usize, frame: &Frame<'_>) -> Option<Drawing> {
        let column = self.column(metric)?;
        let (rows, titles) = (self.rows(&column, step), self.titles());
        Some(study_violins(&self.spreads(&column, &rows, &titles), column.metric.title(), frame))
    }

    fn rows(&self, column: &Column<'_>, step: usize) -> Vec<Vec<Score>> {
        let scores = self.record.scores(column.at);
        scores.into_iter().map(|row| row.into_iter().step_by(step).map(Told::score).collect()).collect()
    }

    fn spreads<'b>(&self, column: &Column<'_>, rows: &'b [Vec<Score>], titles: &'b [String]) -> Vec<Spread<'b>> {
        let best = column.says.methods.iter().filter_map(|one| Some(one.by_mean?.rank)).fold(f64::MAX, f64::min);
        let controls = self.controls();
        let spread = |(at, scores): (usize, &'b Vec<Score>)| Spread {
            name: &titles[at],
            scores,
            leader: column.says.methods[at].by_mean.is_some_and(|one| one.rank <= best),
            control: controls[at],
        };
        rows.iter().enumerate().map(spread).collect()
    }

    /// Spearman's rho between methods over mosaics by one of the Spec's metrics.
    #[must_use]
    pub fn correlations(&self, metric: usize, frame: &Frame<'_>) -> Option<Drawing> {
        let Column { says, .. } = self.column(metric)?;
        let titles = self.titles();
        let names: Vec<&str> = titles.iter().map(String::as_str).collect();
        let values: Vec<Vec<Score>> =
            says.rho.iter().map(|row| row.iter().map(|one| one.value.score()).collect()).collect();
        Some(matrix(&names, &values, "rho", frame))
    }

    /// Which methods differ by one of the Spec's metrics: their mean ranks over mosaics.
    #[must_use]
    pub fn differences(&self, metric: usize, frame: &Frame<'_>) -> Option<Drawing> {
        let tested = self.column(metric)?.says.differences.tested()?;
        let (titles, controls, names) = (self.titles(), self.controls(), self.record.names());
        let method = |(name, rank): (&String, &f64)| {
            let at = names.iter().position(|one| one == name)?;
            Some((titles[at].as_str(), *rank, controls[at]))
        };
        let methods: Vec<_> = tested.methods.iter().zip(&tested.friedman.ranks).filter_map(method).collect();
        Some(Differing { methods: &methods, critical: tested.critical }.draw(frame))
    }

    /// Spearman's rho between the Spec's metrics over mosaics for one of the methods.
    #[must_use]
    pub fn between_metrics(&self, method: usize, frame: &Frame<'_>) -> Option<Drawing> {
        let says = self.summary.between_metrics.get(method)?;
        let title = |id: &String| Metric::find(id).map_or("", Metric::title);
        let names: Vec<&str> = self.record.spec.metrics.iter().map(title).collect();
        let values: Vec<Vec<Score>> = says.rho.iter().map(|row| row.iter().map(|one| one.score()).collect()).collect();
        Some(matrix(&names, &values, "rho", frame))
    }

    /// How far mosaics agree on the order of methods, a row a metric.
    #[must_use]
    pub fn agreement(&self, frame: &Frame<'_>) -> Drawing {
        let row = |says: &'_ MetricSummary| {
            let name = Metric::find(&says.metric).map_or("", Metric::title);
            Agreement { name, alpha: says.alpha.value.score(), interval: says.alpha.ends() }
        };
        alphas(&self.summary.metrics.iter().map(row).collect::<Vec<_>>(), frame)
    }

    /// All drawings as SVG files for light paper.
    #[must_use]
    pub fn files(&self) -> Vec<File> {
        let network = &self.record.spec.network.id;
        let mut files = vec![];
        let mut put = |name: &str, heading: &str, caption: &str, draw: &dyn Fn(&Frame<'_>) -> Option<Drawing>| {
            let frame = Frame { width: 760.0, margin: 24.0, theme: &LIGHT, heading, caption };
            let svg = draw(&frame).map(|drawing| drawing.svg.into_bytes());
            files.extend(svg.map(|bytes| File { name: format!("figures/{name}.svg"), bytes }));
        };
        for (at, says) in self.summary.metrics.iter().enumerate() {
            let (id, units) = (&says.metric, self.summary.units);
            let title = Metric::find(id).map_or("", Metric::title);
            let about = format!("{title} of {units} mosaics, {network}");
            let means = format!("Means over {units} mosaics; intervals of 95 % from resampling source photos.");
            put(&format!("ranking-{id}"), &about, &means, &|frame| self.ranking(at, frame));
            put(&format!("spread-{id}"), &about, "Every point is a mosaic.", &|frame| self.spread(at, 1, frame));
            put(&format!("study-spread-{id}"), &about, "", &|frame| self.study_spread(at, 1, frame));
            let between = "Spearman's rho between methods over mosaics: whether they find the same ones easy.";
            put(&format!("correlations-{id}"), &about, between, &|frame| self.correlations(at, frame));
            let ranks = "Mean ranks over mosaics; methods whose lines do not overlap differ (Nemenyi, 5 %).";
            put(&format!("differences-{id}"), &about, ranks, &|frame| self.differences(at, frame));
        }
        for (at, (name, title)) in self.record.names().iter().zip(self.titles()).enumerate() {
            let about = format!("{title}: do metrics agree? {network}");
            let between = "Spearman's rho between metrics over mosaics.";
            put(&format!("metrics-{name}"), &about, between, &|frame| self.between_metrics(at, frame));
        }
        let agreement =
            "Krippendorff's alpha of the ranks that mosaics give to methods, ordinal, with intervals of 95 %.";
        put("agreement", &format!("Do mosaics agree on the ranking? {network}"), agreement, &|frame| {
            Some(self.agreement(frame))
        });
        files
    }
}

/// Names of methods as a person reads them; one that stands there again gets a number.
#[must_use]
pub fn titles(methods: &[MethodSpec]) -> Vec<String> {
    let title = |(spec, name): (&MethodSpec, String)| {
        let number = name.strip_prefix(&spec.id).unwrap_or_default().replace('-', " ");
        format!("{}{number}", method::entry(&spec.id).map_or(spec.id.as_str(), |entry| entry.title))
    };
    methods.iter().zip(names(methods)).map(title).collect()
}
