//! Multi-head self-attention (Vaswani et al. 2017, arXiv 1706.03762).

use super::builder::Builder;
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Extent, Op, Reshape, Select, Softmax, Transpose};

impl Builder<'_> {
    /// Attention of tokens to each other: `softmax(q k' / sqrt(d)) v` a head, the heads beside each other.
    ///
    /// `packed` holds queries, keys and values one after another, as the one matrix of the reference gives them. With
    /// `detachable`, queries and keys are held fixed in an explanation. The weights of attention are `name.attend`.
    ///
    /// # Shapes
    /// `packed`: `[N, tokens, 3 D]`; what comes out: `[N, tokens, D]`.
    pub fn attention(&mut self, name: &str, packed: NodeId, heads: usize, detachable: bool) -> NodeId {
        let width = self.channels(packed) / 3;
        let depth = width / heads;
        let parts = vec![Extent::Of(0), Extent::Of(1), Extent::Is(3), Extent::Is(heads), Extent::Is(depth)];
        let parts = self.push(format!("{name}.packed"), Op::Reshape(Reshape(parts)), &[packed]);
        let parts = self.push(format!("{name}.unpacked"), Op::Transpose(Transpose(vec![2, 0, 3, 1, 4])), &[parts]);
        let [q, k, v] = ["q", "k", "v"].map(|part| format!("{name}.{part}"));
        let q = self.part(&q, parts, 0, detachable);
        let k = self.part(&k, parts, 1, detachable);
        let v = self.part(&v, parts, 2, false);
        let q = self.activation(
            &format!("{name}.q.scaled"),
            q,
            Activation::Affine { scale: (depth as f32).powf(-0.5), shift: 0.0 },
        );
        let k = self.push(format!("{name}.k.turned"), Op::Transpose(Transpose(vec![0, 1, 3, 2])), &[k]);
        let scores = self.push(format!("{name}.scores"), Op::MatMul, &[q, k]);
        let weights = self.push(format!("{name}.attend"), Op::Softmax(Softmax { axis: 3, log: false }), &[scores]);
        let heads = self.push(format!("{name}.heads"), Op::MatMul, &[weights, v]);
        let heads = self.push(format!("{name}.heads.last"), Op::Transpose(Transpose(vec![0, 2, 1, 3])), &[heads]);
        let joined = vec![Extent::Of(0), Extent::Of(1), Extent::Is(width)];
        self.reshaped(&format!("{name}.joined"), heads, joined, width)
    }

    /// Queries, keys or values, `[N, heads, tokens, depth]`.
    fn part(&mut self, name: &str, parts: NodeId, place: usize, detachable: bool) -> NodeId {
        let select = Select { axis: 0, places: vec![place], keep: false };
        if !detachable {
            return self.push(name, Op::Select(select), &[parts]);
        }
        let part = self.push(format!("{name}.part"), Op::Select(select), &[parts]);
        self.push(name, Op::Detachable, &[part])
    }
}
