//! Guided Grad-CAM: guided backpropagation where Grad-CAM is strong.
//!
//! `R = guided backpropagation x Grad-CAM enlarged to the input` (Selvaraju et al. 2017).

use super::derivative::Derivative;
use super::gradcam;
use super::prelude::*;
use crate::map::resample::{Interpolation, resample};

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "guided_gradcam",
    title: "Guided Grad-CAM",
    sentence: "The fine lines of guided backpropagation, where Grad-CAM is strong.",
    formula: "R = guided backpropagation times Grad-CAM, enlarged to the input by straight lines between places",
    caution: "Its detail is guided backpropagation's, which hardly depends on the network; only where it lies is Grad-CAM's.",
    citation: Citation {
        short: "Selvaraju et al. 2017",
        title: "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
        source: "ICCV 2017, arXiv 1610.02391",
    },
    family: Family::Gradient,
    needs: &[Need::Rectifiers, Need::Features],
    sign: Sign::Signed,
    promises: &[],
    params: &[LAYER],
};

/// Passes it takes.
pub(super) fn cost(_: &Settings, plan: &Plan) -> Cost {
    Cost::of(1.0, 1.0 + plan.suffix)
}

/// The map of the input's size.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let node = work.layer()?;
    let cam = gradcam::weighted(work, node).clamp_min(0.0);
    let [_, _, rows, columns] = cam.dims();
    let guided = Derivative::Guided.here(work)?.read().await?;
    let cam = Value::from(cam).read().await?;
    let large = resample(&cam, (rows, columns), work.session.size, Interpolation::Bilinear);
    let values = guided.iter().enumerate().map(|(i, g)| g * large[i % large.len()]).collect();
    Ok(work.map(values).at(&work.session.network.graph.nodes[node].name))
}
