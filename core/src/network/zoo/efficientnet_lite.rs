//! EfficientNet-Lite: EfficientNet without squeeze-and-excitation and with ReLU6
//! (Liu 2020, "Higher accuracy on vision models with EfficientNet-Lite"; Tan and Le 2019, arXiv 1905.11946).
//!
//! Weight names are those of the PyPI package efficientnet_lite_pytorch, or timm's.

use super::builder::{Builder, Kernels, Style};
use super::inverted_residual::{Blocks, Names, Stage, stage};
use super::{Architecture, Dimensions};
use crate::network::graph::Graph;
use crate::network::op::Padding;
use crate::photo::{Filter, Order, Preprocess};

/// The family. Pictures are prepared as TensorFlow's builder does: the shortest side 32 longer than the crop.
pub const ALL: &[Architecture] = &[
    lite("efficientnet_lite0", "EfficientNet-Lite0", 224, |d| graph(d, &LITE0, PYPI)),
    lite("efficientnet_lite1", "EfficientNet-Lite1", 240, |d| graph(d, &LITE1, PYPI)),
    lite("efficientnet_lite2", "EfficientNet-Lite2", 260, |d| graph(d, &LITE2, PYPI)),
    lite("efficientnet_lite3", "EfficientNet-Lite3", 280, |d| graph(d, &LITE3, PYPI)),
    lite("efficientnet_lite4", "EfficientNet-Lite4", 300, |d| graph(d, &LITE4, PYPI)),
    timm("timm_tf_efficientnet_lite0", "EfficientNet-Lite0 (timm)", [224, 256], Filter::Bicubic, |d| {
        graph(d, &LITE0, TIMM)
    }),
    timm("timm_tf_efficientnet_lite1", "EfficientNet-Lite1 (timm)", [240, 272], Filter::Bicubic, |d| {
        graph(d, &LITE1, TIMM)
    }),
    timm("timm_tf_efficientnet_lite2", "EfficientNet-Lite2 (timm)", [260, 292], Filter::Bicubic, |d| {
        graph(d, &LITE2, TIMM)
    }),
    timm("timm_tf_efficientnet_lite3", "EfficientNet-Lite3 (timm)", [300, 331], Filter::Bilinear, |d| {
        graph(d, &LITE3, TIMM)
    }),
    timm("timm_tf_efficientnet_lite4", "EfficientNet-Lite4 (timm)", [380, 413], Filter::Bilinear, |d| {
        graph(d, &LITE4, TIMM)
    }),
    Architecture {
        classes: 10,
        ..lite("efficientnet_lite_tiny", "Tiny EfficientNet-Lite", 32, |d| graph(d, &TINY, PYPI))
    },
];

const fn lite(id: &'static str, title: &'static str, size: usize, build: fn(&Dimensions) -> Graph) -> Architecture {
    let preprocess = Preprocess {
        size,
        resize: size + 32,
        filter: Filter::Bilinear,
        mean: [127.0; 3],
        std: [128.0; 3],
        order: Order::Rgb,
    };
    Architecture::torchvision(id, title, FAMILY, build)
        .prepared("efficientnet_lite_pytorch 0.1.0 from PyPI", preprocess)
}

const fn timm(
    id: &'static str,
    title: &'static str,
    [size, resize]: [usize; 2],
    filter: Filter,
    build: fn(&Dimensions) -> Graph,
) -> Architecture {
    let preprocess = Preprocess { size, resize, filter, mean: [127.5; 3], std: [127.5; 3], order: Order::Rgb };
    Architecture::torchvision(id, title, FAMILY, build).prepared("timm, weights in1k", preprocess)
}

const FAMILY: &str = "EfficientNet-Lite";

/// All that tells one EfficientNet-Lite from another.
struct Plan {
    /// Channels after the first convolution.
    stem: usize,
    /// The blocks.
    stages: &'static [Stage],
    /// Channels of the last feature maps.
    head: usize,
    /// Share of the features that training set to zero.
    dropout: f64,
}

const STAGES: [Stage; 7] = [
    stage(1, 3, 1, 1, 16),
    stage(2, 3, 2, 6, 24),
    stage(2, 5, 2, 6, 40),
    stage(3, 3, 2, 6, 80),
    stage(3, 5, 1, 6, 112),
    stage(4, 5, 2, 6, 192),
    stage(1, 3, 1, 6, 320),
];

const LITE0: Plan = Plan { stem: 32, stages: &STAGES, head: 1280, dropout: 0.2 };
const LITE1: Plan = Plan { stages: &scaled(10, 11), ..LITE0 };
const LITE2: Plan = Plan { stages: &scaled(11, 12), dropout: 0.3, ..LITE0 };
const LITE3: Plan = Plan { stages: &scaled(12, 14), ..LITE2 };
const LITE4: Plan = Plan { stages: &scaled(14, 18), ..LITE2 };

/// The same shape in small, for tests that run on every device.
const TINY: Plan =
    Plan { stem: 8, stages: &[stage(1, 3, 1, 1, 8), stage(1, 5, 2, 6, 12), stage(1, 5, 1, 6, 12)], head: 32, ..LITE0 };

/// Share of the pictures for which the package's training left out a block at the end; it falls to none at the start. timm
/// has neither this nor dropout unless told to.
const LEFT_OUT: f64 = 0.2;

/// Compound scaling in tenths (Tan and Le 2019, section 3.3): channels to the nearest multiple of 8, but never below nine
/// tenths; repeats rounded up, but in the first and the last stage, which Lite leaves as they are.
const fn scaled(width: usize, depth: usize) -> [Stage; 7] {
    let mut stages = STAGES;
    let mut i = 0;
    while i < stages.len() {
        let wanted = stages[i].outputs * width;
        let rounded = (wanted + 40) / 80 * 8;
        stages[i].outputs = if rounded * 100 < wanted * 9 { rounded + 8 } else { rounded };
        if i > 0 && i + 1 < stages.len() {
            stages[i].repeats = (stages[i].repeats * depth).div_ceil(10);
        }
        i += 1;
    }
    stages
}

/// How a checkpoint calls its tensors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// Blocks numbered through.
    Pypi,
    /// Blocks numbered within stages.
    Timm,
}

const PYPI: Naming = Naming::Pypi;
const TIMM: Naming = Naming::Timm;

impl Naming {
    fn layer(self, prefix: &str, pypi: [&str; 2], timm: [&str; 2]) -> Names {
        let [convolution, norm] = if self == Naming::Pypi { pypi } else { timm };
        Names {
            convolution: format!("{prefix}{convolution}"),
            norm: Some(format!("{prefix}{norm}")),
            relu6: format!("{prefix}{convolution}.relu6"),
        }
    }

    fn block(self, stage: usize, repeat: usize, number: usize) -> String {
        if self == Naming::Pypi { format!("_blocks.{number}") } else { format!("blocks.{stage}.{repeat}") }
    }

    /// Names in a block. timm calls the last convolution of one that does not widen otherwise.
    fn parts(self, block: &str, widens: bool) -> [Names; 3] {
        let prefix = format!("{block}.");
        let (convolve, narrow) = if widens { ("bn2", ["conv_pwl", "bn3"]) } else { ("bn1", ["conv_pw", "bn2"]) };
        [
            self.layer(&prefix, ["_expand_conv", "_bn0"], ["conv_pw", "bn1"]),
            self.layer(&prefix, ["_depthwise_conv", "_bn1"], ["conv_dw", convolve]),
            self.layer(&prefix, ["_project_conv", "_bn2"], narrow),
        ]
    }
}

fn graph(dimensions: &Dimensions, plan: &Plan, naming: Naming) -> Graph {
    let blocks = Blocks::padded(Some(Padding::Same));
    let (left_out, dropout) = if naming == Naming::Pypi { (LEFT_OUT, plan.dropout) } else { (0.0, 0.0) };
    let count: usize = plan.stages.iter().map(|stage| stage.repeats).sum();
    let mut b = Builder::new(Style::Rectified, dimensions);
    b.epsilon = 1e-3;
    let stem = Kernels::new(b.width(plan.stem), 3).stride(2);
    let mut at = blocks.rectified(&mut b, &naming.layer("", ["_conv_stem", "_bn0"], ["conv_stem", "bn1"]), 0, stem);
    let mut number = 0;
    for (place, stage) in plan.stages.iter().enumerate() {
        for repeat in 0..stage.repeats {
            let stride = if repeat == 0 { stage.stride } else { 1 };
            let name = naming.block(place, repeat, number);
            let names = naming.parts(&name, stage.expand > 1);
            let blocks = Blocks { left_out: left_out * (number as f64 / count as f64), ..blocks };
            at = blocks.block(&mut b, at, stage, stride, &names, &format!("{name}.add"));
            number += 1;
        }
    }
    let head = Kernels::new(b.width(plan.head), 1);
    at = blocks.rectified(&mut b, &naming.layer("", ["_conv_head", "_bn1"], ["conv_head", "bn2"]), at, head);
    b.features(at);
    b.dropping_head(if naming == Naming::Pypi { "_fc" } else { "classifier" }, at, dropout);
    b.graph
}
