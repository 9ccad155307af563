//! The alpha-beta rule: `alpha` times the share of what raises the sum, less `beta` times the share of what lowers it,
//! each by a sum of its own (Bach et al. 2015). `alpha - beta = 1`, so that relevance is kept.

use super::Sharing;
use super::term::{Input, Part, Term};
use super::z_plus::raising;
use crate::network::op::Change;

pub(super) fn terms(alpha: f32, beta: f32, sharing: Sharing) -> Vec<Term> {
    let lowering = vec![
        Part::new(Input::Positive, Change::Negative, sharing.bias(Change::Negative)),
        Part::new(Input::Negative, Change::Positive, Change::Zeros),
    ];
    [(alpha, raising(sharing)), (-beta, lowering)].map(|(factor, parts)| Term { factor, ..Term::whole(parts) }).to_vec()
}
