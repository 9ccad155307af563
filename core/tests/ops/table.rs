//! The table of ops and checks, `docs/ops.md`.

use crate::case::TOLERANCE;
use std::collections::BTreeMap;
use tessera_core::network::op::resampling::Kernel;
use tessera_core::network::op::{Activation, Arithmetic, Filling, Op, Pool, Pooling, Reduce, Reduction};

/// The checks, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    Shape,
    Forward,
    Gradient,
    Kinks,
    Batch,
    Refusals,
}

const CHECKS: [(Check, &str); 6] = [
    (Check::Shape, "shape"),
    (Check::Forward, "numbers"),
    (Check::Gradient, "gradient"),
    (Check::Kinks, "kinks"),
    (Check::Batch, "batch"),
    (Check::Refusals, "refusals"),
];

/// The rows; each has to have been checked.
const ROWS: [&str; 61] = [
    "Constant",
    "Literal",
    "Convolution",
    "Linear",
    "MatMul",
    "BatchNorm",
    "OwnStatistics",
    "Dropout",
    "LayerNorm",
    "Activation Relu",
    "Activation LeakyRelu",
    "Activation Clip",
    "Activation Sigmoid",
    "Activation HardSigmoid",
    "Activation HardSwish",
    "Activation Silu",
    "Activation Gelu",
    "Activation GeluTanh",
    "Activation Elu",
    "Activation Softplus",
    "Activation Erf",
    "Activation Tanh",
    "Activation Exp",
    "Activation Log",
    "Activation Sqrt",
    "Activation Reciprocal",
    "Activation Square",
    "Activation Abs",
    "Activation Affine",
    "PRelu",
    "Softmax",
    "Softmax, logarithm",
    "Pool Maximum",
    "Pool Average, padding counted",
    "Pool Average, padding not counted",
    "GlobalAveragePool",
    "Reduce Sum",
    "Reduce Mean",
    "Reduce Maximum",
    "Arithmetic Add",
    "Arithmetic Subtract",
    "Arithmetic Multiply",
    "Arithmetic Divide",
    "Arithmetic Power",
    "Arithmetic Maximum",
    "Arithmetic Minimum",
    "Reshape",
    "Transpose",
    "Slice",
    "Select",
    "Concat",
    "Expand",
    "Pad Constant",
    "Pad Reflect",
    "Pad Edge",
    "Resample AdaptiveAverage",
    "Resample Nearest",
    "Resample Linear",
    "Resample Cubic",
    "Detachable",
    "Input",
];

/// The row of an op. A new op or variant does not compile before it has one.
fn row(op: &Op) -> &'static str {
    match op {
        Op::Input => "Input",
        Op::Constant(_) => "Constant",
        Op::Literal(_) => "Literal",
        Op::Convolution(_) => "Convolution",
        Op::Linear(_) => "Linear",
        Op::MatMul => "MatMul",
        Op::BatchNorm(_) => "BatchNorm",
        Op::OwnStatistics(_) => "OwnStatistics",
        Op::Dropout(_) => "Dropout",
        Op::LayerNorm(_) => "LayerNorm",
        Op::Activation(op) => activation(*op),
        Op::PRelu(_) => "PRelu",
        Op::Softmax(op) => ["Softmax", "Softmax, logarithm"][usize::from(op.log)],
        Op::Pool(Pool { pooling: Pooling::Maximum, .. }) => "Pool Maximum",
        Op::Pool(Pool { pooling: Pooling::Average { with_padding: true }, .. }) => "Pool Average, padding counted",
        Op::Pool(Pool { pooling: Pooling::Average { with_padding: false }, .. }) => "Pool Average, padding not counted",
        Op::GlobalAveragePool => "GlobalAveragePool",
        Op::Reduce(Reduce { reduction: Reduction::Sum, .. }) => "Reduce Sum",
        Op::Reduce(Reduce { reduction: Reduction::Mean, .. }) => "Reduce Mean",
        Op::Reduce(Reduce { reduction: Reduction::Maximum, .. }) => "Reduce Maximum",
        Op::Arithmetic(op) => arithmetic(*op),
        Op::Reshape(_) => "Reshape",
        Op::Transpose(_) => "Transpose",
        Op::Slice(_) => "Slice",
        Op::Select(_) => "Select",
        Op::Concat(_) => "Concat",
        Op::Expand(_) => "Expand",
        Op::Pad(op) => filling(op.filling),
        Op::Resample(op) => kernel(op.kernel),
        Op::Detachable => "Detachable",
    }
}

fn activation(op: Activation) -> &'static str {
    match op {
        Activation::Relu => "Activation Relu",
        Activation::LeakyRelu { .. } => "Activation LeakyRelu",
        Activation::Clip { .. } => "Activation Clip",
        Activation::Sigmoid => "Activation Sigmoid",
        Activation::HardSigmoid { .. } => "Activation HardSigmoid",
        Activation::HardSwish => "Activation HardSwish",
        Activation::Silu => "Activation Silu",
        Activation::Gelu => "Activation Gelu",
        Activation::GeluTanh => "Activation GeluTanh",
        Activation::Elu { .. } => "Activation Elu",
        Activation::Softplus => "Activation Softplus",
        Activation::Erf => "Activation Erf",
        Activation::Tanh => "Activation Tanh",
        Activation::Exp => "Activation Exp",
        Activation::Log => "Activation Log",
        Activation::Sqrt => "Activation Sqrt",
        Activation::Reciprocal => "Activation Reciprocal",
        Activation::Square => "Activation Square",
        Activation::Abs => "Activation Abs",
        Activation::Affine { .. } => "Activation Affine",
    }
}

fn arithmetic(op: Arithmetic) -> &'static str {
    match op {
        Arithmetic::Add => "Arithmetic Add",
        Arithmetic::Subtract => "Arithmetic Subtract",
        Arithmetic::Multiply => "Arithmetic Multiply",
        Arithmetic::Divide => "Arithmetic Divide",
        Arithmetic::Power => "Arithmetic Power",
        Arithmetic::Maximum => "Arithmetic Maximum",
        Arithmetic::Minimum => "Arithmetic Minimum",
    }
}

fn filling(filling: Filling) -> &'static str {
    match filling {
        Filling::Constant(_) => "Pad Constant",
        Filling::Reflect => "Pad Reflect",
        Filling::Edge => "Pad Edge",
    }
}

fn kernel(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::AdaptiveAverage => "Resample AdaptiveAverage",
        Kernel::Nearest { .. } => "Resample Nearest",
        Kernel::Linear(_) => "Resample Linear",
        Kernel::Cubic { .. } => "Resample Cubic",
    }
}

/// How often each check passed for each row.
#[derive(Default)]
pub struct Table(BTreeMap<(&'static str, Check), usize>);

impl Table {
    /// One more check of an op has passed.
    pub fn passed(&mut self, op: &Op, check: Check) {
        *self.0.entry((row(op), check)).or_default() += 1;
    }

    /// The rows that were never checked, and those with a check that the list of rows does not have.
    pub fn unchecked(&self) -> Vec<&'static str> {
        let found = |row: &&str| self.0.keys().any(|(checked, _)| checked == row);
        let listed = |row: &&str| ROWS.contains(row);
        let missing = ROWS.into_iter().filter(|row| !found(row));
        missing.chain(self.0.keys().map(|(row, _)| *row).filter(|row| !listed(row))).collect()
    }

    /// The table as a page.
    pub fn page(&self) -> String {
        let heads: Vec<&str> = CHECKS.iter().map(|(_, head)| *head).collect();
        let mut page = preface();
        page += &format!("| op | {} |\n|---|{}\n", heads.join(" | "), "---:|".repeat(heads.len()));
        for row in ROWS {
            let cell = |(check, _): &(Check, _)| self.0.get(&(row, *check)).map_or("–".into(), usize::to_string);
            page += &format!("| {row} | {} |\n", CHECKS.iter().map(cell).collect::<Vec<_>>().join(" | "));
        }
        page
    }
}

fn preface() -> String {
    format!(
        "# What is checked of each op\n\n\
        Written by `core/tests/ops` from the checks that ran; a test fails if this page is another. To write it anew:\n\
        `TESSERA_WRITE=1 cargo test -p tessera-core --test ops`. A number says how many cases passed, a dash that there is\n\
        none.\n\n\
        - **shape**: shape inference, the forward pass and a second writing of the op's published definition give one shape.\n\
        - **numbers**: the forward pass gives the numbers of that second writing, which is in f64, to {TOLERANCE:e} of the\n  \
        greatest: sixteen roundings of f32.\n\
        - **gradient**: the gradient of each input is that of central differences of the second writing in f64, to the same\n  \
        tolerance, at inputs away from kinks, given no more of the forward pass than the op asks to be kept; and given a trace in\n  \
        place of it, where the op leaves one, the same bits.\n\
        - **kinks**: where there is no derivative it is exactly the one that PyTorch takes.\n\
        - **batch**: a batch of three is its three pictures one by one, bit for bit, forward and backward, on the processor.\n  \
        Left out are cases that mix the pictures (own statistics, dropout, a reduction, a slice or a transposition of the first axis) or have none.\n\
        - **refusals**: what does not fit is one sentence before a tensor is touched, never a panic.\n\n\
        What graphs do with ops (reuse, skip connections, suffix runs, several seeds, rules, folding) is in\n\
        `core/tests/ops/graphs`.\n\n"
    )
}
