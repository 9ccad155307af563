//! Attention of opset 23, as the products and the softmax it stands for.

use super::arithmetic::of_two;
use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Held, Import, Outcome};
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Arithmetic, Extent, Op, Reshape, Softmax};

/// Attention: `softmax(scale Q K^T + mask) V`, in heads.
pub fn attention(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let special = args.has(4) || args.has(5) || call.int("is_causal", 0) != 0 || call.float("softcap", 0.0) != 0.0;
    if special {
        return Err("a memory, a causal mask or a soft cap is not understood: export a network of pictures".into());
    }
    let [q, k, v] = [0, 1, 2].map(|at| args.held(at));
    let (q, k, v) = (import.node(q?)?, import.node(k?)?, import.node(v?)?);
    let joined = import.shape(q).len() == 3;
    let (of_q, of_kv) = (call.int("q_num_heads", 0), call.int("kv_num_heads", 0));
    let (q, k, v) = if joined {
        (in_heads(import, q, of_q)?, in_heads(import, k, of_kv)?, in_heads(import, v, of_kv)?)
    } else {
        (q, k, v)
    };
    let (heads, width) = match (import.shape(q), import.shape(k)) {
        (&[_, heads, _, width], &[_, others, ..]) if heads == others => (heads, width),
        (q, k) => {
            return Err(format!(
                "queries of {q:?} for keys of {k:?} are not understood: export it with one key a query"
            )
            .into());
        }
    };
    let scale = call.float("scale", 1.0 / (width.max(1) as f32).sqrt());
    let q = import.push(Op::Activation(Activation::Affine { scale, shift: 0.0 }), &[q])?;
    let k = import.transpose(k, vec![0, 1, 3, 2])?;
    let mut held = Held::Node(import.push(Op::MatMul, &[q, k])?);
    if args.has(3) {
        held = of_two(import, Arithmetic::Add, held, args.held(3)?)?;
    }
    let scores = import.node(held)?;
    let weights = import.push(Op::Softmax(Softmax { axis: 3, log: false }), &[scores])?;
    let sum = import.push(Op::MatMul, &[weights, v])?;
    if !joined {
        return Ok(vec![Held::Node(sum)]);
    }
    let &[_, _, _, of_v] = import.shape(sum) else { return Err("its values are no heads: export it again".into()) };
    let rows = import.transpose(sum, vec![0, 2, 1, 3])?;
    import.one(Op::Reshape(Reshape(vec![Extent::Of(0), Extent::Of(1), Extent::Is(heads * of_v)])), &[rows])
}

/// `[N, T, heads C]` to `[N, heads, T, C]`.
fn in_heads(import: &mut Import, id: NodeId, heads: i64) -> Result<NodeId, Refusal> {
    let (&[_, _, width], Ok(heads)) = (import.shape(id), usize::try_from(heads)) else {
        return Err("its heads are not counted: export it again".into());
    };
    if heads == 0 || width % heads != 0 {
        return Err(format!("{heads} heads of {width} channels: export it again").into());
    }
    let cut = Reshape(vec![Extent::Of(0), Extent::Of(1), Extent::Is(heads), Extent::Is(width / heads)]);
    let cut = import.push(Op::Reshape(cut), &[id])?;
    import.transpose(cut, vec![0, 2, 1, 3])
}
