//! Pools.

use super::call::Call;
use super::convolution::{on_pictures, window};
use super::error::Refusal;
use super::import::{Args, Held, Import, Outcome};
use crate::network::op::{Op, Pool, Pooling, Reduce, Reduction};

fn pool(import: &mut Import, call: &Call, args: &Args, pooling: Pooling) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let kernel = call.ints("kernel_shape").ok_or("its kernel_shape is missing: export it again")?;
    let kernel: Vec<usize> = kernel.iter().map(|&length| usize::try_from(length).unwrap_or(0)).collect();
    if import.shape(id).len() != kernel.len() + 2 {
        return Err(format!("a window of {kernel:?} over {:?}: export it again", import.shape(id)).into());
    }
    let window = window(call, &kernel, call.int("ceil_mode", 0) != 0)?;
    let op = Op::Pool(Pool { pooling, window });
    Ok(vec![Held::Node(on_pictures(import, id, |import, id| import.push(op, &[id]))?)])
}

/// AveragePool.
pub fn average(import: &mut Import, call: &Call, args: Args) -> Outcome {
    pool(import, call, &args, Pooling::Average { with_padding: call.int("count_include_pad", 0) != 0 })
}

/// MaxPool; its second output, the places, is not made.
pub fn maximum(import: &mut Import, call: &Call, args: Args) -> Outcome {
    pool(import, call, &args, Pooling::Maximum)
}

/// GlobalAveragePool.
pub fn global_average(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    import.one(Op::GlobalAveragePool, &[id])
}

/// GlobalMaxPool.
pub fn global_maximum(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let axes: Vec<usize> = (2..import.shape(id).len()).collect();
    if axes.is_empty() {
        return Err(Refusal::from("its input has no places: export it again"));
    }
    import.one(Op::Reduce(Reduce { reduction: Reduction::Maximum, axes, keep: true }), &[id])
}
