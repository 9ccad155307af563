//! Choosing methods: which are ticked, what was typed of their parameters, and whether it fits.

use super::order::entry;
use std::collections::BTreeMap;
use tessera_core::descriptor::{Entry, Need, Param, Settings};
use tessera_core::experiment::MethodSpec;
use tessera_core::method::ENTRIES;
use tessera_core::method::preset::Preset;

/// What is ticked and typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picking {
    /// Ids of the ticked methods.
    chosen: Vec<&'static str>,
    /// What was typed, by method and parameter.
    typed: BTreeMap<(&'static str, &'static str), String>,
    /// The method whose form is open.
    pub open: Option<&'static str>,
    /// The preset that was taken last, as long as nothing else was ticked.
    pub preset: Option<&'static str>,
    /// What is searched for.
    pub query: String,
}

impl Picking {
    /// Whether a method is ticked.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.chosen.contains(&id)
    }

    /// Ids of the ticked methods, in the order in which they were ticked.
    #[must_use]
    pub fn chosen(&self) -> &[&'static str] {
        &self.chosen
    }

    /// Number of ticked methods.
    #[must_use]
    pub fn count(&self) -> usize {
        self.chosen.len()
    }

    /// Ticks a method, or takes the tick away.
    pub fn tick(&mut self, id: &'static str) {
        self.preset = None;
        if self.has(id) {
            self.chosen.retain(|other| *other != id);
        } else {
            self.chosen.push(id);
        }
    }

    /// Ticks a preset's methods alone, with its settings, but those that need what the network lacks.
    pub fn take(&mut self, preset: &'static Preset, lacks: &[Need]) {
        let fits = |entry: &Entry| !entry.needs.iter().any(|need| lacks.contains(need));
        self.chosen = preset.members.iter().filter(|member| fits(member.entry())).map(|member| member.method).collect();
        self.typed.clear();
        for member in preset.members {
            for (param, text) in member.settings {
                self.typed.insert((member.method, param), (*text).to_owned());
            }
        }
        self.preset = Some(preset.id);
    }

    /// Ticks these methods alone, as they are set.
    pub fn set(&mut self, specs: &[MethodSpec]) {
        self.clear();
        for (entry, spec) in specs.iter().filter_map(|spec| Some((entry(&spec.id)?, spec))) {
            if !self.has(entry.id) {
                self.chosen.push(entry.id);
            }
            for param in entry.params {
                if let Some(value) = spec.settings.0.get(param.id) {
                    self.typed.insert((entry.id, param.id), value.to_string());
                }
            }
        }
    }

    /// Forgets all ticks and all that was typed.
    pub fn clear(&mut self) {
        *self = Self { query: std::mem::take(&mut self.query), ..Self::default() };
    }

    /// What stands in a parameter's field.
    #[must_use]
    pub fn text(&self, entry: &Entry, param: &Param) -> String {
        let typed = self.typed.get(&(entry.id, param.id)).cloned();
        typed.or_else(|| param.domain.default().map(|usual| usual.to_string())).unwrap_or_default()
    }

    /// Takes in what was typed; a method that is set is ticked.
    pub fn type_in(&mut self, entry: &'static Entry, param: &'static Param, text: String) {
        self.typed.insert((entry.id, param.id), text);
        self.preset = None;
        if !self.has(entry.id) {
            self.chosen.push(entry.id);
        }
    }

    /// Why what stands in a field does not fit.
    #[must_use]
    pub fn fault(&self, entry: &Entry, param: &Param) -> Option<String> {
        let text = self.typed.get(&(entry.id, param.id))?;
        if text.is_empty() && param.domain.default().is_none() {
            return None;
        }
        param.read(text).err().map(|why| why.to_string())
    }

    /// A method as it is set; none while something does not fit.
    #[must_use]
    pub fn spec(&self, entry: &Entry) -> Option<MethodSpec> {
        let mut settings = Settings::default();
        for param in entry.params {
            match self.typed.get(&(entry.id, param.id)) {
                None => {}
                Some(text) if text.is_empty() && param.domain.default().is_none() => {}
                Some(text) => drop(settings.0.insert(param.id.into(), param.read(text).ok()?)),
            }
        }
        Some(MethodSpec::of(entry.id, settings).brief())
    }

    /// The ticked methods as they are set; none while something does not fit.
    #[must_use]
    pub fn specs(&self) -> Option<Vec<MethodSpec>> {
        self.chosen.iter().map(|id| self.spec(entry(id)?)).collect()
    }

    /// The methods that fit what is searched for.
    pub fn found(&self) -> impl Iterator<Item = &'static Entry> {
        let words: Vec<String> = self.query.split_whitespace().map(str::to_lowercase).collect();
        ENTRIES.iter().filter(move |entry| {
            let says = [entry.title, entry.id, entry.sentence, entry.family.title(), entry.citation.short];
            let says = says.join(" ").to_lowercase();
            words.iter().all(|word| says.contains(word))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_core::method::preset::preset;

    fn smoothgrad() -> (&'static Entry, &'static Param) {
        let entry = entry("smoothgrad").unwrap();
        (entry, &entry.params[0])
    }

    #[test]
    fn what_is_typed_is_checked_and_ticks_its_method() {
        let mut picking = Picking::default();
        let (entry, samples) = smoothgrad();
        assert_eq!(picking.text(entry, samples), "50");
        picking.type_in(entry, samples, "0".into());
        assert!(picking.has("smoothgrad"));
        let why = picking.fault(entry, samples).unwrap();
        assert!(why.contains("a whole number from 1 to 10000"), "{why}");
        assert_eq!(picking.specs(), None);
        picking.type_in(entry, samples, "8".into());
        assert_eq!(picking.fault(entry, samples), None);
        assert_eq!(picking.specs().unwrap()[0].settings.0["samples"], 8.0.into());
        picking.type_in(entry, samples, "50".into());
        assert_eq!(picking.specs().unwrap(), [MethodSpec::plain("smoothgrad")]);
    }

    #[test]
    fn an_empty_layer_is_the_usual_one() {
        let mut picking = Picking::default();
        let entry = entry("gradcam").unwrap();
        picking.type_in(entry, &entry.params[0], String::new());
        assert_eq!(picking.fault(entry, &entry.params[0]), None);
        assert_eq!(picking.specs().unwrap(), [MethodSpec::plain("gradcam")]);
    }

    #[test]
    fn a_preset_takes_the_place_of_all_ticks() {
        let mut picking = Picking::default();
        picking.tick("sobel");
        picking.take(preset("facct24").unwrap(), &[Need::Scales]);
        assert!(picking.has("lime") && !picking.has("bcos"), "what the network lacks is not ticked");
        assert!(!picking.has("sobel") && picking.preset == Some("facct24"));
        let (entry, samples) = smoothgrad();
        assert_eq!(picking.text(entry, samples), "10");
        picking.tick("sobel");
        assert_eq!(picking.preset, None);
    }

    #[test]
    fn all_words_of_a_search_must_be_there() {
        let found = |query: &str| Picking { query: query.into(), ..Picking::default() }.found().count();
        assert_eq!(found(""), ENTRIES.len());
        assert!(found("noisy gradients") >= 1 && found("noisy gradients") < ENTRIES.len());
        assert_eq!(found("astrology"), 0);
    }
}
