//! `tessera explain`: maps of what a network looked at.

use super::{Common, read_photo};
use crate::model::Model;
use crate::npy;
use crate::run::{self, Ran};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use tessera_core::descriptor::{Scale, Sign};
use tessera_core::digest::sha256;
use tessera_core::experiment::{Cell, MethodSpec, Record, Spec, record::Made};
use tessera_core::figure::answer::answer;
use tessera_core::map::Map;
use tessera_core::photo::{Input, Photo, prepare};

/// Draw maps of what a network looked at
///
/// For each method it writes METHOD.npy (the raw map, f32, C x H x W or H x W) and METHOD.png (the map over what the
/// network saw), and once answer.svg (the best classes as bars) and record.json, which says how all came about.
#[derive(Args)]
pub struct Explain {
    /// Photo: JPEG, PNG, WebP, GIF, BMP or TIFF
    photo: PathBuf,
    /// Methods, with commas between: gradcam, gradient
    #[arg(long, required = true, value_delimiter = ',', value_name = "METHOD,...")]
    method: Vec<String>,
    /// The class to explain: predicted, least, an index or a name
    #[arg(long, default_value = "predicted", value_name = "predicted|least|INDEX|NAME")]
    target: String,
    /// Folder to write to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print the record as JSON instead of a summary
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Explain {
    /// Explains the photo and writes the files.
    pub fn run(self) -> Result<(), String> {
        let model = self.common.open()?;
        let target = model.target(&self.target)?;
        let photo = read_photo(&self.photo)?;
        let input = prepare(&photo, &model.network.card.preprocess, self.common.crop.into());
        let methods: Vec<MethodSpec> = self.method.iter().map(|id| MethodSpec::plain(id.trim())).collect();
        let (scale, seed) = (Scale::Logit, 0);
        let ran = run::explain(&model, Cell { input: &input, target, scale, seed, methods: &methods })?;
        let spec = Spec {
            photo: photo.facts.sha256.clone(),
            network: model.network.card.id.clone(),
            weights: model.network.card.sha256.clone(),
            crop: self.common.crop.into(),
            target,
            scale,
            seed,
            methods,
        };
        let record = self.write(&model, &photo, &input, &ran, spec)?;
        if self.json {
            println!("{}", pretty(&record))
        } else {
            self.print(&record)
        }
        Ok(())
    }

    fn write(&self, model: &Model, photo: &Photo, input: &Input, ran: &Ran, spec: Spec) -> Result<Record, String> {
        fs::create_dir_all(&self.out).map_err(|error| cannot_write(&self.out, &error))?;
        let maps = ran.maps.iter().map(|map| self.write_map(map, input)).collect::<Result<Vec<Made>, String>>()?;
        let ranked = model.rank(&ran.answer);
        let record = Record {
            version: env!("CARGO_PKG_VERSION").into(),
            spec,
            photo: photo.facts.clone(),
            region: input.region,
            input: (input.height, input.width),
            device: model.device.clone(),
            seconds: ran.seconds,
            target: ranked.iter().find(|class| class.index == ran.target).expect("the target is a class").clone(),
            top: ranked.into_iter().take(5).collect(),
            maps,
        };
        write_file(&self.out.join("answer.svg"), answer(&record.top)?.as_bytes())?;
        write_file(&self.out.join("record.json"), (pretty(&record) + "\n").as_bytes())?;
        Ok(record)
    }

    fn write_map(&self, map: &Map, input: &Input) -> Result<Made, String> {
        let id = &map.facts.provenance.method;
        let bytes = tessera_engine::dispatch::bytes(&map.values);
        let file = format!("{id}.npy");
        write_file(&self.out.join(&file), &npy::write(map))?;
        write_file(&self.out.join(format!("{id}.png")), &crate::run::overlay_png(map, input)?)?;
        Ok(Made { file, sha256: sha256(&bytes), map: map.facts.clone() })
    }

    fn print(&self, record: &Record) {
        let target = &record.target;
        println!("{} as {} ({}): {:.2} %", self.photo.display(), target.name, target.index, target.probability * 100.0);
        for made in &record.maps {
            let facts = &made.map;
            let sign = if facts.sign == Sign::Signed { "signed" } else { "positive" };
            let size = format!("{} x {} x {}", facts.channels, facts.height, facts.width);
            println!("  {:<10} {size:<13} {sign:<8} {}", facts.provenance.method, self.out.join(&made.file).display());
        }
    }
}

fn pretty(record: &Record) -> String {
    serde_json::to_string_pretty(record).expect("a record is plain data")
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> String {
    format!("{} could not be written ({error}): choose another --out.", path.display())
}
