//! Layer-wise relevance propagation: the target's value, handed back layer by layer to what each number was summed up from.
//!
//! `R_i = sum_j x_i w_ij R_j / z_j`, and its kin: a composite says which rule holds where (Bach et al. 2015; Montavon et al.
//! 2019; Kohlbrenner et al. 2020). It starts with the target's logit. What biases and stabilisers take, or rules that do
//! not keep the sum, is told with the map as what is missing.

use super::prelude::*;
use crate::network::rule::composite::Choices;
use crate::network::rule::{Bounds, Rules};
use crate::photo::Preprocess;
use serde::{Deserialize, Serialize};

/// What is said of it.
pub const ENTRY: Entry = Entry {
    id: "lrp",
    title: "Layer-wise relevance propagation",
    sentence: "The class's logit, handed back layer by layer to what each number was summed up from.",
    formula: "R_i = sum over j of x_i w_ij R_j / (z_j + e sign(z_j)), or as the composite's rules say, from the logit down",
    caution: "Maps by z+ and alpha-beta hardly change with the class (Sixt et al. 2020). The technique has been described as \
              patented, free for personal and scientific use (documentation of LXT): check for yourself.",
    citation: Citation {
        short: "Bach et al. 2015",
        title: "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance Propagation",
        source: "PLoS ONE 10(7), doi 10.1371/journal.pone.0130140",
    },
    family: Family::Propagation,
    needs: &[],
    sign: Sign::Signed,
    promises: &[Promise::Complete],
    params: &[
        Param {
            id: "composite",
            sentence: "Which rule holds for which layers.",
            unit: "",
            domain: Domain::Choice(&[
                ("epsilon_plus", "z+ for convolutions, epsilon for linear layers."),
                ("epsilon_plus_flat", "The same, and the first layer shares evenly."),
                ("epsilon", "Epsilon for all layers; in transformers attention weights count as constant (CP-LRP)."),
                ("epsilon_gamma_box", "Gamma 0.25 for convolutions, epsilon for linear layers, z-box for the first."),
                ("alpha2_beta1", "Alpha 2 and beta 1 for convolutions, epsilon for linear layers."),
                ("attention", "AttnLRP with epsilon for all layers with weights."),
                ("facct24", "The rules of the FAccT 2024 study; epsilon and bias have no say in it."),
            ]),
        },
        Param {
            id: "epsilon",
            sentence: "What the epsilon rule adds to the size of each sum it divides by.",
            unit: "",
            domain: Domain::Real { default: 1e-6, least: 1e-9, most: 1e3 },
        },
        Param {
            id: "bias",
            sentence: "What becomes of relevance that belongs to biases.",
            unit: "",
            domain: Domain::Choice(&[
                ("lost", "It stays with them, and is missing in the map."),
                ("handed_on", "The inputs get it: biases are left out of the sums."),
            ]),
        },
    ],
};

/// Passes it takes: the shared one, which keeps more then, and each layer again by its rule.
pub(super) fn cost(settings: &Settings, _: &Plan) -> Cost {
    match settings.choice("composite") {
        "epsilon_gamma_box" | "alpha2_beta1" => Cost::of(3.0, 2.0),
        "facct24" => Cost::of(3.0, 1.0),
        _ => Cost::of(2.0, 1.0),
    }
}

/// The rules that the settings name.
pub(super) fn rules(settings: &Settings, preprocess: &Preprocess) -> Rules {
    let level = |byte: f32| [0, 1, 2].map(|c| (byte - preprocess.mean[c]) / preprocess.std[c]);
    let choices = Choices {
        epsilon: settings.real("epsilon") as f32,
        bias: settings.choice("bias") == "lost",
        bounds: Bounds::Channels { low: level(0.0), high: level(255.0) },
    };
    match settings.choice("composite") {
        "epsilon" => Rules::epsilon(&choices),
        "epsilon_plus" => Rules::epsilon_plus(&choices),
        "epsilon_plus_flat" => Rules::epsilon_plus_flat(&choices),
        "epsilon_gamma_box" => Rules::epsilon_gamma_box(&choices),
        "alpha2_beta1" => Rules::alpha2_beta1(&choices),
        "attention" => Rules::attention(&choices),
        "facct24" => Rules::facct24(),
        other => panic!("{other} is no composite"),
    }
}

/// The relevance of the input's numbers.
///
/// # Shapes
/// `[3, H, W]`.
pub(super) async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    let rules = rules(&work.settings, &work.session.network.card.preprocess);
    let start = work.session.parts(&work.objective);
    let relevance = work.session.relevance(&work.objective, &rules, &[0]).remove(0);
    let start = start.read().await?.iter().map(|&part| f64::from(part)).sum();
    let map = work.map(relevance.read().await?);
    Ok(Work::with_residual(map, start))
}

/// How much relevance there is at a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerSum {
    /// Its name.
    pub layer: String,
    /// The sum of the relevance of its values, all that take them added.
    pub sum: f64,
}

/// The sums of relevance at all layers, from the input to the logits: where it is lost or made.
///
/// # Errors
/// If the device fails.
pub async fn sums(
    session: &mut Session<'_>,
    objective: &Objective,
    settings: &Settings,
) -> Result<Vec<LayerSum>, MethodError> {
    let rules = rules(settings, &session.network.card.preprocess);
    let sums = session.relevance_sums(objective, &rules).await?;
    let names = session.network.graph.nodes.iter().map(|node| node.name.clone());
    Ok(names.zip(sums).map(|(layer, sum)| LayerSum { layer, sum }).collect())
}
