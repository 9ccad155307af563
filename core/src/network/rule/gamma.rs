//! The gamma rule: where the output is above zero, what raises it counts `1 + gamma` times; where it is below, what
//! lowers it (Montavon et al. 2019, section 10.2.1, for inputs at or above zero; for both signs Andéol et al. 2021).
//! Where the output is zero nothing is handed on.

use super::Sharing;
use super::term::{Input, Part, Side, Term};
use crate::network::op::Change;

pub(super) fn terms(gamma: f32, sharing: Sharing) -> Vec<Term> {
    let (raised, lowered) = (Change::Raised(gamma), Change::Lowered(gamma));
    [(Side::Above, raised, lowered), (Side::Below, lowered, raised)]
        .map(|(side, of_positive, of_negative)| Term {
            factor: 1.0,
            side: Some(side),
            parts: vec![
                Part::new(Input::Positive, of_positive, sharing.bias(of_positive)),
                Part::new(Input::Negative, of_negative, Change::Zeros),
            ],
        })
        .to_vec()
}
