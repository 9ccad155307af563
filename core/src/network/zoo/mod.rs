//! Builders of known architectures, with their usual weight names.
//!
//! A family is a file: its table of architectures and the layout that turns a row into a graph. [`builder`] and
//! [`bcos`] hold the layers, [`recognise`] goes from a checkpoint's names and shapes to an architecture.

pub mod alexnet;
mod attention;
pub mod bcos;
pub mod builder;
pub mod convnext;
pub mod densenet;
pub mod efficientnet_lite;
mod inverted_residual;
pub mod mobilenet_v2;
pub mod recognise;
pub mod resnet;
pub mod simple_vit;
pub mod squeezenet;
pub mod vgg;
pub mod vit;

use super::card::Output;
use super::graph::Graph;
use crate::photo::{Filter, Order, Preprocess};

/// The sizes of a network that its weight file may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Rows and columns of the picture; only transformers depend on it.
    pub picture: usize,
    /// Number of classes.
    pub classes: usize,
    /// By what every count of channels is divided but the picture's and the classes'. Small copies serve tests.
    pub divisor: usize,
}

impl Default for Dimensions {
    fn default() -> Dimensions {
        Dimensions { picture: 224, classes: 1000, divisor: 1 }
    }
}

/// What is known of an architecture beside its graph.
#[derive(Clone, Copy, Debug)]
pub struct Architecture {
    /// Name in cards and commands.
    pub id: &'static str,
    /// Name as a person reads it.
    pub title: &'static str,
    /// The family, as a person reads it.
    pub family: &'static str,
    /// Number of classes of its usual weights.
    pub classes: usize,
    /// What probabilities are made of its logits.
    pub output: Output,
    /// What its usual weights expect to be done to a photo; the size of the picture is here.
    pub preprocess: Preprocess,
    /// Who publishes the weights with these names, and how they prepare a photo.
    pub source: &'static str,
    /// Its graph.
    build: fn(&Dimensions) -> Graph,
}

impl Architecture {
    /// One of torchvision's: shortest side to 256, the centre of 224, ImageNet's mean and deviation.
    const fn torchvision(
        id: &'static str,
        title: &'static str,
        family: &'static str,
        build: fn(&Dimensions) -> Graph,
    ) -> Architecture {
        let preprocess = Preprocess {
            size: 224,
            resize: 256,
            filter: Filter::Bilinear,
            mean: MEAN,
            std: DEVIATION,
            order: Order::Rgb,
        };
        let source = "torchvision, weights IMAGENET1K_V1";
        Architecture { id, title, family, classes: 1000, output: Output::Softmax, preprocess, source, build }
    }

    /// One of B-cos-v2's: the same crop with values from 0 to 1, and a sigmoid.
    const fn bcos(
        id: &'static str,
        title: &'static str,
        family: &'static str,
        build: fn(&Dimensions) -> Graph,
    ) -> Architecture {
        let plain = Architecture::torchvision(id, title, family, build);
        let preprocess = Preprocess { mean: [0.0; 3], std: [255.0; 3], ..plain.preprocess };
        Architecture { output: Output::Sigmoid, preprocess, source: "B-cos-v2, release v0.0.1-weights", ..plain }
    }

    /// With another preparation of photos.
    const fn prepared(self, source: &'static str, preprocess: Preprocess) -> Architecture {
        Architecture { source, preprocess, ..self }
    }

    /// The sizes of its usual weights.
    #[must_use]
    pub fn dimensions(&self) -> Dimensions {
        Dimensions { picture: self.preprocess.size, classes: self.classes, divisor: 1 }
    }

    /// Its graph, before canonisation.
    #[must_use]
    pub fn graph(&self, dimensions: &Dimensions) -> Graph {
        (self.build)(dimensions)
    }
}

/// ImageNet's mean and deviation, of values from 0 to 255.
const MEAN: [f32; 3] = [0.485 * 255.0, 0.456 * 255.0, 0.406 * 255.0];
const DEVIATION: [f32; 3] = [0.229 * 255.0, 0.224 * 255.0, 0.225 * 255.0];

/// The families.
const FAMILIES: &[&[Architecture]] = &[
    alexnet::ALL,
    vgg::ALL,
    resnet::ALL,
    squeezenet::ALL,
    densenet::ALL,
    mobilenet_v2::ALL,
    efficientnet_lite::ALL,
    convnext::ALL,
    vit::ALL,
    simple_vit::ALL,
];

/// All architectures that [`build`] knows.
pub const ARCHITECTURES: &[Architecture] = &joined::<{ count() }>();

const fn count() -> usize {
    let (mut family, mut count) = (0, 0);
    while family < FAMILIES.len() {
        count += FAMILIES[family].len();
        family += 1;
    }
    count
}

const fn joined<const COUNT: usize>() -> [Architecture; COUNT] {
    let mut all = [FAMILIES[0][0]; COUNT];
    let (mut family, mut at) = (0, 0);
    while family < FAMILIES.len() {
        let mut place = 0;
        while place < FAMILIES[family].len() {
            all[at] = FAMILIES[family][place];
            (place, at) = (place + 1, at + 1);
        }
        family += 1;
    }
    all
}

/// The architecture of that name.
#[must_use]
pub fn architecture(id: &str) -> Option<&'static Architecture> {
    ARCHITECTURES.iter().find(|architecture| architecture.id == id)
}

/// The graph of an architecture by name, before canonisation.
#[must_use]
pub fn build(id: &str, dimensions: &Dimensions) -> Option<Graph> {
    architecture(id).map(|architecture| architecture.graph(dimensions))
}

#[cfg(test)]
mod tests;
