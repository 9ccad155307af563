//! The epsilon rule: `R_i = sum_j x_i w_ij R_j / z_j`, `z_j = sum_i x_i w_ij + b_j` (Bach et al. 2015, doi
//! 10.1371/journal.pone.0130140). Of an op without weights it is zennit's rule `Norm`: each input by its part of a sum
//! or mean.

use super::Sharing;
use super::term::{Input, Part, Term};
use crate::network::op::Change;

pub(super) fn terms(sharing: Sharing) -> Vec<Term> {
    vec![Term::whole(vec![Part::new(Input::Same, Change::Same, sharing.bias(Change::Same))])]
}

impl Sharing {
    /// What stands for a bias.
    pub(super) fn bias(self, weight: Change) -> Change {
        if self.bias { weight } else { Change::Zeros }
    }
}
