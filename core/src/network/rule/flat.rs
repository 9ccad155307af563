//! The flat rule: all inputs that a number was summed up from get the same (Lapuschkin et al. 2019, doi
//! 10.1038/s41467-019-08987-4). Places of the padding are no inputs.

use super::term::{Input, Part, Term};
use crate::network::op::Change;

pub(super) fn terms() -> Vec<Term> {
    vec![Term::whole(vec![Part::new(Input::Ones, Change::Ones, Change::Zeros)])]
}
