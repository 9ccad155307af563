//! Inverted residual blocks (Sandler et al. 2018, arXiv 1801.04381): widen, convolve each channel, narrow; what went in
//! is added where the shape allows.

use super::builder::{Builder, Kernels};
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Padding};

/// ReLU6.
pub(super) const RELU6: Activation = Activation::Clip { low: 0.0, high: 6.0 };

/// A run of equal blocks; only the first has the stride and changes the channels.
#[derive(Clone, Copy)]
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

/// A run of blocks.
pub(super) const fn stage(repeats: usize, kernel: usize, stride: usize, expand: usize, outputs: usize) -> Stage {
    Stage { repeats, kernel, stride, expand, outputs }
}

/// Names of a convolution, its batch norm and its ReLU6.
pub(super) struct Names {
    /// The convolution.
    pub convolution: String,
    /// The batch norm; without, the convolution has a bias.
    pub norm: Option<String>,
    /// The ReLU6, where there is one.
    pub relu6: String,
}

/// What all blocks of a network share.
#[derive(Clone, Copy)]
pub(super) struct Blocks {
    /// How pictures are padded; without, half a kernel on all sides.
    pub padding: Option<Padding>,
    /// Share of the pictures for which training left out what is added to what went in.
    pub left_out: f64,
}

impl Blocks {
    /// Padded so, and never left out.
    pub const fn padded(padding: Option<Padding>) -> Blocks {
        Blocks { padding, left_out: 0.0 }
    }

    /// A convolution and its batch norm.
    pub fn convolution(self, b: &mut Builder, names: &Names, at: NodeId, kernels: Kernels) -> NodeId {
        let kernels = self.padding.map_or(kernels, |padding| kernels.padding(padding));
        let at = b.convolution(&names.convolution, at, kernels.bias(names.norm.is_none()));
        names.norm.iter().fold(at, |at, norm| b.batch_norm(norm, at))
    }

    /// A convolution, its batch norm and a ReLU6.
    pub fn rectified(self, b: &mut Builder, names: &Names, at: NodeId, kernels: Kernels) -> NodeId {
        let at = self.convolution(b, names, at, kernels);
        b.activation(&names.relu6, at, RELU6)
    }

    /// A block. `names` are those of widening (not asked for without), convolving and narrowing; the sum is called
    /// `sum`.
    pub fn block(
        self,
        b: &mut Builder,
        start: NodeId,
        stage: &Stage,
        stride: usize,
        names: &[Names; 3],
        sum: &str,
    ) -> NodeId {
        let [widen, convolve, narrow] = names;
        let wide = b.channels(start) * stage.expand;
        let mut at = start;
        if stage.expand > 1 {
            at = self.rectified(b, widen, at, Kernels::new(wide, 1));
        }
        at = self.rectified(b, convolve, at, Kernels::new(wide, stage.kernel).stride(stride).depthwise());
        at = self.convolution(b, narrow, at, Kernels::new(b.width(stage.outputs), 1));
        if stride > 1 || b.channels(start) != b.channels(at) {
            return at;
        }
        b.stochastic_depth(at, self.left_out);
        b.sum(sum, at, start)
    }
}
