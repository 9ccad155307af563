//! EfficientNet-Lite: EfficientNet without squeeze-and-excitation and with ReLU6
//! (Liu 2020, "Higher accuracy on vision models with EfficientNet-Lite"; Tan and Le 2019, arXiv 1905.11946).
//!
//! Weight names are those of the PyPI package efficientnet_lite_pytorch.

use crate::network::graph::{Graph, NodeId};
use crate::network::op::{Activation, Arithmetic, BatchNorm, Convolution, Linear, Op, Padding, Reshape, Window};

/// A run of equal blocks; only the first has the stride and changes the channels.
pub struct Stage {
    /// Number of blocks.
    pub repeats: usize,
    /// Rows and columns of the depthwise kernel.
    pub kernel: usize,
    /// Stride of the first block.
    pub stride: usize,
    /// Channels inside a block as a multiple of those it takes.
    pub expand: usize,
    /// Channels it gives.
    pub outputs: usize,
}

/// All that tells one EfficientNet-Lite from another.
pub struct Plan {
    /// Channels after the first convolution.
    pub stem: usize,
    /// The blocks.
    pub stages: &'static [Stage],
    /// Channels of the last feature maps.
    pub head: usize,
    /// Number of classes.
    pub classes: usize,
}

const fn stage(repeats: usize, kernel: usize, stride: usize, expand: usize, outputs: usize) -> Stage {
    Stage { repeats, kernel, stride, expand, outputs }
}

/// EfficientNet-Lite0 for ImageNet.
pub const LITE0: Plan = Plan {
    stem: 32,
    stages: &[
        stage(1, 3, 1, 1, 16),
        stage(2, 3, 2, 6, 24),
        stage(2, 5, 2, 6, 40),
        stage(3, 3, 2, 6, 80),
        stage(3, 5, 1, 6, 112),
        stage(4, 5, 2, 6, 192),
        stage(1, 3, 1, 6, 320),
    ],
    head: 1280,
    classes: 1000,
};

/// The same shape in small, for tests that run on every device.
pub const TINY: Plan = Plan {
    stem: 8,
    stages: &[stage(1, 3, 1, 1, 8), stage(1, 5, 2, 6, 12), stage(1, 5, 1, 6, 12)],
    head: 32,
    classes: 10,
};

/// The graph of a plan.
#[must_use]
pub fn graph(plan: &Plan) -> Graph {
    let mut builder = Builder { graph: Graph::new() };
    let mut at = builder.convolution(
        "_conv_stem",
        "_bn0",
        0,
        Shape { inputs: 3, outputs: plan.stem, kernel: 3, stride: 2, groups: 1 },
    );
    at = builder.relu6("_conv_stem.relu6", at);
    let (mut inputs, mut block) = (plan.stem, 0);
    for stage in plan.stages {
        for repeat in 0..stage.repeats {
            let stride = if repeat == 0 { stage.stride } else { 1 };
            at = builder.block(&format!("_blocks.{block}"), at, inputs, stage, stride);
            (inputs, block) = (stage.outputs, block + 1);
        }
    }
    at = builder.convolution(
        "_conv_head",
        "_bn1",
        at,
        Shape { inputs, outputs: plan.head, kernel: 1, stride: 1, groups: 1 },
    );
    builder.graph.features = builder.relu6("_conv_head.relu6", at);
    builder.classifier(plan)
}

struct Builder {
    graph: Graph,
}

struct Shape {
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    groups: usize,
}

impl Builder {
    fn convolution(&mut self, name: &str, norm: &str, at: NodeId, shape: Shape) -> NodeId {
        let op = Convolution {
            inputs: shape.inputs,
            outputs: shape.outputs,
            groups: shape.groups,
            window: Window { padding: Padding::Same, ..Window::square(shape.kernel, shape.stride, 0) },
            weight: format!("{name}.weight"),
            bias: None,
            unit_norm: false,
        };
        let at = self.graph.push(name, Op::Convolution(op), &[at]);
        self.graph.push(norm, Op::BatchNorm(BatchNorm::named(norm, shape.outputs, 1e-3)), &[at])
    }

    fn relu6(&mut self, name: &str, at: NodeId) -> NodeId {
        self.graph.push(name, Op::Activation(Activation::Clip { low: 0.0, high: 6.0 }), &[at])
    }

    /// An inverted residual block (Sandler et al. 2018, arXiv 1801.04381): widen, convolve each channel, narrow.
    fn block(&mut self, name: &str, start: NodeId, inputs: usize, stage: &Stage, stride: usize) -> NodeId {
        let wide = inputs * stage.expand;
        let mut at = start;
        if stage.expand > 1 {
            let shape = Shape { inputs, outputs: wide, kernel: 1, stride: 1, groups: 1 };
            at = self.convolution(&format!("{name}._expand_conv"), &format!("{name}._bn0"), at, shape);
            at = self.relu6(&format!("{name}._expand_conv.relu6"), at);
        }
        let shape = Shape { inputs: wide, outputs: wide, kernel: stage.kernel, stride, groups: wide };
        at = self.convolution(&format!("{name}._depthwise_conv"), &format!("{name}._bn1"), at, shape);
        at = self.relu6(&format!("{name}._depthwise_conv.relu6"), at);
        let shape = Shape { inputs: wide, outputs: stage.outputs, kernel: 1, stride: 1, groups: 1 };
        at = self.convolution(&format!("{name}._project_conv"), &format!("{name}._bn2"), at, shape);
        if stride == 1 && inputs == stage.outputs {
            self.graph.push(format!("{name}.add"), Op::Arithmetic(Arithmetic::Add), &[at, start])
        } else {
            at
        }
    }

    fn classifier(mut self, plan: &Plan) -> Graph {
        let pooled = self.graph.push("pool", Op::GlobalAveragePool, &[self.graph.features]);
        let flat = self.graph.push("flatten", Op::Reshape(Reshape::flatten()), &[pooled]);
        let op = Linear {
            inputs: plan.head,
            outputs: plan.classes,
            weight: "_fc.weight".into(),
            bias: Some("_fc.bias".into()),
            unit_norm: false,
        };
        self.graph.push("_fc", Op::Linear(op), &[flat]);
        self.graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::describe::listing;

    #[test]
    fn lite0_has_the_published_size() {
        let text = listing(&graph(&LITE0), [1, 3, 224, 224]).unwrap();
        let sums = text.lines().last().unwrap();
        // 4 652 008 learned weights, as the published file has, and 42 016 fixed statistics of the batch norms.
        assert!(sums.contains(" 4694024 weights"), "{sums}");
        // Summed up by hand from the plan; the paper's figure is 0.39 billion.
        assert!(sums.contains(" 385187552 multiply-adds"), "{sums}");
    }
}
