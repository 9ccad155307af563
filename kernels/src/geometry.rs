//! The geometry of a convolution, and its plan: how the forward pass and the input gradient are each a set of
//! stride-1 convolutions over a padded copy of their source.

/// The geometry of a two-dimensional convolution over [N, C, H, W].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Groups: both channel counts are split into this many parts that do not mix.
    pub groups: usize,
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Vertical and horizontal step.
    pub stride: [usize; 2],
    /// Vertical and horizontal distance of neighbouring taps.
    pub dilation: [usize; 2],
    /// Zeros added at the top, bottom, left and right.
    pub padding: [usize; 4],
}

impl Geometry {
    /// Height and width of the output for an input of this height and width; 0 where the kernel does not fit.
    pub fn output_size(&self, [height, width]: [usize; 2]) -> [usize; 2] {
        let [top, bottom, left, right] = self.padding;
        let along = |size: usize, axis: usize| {
            let reach = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            if size < reach { 0 } else { (size - reach) / self.stride[axis] + 1 }
        };
        [along(height + top + bottom, 0), along(width + left + right, 1)]
    }

    /// One input channel to one output channel each.
    pub(crate) fn is_depthwise(&self) -> bool {
        self.groups == self.inputs && self.groups == self.outputs
    }

    /// Numbers in the weights, [outputs, inputs / groups, kernel height, kernel width].
    pub(crate) fn weight_count(&self) -> usize {
        self.outputs * self.inputs / self.groups * self.kernel[0] * self.kernel[1]
    }

    pub(crate) fn check(&self) {
        let positive = |pair: [usize; 2]| pair[0] > 0 && pair[1] > 0;
        assert!(self.groups > 0 && self.inputs > 0 && self.outputs > 0, "a convolution without channels");
        assert!(self.inputs.is_multiple_of(self.groups), "groups do not divide the inputs");
        assert!(self.outputs.is_multiple_of(self.groups), "groups do not divide the outputs");
        assert!(positive(self.kernel) && positive(self.stride) && positive(self.dilation), "an empty kernel or step");
    }
}

/// A convolution as passes over frames. A frame is a channel's plane with zeros around it, split by the residue of
/// its coordinates modulo `step` into planes ("phases") on which every tap of every output is a constant offset.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub step: [usize; 2],
    /// Rows and columns of the whole padded plane before the first of the source; negative where some are left out.
    pub before: [isize; 2],
    /// The phases that some tap reads.
    pub phases: Vec<[usize; 2]>,
    pub passes: Vec<Pass>,
}

/// The outputs at `start`, `start + step`, ... along both axes: all computed with the same taps.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub start: [usize; 2],
    pub step: [usize; 2],
    pub taps: Vec<Tap>,
}

/// A tap of the kernel, and where in the frame the pass's first output reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap {
    /// Index into the kernel, row after row.
    pub index: usize,
    /// Index into `Plan::phases`.
    pub phase: usize,
    pub at: [usize; 2],
}

impl Pass {
    /// Rows and columns of outputs that this pass computes in a plane of this size.
    pub fn size(&self, plane: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|axis| plane[axis].saturating_sub(self.start[axis]).div_ceil(self.step[axis]))
    }
}

impl Plan {
    /// The forward pass: output y reads padded row y · stride + tap · dilation.
    pub fn forward(geometry: &Geometry) -> Self {
        let step = geometry.stride;
        let mut phases = Vec::new();
        let taps = taps(geometry)
            .map(|(index, tap)| {
                let phase = [0, 1].map(|axis| tap[axis] % step[axis]);
                let at = [0, 1].map(|axis| tap[axis] / step[axis]);
                let known = phases.iter().position(|&p| p == phase).unwrap_or_else(|| {
                    phases.push(phase);
                    phases.len() - 1
                });
                Tap { index, phase: known, at }
            })
            .collect();
        let [top, _, left, _] = geometry.padding.map(|zeros| zeros as isize);
        Self { step, before: [top, left], phases, passes: vec![Pass { start: [0, 0], step: [1, 1], taps }] }
    }

    /// The input gradient: padded input row stride · t + r gets tap (stride · m + r) / dilation of output row t - m.
    pub fn gradient(geometry: &Geometry) -> Self {
        let (stride, pad) = (geometry.stride, [geometry.padding[0], geometry.padding[2]]);
        let starts = || (0..stride[0]).flat_map(|y| (0..stride[1]).map(move |x| [y, x]));
        let of_pass = |start: [usize; 2]| {
            let meets = move |axis: usize, tap: usize| tap % stride[axis] == (start[axis] + pad[axis]) % stride[axis];
            taps(geometry).filter(move |(_, tap)| (0..2).all(|axis| meets(axis, tap[axis])))
        };
        // Rows of the signal by which a tap lies before the pass's first output.
        let ahead = |start: [usize; 2], tap: [usize; 2], axis: usize| {
            (tap[axis] / stride[axis]) as isize - ((start[axis] + pad[axis]) / stride[axis]) as isize
        };
        let before = [0, 1].map(|axis| {
            let all = starts().flat_map(|start| of_pass(start).map(move |(_, tap)| ahead(start, tap, axis)));
            all.max().unwrap_or(0)
        });
        let pass = |start: [usize; 2]| {
            let at = |tap: [usize; 2]| [0, 1].map(|axis| (before[axis] - ahead(start, tap, axis)) as usize);
            let taps = of_pass(start).map(|(index, tap)| Tap { index, phase: 0, at: at(tap) }).collect();
            Pass { start, step: stride, taps }
        };
        Self { step: [1, 1], before, phases: vec![[0, 0]], passes: starts().map(pass).collect() }
    }

    /// Rows and columns that a phase needs for outputs in a plane of this size.
    pub fn phase_size(&self, plane: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|axis| {
            let reach =
                |pass: &Pass| pass.taps.iter().map(|tap| tap.at[axis]).max().unwrap_or(0) + pass.size(plane)[axis];
            self.passes.iter().map(reach).max().unwrap_or(0)
        })
    }
}

/// Every tap's index and its distance from the first, in input rows and columns.
fn taps(geometry: &Geometry) -> impl Iterator<Item = (usize, [usize; 2])> + use<> {
    let Geometry { kernel: [height, width], dilation, .. } = *geometry;
    (0..height * width).map(move |index| (index, [index / width * dilation[0], index % width * dilation[1]]))
}
