//! Matrix products: with a fixed matrix on the right they are linear layers.

use super::activation;
use super::arithmetic::of_two;
use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Fixed, Held, Import, Outcome};
use crate::network::graph::NodeId;
use crate::network::op::{Activation, Arithmetic, Extent, Linear, Op, Reshape};

/// A matrix `[outputs, inputs]` as a linear layer wants it.
struct Matrix {
    name: String,
    outputs: usize,
    inputs: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// From a fixed `[inputs, outputs]`, or `[outputs, inputs]` if it is turned already, times a factor.
    fn of(fixed: Fixed, turned: bool, factor: f32) -> Result<Matrix, Refusal> {
        let &[rows, columns] = &fixed.value()?.shape[..] else {
            return Err(format!("a matrix of {:?}: export it again", fixed.value()?.shape).into());
        };
        let mut name = fixed.name.clone();
        let mut values = fixed.into_floats()?;
        let (outputs, inputs) = if turned { (rows, columns) } else { (columns, rows) };
        if !turned {
            name.push_str(".turned");
            values = (0..outputs)
                .flat_map(|o| (0..inputs).map(move |i| (i, o)))
                .map(|(i, o)| values[i * outputs + o])
                .collect();
        }
        if factor != 1.0 {
            name.push_str(".scaled");
            values.iter_mut().for_each(|value| *value *= factor);
        }
        Ok(Matrix { name, outputs, inputs, values })
    }

    fn push(self, import: &mut Import, id: NodeId, bias: Option<Fixed>) -> Result<NodeId, Refusal> {
        let Matrix { name, outputs, inputs, values } = self;
        if inputs == 0 || outputs == 0 {
            return Err("its matrix is empty: export it again".into());
        }
        let weight = import.store(&name, &[outputs, inputs], values)?;
        let bias =
            bias.map(|bias| import.store_own(&bias.name.clone(), &[outputs], bias.into_floats()?)).transpose()?;
        import.push(Op::Linear(Linear { inputs, outputs, weight, bias, unit_norm: false }), &[id])
    }
}

/// A matrix whose last two axes are swapped if asked.
fn turned(import: &mut Import, id: NodeId, swap: bool) -> Result<NodeId, Refusal> {
    let rank = import.shape(id).len();
    if !swap || rank < 2 {
        return Ok(id);
    }
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 2, rank - 1);
    import.transpose(id, order)
}

fn scaled(import: &mut Import, id: NodeId, scale: f32) -> Result<NodeId, Refusal> {
    if scale == 1.0 { Ok(id) } else { import.push(Op::Activation(Activation::Affine { scale, shift: 0.0 }), &[id]) }
}

/// Gemm: `alpha A B + beta C`.
pub fn gemm(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let (alpha, beta) = (call.float("alpha", 1.0), call.float("beta", 1.0));
    let left = import.node(args.held(0)?)?;
    let left = turned(import, left, call.int("transA", 0) != 0)?;
    let turn_right = call.int("transB", 0) != 0;
    if import.shape(left).len() != 2 {
        return Err(format!("its input is {:?}, not a matrix: export it again", import.shape(left)).into());
    }
    let mut summand = args.has(2).then(|| args.held(2)).transpose()?;
    let id = match args.held(1)? {
        Held::Fixed(right) => {
            let matrix = Matrix::of(right, turn_right, alpha)?;
            let is_bias = |fixed: &Fixed| beta == 1.0 && fixed.value().is_ok_and(|bias| bias.shape == [matrix.outputs]);
            let bias = match summand.take() {
                Some(Held::Fixed(fixed)) if is_bias(&fixed) => Some(fixed),
                other => {
                    summand = other;
                    None
                }
            };
            matrix.push(import, left, bias)?
        }
        Held::Node(right) => {
            let right = turned(import, right, turn_right)?;
            let product = import.push(Op::MatMul, &[left, right])?;
            scaled(import, product, alpha)?
        }
    };
    let Some(summand) = summand else { return Ok(vec![Held::Node(id)]) };
    let summand = import.node(summand)?;
    let summand = scaled(import, summand, beta)?;
    Ok(vec![of_two(import, Arithmetic::Add, Held::Node(id), Held::Node(summand))?])
}

/// MatMul.
pub fn matmul(import: &mut Import, _: &Call, args: Args) -> Outcome {
    Ok(vec![Held::Node(product(import, args.held(0)?, args.held(1)?)?)])
}

/// The product as numpy has it: single vectors gain an axis and lose it again.
pub fn product(import: &mut Import, left: Held, right: Held) -> Result<NodeId, Refusal> {
    if let (Held::Node(id), Held::Fixed(fixed)) = (&left, &right)
        && fixed.value().is_ok_and(|matrix| matrix.shape.len() == 2)
        && import.shape(*id).len() > 1
    {
        return Matrix::of(fixed.clone(), false, 1.0)?.push(import, *id, None);
    }
    let (left, right) = (import.node(left)?, import.node(right)?);
    let (rows, columns) = (import.shape(left).len(), import.shape(right).len());
    if rows == 0 || columns == 0 {
        return Err("a single number is no matrix: export it with Mul".into());
    }
    let one = Extent::Is(1);
    let left = if rows == 1 { import.push(Op::Reshape(Reshape(vec![one, Extent::Of(0)])), &[left])? } else { left };
    let right =
        if columns == 1 { import.push(Op::Reshape(Reshape(vec![Extent::Of(0), one])), &[right])? } else { right };
    let product = import.push(Op::MatMul, &[left, right])?;
    let rank = import.shape(product).len();
    let mut kept: Vec<Extent> = (0..rank).map(Extent::Of).collect();
    if columns == 1 {
        kept.pop();
    }
    if rows == 1 {
        kept.remove(rank - 2);
    }
    if kept.len() == rank { Ok(product) } else { import.push(Op::Reshape(Reshape(kept)), &[product]) }
}

/// FusedMatMul: a product of turned matrices, times a factor.
pub fn fused_matmul(import: &mut Import, call: &Call, args: Args) -> Outcome {
    if call.int("transBatchA", 0) != 0 || call.int("transBatchB", 0) != 0 {
        return Err("it swaps stacks and rows, which is not understood: optimise the file less".into());
    }
    let (left, right) = (import.node(args.held(0)?)?, import.node(args.held(1)?)?);
    let left = turned(import, left, call.int("transA", 0) != 0)?;
    let right = turned(import, right, call.int("transB", 0) != 0)?;
    let id = product(import, Held::Node(left), Held::Node(right))?;
    Ok(vec![Held::Node(scaled(import, id, call.float("alpha", 1.0))?)])
}

/// FusedGemm: a Gemm and an activation.
pub fn fused_gemm(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let held = gemm(import, call, args)?.remove(0);
    let id = import.node(held)?;
    Ok(vec![Held::Node(activation::after(import, call, id)?)])
}
