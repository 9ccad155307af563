//! Numbers computed one by one, or pair by pair.

use super::super::axes::{stretched, stretched_strides, walk};
use super::super::error::Refusal;
use super::super::tensor::{Numbers, Tensor, kind};
use super::{Fold, Inputs, truths};

/// What is done with two floats, and with two integers.
type Pair = (fn(f32, f32) -> f32, fn(i64, i64) -> Option<i64>);

fn pair(op: &str) -> Option<Pair> {
    Some(match op {
        "Add" | "Sum" => (|a, b| a + b, i64::checked_add),
        "Sub" => (|a, b| a - b, i64::checked_sub),
        "Mul" => (|a, b| a * b, i64::checked_mul),
        "Div" => (|a, b| a / b, i64::checked_div),
        "Pow" => (f32::powf, |a, b| u32::try_from(b).ok().and_then(|b| a.checked_pow(b))),
        "Min" => (f32::min, |a, b| Some(a.min(b))),
        "Max" => (f32::max, |a, b| Some(a.max(b))),
        "Mod" => (|a, b| a % b, floored_rest),
        "And" => (|_, _| f32::NAN, |a, b| Some(a & b)),
        "Or" => (|_, _| f32::NAN, |a, b| Some(a | b)),
        "Xor" => (|_, _| f32::NAN, |a, b| Some(a ^ b)),
        _ => return None,
    })
}

/// What is left of a division that is rounded down: it has the divisor's sign.
fn floored_rest(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
}

fn comparison(op: &str) -> Option<fn(std::cmp::Ordering) -> bool> {
    Some(match op {
        "Equal" => std::cmp::Ordering::is_eq,
        "Greater" => std::cmp::Ordering::is_gt,
        "Less" => std::cmp::Ordering::is_lt,
        "GreaterOrEqual" => std::cmp::Ordering::is_ge,
        "LessOrEqual" => std::cmp::Ordering::is_le,
        _ => return None,
    })
}

fn single(op: &str) -> Option<fn(f32) -> f32> {
    Some(match op {
        "Neg" => |v| -v,
        "Abs" => f32::abs,
        "Floor" => f32::floor,
        "Ceil" => f32::ceil,
        "Round" => f32::round_ties_even,
        "Sqrt" => f32::sqrt,
        "Exp" => f32::exp,
        "Log" => f32::ln,
        "Reciprocal" => |v| 1.0 / v,
        "Sign" => |v| if v == 0.0 { 0.0 } else { v.signum() },
        "Sin" => f32::sin,
        "Cos" => f32::cos,
        "Tanh" => f32::tanh,
        "Sigmoid" => |v| 1.0 / (1.0 + (-v).exp()),
        "Relu" => |v| v.max(0.0),
        _ => return None,
    })
}

pub fn function(op: &str) -> Option<Fold> {
    if pair(op).is_some() {
        return Some(|call, inputs| {
            let what = pair(&call.node.op_type).expect("looked up before");
            let modulo = call.node.op_type == "Mod" && call.int("fmod", 0) != 0;
            let what = if modulo { (what.0, i64::checked_rem as fn(i64, i64) -> Option<i64>) } else { what };
            let mut result = inputs.get(0)?.clone();
            for at in 1..inputs.tensors.len() {
                result = two(&result, inputs.get(at)?, what)?;
            }
            Ok(vec![result])
        });
    }
    if comparison(op).is_some() {
        return Some(|call, inputs| {
            let what = comparison(&call.node.op_type).expect("looked up before");
            Ok(vec![compare(inputs.get(0)?, inputs.get(1)?, what)?])
        });
    }
    if single(op).is_some() {
        return Some(|call, inputs| {
            let what = single(&call.node.op_type).expect("looked up before");
            Ok(vec![one(inputs.get(0)?, what)])
        });
    }
    Some(match op {
        "Not" => |_, inputs| {
            let input = inputs.get(0)?;
            Ok(vec![truths(input.shape.clone(), input.to_integers()?.into_iter().map(|v| v == 0))])
        },
        "Where" => choose,
        "Clip" => clip,
        _ => return None,
    })
}

fn one(input: &Tensor, what: fn(f32) -> f32) -> Tensor {
    let numbers = match &input.numbers {
        Numbers::Floats(numbers) => Numbers::Floats(numbers.iter().map(|&v| what(v)).collect()),
        // Functions of integers that are of use here are exact in a float of 24 bits.
        Numbers::Integers(numbers) => Numbers::Integers(numbers.iter().map(|&v| what(v as f32) as i64).collect()),
    };
    Tensor { shape: input.shape.clone(), kind: input.kind, numbers }
}

/// Two values stretched to each other.
struct Pairs {
    shape: Vec<usize>,
    left: Vec<isize>,
    right: Vec<isize>,
}

impl Pairs {
    fn of(a: &Tensor, b: &Tensor) -> Result<Pairs, Refusal> {
        let shape = stretched(&a.shape, &b.shape)?;
        let (left, right) = (stretched_strides(&a.shape, &shape), stretched_strides(&b.shape, &shape));
        Ok(Pairs { shape, left, right })
    }

    /// The places of both numbers, for each number of the stretched shape.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        walk(&self.shape, &self.left, 0).zip(walk(&self.shape, &self.right, 0))
    }
}

fn two(a: &Tensor, b: &Tensor, (floats, integers): Pair) -> Result<Tensor, Refusal> {
    let pairs = Pairs::of(a, b)?;
    if let (Numbers::Integers(left), Numbers::Integers(right)) = (&a.numbers, &b.numbers) {
        let results = pairs.places().map(|(i, j)| integers(left[i], right[j])).collect::<Option<Vec<i64>>>();
        let results = results.ok_or("it divides by zero or overflows: export it again")?;
        let wrapped = super::making::cast(&Tensor::integers(results), a.kind)?;
        return Ok(Tensor { shape: pairs.shape, ..wrapped });
    }
    let (left, right) = (a.to_floats(), b.to_floats());
    let numbers = Numbers::Floats(pairs.places().map(|(i, j)| floats(left[i], right[j])).collect());
    let kind = if kind::is_float(a.kind) { a.kind } else { b.kind };
    Ok(Tensor { shape: pairs.shape, kind, numbers })
}

fn compare(a: &Tensor, b: &Tensor, what: fn(std::cmp::Ordering) -> bool) -> Result<Tensor, Refusal> {
    let pairs = Pairs::of(a, b)?;
    if let (Numbers::Integers(left), Numbers::Integers(right)) = (&a.numbers, &b.numbers) {
        let found = pairs.places().map(|(i, j)| what(left[i].cmp(&right[j])));
        return Ok(truths(pairs.shape.clone(), found));
    }
    let (left, right) = (a.to_floats(), b.to_floats());
    let found = pairs.places().map(|(i, j)| left[i].partial_cmp(&right[j]).is_some_and(what));
    Ok(truths(pairs.shape.clone(), found))
}

/// Clip: limits as attributes before opset 11, as inputs since.
fn clip(call: &super::Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let mut result = inputs.get(0)?.clone();
    let limit = |at: usize, name: &str| match inputs.optional(at) {
        Some(limit) => Some(limit.clone()),
        None => call.has(name).then(|| Tensor::floats(vec![], vec![call.float(name, 0.0)])),
    };
    for (limit, op) in [(limit(1, "min"), "Max"), (limit(2, "max"), "Min")] {
        if let Some(limit) = limit {
            result = two(&result, &limit, pair(op).expect("in the table"))?;
        }
    }
    Ok(vec![result])
}

fn choose(_: &super::Call, inputs: &Inputs) -> Result<Vec<Tensor>, Refusal> {
    let (condition, a, b) = (inputs.get(0)?, inputs.get(1)?, inputs.get(2)?);
    let shape = stretched(&condition.shape, &stretched(&a.shape, &b.shape)?)?;
    let wide = |tensor: &Tensor| tensor.pick(walk(&shape, &stretched_strides(&tensor.shape, &shape), 0), shape.clone());
    let (condition, a, b) = (wide(condition).to_integers()?, wide(a), wide(b));
    let numbers = match (a.numbers, b.numbers) {
        (Numbers::Floats(a), Numbers::Floats(b)) => Numbers::Floats(chosen(&condition, a, b)),
        (Numbers::Integers(a), Numbers::Integers(b)) => Numbers::Integers(chosen(&condition, a, b)),
        _ => return Err("its two choices are of different types: export it again".into()),
    };
    Ok(vec![Tensor { shape, kind: a.kind, numbers }])
}

fn chosen<T>(condition: &[i64], a: Vec<T>, b: Vec<T>) -> Vec<T> {
    condition.iter().zip(a.into_iter().zip(b)).map(|(&first, (a, b))| if first != 0 { a } else { b }).collect()
}
