//! VGG (Simonyan and Zisserman 2014, arXiv 1409.1556), without and with batch norms, and the B-cos network of its
//! eleven layers.

use super::builder::{Builder, Kernels, Style};
use super::{Architecture, Dimensions};
use crate::network::graph::{Graph, NodeId};
use crate::network::op::Window;

/// The family.
pub const ALL: &[Architecture] = &[
    Architecture::torchvision("vgg11", "VGG-11", "VGG", |d| graph(d, VGG11, false)),
    Architecture::torchvision("vgg11_bn", "VGG-11 with batch norms", "VGG", |d| graph(d, VGG11, true)),
    Architecture::torchvision("vgg13", "VGG-13", "VGG", |d| graph(d, VGG13, false)),
    Architecture::torchvision("vgg13_bn", "VGG-13 with batch norms", "VGG", |d| graph(d, VGG13, true)),
    Architecture::torchvision("vgg16", "VGG-16", "VGG", |d| graph(d, VGG16, false)),
    Architecture::torchvision("vgg16_bn", "VGG-16 with batch norms", "VGG", |d| graph(d, VGG16, true)),
    Architecture::torchvision("vgg19", "VGG-19", "VGG", |d| graph(d, VGG19, false)),
    Architecture::torchvision("vgg19_bn", "VGG-19 with batch norms", "VGG", |d| graph(d, VGG19, true)),
    Architecture::bcos("bcos_vgg11_bnu", "B-cos VGG-11", "B-cos VGG", bcos_graph),
];

/// Convolutions before each pool.
type Plan = [usize; 5];

const VGG11: Plan = [1, 1, 2, 2, 2];
const VGG13: Plan = [2, 2, 2, 2, 2];
const VGG16: Plan = [2, 2, 3, 3, 3];
const VGG19: Plan = [2, 2, 4, 4, 4];

/// Channels before each pool.
const WIDTHS: [usize; 5] = [64, 128, 256, 512, 512];

fn graph(dimensions: &Dimensions, plan: Plan, norms: bool) -> Graph {
    let mut b = Builder::new(Style::Rectified, dimensions);
    let at = features(&mut b, 0, plan, norms);
    b.perceptron(at, 7, [0, 3, 6]);
    b.graph
}

/// The fully connected layers are convolutions here, so each place is classified before the mean is taken.
fn bcos_graph(dimensions: &Dimensions) -> Graph {
    let mut b = Builder::new(Style::BCos, dimensions);
    let start = b.add_inverse();
    let mut at = features(&mut b, start, VGG11, true);
    let widths = [b.width(4096), b.width(4096), dimensions.classes];
    for (place, (outputs, size)) in widths.into_iter().zip([7, 1, 1]).enumerate() {
        at = b.convolution(&format!("classifier.{place}"), at, Kernels::new(outputs, size));
    }
    let pooled = b.averaged(at);
    b.logit_layer("logit_layer", pooled);
    b.graph
}

/// The sequence `features`, whose modules are numbered through.
fn features(b: &mut Builder, start: NodeId, plan: Plan, norms: bool) -> NodeId {
    let (mut at, mut place) = (start, 0);
    let mut next = || {
        place += 1;
        format!("features.{}", place - 1)
    };
    for (count, width) in plan.into_iter().zip(WIDTHS) {
        for _ in 0..count {
            at = b.convolution(&next(), at, Kernels::new(b.width(width), 3).bias(true));
            if norms {
                at = b.batch_norm(&next(), at);
            }
            if b.style == Style::Rectified {
                at = b.relu(&next(), at);
            }
        }
        at = b.pool(&next(), at, Window::square(2, 2, 0));
    }
    b.features(at)
}
