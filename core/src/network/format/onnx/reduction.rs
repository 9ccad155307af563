//! Reductions along axes.

use super::axes;
use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Held, Import, Outcome};
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Arithmetic, Op, Reduce, Reduction};

/// The Reduce operators: axes as an attribute in older opsets, as an input in newer.
pub fn reduce(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let rank = import.shape(id).len();
    let list = match args.integers(1)? {
        Some(list) => list,
        None => call.ints("axes").map_or(vec![], <[i64]>::to_vec),
    };
    let axes = match (list.is_empty(), call.int("noop_with_empty_axes", 0) != 0) {
        (true, true) => vec![],
        (true, false) => (0..rank).collect(),
        _ => axes::axes(&list, rank)?,
    };
    if import.batch_axis(id).is_some_and(|axis| axes.contains(&axis)) {
        return Err("it would mix the pictures of a batch: export a network that keeps them apart".into());
    }
    let keep = call.int("keepdims", 1) != 0;
    Ok(vec![Held::Node(composed(import, &call.node.op_type, id, axes, keep)?)])
}

/// A reduction as what comes before it, the reduction itself and what comes after.
fn composed(import: &mut Import, op: &str, id: NodeId, axes: Vec<usize>, keep: bool) -> Result<NodeId, Refusal> {
    let negative = Activation::Affine { scale: -1.0, shift: 0.0 };
    let (before, reduction, after): (Option<Activation>, Reduction, Option<Activation>) = match op {
        "ReduceSum" => (None, Reduction::Sum, None),
        "ReduceMean" => (None, Reduction::Mean, None),
        "ReduceMax" => (None, Reduction::Maximum, None),
        "ReduceMin" => (Some(negative), Reduction::Maximum, Some(negative)),
        "ReduceL1" => (Some(Activation::Abs), Reduction::Sum, None),
        "ReduceL2" => (Some(Activation::Square), Reduction::Sum, Some(Activation::Sqrt)),
        "ReduceSumSquare" => (Some(Activation::Square), Reduction::Sum, None),
        "ReduceLogSum" => (None, Reduction::Sum, Some(Activation::Log)),
        "ReduceLogSumExp" => (Some(Activation::Exp), Reduction::Sum, Some(Activation::Log)),
        other => unreachable!("{other} is not in the table"),
    };
    let one = |import: &mut Import, id: NodeId, activation: Option<Activation>| match activation {
        Some(activation) => import.push(Op::Activation(activation), &[id]),
        None => Ok(id),
    };
    let id = one(import, id, before)?;
    let id = if axes.is_empty() {
        id
    } else if reduction == Reduction::Mean && keep && axes == [2, 3] && import.shape(id).len() == 4 {
        import.push(Op::GlobalAveragePool, &[id])?
    } else {
        import.push(Op::Reduce(Reduce { reduction, axes, keep }), &[id])?
    };
    one(import, id, after)
}

/// LpNormalization: divided by the norm along an axis.
pub fn to_unit_norm(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let axis = axes::axis(call.int("axis", -1), import.shape(id).len())?;
    let op = if call.int("p", 2) == 1 { "ReduceL1" } else { "ReduceL2" };
    let norm = composed(import, op, id, vec![axis], true)?;
    import.one(Op::Arithmetic(Arithmetic::Divide), &[id, norm])
}
