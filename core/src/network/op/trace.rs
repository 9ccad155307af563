//! What the way back needs of a clip or a max pool in place of their numbers: a bit or a byte each, so that the numbers
//! themselves are free as soon as the next op has read them. On the processor alone.

use super::Value;
use crate::network::processor::Numbers;
use std::rc::Rc;
use tessera_kernels::Mask;

/// What an op did with its numbers.
#[derive(Clone, Debug)]
pub enum Trace {
    /// Which of them a clip let through.
    Passed(Rc<Mask>),
    /// Which of each window was the greatest.
    Winners(Rc<[u8]>),
}

impl Trace {
    /// That of a clip by what it put out; none if that lies elsewhere.
    #[must_use]
    pub fn passed(output: &Value, (low, high): (f32, f32)) -> Option<Trace> {
        let numbers = Numbers::of(output.clone().flat())?;
        Some(Trace::Passed(Rc::new(Mask::new(numbers.slice(), low, high))))
    }
}
