//! `tessera eval`: how often a network is right on labelled photos.

use super::{Common, read_photo};
use crate::dataset::{DatasetArgs, Labelled};
use crate::model::Model;
use crate::run;
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use tessera_core::experiment::Cell;
use tessera_core::photo::prepare;

/// Say how often a network is right on labelled photos
#[derive(Args)]
pub struct Eval {
    #[command(flatten)]
    dataset: DatasetArgs,
    /// Evaluate only the first so many photos
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// List each class
    #[arg(long)]
    per_class: bool,
    /// Print one JSON document instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// Photos of one class, and how many the network got right.
#[derive(Clone, Copy, Default)]
struct Count {
    photos: usize,
    first: usize,
    five: usize,
}

impl Count {
    fn add(&mut self, place: Option<usize>) {
        self.photos += 1;
        self.first += usize::from(place == Some(0));
        self.five += usize::from(place.is_some_and(|place| place < 5));
    }

    fn share(self, right: usize) -> f64 {
        100.0 * right as f64 / self.photos as f64
    }

    fn json(self) -> Value {
        json!({ "photos": self.photos, "top1": self.first, "top5": self.five })
    }
}

impl Eval {
    /// Runs it; a photo that cannot be read is said and the others go on.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn run(self) -> Result<(), String> {
        let model = self.common.open()?;
        let Labelled { folder, mut photos, left_out } = self.dataset.labelled(&model.classes)?;
        left_out.iter().for_each(|one| eprintln!("tessera: {one}"));
        photos.truncate(self.limit.unwrap_or(usize::MAX));
        let mut all = Count::default();
        let mut classes: BTreeMap<usize, Count> = BTreeMap::new();
        let mut failed = left_out.len();
        for photo in &photos {
            match self.place(&model, &folder.join(&photo.file), photo.class) {
                Ok(place) => {
                    all.add(place);
                    classes.entry(photo.class).or_default().add(place);
                }
                Err(sentence) => {
                    eprintln!("tessera: {sentence}");
                    failed += 1;
                }
            }
        }
        if all.photos == 0 {
            return Err(format!(
                "No photo of {} could be evaluated: name a folder or table of labelled photos.",
                self.dataset.dataset.display()
            ));
        }
        self.print(&model, all, &classes, failed);
        Ok(())
    }

    /// The place of the right class in the network's order.
    fn place(&self, model: &Model, path: &Path, class: usize) -> Result<Option<usize>, String> {
        let photo = read_photo(path)?;
        let input = prepare(&photo, &model.network.card.preprocess, self.common.crop.into());
        let ran = run::explain(model, Cell::answer(&input))?;
        Ok(ran.answer.ranking().iter().position(|&index| index == class))
    }

    fn print(&self, model: &Model, all: Count, classes: &BTreeMap<usize, Count>, failed: usize) {
        if self.json {
            let classes: Vec<Value> = classes
                .iter()
                .map(|(&index, count)| json!({ "index": index, "name": model.classes.name(index), "count": count.json() }))
                .collect();
            let network = &model.network.card;
            let document = json!({ "network": network.id, "sha256": network.sha256, "device": model.device,
                "all": all.json(), "left_out": failed, "classes": classes });
            println!("{document:#}");
            return;
        }
        if self.per_class {
            println!("{:>6} {:>7} {:>7}  class", "photos", "top-1", "top-5");
            for (&index, &count) in classes {
                let (first, five) = (count.share(count.first), count.share(count.five));
                println!("{:>6} {first:>6.1}% {five:>6.1}%  {index} {}", count.photos, model.classes.name(index));
            }
        }
        println!(
            "{}: top-1 {:.1} %, top-5 {:.1} % of {} photos in {} classes{}",
            model.network.card.title,
            all.share(all.first),
            all.share(all.five),
            all.photos,
            classes.len(),
            if failed > 0 { format!("; {failed} left out") } else { String::new() }
        );
    }
}
