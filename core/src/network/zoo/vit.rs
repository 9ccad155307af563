//! Vision transformers with a class token (Dosovitskiy et al. 2020, arXiv 2010.11929; Touvron et al. 2020, DeiT, arXiv
//! 2012.12877), under torchvision's names and under timm's.
//!
//! The position embedding is learned for one grid of patches, so a network takes one size of picture.

use super::builder::{Builder, Kernels, Style};
use super::{Architecture, DEVIATION, Dimensions, MEAN};
use crate::network::graph::{Graph, NodeId, Tokens};
use crate::network::op::{Activation, Concat, Constant, Extent, Op, Select, Transpose};
use crate::photo::{Filter, Order, Preprocess};

/// The family.
pub const ALL: &[Architecture] = &[
    Architecture::torchvision("vit_b_16", "ViT-B/16", FAMILY, |d| graph(d, &BASE, &TORCHVISION)),
    Architecture::torchvision("deit_small_patch16_224", "DeiT-Small/16", FAMILY, |d| graph(d, &SMALL, &TIMM))
        .prepared("timm, weights fb_in1k", prepared(MEAN, DEVIATION)),
    Architecture::torchvision("timm_vit_base_patch16_224", "ViT-B/16 (timm)", FAMILY, |d| graph(d, &BASE, &TIMM))
        .prepared("timm, weights augreg2_in21k_ft_in1k", prepared([127.5; 3], [127.5; 3])),
];

const FAMILY: &str = "Vision transformer";

const fn prepared(mean: [f32; 3], std: [f32; 3]) -> Preprocess {
    Preprocess { size: 224, resize: 248, filter: Filter::Bicubic, mean, std, order: Order::Rgb }
}

/// All that tells one transformer from another.
struct Plan {
    /// Numbers of a token; the layers between hold four times as many.
    width: usize,
    /// Heads of attention.
    heads: usize,
    /// Blocks.
    depth: usize,
}

const BASE: Plan = Plan { width: 768, heads: 12, depth: 12 };
const SMALL: Plan = Plan { width: 384, heads: 6, depth: 12 };

/// Rows and columns of a patch.
const PATCH: usize = 16;
/// What layer norms add to the variance.
const EPSILON: f32 = 1e-6;

/// How a checkpoint calls its tensors; `blocks` comes before the block's number, and the block's parts after it.
struct Naming {
    patches: &'static str,
    class: &'static str,
    position: &'static str,
    blocks: &'static str,
    norms: [&'static str; 2],
    attention: &'static str,
    packed: [&'static str; 2],
    out: &'static str,
    linear: [&'static str; 2],
    gelu: &'static str,
    norm: &'static str,
    head: &'static str,
}

const TORCHVISION: Naming = Naming {
    patches: "conv_proj",
    class: "class_token",
    position: "encoder.pos_embedding",
    blocks: "encoder.layers.encoder_layer_",
    norms: ["ln_1", "ln_2"],
    attention: "self_attention",
    packed: ["in_proj_weight", "in_proj_bias"],
    out: "out_proj",
    linear: ["mlp.0", "mlp.3"],
    gelu: "mlp.1",
    norm: "encoder.ln",
    head: "heads.head",
};

const TIMM: Naming = Naming {
    patches: "patch_embed.proj",
    class: "cls_token",
    position: "pos_embed",
    blocks: "blocks.",
    norms: ["norm1", "norm2"],
    attention: "attn",
    packed: ["qkv.weight", "qkv.bias"],
    out: "proj",
    linear: ["mlp.fc1", "mlp.fc2"],
    gelu: "mlp.act",
    norm: "norm",
    head: "head",
};

fn graph(dimensions: &Dimensions, plan: &Plan, naming: &Naming) -> Graph {
    let mut b = Builder::new(Style::Rectified, dimensions);
    let side = dimensions.picture / PATCH;
    let mut at = tokens(&mut b, plan, naming, side * side);
    let heads = b.width(plan.heads);
    for block in 0..plan.depth {
        at = self::block(&mut b, naming, &format!("{}{block}", naming.blocks), at, heads);
    }
    at = b.layer_norm(naming.norm, at, 2, EPSILON);
    let class = Select { axis: 1, places: vec![0], keep: false };
    at = b.push("class", Op::Select(class), &[at]);
    b.linear(naming.head, at, dimensions.classes);
    // Only the class token of the last block counts, so the last value whose other tokens have a say is what its
    // attention looks at.
    b.graph.features = b.graph.node(&format!("{}{}.{}", naming.blocks, plan.depth - 1, naming.norms[0])).unwrap_or(at);
    b.graph.tokens = Some(Tokens { before: 1, grid: [side, side] });
    b.graph.picture = Some([dimensions.picture; 2]);
    b.graph
}

/// The class token and a token a patch, `[N, 1 + patches, width]`, with their positions' embedding.
fn tokens(b: &mut Builder, plan: &Plan, naming: &Naming, patches: usize) -> NodeId {
    let width = b.width(plan.width);
    let kernels = Kernels::new(width, PATCH).stride(PATCH).padded(0).bias(true);
    let at = b.convolution(naming.patches, 0, kernels);
    let at = b.reshaped("patches", at, vec![Extent::Of(0), Extent::Of(1), Extent::Rest], width);
    let at = b.push("tokens", Op::Transpose(Transpose(vec![0, 2, 1])), &[at]);
    let weight = |b: &mut Builder, name: &str, count| {
        let constant = Constant { name: name.into(), shape: vec![1, count, width] };
        b.push(name, Op::Constant(constant), &[])
    };
    let class = weight(b, naming.class, 1);
    let at = b.push("tokens.with_class", Op::Concat(Concat { axis: 1 }), &[class, at]);
    let position = weight(b, naming.position, patches + 1);
    b.sum("tokens.with_position", at, position)
}

/// Attention and two linear layers, each after a layer norm and added to what went in.
fn block(b: &mut Builder, naming: &Naming, name: &str, start: NodeId, heads: usize) -> NodeId {
    let width = b.channels(start);
    let attention = format!("{name}.{}", naming.attention);
    let at = b.layer_norm(&format!("{name}.{}", naming.norms[0]), start, 2, EPSILON);
    let packed = naming.packed.map(|part| format!("{attention}.{part}"));
    let at = b.linear_called(&format!("{attention}.qkv"), at, 3 * width, packed);
    let at = b.attention(&attention, at, heads, false);
    let at = b.linear(&format!("{attention}.{}", naming.out), at, width);
    let middle = b.sum(&format!("{name}.add"), start, at);
    let at = b.layer_norm(&format!("{name}.{}", naming.norms[1]), middle, 2, EPSILON);
    let at = b.linear(&format!("{name}.{}", naming.linear[0]), at, 4 * width);
    let at = b.activation(&format!("{name}.{}", naming.gelu), at, Activation::Gelu);
    let at = b.linear(&format!("{name}.{}", naming.linear[1]), at, width);
    b.sum(name, middle, at)
}
