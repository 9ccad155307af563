//! The z+ rule: the epsilon rule for what raises the sum, `x+ w+ + x- w-` with the bias `b+` (Montavon et al. 2017,
//! arXiv 1512.02479, extended to inputs below zero).

use super::Sharing;
use super::term::{Input, Part, Term};
use crate::network::op::Change;

pub(super) fn terms(sharing: Sharing) -> Vec<Term> {
    vec![Term::whole(raising(sharing))]
}

/// What raises the sum.
pub(super) fn raising(sharing: Sharing) -> Vec<Part> {
    vec![
        Part::new(Input::Positive, Change::Positive, sharing.bias(Change::Positive)),
        Part::new(Input::Negative, Change::Negative, Change::Zeros),
    ]
}
