//! Functions of each number by itself, and softmax.

use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Held, Import, Outcome};
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Arithmetic, Extent, Op, PRelu, Reshape, Softmax};

fn on(import: &mut Import, args: &Args, activation: Activation) -> Outcome {
    let id = import.node(args.held(0)?)?;
    import.one(Op::Activation(activation), &[id])
}

/// The operators that are one activation without attributes.
pub fn simple(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let activation = match call.node.op_type.as_str() {
        "Relu" => Activation::Relu,
        "Sigmoid" => Activation::Sigmoid,
        "HardSwish" => Activation::HardSwish,
        "Erf" => Activation::Erf,
        "Tanh" => Activation::Tanh,
        "Exp" => Activation::Exp,
        "Log" => Activation::Log,
        "Sqrt" => Activation::Sqrt,
        "Reciprocal" => Activation::Reciprocal,
        "Abs" => Activation::Abs,
        "Softplus" => Activation::Softplus,
        "Neg" => Activation::Affine { scale: -1.0, shift: 0.0 },
        other => unreachable!("{other} is not in the table"),
    };
    on(import, &args, activation)
}

/// Clip: limits as attributes before opset 11, as inputs since.
pub fn clip(import: &mut Import, call: &Call, args: Args) -> Outcome {
    if args.moves(1) || args.moves(2) {
        let mut held = args.held(0)?;
        for (at, op) in [(1, Arithmetic::Maximum), (2, Arithmetic::Minimum)] {
            if args.has(at) {
                held = super::arithmetic::of_two(import, op, held, args.held(at)?)?;
            }
        }
        return Ok(vec![held]);
    }
    let low = args.number(1)?.unwrap_or(call.float("min", f32::MIN));
    let high = args.number(2)?.unwrap_or(call.float("max", f32::MAX));
    on(import, &args, limits(low, high)?)
}

/// What keeps numbers within limits; a ReLU if only the lower is there, and zero.
pub fn limits(low: f32, high: f32) -> Result<Activation, Refusal> {
    if low.is_nan() || high.is_nan() {
        return Err("its limits are no numbers: export it again".into());
    }
    if low == 0.0 && high >= f32::MAX {
        return Ok(Activation::Relu);
    }
    // Where the limits cross, the upper one counts.
    Ok(Activation::Clip { low: low.max(f32::MIN).min(high), high: high.clamp(f32::MIN, f32::MAX) })
}

/// LeakyRelu.
pub fn leaky_relu(import: &mut Import, call: &Call, args: Args) -> Outcome {
    on(import, &args, Activation::LeakyRelu { slope: call.float("alpha", 0.01) })
}

/// HardSigmoid.
pub fn hard_sigmoid(import: &mut Import, call: &Call, args: Args) -> Outcome {
    on(import, &args, Activation::HardSigmoid { slope: call.float("alpha", 0.2), shift: call.float("beta", 0.5) })
}

/// Elu.
pub fn elu(import: &mut Import, call: &Call, args: Args) -> Outcome {
    on(import, &args, Activation::Elu { scale: call.float("alpha", 1.0) })
}

/// Selu: a scaled Elu.
pub fn selu(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let elu = Activation::Elu { scale: call.float("alpha", 1.673_263_2) };
    let id = import.push(Op::Activation(elu), &[id])?;
    let scale = call.float("gamma", 1.050_701);
    import.one(Op::Activation(Activation::Affine { scale, shift: 0.0 }), &[id])
}

/// Celu: an Elu of `x / alpha`, times `alpha`.
pub fn celu(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let alpha = call.float("alpha", 1.0);
    let mut id = import.node(args.held(0)?)?;
    let times = |scale| Op::Activation(Activation::Affine { scale, shift: 0.0 });
    for op in [times(1.0 / alpha), Op::Activation(Activation::Elu { scale: 1.0 }), times(alpha)] {
        id = import.push(op, &[id])?;
    }
    Ok(vec![Held::Node(id)])
}

/// Mish: `x tanh(softplus(x))`.
pub fn mish(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let soft = import.push(Op::Activation(Activation::Softplus), &[id])?;
    let tanh = import.push(Op::Activation(Activation::Tanh), &[soft])?;
    import.one(Op::Arithmetic(Arithmetic::Multiply), &[id, tanh])
}

/// Softsign: `x / (1 + |x|)`.
pub fn softsign(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let size = import.push(Op::Activation(Activation::Abs), &[id])?;
    let more = import.push(Op::Activation(Activation::Affine { scale: 1.0, shift: 1.0 }), &[size])?;
    import.one(Op::Arithmetic(Arithmetic::Divide), &[id, more])
}

/// `x sigmoid(alpha x)`.
fn sloped_silu(import: &mut Import, args: &Args, alpha: f32) -> Outcome {
    if alpha == 1.0 {
        return on(import, args, Activation::Silu);
    }
    let id = import.node(args.held(0)?)?;
    let scaled = import.push(Op::Activation(Activation::Affine { scale: alpha, shift: 0.0 }), &[id])?;
    let gate = import.push(Op::Activation(Activation::Sigmoid), &[scaled])?;
    import.one(Op::Arithmetic(Arithmetic::Multiply), &[id, gate])
}

/// Swish.
pub fn swish(import: &mut Import, call: &Call, args: Args) -> Outcome {
    sloped_silu(import, &args, call.float("alpha", 1.0))
}

/// QuickGelu.
pub fn quick_gelu(import: &mut Import, call: &Call, args: Args) -> Outcome {
    sloped_silu(import, &args, call.float("alpha", 1.702))
}

/// Gelu, exact or by tanh.
pub fn gelu(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let tanh = call.text("approximate", "none") == "tanh";
    on(import, &args, if tanh { Activation::GeluTanh } else { Activation::Gelu })
}

fn gelu_of_sum(import: &mut Import, args: &Args, gelu: Activation) -> Outcome {
    let mut held = args.held(0)?;
    if args.has(1) {
        held = super::arithmetic::of_two(import, Arithmetic::Add, held, args.held(1)?)?;
    }
    let id = import.node(held)?;
    import.one(Op::Activation(gelu), &[id])
}

/// FastGelu: perhaps a sum, and Gelu by tanh.
pub fn fast_gelu(import: &mut Import, _: &Call, args: Args) -> Outcome {
    gelu_of_sum(import, &args, Activation::GeluTanh)
}

/// BiasGelu: a sum, and Gelu.
pub fn bias_gelu(import: &mut Import, _: &Call, args: Args) -> Outcome {
    gelu_of_sum(import, &args, Activation::Gelu)
}

/// ThresholdedRelu.
pub fn refused_kink(_: &mut Import, _: &Call, _: Args) -> Outcome {
    Err("it jumps, so nothing can be said of its derivative: export it with Relu".into())
}

/// PRelu: slopes per channel (axis 1), or one for all.
pub fn prelu(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let slope = match args.held(1)? {
        Held::Fixed(slope) => slope,
        moving => return sloped(import, id, moving),
    };
    let (shape, of) = (slope.value()?.shape.clone(), import.shape(id).to_vec());
    let channels: usize = shape.iter().product();
    // Numpy's stretching: the slopes' axes are the last ones, and only that of the channels may be longer than one.
    let axis = (of.len() + shape.iter().position(|&length| length > 1).unwrap_or(0)).checked_sub(shape.len());
    let per_channel = channels == 1 || (axis == Some(1) && of.get(1) == Some(&channels));
    if per_channel && of.len() > 1 {
        let slope = import.store(&slope.name.clone(), &[channels], slope.into_floats()?)?;
        return import.one(Op::PRelu(PRelu { slope, channels }), &[id]);
    }
    sloped(import, id, Held::Fixed(slope))
}

/// `max(x, 0) + slope min(x, 0)`.
fn sloped(import: &mut Import, id: NodeId, slope: Held) -> Outcome {
    let above = import.push(Op::Activation(Activation::Relu), &[id])?;
    let below = import.push(Op::Activation(Activation::Clip { low: f32::MIN, high: 0.0 }), &[id])?;
    let slope = import.node(slope)?;
    let below = import.push(Op::Arithmetic(Arithmetic::Multiply), &[below, slope])?;
    import.one(Op::Arithmetic(Arithmetic::Add), &[above, below])
}

/// Softmax and LogSoftmax: before opset 13 over all axes from the one named.
pub fn softmax(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let shape = import.shape(id).to_vec();
    let log = call.node.op_type == "LogSoftmax";
    let flat = call.opset < 13;
    let axis = super::axes::axis(call.int("axis", if flat { 1 } else { -1 }), shape.len())?;
    let longer = shape[axis + 1..].iter().any(|&length| length > 1);
    if !flat || !longer {
        return import.one(Op::Softmax(Softmax { axis, log }), &[id]);
    }
    let kept = (0..axis).map(Extent::Of).chain([Extent::Rest]).collect();
    let flat = import.push(Op::Reshape(Reshape(kept)), &[id])?;
    let soft = import.push(Op::Softmax(Softmax { axis, log }), &[flat])?;
    let back = (0..axis).map(Extent::Of).chain(shape[axis..].iter().map(|&length| Extent::Is(length))).collect();
    import.one(Op::Reshape(Reshape(back)), &[soft])
}

/// The activation a runtime has joined to another operator.
pub fn after(import: &mut Import, call: &Call, id: NodeId) -> Result<NodeId, Refusal> {
    let of =
        |at: usize, without: f32| call.floats("activation_params").and_then(|p| p.get(at).copied()).unwrap_or(without);
    let activation = match call.text("activation", "") {
        "" => return Ok(id),
        "Relu" => Activation::Relu,
        "Sigmoid" => Activation::Sigmoid,
        "Tanh" => Activation::Tanh,
        "LeakyRelu" => Activation::LeakyRelu { slope: of(0, call.float("activation_alpha", 0.01)) },
        "Clip" => limits(of(0, f32::MIN), of(1, f32::MAX))?,
        "HardSigmoid" => Activation::HardSigmoid { slope: of(0, 0.2), shift: of(1, 0.5) },
        other => return Err(format!("the activation {other} joined to it is not known: optimise the file less").into()),
    };
    import.push(Op::Activation(activation), &[id])
}
