//! `tessera classify`: the classes a network sees in photos.

use super::{Common, read_photo};
use crate::model::Model;
use crate::run;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};
use tessera_core::experiment::{Cell, record::Ranked};
use tessera_core::photo::prepare;

/// Say what classes a network sees in photos
#[derive(Args)]
pub struct Classify {
    /// Photos: JPEG, PNG, WebP, GIF, BMP or TIFF
    #[arg(required = true, value_name = "PHOTO")]
    photos: Vec<PathBuf>,
    /// How many classes to show
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    top: u16,
    /// Print one JSON document instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Classify {
    /// Classifies each photo; a photo that fails is said and the others go on.
    pub fn run(self) -> Result<(), String> {
        let model = self.common.open()?;
        let mut documents = vec![];
        let mut failed = 0;
        for path in &self.photos {
            match self.classify(&model, path) {
                Ok(top) if self.json => documents.push(json!({ "photo": path.display().to_string(), "top": top })),
                Ok(top) => print_table(path, &top),
                Err(sentence) => {
                    eprintln!("tessera: {sentence}");
                    documents.push(json!({ "photo": path.display().to_string(), "error": sentence }));
                    failed += 1;
                }
            }
        }
        if self.json {
            let document = json!({ "network": model.network.card.id, "device": model.device, "photos": documents });
            println!("{document:#}");
        }
        match failed {
            0 => Ok(()),
            n => Err(format!("{n} of {} photos could not be classified; the reasons stand above.", self.photos.len())),
        }
    }

    fn classify(&self, model: &Model, path: &Path) -> Result<Vec<Ranked>, String> {
        let photo = read_photo(path)?;
        let input = prepare(&photo, &model.network.card.preprocess, self.common.crop.into());
        let ran = run::explain(model, Cell::answer(&input))?;
        Ok(model.rank(&ran.answer).into_iter().take(self.top.into()).collect())
    }
}

fn print_table(path: &Path, top: &[Ranked]) {
    println!("{}", path.display());
    for class in top {
        println!("  {:>6.2} %  {:>4}  {}", class.probability * 100.0, class.index, class.name);
    }
}
