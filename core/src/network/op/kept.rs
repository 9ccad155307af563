//! What an op asks to be kept of the forward pass for its gradient, and what is there of it.

use super::{Trace, Value};

/// What an op's gradient wants to be kept of the forward pass. Shapes are always known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeps {
    /// Its inputs.
    pub inputs: bool,
    /// Its output.
    pub output: bool,
}

impl Keeps {
    /// Nothing: the op is linear.
    pub const NOTHING: Keeps = Keeps { inputs: false, output: false };
    /// Its inputs.
    pub const INPUTS: Keeps = Keeps { inputs: true, output: false };
    /// Its output.
    pub const OUTPUT: Keeps = Keeps { inputs: false, output: true };
}

/// What is left of the forward pass for one node's gradient.
pub struct Kept<'a> {
    /// Shape of each input.
    pub shapes: Vec<&'a [usize]>,
    /// Its inputs, where kept.
    pub inputs: Vec<Option<&'a Value>>,
    /// Its output, if kept.
    pub output: Option<&'a Value>,
    /// What it did with its numbers, if kept.
    pub trace: Option<&'a Trace>,
}

impl Kept<'_> {
    /// One of its inputs.
    ///
    /// # Panics
    /// If it was not kept, though [`super::Op::keeps`] asks for it.
    #[must_use]
    pub fn input(&self, at: usize) -> Value {
        self.inputs[at].expect("the forward pass keeps what the gradient wants").clone()
    }

    /// Which numbers a clip let through, as it was kept or by its output; none elsewhere than on the processor.
    #[must_use]
    pub fn passed(&self, limits: (f32, f32)) -> Option<Trace> {
        self.trace.cloned().or_else(|| Trace::passed(self.output?, limits))
    }

    /// Its output.
    ///
    /// # Panics
    /// If it was not kept, though [`super::Op::keeps`] asks for it.
    #[must_use]
    pub fn output(&self) -> Value {
        self.output.expect("the forward pass keeps what the gradient wants").clone()
    }
}
