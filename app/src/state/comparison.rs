//! Two maps beside each other: which of them lies on the stage, or how they differ.
//!
//! Numbers of two methods have no unit in common, so before one is taken off the other each is stretched: a positive map
//! from its least to its greatest value onto 0 to 1, a signed one by its greatest absolute value.

use super::order;
use super::results::Drawn;
use tessera_core::descriptor::Sign;
use tessera_core::map::{Facts, Map};

/// Which of two maps lies on the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The first.
    One,
    /// The second.
    Other,
    /// The first less the second.
    #[default]
    Difference,
}

/// The other map that is compared with the open one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Its card.
    pub card: u32,
    /// What lies on the stage.
    pub shown: Shown,
}

/// One map less another, each stretched first; none if they are not of one size.
#[must_use]
pub fn difference(one: &Drawn, other: &Drawn) -> Option<Drawn> {
    let provenance = one.map.facts.provenance.clone();
    let (height, width) = provenance.input;
    if other.map.facts.provenance.input != (height, width) {
        return None;
    }
    let values = stretched(one).zip(stretched(other)).map(|(a, b)| a - b).collect();
    let facts = Facts { channels: 1, height, width, sign: Sign::Signed, provenance, steps: vec![] };
    let mut drawn = Drawn::new(one.key.clone(), Map { values, facts, picture: None }, one.device.clone());
    drawn.number = one.number;
    drawn.minus = Some((other.number, order::name(other)));
    Some(drawn)
}

/// How a map was stretched, in words.
#[must_use]
pub fn stretching(drawn: &Drawn) -> &'static str {
    match drawn.sign {
        Sign::Positive => "stretched from its least to its greatest value onto 0 to 1",
        Sign::Signed => "divided by its greatest absolute value",
    }
}

fn stretched(drawn: &Drawn) -> impl Iterator<Item = f32> {
    let (low, high) = drawn.field.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let (from, length) = match drawn.sign {
        Sign::Positive => (low, high - low),
        Sign::Signed => (0.0, high.max(-low)),
    };
    // A map that is the same everywhere has nothing to stretch.
    drawn.field.iter().map(move |v| if length > 0.0 { (v - from) / length } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::results::tests::drawn;

    #[test]
    fn each_is_stretched_before_one_is_taken_off() {
        let (one, other) = (drawn("gradcam", [1.0, 2.0, 3.0, 5.0]), drawn("layercam", [0.0, 0.0, 0.0, 10.0]));
        let minus = difference(&one, &other).unwrap();
        assert_eq!(minus.field, [0.0, 0.25, 0.5, 0.0]);
        assert_eq!(order::name(&minus), "Grad-CAM minus Layer-CAM");
        assert_eq!(minus.map.facts.sign, Sign::Signed);
    }

    #[test]
    fn a_map_that_is_the_same_everywhere_is_nothing() {
        let (one, other) = (drawn("gradcam", [0.0, 1.0, 2.0, 4.0]), drawn("uniform", [1.0; 4]));
        assert_eq!(difference(&one, &other).unwrap().field, [0.0, 0.25, 0.5, 1.0]);
    }
}
