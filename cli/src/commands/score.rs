//! `tessera score`: where the relevance of any tool's maps falls on mosaics.

use crate::file;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tessera_core::descriptor::Sign;
use tessera_core::map::npy::{self, Array};
use tessera_core::metric::relevance::{Masses, RATES, facct24};
use tessera_core::metric::{Metric, Weighed};
use tessera_core::mosaic::{Cells, Layout, MosaicError};
use tessera_core::undefined::{Score, Undefined};

/// Score maps of mosaics, of any tool: how much relevance falls where the class is
///
/// A map of three axes is summed over its channels. A map without values below zero is taken for one of a method that
/// gives none, of which half of the scores would be constants: they are undefined unless --signed says otherwise. With
/// --json one document: `cells` (`rows`, `columns`, `target`), `preset`, and `maps`, of each `file`, `channels`,
/// `height`, `width`, `sign`, `masses` (the relevance above and below zero on and off the target), `scores` by name
/// (null where undefined) and `undefined` (the reason by name); or `file` and `error`.
#[derive(Args)]
pub struct Scores {
    /// Maps: .npy files of the shape [H, W] or [C, H, W]
    #[arg(required = true, value_name = "MAP.npy")]
    maps: Vec<PathBuf>,
    /// The mosaic's cells row by row, 1 where the class is: 1,0,0,1
    #[arg(long, required = true, value_delimiter = ',', value_name = "0|1,...",
          value_parser = clap::value_parser!(u8).range(0..=1))]
    cells: Vec<u8>,
    /// Columns of cells, where these do not fill a square
    #[arg(long, value_name = "COUNT")]
    columns: Option<usize>,
    /// Score as a study did, its own rules for what is undefined included
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// The maps' methods can give values below zero, even if these maps have none
    #[arg(long)]
    signed: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Names of studies.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// Fresz, Lörcher and Huber 2024: seven scores; an undefined precision is 0
    Facct24,
}

/// Scores of one map.
struct Scored {
    map: Array,
    sign: Sign,
    masses: Result<Masses, Undefined>,
    scores: Vec<(&'static str, Score)>,
}

impl Scores {
    /// Scores each map; one that fails is said and the others go on.
    pub fn run(self) -> Result<(), String> {
        let layout = self.layout()?;
        let target: Vec<bool> = self.cells.iter().map(|&cell| cell == 1).collect();
        let cells = layout.cells(&target);
        let (mut documents, mut failed) = (vec![], 0);
        for path in &self.maps {
            match self.score(path, &cells) {
                Ok(scored) if self.json => documents.push(document(path, &scored)),
                Ok(scored) => print(path, &scored),
                Err(sentence) => {
                    eprintln!("tessera: {sentence}");
                    documents.push(json!({ "file": path.display().to_string(), "error": sentence }));
                    failed += 1;
                }
            }
        }
        if self.json {
            let preset = self.preset.map(|_| "facct24");
            let cells = json!({ "rows": layout.rows, "columns": layout.columns, "target": target });
            println!("{:#}", json!({ "cells": cells, "preset": preset, "maps": documents }));
        }
        match failed {
            0 => Ok(()),
            n => Err(format!("{n} of {} maps could not be scored; the reasons stand above.", self.maps.len())),
        }
    }

    /// Cells of one pixel in rows and columns; a map's own size comes later.
    fn layout(&self) -> Result<Layout, String> {
        let count = self.cells.len();
        let targets = self.cells.iter().filter(|&&cell| cell == 1).count();
        if targets == 0 || targets == count {
            return Err(MosaicError::Targets { targets, cells: count }.to_string());
        }
        let columns = self.columns.unwrap_or_else(|| count.isqrt());
        if columns == 0 || !count.is_multiple_of(columns) || (self.columns.is_none() && columns * columns != count) {
            return Err(format!("{count} cells do not fill rows of equal length: say how many --columns they have."));
        }
        Ok(Layout { rows: count / columns, columns, cell: 1, gap: 0 })
    }

    fn score(&self, path: &Path, cells: &Cells) -> Result<Scored, String> {
        let name = path.display();
        let bytes = file::bounded(path, npy::LARGEST)?;
        let map = npy::read(&bytes).map_err(|error| format!("{name}: {error}"))?;
        if map.height < cells.rows || map.width < cells.columns {
            let (height, width) = (map.height, map.width);
            return Err(format!(
                "{name}: a map of {height} x {width} has no place for {} x {} cells: check --cells.",
                cells.rows, cells.columns
            ));
        }
        let (flat, cells) = (map.flat(), cells.scaled(map.height, map.width));
        let signed = self.signed || flat.iter().any(|&value| value < 0.0);
        let sign = if signed { Sign::Signed } else { Sign::Positive };
        let (masses, scores) = match self.preset {
            Some(Preset::Facct24) => as_the_study(&flat, &cells),
            None => rates(&flat, &cells, sign),
        };
        Ok(Scored { map, sign, masses, scores })
    }
}

/// What a map's masses are, and the scores made of them by name.
type Found = (Result<Masses, Undefined>, Vec<(&'static str, Score)>);

fn rates(map: &[f32], cells: &Cells, sign: Sign) -> Found {
    let weighed = Weighed::new(map, cells, sign);
    (weighed.masses, Metric::all().map(|metric| (metric.id(), weighed.score(metric))).collect())
}

/// The study's columns.
fn as_the_study(map: &[f32], cells: &Cells) -> Found {
    let masses = Masses::ignoring_nan(map, cells);
    // F1 is missing where sensitivity is, which is a share of nothing then.
    let why = |reason: Score| reason.err().unwrap_or(Undefined::ZeroDenominator);
    let columns = RATES.iter().zip(facct24(&masses));
    let columns = columns.map(|(rate, column)| (rate.id, column.ok_or_else(|| why(rate.of(&masses, Sign::Signed)))));
    (Ok(masses), columns.collect())
}

fn document(path: &Path, scored: &Scored) -> Value {
    let scores: Map<String, Value> =
        scored.scores.iter().map(|(id, score)| ((*id).into(), json!(score.ok()))).collect();
    let reasons = scored.scores.iter().filter_map(|(id, score)| Some(((*id).to_owned(), json!(score.err()?))));
    json!({
        "file": path.display().to_string(),
        "channels": scored.map.channels,
        "height": scored.map.height,
        "width": scored.map.width,
        "sign": scored.sign,
        "masses": scored.masses.ok(),
        "scores": scores,
        "undefined": reasons.collect::<Map<_, _>>(),
    })
}

fn print(path: &Path, scored: &Scored) {
    let map = &scored.map;
    let summed = if map.channels > 1 { format!(", the sum of {} channels", map.channels) } else { String::new() };
    let sign = if scored.sign == Sign::Signed { "signed" } else { "never below zero" };
    println!("{}: {} x {}{summed}, {sign}", path.display(), map.height, map.width);
    let mut undefined = BTreeMap::<Undefined, Vec<&str>>::new();
    for (id, score) in &scored.scores {
        match score {
            Ok(value) => println!("  {id:<26} {value:.4}"),
            Err(why) => undefined.entry(*why).or_default().push(id),
        }
    }
    for (why, names) in undefined {
        println!("  undefined: {}\n    {why}", names.join(", "));
    }
}
