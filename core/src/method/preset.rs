//! Presets: methods with their settings, as a study used them or as this project advises.
//!
//! What a study did to maps before it scored them are steps. What it did beyond is written down too, so that nobody takes a
//! preset for more than it is.

use super::entry;
use crate::descriptor::{Entry, Settings};
use crate::map::steps::StepSpec;

/// A list of methods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// Name in commands and links.
    pub id: &'static str,
    /// Name as a person reads it.
    pub title: &'static str,
    /// What it is for, in one sentence.
    pub sentence: &'static str,
    /// The methods.
    pub members: &'static [Member],
}

/// A method of a preset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Its id.
    pub method: &'static str,
    /// What is set, as typed.
    pub settings: &'static [(&'static str, &'static str)],
    /// What is done to its map before it is scored.
    pub steps: &'static [Step],
    /// What the study did that neither settings nor steps say; empty where nothing.
    pub beyond: &'static str,
}

/// A step and what is set of it, as typed.
pub type Step = (&'static str, &'static [(&'static str, &'static str)]);

const fn member(
    method: &'static str,
    settings: &'static [(&'static str, &'static str)],
    steps: &'static [Step],
    beyond: &'static str,
) -> Member {
    Member { method, settings, steps, beyond }
}

const SUMMED: &[Step] = &[("sum", &[])];

/// Gradients in FAccT 2024. A gradient that is zero everywhere had no map there either.
const FOLDED: &[Step] = &[("absmax", &[]), ("minmax", &[])];

/// Gradients in ACML 2024, all that its paper has.
const SMOOTH: &[Step] = &[("smooth", &[])];

/// Grad-CAM in FAccT 2024: enlarged first, then stretched. What a map has above zero is what the method gives.
const ENLARGED: &[Step] = &[("resize", &[]), ("minmax", &[])];

/// Maps by pytorch-grad-cam: stretched, enlarged, stretched again.
const STRETCHED: &[Step] = &[("minmax", SEVENTH), ("resize", &[]), ("minmax", SEVENTH)];

const SEVENTH: &[(&str, &str)] = &[("guard", "1e-7")];

/// The spacing of doubles at 1, which the ACML 2024 study adds to denominators.
const SPACING: &[(&str, &str)] = &[("guard", "2.220446049250313e-16")];

/// All presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "recommended",
        title: "Recommended",
        sentence: "A coarse view and a finer one, one that adds up to the score, one that smooths noise away, and edges as a control.",
        members: &[
            member("gradcam", &[], &[], ""),
            member("layercam", &[], &[], ""),
            member("integrated_gradients", &[], &[], ""),
            member("smoothgrad", &[], &[], ""),
            member("sobel", &[], &[], ""),
        ],
    },
    Preset {
        id: "facct24",
        title: "FAccT 2024",
        sentence: "The methods of \"Classification metrics for image explanations\" (FAccT 2024), with that study's settings.",
        members: &[
            member("kernelshap", &[("samples", "100")], &[], ""),
            member("bcos", &[], &[], ""),
            member("smoothgrad", &[("samples", "10"), ("noise", "0.2")], FOLDED, ""),
            member("lrp", &[("composite", "facct24")], SUMMED, ""),
            member("gradcam", &[], ENLARGED, ""),
            member(
                "lime",
                &[("hidden", "black"), ("show", "best_five")],
                &[],
                "the study's photos went through a rounding that made levels 1 to 63 one darker",
            ),
            member("gradcam_plus_plus", &[], STRETCHED, ""),
            member("integrated_gradients", &[("steps", "30")], SUMMED, ""),
        ],
    },
    Preset {
        id: "acml24",
        title: "ACML 2024",
        sentence: "The methods of the ACML 2024 study of faithfulness, with that study's settings.",
        members: &[
            member("fakecam", &[], &[], ""),
            member("gradient", OWN, SMOOTH, DRAWS),
            member(
                "integrated_gradients",
                &[("steps", "100"), ("statistics", "batch"), ("class", "own")],
                SMOOTH,
                DRAWS,
            ),
            member("guided_backpropagation", OWN, SMOOTH, DRAWS),
            member("gradcam", &[], STRETCHED, ""),
            member("gradcam_plus_plus", &[], STRETCHED, ""),
            member("scorecam", &[], STRETCHED, ""),
            member(
                "iba",
                &[],
                &[("resize", &[("how", "mirrored")]), ("minmax", &[])],
                "the study took what the layer usually holds from the very photos it explained, all of them",
            ),
            member(
                "rise",
                &[("masks", "32"), ("cells", "4"), ("share", "0.1"), ("output", "logit")],
                &[("minmax", SPACING)],
                "",
            ),
            member(
                "lime",
                &[
                    ("samples", "40"),
                    ("hidden", "zero"),
                    ("model", "lasso"),
                    ("alpha", "0.08"),
                    ("width", "1000"),
                    ("output", "logit"),
                ],
                &[("absolute", &[]), ("minmax", SPACING)],
                "the study weighed samples by the distance between pictures (nearly alike, as here), cut segments from \
                 normalised colours, and did not ask for the whole picture first",
            ),
        ],
    },
];

/// The ACML 2024 study left networks in training mode when it took gradients, and asked them so for the class.
const OWN: &[(&str, &str)] = &[("statistics", "batch"), ("class", "own")];

/// What nobody can draw again.
const DRAWS: &str = "where the network has dropout (of the study's two, VGG-16) the study's draws were others, and are not \
    recorded";

/// The preset of that id.
#[must_use]
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

impl Preset {
    /// What it does to the map of a method before it is scored; nothing where it does not have the method.
    #[must_use]
    pub fn steps_of(&self, method: &str) -> Vec<StepSpec> {
        self.members.iter().find(|member| member.method == method).map(Member::steps).unwrap_or_default()
    }
}

impl Member {
    /// What is said of its method.
    ///
    /// # Panics
    /// If there is no such method, which a test rules out.
    #[must_use]
    pub fn entry(&self) -> &'static Entry {
        entry(self.method).unwrap_or_else(|| panic!("{} is no method", self.method))
    }

    /// What is set.
    ///
    /// # Panics
    /// If a setting does not fit, which a test rules out.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let params = self.entry().params;
        let read = |id: &str, text: &str| {
            let param =
                params.iter().find(|param| param.id == id).unwrap_or_else(|| panic!("{} has no {id}", self.method));
            param.read(text).unwrap_or_else(|why| panic!("{}: {why}", self.method))
        };
        Settings(self.settings.iter().map(|&(id, text)| (id.to_owned(), read(id, text))).collect())
    }

    /// What is done to its map before it is scored.
    ///
    /// # Panics
    /// If there is no such step or a setting does not fit it, which a test rules out.
    #[must_use]
    pub fn steps(&self) -> Vec<StepSpec> {
        let step = |&(id, settings): &Step| {
            let spec = StepSpec::typed(id, settings.iter().copied());
            spec.unwrap_or_else(|why| panic!("{}: {why}", self.method))
        };
        self.steps.iter().map(step).collect()
    }

    /// How it differs from the method as it is usually run here, and from the study; none where it does not.
    #[must_use]
    pub fn difference(&self) -> Option<String> {
        let params = self.entry().params;
        let settings = self.settings().unusual(params);
        let set = settings.0.iter().map(|(id, setting)| {
            let usual = params.iter().find(|param| param.id == id).and_then(|param| param.domain.default());
            let usual = usual.map(|usual| format!(" (usually {usual})")).unwrap_or_default();
            format!("{id} {setting}{usual}")
        });
        let set = set.collect::<Vec<_>>().join(", ");
        let steps = self.steps().iter().map(StepSpec::to_string).collect::<Vec<_>>().join(", ");
        let steps = if steps.is_empty() { steps } else { format!("then {steps}") };
        let parts = [set.as_str(), &steps, self.beyond].into_iter().filter(|part| !part.is_empty());
        let parts = parts.collect::<Vec<_>>().join("; ");
        (!parts.is_empty()).then(|| format!("{}: {parts}.", self.entry().title))
    }
}

impl Preset {
    /// What a reader must know who compares its maps with the study's or with the usual ones: a sentence each.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        self.members.iter().filter_map(Member::difference).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_name_methods_that_are_here_with_settings_that_fit() {
        for preset in PRESETS {
            for (i, member) in preset.members.iter().enumerate() {
                assert!(member.settings().complete(member.entry().params).is_ok(), "{} {}", preset.id, member.method);
                assert_eq!(member.steps().len(), member.steps.len());
                assert!(!preset.members[..i].iter().any(|other| other.method == member.method), "{}", member.method);
            }
        }
    }

    #[test]
    fn differences_are_told() {
        let told = preset("facct24").unwrap().differences();
        assert!(
            told.contains(
                &"SmoothGrad: noise 0.2 (usually 0.15), samples 10 (usually 50); then absmax, minmax.".into()
            ),
            "{told:?}"
        );
        assert!(told.contains(&"Integrated gradients: steps 30 (usually 50); then sum.".into()), "{told:?}");
        assert!(preset("recommended").unwrap().differences().is_empty());
    }
}
