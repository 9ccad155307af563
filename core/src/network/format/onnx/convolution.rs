//! Convolutions, over two axes of places, or one as a row of many columns.

use super::activation;
use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Held, Import, Outcome};
use crate::network::graph::NodeId;
use crate::network::op::{Convolution, Extent, Op, Padding, Reshape, Window};

/// The greatest step, gap or reach of a window: larger ones overflow, and no network has them.
const MOST: i64 = 1 << 14;

/// How a window slides, from a node's attributes and its size.
///
/// # Errors
/// If it has another number of axes, or lengths that make no sense.
pub fn window(call: &Call, kernel: &[usize], ceil: bool) -> Result<Window, Refusal> {
    let axes = kernel.len();
    if axes == 0 || axes > 2 {
        return Err(format!(
            "it slides along {axes} axes, and one or two are understood: export a network of pictures"
        )
        .into());
    }
    let list = |name: &str, without: i64, count: usize, least: i64| -> Result<Vec<usize>, Refusal> {
        let list = call.ints(name).map_or_else(|| vec![without; count], <[i64]>::to_vec);
        if list.len() != count || list.iter().any(|value| !(least..=MOST).contains(value)) {
            return Err(format!("its {name} {list:?} make no sense for {axes} axes: export it again").into());
        }
        Ok(list.into_iter().map(|value| value as usize).collect())
    };
    if kernel.iter().any(|&length| length == 0 || length as i64 > MOST) {
        return Err(format!("a window of {kernel:?}: export it again").into());
    }
    let (stride, dilation) = (list("strides", 1, axes, 1)?, list("dilations", 1, axes, 1)?);
    // One axis is the second of two.
    let two = |list: &[usize], first: usize| if axes == 2 { [list[0], list[1]] } else { [first, list[0]] };
    let padding = match call.text("auto_pad", "NOTSET") {
        "SAME_UPPER" => Padding::Same,
        "SAME_LOWER" => Padding::SameLower,
        "VALID" => Padding::Explicit { rows: (0, 0), columns: (0, 0) },
        _ => {
            let pads = list("pads", 0, 2 * axes, 0)?;
            let (before, after) = (two(&pads[..axes], 0), two(&pads[axes..], 0));
            Padding::Explicit { rows: (before[0], after[0]), columns: (before[1], after[1]) }
        }
    };
    Ok(Window { kernel: two(kernel, 1), stride: two(&stride, 1), dilation: two(&dilation, 1), padding, ceil })
}

/// Does something on pictures `[N, C, H, W]` to a value of one or two axes of places.
///
/// # Errors
/// If it has another number of axes.
pub fn on_pictures(
    import: &mut Import,
    id: NodeId,
    op: impl FnOnce(&mut Import, NodeId) -> Result<NodeId, Refusal>,
) -> Result<NodeId, Refusal> {
    match import.shape(id).len() {
        4 => op(import, id),
        3 => {
            let rows = Reshape(vec![Extent::Of(0), Extent::Of(1), Extent::Is(1), Extent::Of(2)]);
            let wide = import.push(Op::Reshape(rows), &[id])?;
            let done = op(import, wide)?;
            let line = Reshape(vec![Extent::Of(0), Extent::Of(1), Extent::Of(3)]);
            import.push(Op::Reshape(line), &[done])
        }
        axes => {
            Err(format!("its input has {axes} axes, and 3 or 4 are understood: export a network of pictures").into())
        }
    }
}

/// Conv.
pub fn convolution(import: &mut Import, call: &Call, args: Args) -> Outcome {
    if args.moves(1) {
        return Err(
            "its kernels depend on the picture, and only fixed kernels are understood: export it without".into()
        );
    }
    let (weight, bias) = (args.wanted(1)?, args.fixed(2)?);
    let id = import.node(args.held(0)?)?;
    let shape = weight.value()?.shape.clone();
    let &[outputs, per_group, ref kernel @ ..] = &shape[..] else {
        return Err(format!("its kernels have the shape {shape:?}: export it again").into());
    };
    let window = window(call, kernel, false)?;
    let groups = usize::try_from(call.int("group", 1)).unwrap_or(0);
    let inputs = per_group.checked_mul(groups).unwrap_or(0);
    if inputs == 0 || outputs == 0 || outputs % groups != 0 {
        return Err(format!("{groups} groups do not fit kernels of {shape:?}: export it again").into());
    }
    let bias = match bias {
        Some(bias) if bias.value()?.shape == [outputs] => Some(bias),
        Some(bias) => return Err(format!("a bias of {:?} for {outputs} channels", bias.value()?.shape).into()),
        None => None,
    };
    let name = weight.name.clone();
    let weight_shape = [outputs, per_group, window.kernel[0], window.kernel[1]];
    let weight = import.store(&name, &weight_shape, weight.into_floats()?)?;
    let bias = bias.map(|bias| import.store_own(&bias.name.clone(), &[outputs], bias.into_floats()?)).transpose()?;
    let op = Convolution { inputs, outputs, groups, window, weight, bias, unit_norm: false };
    let id = on_pictures(import, id, |import, id| import.push(Op::Convolution(op), &[id]))?;
    Ok(vec![Held::Node(id)])
}

/// A convolution, perhaps a sum, and an activation.
pub fn fused(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let sum = args.has(3).then(|| args.held(3)).transpose()?;
    let mut held = convolution(import, call, args)?.remove(0);
    if let Some(sum) = sum {
        held = super::arithmetic::of_two(import, crate::network::op::Arithmetic::Add, held, sum)?;
    }
    let id = import.node(held)?;
    Ok(vec![Held::Node(activation::after(import, call, id)?)])
}
