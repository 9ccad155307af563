//! MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381), as torchvision has it and as TensorFlow's weights are passed on
//! under the same names: batch norms folded into the convolutions, "SAME" padding.

use super::builder::{Builder, Kernels, Style};
use super::inverted_residual::{Blocks, Names, Stage, stage};
use super::{Architecture, Dimensions};
use crate::network::graph::{Graph, NodeId};
use crate::network::op::Padding;
use crate::photo::{Filter, Order, Preprocess};

/// The family.
pub const ALL: &[Architecture] = &[
    Architecture::torchvision("mobilenet_v2", "MobileNetV2", "MobileNetV2", |d| graph(d, &TORCHVISION)),
    Architecture::torchvision("mobilenet_v2_folded", "MobileNetV2 (TensorFlow)", "MobileNetV2", |d| graph(d, &FOLDED))
        .prepared(
            "TensorFlow, tf2_mobilenet_v2_1.0_224, batch norms folded",
            Preprocess {
                size: 224,
                resize: 256,
                filter: Filter::Bilinear,
                mean: [127.5; 3],
                std: [127.5; 3],
                order: Order::Rgb,
            },
        ),
];

/// Where the two differ.
struct Variant {
    blocks: Blocks,
    norms: bool,
    /// Share of the features that training set to zero.
    dropout: f64,
}

const TORCHVISION: Variant = Variant { blocks: Blocks::padded(None), norms: true, dropout: 0.2 };
const FOLDED: Variant = Variant { blocks: Blocks::padded(Some(Padding::Same)), norms: false, dropout: 0.0 };

const STAGES: [Stage; 7] = [
    stage(1, 3, 1, 1, 16),
    stage(2, 3, 2, 6, 24),
    stage(3, 3, 2, 6, 32),
    stage(4, 3, 2, 6, 64),
    stage(3, 3, 1, 6, 96),
    stage(3, 3, 2, 6, 160),
    stage(1, 3, 1, 6, 320),
];

fn graph(dimensions: &Dimensions, variant: &Variant) -> Graph {
    let mut b = Builder::new(Style::Rectified, dimensions);
    let stem = Kernels::new(b.width(32), 3).stride(2);
    let mut at = variant.blocks.rectified(&mut b, &variant.layer("features.0"), 0, stem);
    let mut place = 1;
    for stage in &STAGES {
        for repeat in 0..stage.repeats {
            let stride = if repeat == 0 { stage.stride } else { 1 };
            at = variant.block(&mut b, &format!("features.{place}"), at, stage, stride);
            place += 1;
        }
    }
    let head = Kernels::new(b.width(1280), 1);
    at = variant.blocks.rectified(&mut b, &variant.layer(&format!("features.{place}")), at, head);
    b.features(at);
    b.dropping_head("classifier.1", at, variant.dropout);
    b.graph
}

impl Variant {
    /// Names inside a sequence of convolution, norm and ReLU6.
    fn layer(&self, name: &str) -> Names {
        let norm = self.norms.then(|| format!("{name}.1"));
        Names { convolution: format!("{name}.0"), norm, relu6: format!("{name}.2") }
    }

    /// The parts of a block are numbered through; one that does not widen starts with the second.
    fn block(&self, b: &mut Builder, name: &str, at: NodeId, stage: &Stage, stride: usize) -> NodeId {
        let first = usize::from(stage.expand > 1);
        let narrow = Names {
            convolution: format!("{name}.conv.{}", first + 1),
            norm: self.norms.then(|| format!("{name}.conv.{}", first + 2)),
            relu6: String::new(),
        };
        let names = [self.layer(&format!("{name}.conv.0")), self.layer(&format!("{name}.conv.{first}")), narrow];
        self.blocks.block(b, at, stage, stride, &names, name)
    }
}
