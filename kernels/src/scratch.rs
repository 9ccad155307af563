//! Memory that kernels work in, kept between calls: fresh pages would cost as much as the arithmetic.

use crate::dense::Memory;

/// Working memory of the kernels. Make one per thread and hand it to every call; it grows to the largest need.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) frames: Vec<f32>,
    pub(crate) sums: Vec<f32>,
    pub(crate) left: Vec<f32>,
    pub(crate) product: Memory,
}

/// The first `len` numbers of `memory`, whatever they are.
pub(crate) fn at_least(memory: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if memory.len() < len {
        memory.resize(len, 0.0);
    }
    &mut memory[..len]
}
