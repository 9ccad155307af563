//! What came out of a run: everything needed to check it or run it again, without the maps' numbers.

use super::spec::{MethodSpec, Spec};
use crate::map;
use crate::method::lrp::LayerSum;
use crate::photo::{PhotoFacts, Region};
use serde::{Deserialize, Serialize};

/// A class in the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Its index.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its probability, 0 to 1.
    pub probability: f64,
    /// Its logit.
    pub logit: f32,
}

/// A map that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// File of its numbers, beside the record.
    pub file: String,
    /// SHA-256 of its numbers as little-endian f32.
    pub sha256: String,
    /// What is known of it.
    pub map: map::Facts,
    /// The same after the steps that were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stepped: Option<Box<Made>>,
    /// Sums of relevance at the layers, where they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerSum>,
}

/// A map that there can not be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// The method, and what is set of it.
    pub method: MethodSpec,
    /// What, why, what to do.
    pub sentence: String,
}

/// What came out of one photo on one network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of Tessera that made it.
    pub version: String,
    /// What was to be run.
    pub spec: Spec,
    /// What is known of the photo.
    pub photo: PhotoFacts,
    /// Which part of it the network saw.
    pub region: Region,
    /// Rows and columns of the input.
    pub input: (usize, usize),
    /// Name of the device.
    pub device: String,
    /// Seconds of the forward pass.
    pub seconds: f64,
    /// The class that was explained.
    pub target: Ranked,
    /// The best classes.
    pub top: Vec<Ranked>,
    /// The maps.
    pub maps: Vec<Made>,
    /// The methods that have no map here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}
