//! Attribution methods: one file each, named once in the table below.
//!
//! A method has an `ENTRY`, which says what it is and what can be set, a `cost`, which foretells its passes, and a `run`.
//! What several share has a file of its own: `derivative`, `noisy`, `sampling`, `gathered`, `moments`, `quadrature`, `principal`, `attention`,
//! `coalitions`, `regression`, `adam`, `output`.

mod adam;
mod attention;
mod coalitions;
mod derivative;
pub mod gathered;
mod moments;
mod noisy;
mod output;
mod prelude;
pub mod preset;
mod principal;
mod quadrature;
mod regression;
mod sampling;
pub mod work;

use crate::descriptor::{Catalogue, Choice, Cost, Domain, Entry, Param, Settings};
use crate::map::Map;
use crate::network::rule::Rules;
use crate::network::{Plan, Session};
use crate::photo::baseline::BASELINE;
pub use derivative::own_logits;
pub use gathered::{Gathered, Portion};
pub use work::{Flow, MethodError, Moment, Watcher, Work};

/// The parameter of methods that look at a layer.
pub const LAYER: Param = Param {
    id: "layer",
    sentence: "Which layer is looked at: the last whose values have places, if nothing is said.",
    unit: "",
    domain: Domain::Layer,
};

/// Names the methods once: their entries, which are data only, and the dispatch to their functions.
macro_rules! methods {
    ($($method:ident),+ $(,)?) => {
        $(pub mod $method;)+

        /// All methods, in the order a page shows them.
        pub const ENTRIES: &[Entry] = &[$($method::ENTRY),+];

        /// Passes that a method takes with these settings, complete ones.
        ///
        /// # Panics
        /// If there is no such method.
        #[must_use]
        pub fn cost(id: &str, settings: &Settings, plan: &Plan) -> Cost {
            $(if id == $method::ENTRY.id {
                return $method::cost(settings, plan);
            })+
            panic!("{id} is no method")
        }

        async fn dispatch(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
            let id = work.entry.id;
            $(if id == $method::ENTRY.id {
                return $method::run(work).await;
            })+
            panic!("{id} is no method")
        }
    };
}

methods!(
    gradcam,
    gradcam_plus_plus,
    xgradcam,
    hirescam,
    elementwise_cam,
    layercam,
    eigencam,
    eigengradcam,
    scorecam,
    ablationcam,
    opticam,
    gradient,
    input_x_gradient,
    integrated_gradients,
    expected_gradients,
    smoothgrad,
    smoothgrad_squared,
    vargrad,
    guided_backpropagation,
    guided_gradcam,
    deconvolution,
    lrp,
    deeplift,
    fullgrad,
    bcos,
    attention_rollout,
    gradient_weighted_attention,
    occlusion,
    rise,
    lime,
    kernelshap,
    iba,
    random,
    sobel,
    uniform,
    centre,
    fakecam,
);

/// The entry of that id.
#[must_use]
pub fn entry(id: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.id == id)
}

/// The methods as what can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Methods;

impl Catalogue for Methods {
    const ONE: &'static str = "method";

    fn ids() -> Vec<&'static str> {
        ENTRIES.iter().map(|entry| entry.id).collect()
    }

    fn find(id: &str) -> Option<(&'static str, &'static [Param])> {
        entry(id).map(|entry| (entry.title, entry.params))
    }
}

/// The backward passes that a method will make from the shared forward pass; none where it makes none, or walks through
/// samples of its own.
#[must_use]
pub fn foreseen(id: &str, settings: &Settings, session: &Session<'_>) -> Vec<Rules> {
    match id {
        _ if id == lrp::ENTRY.id => vec![lrp::rules(settings, &session.network.card.preprocess)],
        _ if id == guided_backpropagation::ENTRY.id => vec![Rules::guided()],
        _ if id == guided_gradcam::ENTRY.id => vec![Rules::gradient(), Rules::guided()],
        _ if id == deconvolution::ENTRY.id => vec![Rules::deconvolution()],
        _ => {
            let cost = cost(id, settings, session.plan());
            (cost.backward > 0.0 && cost.samples == 0).then(Rules::gradient).into_iter().collect()
        }
    }
}

impl Choice<Methods> {
    /// Whether it draws at random as it is set, so that the seed counts.
    #[must_use]
    pub fn draws(&self) -> bool {
        draws(&self.id, &self.settings)
    }

    /// Whether the network that it explains chooses the predicted or least likely class, and is another than the one that
    /// answers.
    #[must_use]
    pub fn chooses(&self) -> bool {
        derivative::chooses(&self.settings)
    }
}

fn draws(id: &str, settings: &Settings) -> bool {
    let drawn = derivative::is_in_training(settings) || settings.word(BASELINE.id) == Some("noise");
    drawn || entry(id).is_some_and(Entry::is_random)
}

/// Draws a method's map. Every number of it is finite.
///
/// # Errors
/// If the device fails, the network lacks what the method needs, or the map is not defined.
pub async fn run(work: &mut Work<'_, '_>) -> Result<Map, MethodError> {
    if cost(work.entry.id, &work.settings, work.session.plan()).samples == 0 {
        work.portion = None;
    }
    let map = dispatch(work).await?;
    match map.values.iter().filter(|value| !value.is_finite()).count() {
        0 => Ok(map),
        broken => Err(MethodError::Undefined(format!(
            "{broken} of the map's {} numbers are not finite: the network's own numbers overflow here, so there is no map.",
            map.values.len()
        ))),
    }
}
