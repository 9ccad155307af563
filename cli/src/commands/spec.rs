//! `tessera spec`: says what a study is to run.

use super::Common;
use super::run::read_table;
use crate::dataset::DatasetArgs;
use crate::file::write;
use crate::model::Model;
use crate::wish::{self, Wish};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use tessera_core::descriptor::Need;
use tessera_core::digest::sha256;
use tessera_core::experiment::dataset::DatasetSpec;
use tessera_core::experiment::plan::Forecast;
use tessera_core::experiment::spec::{Convention, VERSION};
use tessera_core::experiment::subject::{Draw, PhotosSpec};
use tessera_core::experiment::{Dataset, MethodSpec, Mosaics, NetworkSpec, Spec, Subject, Target};
use tessera_core::method::{self, preset::preset};
use tessera_core::metric::Metric;
use tessera_core::mosaic::Layout;
use tessera_core::network::plan::{Outline, Plan};
use tessera_core::photo::Preprocess;
use tessera_core::photo::preset as ways;

/// Write a Spec: which methods are to be scored on which mosaics, by which network
///
/// The Spec is one JSON text that names everything by digest; `tessera run` runs it, here or elsewhere. What it will
/// cost is said on standard error.
#[derive(Args)]
pub struct WriteSpec {
    #[command(flatten)]
    dataset: DatasetArgs,
    /// Mosaics, preprocessing, methods and metrics together: as advised, or as the FAccT 2024 study had them
    #[arg(long, value_enum, default_value_t = Study::Recommended)]
    preset: Study,
    /// Only these methods, with commas between: gradcam,lrp; those of the preset as it has them, others plain
    #[arg(long, value_delimiter = ',', value_name = "METHOD,...")]
    method: Vec<String>,
    /// A setting: samples=100, or with several methods smoothgrad.samples=100; may be repeated
    #[arg(long, value_name = "[METHOD.]KEY=VALUE")]
    param: Vec<String>,
    /// Metrics instead of the preset's, with commas between: precision,specificity
    #[arg(long, value_delimiter = ',', value_name = "METRIC,...")]
    metric: Vec<String>,
    /// Every photo by itself instead of mosaics: nothing is scored, the network's answers are counted
    #[arg(long, conflicts_with_all = ["mosaics", "per_class", "rows", "columns", "cell", "gap", "margin", "targets"])]
    singles: bool,
    /// Mosaics of every class
    #[arg(long, default_value_t = 4, value_name = "COUNT")]
    per_class: usize,
    /// A table of mosaics (filename, filename_0 ..., label_0 ..., target_class) instead of a draw
    #[arg(long, value_name = "TABLE.csv")]
    mosaics: Option<PathBuf>,
    /// Rows of cells
    #[arg(long, value_name = "COUNT")]
    rows: Option<usize>,
    /// Columns of cells
    #[arg(long, value_name = "COUNT")]
    columns: Option<usize>,
    /// Pixels of a cell's side
    #[arg(long, value_name = "PIXELS")]
    cell: Option<usize>,
    /// Grey pixels between two cells
    #[arg(long, value_name = "PIXELS")]
    gap: Option<usize>,
    /// Pixels on each side of a cell that no metric looks at
    #[arg(long, value_name = "PIXELS", default_value_t = 0)]
    margin: usize,
    /// Cells that show the target class [default: half of them]
    #[arg(long, value_name = "COUNT")]
    targets: Option<usize>,
    /// Seed of the draw, and of everything that methods draw at random
    #[arg(long, default_value_t = 42)]
    seed: u32,
    /// File to write to [default: standard output]
    #[arg(long, value_name = "SPEC.json")]
    out: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// Names of whole protocols.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Study {
    /// Photos keep their shape and are used evenly, nothing is lost to JPEG, all metrics, undefined scores counted
    Recommended,
    /// Fresz, Lörcher and Huber 2024: squeezed photos, JPEG, mean and deviation 0.5, seven metrics, its own ranks
    Facct24,
}

impl WriteSpec {
    /// Writes the Spec.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn run(self) -> Result<(), String> {
        let layout = self.layout();
        let side = (layout.rows * layout.cell).min(layout.columns * layout.cell);
        let size = self.common.size.map_or(side, usize::from);
        let model = Model::open(&self.common.model, (!self.singles).then_some(size), self.common.device.into())?;
        let (_, dataset) = self.dataset.read(&model.classes)?;
        let outline = Outline::new(&model.network.graph, [size, size], &model.network.device)
            .map_err(|error| error.to_string())?;
        let bcos = !outline.lacks.contains(&Need::Scales);
        let table = read_table(self.mosaics.as_deref())?;
        let subject = self.subject(dataset.spec(), layout, table.as_deref());
        let wishes = self.methods(&outline)?;
        let spec = Spec {
            tessera: VERSION,
            network: NetworkSpec {
                preprocess: Some(self.preprocess(&model, bcos)),
                ..NetworkSpec::of(&model.network.card)
            },
            subject,
            target: if self.singles { Target::Predicted } else { Target::Truth },
            scale: Default::default(),
            seed: u64::from(self.seed),
            methods: wishes.iter().map(|wish| wish.spec.clone()).collect(),
            steps: wishes.iter().map(|wish| wish.steps.clone()).collect(),
            metrics: self.metrics(),
            convention: if self.preset == Study::Facct24 { Convention::Facct24 } else { Convention::Tessera },
        };
        spec.check().map_err(|error| error.to_string())?;
        self.foretell(&spec, &dataset, table.as_deref(), &outline.plan)?;
        let text = serde_json::to_string_pretty(&spec).expect("a Spec is plain data") + "\n";
        match &self.out {
            Some(path) => write(std::path::Path::new("."), &path.to_string_lossy(), text.as_bytes()),
            None => {
                print!("{text}");
                Ok(())
            }
        }
    }

    fn layout(&self) -> Layout {
        let usual = Layout::facct24();
        Layout {
            rows: self.rows.unwrap_or(usual.rows),
            columns: self.columns.unwrap_or(usual.columns),
            cell: self.cell.unwrap_or(usual.cell),
            gap: self.gap.unwrap_or(usual.gap),
        }
    }

    fn subject(&self, dataset: DatasetSpec, layout: Layout, table: Option<&[u8]>) -> Subject {
        if self.singles {
            return Subject::Photos(PhotosSpec { dataset, crop: self.common.crop.into() });
        }
        let mut mosaics = match self.preset {
            Study::Recommended => Mosaics::recommended(dataset, self.per_class, u64::from(self.seed)),
            Study::Facct24 => Mosaics::facct24(dataset, self.per_class, self.seed),
        };
        (mosaics.layout, mosaics.margin) = (layout, self.margin);
        let cells = mosaics.cells();
        if let Draw::Even { targets, .. } = &mut mosaics.draw {
            *targets = self.targets.unwrap_or((cells / 2).max(1));
        }
        if let Some(table) = table {
            mosaics.draw = Draw::Table { sha256: sha256(table) };
        }
        Subject::Mosaics(mosaics)
    }

    /// The card's own, or the study's: the mean and deviation 0.5 for all networks but those that want 0 to 1, which see
    /// mosaics at 224 pixels.
    fn preprocess(&self, model: &Model, bcos: bool) -> Preprocess {
        let own = model.network.card.preprocess;
        match (self.preset, bcos) {
            (Study::Recommended, _) => own,
            (Study::Facct24, true) => Preprocess { size: self.common.size.map_or(224, usize::from), ..own },
            (Study::Facct24, false) => {
                let signed = ways::preset("signed").expect("a preset's id, which tests check");
                Preprocess { mean: signed.mean, std: signed.std, order: signed.order, ..own }
            }
        }
    }

    /// Those that were asked for, as the preset has them where it does; else all of the preset's that this network can
    /// have.
    fn methods(&self, outline: &Outline) -> Result<Vec<Wish>, String> {
        let name = if self.preset == Study::Facct24 { "facct24" } else { "recommended" };
        let own = |id: &&String| !preset(name).is_some_and(|preset| preset.members.iter().any(|m| m.method == **id));
        let beside: Vec<String> = self.method.iter().filter(own).cloned().collect();
        let chosen = (!self.singles).then_some(name);
        let mut wishes = wish::read(&beside, chosen, &self.param, None)?;
        if !self.method.is_empty() {
            wishes.retain(|wish| self.method.contains(&wish.spec.id));
        }
        let lacking = |spec: &MethodSpec| {
            let needs = method::entry(&spec.id).map_or(&[][..], |entry| entry.needs);
            needs.iter().find(|need| outline.lacks.contains(need))
        };
        let mut methods = vec![];
        for wish in wishes {
            match lacking(&wish.spec) {
                Some(need) if self.method.is_empty() => {
                    eprintln!("tessera: {} is left out: it needs {} in the network.", wish.name, need.words());
                }
                _ => methods.push(wish),
            }
        }
        Ok(methods)
    }

    fn metrics(&self) -> Vec<String> {
        let count = if self.preset == Study::Facct24 { 7 } else { usize::MAX };
        match (self.singles, self.metric.is_empty()) {
            (true, _) => vec![],
            (false, true) => Metric::all().take(count).map(|metric| metric.id().to_owned()).collect(),
            (false, false) => self.metric.clone(),
        }
    }

    /// Says what will be run and how many passes it takes.
    fn foretell(&self, spec: &Spec, dataset: &Dataset, table: Option<&[u8]>, plan: &Plan) -> Result<(), String> {
        let (units, what) = match &spec.subject {
            Subject::Mosaics(mosaics) => {
                (mosaics.mosaics(dataset, table).map_err(|error| error.to_string())?.len(), "mosaics")
            }
            _ => (dataset.members.len(), "photos"),
        };
        let forecast = Forecast::of(spec, plan, units).map_err(|error| error.to_string())?;
        eprintln!(
            "tessera: {units} {what} of {}, {} methods, {} metrics: {:.0} passes of {:.1} thousand million multiply-adds, {:.0} MB beside the weights.",
            dataset.spec(),
            spec.methods.len(),
            spec.metrics.len(),
            forecast.all(),
            plan.multiply_adds as f64 / 1e9,
            forecast.memory as f64 / 1e6,
        );
        Ok(())
    }
}
