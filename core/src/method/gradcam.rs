//! Grad-CAM: the last feature maps, weighted by how much each speaks for the target.
//!
//! `w_k = mean_ij dlogit/dA_kij`, `R_ij = max(sum_k w_k A_kij, 0)` (Selvaraju et al. 2017).

use crate::descriptor::{Citation, Entry, Sign};
use crate::map::Map;
use crate::network::session::Session;
use crate::network::value::{ReadError, Value};

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "gradcam",
    title: "Grad-CAM",
    sentence: "Where the last feature maps that speak for the class are strong.",
    citation: Citation {
        short: "Selvaraju et al. 2017",
        title: "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
        source: "ICCV 2017, arXiv 1610.02391",
    },
    sign: Sign::Positive,
    passes: 2,
    params: &[],
};

/// The map at the size of the last feature maps.
///
/// # Shapes
/// `[1, h, w]`, of the network's feature node.
///
/// # Errors
/// If the device fails.
pub async fn run(session: &mut Session<'_>, target: usize) -> Result<Map, ReadError> {
    let node = session.features;
    let value = session.value(node);
    let features = session.maps(value);
    let [_, _, height, width] = features.dims();
    let signal = session.gradient(target, node);
    let weights = session.maps(signal).mean_dim(3).mean_dim(2);
    let map = (features * weights).sum_dim(1).clamp_min(0.0);
    let values = Value::from(map).read().await?;
    Ok(super::finish(&ENTRY, session, target, values, (1, height, width), Some(node)))
}
