//! B-cos vision transformers (Böhle et al. 2024, arXiv 2306.10898) in the layout of Simple ViT (Beyer et al. 2022, arXiv
//! 2205.01580): no class token, positions embedded by a formula, the mean over all tokens classified.

use super::builder::{Builder, Style};
use super::{Architecture, Dimensions};
use crate::network::graph::{Graph, NodeId, Tokens};
use crate::network::op::{Extent, Linear, Literal, Op, Reduce, Reduction, Transpose};

/// The family.
pub const ALL: &[Architecture] = &[
    Architecture::bcos("bcos_simple_vit_ti_patch16", "B-cos ViT-Ti/16", FAMILY, |d| graph(d, &TINY)),
    Architecture::bcos("bcos_simple_vit_s_patch16", "B-cos ViT-S/16", FAMILY, |d| graph(d, &SMALL)),
    Architecture::bcos("bcos_simple_vit_b_patch16", "B-cos ViT-B/16", FAMILY, |d| graph(d, &BASE)),
];

const FAMILY: &str = "B-cos vision transformer";

/// All that tells one transformer from another.
struct Plan {
    /// Numbers of a token; the layers between hold four times as many.
    width: usize,
    /// Heads of attention.
    heads: usize,
}

const TINY: Plan = Plan { width: 192, heads: 3 };
const SMALL: Plan = Plan { width: 384, heads: 6 };
const BASE: Plan = Plan { width: 768, heads: 12 };

/// Blocks.
const DEPTH: usize = 12;
/// Rows and columns of a patch.
const PATCH: usize = 16;
/// Channels of the picture with its inverse.
const CHANNELS: usize = 6;

fn graph(dimensions: &Dimensions, plan: &Plan) -> Graph {
    let mut b = Builder::new(Style::BCos, dimensions);
    let side = dimensions.picture / PATCH;
    let mut at = tokens(&mut b, plan, side);
    let heads = b.width(plan.heads);
    for block in 0..DEPTH {
        at = encoder(&mut b, &format!("0.transformer.encoder_{block}"), at, heads);
    }
    b.features(at);
    let mean = Reduce { reduction: Reduction::Mean, axes: vec![1], keep: false };
    at = b.push("0.mean", Op::Reduce(mean), &[at]);
    at = b.detachable_layer_norm("0.linear_head.norm", at, 2);
    at = b.bcos_linear("0.linear_head.linear", at, 2, dimensions.classes);
    b.logit_layer("1", at);
    b.graph.tokens = Some(Tokens { before: 0, grid: [side, side] });
    b.graph.picture = Some([dimensions.picture; 2]);
    b.graph
}

/// A token a patch, `[N, patches, width]`, with its position's embedding. In a patch the channel runs fastest.
fn tokens(b: &mut Builder, plan: &Plan, side: usize) -> NodeId {
    use Extent::{Is, Of};
    let (width, name) = (b.width(plan.width), "0.to_patch_embedding");
    let at = b.add_inverse();
    let cut = vec![Of(0), Is(CHANNELS), Is(side), Is(PATCH), Is(side), Is(PATCH)];
    let at = b.reshaped(&format!("{name}.cut"), at, cut, CHANNELS);
    let at = b.push(format!("{name}.patches"), Op::Transpose(Transpose(vec![0, 2, 4, 3, 5, 1])), &[at]);
    let numbers = CHANNELS * PATCH * PATCH;
    let rows = vec![Of(0), Is(side), Is(side), Is(numbers)];
    let at = b.reshaped(&format!("{name}.rearrage"), at, rows, numbers);
    let at = b.bcos_linear(&format!("{name}.linear"), at, 4, width);
    let at = b.reshaped("0.tokens", at, vec![Of(0), Is(side * side), Is(width)], width);
    let literal = Literal { shape: vec![side * side, width], values: positions(side, width) };
    let position = b.push("0.positional_embedding", Op::Literal(literal), &[]);
    b.sum("0.tokens.with_position", at, position)
}

/// `[sin(x w), cos(x w), sin(y w), cos(y w)]` for each place, row by row, with falling frequencies `w`.
fn positions(side: usize, width: usize) -> Vec<f32> {
    let count = width / 4;
    // Angles are rounded to f32 as the reference rounds them, which can be seen; the waves are those of f64.
    let exponent = |k: usize| k as f32 / (count.max(2) - 1) as f32;
    let frequency = |k: usize| 1.0 / 10_000f64.powf(f64::from(exponent(k))) as f32;
    let angle = |at: usize, k: usize| f64::from(at as f32 * frequency(k));
    let waves = |at: usize, wave: fn(f64) -> f64| (0..count).map(move |k| wave(angle(at, k)) as f32);
    (0..side * side)
        .flat_map(|place| {
            let (x, y) = (place % side, place / side);
            waves(x, f64::sin).chain(waves(x, f64::cos)).chain(waves(y, f64::sin)).chain(waves(y, f64::cos))
        })
        .collect()
}

/// Attention and two B-cos layers, each after a layer norm and added to what went in.
fn encoder(b: &mut Builder, name: &str, start: NodeId, heads: usize) -> NodeId {
    let width = b.channels(start);
    let attention = format!("{name}.attn");
    let at = b.detachable_layer_norm(&format!("{attention}.norm"), start, 3);
    let packed = Linear {
        inputs: width,
        outputs: 3 * width,
        weight: format!("{attention}.to_qkv.weight"),
        bias: None,
        unit_norm: false,
    };
    let at = b.push(format!("{attention}.to_qkv"), Op::Linear(packed), &[at]);
    let at = b.attention(&attention, at, heads, true);
    let at = b.bcos_linear(&format!("{attention}.to_out"), at, 3, width);
    let middle = b.sum(&format!("{name}.add"), at, start);
    let at = b.detachable_layer_norm(&format!("{name}.ff.net.norm"), middle, 3);
    let at = b.bcos_linear(&format!("{name}.ff.net.linear1"), at, 3, 4 * width);
    let at = b.bcos_linear(&format!("{name}.ff.net.linear2"), at, 3, width);
    b.sum(name, at, middle)
}
