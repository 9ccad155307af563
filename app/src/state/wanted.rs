//! What is wanted of every photo: which methods with which settings, on which scale, with which seed.

use serde::{Deserialize, Serialize};
use tessera_core::descriptor::Scale;
use tessera_core::experiment::MethodSpec;

/// The methods whose maps are drawn without being asked for.
const USUAL: [&str; 2] = ["gradcam", "gradient"];

/// What is wanted of every photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// The methods, in the order they were chosen.
    methods: Vec<MethodSpec>,
    /// Those of them that stay when others are chosen in their place.
    #[serde(default)]
    pinned: Vec<MethodSpec>,
    /// The scale of the network's output.
    #[serde(default)]
    pub scale: Scale,
    /// Seed of everything drawn at random.
    #[serde(default)]
    pub seed: u64,
}

impl Default for Wanted {
    fn default() -> Self {
        let methods = USUAL.iter().map(|id| MethodSpec::plain(id)).collect();
        Self { methods, pinned: Vec::new(), scale: Scale::Logit, seed: 0 }
    }
}

impl Wanted {
    /// What was kept as text, without what is not known here any more.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut wanted: Self = serde_json::from_str(text).ok()?;
        let methods = std::mem::take(&mut wanted.methods);
        let pinned = std::mem::take(&mut wanted.pinned);
        wanted.add(methods.into_iter().filter(|spec| spec.complete().is_ok()));
        wanted.pinned = pinned.iter().map(MethodSpec::brief).filter(|spec| wanted.methods.contains(spec)).collect();
        Some(wanted)
    }

    /// The text to keep.
    #[must_use]
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The methods, in the order they were chosen.
    #[must_use]
    pub fn methods(&self) -> &[MethodSpec] {
        &self.methods
    }

    /// Whether that method is wanted with those settings.
    #[must_use]
    pub fn has(&self, spec: &MethodSpec) -> bool {
        self.methods.contains(&spec.brief())
    }

    /// Wants these too.
    pub fn add(&mut self, specs: impl IntoIterator<Item = MethodSpec>) {
        for spec in specs {
            let spec = spec.brief();
            if !self.methods.contains(&spec) {
                self.methods.push(spec);
            }
        }
    }

    /// Wants these alone, and what is pinned.
    pub fn only(&mut self, specs: impl IntoIterator<Item = MethodSpec>) {
        self.methods = self.pinned.clone();
        self.add(specs);
    }

    /// Does not want that one any more.
    pub fn remove(&mut self, spec: &MethodSpec) {
        self.methods.retain(|other| other != spec);
        self.pinned.retain(|other| other != spec);
    }

    /// Whether a method is pinned.
    #[must_use]
    pub fn is_pinned(&self, spec: &MethodSpec) -> bool {
        self.pinned.contains(spec)
    }

    /// Pins a method, or lets it go.
    pub fn pin(&mut self, spec: &MethodSpec) {
        if self.is_pinned(spec) {
            self.pinned.retain(|other| other != spec);
        } else {
            self.add([spec.clone()]);
            self.pinned.push(spec.brief());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eight() -> MethodSpec {
        let mut spec = MethodSpec::plain("smoothgrad");
        spec.settings.0.insert("samples".into(), 8.0.into());
        spec
    }

    #[test]
    fn other_settings_are_another_wish_and_the_usual_ones_are_none() {
        let mut wanted = Wanted::default();
        let mut fifty = MethodSpec::plain("smoothgrad");
        fifty.settings.0.insert("samples".into(), 50.0.into());
        wanted.add([fifty, MethodSpec::plain("smoothgrad"), eight()]);
        assert_eq!(wanted.methods().len(), 4);
        assert!(wanted.has(&eight()));
    }

    #[test]
    fn what_is_pinned_stays() {
        let mut wanted = Wanted::default();
        wanted.pin(&MethodSpec::plain("gradient"));
        wanted.only([eight()]);
        assert_eq!(wanted.methods(), [MethodSpec::plain("gradient"), eight()]);
        wanted.pin(&MethodSpec::plain("gradient"));
        wanted.only([eight()]);
        assert_eq!(wanted.methods(), [eight()]);
    }

    #[test]
    fn what_is_kept_comes_back_without_what_is_not_known() {
        let mut wanted = Wanted { seed: 7, scale: Scale::Probability, ..Wanted::default() };
        wanted.add([eight()]);
        wanted.pin(&eight());
        assert_eq!(Wanted::read(&wanted.write()), Some(wanted));
        let strange = r#"{"methods":[{"id":"tarot"},{"id":"gradcam"},{"id":"smoothgrad","settings":{"samples":-1}}]}"#;
        assert_eq!(Wanted::read(strange).unwrap().methods(), [MethodSpec::plain("gradcam")]);
        assert_eq!(Wanted::read("nonsense"), None);
    }
}
