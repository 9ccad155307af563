//! What PyTorch computed for eight photos with EfficientNet-Lite0 and two pictures with a tiny network, and how near
//! another engine must come. Reasons for the tolerances stand in tests/golden/lite0/README.md.

use crate::{bytes, root};
use half::f16;
use safetensors::SafeTensors;
use tessera_core::photo::{Input, Region};

/// Golden numbers of one picture.
pub struct Golden {
    /// Name of the picture.
    pub name: String,
    /// The exact pixels the network sees.
    pub input: Input,
    /// One logit a class.
    pub logits: Vec<f32>,
    /// The predicted class, and the second.
    pub classes: [usize; 2],
    /// Grad-CAM of both, at the size of the last features.
    pub gradcam: [Vec<f32>; 2],
    /// Gradient of the predicted class's logit at the normalised input, `[3, H, W]`.
    pub gradient: Vec<f32>,
    /// Whether the input is clear of kinks, so that the gradient may be asked for to rounding.
    pub smooth: bool,
}

/// The eight photos.
///
/// # Panics
/// If the golden file is damaged.
#[must_use]
pub fn lite0() -> Vec<Golden> {
    let folder = root().join("tests/golden/lite0");
    let file = bytes(folder.join("golden.safetensors"));
    let (_, metadata) = SafeTensors::read_metadata(&file).unwrap();
    let names = metadata.metadata().as_ref().unwrap()["photos"].clone();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let floats = |name: &str| four_bytes(&tensors, name).map(f32::from_le_bytes).collect::<Vec<_>>();
    let indices = |name: &str| four_bytes(&tensors, name).map(|b| i32::from_le_bytes(b) as usize).collect::<Vec<_>>();
    let (logits, scale) = (floats("logits"), floats("gradient_scale"));
    let (gradcam, gradcam_other) = (floats("gradcam"), floats("gradcam_other"));
    let (targets, others) = (indices("targets"), indices("others"));
    let gradient = tensors.tensor("gradient").unwrap();
    let gradient: Vec<f32> =
        gradient.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect();
    let row = |all: &[f32], i: usize, size: usize| all[i * size..][..size].to_vec();
    let photo = |(i, name): (usize, &str)| Golden {
        name: name.into(),
        input: crop(&folder.join(format!("{name}.png"))),
        logits: row(&logits, i, 1000),
        classes: [targets[i], others[i]],
        gradcam: [row(&gradcam, i, 49), row(&gradcam_other, i, 49)],
        gradient: row(&gradient, i, 3 * 224 * 224).into_iter().map(|value| value * scale[i]).collect(),
        smooth: false,
    };
    names.split(',').enumerate().map(photo).collect()
}

/// The tiny network's two pictures, one of its own size and one of an odd size (tests/golden/tiny).
///
/// # Panics
/// If the golden file is damaged.
#[must_use]
pub fn tiny() -> Vec<Golden> {
    let file = bytes(root().join("tests/golden/tiny/golden.safetensors"));
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let picture = |prefix: &str| {
        let floats = |name: &str| four_bytes(&tensors, &format!("{prefix}{name}")).map(f32::from_le_bytes).collect();
        let class = |name: &str| {
            four_bytes(&tensors, &format!("{prefix}{name}")).map(i32::from_le_bytes).next().unwrap() as usize
        };
        let pixels = tensors.tensor(&format!("{prefix}pixels")).unwrap();
        let (height, width) = (pixels.shape()[0], pixels.shape()[1]);
        Golden {
            name: format!("tiny {height} x {width}"),
            input: input(height, width, pixels.data().to_vec()),
            logits: floats("logits"),
            classes: [class("target"), class("other")],
            gradcam: [floats("gradcam"), floats("gradcam_other")],
            gradient: floats("gradient"),
            smooth: true,
        }
    };
    vec![picture(""), picture("odd_")]
}

fn four_bytes<'a>(tensors: &'a SafeTensors, name: &str) -> impl Iterator<Item = [u8; 4]> + 'a {
    tensors.tensor(name).unwrap().data().chunks_exact(4).map(|b| [b[0], b[1], b[2], b[3]])
}

fn crop(path: &std::path::Path) -> Input {
    let picture = image::open(path).unwrap().to_rgb8();
    let (height, width) = (picture.height() as usize, picture.width() as usize);
    input(height, width, picture.into_raw())
}

fn input(height: usize, width: usize, rgb: Vec<u8>) -> Input {
    Input { height, width, rgb, region: Region { left: 0.0, top: 0.0, width: width as f64, height: height as f64 } }
}

/// How far two lists of numbers are apart.
#[derive(Clone, Copy, Debug)]
pub struct Distance {
    /// Greatest difference over the reference's greatest absolute value.
    pub most: f64,
    /// Length of the difference over the reference's length.
    pub relative: f64,
    /// One less the cosine of the angle between them.
    pub turned: f64,
    /// Share of values off by more than 2 % of the reference's greatest.
    pub off: f64,
}

/// Measures how far `found` is from `reference`; anything that is no number is infinitely far.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn distance(found: &[f32], reference: &[f32]) -> Distance {
    assert_eq!(found.len(), reference.len(), "counts");
    let pairs = || found.iter().zip(reference).map(|(&a, &b)| (f64::from(a), f64::from(b)));
    if pairs().any(|(a, _)| !a.is_finite()) {
        return Distance { most: f64::INFINITY, relative: f64::INFINITY, turned: f64::INFINITY, off: 1.0 };
    }
    let greatest = pairs().fold(0.0, |most: f64, (_, b)| most.max(b.abs()));
    let most = pairs().fold(0.0, |most: f64, (a, b)| most.max((a - b).abs())) / greatest;
    let sum = |term: &dyn Fn((f64, f64)) -> f64| pairs().map(term).sum::<f64>();
    let lengths = (sum(&|(a, _)| a * a).sqrt(), sum(&|(_, b)| b * b).sqrt());
    Distance {
        most,
        relative: sum(&|(a, b)| (a - b) * (a - b)).sqrt() / lengths.1,
        turned: 1.0 - sum(&|(a, b)| a * b) / (lengths.0 * lengths.1),
        off: sum(&|(a, b)| if (a - b).abs() > 0.02 * greatest { 1.0 } else { 0.0 }) / found.len() as f64,
    }
}

/// Fails unless logits are within 1e-4 of the greatest.
///
/// # Panics
/// If they are not.
pub fn check_logits(found: &[f32], golden: &Golden) {
    let far = distance(found, &golden.logits);
    println!("{}: logits {:.1e} of the greatest", golden.name, far.most);
    assert!(far.most <= 1e-4, "{}: logits {far:?}", golden.name);
}

/// Fails unless a Grad-CAM map (of the predicted class, 0, or the second, 1) is within 1e-4 of its maximum.
///
/// # Panics
/// If it is not.
pub fn check_gradcam(found: &[f32], golden: &Golden, class: usize) {
    let far = distance(found, &golden.gradcam[class]);
    println!("{}: Grad-CAM of class {} {:.1e} of its maximum", golden.name, golden.classes[class], far.most);
    assert!(far.most <= 1e-4, "{}: Grad-CAM {far:?}", golden.name);
}

/// Fails unless a gradient keeps the rule for kinks, or is within 1e-5 relative where there are none; gives its relative
/// distance, whose median has a limit too.
///
/// # Panics
/// If it does not.
pub fn check_gradient(found: &[f32], golden: &Golden) -> f64 {
    let far = distance(found, &golden.gradient);
    println!(
        "{}: gradient {:.1e} relative, 1 - cosine {:.1e}, {:.1e} off",
        golden.name, far.relative, far.turned, far.off
    );
    let near = far.relative <= 2e-2 && far.turned <= 1e-4 && far.off <= 1e-3;
    assert!(near && (!golden.smooth || far.relative <= 1e-5), "{}: gradient {far:?}", golden.name);
    far.relative
}

/// Fails unless the median of the gradients' relative distances is at most 5e-3.
///
/// # Panics
/// If it is not.
pub fn check_median(mut distances: Vec<f64>) {
    distances.sort_by(f64::total_cmp);
    let median = distances[distances.len() / 2];
    println!("median of the gradients' relative distances: {median:.1e}");
    assert!(median <= 5e-3, "median {median}");
}
