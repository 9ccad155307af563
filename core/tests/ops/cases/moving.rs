//! Ops that move numbers, as numpy and ONNX define them; constants; what does nothing.

use crate::array::{Array, places, stretched, with};
use crate::case::Case;
use tessera_core::network::op::{
    Concat, Constant, Expand, Extent, Filling, Literal, Op, Pad, Reshape, Select, Slice, Transpose,
};

fn reshape(extents: &[Extent], from: &[usize], to: &'static [usize]) -> Case {
    let op = Op::Reshape(Reshape(extents.to_vec()));
    let case = Case::new(op, &[from], |x, _| Array { shape: [&[x[0].shape[0]], &to[1..]].concat(), ..x[0].clone() });
    if to[0] == from[0] { case } else { unreachable!("the first axis stays") }
}

fn reshapes() -> Vec<Case> {
    use Extent::{Is, Of, Rest};
    let merging = Op::Reshape(Reshape(vec![Rest, Of(2)]));
    vec![
        reshape(&[Of(0), Rest], &[3, 2, 2, 3], &[3, 12]),
        reshape(&[Of(0), Is(2), Rest, Of(2)], &[3, 8, 3], &[3, 2, 4, 3]),
        reshape(&[Of(0), Of(1), Is(1)], &[3, 4], &[3, 4, 1]),
        reshape(&[Rest, Is(4)], &[3, 2, 2], &[3, 4]),
        Case::new(merging, &[&[3, 2, 4]], |x, _| Array { shape: vec![6, 4], ..x[0].clone() }).mixed(),
    ]
}

/// numpy: axis `i` of the output is axis `order[i]` of the input.
fn transpose(order: &'static [usize], shape: &[usize]) -> Case {
    let case = Case::new(Op::Transpose(Transpose(order.to_vec())), &[shape], |x, _| {
        let to: Vec<usize> = order.iter().map(|&axis| x[0].shape[axis]).collect();
        Array::from_fn(&to, |place| {
            let mut from = vec![0; order.len()];
            order.iter().zip(&place).for_each(|(&axis, &at)| from[axis] = at);
            x[0].at(&from)
        })
    });
    if order[0] == 0 { case } else { case.mixed() }
}

fn transposes() -> Vec<Case> {
    vec![
        transpose(&[0], &[3]),
        transpose(&[1, 0], &[3, 4]),
        transpose(&[0, 2, 1], &[3, 4, 2]),
        transpose(&[0, 2, 3, 1], &[3, 4, 2, 3]),
        transpose(&[2, 0, 3, 1], &[3, 2, 2, 3]),
        transpose(&[0, 1, 3, 2, 4], &[3, 2, 2, 3, 2]),
        transpose(&[0, 3, 5, 1, 4, 2], &[3, 1, 2, 3, 2, 2]),
    ]
}

/// The places of the input along an axis that stand in the output one after another.
fn taken(op: Op, axis: usize, from: Vec<usize>, shape: &[usize]) -> Case {
    let case = Case::new(op, &[shape], move |x, _| {
        Array::from_fn(&with(&x[0].shape, axis, from.len()), |place| x[0].at(&with(&place, axis, from[place[axis]])))
    });
    if axis == 0 { case.mixed() } else { case }
}

fn slices() -> Vec<Case> {
    let slice = |axis, start, count, step, shape: &[usize]| {
        let from = (0..count as isize).map(|i| (start as isize + i * step) as usize).collect();
        taken(Op::Slice(Slice { axis, start, count, step }), axis, from, shape)
    };
    vec![
        slice(1, 1, 3, 1, &[3, 5, 2]),
        slice(1, 0, 5, 1, &[3, 5, 2]),
        slice(2, 4, 1, 1, &[3, 2, 5]),
        slice(1, 0, 3, 2, &[3, 6, 2]),
        slice(1, 0, 3, 2, &[3, 5, 2]),
        slice(2, 1, 2, 3, &[3, 2, 7, 2]),
        slice(1, 2, 1, 4, &[3, 3, 2]),
        slice(1, 4, 5, -1, &[3, 5, 2]),
        slice(1, 3, 2, -2, &[3, 5, 2]),
        slice(3, 6, 3, -3, &[3, 2, 2, 7]),
        slice(1, 0, 1, -1, &[3, 4]),
        slice(0, 2, 2, -2, &[3, 4]),
    ]
}

fn selects() -> Vec<Case> {
    let select = |axis, from: &[usize], shape: &[usize]| {
        let op = Op::Select(Select { axis, places: from.to_vec(), keep: true });
        taken(op, axis, from.to_vec(), shape)
    };
    let token = Op::Select(Select { axis: 1, places: vec![0], keep: false });
    vec![
        select(1, &[2, 0], &[3, 4, 2]),
        select(1, &[1, 1, 3, 1], &[3, 4, 2]),
        select(2, &[1], &[3, 2, 3]),
        select(3, &[2, 1, 0, 0], &[3, 2, 2, 3]),
        select(0, &[1, 1], &[3, 4]),
        Case::new(token, &[&[3, 5, 2]], |x, _| Array::from_fn(&[x[0].shape[0], 2], |p| x[0].at(&[p[0], 0, p[1]]))),
    ]
}

/// numpy's `concatenate`; what has a batch of one stands before every picture.
fn concat(axis: usize, shapes: &[&[usize]]) -> Case {
    let case = Case::new(Op::Concat(Concat { axis }), shapes, move |x, _| {
        let total = x.iter().map(|x| x.shape[axis]).sum();
        let pictures = x.iter().map(|x| x.shape[0]).max().expect("at least one value");
        let shape = if axis == 0 { x[0].shape.clone() } else { with(&x[0].shape, 0, pictures) };
        Array::from_fn(&with(&shape, axis, total), |place| {
            let (mut at, mut part) = (place[axis], 0);
            while at >= x[part].shape[axis] {
                at -= x[part].shape[axis];
                part += 1;
            }
            x[part].stretched_at(&with(&place, axis, at))
        })
    });
    if axis == 0 { case.mixed() } else { case }
}

fn concats() -> Vec<Case> {
    vec![
        concat(1, &[&[3, 2, 2], &[3, 4, 2], &[3, 1, 2]]),
        concat(2, &[&[3, 2, 2], &[3, 2, 3]]),
        concat(3, &[&[3, 2, 1, 2], &[3, 2, 1, 1]]),
        concat(0, &[&[2, 3], &[1, 3]]),
        concat(1, &[&[3, 4]]),
        // A class token before the picture's, and a constant behind.
        concat(1, &[&[1, 2, 4], &[3, 3, 4]]),
        concat(1, &[&[3, 3, 2], &[1, 2, 2], &[1, 1, 2]]),
        concat(2, &[&[1, 2, 3], &[3, 2, 2]]),
    ]
}

fn expand(to: &'static [usize], shape: &[usize]) -> Case {
    let case = Case::new(Op::Expand(Expand(to.to_vec())), &[shape], move |x, _| {
        Array::from_fn(&stretched(&x[0].shape, to), |place| x[0].stretched_at(&place))
    });
    if to[0] == 1 { case } else { case.mixed() }
}

/// numpy's `pad`: "constant", "reflect" and "edge".
fn pad(axis: usize, before: usize, after: usize, filling: Filling, shape: &[usize]) -> Case {
    let case = Case::new(Op::Pad(Pad { axis, before, after, filling }), &[shape], move |x, _| {
        let length = x[0].shape[axis];
        let last = length - 1;
        let from: Vec<Option<usize>> = match filling {
            Filling::Constant(_) => [vec![None; before], (0..length).map(Some).collect(), vec![None; after]].concat(),
            Filling::Edge => [vec![Some(0); before], (0..length).map(Some).collect(), vec![Some(last); after]].concat(),
            Filling::Reflect => {
                let way = (1..=before).rev().chain(0..length).chain((0..after).map(|i| last - 1 - i));
                way.map(Some).collect()
            }
        };
        let Filling::Constant(constant) = filling else {
            let known = |place: usize| from[place].expect("no place is empty");
            return Array::from_fn(&with(&x[0].shape, axis, from.len()), |p| x[0].at(&with(&p, axis, known(p[axis]))));
        };
        Array::from_fn(&with(&x[0].shape, axis, from.len()), |place| {
            from[place[axis]].map_or(f64::from(constant), |at| x[0].at(&with(&place, axis, at)))
        })
    });
    if axis == 0 { case.mixed() } else { case }
}

fn pads() -> Vec<Case> {
    vec![
        pad(2, 1, 2, Filling::Constant(0.0), &[3, 2, 3, 2]),
        pad(3, 0, 1, Filling::Constant(-1.5), &[3, 2, 2, 2]),
        pad(1, 2, 0, Filling::Constant(0.25), &[3, 4]),
        pad(0, 1, 1, Filling::Constant(1.0), &[3, 4]),
        pad(2, 1, 3, Filling::Reflect, &[3, 2, 4, 2]),
        pad(3, 2, 0, Filling::Reflect, &[3, 1, 2, 3]),
        pad(1, 0, 0, Filling::Reflect, &[3, 1, 2]),
        pad(2, 3, 1, Filling::Edge, &[3, 2, 2, 2]),
        pad(1, 0, 2, Filling::Edge, &[3, 1]),
    ]
}

fn still() -> Vec<Case> {
    let constant = Op::Constant(Constant { name: "w".into(), shape: vec![2, 3] });
    let literal = Op::Literal(Literal { shape: vec![2, 2], values: vec![1.0, -2.0, 0.5, 4.0] });
    let literally = |place: Vec<usize>| [1.0, -2.0, 0.5, 4.0][2 * place[0] + place[1]];
    vec![
        Case::new(constant, &[], |_, w| w["w"].clone()).mixed(),
        Case::new(literal, &[], move |_, _| Array::from_fn(&[2, 2], literally)).mixed(),
        Case::new(Op::Detachable, &[&[3, 2, 2]], |x, _| Array::from_fn(&x[0].shape, |place| x[0].at(&place))),
    ]
}

pub fn cases() -> Vec<Case> {
    let expands = vec![
        expand(&[1, 4, 5], &[3, 4, 1]),
        expand(&[3, 4, 1, 2], &[3, 1, 2, 1]),
        expand(&[2, 3, 4], &[4]),
        expand(&[2, 1, 3], &[2, 3]),
    ];
    let families = [reshapes(), transposes(), slices(), selects(), concats(), expands, pads(), still()];
    families.into_iter().flatten().collect()
}

#[test]
fn places_are_counted_with_the_last_axis_fastest() {
    assert_eq!(places(&[2, 2]).collect::<Vec<_>>(), [[0, 0], [0, 1], [1, 0], [1, 1]]);
}
