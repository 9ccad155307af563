//! Networks in whole numbers, run in f32: weights are brought back exactly, values are kept within the range that
//! their whole numbers have, and are not rounded.
//!
//! A value that the file holds in whole numbers stands here as the numbers that those mean.

use super::activation::limits;
use super::arithmetic::of_two;
use super::axes;
use super::call::Call;
use super::convolution;
use super::error::Refusal;
use super::fold::meant;
use super::import::{Args, Fixed, Held, Import, Outcome};
use super::linear;
use super::pooling;
use super::tensor::{Tensor, kind};
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Arithmetic, Op, Softmax};

/// What is said of such a file.
const NOTE: &str =
    "The file computes in whole numbers; here it is run in f32, within the same ranges but without rounding.";

/// A scale and a zero point that serve a whole value, and the type of its whole numbers.
struct Grid {
    scale: f32,
    zero: f32,
    kind: i32,
}

impl Grid {
    fn of(args: &Args, scale: usize, zero: usize, without: i32) -> Result<Grid, Refusal> {
        let kind = args.fixed(zero)?.map_or(without, |zero| zero.values[0].kind);
        let per_axis =
            |_| Refusal::from("a value with a scale for each channel is not understood: quantise values per tensor");
        let scale = args.number(scale).map_err(per_axis)?.ok_or("its scale is missing: export it again")?;
        Ok(Grid { scale, zero: args.number(zero)?.unwrap_or(0.0), kind })
    }

    /// Keeps a value within what its whole numbers can mean.
    fn keep(&self, import: &mut Import, id: NodeId) -> Result<NodeId, Refusal> {
        let (low, high) = kind::range(self.kind).ok_or("it has floats of 8 bits: quantise to whole numbers")?;
        let [low, high] = [low, high].map(|end| (end as f32 - self.zero) * self.scale);
        import.note(NOTE);
        import.push(Op::Activation(limits(low.min(high), high.max(low))?), &[id])
    }
}

/// QuantizeLinear of a value that depends on the picture.
pub fn quantize(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let without = match call.int("output_dtype", 0) {
        0 => kind::UINT8,
        kind => kind as i32,
    };
    Ok(vec![Held::Node(Grid::of(&args, 1, 2, without)?.keep(import, id)?)])
}

/// DequantizeLinear: of numbers, what they mean; of a value, nothing, because it stands as what it means.
pub fn dequantize(import: &mut Import, call: &Call, args: Args) -> Outcome {
    if args.moves(0) {
        return Ok(vec![args.held(0)?]);
    }
    Ok(vec![Held::Fixed(of_args(import, &args, [0, 1, 2], call.int("axis", 1), call.int("block_size", 0))?)])
}

/// What fixed whole numbers mean, given where numbers, scale and zero point stand.
fn of_args(import: &Import, args: &Args, at: [usize; 3], axis: i64, block: i64) -> Result<Fixed, Refusal> {
    let (numbers, scale, zero) = (args.wanted(at[0])?, args.wanted(at[1])?, args.fixed(at[2])?);
    let zero = zero.as_ref().map(Fixed::value).transpose()?;
    let tensor = meant(numbers.value()?, scale.value()?, zero, axis, block)?;
    Ok(import.fixed(&format!("{}.f32", numbers.name), tensor))
}

/// The same, or the value itself if it depends on the picture.
fn operand(import: &Import, args: &Args, at: [usize; 3], axis: i64) -> Result<Held, Refusal> {
    if args.moves(at[0]) { args.held(at[0]) } else { Ok(Held::Fixed(of_args(import, args, at, axis, 0)?)) }
}

fn kept(import: &mut Import, held: Held, grid: &Grid) -> Outcome {
    let id = import.node(held)?;
    Ok(vec![Held::Node(grid.keep(import, id)?)])
}

/// QLinearConv.
pub fn convolution(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let weight = of_args(import, &args, [3, 4, 5], 0, 0)?;
    let grid = Grid::of(&args, 6, 7, kind::UINT8)?;
    let mut inputs = vec![Some(operand(import, &args, [0, 1, 2], 1)?), Some(Held::Fixed(weight))];
    if let Some(bias) = args.fixed(8)? {
        let (input, scales) = (args.number(1)?.unwrap_or(1.0), args.wanted(4)?);
        let scales = scales.value()?.to_floats();
        let of = |i: usize| scales[if scales.len() == 1 { 0 } else { i.min(scales.len() - 1) }] * input;
        if scales.is_empty() {
            return Err("its scale is missing: export it again".into());
        }
        let values = bias.value()?.to_floats().iter().enumerate().map(|(i, value)| value * of(i)).collect();
        let tensor = Tensor::floats(bias.value()?.shape.clone(), values);
        inputs.push(Some(Held::Fixed(import.fixed(&format!("{}.f32", bias.name), tensor))));
    }
    let held = convolution::convolution(import, call, Args(inputs))?.remove(0);
    kept(import, held, &grid)
}

/// QLinearMatMul.
pub fn matmul(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let (left, right) = (operand(import, &args, [0, 1, 2], -2)?, operand(import, &args, [3, 4, 5], -1)?);
    let grid = Grid::of(&args, 6, 7, kind::UINT8)?;
    let id = linear::product(import, left, right)?;
    kept(import, Held::Node(id), &grid)
}

/// QGemm.
pub fn gemm(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let axis = if call.int("transB", 0) != 0 { 0 } else { 1 };
    let (left, right) = (operand(import, &args, [0, 1, 2], 1)?, of_args(import, &args, [3, 4, 5], axis, 0)?);
    let mut inputs = vec![Some(left), Some(Held::Fixed(right))];
    if let Some(bias) = args.fixed(6)? {
        let (input, scales) = (args.number(1)?.unwrap_or(1.0), args.wanted(4)?.value()?.to_floats());
        let scales = scales.iter().map(|scale| scale * input * call.float("alpha", 1.0)).collect::<Vec<_>>();
        let scales = Tensor::floats(vec![scales.len()], scales);
        let tensor = meant(bias.value()?, &scales, None, -1, 0)?;
        inputs.push(Some(Held::Fixed(import.fixed(&format!("{}.f32", bias.name), tensor))));
    }
    let held = linear::gemm(import, call, Args(inputs))?.remove(0);
    if args.has(7) { kept(import, held, &Grid::of(&args, 7, 8, kind::UINT8)?) } else { Ok(vec![held]) }
}

/// QLinearAdd and QLinearMul.
pub fn arithmetic(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let op = if call.node.op_type == "QLinearAdd" { Arithmetic::Add } else { Arithmetic::Multiply };
    let (left, right) = (operand(import, &args, [0, 1, 2], 1)?, operand(import, &args, [3, 4, 5], 1)?);
    let held = of_two(import, op, left, right)?;
    kept(import, held, &Grid::of(&args, 6, 7, kind::UINT8)?)
}

/// QLinearGlobalAveragePool.
pub fn global_average(import: &mut Import, call: &Call, args: Args) -> Outcome {
    if call.int("channels_last", 0) != 0 {
        return Err("channels last are not understood: optimise the file less".into());
    }
    let held =
        pooling::global_average(import, call, Args(vec![Some(operand(import, &args, [0, 1, 2], 1)?)]))?.remove(0);
    kept(import, held, &Grid::of(&args, 3, 4, kind::UINT8)?)
}

/// QLinearAveragePool.
pub fn average_pool(import: &mut Import, call: &Call, args: Args) -> Outcome {
    if call.int("channels_last", 0) != 0 {
        return Err("channels last are not understood: optimise the file less".into());
    }
    let held = pooling::average(import, call, Args(vec![Some(operand(import, &args, [0, 1, 2], 1)?)]))?.remove(0);
    kept(import, held, &Grid::of(&args, 3, 4, kind::UINT8)?)
}

/// QLinearConcat: scale and zero point of the result, then value, scale and zero point of each part.
pub fn concat(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let mut parts = vec![];
    for at in (2..args.0.len()).step_by(3) {
        parts.push(Some(operand(import, &args, [at, at + 1, at + 2], 1)?));
    }
    let held = super::shape_moving::concat(import, call, Args(parts))?.remove(0);
    kept(import, held, &Grid::of(&args, 0, 1, kind::UINT8)?)
}

/// QLinearSigmoid and QLinearLeakyRelu.
pub fn activation(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let held = operand(import, &args, [0, 1, 2], 1)?;
    let id = import.node(held)?;
    let activation = match call.node.op_type.as_str() {
        "QLinearSigmoid" => Activation::Sigmoid,
        _ => Activation::LeakyRelu { slope: call.float("alpha", 0.01) },
    };
    let id = import.push(Op::Activation(activation), &[id])?;
    kept(import, Held::Node(id), &Grid::of(&args, 3, 4, kind::UINT8)?)
}

/// QLinearSoftmax.
pub fn softmax(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let held = operand(import, &args, [0, 1, 2], 1)?;
    let id = import.node(held)?;
    let axis = axes::axis(call.int("axis", -1), import.shape(id).len())?;
    let id = import.push(Op::Softmax(Softmax { axis, log: false }), &[id])?;
    kept(import, Held::Node(id), &Grid::of(&args, 3, 4, kind::UINT8)?)
}

/// DynamicQuantizeLinear: the value itself, with a scale of one and a zero point of zero.
pub fn dynamic(import: &mut Import, call: &Call, args: Args) -> Outcome {
    import.note(NOTE);
    let number =
        |at: &str, value: f32| import.fixed(&format!("{}.{at}", call.name()), Tensor::floats(vec![], vec![value]));
    Ok(vec![args.held(0)?, Held::Fixed(number("scale", 1.0)), Held::Fixed(number("zero", 0.0))])
}

/// Whole numbers less their zero point, as an operand at `at` whose zero point stands at `zero`.
fn less_zero(import: &Import, args: &Args, at: usize, zero: usize, axis: i64) -> Result<Held, Refusal> {
    if args.moves(at) {
        return args.held(at);
    }
    let (numbers, zero) = (args.wanted(at)?, args.fixed(zero)?);
    let zero = zero.as_ref().map(Fixed::value).transpose()?;
    let count = zero.map_or(1, Tensor::count);
    let scale = Tensor::floats(vec![count], vec![1.0; count]);
    let tensor = meant(numbers.value()?, &scale, zero, axis, 0)?;
    Ok(Held::Fixed(import.fixed(&format!("{}.f32", numbers.name), tensor)))
}

/// MatMulInteger.
pub fn matmul_of_integers(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let (left, right) = (less_zero(import, &args, 0, 2, -2)?, less_zero(import, &args, 1, 3, -1)?);
    Ok(vec![Held::Node(linear::product(import, left, right)?)])
}

/// ConvInteger.
pub fn convolution_of_integers(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let (input, weight) = (less_zero(import, &args, 0, 2, 1)?, less_zero(import, &args, 1, 3, 0)?);
    convolution::convolution(import, call, Args(vec![Some(input), Some(weight)]))
}
