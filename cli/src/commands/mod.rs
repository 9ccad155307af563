//! One file a command.

pub mod alpha;
pub mod classify;
pub mod compare;
pub mod eval;
pub mod explain;
pub mod merge;
pub mod methods;
pub mod models;
pub mod rho;
pub mod run;
pub mod score;
pub mod selftest;
pub mod spec;
mod tabular;
pub mod verify;

use crate::model::Model;
use clap::{Args, Subcommand, ValueEnum};
use std::path::Path;
use tessera_core::descriptor::Scale;
use tessera_core::photo::{self, Crop, Photo};
use tessera_engine::protocol::DeviceKind;

/// What can be done.
#[derive(Subcommand)]
pub enum Command {
    Classify(classify::Classify),
    Explain(explain::Explain),
    Eval(eval::Eval),
    Methods(methods::Methods),
    Models(models::Models),
    Spec(spec::WriteSpec),
    Run(run::RunSpec),
    Merge(merge::Merge),
    Verify(verify::Verify),
    Compare(compare::Compare),
    Score(score::Scores),
    Alpha(alpha::Alpha),
    Rho(rho::Rho),
    #[command(name = "selftest")]
    SelfTest(selftest::SelfTest),
}

impl Command {
    /// Runs it.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn run(self) -> Result<(), String> {
        match self {
            Command::Classify(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::Eval(command) => command.run(),
            Command::Methods(command) => command.run(),
            Command::Models(command) => command.run(),
            Command::Spec(command) => command.run(),
            Command::Run(command) => command.run(),
            Command::Merge(command) => command.run(),
            Command::Verify(command) => command.run(),
            Command::Compare(command) => command.run(),
            Command::Score(command) => command.run(),
            Command::Alpha(command) => command.run(),
            Command::Rho(command) => command.run(),
            Command::SelfTest(command) => command.run(),
        }
    }
}

/// What all commands that run a network take.
#[derive(Args)]
pub struct Common {
    /// Network: an id of a bundled one, or the path of a model file (.safetensors, .pth, .onnx) or card.json
    #[arg(long, default_value = "efficientnet-lite0", value_name = "ID|PATH")]
    pub model: String,
    /// Rows and columns of the picture, where not the network's own
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u16).range(8..=4096))]
    pub size: Option<u16>,
    /// Which part of the photo the network sees
    #[arg(long, value_enum, default_value_t = CropName::Centre)]
    pub crop: CropName,
    /// What computes
    #[arg(long, value_enum, default_value_t = DeviceName::Cpu)]
    pub device: DeviceName,
}

/// Names of [`Crop`] on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum CropName {
    /// Resize the shortest side, cut out the centre: how the network was tested
    Centre,
    /// Squeeze the whole photo into the network's square
    Squeeze,
    /// Take the photo at its own size
    None,
}

impl From<CropName> for Crop {
    fn from(name: CropName) -> Crop {
        match name {
            CropName::Centre => Crop::Centre,
            CropName::Squeeze => Crop::Squeeze,
            CropName::None => Crop::None,
        }
    }
}

/// Names of [`Scale`] on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum ScaleName {
    /// The network's own output
    Logit,
    /// The logarithm of the probability
    LogProbability,
    /// The probability
    Probability,
}

impl From<ScaleName> for Scale {
    fn from(name: ScaleName) -> Scale {
        match name {
            ScaleName::Logit => Scale::Logit,
            ScaleName::LogProbability => Scale::LogProbability,
            ScaleName::Probability => Scale::Probability,
        }
    }
}

/// Names of [`DeviceKind`] on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum DeviceName {
    /// The processor
    Cpu,
    /// The graphics processor
    Wgpu,
}

impl From<DeviceName> for DeviceKind {
    fn from(name: DeviceName) -> DeviceKind {
        match name {
            DeviceName::Cpu => DeviceKind::Cpu,
            DeviceName::Wgpu => DeviceKind::Gpu,
        }
    }
}

impl Common {
    /// Opens the network.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn open(&self) -> Result<Model, String> {
        Model::open(&self.model, self.size.map(usize::from), self.device.into())
    }
}

/// Reads and decodes a photo.
fn read_photo(path: &Path) -> Result<Photo, String> {
    let name = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| format!("{name} could not be read ({error}): check the path and its permissions."))?;
    photo::decode(&bytes).map_err(|error| format!("{name}: {error}"))
}
