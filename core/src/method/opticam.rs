//! Opti-CAM: the mixture of feature maps through which the network answers as it does with the whole photo.
//!
//! `S = sum_k softmax(u)_k max(A_k, 0)`, enlarged by straight lines and brought to 0 to 1 gives a mask `m`; `u` is found by
//! Adam (rate 0.1) from 0.5 everywhere, to make `|y(x) - y(x m)|` least, or `y(x m)` greatest (Zhang et al. 2023). After each
//! tenth of the steps it ends if the loss has risen. The gradient goes through softmax, enlargement and scaling, on the
//! device; only that loss is read back.

use super::adam::Adam;
use super::prelude::*;
use crate::map::resample::{Interpolation, resample};
use burn::tensor::activation::softmax;

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "opticam",
    title: "Opti-CAM",
    sentence: "The mixture of feature maps through which the network answers as with the whole photo.",
    formula: "m = sum over k of softmax(u)_k max(A_k, 0), enlarged and brought to 0 to 1;  u makes |y(x) - y(x m)| least",
    caution: "It is made to score well where photos are masked by maps; that score is then no evidence for it.",
    citation: Citation {
        short: "Zhang et al. 2023",
        title: "Opti-CAM: Optimizing saliency maps for interpretability",
        source: "arXiv 2301.07002, CVIU 2024",
    },
    family: Family::Activation,
    needs: &[Need::Features],
    sign: Sign::Positive,
    promises: &[],
    params: &[
        LAYER,
        Param {
            id: "steps",
            sentence: "How many steps are taken at most.",
            unit: "",
            domain: Domain::Count { default: 100, least: 1, most: 10_000 },
        },
        Param {
            id: "aim",
            sentence: "What the mask is to do.",
            unit: "",
            domain: Domain::Choice(&[
                ("keep", "Keep the answer as it is."),
                ("raise", "Raise the answer as far as it goes."),
            ]),
        },
    ],
};

/// Adam's rate, and where it begins.
const RATE: f64 = 0.1;
const START: f32 = 0.5;

/// Keeps a mask that is the same everywhere from a division by zero.
const EPSILON: f32 = 1e-12;

/// Passes it takes.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    let steps = settings.count("steps") as f64;
    Cost::of(1.0 + steps, steps)
}

/// The map of the input's size.
///
/// # Shapes
/// `[1, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let node = work.layer()?;
    let mixture = Mixture::new(work, node);
    let steps = work.settings.count("steps");
    let whole = work.session.scores(&work.objective).flat();
    let shares = mixture.maps.dims()[0];
    let mut adam = Adam::new(Tensor::zeros([shares], &mixture.maps.device()) + START, RATE);
    let mut before: Option<f32> = None;
    for step in 0..steps {
        let mask = mixture.mask(&adam.place);
        let (loss, slope) = loss(work, &whole, &mask);
        if step % (steps / 10).max(1) == 0 {
            let loss = Value::from(loss).read().await?[0];
            if before.is_some_and(|before| loss > before) {
                break;
            }
            before = Some(loss);
        }
        adam.step(mixture.back(&mask, slope));
        match work.watcher.went((step + 1) as f64 / steps as f64).await {
            Flow::Go => {}
            Flow::Show => {
                let map = drawn(work, &mixture, &adam, node).await?;
                work.watcher.sketch(map).await;
            }
            Flow::Stop => break,
        }
    }
    drawn(work, &mixture, &adam, node).await
}

async fn drawn(work: &Work<'_, '_>, mixture: &Mixture, adam: &Adam, node: NodeId) -> Result<Map, MethodError> {
    let values = Value::from(mixture.mask(&adam.place).scaled).read().await?;
    if values.iter().all(|v| *v == values[0]) {
        return Err(MethodError::Undefined("The feature maps are the same everywhere, so no mask can be made of them.".into()));
    }
    Ok(work.map(values).at(&work.session.network.graph.nodes[node].name))
}

/// What is lost by a mask, and the derivative of that by each of its places.
fn loss(work: &Work<'_, '_>, whole: &Tensor<1>, mask: &Mask) -> (Tensor<1>, Tensor<2>) {
    let x = work.session.input().pictures();
    let [height, width] = mask.scaled.dims();
    let masked = x.clone() * mask.scaled.clone().reshape([1, 1, height, width]);
    let mut session = work.session.again(Value::from(masked));
    let gradient = session.gradient(&work.objective, 0).pictures();
    let lost = whole.clone() - session.scores(&work.objective).flat();
    let rise = (gradient * x).sum_dim(1).reshape([height, width]);
    if work.settings.choice("aim") == "raise" {
        return (lost, -rise);
    }
    let sign = lost.clone().sign().reshape([1, 1]);
    (lost.abs(), -(rise * sign))
}

/// Feature maps that are mixed, enlarged and scaled.
struct Mixture {
    /// `[K, h w]`, above zero.
    maps: Tensor<2>,
    /// `[H, h]`: how rows are enlarged.
    down: Tensor<2>,
    /// `[w, W]`: how columns are enlarged.
    across: Tensor<2>,
    rows: usize,
}

/// A mask and what it was made of.
struct Mask {
    /// `[1, K]`: shares of the maps.
    shares: Tensor<2>,
    /// `[H, W]`: before it was scaled.
    raw: Tensor<2>,
    /// `[H, W]`: from 0 to 1.
    scaled: Tensor<2>,
}

impl Mixture {
    fn new(work: &mut Work<'_, '_>, node: NodeId) -> Mixture {
        let maps = work.activations(node).clamp_min(0.0);
        let [_, channels, rows, columns] = maps.dims();
        let (height, width) = work.session.size;
        let enlarge = |from: usize, to: usize| -> Tensor<2> {
            let unit = |i: usize| (0..from).map(|j| f32::from(u8::from(i == j))).collect::<Vec<_>>();
            let lines = (0..from).flat_map(|i| resample(&unit(i), (1, from), (1, to), Interpolation::Bilinear));
            work.upload(lines.collect(), &[from, to]).tensor()
        };
        let (down, across) = (enlarge(rows, height).transpose(), enlarge(columns, width));
        Mixture { maps: maps.reshape([channels, rows * columns]), down, across, rows }
    }

    fn mask(&self, place: &Tensor<1>) -> Mask {
        let shares = softmax(place.clone().unsqueeze::<2>(), 1);
        let mixed = shares.clone().matmul(self.maps.clone());
        let columns = mixed.dims()[1] / self.rows;
        let raw = self.down.clone().matmul(mixed.reshape([self.rows, columns])).matmul(self.across.clone());
        let (least, _, span) = ends(&raw);
        Mask { shares, scaled: (raw.clone() - least) / span, raw }
    }

    /// The derivative by `u`, given that by each place of the mask.
    fn back(&self, mask: &Mask, slope: Tensor<2>) -> Tensor<1> {
        let (least, greatest, span) = ends(&mask.raw);
        let share = |at: Tensor<2>| {
            let here = mask.raw.clone().equal(at.expand(mask.raw.dims())).float();
            here.clone() / here.sum().reshape([1, 1])
        };
        // The least place's and the greatest's own parts: both set the scale of all others.
        let low = (slope.clone() * (mask.scaled.clone() - 1.0)).sum().reshape([1, 1]);
        let high = -(slope.clone() * mask.scaled.clone()).sum().reshape([1, 1]);
        let raw = (slope + share(least) * low + share(greatest) * high) / span;
        let mixed = self.down.clone().transpose().matmul(raw).matmul(self.across.clone().transpose());
        let count = self.maps.dims()[1];
        let shares = mixed.reshape([1, count]).matmul(self.maps.clone().transpose());
        let mean = (shares.clone() * mask.shares.clone()).sum_dim(1);
        ((shares - mean) * mask.shares.clone()).flatten(0, 1)
    }
}

/// The least number, the greatest, and how far apart they are; each `[1, 1]`.
fn ends(raw: &Tensor<2>) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let (least, greatest): (Tensor<2>, Tensor<2>) =
        (raw.clone().min().reshape([1, 1]), raw.clone().max().reshape([1, 1]));
    let span = (greatest.clone() - least.clone()).clamp_min(EPSILON);
    (least, greatest, span)
}
