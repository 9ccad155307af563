//! Normalisations.

use super::arithmetic::of_two;
use super::axes;
use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Fixed, Held, Import, Outcome};
use super::tensor::Tensor;
use crate::network::graph::NodeId;
use crate::network::op::{
    Activation, Arithmetic, BatchNorm, Extent, LayerNorm, Op, Padding, Pool, Pooling, Reshape, Window,
};

/// BatchNormalization, with the statistics of the file even where it was exported in training mode.
pub fn batch(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let channels = *import.shape(id).get(1).ok_or("its input has no channels: export it again")?;
    if call.int("training_mode", 0) != 0 || (call.opset < 14 && call.outputs() > 1) {
        import.note("Batch normalisation was exported in training mode; it is run with the statistics in the file.");
    }
    if call.opset < 9 && call.int("spatial", 1) == 0 {
        return Err("it has statistics for each place (spatial=0), which is not understood: export it again".into());
    }
    let mut names = vec![];
    for at in 1..5 {
        let part = args.wanted(at)?;
        let name = part.name.clone();
        names.push(import.store_own(&name, &[channels], checked(part, channels)?)?);
    }
    let variance = names.remove(3);
    if import.parameters.values(&variance).iter().any(|&v| v < 0.0) {
        return Err("its variances are below zero: export it again".into());
    }
    let mut names = names.into_iter().map(Some);
    let mut next = || names.next().flatten();
    let (weight, bias, mean) = (next(), next(), next());
    import.one(
        Op::BatchNorm(BatchNorm { channels, epsilon: call.float("epsilon", 1e-5), weight, bias, mean, variance }),
        &[id],
    )
}

/// Numbers, as many as there are channels.
fn checked(fixed: Fixed, channels: usize) -> Result<Vec<f32>, Refusal> {
    let floats = fixed.into_floats()?;
    if floats.len() == channels {
        Ok(floats)
    } else {
        Err(format!("{} numbers for {channels} channels: export it again", floats.len()).into())
    }
}

/// LayerNormalization, over the axes from the one named.
pub fn layer(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let shape = import.shape(id).to_vec();
    let first = axes::axis(call.int("axis", -1), shape.len())?;
    let id = layer_norm(import, id, first, call.float("epsilon", 1e-5), (args.fixed(1)?, args.fixed(2)?))?;
    Ok(vec![Held::Node(id)])
}

fn layer_norm(
    import: &mut Import,
    id: NodeId,
    first: usize,
    epsilon: f32,
    (weight, bias): (Option<Fixed>, Option<Fixed>),
) -> Result<NodeId, Refusal> {
    let axes = (first, import.shape(id).len());
    let count = import.shape(id)[first..].iter().product();
    if import.batch_axis(id).is_some_and(|axis| axis >= first) {
        return Err("it would mix the pictures of a batch: export it again".into());
    }
    let mut stored = |fixed: Option<Fixed>| -> Result<Option<String>, Refusal> {
        let Some(fixed) = fixed else { return Ok(None) };
        let name = fixed.name.clone();
        let mut values = checked(fixed.clone(), count).or_else(|refusal| match fixed.value() {
            Ok(one) if one.count() == 1 => Ok(vec![one.scalar()?; count]),
            _ => Err(refusal),
        })?;
        values.truncate(count);
        Ok(Some(import.store_own(&name, &[count], values)?))
    };
    let (weight, bias) = (stored(weight)?, stored(bias)?);
    import.push(Op::LayerNorm(LayerNorm { axes, count, epsilon, weight, bias }), &[id])
}

/// SkipLayerNormalization: a sum, and a layer norm.
pub fn skip_layer(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let mut sum = of_two(import, Arithmetic::Add, args.held(0)?, args.held(1)?)?;
    if args.has(4) {
        sum = of_two(import, Arithmetic::Add, sum, args.held(4)?)?;
    }
    let id = import.node(sum.clone())?;
    let last = import.shape(id).len() - 1;
    let norm = layer_norm(import, id, last, call.float("epsilon", 1e-12), (args.fixed(2)?, args.fixed(3)?))?;
    let norm = Held::Node(norm);
    // Its second and third outputs, mean and deviation, are never made; the fourth is the sum.
    Ok(if call.outputs() > 3 { vec![norm.clone(), norm.clone(), norm, sum] } else { vec![norm] })
}

/// Factors and summands per channel, along axis 1.
fn per_channel(import: &mut Import, id: NodeId, at: [Fixed; 2]) -> Result<NodeId, Refusal> {
    let rank = import.shape(id).len();
    let channels = import.shape(id)[1];
    let mut held = Held::Node(id);
    for (fixed, op) in at.into_iter().zip([Arithmetic::Multiply, Arithmetic::Add]) {
        let mut shape = vec![1; rank - 1];
        shape[0] = channels;
        let name = format!("{}.{channels}", fixed.name);
        let column = import.fixed(&name, Tensor::floats(shape, checked(fixed, channels)?));
        held = of_two(import, op, held, Held::Fixed(column))?;
    }
    import.node(held)
}

/// InstanceNormalization: each channel's places by themselves, then factors and summands per channel.
pub fn instance(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    if import.shape(id).len() < 3 {
        return Err("its input has no places: export it again".into());
    }
    let norm = layer_norm(import, id, 2, call.float("epsilon", 1e-5), (None, None))?;
    Ok(vec![Held::Node(per_channel(import, norm, [args.wanted(1)?, args.wanted(2)?])?)])
}

/// GroupNormalization: groups of channels by themselves; factors per group until opset 20, per channel since.
pub fn group(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let shape = import.shape(id).to_vec();
    let groups = usize::try_from(call.int("num_groups", 0)).unwrap_or(0);
    if shape.len() < 3 || groups == 0 || !shape[1].is_multiple_of(groups) {
        return Err(format!("{groups} groups of {shape:?}: export it again").into());
    }
    let grouped = Reshape(vec![Extent::Of(0), Extent::Is(groups), Extent::Rest]);
    let grouped = import.push(Op::Reshape(grouped), &[id])?;
    let norm = layer_norm(import, grouped, 2, call.float("epsilon", 1e-5), (None, None))?;
    let back = [Extent::Of(0)].into_iter().chain(shape[1..].iter().map(|&length| Extent::Is(length))).collect();
    let norm = import.push(Op::Reshape(Reshape(back)), &[norm])?;
    let wide = |fixed: Fixed| -> Result<Fixed, Refusal> {
        let value = fixed.value()?;
        if value.count() != groups || groups == shape[1] {
            return Ok(fixed);
        }
        let each = shape[1] / groups;
        let floats = value.to_floats().into_iter().flat_map(|v| std::iter::repeat_n(v, each)).collect();
        Ok(import.fixed(&format!("{}.channels", fixed.name), Tensor::floats(vec![shape[1]], floats)))
    };
    let parts = [wide(args.wanted(1)?)?, wide(args.wanted(2)?)?];
    Ok(vec![Held::Node(per_channel(import, norm, parts)?)])
}

/// LRN: `x / (bias + alpha / size * sum of squares over neighbouring channels) ^ beta`.
pub fn across_channels(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let id = import.node(args.held(0)?)?;
    let &[_, channels, ref places @ ..] = import.shape(id) else {
        return Err("its input has no channels: export it again".into());
    };
    let (places, size) = (places.to_vec(), usize::try_from(call.int("size", 1)).unwrap_or(0));
    if !(1..=1 << 14).contains(&size) {
        return Err(format!("it takes {size} channels together: export it again").into());
    }
    let plane = Reshape(vec![Extent::Of(0), Extent::Is(1), Extent::Of(1), Extent::Rest]);
    let squares = import.push(Op::Activation(Activation::Square), &[id])?;
    let squares = import.push(Op::Reshape(plane), &[squares])?;
    let window = Window {
        kernel: [size, 1],
        padding: Padding::Explicit { rows: ((size - 1) / 2, size / 2), columns: (0, 0) },
        ..Window::square(1, 1, 0)
    };
    let pool = Pool { pooling: Pooling::Average { with_padding: true }, window };
    let mean = import.push(Op::Pool(pool), &[squares])?;
    let lengths = [channels].into_iter().chain(places).map(Extent::Is);
    let back = [Extent::Of(0)].into_iter().chain(lengths).collect();
    let mean = import.push(Op::Reshape(Reshape(back)), &[mean])?;
    let affine = Activation::Affine { scale: call.float("alpha", 1e-4), shift: call.float("bias", 1.0) };
    let base = import.push(Op::Activation(affine), &[mean])?;
    let beta = import.fixed(&format!("{}.beta", call.name()), Tensor::floats(vec![], vec![call.float("beta", 0.75)]));
    let beta = import.node(Held::Fixed(beta))?;
    let power = import.push(Op::Arithmetic(Arithmetic::Power), &[base, beta])?;
    import.one(Op::Arithmetic(Arithmetic::Divide), &[id, power])
}
