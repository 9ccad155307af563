//! What the families build with: layers by module path, so that a family is its table and the way its blocks lie.
//!
//! A node is called after the module it stands for, and its weights after the node, as in the reference's state dict.
//! Two styles of layer share the layouts: rectified networks, and B-cos networks (`super::bcos`), which have no
//! rectifiers and average where the others take the greatest.

use super::Dimensions;
use crate::network::graph::{Dropped, Graph, NodeId};
use crate::network::op::resampling::{Kernel, Target};
use crate::network::op::{
    Activation, Arithmetic, BatchNorm, Concat, Convolution, Extent, LayerNorm, Linear, Op, Padding, Pool, Pooling,
    Resample, Reshape, Window,
};

/// Which layers a layout is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Convolution, batch norm, ReLU, max pool.
    Rectified,
    /// B-cos convolution, batch norm without mean and bias, average pool (Böhle et al. 2024, arXiv 2306.10898).
    BCos,
}

/// The kernels of a convolution: its shape but for the channels it takes.
#[derive(Clone, Copy, Debug)]
pub struct Kernels {
    /// Channels given.
    pub outputs: usize,
    /// Rows and columns.
    pub size: usize,
    /// Step in both directions.
    pub stride: usize,
    /// What is put around the picture.
    pub padding: Padding,
    /// Whether each channel is convolved by itself.
    pub depthwise: bool,
    /// Whether there is a bias.
    pub bias: bool,
}

impl Kernels {
    /// Kernels in steps of one that keep an odd size's places where they are; no bias.
    #[must_use]
    pub const fn new(outputs: usize, size: usize) -> Kernels {
        let kernels = Kernels { outputs, size, stride: 1, padding: Padding::Same, depthwise: false, bias: false };
        kernels.padded(size / 2)
    }

    /// In steps of `stride`.
    #[must_use]
    pub const fn stride(self, stride: usize) -> Kernels {
        Kernels { stride, ..self }
    }

    /// With so many zeros on all four sides.
    #[must_use]
    pub const fn padded(self, zeros: usize) -> Kernels {
        let sides = (zeros, zeros);
        Kernels { padding: Padding::Explicit { rows: sides, columns: sides }, ..self }
    }

    /// With another rule for the padding.
    #[must_use]
    pub const fn padding(self, padding: Padding) -> Kernels {
        Kernels { padding, ..self }
    }

    /// With a bias, or without.
    #[must_use]
    pub const fn bias(self, bias: bool) -> Kernels {
        Kernels { bias, ..self }
    }

    /// Each channel by itself.
    #[must_use]
    pub const fn depthwise(self) -> Kernels {
        Kernels { depthwise: true, ..self }
    }

    /// How they slide.
    #[must_use]
    pub fn window(&self) -> Window {
        Window { padding: self.padding, ..Window::square(self.size, self.stride, 0) }
    }
}

/// Share that a usual dropout sets to zero.
pub(super) const HALF: f64 = 0.5;

/// A graph in the making.
pub struct Builder<'a> {
    /// What has been built.
    pub graph: Graph,
    /// Which layers the layout is filled with.
    pub style: Style,
    /// The sizes asked for.
    pub dimensions: &'a Dimensions,
    /// What batch norms add to the variance.
    pub epsilon: f32,
    channels: Vec<usize>,
}

impl<'a> Builder<'a> {
    /// A graph with nothing but its input of three channels.
    #[must_use]
    pub fn new(style: Style, dimensions: &'a Dimensions) -> Builder<'a> {
        Builder { graph: Graph::new(), style, dimensions, epsilon: 1e-5, channels: vec![3] }
    }

    /// A count of the full network at the width asked for.
    #[must_use]
    pub fn width(&self, full: usize) -> usize {
        (full / self.dimensions.divisor).max(1)
    }

    /// How many channels (of tokens: numbers) a value has.
    #[must_use]
    pub fn channels(&self, at: NodeId) -> usize {
        self.channels[at]
    }

    /// Adds any op. What it gives has as many channels as the widest of its inputs; a reduction that keeps its axis is one
    /// along the channels.
    pub fn push(&mut self, name: impl Into<String>, op: Op, inputs: &[NodeId]) -> NodeId {
        let channels = match &op {
            Op::Convolution(op) => op.outputs,
            Op::Linear(op) => op.outputs,
            Op::Reduce(op) if op.keep => 1,
            _ => inputs.iter().map(|&input| self.channels[input]).max().unwrap_or(0),
        };
        self.channels.push(channels);
        self.graph.push(name, op, inputs)
    }

    /// A convolution with the weights `name.weight` and `name.bias`; of B-cos style without bias.
    pub fn convolution(&mut self, name: &str, at: NodeId, kernels: Kernels) -> NodeId {
        match self.style {
            Style::Rectified => self.plain_convolution(name, at, kernels, false),
            Style::BCos => self.bcos_convolution(name, at, kernels),
        }
    }

    /// A convolution, whatever the style; its kernels are brought to unit norm if asked for.
    pub(super) fn plain_convolution(&mut self, name: &str, at: NodeId, kernels: Kernels, unit_norm: bool) -> NodeId {
        let inputs = self.channels[at];
        let op = Convolution {
            inputs,
            outputs: kernels.outputs,
            groups: if kernels.depthwise { inputs } else { 1 },
            window: kernels.window(),
            weight: format!("{name}.weight"),
            bias: kernels.bias.then(|| format!("{name}.bias")),
            unit_norm,
        };
        self.push(name, Op::Convolution(op), &[at])
    }

    /// A batch norm; of B-cos style without mean and bias.
    pub fn batch_norm(&mut self, name: &str, at: NodeId) -> NodeId {
        let mut op = BatchNorm::named(name, self.channels[at], self.epsilon);
        if self.style == Style::BCos {
            (op.mean, op.bias) = (None, None);
        }
        self.push(name, Op::BatchNorm(op), &[at])
    }

    /// A layer norm along one axis, with weight and bias.
    pub fn layer_norm(&mut self, name: &str, at: NodeId, axis: usize, epsilon: f32) -> NodeId {
        let op = LayerNorm {
            axes: (axis, axis + 1),
            count: self.channels[at],
            epsilon,
            weight: Some(format!("{name}.weight")),
            bias: Some(format!("{name}.bias")),
        };
        self.push(name, Op::LayerNorm(op), &[at])
    }

    /// A function of each number.
    pub fn activation(&mut self, name: &str, at: NodeId, activation: Activation) -> NodeId {
        self.push(name, Op::Activation(activation), &[at])
    }

    /// A ReLU; nothing in B-cos style.
    pub fn relu(&mut self, name: &str, at: NodeId) -> NodeId {
        match self.style {
            Style::Rectified => self.activation(name, at, Activation::Relu),
            Style::BCos => at,
        }
    }

    /// The greatest of each window, or its mean in B-cos style (the padding's zeros count).
    pub fn pool(&mut self, name: &str, at: NodeId, window: Window) -> NodeId {
        let pooling = match self.style {
            Style::Rectified => Pooling::Maximum,
            Style::BCos => Pooling::Average { with_padding: true },
        };
        self.push(name, Op::Pool(Pool { pooling, window }), &[at])
    }

    /// The mean of each window.
    pub fn average_pool(&mut self, name: &str, at: NodeId, window: Window) -> NodeId {
        self.push(name, Op::Pool(Pool { pooling: Pooling::Average { with_padding: true }, window }), &[at])
    }

    /// The sum of two values.
    pub fn sum(&mut self, name: &str, left: NodeId, right: NodeId) -> NodeId {
        self.push(name, Op::Arithmetic(Arithmetic::Add), &[left, right])
    }

    /// Feature maps one after another.
    pub fn join(&mut self, name: &str, parts: &[NodeId]) -> NodeId {
        let at = self.push(name, Op::Concat(Concat { axis: 1 }), parts);
        self.channels[at] = parts.iter().map(|&part| self.channels[part]).sum();
        at
    }

    /// A matrix product with the weights `name.weight` and `name.bias`.
    pub fn linear(&mut self, name: &str, at: NodeId, outputs: usize) -> NodeId {
        self.linear_called(name, at, outputs, [format!("{name}.weight"), format!("{name}.bias")])
    }

    /// A matrix product whose weight and bias have names of their own.
    pub fn linear_called(&mut self, name: &str, at: NodeId, outputs: usize, [weight, bias]: [String; 2]) -> NodeId {
        let op = Linear { inputs: self.channels[at], outputs, weight, bias: Some(bias), unit_norm: false };
        self.push(name, Op::Linear(op), &[at])
    }

    /// The same numbers along other axes, with so many channels.
    pub fn reshaped(&mut self, name: &str, at: NodeId, shape: Vec<Extent>, channels: usize) -> NodeId {
        let at = self.push(name, Op::Reshape(Reshape(shape)), &[at]);
        self.channels[at] = channels;
        at
    }

    /// Notes that training set this share of a value to zero.
    pub fn dropout(&mut self, at: NodeId, share: f64) {
        self.dropped(Dropped { node: at, share, whole: false });
    }

    /// Notes that training left out a value for this share of the pictures.
    pub fn stochastic_depth(&mut self, at: NodeId, share: f64) {
        self.dropped(Dropped { node: at, share, whole: true });
    }

    fn dropped(&mut self, dropped: Dropped) {
        self.graph.dropped.extend((dropped.share > 0.0).then_some(dropped));
    }

    /// Mean over all places, as a vector.
    pub fn averaged(&mut self, at: NodeId) -> NodeId {
        let at = self.push("avgpool", Op::GlobalAveragePool, &[at]);
        self.push("flatten", Op::Reshape(Reshape::flatten()), &[at])
    }

    /// Mean over all places and a linear layer; a B-cos network classifies each place before the mean is taken.
    pub fn head(&mut self, name: &str, at: NodeId) -> NodeId {
        self.dropping_head(name, at, 0.0)
    }

    /// The same; training set a share of the means to zero.
    pub fn dropping_head(&mut self, name: &str, at: NodeId, share: f64) -> NodeId {
        let classes = self.dimensions.classes;
        match self.style {
            Style::Rectified => {
                let pooled = self.averaged(at);
                self.dropout(pooled, share);
                self.linear(name, pooled, classes)
            }
            Style::BCos => {
                let places = self.convolution(name, at, Kernels::new(classes, 1));
                let pooled = self.averaged(places);
                self.logit_layer("logit_layer", pooled)
            }
        }
    }

    /// The head of AlexNet and VGG: means over `grid` x `grid` parts of the picture, then three layers, at those places
    /// in the sequence `classifier`. A picture of any size fits. Training had dropouts, AlexNet's before the first two layers,
    /// VGG's behind them.
    pub fn perceptron(&mut self, at: NodeId, grid: usize, places: [usize; 3]) -> NodeId {
        let size = Target::Size([grid, grid]);
        let resample = Resample { size, kernel: Kernel::AdaptiveAverage };
        let at = self.push("avgpool", Op::Resample(resample), &[at]);
        let numbers = self.channels[at] * grid * grid;
        let mut at = self.reshaped("flatten", at, vec![Extent::Of(0), Extent::Rest], numbers);
        let before = places[0] > 0;
        for place in &places[..2] {
            self.dropout(at, if before { HALF } else { 0.0 });
            at = self.linear(&format!("classifier.{place}"), at, self.width(4096));
            at = self.relu(&format!("classifier.{}", place + 1), at);
            self.dropout(at, if before { 0.0 } else { HALF });
        }
        self.linear(&format!("classifier.{}", places[2]), at, self.dimensions.classes)
    }

    /// Marks the last value that has places.
    pub fn features(&mut self, at: NodeId) -> NodeId {
        self.graph.features = at;
        at
    }
}
