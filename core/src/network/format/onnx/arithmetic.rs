//! Sums, products, powers; with one number they are functions of each number.

use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Fixed, Held, Import, Outcome};
use super::tensor::Tensor;
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Arithmetic, Op};

fn arithmetic(op: &str) -> Arithmetic {
    match op {
        "Add" | "Sum" | "Mean" => Arithmetic::Add,
        "Sub" => Arithmetic::Subtract,
        "Mul" => Arithmetic::Multiply,
        "Div" => Arithmetic::Divide,
        "Max" => Arithmetic::Maximum,
        "Min" => Arithmetic::Minimum,
        other => unreachable!("{other} is not in the table"),
    }
}

/// Add, Sub, Mul and Div.
pub fn pair(import: &mut Import, call: &Call, args: Args) -> Outcome {
    Ok(vec![of_two(import, arithmetic(&call.node.op_type), args.held(0)?, args.held(1)?)?])
}

/// Sum, Mean, Max and Min of any number of values.
pub fn several(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let op = arithmetic(&call.node.op_type);
    let mut held = args.held(0)?;
    for at in 1..args.0.len() {
        held = of_two(import, op, held, args.held(at)?)?;
    }
    let mut id = import.node(held)?;
    if call.node.op_type == "Mean" {
        let scale = 1.0 / args.0.len() as f32;
        id = import.push(Op::Activation(Activation::Affine { scale, shift: 0.0 }), &[id])?;
    }
    Ok(vec![Held::Node(id)])
}

/// Arithmetic on two values, of which one may be a number.
pub fn of_two(import: &mut Import, op: Arithmetic, left: Held, right: Held) -> Result<Held, Refusal> {
    let activation = match (&left, &right) {
        (Held::Node(id), Held::Fixed(fixed)) => {
            number(import, *id, fixed).and_then(|c| with_right(op, c)).map(|a| (*id, a))
        }
        (Held::Fixed(fixed), Held::Node(id)) => {
            number(import, *id, fixed).and_then(|c| with_left(op, c)).map(|a| (*id, a))
        }
        _ => None,
    };
    if let Some((id, activation)) = activation {
        return Ok(Held::Node(import.push(Op::Activation(activation), &[id])?));
    }
    let (left, right) = (import.node(left)?, import.node(right)?);
    Ok(Held::Node(import.push(Op::Arithmetic(op), &[left, right])?))
}

/// The one number that a constant is, if it leaves the value's shape as it is.
fn number(import: &Import, id: NodeId, fixed: &Fixed) -> Option<f32> {
    let tensor = fixed.value().ok()?;
    let small = tensor.shape.len() <= import.shape(id).len();
    tensor.scalar().ok().filter(|number| small && number.is_finite())
}

fn with_right(op: Arithmetic, c: f32) -> Option<Activation> {
    Some(match op {
        Arithmetic::Add => Activation::Affine { scale: 1.0, shift: c },
        Arithmetic::Subtract => Activation::Affine { scale: 1.0, shift: -c },
        Arithmetic::Multiply => Activation::Affine { scale: c, shift: 0.0 },
        Arithmetic::Divide if (1.0 / c).is_normal() => Activation::Affine { scale: 1.0 / c, shift: 0.0 },
        Arithmetic::Maximum => super::activation::limits(c, f32::MAX).ok()?,
        Arithmetic::Minimum => super::activation::limits(f32::MIN, c).ok()?,
        _ => return None,
    })
}

fn with_left(op: Arithmetic, c: f32) -> Option<Activation> {
    match op {
        Arithmetic::Subtract => Some(Activation::Affine { scale: -1.0, shift: c }),
        Arithmetic::Divide if c == 1.0 => Some(Activation::Reciprocal),
        Arithmetic::Divide | Arithmetic::Power => None,
        _ => with_right(op, c),
    }
}

/// Where, if the choice is known before a picture is: both values, each times what is chosen of it.
pub fn choice(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let condition = args.fixed(0).map_err(|_| {
        Refusal::from("its choice depends on the picture, where nothing can be said of a derivative: export it without")
    })?;
    let condition = condition.ok_or("its choice is missing: export it again")?;
    let chosen: Vec<f32> = condition.value()?.to_integers()?.iter().map(|&c| if c != 0 { 1.0 } else { 0.0 }).collect();
    let others = chosen.iter().map(|c| 1.0 - c).collect();
    let mut parts = vec![];
    for (at, factors, name) in [(1, chosen, "chosen"), (2, others, "others")] {
        let value = Tensor::floats(condition.value()?.shape.clone(), factors);
        let factors = Held::Fixed(import.fixed(&format!("{}.{name}", condition.name), value));
        // As a node even a constant has no infinity, which times zero would be no number.
        let value = Held::Node(import.node(args.held(at)?)?);
        parts.push(of_two(import, Arithmetic::Multiply, value, factors)?);
    }
    let others = parts.remove(1);
    Ok(vec![of_two(import, Arithmetic::Add, parts.remove(0), others)?])
}

/// Pow; small whole powers as products, because devices take powers of numbers below zero for no number.
pub fn power(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let exponent = match (args.moves(1), args.moves(0)) {
        (false, true) => args.number(1).ok().flatten(),
        _ => None,
    };
    let Some(exponent) = exponent else {
        let (left, right) = (import.node(args.held(0)?)?, import.node(args.held(1)?)?);
        return import.one(Op::Arithmetic(Arithmetic::Power), &[left, right]);
    };
    let id = import.node(args.held(0)?)?;
    let times = Op::Arithmetic(Arithmetic::Multiply);
    let square = Op::Activation(Activation::Square);
    Ok(vec![Held::Node(match exponent {
        1.0 => id,
        2.0 => import.push(square, &[id])?,
        3.0 => {
            let twice = import.push(square, &[id])?;
            import.push(times, &[twice, id])?
        }
        4.0 => {
            let twice = import.push(square.clone(), &[id])?;
            import.push(square, &[twice])?
        }
        0.5 => import.push(Op::Activation(Activation::Sqrt), &[id])?,
        -0.5 => {
            let root = import.push(Op::Activation(Activation::Sqrt), &[id])?;
            import.push(Op::Activation(Activation::Reciprocal), &[root])?
        }
        -1.0 => import.push(Op::Activation(Activation::Reciprocal), &[id])?,
        _ => {
            let exponent = import.node(args.held(1)?)?;
            import.push(Op::Arithmetic(Arithmetic::Power), &[id, exponent])?
        }
    })])
}
