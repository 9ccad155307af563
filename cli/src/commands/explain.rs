//! `tessera explain`: maps of what a network looked at.

use super::{Common, ScaleName, read_photo};
use crate::file::write;
use crate::model::Model;
use crate::run::{self, Ran};
use crate::wish::{self, Wish};
use clap::Args;
use std::path::PathBuf;
use tessera_core::descriptor::Sign;
use tessera_core::experiment::record::{Made, Outcome, Unit};
use tessera_core::experiment::spec::{Convention, VERSION};
use tessera_core::experiment::subject::{PhotoSpec, Subject};
use tessera_core::experiment::{Cell, Classes, MethodSpec, NetworkSpec, Record, Spec};
use tessera_core::figure::answer::answer;
use tessera_core::map::steps::apply;
use tessera_core::map::{Facts, Map, Provenance, npy};
use tessera_core::method::lrp;
use tessera_core::photo::{Input, Photo, prepare};

/// Draw maps of what a network looked at
///
/// For each method it writes METHOD.npy (the raw map, f32, C x H x W or H x W), METHOD.png (the map over what the
/// network saw), where steps are asked for METHOD.steps.npy (the map after them), and for B-cos networks METHOD.rgba.png
/// (the colours that they ask for); once answer.svg (the best classes as bars) and record.json, which says how all came
/// about. A method that is asked for again is called METHOD-2. `tessera methods` lists methods, parameters and presets.
#[derive(Args)]
pub struct Explain {
    /// Photo: JPEG, PNG, WebP, GIF, BMP or TIFF
    photo: PathBuf,
    /// Methods, with commas between: gradcam, gradient
    #[arg(long, required_unless_present = "preset", value_delimiter = ',', value_name = "METHOD,...")]
    method: Vec<String>,
    /// Methods with their settings, as a study used them or as is advised: recommended, facct24, acml24
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// A setting: samples=100, or with several methods smoothgrad.samples=100; may be repeated
    #[arg(long, value_name = "[METHOD.]KEY=VALUE")]
    param: Vec<String>,
    /// What is done to maps afterwards, with commas between: absmax,clip:percentile=99,minmax; a preset has its own.
    /// `tessera methods` lists them
    #[arg(long, value_delimiter = ',', value_name = "STEP[:KEY=VALUE],...")]
    steps: Option<Vec<String>>,
    /// The class to explain: predicted, least, an index or a name; or one rather than another: 281-vs-285
    #[arg(long, default_value = "predicted", value_name = "predicted|least|INDEX|NAME|A-vs-B")]
    target: String,
    /// What of the class is explained
    #[arg(long, value_enum, default_value_t = ScaleName::Logit)]
    scale: ScaleName,
    /// Seed of everything drawn at random
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Write the sums of relevance at each layer into the record, for maps by lrp
    #[arg(long)]
    layer_sums: bool,
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
        let wishes = wish::read(&self.method, self.preset.as_deref(), &self.param, self.steps.as_deref())?;
        let model = self.common.open()?;
        let target = model.target(&self.target)?;
        let photo = read_photo(&self.photo)?;
        let input = prepare(&photo, &model.network.card.preprocess, self.common.crop.into());
        let methods: Vec<MethodSpec> = wishes.iter().map(|wish| wish.spec.clone()).collect();
        let (scale, seed) = (self.scale.into(), self.seed);
        let ran = run::explain(&model, Cell { input: &input, target, scale, seed, methods: &methods, portion: None })?;
        if ran.maps.is_empty() {
            return Err(none(&wishes, &ran));
        }
        let shown = PhotoSpec { sha256: photo.facts.sha256.clone(), crop: self.common.crop.into() };
        let spec = Spec {
            tessera: VERSION,
            network: NetworkSpec::of(&model.network.card),
            subject: Subject::Photo(shown),
            target,
            scale,
            seed,
            methods,
            steps: wishes.iter().map(|wish| wish.steps.clone()).collect(),
            metrics: vec![],
            convention: Convention::Tessera,
        };
        let record = self.write(&model, &photo, &input, (&ran, &wishes), spec)?;
        if self.json {
            println!("{}", pretty(&record))
        } else {
            self.print(&record, &model.classes)
        }
        Ok(())
    }

    fn write(
        &self,
        model: &Model,
        photo: &Photo,
        input: &Input,
        (ran, wishes): (&Ran, &[Wish]),
        spec: Spec,
    ) -> Result<Record, String> {
        let (seed, mut outcomes) = (spec.seed, vec![]);
        for (at, wish) in wishes.iter().enumerate() {
            outcomes.push(match ran.outcome(at) {
                Ok(map) => Outcome::Map(Box::new(self.write_method(model, wish, map, input)?)),
                Err(sentence) => Outcome::Missing(sentence),
            });
        }
        let name = self.photo.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let unit = Unit { seed, outcomes, ..ran.unit(model, &name, photo.facts.clone(), input) };
        write(&self.out, "answer.svg", answer(&unit.top)?.as_bytes())?;
        let mut record = Record::new(env!("CARGO_PKG_VERSION"), spec, &model.device);
        record.add(unit);
        write(&self.out, "record.json", (pretty(&record) + "\n").as_bytes())?;
        Ok(record)
    }

    fn write_map(&self, name: &str, map: &Map, input: &Input) -> Result<Made, String> {
        write(&self.out, &format!("{name}.png"), &crate::run::overlay_png(map, input)?)?;
        self.write_numbers(name, map)
    }

    /// The map, the picture that it brings along, its sums at layers, and the map after its steps.
    fn write_method(&self, model: &Model, wish: &Wish, map: &Map, input: &Input) -> Result<Made, String> {
        let Wish { name, steps, .. } = wish;
        let mut made = self.write_map(name, map, input)?;
        if let Some(picture) = &map.picture {
            write(&self.out, &format!("{name}.rgba.png"), &run::own_png(picture, input)?)?;
        }
        if self.layer_sums && map.facts.provenance.method == lrp::ENTRY.id {
            made.layers = run::layer_sums(model, map, input)?;
        }
        if !steps.is_empty() {
            made.stepped = Some(match apply(steps, map.clone()) {
                Ok(map) => Outcome::Map(Box::new(self.write_numbers(&format!("{name}.steps"), &map)?)),
                Err(why) => Outcome::Missing(why.to_string()),
            });
        }
        Ok(made)
    }

    fn write_numbers(&self, name: &str, map: &Map) -> Result<Made, String> {
        let file = format!("{name}.npy");
        write(&self.out, &file, &npy::write(map))?;
        Ok(Made { file: Some(file), ..Made::new(map, vec![]) })
    }

    fn print(&self, record: &Record, classes: &Classes) {
        let unit = &record.units[0];
        let target = &unit.target;
        println!("{} as {} ({}): {:.2} %", self.photo.display(), target.name, target.index, target.probability * 100.0);
        for (name, outcome) in record.names().iter().zip(&unit.outcomes) {
            match outcome {
                Outcome::Map(made) => self.print_map(name, made, classes),
                Outcome::Missing(sentence) => println!("  {name:<10} no map: {sentence}"),
            }
        }
    }

    fn print_map(&self, name: &str, made: &Made, classes: &Classes) {
        let facts = &made.map;
        let sign = if facts.sign == Sign::Signed { "signed" } else { "positive" };
        let size = format!("{} x {} x {}", facts.channels, facts.height, facts.width);
        let file = |made: &Made| self.out.join(made.file.as_deref().unwrap_or_default()).display().to_string();
        println!(
            "  {name:<10} {size:<13} {sign:<8} {}{}{}",
            file(made),
            chosen(&facts.provenance, classes),
            trust(facts)
        );
        match &made.stepped {
            Some(Outcome::Map(stepped)) => {
                let steps: Vec<String> = stepped.map.steps.iter().map(ToString::to_string).collect();
                println!("  {:<10} {:<22} {}", "", steps.join(", "), file(stepped));
            }
            Some(Outcome::Missing(sentence)) => println!("  {:<10} no map after its steps: {sentence}", ""),
            None => {}
        }
    }
}

/// Which class a map explains, where the network as in training chose it.
fn chosen(from: &Provenance, classes: &Classes) -> String {
    let named = |_| format!("  for {} ({}), chosen as in training", classes.name(from.target), from.target);
    from.answered.map(named).unwrap_or_default()
}

/// How far a map may be off, where that is known.
fn trust(facts: &Facts) -> String {
    let from = &facts.provenance;
    let error = from.error.map(|error| format!("  standard error {:.1} %", error * 100.0));
    let residual = from.residual.and_then(|residual| residual.share());
    let residual = residual.map(|share| format!("  residual {:.1} %", share * 100.0));
    error.into_iter().chain(residual).collect()
}

/// Why there is no map at all.
fn none(wishes: &[Wish], ran: &Ran) -> String {
    let why = ran.missing.iter().map(|(at, why)| format!("{}: {why}", wishes[*at].name));
    format!("No method has a map here. {}", why.collect::<Vec<_>>().join(" "))
}

fn pretty(record: &Record) -> String {
    serde_json::to_string_pretty(record).expect("a record is plain data")
}
