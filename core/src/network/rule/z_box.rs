//! The z-box rule, for a layer that sees pixels: `x w - l w+ - h w-`, with `l` the least and `h` the greatest value that a
//! pixel may have (Montavon et al. 2017, arXiv 1512.02479). The bias cancels: `b - b+ - b- = 0`.

use super::term::{Bounds, Input, Part, Term};
use crate::network::op::Change;

pub(super) fn terms(bounds: Bounds) -> Vec<Term> {
    let less = |input, weight| Part { factor: -1.0, ..Part::new(input, weight, Change::Zeros) };
    vec![Term::whole(vec![
        Part::new(Input::Same, Change::Same, Change::Zeros),
        less(Input::Low(bounds), Change::Positive),
        less(Input::High(bounds), Change::Negative),
    ])]
}
