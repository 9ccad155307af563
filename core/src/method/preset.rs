//! Presets: methods with their settings, as a study used them or as this project advises.
//!
//! What a study did beyond settings is written down here too, so that nobody takes a preset for more than it is.

use super::{ENTRIES, entry};
use crate::descriptor::{Entry, Settings};

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
    /// Titles of methods that belong to it and that are not here yet.
    pub absent: &'static [&'static str],
}

/// A method of a preset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Its id.
    pub method: &'static str,
    /// What is set, as typed.
    pub settings: &'static [(&'static str, &'static str)],
    /// What the study did that no setting says; empty where nothing.
    pub beyond: &'static str,
}

const fn member(
    method: &'static str,
    settings: &'static [(&'static str, &'static str)],
    beyond: &'static str,
) -> Member {
    Member { method, settings, beyond }
}

/// What both studies did with gradients before they scored them.
const FOLDED: &str = "the study kept the greatest absolute value of the three channels, stretched to 0 to 1";

/// What both studies did with class activation maps.
const STRETCHED: &str = "the study stretched maps to 0 to 1";

/// All presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "recommended",
        title: "Recommended",
        sentence: "A coarse view and a finer one, one that adds up to the score, one that smooths noise away, and edges as a control.",
        members: &[
            member("gradcam", &[], ""),
            member("layercam", &[], ""),
            member("integrated_gradients", &[], ""),
            member("smoothgrad", &[], ""),
            member("sobel", &[], ""),
        ],
        absent: &[],
    },
    Preset {
        id: "facct24",
        title: "FAccT 2024",
        sentence: "The methods of \"Classification metrics for image explanations\" (FAccT 2024), with that study's settings.",
        members: &[
            member("kernelshap", &[("samples", "100")], ""),
            member("bcos", &[], ""),
            member("smoothgrad", &[("samples", "10"), ("noise", "0.2")], FOLDED),
            member(
                "lrp",
                &[("composite", "facct24")],
                "the study did not merge batch norms into the layers before them, and gave them a rule of their own",
            ),
            member("gradcam", &[], STRETCHED),
            member("lime", &[("hidden", "black"), ("show", "best_five")], ""),
            member("gradcam_plus_plus", &[], STRETCHED),
            member("integrated_gradients", &[("steps", "30")], ""),
        ],
        absent: &[],
    },
    Preset {
        id: "acml24",
        title: "ACML 2024",
        sentence: "The methods of the ACML 2024 study of faithfulness, with that study's settings.",
        members: &[
            member("fakecam", &[], ""),
            member("gradient", &[], TRAINING),
            member("integrated_gradients", &[("steps", "100")], TRAINING),
            member("guided_backpropagation", &[], FOLDED),
            member("gradcam", &[], STRETCHED),
            member("gradcam_plus_plus", &[], STRETCHED),
            member("scorecam", &[], STRETCHED),
            member(
                "rise",
                &[("masks", "32"), ("cells", "4"), ("share", "0.1"), ("output", "logit")],
                "the study drew its masks once for all photos",
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
                "the study weighed samples by the distance between pictures, nearly alike, and kept absolute values",
            ),
        ],
        absent: &["IBA"],
    },
];

/// What the ACML 2024 study did with gradients.
const TRAINING: &str = "the study left the network in training mode, so that batch norms took each batch's own statistics, \
    and kept the greatest absolute value of the three channels, stretched to 0 to 1";

/// The preset of that id.
#[must_use]
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
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
        let parts = [set.as_str(), self.beyond].into_iter().filter(|part| !part.is_empty());
        let parts = parts.collect::<Vec<_>>().join("; ");
        (!parts.is_empty()).then(|| format!("{}: {parts}.", self.entry().title))
    }
}

impl Preset {
    /// What a reader must know who compares its maps with the study's or with the usual ones: a sentence each.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let mut all: Vec<String> = self.members.iter().filter_map(Member::difference).collect();
        let absent: Vec<&str> = self.absent.iter().copied().filter(|title| !is_here(title)).collect();
        if !absent.is_empty() {
            all.push(format!("Not here yet: {}.", absent.join(", ")));
        }
        all
    }
}

fn is_here(title: &str) -> bool {
    ENTRIES.iter().any(|entry| entry.title == title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_name_methods_that_are_here_with_settings_that_fit() {
        for preset in PRESETS {
            for (i, member) in preset.members.iter().enumerate() {
                assert!(member.settings().complete(member.entry().params).is_ok(), "{} {}", preset.id, member.method);
                assert!(!preset.members[..i].iter().any(|other| other.method == member.method), "{}", member.method);
            }
            for title in preset.absent {
                assert!(!is_here(title), "{} is here now: {} can name it", title, preset.id);
            }
        }
    }

    #[test]
    fn differences_are_told() {
        let told = preset("facct24").unwrap().differences();
        assert!(
            told[1].starts_with("SmoothGrad: noise 0.2 (usually 0.15), samples 10 (usually 50); the study"),
            "{told:?}"
        );
        assert!(told.iter().any(|one| one == "Integrated gradients: steps 30 (usually 50)."), "{told:?}");
        assert_eq!(told.last().unwrap(), "Not here yet: LRP.");
        assert!(preset("recommended").unwrap().differences().is_empty());
    }
}
