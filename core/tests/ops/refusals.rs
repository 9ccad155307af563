//! What does not fit is one sentence before a tensor is touched: never a panic, never a shape.

use crate::case::{Case, Found};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tessera_core::network::graph::Graph;
use tessera_core::network::op::resampling::{Kernel, Place, Resample, Target};
use tessera_core::network::op::{
    Activation, Arithmetic, BatchNorm, Concat, Constant, Convolution, Expand, Extent, Filling, LayerNorm, Linear,
    Literal, Op, PRelu, Pad, Padding, Pool, Pooling, Reduce, Reduction, Reshape, Select, Slice, Softmax, Transpose,
    Window,
};
use tessera_core::network::shape::infer;

/// An op and shapes that it refuses.
pub struct Refusal {
    pub op: Op,
    shapes: Vec<Vec<usize>>,
}

const HUGE: usize = usize::MAX;

impl Refusal {
    pub fn check(&self) -> Found {
        let shapes: Vec<&[usize]> = self.shapes.iter().map(Vec::as_slice).collect();
        match catch_unwind(AssertUnwindSafe(|| self.op.shape(&shapes))) {
            Ok(Err(sentence)) => is_a_sentence(&sentence),
            Ok(Ok(shape)) => Err(format!("{shapes:?} were taken and give {shape:?}")),
            Err(_) => Err(format!("{shapes:?} made it panic")),
        }
    }
}

fn is_a_sentence(text: &str) -> Found {
    let fits = (8..240).contains(&text.len()) && !text.contains(['\n', '\r']) && !text.ends_with('.');
    if fits { Ok(()) } else { Err(format!("refused with {text:?}, which is no part of a sentence")) }
}

fn refused(op: Op, shapes: &[&[usize]]) -> Refusal {
    Refusal { op, shapes: shapes.iter().map(|shape| shape.to_vec()).collect() }
}

/// What every op refuses: an empty value, and one value too few or too many.
pub fn of(case: &Case) -> Vec<Refusal> {
    let (least, most) = case.op.arity();
    let shapes: Vec<Vec<usize>> = case.inputs.iter().map(|input| input.shape.clone()).collect();
    let mut refusals = vec![];
    if let Some(first) = shapes.first() {
        let empty = [&[0][..], &first[1..]].concat();
        refusals.push(Refusal { op: case.op.clone(), shapes: [&[empty][..], &shapes[1..]].concat() });
        refusals.push(Refusal { op: case.op.clone(), shapes: shapes[..least - 1].to_vec() });
    }
    if most < HUGE {
        refusals.push(Refusal { op: case.op.clone(), shapes: [&shapes[..], &[vec![1]]].concat() });
    }
    refusals
}

fn convolution(inputs: usize, outputs: usize, groups: usize, window: Window) -> Op {
    let weight = "w".into();
    Op::Convolution(Convolution { inputs, outputs, groups, window, weight, bias: None, unit_norm: false })
}

/// Windows that do not slide over 4 x 4 places.
fn windows() -> Vec<Window> {
    let plain = Window::square(3, 1, 1);
    let padding = |rows, columns| Window { padding: Padding::Explicit { rows, columns }, ..plain };
    vec![
        Window::square(7, 1, 1),
        Window { kernel: [0, 3], ..plain },
        Window { stride: [1, 0], ..plain },
        Window { dilation: [0, 1], ..plain },
        Window { kernel: [3, HUGE], ..plain },
        Window { stride: [HUGE, 1], ..plain },
        Window { dilation: [HUGE / 2, 1], ..plain },
        Window { dilation: [1, HUGE], padding: Padding::Same, ..plain },
        padding((HUGE, 1), (1, 1)),
        padding((1, 1), (1, HUGE - 3)),
    ]
}

fn sliding() -> Vec<Refusal> {
    let mut refusals = vec![];
    let kinds = [Pooling::Maximum, Pooling::Average { with_padding: true }, Pooling::Average { with_padding: false }];
    for window in windows() {
        refusals.push(refused(convolution(2, 2, 1, window), &[&[1, 2, 4, 4]]));
        for pooling in kinds {
            refusals.push(refused(Op::Pool(Pool { pooling, window }), &[&[1, 2, 4, 4]]));
        }
    }
    let plain = Window::square(3, 1, 1);
    for pooling in kinds {
        refusals.push(refused(Op::Pool(Pool { pooling, window: plain }), &[&[1, 2, 4]]));
    }
    refusals.extend([
        refused(convolution(2, 2, 1, plain), &[&[1, 3, 4, 4]]),
        refused(convolution(2, 2, 1, plain), &[&[1, 2, 16]]),
        refused(convolution(3, 2, 2, plain), &[&[1, 3, 4, 4]]),
        refused(convolution(2, 3, 2, plain), &[&[1, 2, 4, 4]]),
        refused(convolution(2, 2, 0, plain), &[&[1, 2, 4, 4]]),
        refused(convolution(2, 0, 1, plain), &[&[1, 2, 4, 4]]),
        refused(Op::GlobalAveragePool, &[&[1, 2]]),
    ]);
    refusals
}

fn matrices() -> Vec<Refusal> {
    let linear = |outputs| Op::Linear(Linear { inputs: 5, outputs, weight: "w".into(), bias: None, unit_norm: false });
    vec![
        refused(linear(3), &[&[2, 4]]),
        refused(linear(3), &[&[5]]),
        refused(linear(0), &[&[2, 5]]),
        refused(linear(3), &[&[]]),
        refused(Op::MatMul, &[&[2, 3], &[4, 2]]),
        refused(Op::MatMul, &[&[3], &[3, 2]]),
        refused(Op::MatMul, &[&[2, 2, 3], &[4, 3, 2]]),
    ]
}

fn normalising() -> Vec<Refusal> {
    let batch = Op::BatchNorm(BatchNorm::named("n", 3, 1e-3));
    let layer = |axes| Op::LayerNorm(LayerNorm { axes, count: 4, epsilon: 1e-3, weight: None, bias: None });
    let prelu = Op::PRelu(PRelu { slope: "s".into(), channels: 3 });
    vec![
        refused(batch.clone(), &[&[1, 4, 2, 2]]),
        refused(batch, &[&[3]]),
        refused(layer((1, 2)), &[&[1, 3]]),
        refused(layer((2, 3)), &[&[1, 4]]),
        refused(layer((2, 1)), &[&[1, 4]]),
        refused(layer((0, HUGE)), &[&[1, 4]]),
        refused(prelu.clone(), &[&[1, 2, 3]]),
        refused(prelu, &[&[3]]),
        refused(Op::Softmax(Softmax { axis: 2, log: false }), &[&[1, 2]]),
        refused(Op::Softmax(Softmax { axis: HUGE, log: true }), &[&[1, 2]]),
    ]
}

fn reducing() -> Vec<Refusal> {
    let mut refusals = vec![];
    for reduction in [Reduction::Sum, Reduction::Mean, Reduction::Maximum] {
        let reduce = |axes: &[usize]| Op::Reduce(Reduce { reduction, axes: axes.to_vec(), keep: true });
        refusals.push(refused(reduce(&[2]), &[&[1, 2]]));
        refusals.push(refused(reduce(&[1, 1]), &[&[1, 2]]));
    }
    for kind in [Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply, Arithmetic::Divide] {
        refusals.push(refused(Op::Arithmetic(kind), &[&[2, 3], &[2, 4]]));
    }
    for kind in [Arithmetic::Power, Arithmetic::Maximum, Arithmetic::Minimum] {
        refusals.push(refused(Op::Arithmetic(kind), &[&[2, 3], &[3, 2]]));
    }
    // More runs of axes in turn than a device's kernels have axes for.
    refusals.push(refused(Op::Arithmetic(Arithmetic::Add), &[&[3, 2, 1, 3, 1, 2], &[3, 2, 2, 3, 2, 2]]));
    refusals
}

fn moving() -> Vec<Refusal> {
    let reshape = |extents: &[Extent], shape: &[usize]| refused(Op::Reshape(Reshape(extents.to_vec())), &[shape]);
    let transpose = |order: &[usize], shape: &[usize]| refused(Op::Transpose(Transpose(order.to_vec())), &[shape]);
    let expand = |to: &[usize], shape: &[usize]| refused(Op::Expand(Expand(to.to_vec())), &[shape]);
    let concat = |axis, shapes: &[&[usize]]| refused(Op::Concat(Concat { axis }), shapes);
    vec![
        reshape(&[Extent::Is(5)], &[2, 3]),
        reshape(&[Extent::Of(2), Extent::Rest], &[2, 3]),
        reshape(&[Extent::Is(4), Extent::Rest], &[2, 3]),
        reshape(&[Extent::Rest, Extent::Rest], &[2, 3]),
        reshape(&[Extent::Is(0), Extent::Rest], &[2, 3]),
        reshape(&[Extent::Is(HUGE), Extent::Is(HUGE)], &[2, 3]),
        reshape(&[Extent::Is(HUGE), Extent::Is(2), Extent::Rest], &[2, 3]),
        transpose(&[0, 1], &[2, 3, 4]),
        transpose(&[0, 0], &[2, 3]),
        transpose(&[0, HUGE], &[2, 3]),
        transpose(&[6, 5, 4, 3, 2, 1, 0], &[1, 1, 1, 1, 1, 1, 2]),
        expand(&[2, 3], &[2]),
        expand(&[0, 3], &[1, 3]),
        expand(&[HUGE, HUGE], &[1, 1]),
        concat(2, &[&[1, 2], &[1, 2]]),
        concat(1, &[&[1, 2, 3], &[1, 2]]),
        concat(1, &[&[1, 2, 3], &[1, 2, 4]]),
        concat(1, &[&[2, 2], &[3, 2]]),
        concat(1, &[&[1, HUGE], &[1, 2]]),
    ]
}

fn taking() -> Vec<Refusal> {
    let slice = |axis, start, count, step| refused(Op::Slice(Slice { axis, start, count, step }), &[&[2, 5]]);
    let select =
        |axis, places: &[usize]| refused(Op::Select(Select { axis, places: places.to_vec(), keep: true }), &[&[2, 5]]);
    let pad = |axis, before, after, filling| refused(Op::Pad(Pad { axis, before, after, filling }), &[&[2, 5]]);
    vec![
        slice(2, 0, 1, 1),
        slice(1, 5, 1, 1),
        slice(1, 0, 0, 1),
        slice(1, 2, 4, 1),
        slice(1, 2, 4, -1),
        slice(1, 2, 2, 0),
        slice(1, 0, HUGE, 1),
        slice(1, 4, HUGE, -2),
        slice(1, 0, 2, isize::MAX),
        slice(1, 0, 3, isize::MIN),
        select(2, &[0]),
        select(1, &[5]),
        select(1, &[]),
        pad(2, 1, 1, Filling::Constant(0.0)),
        pad(1, HUGE, HUGE, Filling::Constant(0.0)),
        pad(1, HUGE, 0, Filling::Edge),
        pad(1, 5, 0, Filling::Reflect),
        pad(1, 0, HUGE, Filling::Reflect),
    ]
}

fn resampling() -> Vec<Refusal> {
    let mut refusals = vec![];
    let kernels = [
        Kernel::AdaptiveAverage,
        Kernel::Linear(Place::HalfPixel),
        Kernel::Cubic { place: Place::HalfPixel, slope: -0.5 },
    ];
    for kernel in kernels {
        let sizes = [Target::Size([0, 3]), Target::Size([HUGE, HUGE]), Target::Size([3, 1 << 20])];
        let scales = [[0.1, 1.0], [-1.0, 1.0], [f32::NAN, 1.0], [f32::INFINITY, f32::INFINITY], [1e30, 1e30]];
        for size in sizes.into_iter().chain(scales.map(Target::Scale)) {
            refusals.push(refused(Op::Resample(Resample { size, kernel }), &[&[1, 2, 3, 3]]));
        }
        let op = Resample { size: Target::Size([2, 2]), kernel };
        refusals.push(refused(Op::Resample(op), &[&[1, 2, 3]]));
        refusals.push(refused(Op::Resample(op), &[&[1, 2, 1 << 20, 1]]));
    }
    refusals
}

pub fn all() -> Vec<Refusal> {
    let mut all = vec![refused(Op::Input, &[]), refused(Op::Input, &[&[1, 3, 2, 2]])];
    let families = [sliding(), matrices(), normalising(), reducing(), moving(), taking(), resampling()];
    all.extend(families.into_iter().flatten());
    all
}

/// Each length fits, but not their product: shape inference says so with the layer's name.
#[test]
fn values_too_large_for_any_memory_are_refused() {
    let wide = |op: Op| {
        let mut graph = Graph::new();
        graph.push("wide", op, &[0]);
        infer(&graph, [1, 1, 1, 1]).expect_err("too large").to_string()
    };
    let half = usize::BITS / 2;
    for op in [
        Op::Expand(Expand(vec![1, 1, 1 << (half - 1), 1 << half])),
        Op::Pad(Pad { axis: 3, before: 1 << 29, after: 0, filling: Filling::Edge }),
        Op::Linear(Linear { inputs: 1, outputs: HUGE, weight: "w".into(), bias: None, unit_norm: false }),
    ] {
        assert!(wide(op).contains("wide: a value of"));
    }
    let mut graph = Graph::new();
    graph.push("constant", Op::Constant(Constant { name: "c".into(), shape: vec![HUGE, 4] }), &[]);
    assert!(infer(&graph, [1, 1, 1, 1]).is_err());
    let mut graph = Graph::new();
    graph.push("literal", Op::Literal(Literal { shape: vec![2, 2], values: vec![0.0; 3] }), &[]);
    assert!(infer(&graph, [1, 1, 1, 1]).expect_err("three numbers").to_string().contains("3 numbers"));
}

/// An input without places, pictures or channels is refused by the first op, whatever it is.
#[test]
fn an_empty_input_is_refused() {
    let mut graph = Graph::new();
    graph.push("relu", Op::Activation(Activation::Relu), &[0]);
    for shape in [[0, 3, 2, 2], [1, 0, 2, 2], [1, 3, 0, 2], [1, 3, 2, 0]] {
        assert!(infer(&graph, shape).is_err(), "{shape:?}");
    }
}
