//! The figures of a run, as they go into its ZIP file.

use crate::state::desk::Opened;
use crate::state::order::{entry, title};
use tessera_core::descriptor::Family;
use tessera_core::experiment::summary::{Estimate, MetricSummary};
use tessera_core::figure::alphas::{Agreement, alphas};
use tessera_core::figure::frame::Frame;
use tessera_core::figure::matrix::matrix;
use tessera_core::figure::ranking::{Ranked, Ranking};
use tessera_core::figure::theme::LIGHT;
use tessera_core::figure::violin::{Spread, violins};
use tessera_core::metric::Metric;
use tessera_core::undefined::{Score, Told};

/// Width of a figure, and its margin.
const WIDTH: f64 = 720.0;
const MARGIN: f64 = 20.0;

/// Names and texts of all figures of a run.
pub fn figures(opened: &Opened) -> Vec<(String, String)> {
    let metrics =
        opened.summary.metrics.iter().enumerate().filter_map(|(at, one)| Some((at, one, Metric::find(&one.metric)?)));
    let mut drawn: Vec<(String, String)> =
        metrics.flat_map(|(at, summary, metric)| of_metric(opened, at, summary, metric)).collect();
    if !drawn.is_empty() {
        drawn.push(("agreement".into(), agreement(opened)));
    }
    drawn
}

fn frame<'a>(heading: &'a str, caption: &'a str) -> Frame<'a> {
    Frame { width: WIDTH, margin: MARGIN, theme: &LIGHT, heading, caption }
}

fn of_metric(opened: &Opened, at: usize, summary: &MetricSummary, metric: Metric) -> [(String, String); 3] {
    let names: Vec<&str> = opened.record.spec.methods.iter().map(|method| title(&method.id)).collect();
    let control = |at: usize| {
        let family = entry(&opened.record.spec.methods[at].id).map(|entry| entry.family);
        family == Some(Family::Control)
    };
    let methods: Vec<Ranked<'_>> = summary
        .methods
        .iter()
        .enumerate()
        .map(|(at, method)| Ranked {
            name: names[at],
            score: score(method.mean.value),
            interval: ends(&method.mean),
            rank: method
                .by_mean
                .map(|one| one.interval.map_or([one.rank; 2], |interval| [interval.low, interval.high])),
            control: control(at),
            undefined: method.undefined.values().sum(),
        })
        .collect();
    let (id, name, units) = (metric.id(), metric.title(), opened.summary.units);
    let caption = format!("Mean {name} over {units} mosaics, 95 % bootstrap interval over source photos.");
    let ranking = Ranking { methods: &methods, best: metric.best(), statistic: "mean", score: name, chance: None };
    let ranking = ranking.draw(&frame("Where does the relevance fall?", &caption)).svg;
    let rows: Vec<Vec<Score>> =
        opened.record.scores(at).into_iter().map(|row| row.into_iter().map(score).collect()).collect();
    let spreads: Vec<Spread<'_>> = rows
        .iter()
        .enumerate()
        .map(|(at, scores)| {
            let leader = summary.methods[at].by_mean.is_some_and(|one| one.rank <= 1.0);
            Spread { name: names[at], scores, leader, control: control(at) }
        })
        .collect();
    let caption = format!("{name} of each mosaic: density, middle half, median and mean.");
    let spread = violins(&spreads, None, name, &frame("How do scores spread over mosaics?", &caption)).svg;
    let rho: Vec<Vec<Score>> = summary.rho.iter().map(|row| row.iter().map(|one| score(one.value)).collect()).collect();
    let caption = format!("Spearman's rho between methods over mosaics, by {name}.");
    let correlation = matrix(&names, &rho, "rho", &frame("Do methods agree?", &caption)).svg;
    [(format!("ranking-{id}"), ranking), (format!("spread-{id}"), spread), (format!("correlation-{id}"), correlation)]
}

fn agreement(opened: &Opened) -> String {
    let rows: Vec<Agreement<'_>> = opened
        .summary
        .metrics
        .iter()
        .map(|metric| Agreement {
            name: Metric::find(&metric.metric).map_or("", Metric::title),
            alpha: score(metric.alpha.value),
            interval: ends(&metric.alpha),
        })
        .collect();
    let caption = "Krippendorff's alpha of the ranks that mosaics give to methods, ordinal, 95 % bootstrap interval.";
    alphas(&rows, &frame("Do mosaics agree on the ranking?", caption)).svg
}

fn score(told: Told) -> Score {
    match told {
        Told::Number(number) => Ok(number),
        Told::Undefined(why) => Err(why),
    }
}

fn ends(estimate: &Estimate) -> Option<[f64; 2]> {
    estimate.interval.map(|interval| [interval.low, interval.high])
}
