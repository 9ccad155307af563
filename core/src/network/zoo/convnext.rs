//! ConvNeXt (Liu et al. 2022, arXiv 2201.03545), under torchvision's names and under timm's.

use super::builder::{Builder, Kernels, Style};
use super::{Architecture, DEVIATION, Dimensions, MEAN};
use crate::network::graph::{Graph, NodeId};
use crate::network::op::{Activation, Arithmetic, Constant, Extent, Op, Reshape, Transpose};
use crate::photo::{Filter, Order, Preprocess};

/// The family.
pub const ALL: &[Architecture] = &[
    Architecture::torchvision("convnext_tiny", "ConvNeXt-Tiny", "ConvNeXt", |d| graph(d, &TINY, Naming::Torchvision))
        .prepared("torchvision, weights IMAGENET1K_V1", prepared(236, Filter::Bilinear)),
    Architecture::torchvision("timm_convnext_tiny", "ConvNeXt-Tiny (timm)", "ConvNeXt", |d| {
        graph(d, &TINY, Naming::Timm)
    })
    .prepared("timm, weights in12k_ft_in1k", prepared(235, Filter::Bicubic)),
];

const fn prepared(resize: usize, filter: Filter) -> Preprocess {
    Preprocess { size: 224, resize, filter, mean: MEAN, std: DEVIATION, order: Order::Rgb }
}

/// All that tells one ConvNeXt from another.
struct Plan {
    /// Channels of each stage.
    widths: [usize; 4],
    /// Blocks of each stage.
    depths: [usize; 4],
}

const TINY: Plan = Plan { widths: [96, 192, 384, 768], depths: [3, 3, 9, 3] };

/// What layer norms add to the variance.
const EPSILON: f32 = 1e-6;

/// Share of the pictures for which torchvision's training left out the last block; it falls to none at the first. timm has
/// none unless told to.
const LEFT_OUT: f64 = 0.1;

/// How a checkpoint calls its tensors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    Torchvision,
    Timm,
}

/// Names in a block: convolution, norm, both linear layers, the function between them and the factors.
struct Names {
    convolution: String,
    norm: String,
    linear: [String; 2],
    gelu: String,
    scale: String,
}

impl Naming {
    fn pick(self, torchvision: String, timm: String) -> String {
        if self == Naming::Torchvision { torchvision } else { timm }
    }

    /// What stands before a stage.
    fn entrance(self, stage: usize) -> String {
        let timm = if stage == 0 { "stem".into() } else { format!("stages.{stage}.downsample") };
        self.pick(format!("features.{}", 2 * stage), timm)
    }

    fn block(self, stage: usize, block: usize) -> String {
        self.pick(format!("features.{}.{block}", 2 * stage + 1), format!("stages.{stage}.blocks.{block}"))
    }

    fn names(self, block: &str) -> Names {
        let name = |place: &str, timm: &str| self.pick(format!("{block}.block.{place}"), format!("{block}.{timm}"));
        Names {
            convolution: name("0", "conv_dw"),
            norm: name("2", "norm"),
            linear: [name("3", "mlp.fc1"), name("5", "mlp.fc2")],
            gelu: name("4", "mlp.act"),
            scale: self.pick(format!("{block}.layer_scale"), format!("{block}.gamma")),
        }
    }
}

fn graph(dimensions: &Dimensions, plan: &Plan, naming: Naming) -> Graph {
    let mut b = Builder::new(Style::Rectified, dimensions);
    let last = (plan.depths.iter().sum::<usize>() - 1) as f64;
    let (mut at, mut number) = (0, 0.0);
    for stage in 0..plan.widths.len() {
        at = entrance(&mut b, &naming.entrance(stage), at, stage == 0, plan.widths[stage]);
        for block in 0..plan.depths[stage] {
            let left_out = if naming == Naming::Torchvision { LEFT_OUT * number / last } else { 0.0 };
            at = self::block(&mut b, naming, &naming.block(stage, block), at, left_out);
            number += 1.0;
        }
    }
    b.features(at);
    let names = if naming == Naming::Torchvision { ["classifier.0", "classifier.2"] } else { ["head.norm", "head.fc"] };
    at = b.averaged(at);
    at = b.layer_norm(names[0], at, 1, EPSILON);
    b.linear(names[1], at, dimensions.classes);
    b.graph
}

/// A layer norm over the channels of each place and a convolution that halves the picture; at the start a convolution
/// that makes it a quarter, and then the norm.
fn entrance(b: &mut Builder, name: &str, at: NodeId, start: bool, width: usize) -> NodeId {
    let size = if start { 4 } else { 2 };
    let kernels = Kernels::new(b.width(width), size).stride(size).padded(0).bias(true);
    let parts = [0, 1].map(|place| format!("{name}.{place}"));
    if start {
        let at = b.convolution(&parts[0], at, kernels);
        b.layer_norm(&parts[1], at, 1, EPSILON)
    } else {
        let at = b.layer_norm(&parts[0], at, 1, EPSILON);
        b.convolution(&parts[1], at, kernels)
    }
}

/// Each channel convolved, a layer norm, two linear layers along the channels, a factor a channel; added to what went in.
fn block(b: &mut Builder, naming: Naming, name: &str, start: NodeId, left_out: f64) -> NodeId {
    let names = naming.names(name);
    let width = b.channels(start);
    let mut at = b.convolution(&names.convolution, start, Kernels::new(width, 7).depthwise().bias(true));
    at = b.push(format!("{name}.channels_last"), Op::Transpose(Transpose(vec![0, 2, 3, 1])), &[at]);
    at = b.layer_norm(&names.norm, at, 3, EPSILON);
    at = b.linear(&names.linear[0], at, 4 * width);
    at = b.activation(&names.gelu, at, Activation::Gelu);
    at = b.linear(&names.linear[1], at, width);
    at = b.push(format!("{name}.channels_first"), Op::Transpose(Transpose(vec![0, 3, 1, 2])), &[at]);
    let factors = factors(b, naming, &names.scale, width);
    at = b.push(format!("{name}.scaled"), Op::Arithmetic(Arithmetic::Multiply), &[at, factors]);
    b.stochastic_depth(at, left_out);
    b.sum(name, start, at)
}

/// A factor a channel, `[C, 1, 1]`; timm keeps them as `[C]`.
fn factors(b: &mut Builder, naming: Naming, name: &str, width: usize) -> NodeId {
    let shape = if naming == Naming::Torchvision { vec![width, 1, 1] } else { vec![width] };
    let factors = b.push(name, Op::Constant(Constant { name: name.into(), shape }), &[]);
    let column = Reshape(vec![Extent::Is(width), Extent::Is(1), Extent::Is(1)]);
    b.push(format!("{name}.column"), Op::Reshape(column), &[factors])
}
