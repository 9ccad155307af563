//! Maps: relevance per place, with the truth about where it came from.

pub mod colour;
pub mod npy;
pub mod range;
pub mod resample;
pub mod signature;
pub mod steps;
pub mod weights;

use crate::descriptor::{Scale, Settings, Sign};
use serde::{Deserialize, Serialize};
use steps::StepSpec;

/// Relevance per channel and place, as a method computed it, or after the steps that it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// `channels * height * width` values, channel after channel, row after row; the unit is the target's logit.
    pub values: Vec<f32>,
    /// What is known of the values; travels without them between page and worker.
    pub facts: Facts,
    /// What it looks like by itself, where its method says so: RGBA bytes, `[input rows, input columns, 4]`, alpha not
    /// premultiplied.
    pub picture: Option<Vec<u8>>,
}

/// All of a [`Map`] but its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Number of channels: 1 for a map per place, 3 for one per colour.
    pub channels: usize,
    /// Rows. May be fewer than the input's: a class activation map has its layer's size.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// What the numbers mean.
    pub sign: Sign,
    /// How it came about, before any step.
    pub provenance: Provenance,
    /// What was done to it afterwards, first step first; nothing to a map as computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepSpec>,
}

/// How a map came about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Id of the method.
    pub method: String,
    /// All its settings.
    #[serde(default)]
    pub settings: Settings,
    /// Index of the explained class.
    pub target: usize,
    /// Index of the class it was compared with, where a difference of two is explained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<usize>,
    /// Index of the class that the network's answer would have had explained, where the class was chosen by the network as
    /// in training: the two may be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<usize>,
    /// On which scale the class's output was explained.
    #[serde(default)]
    pub scale: Scale,
    /// Name of the node whose values were used, where it is not the input.
    pub node: Option<String>,
    /// Id of the network.
    pub network: String,
    /// Rows and columns of the input the network saw.
    pub input: (usize, usize),
    /// Seed of what was drawn at random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Samples it is made of, and samples that were asked for; fewer where it was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<(usize, usize)>,
    /// Standard error of sampling as a share of the map, over all places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
    /// How complete it is, where its method promises completeness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residual: Option<Residual>,
    /// Passes it takes, forward and backward counted alike, those shared with other maps included.
    pub passes: f64,
    /// Name of the device.
    pub device: String,
    /// Seconds it took; filled in by who has a clock.
    pub seconds: f64,
}

/// What a map sums to, and what it promises to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Residual {
    /// Sum of the map.
    pub sum: f64,
    /// What it should be.
    pub expected: f64,
}

impl Residual {
    /// What is missing, as a share of what should be there; none where that is zero.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.expected != 0.0).then(|| (self.expected - self.sum) / self.expected)
    }
}

impl Map {
    /// The same, with the name of the layer whose values were used.
    #[must_use]
    pub fn at(mut self, layer: &str) -> Map {
        self.facts.provenance.node = Some(layer.into());
        self
    }

    /// One value per place: the sum over channels.
    ///
    /// # Shapes
    /// `[C, H, W]` to `[H, W]`.
    #[must_use]
    pub fn flat(&self) -> Vec<f32> {
        let place = self.facts.height * self.facts.width;
        let mut flat = vec![0.0; place];
        for channel in self.values.chunks_exact(place) {
            for (sum, value) in flat.iter_mut().zip(channel) {
                *sum += value;
            }
        }
        flat
    }

    /// Row and column of the greatest value of [`Map::flat`], each as a share of the map's height and width (0 to 1).
    #[must_use]
    pub fn peak(&self) -> (f32, f32) {
        let flat = self.flat();
        let at = (0..flat.len()).fold(0, |best, i| if flat[i] > flat[best] { i } else { best });
        let (row, column) = (at / self.facts.width, at % self.facts.width);
        ((row as f32 + 0.5) / self.facts.height as f32, (column as f32 + 0.5) / self.facts.width as f32)
    }
}
