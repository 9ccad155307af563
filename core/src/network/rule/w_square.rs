//! The w-square rule: by the squares of the weights, whatever the inputs (Montavon et al. 2017, arXiv 1512.02479).

use super::Sharing;
use super::term::{Input, Part, Term};
use crate::network::op::Change;

pub(super) fn terms(sharing: Sharing) -> Vec<Term> {
    vec![Term::whole(vec![Part::new(Input::Ones, Change::Square, sharing.bias(Change::Square))])]
}
