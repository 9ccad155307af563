//! IBA: noise is let into a layer wherever the network does not need what is there; what gets through is the map.
//!
//! `z = a (l r + (1 - l) (m + s e))`, `l = blur(sigmoid(alpha))`, and `alpha` is found by Adam (rate 1, from 5) to make
//! `-ln p + beta mean I` least, `I = (mu^2 + v - 1 - ln v) / 2`, `mu = l (r - m) / s`, `v = (1 - l)^2`: the information that
//! passes each place (Schulz et al. 2020). Drawn are the bits of each place in the last forward pass, channels added up.
//! `m` and `s` are what the layer holds on average; without other photos, each map's mean and deviation over this one. Number
//! `e` of copy `b` in step `t` is normal number `(t B + b) P + e` of the stream "noise", for `B` copies of `P` numbers.

use super::adam::Adam;
use super::moments::Sum;
use super::sampling::Keep;
use super::prelude::*;
use crate::descriptor::Scale;
use crate::random::Stream;
use burn::tensor::activation::sigmoid;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "iba",
    title: "Information bottleneck",
    sentence: "How much of what is at each place the network needs, when noise may drown the rest.",
    formula: "l makes -ln p + beta mean I least, z = l r + (1 - l) noise;  R = sum over channels of I in bits",
    caution: "It needs to know what a layer usually holds; from one photo alone that is a guess.",
    citation: Citation {
        short: "Schulz et al. 2020",
        title: "Restricting the Flow: Information Bottlenecks for Attribution",
        source: "ICLR 2020, arXiv 2001.00396",
    },
    family: Family::Information,
    needs: &[Need::Features],
    sign: Sign::Positive,
    promises: &[Promise::Random],
    params: &[
        LAYER,
        Param {
            id: "beta",
            sentence: "What a unit of information costs.",
            unit: "",
            domain: Domain::Real { default: 10.0, least: 0.0, most: 1e6 },
        },
        Param {
            id: "steps",
            sentence: "How many steps are taken.",
            unit: "",
            domain: Domain::Count { default: 10, least: 1, most: 1000 },
        },
        Param {
            id: "copies",
            sentence: "How many draws of the noise are looked at in each step.",
            unit: "",
            domain: Domain::Count { default: 10, least: 1, most: 100 },
        },
    ],
};

/// Where the descent begins, the least deviation of a place, and how much noise is left at least, so that its logarithm
/// stays finite.
const START: f32 = 5.0;
const LEAST: f32 = 0.01;
const GUARD: f32 = 1e-6;

/// Passes it takes.
pub(super) fn cost(settings: &Settings, plan: &Plan) -> Cost {
    let runs = (settings.count("steps") * settings.count("copies")) as f64 * plan.suffix;
    Cost::of(1.0 + runs, runs)
}

/// What a layer usually holds.
pub struct Statistics {
    /// Mean at each place.
    pub mean: Vec<f32>,
    /// Deviation at each place.
    pub deviation: Vec<f32>,
    /// One where a place is ever more than zero, else zero.
    pub active: Vec<f32>,
}

impl Statistics {
    /// Each map's mean and deviation over its own places.
    #[must_use]
    pub fn of_one(values: &[f32], places: usize) -> Statistics {
        let (mut mean, mut deviation, mut active) = (vec![], vec![], vec![]);
        for map in values.chunks_exact(places) {
            let average = map.iter().map(|&v| f64::from(v)).sum::<f64>() / places as f64;
            let square = map.iter().map(|&v| (f64::from(v) - average).powi(2)).sum::<f64>() / places as f64;
            mean.extend(std::iter::repeat_n(average as f32, places));
            deviation.extend(std::iter::repeat_n((square.sqrt() as f32).max(LEAST), places));
            let alive = f32::from(u8::from(map.iter().any(|v| *v != 0.0)));
            active.extend(std::iter::repeat_n(alive, places));
        }
        Statistics { mean, deviation, active }
    }

    /// Mean and unbiased deviation at each place over pictures; active is a place that is not zero in more than one of a
    /// hundred.
    ///
    /// # Panics
    /// If there are fewer than two pictures.
    #[must_use]
    pub fn of_many(pictures: &[Vec<f32>]) -> Statistics {
        assert!(pictures.len() > 1, "a deviation needs two pictures");
        let count = pictures.len() as f64;
        let of = |p: usize| pictures.iter().map(move |picture| f64::from(picture[p]));
        let mean = |p: usize| of(p).sum::<f64>() / count;
        let deviation = |p: usize| (of(p).map(|v| (v - mean(p)).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
        let places = 0..pictures[0].len();
        Statistics {
            mean: places.clone().map(|p| mean(p) as f32).collect(),
            deviation: places.clone().map(|p| (deviation(p) as f32).max(LEAST)).collect(),
            active: places
                .map(|p| f32::from(u8::from(of(p).filter(|v| *v != 0.0).count() as f64 / count > f64::from(LEAST))))
                .collect(),
        }
    }
}

/// The map at the size of the layer, in bits.
///
/// # Shapes
/// `[1, h, w]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let node = work.layer()?;
    let maps = work.activations(node);
    let [_, _, rows, columns] = maps.dims();
    let statistics = Statistics::of_one(&Value::from(maps).read().await?, rows * columns);
    with(work, &statistics).await
}

/// The same with what the layer usually holds.
///
/// # Errors
/// As any method.
pub async fn with(work: &mut Work<'_, '_>, statistics: &Statistics) -> Result<Map, MethodError> {
    work.objective.scale = Scale::LogProbability;
    let node = work.layer()?;
    let bottleneck = Bottleneck::new(work, node, statistics);
    let [_, channels, rows, columns] = bottleneck.features.dims();
    let (steps, copies) = (work.settings.count("steps"), work.settings.count("copies"));
    let beta = work.settings.real("beta");
    let mut adam = Adam::new(bottleneck.features.zeros_like().reshape([channels * rows * columns]) + START, 1.0);
    let mut bits = bottleneck.features.zeros_like();
    for step in 0..steps {
        let open = sigmoid(adam.place.clone()).reshape([1, channels, rows, columns]);
        let kept = bottleneck.blurred(open.clone());
        bits = bottleneck.information(&kept);
        let passed = bottleneck.slope(work, node, &kept, (step, copies));
        let priced = bottleneck.price(&kept) * (beta / (channels * rows * columns) as f64);
        // Beyond the guard nothing moves.
        let free = kept.lower_elem(1.0 - GUARD).float();
        let slope = bottleneck.unblurred((priced - passed) * free) * open.clone() * (open.neg() + 1.0);
        adam.step(slope.reshape([channels * rows * columns]));
        if work.watcher.went((step + 1) as f64 / steps as f64).await == Flow::Stop {
            return Err(MethodError::Stopped);
        }
    }
    work.layer_map(bits.sum_dim(1) / std::f64::consts::LN_2, node).await
}

/// A layer's values, and what is needed to drown them; all `[1, C, h, w]`.
struct Bottleneck {
    features: Tensor<4>,
    mean: Tensor<4>,
    deviation: Tensor<4>,
    active: Tensor<4>,
    down: Tensor<4>,
    across: Tensor<4>,
    stream: Stream,
}

impl Bottleneck {
    fn new(work: &mut Work<'_, '_>, node: NodeId, statistics: &Statistics) -> Bottleneck {
        let features = work.activations(node);
        let shape = features.dims();
        let tensor = |numbers: &[f32], shape: [usize; 4]| work.upload(numbers.to_vec(), &shape).pictures();
        let blur = |side: usize| tensor(&blur(side), [1, 1, side, side]);
        Bottleneck {
            mean: tensor(&statistics.mean, shape),
            deviation: tensor(&statistics.deviation, shape),
            active: tensor(&statistics.active, shape),
            down: blur(shape[2]),
            across: blur(shape[3]).swap_dims(2, 3),
            stream: Stream::new(work.seed, "noise"),
            features,
        }
    }

    fn blurred(&self, open: Tensor<4>) -> Tensor<4> {
        let [_, channels, rows, columns] = open.dims();
        let down = self.down.clone().expand([1, channels, rows, rows]);
        let across = self.across.clone().expand([1, channels, columns, columns]);
        down.matmul(open).matmul(across).clamp_max(1.0 - GUARD)
    }

    fn unblurred(&self, slope: Tensor<4>) -> Tensor<4> {
        let [_, channels, rows, columns] = slope.dims();
        let down = self.down.clone().swap_dims(2, 3).expand([1, channels, rows, rows]);
        let across = self.across.clone().swap_dims(2, 3).expand([1, channels, columns, columns]);
        down.matmul(slope).matmul(across)
    }

    /// How far the values lie from what is usual, in deviations.
    fn away(&self) -> Tensor<4> {
        (self.features.clone() - self.mean.clone()) / self.deviation.clone()
    }

    /// In nats.
    fn information(&self, kept: &Tensor<4>) -> Tensor<4> {
        let noise = kept.clone().neg() + 1.0;
        let square = (self.away() * kept.clone()).square() + noise.clone().square();
        ((square - 1.0) / 2.0 - noise.log()) * self.active.clone()
    }

    /// The information's derivative by what is kept.
    fn price(&self, kept: &Tensor<4>) -> Tensor<4> {
        let noise = kept.clone().neg() + 1.0;
        (self.away().square() * kept.clone() - noise.clone() + noise.recip()) * self.active.clone()
    }

    /// The mean derivative of `ln p` by what is kept, over draws of the noise.
    ///
    /// With `a` for active places, what goes on is `a (l r + (1 - l) m) + a (1 - l) s e`, and its derivative by `l` is
    /// `a (r - m) - a s e`: what no draw changes is worked out once, not for every copy.
    fn slope(&self, work: &mut Work<'_, '_>, node: NodeId, kept: &Tensor<4>, (step, copies): (usize, usize)) -> Tensor<4> {
        let [_, channels, rows, columns] = self.features.dims();
        let count = channels * rows * columns;
        let drowned = kept.clone().neg() + 1.0;
        let steady = (self.features.clone() * kept.clone() + self.mean.clone() * drowned.clone()) * self.active.clone();
        let loud = drowned * self.deviation.clone() * self.active.clone();
        let (mut sum, mut with_noise) = (Sum::default(), Sum::default());
        for batch in work.batches(copies, Pass::Part) {
            let n = batch.len();
            let first = ((step * copies + batch.start) * count) as u64;
            let draws = self.stream.normals(first, n * count);
            let noise = work.upload(draws, &[n, channels, rows, columns]).pictures();
            let mixed = noise.clone() * loud.clone() + steady.clone();
            let objective = work.objective.clone();
            let signal = work.session.pull_from(node, mixed, &objective);
            with_noise.add(batch.start, &Value::from(signal.clone() * noise));
            sum.add(batch.start, &Value::from(signal));
        }
        let total = |sum: &Sum| sum.total().reshape([1, channels, rows, columns]);
        let through = (self.features.clone() - self.mean.clone()) * total(&sum);
        (through - self.deviation.clone() * total(&with_noise)) * self.active.clone() / copies as f64
    }
}

/// A Gaussian of deviation 1 on five places, as a matrix; borders are mirrored without their own place.
fn blur(side: usize) -> Vec<f32> {
    let weights = [-2i32, -1, 0, 1, 2].map(|d| libm::exp(-f64::from(d * d) / 2.0));
    let total: f64 = weights.iter().sum();
    let mut matrix = vec![0.0f64; side * side];
    let period = 2 * (side.max(2) as isize - 1);
    for row in 0..side {
        for (weight, step) in weights.iter().zip(-2isize..) {
            let at = (row as isize + step).rem_euclid(period);
            let place = at.min(period - at).min(side as isize - 1) as usize;
            matrix[row * side + place] += weight / total;
        }
    }
    matrix.into_iter().map(|v| v as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_blur_sum_to_one_and_mirror_the_border() {
        for side in [1, 2, 3, 7] {
            assert!(blur(side).chunks_exact(side).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6), "{side}");
        }
        // exp(-2), exp(-1/2), 1 of 2.4837: the first row of five places is 0.4026, 2 x 0.2442, 2 x 0.0545.
        let row = &blur(5)[..5];
        for (found, expected) in row.iter().zip([0.4026, 0.4884, 0.1090, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-4, "{row:?}");
        }
    }
}
