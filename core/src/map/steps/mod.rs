//! What is done to a map after it was computed: named steps, one file each, named once in the list below.
//!
//! A step gives a new map, which says in its facts what was done to it; the raw map stays. Lists of steps for display and
//! for scores are two lists.

mod prelude;

use super::{Facts, Map};
use crate::descriptor::{Catalogue, Choice, ChoiceError, Param, Settings, Sign};
use crate::undefined::Undefined;
use serde::Serialize;
use std::fmt;

/// What is said of a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StepEntry {
    /// Name in commands and files.
    pub id: &'static str,
    /// Name as a person reads it.
    pub title: &'static str,
    /// What it does, in one sentence.
    pub sentence: &'static str,
    /// Who did it so.
    pub source: &'static str,
    /// What it changes.
    pub changes: Changes,
    /// Its parameters.
    pub params: &'static [Param],
}

/// What a step changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Changes {
    /// Several channels become one.
    Channels,
    /// Values.
    Values,
    /// Rows and columns.
    Size,
    /// Whatever it takes for a picture.
    Picture,
}

/// Names the steps once: their entries, and the dispatch to their functions.
macro_rules! steps {
    ($($step:ident),+ $(,)?) => {
        $(pub mod $step;)+

        /// All steps.
        pub const ENTRIES: &[StepEntry] = &[$($step::ENTRY),+];

        fn dispatch(id: &str, settings: &Settings, map: Map) -> Result<Map, Undefined> {
            $(if id == $step::ENTRY.id {
                return $step::run(settings, map);
            })+
            panic!("{id} is no step")
        }
    };
}

steps!(sum, absmax, l2, absolute, positive, minmax, clip, outlier, smooth, resize);

/// The steps as what can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps;

impl Catalogue for Steps {
    const ONE: &'static str = "step";

    fn ids() -> Vec<&'static str> {
        ENTRIES.iter().map(|entry| entry.id).collect()
    }

    fn find(id: &str) -> Option<(&'static str, &'static [Param])> {
        ENTRIES.iter().find(|entry| entry.id == id).map(|entry| (entry.title, entry.params))
    }
}

/// A step, with what is set of it.
pub type StepSpec = Choice<Steps>;

/// Why steps give no map. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepError {
    /// There is no such step, or a setting does not fit it.
    Choice(ChoiceError),
    /// What it should give is not defined.
    Undefined {
        /// The step.
        step: &'static str,
        /// Why.
        why: Undefined,
    },
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StepError::Choice(error) => error.fmt(f),
            StepError::Undefined { step, why } => write!(f, "The step {step} gives no map here. {why}"),
        }
    }
}

impl From<ChoiceError> for StepError {
    fn from(error: ChoiceError) -> StepError {
        StepError::Choice(error)
    }
}

/// Takes a map through steps, one after the other.
///
/// # Errors
/// If there is no such step, a setting does not fit, or what a step should give is not defined.
pub fn apply(steps: &[StepSpec], map: Map) -> Result<Map, StepError> {
    steps.iter().try_fold(map, |map, step| run(step, map))
}

/// What the numbers of such a map mean after these steps. A map of two numbers stands for it: its own may be zero
/// everywhere, which some steps refuse.
///
/// # Errors
/// As [`apply`].
pub fn sign_after(steps: &[StepSpec], facts: &Facts) -> Result<Sign, StepError> {
    let small = Facts { channels: 1, height: 1, width: 2, ..facts.clone() };
    Ok(apply(steps, Map { values: vec![-1.0, 0.5], facts: small, picture: None })?.facts.sign)
}

/// Takes a map through one step. Every number of the result is finite.
///
/// # Errors
/// As [`apply`].
pub fn run(step: &StepSpec, map: Map) -> Result<Map, StepError> {
    let settings = step.complete()?;
    let (title, _) = Steps::find(&step.id).expect("completed above");
    let undefined = |why| StepError::Undefined { step: title, why };
    let mut map = dispatch(&step.id, &settings, map).and_then(finite).map_err(undefined)?;
    map.facts.steps.push(step.brief());
    Ok(map)
}

fn finite(map: Map) -> Result<Map, Undefined> {
    if map.values.iter().all(|value| value.is_finite()) { Ok(map) } else { Err(Undefined::NotFinite) }
}

/// The map with each value changed by itself.
fn each(mut map: Map, sign: Sign, change: impl Fn(f32) -> f32) -> Map {
    map.values.iter_mut().for_each(|value| *value = change(*value));
    map.facts.sign = sign;
    map
}

/// The map with one value a place, made from those of its channels.
///
/// # Shapes
/// `[C, H, W]` to `[1, H, W]`; `fold` is handed C values.
fn folded(mut map: Map, sign: Sign, fold: impl Fn(&[f64]) -> f64) -> Map {
    let place = map.facts.height * map.facts.width;
    let values =
        |at: usize| map.values[at..].iter().step_by(place.max(1)).map(|&value| f64::from(value)).collect::<Vec<_>>();
    map.values = (0..place).map(|at| fold(&values(at)) as f32).collect();
    map.facts.channels = 1;
    map.facts.sign = sign;
    map
}

/// The least and the greatest value, in f64: their difference may be beyond f32.
///
/// # Errors
/// [`Undefined::TooFew`] of none.
fn ends(values: &[f32]) -> Result<(f64, f64), Undefined> {
    let widen = |(low, high): (f32, f32), &value: &f32| (low.min(value), high.max(value));
    let (low, high) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), widen);
    if low <= high { Ok((low.into(), high.into())) } else { Err(Undefined::TooFew) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::Provenance;

    /// A signed map for an input of 4 x 4.
    pub fn map(values: &[f32], (channels, height, width): (usize, usize, usize)) -> Map {
        let provenance = Provenance { input: (4, 4), ..Provenance::default() };
        let facts = Facts { channels, height, width, sign: Sign::Signed, provenance, steps: vec![] };
        Map { values: values.to_vec(), facts, picture: None }
    }

    fn typed(id: &str, settings: &[(&'static str, &'static str)]) -> StepSpec {
        StepSpec::typed(id, settings.iter().copied()).unwrap()
    }

    fn after(id: &str, values: &[f32], shape: (usize, usize, usize)) -> Result<Map, StepError> {
        run(&StepSpec::plain(id), map(values, shape))
    }

    #[test]
    fn channels_by_hand() {
        let values = [3.0, -1.0, -4.0, 0.5];
        let folded = |id| after(id, &values, (2, 1, 2)).unwrap();
        assert_eq!((folded("sum").values, folded("sum").facts.sign), (vec![-1.0, -0.5], Sign::Signed));
        assert_eq!((folded("absmax").values, folded("absmax").facts.sign), (vec![4.0, 1.0], Sign::Positive));
        assert_eq!(folded("l2").values, [5.0, 1.25f32.sqrt()]);
        assert_eq!(folded("l2").facts.channels, 1);
        assert_eq!(after("absolute", &values, (2, 1, 2)).unwrap().values, [3.0, 1.0, 4.0, 0.5]);
        assert_eq!(after("positive", &values, (2, 1, 2)).unwrap().values, [3.0, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn what_was_done_is_said_and_no_more() {
        let steps = [StepSpec::plain("absmax"), typed("minmax", &[("guard", "0")])];
        let raw = map(&[1.0, -2.0, 0.0], (3, 1, 1));
        let map = apply(&steps[..1], raw.clone()).unwrap();
        assert_eq!((map.values, map.facts.steps), (vec![2.0], vec![StepSpec::plain("absmax")]));
        let why = apply(&steps, raw).unwrap_err().to_string();
        assert_eq!(why, "The step Min-max gives no map here. All values are equal.");
    }

    #[test]
    fn every_step_of_a_map_that_has_nothing_to_show_is_finite_or_a_sentence() {
        for entry in ENTRIES {
            for values in
                [[0.0; 6], [7.0; 6], [f32::MAX, f32::MIN, f32::MAX, f32::MAX, f32::MIN, f32::MAX], [f32::NAN; 6]]
            {
                match after(entry.id, &values, (3, 1, 2)) {
                    Ok(map) => assert!(map.values.iter().all(|v| v.is_finite()), "{}", entry.id),
                    Err(why) => assert!(why.to_string().ends_with('.'), "{why}"),
                }
            }
        }
    }

    #[test]
    fn mistakes_are_sentences() {
        let why = run(&StepSpec::plain("blur"), map(&[1.0], (1, 1, 1))).unwrap_err().to_string();
        assert!(why.starts_with("There is no step called blur: choose from sum, absmax"), "{why}");
        let why = StepSpec::typed("clip", [("percentile", "200")]).unwrap_err().to_string();
        assert!(why.starts_with("Percentile clip: The parameter percentile cannot be 200"), "{why}");
    }

    #[test]
    fn resizing_goes_to_the_input_if_nothing_is_said() {
        let map = after("resize", &[0.0, 1.0, 2.0, 3.0], (1, 2, 2)).unwrap();
        assert_eq!((map.facts.height, map.facts.width, map.values.len()), (4, 4, 16));
        let small = run(&typed("resize", &[("rows", "1"), ("how", "nearest")]), map).unwrap();
        assert_eq!((small.facts.height, small.facts.width), (1, 4));
    }
}
