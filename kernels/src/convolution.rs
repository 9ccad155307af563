//! Convolution and its input gradient over contiguous [N, C, H, W] slices.

use crate::dense::{Columns, Dense, Destination, LARGE, Left, Places};
use crate::depthwise::Depthwise;
use crate::frame::Frame;
use crate::geometry::{Geometry, Pass, Plan};
use crate::isa::Isa;
use crate::line::SLACK;
use crate::mask::{Bits, Mask};
use crate::scratch::{Scratch, at_least};
use pulp::{Simd, WithSimd};

/// Columns after which a larger product is no faster: so many outputs of small pictures are computed together.
const COLUMNS: usize = 768;

/// What happens to the sums of a convolution on their way to memory, in this order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Epilogue<'a> {
    /// Added: a slice of the output's shape.
    pub residual: Option<&'a [f32]>,
    /// Then clamped to [low, high]; NaN stays NaN. A ReLU is (0, ∞).
    pub clamp: Option<(f32, f32)>,
}

/// Makes of each number of a slice another, by itself.
pub type Each<'a> = &'a dyn Fn(&[f32]) -> Vec<f32>;

/// A convolution with its weights in the order in which the kernel reads them.
#[derive(Clone, Debug)]
pub struct Convolution {
    geometry: Geometry,
    prepared: Prepared,
}

/// The input gradient of a convolution (a transposed convolution), with its weights in the order of its kernel.
#[derive(Clone, Debug)]
pub struct ConvolutionGradient {
    geometry: Geometry,
    prepared: Prepared,
}

impl Convolution {
    /// Prepares a convolution for this processor. `weights` are [outputs, inputs / groups, kernel height, kernel
    /// width], `bias` is `[outputs]`.
    pub fn new(geometry: Geometry, weights: &[f32], bias: Option<&[f32]>) -> Self {
        Self::for_isa(Isa::detect(), geometry, weights, bias)
    }

    /// The same for a given instruction set.
    pub fn for_isa(isa: Isa, geometry: Geometry, weights: &[f32], bias: Option<&[f32]>) -> Self {
        let Geometry { inputs, outputs, .. } = geometry;
        check(&geometry, weights);
        assert!(bias.is_none_or(|bias| bias.len() == outputs), "one bias for every output channel");
        let (plan, [each, all]) = (Plan::forward(&geometry), strides(&geometry));
        let prepared = Prepared::new(isa, &geometry, plan, [inputs, outputs], bias, (weights, [all, each]));
        Self { geometry, prepared }
    }

    /// Its geometry.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The weights as they were given, [outputs, inputs / groups, kernel height, kernel width].
    pub fn weights(&self) -> Vec<f32> {
        let mut weights = vec![0.0; self.geometry.weight_count()];
        let [each, all] = strides(&self.geometry);
        self.prepared.unpack([all, each], &mut weights);
        weights
    }

    /// The same with another padding. Dense weights are shared with this one.
    pub fn padded(&self, padding: [usize; 4]) -> Self {
        let geometry = Geometry { padding, ..self.geometry };
        Self { geometry, prepared: Prepared { plan: Plan::forward(&geometry), ..self.prepared.clone() } }
    }

    /// The same with other weights: `weights` and `bias` make of each number another, whatever its place.
    pub fn mapped(&self, weights: Each, bias: Each) -> Self {
        Self { geometry: self.geometry, prepared: self.prepared.mapped(weights, bias, None) }
    }

    /// Convolves `input` [batch, inputs, height, width] into `output`, [batch, outputs] x
    /// [`Geometry::output_size`]. A picture's numbers do not depend on the others of its batch.
    pub fn run(
        &self,
        input: &[f32],
        batch: usize,
        size: [usize; 2],
        epilogue: Epilogue,
        output: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let output_size = self.geometry.output_size(size);
        let job = Job { source: input, mask: None, batch, source_size: size, output_size, epilogue };
        self.prepared.run(job, output, scratch);
    }
}

impl ConvolutionGradient {
    /// The gradient of a convolution. Large weights are read across those of the convolution, of small ones a copy is made.
    pub fn of(convolution: &Convolution) -> Self {
        Self::reading_across(convolution, LARGE)
    }

    /// The same, where so many weights count as large.
    fn reading_across(convolution: &Convolution, large: usize) -> Self {
        let Convolution { geometry, prepared } = convolution;
        let Geometry { inputs, outputs, .. } = *geometry;
        let (plan, weights) = (Plan::gradient(geometry), || convolution.weights());
        let prepared = prepared.across(&plan, geometry, large).unwrap_or_else(|| {
            Prepared::new(prepared.isa, geometry, plan, [outputs, inputs], None, (&weights(), strides(geometry)))
        });
        Self { geometry: *geometry, prepared }
    }

    /// Its geometry: that of the convolution.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The same with other weights, those of a convolution that was mapped: `weights` makes of each number another,
    /// whatever its place.
    pub fn mapped(&self, weights: Each, convolution: &Convolution) -> Self {
        let prepared = self.prepared.mapped(weights, &<[f32]>::to_vec, Some(&convolution.prepared));
        Self { geometry: self.geometry, prepared }
    }

    /// The gradient with respect to an input of `size`, [batch, inputs, height, width], from `signal`, the gradient
    /// with respect to the output: [batch, outputs] x [`Geometry::output_size`]. With a `mask` the signal is that
    /// after a clamp which followed the convolution.
    pub fn run(
        &self,
        signal: &[f32],
        mask: Option<&Mask>,
        batch: usize,
        size: [usize; 2],
        gradient: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let source_size = self.geometry.output_size(size);
        assert!(mask.is_none_or(|mask| mask.len() == signal.len()), "a mask of another shape");
        let mask = mask.map(Mask::bits);
        let job = Job { source: signal, mask, batch, source_size, output_size: size, epilogue: Epilogue::default() };
        self.prepared.run(job, gradient, scratch);
    }
}

fn check(geometry: &Geometry, weights: &[f32]) {
    geometry.check();
    assert_eq!(weights.len(), geometry.weight_count(), "weights of another shape");
}

/// The distances of two inputs' and of two outputs' weights of a group in [outputs, inputs / groups, kernel height,
/// kernel width].
fn strides(geometry: &Geometry) -> [usize; 2] {
    let taps = geometry.kernel[0] * geometry.kernel[1];
    [taps, geometry.inputs / geometry.groups * taps]
}

/// Where the matrix of a pass over so many channels lies; the strides are those of its rows and of its channels.
fn places(pass: &Pass, channels: usize, [row, channel]: [usize; 2]) -> Places {
    let of = |at: usize| pass.taps.iter().map(move |tap| at * channel + tap.index);
    Places { row, depth: (0..channels).flat_map(of).collect() }
}

/// A plan and its weights.
#[derive(Clone, Debug)]
struct Prepared {
    isa: Isa,
    plan: Plan,
    /// Channels read and written, and the groups of both.
    channels: [usize; 2],
    groups: usize,
    weights: Weights,
}

#[derive(Clone, Debug)]
enum Weights {
    /// For every channel the taps of every pass in turn; and the biases.
    Depthwise(Vec<f32>, Option<Vec<f32>>),
    /// For every pass every group's matrix.
    Dense(Vec<Vec<Left>>),
}

/// One call.
#[derive(Clone, Copy)]
struct Job<'a> {
    source: &'a [f32],
    mask: Option<Bits<'a>>,
    batch: usize,
    source_size: [usize; 2],
    output_size: [usize; 2],
    epilogue: Epilogue<'a>,
}

impl Job<'_> {
    fn check(&self, channels: [usize; 2], output: &[f32]) {
        let numbers = |channels: usize, [height, width]: [usize; 2]| self.batch * channels * height * width;
        assert_eq!(self.source.len(), numbers(channels[0], self.source_size), "a source of another shape");
        assert_eq!(output.len(), numbers(channels[1], self.output_size), "an output of another shape");
        assert!(self.epilogue.residual.is_none_or(|r| r.len() == output.len()), "a residual of another shape");
    }
}

impl Prepared {
    fn new(
        isa: Isa,
        geometry: &Geometry,
        plan: Plan,
        channels: [usize; 2],
        bias: Option<&[f32]>,
        (weights, strides): (&[f32], [usize; 2]),
    ) -> Self {
        let groups = geometry.groups;
        let of_group = weights.len() / groups;
        let packed = if geometry.is_depthwise() {
            let order: Vec<usize> = plan.passes.iter().flat_map(|pass| pass.taps.iter().map(|tap| tap.index)).collect();
            let sorted = (0..groups).flat_map(|channel| order.iter().map(move |&tap| (channel, tap)));
            Weights::Depthwise(
                sorted.map(|(channel, tap)| weights[channel * of_group + tap]).collect(),
                bias.map(<[f32]>::to_vec),
            )
        } else {
            let [depth, rows] = channels.map(|channels| channels / groups);
            let pack = |(group, weights): (usize, &[f32]), places: (&Places, usize)| {
                let bias = bias.map(|bias| &bias[group * rows..(group + 1) * rows]);
                Left::new(isa.tile(), rows, bias, weights, places)
            };
            let pass = |pass: &Pass| {
                let places = places(pass, depth, strides);
                weights.chunks(of_group).enumerate().map(|group| pack(group, (&places, pass.taps.len()))).collect()
            };
            Weights::Dense(plan.passes.iter().map(pass).collect())
        };
        Self { isa, plan, channels, groups, weights: packed }
    }

    /// The way back, its matrices read across those of this way there; none where one cannot be, or is not `large`.
    fn across(&self, plan: &Plan, geometry: &Geometry, large: usize) -> Option<Self> {
        let Weights::Dense(there) = &self.weights else { return None };
        let all = geometry.kernel[0] * geometry.kernel[1];
        let pass = |pass: &Pass| {
            let taps: Vec<usize> = pass.taps.iter().map(|tap| tap.index).collect();
            there[0].iter().map(|left| left.across(&taps, all, large)).collect()
        };
        let weights = Weights::Dense(plan.passes.iter().map(pass).collect::<Option<_>>()?);
        let channels = [self.channels[1], self.channels[0]];
        Some(Self { isa: self.isa, plan: plan.clone(), channels, groups: self.groups, weights })
    }

    /// The same with other weights; `there` is the way there, if this is the way back.
    fn mapped(&self, each: Each, each_bias: Each, there: Option<&Prepared>) -> Self {
        let weights = match &self.weights {
            Weights::Depthwise(weights, bias) => Weights::Depthwise(each(weights), bias.as_deref().map(each_bias)),
            Weights::Dense(passes) => {
                let there = |group: usize| match &there?.weights {
                    Weights::Dense(there) => there[0].get(group),
                    Weights::Depthwise(..) => None,
                };
                let group = |(group, left): (usize, &Left)| left.mapped(each, each_bias, there(group));
                Weights::Dense(passes.iter().map(|groups| groups.iter().enumerate().map(group).collect()).collect())
            }
        };
        Self { isa: self.isa, plan: self.plan.clone(), weights, ..*self }
    }

    /// Puts every weight back where it was taken from.
    fn unpack(&self, strides: [usize; 2], to: &mut [f32]) {
        let (passes, of_group) = (self.plan.passes.iter(), to.len() / self.groups);
        match &self.weights {
            Weights::Depthwise(weights, _) => {
                let order: Vec<usize> = passes.flat_map(|pass| pass.taps.iter().map(|tap| tap.index)).collect();
                for (at, &number) in weights.iter().enumerate() {
                    to[at / order.len() * of_group + order[at % order.len()]] = number;
                }
            }
            Weights::Dense(weights) => {
                for (pass, groups) in passes.zip(weights) {
                    let places = places(pass, self.channels[0] / self.groups, strides);
                    groups.iter().zip(to.chunks_mut(of_group)).for_each(|(packed, to)| packed.unpack(&places, to));
                }
            }
        }
    }

    fn run(&self, job: Job, output: &mut [f32], scratch: &mut Scratch) {
        job.check(self.channels, output);
        if output.is_empty() {
            return;
        }
        let frame = Frame::new(&self.plan, job.source_size, job.output_size);
        match &self.weights {
            Weights::Depthwise(weights, bias) => self.isa.run(Depthwise {
                plan: &self.plan,
                frame,
                weights,
                bias: bias.as_deref(),
                channels: self.channels[0],
                source: job.source,
                mask: job.mask,
                output,
                output_size: job.output_size,
                residual: job.epilogue.residual,
                clamp: job.epilogue.clamp,
                frames: &mut scratch.frames,
                sums: &mut scratch.sums,
            }),
            Weights::Dense(weights) => {
                let together = COLUMNS.div_ceil(job.output_size[0] * job.output_size[1]);
                for first in (0..job.batch).step_by(together) {
                    let pictures = first..(first + together).min(job.batch);
                    (0..self.groups).for_each(|group| {
                        self.dense(weights, &job, &frame, (pictures.clone(), group), output, scratch)
                    });
                }
            }
        }
    }

    /// One group of some pictures.
    fn dense(
        &self,
        weights: &[Vec<Left>],
        job: &Job,
        frame: &Frame,
        (pictures, group): (std::ops::Range<usize>, usize),
        output: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let [depth, rows] = self.channels.map(|channels| channels / self.groups);
        let plane = job.source_size[0] * job.source_size[1];
        let first = (pictures.start * self.channels[0] + group * depth) * plane;
        let (source, mask, picture_stride) = if frame.is_plain() {
            (&job.source[first..], job.mask.map(|mask| mask.from(first)), self.channels[0] * plane)
        } else {
            let frames = at_least(&mut scratch.frames, pictures.len() * depth * frame.len() + SLACK);
            let (channels, pictures) = ([depth, self.channels[0]], pictures.len());
            let planes = Planes { frame, job, first, pictures, channels, plane, to: frames };
            self.isa.run(planes);
            (&scratch.frames[..], None, depth * frame.len())
        };
        for (pass, weights) in self.plan.passes.iter().zip(weights) {
            let offset = |channel: usize| pass.taps.iter().map(move |tap| channel * frame.len() + frame.offset(tap));
            let offsets: Vec<usize> = (0..depth).flat_map(offset).collect();
            let columns = Columns {
                source,
                mask,
                offsets: &offsets,
                picture_stride,
                line_stride: frame.size[1],
                pictures: pictures.len(),
                size: pass.size(job.output_size),
            };
            let destination = self.destination(job, pass, pictures.start, group * rows);
            let memory = &mut scratch.product;
            self.isa.run(Dense { weights: &weights[group], columns, destination, output, memory });
        }
    }

    /// Where a pass writes the channels from `channel` on of the pictures from `picture` on.
    fn destination<'a>(&self, job: &Job<'a>, pass: &Pass, picture: usize, channel: usize) -> Destination<'a> {
        let ([height, width], [y, x]) = (job.output_size, pass.start);
        Destination {
            start: (picture * self.channels[1] + channel) * height * width + y * width + x,
            picture_stride: self.channels[1] * height * width,
            row_stride: height * width,
            line_stride: pass.step[0] * width,
            step: pass.step[1],
            residual: job.epilogue.residual,
            clamp: job.epilogue.clamp,
        }
    }
}

/// The frames of one group of some pictures, one after the other.
struct Planes<'a> {
    frame: &'a Frame,
    job: &'a Job<'a>,
    first: usize,
    pictures: usize,
    /// Channels of the group and of all.
    channels: [usize; 2],
    plane: usize,
    to: &'a mut [f32],
}

impl WithSimd for Planes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let ([group, all], len) = (self.channels, self.frame.len());
        self.to.fill(0.0);
        for at in 0..self.pictures * group {
            let from = self.first + (at / group * all + at % group) * self.plane;
            self.frame.fill(simd, (self.job.source, from), self.job.mask, &mut self.to[at * len..]);
        }
    }
}

#[cfg(test)]
mod tests;
