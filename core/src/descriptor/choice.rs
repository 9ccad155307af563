//! One of a catalogue by its id, with what is set of it: what specs, commands and links hold of methods and steps.

use super::setting::{Param, SettingError, Settings};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::marker::PhantomData;

/// What can be chosen by id.
pub trait Catalogue {
    /// What one of it is called in sentences: "method".
    const ONE: &'static str;

    /// All ids, in the order a page shows them.
    fn ids() -> Vec<&'static str>;

    /// Title and parameters of the one with that id.
    fn find(id: &str) -> Option<(&'static str, &'static [Param])>;
}

/// One of a catalogue, with what is set of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub struct Choice<C> {
    /// Its id in the catalogue.
    pub id: String,
    /// What is set; the rest has its defaults.
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub settings: Settings,
    #[serde(skip)]
    of: PhantomData<C>,
}

impl<C> Choice<C> {
    /// One with these settings.
    #[must_use]
    pub fn of(id: impl Into<String>, settings: Settings) -> Self {
        Choice { id: id.into(), settings, of: PhantomData }
    }

    /// One with nothing set.
    #[must_use]
    pub fn plain(id: &str) -> Self {
        Choice::of(id, Settings::default())
    }
}

impl<C: Catalogue> Choice<C> {
    /// The same with nothing said that goes without saying: two that mean the same are equal then.
    #[must_use]
    pub fn brief(&self) -> Self {
        let params = C::find(&self.id).map_or(&[][..], |(_, params)| params);
        Choice::of(self.id.clone(), self.settings.unusual(params))
    }

    /// All its settings.
    ///
    /// # Errors
    /// If there is none of that id, or a setting does not fit it.
    pub fn complete(&self) -> Result<Settings, ChoiceError> {
        let (title, params) = C::find(&self.id).ok_or_else(|| ChoiceError::unknown::<C>(&self.id))?;
        self.settings.complete(params).map_err(|why| ChoiceError::setting(title, &why))
    }

    /// One with settings as typed: `[("percentile", "99")]`.
    ///
    /// # Errors
    /// If there is none of that id, or a setting does not fit it.
    pub fn typed<'t>(id: &str, settings: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, ChoiceError> {
        let mut choice = Choice::plain(id);
        settings.into_iter().try_for_each(|(key, text)| choice.set(key, text))?;
        choice.complete().map(|_| choice)
    }

    /// Sets one thing, as typed.
    ///
    /// # Errors
    /// If there is none of that id, or the setting does not fit it.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), ChoiceError> {
        let (title, params) = C::find(&self.id).ok_or_else(|| ChoiceError::unknown::<C>(&self.id))?;
        let read = params.iter().find(|param| param.id == key).map_or_else(|| Ok(text.into()), |p| p.read(text));
        self.settings.0.insert(key.into(), read.map_err(|why| ChoiceError::setting(title, &why))?);
        // What no parameter takes is told here.
        self.complete().map(drop)
    }
}

impl<C> fmt::Display for Choice<C> {
    /// As typed: `clip percentile=99`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        self.settings.0.iter().try_for_each(|(key, setting)| write!(f, " {key}={setting}"))
    }
}

/// Why there is nothing of that id and those settings. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceError(String);

impl ChoiceError {
    fn unknown<C: Catalogue>(id: &str) -> ChoiceError {
        ChoiceError(format!("There is no {} called {id}: choose from {}.", C::ONE, C::ids().join(", ")))
    }

    fn setting(title: &str, why: &SettingError) -> ChoiceError {
        ChoiceError(format!("{title}: {why}"))
    }
}

impl fmt::Display for ChoiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::Domain;

    #[derive(Clone, Debug, PartialEq)]
    struct Fruit;

    const PARAMS: &[Param] =
        &[Param { id: "slices", sentence: "", unit: "", domain: Domain::Count { default: 4, least: 1, most: 8 } }];

    impl Catalogue for Fruit {
        const ONE: &'static str = "fruit";

        fn ids() -> Vec<&'static str> {
            vec!["apple"]
        }

        fn find(id: &str) -> Option<(&'static str, &'static [Param])> {
            (id == "apple").then_some(("Apple", PARAMS))
        }
    }

    #[test]
    fn what_goes_without_saying_is_not_said() {
        let usual = Choice::<Fruit>::typed("apple", [("slices", "4")]).unwrap();
        assert_eq!((usual.brief(), usual.to_string().as_str()), (Choice::plain("apple"), "apple slices=4"));
        assert_eq!(usual.brief().complete().unwrap().count("slices"), 4);
    }

    #[test]
    fn mistakes_are_sentences() {
        let why = |id, settings: &[(&'static str, &'static str)]| {
            Choice::<Fruit>::typed(id, settings.iter().copied()).unwrap_err().to_string()
        };
        assert_eq!(why("pear", &[]), "There is no fruit called pear: choose from apple.");
        assert!(why("apple", &[("slices", "9")]).starts_with("Apple: The parameter slices cannot be 9"));
        assert!(why("apple", &[("skin", "on")]).starts_with("Apple: There is no parameter called skin"));
    }

    #[test]
    fn it_is_plain_json() {
        let text = r#"{"id":"apple","settings":{"slices":2.0}}"#;
        let choice: Choice<Fruit> = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&choice).unwrap(), text);
        assert_eq!(serde_json::to_string(&Choice::<Fruit>::plain("apple")).unwrap(), r#"{"id":"apple"}"#);
        assert!(serde_json::from_str::<Choice<Fruit>>(r#"{"id":"apple","of":1}"#).is_err());
    }
}
