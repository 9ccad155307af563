//! Operators that move numbers without changing them.

use super::axes;
use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Held, Import, Outcome};
use super::tensor::kind;
use crate::network::graph::NodeId;
use crate::network::op::{Concat, Expand, Extent, Filling, Op, Pad, Reshape, Select, Slice};

/// Identity.
pub fn identity(_: &mut Import, _: &Call, args: Args) -> Outcome {
    Ok(vec![args.held(0)?])
}

/// Dropout: nothing, because networks are run as they are used.
pub fn dropout(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let training = args.fixed(2).ok().flatten().is_some_and(|mode| mode.values[0].scalar() == Ok(1.0));
    if training || (call.opset < 7 && call.int("is_test", 0) == 0) {
        import.note("Dropout was exported in training mode; it is left out.");
    }
    Ok(vec![args.held(0)?])
}

/// Cast of a value: from one float to another it stays as it is.
pub fn cast(_: &mut Import, call: &Call, args: Args) -> Outcome {
    let to = match args.0.get(1).cloned().flatten() {
        Some(Held::Fixed(like)) => like.values[0].kind,
        // A value is made of floats.
        Some(Held::Node(_)) => kind::FLOAT,
        None => call.int("to", 1) as i32,
    };
    if kind::is_float(to) {
        return Ok(vec![args.held(0)?]);
    }
    Err("it rounds a value to whole numbers, where nothing can be said of its derivative: export it without".into())
}

/// Reshape.
pub fn reshape(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let zero_is_zero = call.int("allowzero", 0) != 0;
    let targets = match args.fixed(1)? {
        Some(target) => [target.values[0].to_integers()?, target.values[1].to_integers()?],
        None => {
            let target = call.ints("shape").ok_or("its shape is missing: export it again")?.to_vec();
            [target.clone(), target]
        }
    };
    let reshape = import.seen_as(id, &targets, zero_is_zero)?;
    reshaped(import, id, reshape)
}

/// A reshape, unless it changes nothing.
fn reshaped(import: &mut Import, id: NodeId, reshape: Vec<Extent>) -> Outcome {
    let pushed = import.push(Op::Reshape(Reshape(reshape)), &[id])?;
    if import.shapes[pushed] == import.shapes[id] {
        import.pop(pushed);
        return Ok(vec![Held::Node(id)]);
    }
    Ok(vec![Held::Node(pushed)])
}

/// Flatten.
pub fn flatten(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let shape = import.shape(id).to_vec();
    let [_, after] = axes::flattened(&shape, call.int("axis", 1))?;
    let extents = match call.int("axis", 1) {
        1 => vec![Extent::Of(0), Extent::Rest],
        0 => vec![Extent::Is(1), Extent::Rest],
        _ => vec![Extent::Rest, Extent::Is(after)],
    };
    reshaped(import, id, extents)
}

/// Squeeze: axes as an attribute before opset 13, as an input since.
pub fn squeeze(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let list = args.integers(1)?.or_else(|| call.ints("axes").map(<[i64]>::to_vec));
    // The batch stays, even where it is one picture.
    let batch = import.batch_axis(id);
    let list = match list {
        Some(list) => list,
        None => {
            let shape = import.shape(id);
            (0..shape.len()).filter(|&axis| shape[axis] == 1 && Some(axis) != batch).map(|axis| axis as i64).collect()
        }
    };
    let kept = axes::squeezed(import.shape(id), Some(&list))?;
    if batch.is_some_and(|axis| !kept.contains(&axis)) {
        return Err("it drops the batch: export it for any number of pictures".into());
    }
    reshaped(import, id, kept.into_iter().map(Extent::Of).collect())
}

/// Unsqueeze.
pub fn unsqueeze(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let list = args.integers(1)?.or_else(|| call.ints("axes").map(<[i64]>::to_vec));
    let list = list.ok_or("its axes are missing: export it again")?;
    let from = axes::unsqueezed(import.shape(id).len(), &list)?;
    reshaped(import, id, from.into_iter().map(|from| from.map_or(Extent::Is(1), Extent::Of)).collect())
}

/// Transpose.
pub fn transpose(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let rank = import.shape(id).len();
    let order: Vec<usize> = match call.ints("perm") {
        Some(order) => order.iter().map(|&axis| axes::axis(axis, rank)).collect::<Result<_, _>>()?,
        None => (0..rank).rev().collect(),
    };
    if order.len() != rank {
        return Err(format!("{order:?} is no order of {rank} axes: export it again").into());
    }
    Ok(vec![Held::Node(import.transpose(id, order)?)])
}

/// Concat.
pub fn concat(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let mut ids = vec![];
    for at in 0..args.0.len() {
        let id = import.node(args.held(at)?)?;
        // A part with nothing in it, as exporters of empty lists leave it.
        if import.shape(id).iter().product::<usize>() > 0 {
            ids.push(id);
        }
    }
    let first = *ids.first().ok_or("it has no parts: export it again")?;
    let axis = axes::axis(call.int("axis", 1), import.shape(first).len())?;
    if let [only] = ids[..] {
        return Ok(vec![Held::Node(only)]);
    }
    if ids.iter().any(|&id| import.batch_axis(id) == Some(axis)) {
        return Err("it would put pictures of a batch one after another: export it again".into());
    }
    import.one(Op::Concat(Concat { axis }), &ids)
}

/// A slice along one axis, unless it takes all.
fn sliced(import: &mut Import, id: NodeId, slice: Slice) -> Result<NodeId, Refusal> {
    let length = import.shape(id)[slice.axis];
    if slice.start == 0 && slice.step == 1 && slice.count == length {
        return Ok(id);
    }
    if import.batch_axis(id) == Some(slice.axis) {
        return Err("it takes single pictures out of a batch: export it again".into());
    }
    if slice.count == 0 {
        return Err("it takes nothing: export it again".into());
    }
    import.push(Op::Slice(slice), &[id])
}

/// Slice: its ranges as attributes before opset 10, as inputs since.
pub fn slice(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let mut id = import.node(args.held(0)?)?;
    let list = |at: usize, name: &str| -> Result<Option<Vec<i64>>, Refusal> {
        let fixed = args.fixed(at)?.map(|fixed| fixed.values[0].to_integers()).transpose()?;
        Ok(fixed.or_else(|| call.ints(name).map(<[i64]>::to_vec)))
    };
    let starts = list(1, "starts")?.ok_or("its starts are missing: export it again")?;
    let ends = list(2, "ends")?.ok_or("its ends are missing: export it again")?;
    let along = list(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), along.len(), steps.len()] != [starts.len(); 3] {
        return Err("its starts, ends, axes and steps differ in number: export it again".into());
    }
    for i in 0..starts.len() {
        let axis = axes::axis(along[i], import.shape(id).len())?;
        let (start, count, step) = axes::slice(starts[i], ends[i], steps[i], import.shape(id)[axis])?;
        id = sliced(import, id, Slice { axis, start, count, step })?;
    }
    Ok(vec![Held::Node(id)])
}

/// Split: sizes as an attribute before opset 13, as an input since.
pub fn split(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let axis = axes::axis(call.int("axis", 0), import.shape(id).len())?;
    let sizes = args.integers(1)?.or_else(|| call.ints("split").map(<[i64]>::to_vec));
    let mut start = 0;
    let mut parts = vec![];
    for count in axes::parts(import.shape(id)[axis], sizes.as_deref(), call.node.output.len())? {
        parts.push(Held::Node(sliced(import, id, Slice { axis, start, count, step: 1 })?));
        start += count;
    }
    Ok(parts)
}

/// Gather with fixed places.
pub fn gather(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let places = args.fixed(1)?.ok_or("its places are missing: export it again")?;
    let id = import.node(args.held(0)?)?;
    let shape = import.shape(id).to_vec();
    let axis = axes::axis(call.int("axis", 0), shape.len())?;
    let places = places.value()?;
    if import.batch_axis(id) == Some(axis) {
        let all = shape.len() == 1 && places.to_integers()?.into_iter().eq(0..shape[0] as i64);
        if !all {
            return Err("it takes single pictures out of a batch: export it again".into());
        }
        // All places of one axis in their order: the value seen as another shape.
        let target: Vec<i64> = places.shape.iter().map(|&length| length as i64).collect();
        let extents = import.seen_as(id, &[target.clone(), target], true)?;
        return reshaped(import, id, extents);
    }
    let chosen: Vec<usize> =
        places.to_integers()?.iter().map(|&place| axes::axis(place, shape[axis])).collect::<Result<_, _>>()?;
    if chosen.is_empty() {
        return Err("it takes nothing: export it again".into());
    }
    let scalar = places.shape.is_empty();
    let id = import.push(Op::Select(Select { axis, places: chosen, keep: !scalar }), &[id])?;
    if places.shape.len() < 2 {
        return Ok(vec![Held::Node(id)]);
    }
    let before = (0..axis).map(Extent::Of);
    let new = places.shape.iter().map(|&length| Extent::Is(length));
    let after = (axis + 1..shape.len()).map(Extent::Of);
    import.one(Op::Reshape(Reshape(before.chain(new).chain(after).collect())), &[id])
}

/// Expand. Along the batch a value is stretched by the ops that take it.
pub fn expand(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let target = args.wanted(1)?;
    let id = import.node(args.held(0)?)?;
    let lengths = |batch: usize| -> Result<Vec<usize>, Refusal> {
        let list = target.values[batch].to_integers()?;
        let list: Result<Vec<usize>, _> = list.iter().map(|&length| usize::try_from(length)).collect();
        Ok(axes::stretched(&import.shapes[id][batch], &list.map_err(|_| "a length below zero")?)?)
    };
    let (one, other) = (lengths(0)?, lengths(1)?);
    let batch = import.batch_axis(id).map(|axis| axis + one.len() - import.shape(id).len());
    // Where the batch is, one is asked for: it is stretched to whatever comes.
    let wanted: Vec<usize> =
        (0..one.len()).map(|i| if Some(i) == batch || one[i] != other[i] { 1 } else { one[i] }).collect();
    let stays = axes::stretched(import.shape(id), &wanted)? == import.shape(id);
    if stays { Ok(vec![Held::Node(id)]) } else { import.one(Op::Expand(Expand(wanted)), &[id]) }
}

/// Tile: copies one after another.
pub fn tile(import: &mut Import, _: &Call, args: Args) -> Outcome {
    let given = args.wanted(1)?;
    let mut id = import.node(args.held(0)?)?;
    let mut repeats = given.values[0].to_integers()?;
    // As many times as there are pictures: the ops that take it stretch it by themselves.
    for (axis, (one, other)) in repeats.iter_mut().zip(given.values[1].to_integers()?).enumerate() {
        if *one != other && import.shape(id).get(axis) == Some(&1) {
            *one = 1;
        } else if *one != other {
            return Err("it repeats a value for each picture: export it again".into());
        }
    }
    if repeats.len() != import.shape(id).len() || repeats.iter().any(|repeat| !(1..=1 << 12).contains(repeat)) {
        return Err(format!("repeats of {repeats:?}: export it again").into());
    }
    for (axis, &repeat) in repeats.iter().enumerate().filter(|&(_, &repeat)| repeat > 1) {
        if import.batch_axis(id) == Some(axis) {
            return Err("it repeats the pictures of a batch: export it again".into());
        }
        id = import.push(Op::Concat(Concat { axis }), &vec![id; repeat as usize])?;
    }
    Ok(vec![Held::Node(id)])
}

/// Pad: amounts as an attribute before opset 11, as an input since; less than nothing cuts off.
pub fn pad(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let mut id = import.node(args.held(0)?)?;
    let rank = import.shape(id).len();
    let pads = args.integers(1)?.or_else(|| call.ints("pads").or(call.ints("paddings")).map(<[i64]>::to_vec));
    let pads = pads.ok_or("its pads are missing: export it again")?;
    let value = args.number(2)?.unwrap_or(call.float("value", 0.0));
    let filling = match call.text("mode", "constant") {
        "constant" => Filling::Constant(value),
        "reflect" => Filling::Reflect,
        "edge" => Filling::Edge,
        other => {
            return Err(format!("the mode {other} is not understood: export with constant, reflect or edge").into());
        }
    };
    let list = args.integers(3)?.unwrap_or_else(|| (0..rank as i64).collect());
    if pads.len() != 2 * list.len() || pads.iter().any(|pad| pad.abs() > 1 << 14) {
        return Err(format!("pads of {pads:?} for {} axes: export it again", list.len()).into());
    }
    for (i, &axis) in list.iter().enumerate() {
        let axis = axes::axis(axis, rank)?;
        let [before, after] = [pads[i], pads[i + list.len()]];
        let cut = [before, after].map(|pad| pad.min(0).unsigned_abs() as usize);
        let count = import.shape(id)[axis].checked_sub(cut[0] + cut[1]).ok_or("it cuts off more than there is")?;
        id = sliced(import, id, Slice { axis, start: cut[0], count, step: 1 })?;
        let [before, after] = [before, after].map(|pad| pad.max(0) as usize);
        if before + after > 0 {
            if import.batch_axis(id) == Some(axis) {
                return Err("it pads the batch: export it again".into());
            }
            id = import.push(Op::Pad(Pad { axis, before, after, filling }), &[id])?;
        }
    }
    Ok(vec![Held::Node(id)])
}

/// Axes cut in two, put in another order and joined again.
fn blocks(import: &mut Import, id: NodeId, cut: Vec<Extent>, order: Vec<usize>, joined: [usize; 3]) -> Outcome {
    let id = import.push(Op::Reshape(Reshape(cut)), &[id])?;
    let id = import.transpose(id, order)?;
    let joined = [Extent::Of(0)].into_iter().chain(joined.map(Extent::Is)).collect();
    import.one(Op::Reshape(Reshape(joined)), &[id])
}

fn block_size(import: &Import, call: &Call, id: NodeId) -> Result<([usize; 3], usize), Refusal> {
    match (import.shape(id), usize::try_from(call.int("blocksize", 0))) {
        (&[_, c, h, w], Ok(size)) if (1..1 << 10).contains(&size) => Ok(([c, h, w], size)),
        (shape, _) => Err(format!("blocks of {:?}: export it again", shape).into()),
    }
}

/// DepthToSpace.
pub fn depth_to_space(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let ([c, h, w], b) = block_size(import, call, id)?;
    if c % (b * b) != 0 {
        return Err(format!("{c} channels are no blocks of {b}: export it again").into());
    }
    let d = c / (b * b);
    let (cut, order) = match call.text("mode", "DCR") {
        "CRD" => ([d, b, b, h, w], vec![0, 1, 4, 2, 5, 3]),
        _ => ([b, b, d, h, w], vec![0, 3, 4, 1, 5, 2]),
    };
    let cut = [Extent::Of(0)].into_iter().chain(cut.map(Extent::Is)).collect();
    blocks(import, id, cut, order, [d, h * b, w * b])
}

/// SpaceToDepth.
pub fn space_to_depth(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let ([c, h, w], b) = block_size(import, call, id)?;
    if h % b != 0 || w % b != 0 {
        return Err(format!("{h} x {w} are no blocks of {b}: choose another size").into());
    }
    let cut = [Extent::Of(0)].into_iter().chain([c, h / b, b, w / b, b].map(Extent::Is)).collect();
    blocks(import, id, cut, vec![0, 3, 5, 1, 2, 4], [c * b * b, h / b, w / b])
}
