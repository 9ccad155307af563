//! What the field's libraries made of networks (tests/golden/methods), and how near another engine must come.
//!
//! A tolerance is a relative length over the numbers stored: thirty times what the reference's own f32 is off its f64, and no
//! less than [`LEAST`]; tests/golden/methods/README.md has the reason.

use crate::{bytes, root};
use safetensors::SafeTensors;
use std::collections::BTreeMap;

/// The least tolerance: some f32 roundings in another order of sums.
const LEAST: f64 = 1e-5;

/// The least for sums over dozens of pictures in rectifier networks: rounding turns a unit over that is at its kink in one
/// of them, and that one's gradient moves by a few percent.
const TURNED: f64 = 5e-3;

/// The least for a descent by Adam, whose first steps move every weight by the whole rate, however near zero its gradient is,
/// so that rounding may turn a step around; and where a mask is zero, max pools have ties that engines break in their ways.
/// Most of the maps agree to 1e-5 all the same.
const DESCENDED: f64 = 5e-2;

/// The least for the FAccT rules, which want batch norms that were folded: taking them apart again rounds each weight once more.
const UNFOLDED: f64 = 5e-5;

/// What is a slope at the input.
const SLOPES: [&str; 3] = ["gradient", "input_x_gradient", "guided"];

/// Components whose sign hangs on a sum that a layer norm has made zero.
const UNSIGNED: [(&str, &str); 1] = [("convnext_tiny", "eigengradcam@features.5.8")];

/// What the references gave for one network.
pub struct References {
    /// Name of the file without its ending.
    pub file: String,
    /// The class that was explained.
    pub target: usize,
    /// What is said of each tensor.
    pub maps: serde_json::Value,
    /// Tensors by name.
    pub tensors: BTreeMap<String, Vec<f32>>,
}

impl References {
    /// Those of one network.
    ///
    /// # Panics
    /// If the file is damaged.
    #[must_use]
    pub fn open(file: &str) -> References {
        let bytes = bytes(root().join(format!("tests/golden/methods/{file}.safetensors")));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let metadata = metadata.metadata().clone().unwrap();
        let floats = |data: &[u8]| data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        References {
            file: file.into(),
            target: metadata["target"].parse().unwrap(),
            maps: serde_json::from_str(&metadata["maps"]).unwrap(),
            tensors: tensors.iter().map(|(name, view)| (name.to_string(), floats(view.data()))).collect(),
        }
    }

    fn number(&self, tensor: &str, of: &str) -> f64 {
        self.maps[tensor][of].as_f64().unwrap_or_else(|| panic!("{}, {tensor}: {of}", self.file))
    }

    /// How far a map is from the reference's, of which only what is above zero counts if `positive`; as a share of what is
    /// allowed.
    ///
    /// # Panics
    /// If there is no such tensor, or it has another size.
    #[must_use]
    pub fn off(&self, tensor: &str, found: &[f32], positive: bool) -> f64 {
        let expected = &self.tensors[tensor];
        let stride = found.len().div_ceil(expected.len());
        let found: Vec<f32> = found.iter().copied().step_by(stride).collect();
        assert_eq!(found.len(), expected.len(), "{}, {tensor}", self.file);
        let cut = |v: f32| if positive { v.max(0.0) } else { v };
        let square = |sum: f64, d: f64| sum + d * d;
        let apart =
            |sign: f32| found.iter().zip(expected).map(|(a, b)| f64::from(sign * a - cut(*b))).fold(0.0, square).sqrt();
        let unsigned = UNSIGNED.contains(&(self.file.as_str(), tensor));
        let apart = if unsigned { apart(1.0).min(apart(-1.0)) } else { apart(1.0) };
        let length = expected.iter().map(|&v| f64::from(v)).fold(0.0, square).sqrt();
        let least = match tensor.split('.').next().unwrap_or(tensor) {
            "integrated_gradients" => TURNED,
            // One of millions of rectifiers on a photo is as near its kink as that.
            name if self.file.ends_with("_trained") && SLOPES.iter().any(|slope| name.starts_with(slope)) => TURNED,
            "lrp" if tensor == "lrp.facct24" => UNFOLDED,
            name if name.starts_with("opticam") => DESCENDED,
            _ => LEAST,
        };
        let allowed = (30.0 * self.number(tensor, "noise")).max(least);
        println!("{:<28} {tensor:<44} {:.1e} of {allowed:.1e}", self.file, apart / length);
        apart / length / allowed
    }
}
