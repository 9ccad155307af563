//! Shares of relevance: what the rules for layers with weights have in common.
//!
//! A rule is a list of terms. Each runs its op forward on other inputs with other weights, its parts added up to `z`,
//! divides the relevance by that and takes the gradient back to the changed inputs: `R_in = x' gradient(R / z)`
//! (Montavon et al. 2019, section 10.2.3). So no op knows of relevance.

use super::{Site, Stabiliser};
use crate::network::op::{Arithmetic, Change, Kept, Kind, Op, Weights};
use crate::network::value::Value;
use burn::tensor::{Device, Tensor};

/// Least and greatest value that an input may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bounds {
    /// By channel; of more channels than three, again from the first on.
    Channels {
        /// Least.
        low: [f32; 3],
        /// Greatest.
        high: [f32; 3],
    },
    /// Those of each picture's own numbers.
    Picture,
}

/// What stands for an input `x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// Itself.
    Same,
    /// `max(x, 0)`.
    Positive,
    /// `min(x, 0)`.
    Negative,
    /// Ones.
    Ones,
    /// The least it may be.
    Low(Bounds),
    /// The greatest it may be.
    High(Bounds),
}

/// One forward pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// What it counts.
    pub factor: f32,
    /// Its inputs.
    pub input: Input,
    /// Its weights.
    pub weight: Change,
    /// Its bias.
    pub bias: Change,
}

/// Forward passes that share relevance among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// How much of the relevance.
    pub factor: f32,
    /// Only where the op's own output is above zero, or below.
    pub side: Option<Side>,
    /// The passes, added up.
    pub parts: Vec<Part>,
}

/// A side of zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

impl Term {
    /// All of the relevance.
    #[must_use]
    pub fn whole(parts: Vec<Part>) -> Term {
        Term { factor: 1.0, side: None, parts }
    }
}

impl Part {
    /// Counts once.
    #[must_use]
    pub fn new(input: Input, weight: Change, bias: Change) -> Part {
        Part { factor: 1.0, input, weight, bias }
    }
}

/// The relevance at each input.
pub(super) fn share(site: &Site, relevance: Value, terms: &[Term], by: Stabiliser) -> Vec<Value> {
    let mut sums: Vec<Value> = vec![];
    for term in terms {
        let shares = term.shares(site, relevance.clone(), by);
        sums = if sums.is_empty() { shares } else { sums.into_iter().zip(shares).map(|(a, b)| a + b).collect() };
    }
    sums
}

/// A forward pass that was made: its inputs and weights, if others than the op's own.
struct Made {
    factor: f32,
    inputs: Vec<Value>,
    weights: Option<Weights>,
    /// A bias beside that of the weights, for one picture.
    bias: Option<Value>,
}

impl Term {
    fn shares(&self, site: &Site, relevance: Value, by: Stabiliser) -> Vec<Value> {
        // Where no input is below zero, the parts of those below are zero.
        let idle = |part: &&Part| !(site.is_nonnegative() && part.input == Input::Negative);
        let device = relevance.device();
        let made: Vec<Made> = self.parts.iter().filter(idle).map(|part| part.make(site, &device)).collect();
        let Some(sum) = made.iter().map(|made| made.forward(site)).reduce(|a, b| a + b) else {
            return site.kept.shapes.iter().map(|shape| Value::zeros(shape, &device)).collect();
        };
        let relevance = match self.side {
            None => relevance,
            Some(side) => relevance.zip(site.kept.output(), |r, z| side.of(r, z)),
        };
        let share = times(by.quotient(relevance, sum), self.factor);
        let shares = made.into_iter().map(|made| made.back(site, share.clone()));
        shares.reduce(|a, b| a.into_iter().zip(b).map(|(a, b)| a + b).collect()).expect("one part at least")
    }
}

impl Part {
    fn make(&self, site: &Site, device: &Device) -> Made {
        let bias = if site.shift.is_some() { Change::Zeros } else { self.bias };
        let changed = (self.weight, bias) != (Change::Same, Change::Same);
        let weights = if changed { site.op.changed(site.weights, self.weight, bias) } else { None };
        let bias = site.shifted_bias().filter(|_| self.bias != Change::Zeros).map(|bias| self.bias.value(bias));
        let inputs = (0..site.kept.shapes.len()).map(|at| self.input.of(site, at, device)).collect();
        Made { factor: self.factor, inputs, weights, bias }
    }
}

impl Made {
    fn weights<'a>(&'a self, site: &'a Site) -> &'a Weights {
        self.weights.as_ref().unwrap_or(site.weights)
    }

    fn forward(&self, site: &Site) -> Value {
        let sums = site.op.forward(self.weights(site), self.inputs.clone());
        let sums = match &self.bias {
            Some(bias) => Op::Arithmetic(Arithmetic::Add).forward(&Weights::default(), vec![sums, bias.clone()]),
            None => sums,
        };
        times(sums, self.factor)
    }

    /// Each input times the gradient there.
    fn back(self, site: &Site, share: Value) -> Vec<Value> {
        let inputs = self.inputs.iter().map(Some).collect();
        let kept = Kept { shapes: site.kept.shapes.clone(), inputs, output: None, trace: None };
        let gradients = site.op.gradient(self.weights(site), &kept, times(share, self.factor));
        gradients.into_iter().zip(&self.inputs).map(|(g, x)| g.zip(x.clone(), |g, x| g * x)).collect()
    }
}

impl Side {
    /// Relevance where `z` is on this side.
    fn of(self, r: Tensor<1>, z: Tensor<1>) -> Tensor<1> {
        match self {
            Side::Above => r.mask_fill(z.lower_equal_elem(0.0), 0.0),
            Side::Below => r.mask_fill(z.greater_equal_elem(0.0), 0.0),
        }
    }
}

impl Input {
    fn of(self, site: &Site, at: usize, device: &Device) -> Value {
        match self {
            Input::Same => site.input(at),
            Input::Positive if site.is_nonnegative() => site.input(at),
            Input::Positive => site.input(at).map(|x| x.clamp_min(0.0)),
            Input::Negative => site.input(at).map(|x| x.clamp_max(0.0)),
            Input::Ones => Value::zeros(site.kept.shapes[at], device).map(|x| x + 1.0),
            Input::Low(Bounds::Channels { low, .. }) => by_channel(&site.input(at), low),
            Input::High(Bounds::Channels { high, .. }) => by_channel(&site.input(at), high),
            Input::Low(Bounds::Picture) => of_picture(site.input(at), |x| x.min_dim(1)),
            Input::High(Bounds::Picture) => of_picture(site.input(at), |x| x.max_dim(1)),
        }
    }
}

impl Site<'_> {
    /// One of its inputs, less what of it belongs to a batch norm's shift.
    fn input(&self, at: usize) -> Value {
        let x = self.kept.input(at);
        let Some(shift) = self.shift else { return x };
        let shape = x.shape().to_vec();
        Value::along(x.around(1) - shift.clone().tensor(), &shape)
    }

    fn is_nonnegative(&self) -> bool {
        self.nonnegative && self.shift.is_none()
    }

    /// What the op makes of a batch norm's shift, its own bias included; none of an op without weights, for which the
    /// shift is no bias.
    fn shifted_bias(&self) -> Option<Value> {
        let shift = self.shift?;
        matches!(self.op.kind(), Kind::Convolution | Kind::Linear).then_some(())?;
        let mut shape = self.kept.shapes[0].to_vec();
        shape[0] = 1;
        let places = shape[2..].iter().product();
        let shift = Value::along(shift.clone().tensor::<3>().expand([1, shape[1], places]), &shape);
        Some(self.op.forward(self.weights, vec![shift]))
    }
}

/// A value a channel, as many as `like` has.
fn by_channel(like: &Value, values: [f32; 3]) -> Value {
    let shape = like.shape();
    let channels = shape.get(1).copied().unwrap_or(1);
    let row = (0..channels).map(|c| values[c % 3]).collect();
    let row = Value::from_floats(row, &[1, channels, 1], &like.device()).tensor::<3>();
    let after = shape[2.min(shape.len())..].iter().product();
    Value::along(row.expand([shape[0], channels, after]), shape)
}

/// One number of each picture at all its places.
fn of_picture(x: Value, one: impl FnOnce(Tensor<2>) -> Tensor<2>) -> Value {
    let shape = x.shape().to_vec();
    let count = x.count() / shape[0];
    Value::along(one(x.flat().reshape([shape[0], count])).expand([shape[0], count]), &shape)
}

fn times(value: Value, factor: f32) -> Value {
    if factor == 1.0 { value } else { value.map(|v| v * factor) }
}
