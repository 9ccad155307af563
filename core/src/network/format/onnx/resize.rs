//! Pictures to other sizes: Resize of opsets 10 to 19, and Upsample before it.

use super::axes;
use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Held, Import, Outcome};
use crate::network::graph::NodeId;
use crate::network::op::Op;
use crate::network::op::resampling::{Kernel, Place, Resample, Rounding, Target};

/// Upsample: scales as an attribute until opset 8, as an input in 9; always asymmetric and rounded down.
pub fn upsample(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let scales = match args.fixed(1)? {
        Some(scales) => scales.value()?.to_floats(),
        None => call.floats("scales").ok_or("its scales are missing: export it again")?.to_vec(),
    };
    let id = import.node(args.held(0)?)?;
    let kernel = kernel(call.text("mode", "nearest"), Place::Asymmetric, Rounding::Floor, -0.75)?;
    let scale = of_places(import, id, &all(&scales), 1.0)?;
    resample(import, id, kernel, Target::Scale(scale))
}

fn all<T: Copy>(values: &[T]) -> Vec<(usize, T)> {
    values.iter().copied().enumerate().collect()
}

fn kernel(mode: &str, place: Place, rounding: Rounding, slope: f32) -> Result<Kernel, Refusal> {
    Ok(match mode {
        "nearest" => Kernel::Nearest { place, rounding },
        "linear" | "bilinear" => Kernel::Linear(place),
        "cubic" => Kernel::Cubic { place, slope },
        other => return Err(format!("the mode {other} is not known: export with linear").into()),
    })
}

fn resample(import: &mut Import, id: NodeId, kernel: Kernel, size: Target) -> Outcome {
    let same = match size {
        Target::Size(size) => import.shape(id).get(2..) == Some(&size[..]),
        Target::Scale(scale) => scale == [1.0, 1.0],
    };
    if same { Ok(vec![Held::Node(id)]) } else { import.one(Op::Resample(Resample { size, kernel }), &[id]) }
}

/// What is asked for rows and columns; other axes have to stay as they are.
fn of_places<T: Copy + PartialEq>(
    import: &Import,
    id: NodeId,
    wanted: &[(usize, T)],
    stays: T,
) -> Result<[T; 2], Refusal> {
    if import.shape(id).len() != 4 {
        let shape = import.shape(id);
        return Err(format!("its input is {shape:?}, and only pictures are understood: export it so").into());
    }
    if wanted.iter().any(|&(axis, value)| axis < 2 && value != stays) {
        return Err("it resizes across pictures or channels: export it so that rows and columns alone change".into());
    }
    let of = |place: usize| wanted.iter().find(|(axis, _)| *axis == place).map_or(stays, |&(_, value)| value);
    Ok([of(2), of(3)])
}

/// Resize.
pub fn resize(import: &mut Import, call: &Call, args: Args) -> Outcome {
    for (name, wanted) in [("antialias", 0), ("exclude_outside", 0)] {
        if call.int(name, wanted) != wanted {
            return Err(format!("{name} is not understood: export with {name}=0").into());
        }
    }
    let id = import.node(args.held(0)?)?;
    let old = call.opset < 11;
    let place = match call.text("coordinate_transformation_mode", if old { "asymmetric" } else { "half_pixel" }) {
        "half_pixel" => Place::HalfPixel,
        "pytorch_half_pixel" => Place::PytorchHalfPixel,
        "align_corners" => Place::AlignCorners,
        "asymmetric" => Place::Asymmetric,
        other => return Err(format!("the coordinates {other} are not understood: export with half_pixel").into()),
    };
    let rounding = match call.text("nearest_mode", if old { "floor" } else { "round_prefer_floor" }) {
        "round_prefer_floor" => Rounding::PreferFloor,
        "round_prefer_ceil" => Rounding::PreferCeil,
        "floor" => Rounding::Floor,
        _ => Rounding::Ceil,
    };
    let kernel = kernel(call.text("mode", "nearest"), place, rounding, call.float("cubic_coeff_a", -0.75))?;
    let (scales_at, sizes_at) = if old { (1, 2) } else { (2, 3) };
    let rank = import.shape(id).len();
    let listed = match call.ints("axes") {
        Some(list) => list.iter().map(|&axis| axes::axis(axis, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank).collect(),
    };
    let scales = args.fixed(scales_at)?.map(|fixed| Ok::<_, String>(fixed.value()?.to_floats())).transpose()?;
    if let Some(scales) = scales.filter(|scales| !scales.is_empty()) {
        let scale = of_places(import, id, &paired(&listed, &scales)?, 1.0)?;
        if scale.iter().any(|scale| !(1e-3..=1e3).contains(scale)) {
            return Err(format!("scales of {scale:?}: export it again").into());
        }
        let whole = |at: usize| (import.shape(id)[at + 2] as f32 * scale[at]).fract() == 0.0;
        if place == Place::AlignCorners && !(whole(0) && whole(1)) {
            return Err(
                "scales that give no whole size are read in two ways with align_corners: export with sizes".into()
            );
        }
        return resample(import, id, kernel, Target::Scale(scale));
    }
    let sizes = args.fixed(sizes_at)?.ok_or("neither its scales nor its sizes are there: export it again")?;
    let sizes = sizes.values[0].to_integers()?;
    let target =
        sizes_of_places(import, id, &paired(&listed, &sizes)?, call.text("keep_aspect_ratio_policy", "stretch"))?;
    resample(import, id, kernel, target)
}

fn paired<T: Copy>(axes: &[usize], values: &[T]) -> Result<Vec<(usize, T)>, Refusal> {
    if axes.len() == values.len() {
        Ok(axes.iter().copied().zip(values.iter().copied()).collect())
    } else {
        Err(format!("{} numbers for {} axes: export it again", values.len(), axes.len()).into())
    }
}

/// The size asked for, or the one nearest to it in the same proportions.
fn sizes_of_places(import: &Import, id: NodeId, wanted: &[(usize, i64)], policy: &str) -> Result<Target, Refusal> {
    let shape = import.shape(id).to_vec();
    let own = |axis: usize| shape.get(axis).map_or(0, |&length| length as i64);
    let places: Vec<(usize, i64)> =
        wanted.iter().copied().filter(|&(axis, size)| axis > 1 || size != own(axis)).collect();
    if shape.len() != 4 || places.iter().any(|&(axis, size)| axis < 2 || !(1..1 << 15).contains(&size)) {
        return Err(
            format!("sizes of {wanted:?} for {shape:?}: export it so that rows and columns alone change").into()
        );
    }
    let size = |place: usize| places.iter().find(|(axis, _)| *axis == place).map_or(own(place), |&(_, size)| size);
    let ratios = places.iter().map(|&(axis, size)| size as f32 / shape[axis] as f32);
    let scale = match policy {
        "not_larger" => ratios.fold(f32::INFINITY, f32::min),
        "not_smaller" => ratios.fold(0.0, f32::max),
        _ => return Ok(Target::Size([size(2) as usize, size(3) as usize])),
    };
    let scaled = |place: usize| match places.iter().any(|&(axis, _)| axis == place) {
        true => (scale * shape[place] as f32).round() as usize,
        false => shape[place],
    };
    Ok(Target::Size([scaled(2), scaled(3)]))
}
