//! Four crops that need no resampling, and the logits that onnxruntime gave for them (shared/data/check).

use crate::{bytes, shared};
use tessera_core::network::format::safetensors;
use tessera_core::network::parameters::Parameters;
use tessera_core::photo::{Input, Region};

/// Their names, in the order of the logits.
pub const NAMES: [&str; 4] = ["macaw-0", "zebra-0", "dalmatian-2", "teapot-0"];

/// The crops as networks see them, and the logits `[4, 1000]` by the network's name; none where they are absent.
///
/// # Panics
/// If a file is not what it should be.
#[must_use]
pub fn crops() -> Option<(Vec<Input>, Parameters)> {
    let folder = shared("data/check")?;
    let input = |name: &&str| {
        let picture = image::open(folder.join(format!("{name}-224.png"))).unwrap().to_rgb8();
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let region = Region { left: 0.0, top: 0.0, width: width as f64, height: height as f64 };
        Input { height, width, rgb: picture.into_raw(), region }
    };
    let logits = safetensors::read(&bytes(folder.join("logits.safetensors"))).unwrap().parameters;
    Some((NAMES.iter().map(input).collect(), logits))
}
