//! Parameters and their values: what may be set, what was set, and whether it fits.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A thing that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Param {
    /// Name in commands and links.
    pub id: &'static str,
    /// One sentence.
    pub sentence: &'static str,
    /// Unit of its numbers; empty where they have none.
    pub unit: &'static str,
    /// What may be set, and what is set when nothing is said.
    pub domain: Domain,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Domain {
    /// A whole number.
    Count {
        /// When nothing is said.
        default: u64,
        /// The least.
        least: u64,
        /// The greatest.
        most: u64,
    },
    /// A number.
    Real {
        /// When nothing is said.
        default: f64,
        /// The least.
        least: f64,
        /// The greatest.
        most: f64,
    },
    /// One of several words, the first when nothing is said; each with a sentence.
    Choice(&'static [(&'static str, &'static str)]),
    /// Name of a layer whose values have places; the one marked in the graph when nothing is said.
    Layer,
}

/// What a parameter was set to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// A number.
    Number(f64),
    /// A word, or the name of a layer.
    Word(String),
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Setting::Number(number) if *number != 0.0 && number.abs() < 1e-4 => write!(f, "{number:e}"),
            Setting::Number(number) => number.fmt(f),
            Setting::Word(word) => word.fmt(f),
        }
    }
}

impl From<f64> for Setting {
    fn from(number: f64) -> Setting {
        Setting::Number(number)
    }
}

impl From<&str> for Setting {
    /// As typed: a number if it reads as one, else a word.
    fn from(text: &str) -> Setting {
        match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Setting::Number(number),
            _ => Setting::Word(text.trim().into()),
        }
    }
}

/// A setting that does not fit its parameter. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError(String);

impl std::fmt::Display for SettingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Settings by the names of their parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(pub BTreeMap<String, Setting>);

impl Settings {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All settings of these parameters: those given, checked, and the defaults of the rest.
    ///
    /// # Errors
    /// If one has no parameter or does not fit it.
    pub fn complete(&self, params: &[Param]) -> Result<Settings, SettingError> {
        if let Some(id) = self.0.keys().find(|id| !params.iter().any(|param| param.id == *id)) {
            let known: Vec<&str> = params.iter().map(|param| param.id).collect();
            let instead = if known.is_empty() { "it has none".into() } else { format!("it has {}", known.join(", ")) };
            return Err(SettingError(format!("There is no parameter called {id}: {instead}.")));
        }
        let mut all = BTreeMap::new();
        for param in params {
            let given = self.0.get(param.id).map(|setting| param.checked(setting)).transpose()?;
            if let Some(setting) = given.or_else(|| param.domain.default()) {
                all.insert(param.id.to_owned(), setting);
            }
        }
        Ok(Settings(all))
    }

    /// Those that are not their parameter's default.
    #[must_use]
    pub fn unusual(&self, params: &[Param]) -> Settings {
        let usual = |id: &str| params.iter().find(|param| param.id == id).and_then(|param| param.domain.default());
        Settings(
            self.0
                .iter()
                .filter(|(id, set)| usual(id).as_ref() != Some(set))
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect(),
        )
    }

    /// The number of that name.
    ///
    /// # Panics
    /// If the settings were not completed, or the parameter is none of numbers.
    #[must_use]
    pub fn real(&self, id: &str) -> f64 {
        match self.0.get(id) {
            Some(Setting::Number(number)) => *number,
            other => panic!("{id} is a number, found {other:?}"),
        }
    }

    /// The whole number of that name.
    ///
    /// # Panics
    /// As [`Settings::real`].
    #[must_use]
    pub fn count(&self, id: &str) -> usize {
        self.real(id) as usize
    }

    /// The word of that name.
    ///
    /// # Panics
    /// If the settings were not completed, or the parameter is none of words.
    #[must_use]
    pub fn choice(&self, id: &str) -> &str {
        self.word(id).unwrap_or_else(|| panic!("{id} is a word"))
    }

    /// The word of that name, if one was set.
    #[must_use]
    pub fn word(&self, id: &str) -> Option<&str> {
        match self.0.get(id) {
            Some(Setting::Word(word)) => Some(word),
            _ => None,
        }
    }
}

impl Domain {
    /// What is set when nothing is said.
    #[must_use]
    pub fn default(self) -> Option<Setting> {
        match self {
            Domain::Count { default, .. } => Some(Setting::Number(default as f64)),
            Domain::Real { default, .. } => Some(Setting::Number(default)),
            Domain::Choice(options) => options.first().map(|(word, _)| Setting::Word((*word).into())),
            Domain::Layer => None,
        }
    }
}

impl std::fmt::Display for Domain {
    /// What fits, in words: "a whole number from 1 to 50".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Domain::Count { least, most, .. } => write!(f, "a whole number from {least} to {most}"),
            Domain::Real { least, most, .. } => write!(f, "a number from {least} to {most}"),
            Domain::Choice(options) => {
                write!(f, "one of {}", options.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", "))
            }
            Domain::Layer => f.write_str("the name of a layer"),
        }
    }
}

impl Param {
    /// What a person typed, as a setting.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn read(&self, text: &str) -> Result<Setting, SettingError> {
        let setting = match self.domain {
            Domain::Count { .. } | Domain::Real { .. } => Setting::from(text),
            Domain::Choice(_) | Domain::Layer => Setting::Word(text.trim().into()),
        };
        self.checked(&setting)
    }

    fn checked(&self, setting: &Setting) -> Result<Setting, SettingError> {
        let fits = match (self.domain, setting) {
            (Domain::Count { least, most, .. }, Setting::Number(n)) => {
                n.fract() == 0.0 && (least as f64..=most as f64).contains(n)
            }
            (Domain::Real { least, most, .. }, Setting::Number(n)) => (least..=most).contains(n),
            (Domain::Choice(options), Setting::Word(word)) => options.iter().any(|(known, _)| known == word),
            (Domain::Layer, Setting::Word(_)) => true,
            _ => false,
        };
        if fits { Ok(setting.clone()) } else { Err(self.refuse(setting)) }
    }

    fn refuse(&self, found: &Setting) -> SettingError {
        let found = found.to_string();
        let found = if found.is_empty() { "empty" } else { &found };
        SettingError(format!("The parameter {} cannot be {found}: it is {}.", self.id, self.domain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: &[Param] = &[
        Param { id: "samples", sentence: "", unit: "", domain: Domain::Count { default: 50, least: 1, most: 9999 } },
        Param { id: "how", sentence: "", unit: "", domain: Domain::Choice(&[("left", ""), ("right", "")]) },
        Param { id: "layer", sentence: "", unit: "", domain: Domain::Layer },
    ];

    fn settings(list: &[(&str, &str)]) -> Settings {
        Settings(list.iter().map(|(id, text)| ((*id).into(), Setting::from(*text))).collect())
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        let all = settings(&[("how", "right")]).complete(PARAMS).unwrap();
        assert_eq!((all.count("samples"), all.choice("how"), all.word("layer")), (50, "right", None));
        assert_eq!(all.unusual(PARAMS), settings(&[("how", "right")]));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        let why = |list| settings(list).complete(PARAMS).unwrap_err().to_string();
        assert_eq!(
            why(&[("samples", "0.5")]),
            "The parameter samples cannot be 0.5: it is a whole number from 1 to 9999."
        );
        assert_eq!(why(&[("how", "up")]), "The parameter how cannot be up: it is one of left, right.");
        assert_eq!(why(&[("sample", "1")]), "There is no parameter called sample: it has samples, how, layer.");
    }

    #[test]
    fn what_is_typed_is_read_by_what_it_is_for() {
        assert_eq!(PARAMS[0].read(" 7 ").unwrap(), Setting::Number(7.0));
        assert_eq!(PARAMS[2].read("7").unwrap(), Setting::Word("7".into()));
        assert_eq!(
            PARAMS[0].read("").unwrap_err().to_string(),
            "The parameter samples cannot be empty: it is a whole number from 1 to 9999."
        );
    }

    #[test]
    fn settings_are_plain_json() {
        let text = serde_json::to_string(&settings(&[("samples", "7"), ("how", "left")])).unwrap();
        assert_eq!(text, r#"{"how":"left","samples":7.0}"#);
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap().count("samples"), 7);
    }
}
