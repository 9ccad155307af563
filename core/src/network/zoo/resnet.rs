//! ResNet (He et al. 2015, arXiv 1512.03385) with the stride of a bottleneck in its 3 x 3 convolution ("v1.5"), and the
//! B-cos networks of the same layout.

use super::builder::{Builder, Kernels, Style};
use super::{Architecture, Dimensions};
use crate::network::graph::{Graph, NodeId};
use crate::network::op::Window;

/// The family.
pub const ALL: &[Architecture] = &[
    Architecture::torchvision("resnet18", "ResNet-18", "ResNet", |d| graph(d, &RESNET18, Style::Rectified)),
    Architecture::torchvision("resnet34", "ResNet-34", "ResNet", |d| graph(d, &RESNET34, Style::Rectified)),
    Architecture::torchvision("resnet50", "ResNet-50", "ResNet", |d| graph(d, &RESNET50, Style::Rectified)),
    Architecture::torchvision("resnet101", "ResNet-101", "ResNet", |d| graph(d, &RESNET101, Style::Rectified)),
    Architecture::torchvision("resnet152", "ResNet-152", "ResNet", |d| graph(d, &RESNET152, Style::Rectified)),
    Architecture::bcos("bcos_resnet18", "B-cos ResNet-18", "B-cos ResNet", |d| graph(d, &RESNET18, Style::BCos)),
    Architecture::bcos("bcos_resnet34", "B-cos ResNet-34", "B-cos ResNet", |d| graph(d, &RESNET34, Style::BCos)),
    Architecture::bcos("bcos_resnet50", "B-cos ResNet-50", "B-cos ResNet", |d| graph(d, &RESNET50, Style::BCos)),
    Architecture::bcos("bcos_resnet101", "B-cos ResNet-101", "B-cos ResNet", |d| graph(d, &RESNET101, Style::BCos)),
    Architecture::bcos("bcos_resnet152", "B-cos ResNet-152", "B-cos ResNet", |d| graph(d, &RESNET152, Style::BCos)),
];

/// All that tells one ResNet from another.
struct Plan {
    /// Blocks of each stage.
    blocks: [usize; 4],
    /// Whether a block narrows, convolves and widens; else it convolves twice.
    bottleneck: bool,
}

const RESNET18: Plan = Plan { blocks: [2, 2, 2, 2], bottleneck: false };
const RESNET34: Plan = Plan { blocks: [3, 4, 6, 3], bottleneck: false };
const RESNET50: Plan = Plan { blocks: [3, 4, 6, 3], bottleneck: true };
const RESNET101: Plan = Plan { blocks: [3, 4, 23, 3], bottleneck: true };
const RESNET152: Plan = Plan { blocks: [3, 8, 36, 3], bottleneck: true };

fn graph(dimensions: &Dimensions, plan: &Plan, style: Style) -> Graph {
    let mut b = Builder::new(style, dimensions);
    let (start, pool) = match style {
        Style::Rectified => (0, "maxpool"),
        Style::BCos => (b.add_inverse(), "pool"),
    };
    let mut at = b.convolution("conv1", start, Kernels::new(b.width(64), 7).stride(2));
    at = b.batch_norm("bn1", at);
    at = b.relu("relu", at);
    at = b.pool(pool, at, Window::square(3, 2, 1));
    for (stage, count) in plan.blocks.into_iter().enumerate() {
        for block in 0..count {
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            let name = format!("layer{}.{block}", stage + 1);
            let width = b.width(64 << stage);
            at = self::block(&mut b, &name, at, &plan.kernels(width, stride));
        }
    }
    b.features(at);
    b.head("fc", at);
    b.graph
}

impl Plan {
    /// The convolutions of a block.
    fn kernels(&self, width: usize, stride: usize) -> Vec<Kernels> {
        let middle = Kernels::new(width, 3).stride(stride);
        if self.bottleneck {
            vec![Kernels::new(width, 1), middle, Kernels::new(4 * width, 1)]
        } else {
            vec![middle, Kernels::new(width, 3)]
        }
    }
}

/// Convolutions, and what went in added to what comes out; brought to its shape where they differ.
fn block(b: &mut Builder, name: &str, start: NodeId, convolutions: &[Kernels]) -> NodeId {
    let mut at = start;
    for (i, &kernels) in (1..).zip(convolutions) {
        at = b.convolution(&format!("{name}.conv{i}"), at, kernels);
        at = b.batch_norm(&format!("{name}.bn{i}"), at);
        if i < convolutions.len() {
            at = b.relu(&format!("{name}.relu{i}"), at);
        }
    }
    let stride = convolutions.iter().map(|kernels| kernels.stride).product();
    let mut skip = start;
    if stride > 1 || b.channels(start) != b.channels(at) {
        let kernels = Kernels::new(b.channels(at), 1).stride(stride);
        skip = b.convolution(&format!("{name}.downsample.0"), start, kernels);
        skip = b.batch_norm(&format!("{name}.downsample.1"), skip);
    }
    match b.style {
        Style::Rectified => {
            let sum = b.sum(&format!("{name}.add"), at, skip);
            b.relu(name, sum)
        }
        Style::BCos => b.sum(name, at, skip),
    }
}
