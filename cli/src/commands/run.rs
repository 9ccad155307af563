//! `tessera run`: runs a Spec.

use super::DeviceName;
use crate::dataset::DatasetArgs;
use crate::file::write;
use crate::model::Model;
use crate::png::Painter;
use crate::study::{Keep, Photos, Study, plan};
use clap::Args;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tessera_core::experiment::link::{self, Claim, Found};
use tessera_core::experiment::summary::RESAMPLES;
use tessera_core::experiment::{Record, Spec, Summary, tables};
use tessera_core::figure::board::Board;
use tessera_core::mosaic::{Mosaic, table};
use tessera_core::undefined::Told as Number;

/// Run a Spec: every method on every mosaic, scored, summed up
///
/// Writes spec.json, units.jsonl (a line as soon as a mosaic is done), record.json, summary.json, dataset.csv,
/// mosaics.csv, tables/*.csv, figures/*.svg and link.txt. A run that was cut off goes on where it was when it is started again with the
/// same --out.
#[derive(Args)]
pub struct RunSpec {
    /// The Spec, as `tessera spec` or the page writes it
    spec: PathBuf,
    #[command(flatten)]
    on: On,
    /// Folder to write to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only every n-th mosaic, the k-th of each n: 1/4 ... 4/4; `tessera merge` puts the records together
    #[arg(long, value_name = "K/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Keep every map: maps/MOSAIC-METHOD.npy
    #[arg(long)]
    maps: bool,
    /// Draw a sheet of every mosaic with all maps and scores: sheets/MOSAIC.svg
    #[arg(long)]
    sheets: bool,
    #[command(flatten)]
    told: Told,
}

/// How what came out is told.
#[derive(Args)]
pub struct Told {
    /// Paint the drawings as PNG too, beside the SVG files
    #[arg(long)]
    png: bool,
    /// Print the summary as JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// What a Spec is run on.
#[derive(Args)]
pub struct On {
    #[command(flatten)]
    dataset: DatasetArgs,
    /// The table of mosaics, where the Spec draws by one
    #[arg(long, value_name = "TABLE.csv")]
    mosaics: Option<PathBuf>,
    /// Network: an id of a bundled one, or the path of a model file or card.json [default: the Spec's id]
    #[arg(long, value_name = "ID|PATH")]
    model: Option<String>,
    /// What computes
    #[arg(long, value_enum, default_value_t = DeviceName::Cpu)]
    device: DeviceName,
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((k, n)) if 1 <= k && k <= n => Ok((k, n)),
        _ => Err("write 1/4 for the first of four".into()),
    }
}

impl On {
    /// The network of a Spec with the Spec's preprocessing, and the photos.
    ///
    /// # Errors
    /// One sentence where the weights are others, or something cannot be read.
    pub fn open(&self, spec: &Spec) -> Result<(Model, Photos), String> {
        let id = self.model.as_deref().unwrap_or(&spec.network.id);
        let size = spec.network.preprocess.map(|preprocess| preprocess.size);
        let mut model = Model::open(id, size, self.device.into())?;
        let card = &mut model.network.card;
        if card.sha256 != spec.network.weights {
            return Err(format!(
                "The Spec is about {} with weights {}, and {id} has {}: name its file with --model.",
                spec.network.id, spec.network.weights, card.sha256
            ));
        }
        card.preprocess = spec.network.preprocess.unwrap_or(card.preprocess);
        let (folder, dataset) = self.dataset.read(&model.classes)?;
        let table = read_table(self.mosaics.as_deref())?;
        Ok((model, Photos { folder, dataset, table }))
    }
}

/// Reads a table of mosaics, where one is named.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn read_table(path: Option<&Path>) -> Result<Option<Vec<u8>>, String> {
    let table = path.map(fs::read).transpose();
    table.map_err(|error| format!("The table of mosaics could not be read ({error}): check its path."))
}

/// Reads a Spec.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn read_spec(path: &Path) -> Result<Spec, String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("{} could not be read ({error}): check the path.", path.display()))?;
    Spec::read(&text).map_err(|error| format!("{}: {error}", path.display()))
}

impl RunSpec {
    /// Runs it.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn run(self) -> Result<(), String> {
        let spec = read_spec(&self.spec)?;
        let (model, photos) = self.on.open(&spec)?;
        let units = plan(&spec, &photos)?;
        let (k, n) = self.shard.unwrap_or((1, 1));
        let mut study = Study::open(spec, &model, &self.out, Keep { maps: self.maps, sheets: self.sheets })?;
        study.write("dataset.csv", photos.dataset.table().as_bytes())?;
        let drawn: Vec<Mosaic> = units.iter().filter_map(|unit| unit.mosaic.clone()).collect();
        if !drawn.is_empty() {
            study.write("mosaics.csv", table::write(&drawn).as_bytes())?;
        }
        let mine: Vec<_> = units.iter().enumerate().filter(|(at, _)| at % n == k - 1).map(|(_, unit)| unit).collect();
        let (start, watched) = (Instant::now(), std::io::stderr().is_terminal());
        for (done, unit) in mine.iter().enumerate() {
            study.run(unit)?;
            let gone = start.elapsed().as_secs_f64();
            let left = gone / (done + 1) as f64 * (mine.len() - done - 1) as f64;
            if watched {
                eprint!("\r\x1b[K{} of {}, {left:.0} s left\r", done + 1, mine.len());
            }
        }
        if watched {
            eprint!("\r\x1b[K");
        }
        conclude(&study.record, &self.out, &self.told)
    }
}

/// Writes what is made of a record, and prints it.
///
/// # Errors
/// One sentence if nothing was run or a file cannot be written.
pub fn conclude(record: &Record, out: &Path, told: &Told) -> Result<(), String> {
    if record.units.is_empty() {
        let why = record.failed.first().map_or("there was nothing to run", |failed| &failed.sentence);
        return Err(format!("Nothing came out of this run ({why}): bring photos that can be read."));
    }
    let summary = Summary::of(record, RESAMPLES);
    let text = |value: Result<String, serde_json::Error>| value.expect("plain data") + "\n";
    write(out, "record.json", text(serde_json::to_string(record)).as_bytes())?;
    write(out, "summary.json", text(serde_json::to_string_pretty(&summary)).as_bytes())?;
    for file in tables::all(record, &summary) {
        write(out, &file.name, &file.bytes)?;
    }
    for file in (Board { record, summary: &summary }).files() {
        write(out, &file.name, &file.bytes)?;
    }
    if told.png {
        let painter = Painter::new()?;
        ["figures", "sheets"].iter().try_for_each(|folder| painter.folder(&out.join(folder)))?;
    }
    let link = link::write(&Claim { spec: record.spec.clone(), found: Some(Found::summed(record, &summary)) });
    write(out, "link.txt", format!("{link}\n").as_bytes())?;
    if told.json {
        println!("{}", serde_json::to_string_pretty(&summary).expect("plain data"));
    } else {
        print(record, &summary);
    }
    Ok(())
}

fn print(record: &Record, summary: &Summary) {
    println!("{} on {}: {} run, {} failed", record.spec.network.id, record.device, summary.units, summary.failed);
    let percent = |told: Number| told.number().map_or("-".into(), |share| format!("{:.1} %", 100.0 * share));
    for row in &summary.accuracy {
        println!(
            "  {:<10} top-1 {:>7}  top-5 {:>7}  of {}",
            row.class,
            percent(row.top1),
            percent(row.top5),
            row.units
        );
    }
    for metric in &summary.metrics {
        let alpha = metric.alpha.value.number().map_or("undefined".into(), |alpha| format!("{alpha:.3}"));
        println!("{} (alpha {alpha})", metric.metric);
        let mut methods: Vec<_> = metric.methods.iter().collect();
        let rank =
            |method: &&tessera_core::experiment::summary::MethodSummary| method.by_mean.map_or(f64::MAX, |s| s.rank);
        methods.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        for method in methods {
            let name = &method.method;
            match (method.mean.value, method.by_mean) {
                (Number::Number(mean), Some(standing)) => {
                    let ends =
                        method.mean.interval.map(|i| format!(" [{:.3}, {:.3}]", i.low, i.high)).unwrap_or_default();
                    println!("  {:>4} {name:<24} {mean:.3}{ends}", standing.rank);
                }
                (Number::Undefined(why), _) => println!("     - {name:<24} {why}"),
                (Number::Number(mean), None) => println!("     - {name:<24} {mean:.3}"),
            }
        }
    }
    println!("Record {}", record.digest());
}
