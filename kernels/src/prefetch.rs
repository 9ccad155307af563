//! Asking for memory before it is needed: weights that only the third cache or the memory holds are read once, in
//! order, by tiles that would otherwise wait for every line of them.

/// Asks for the line that holds `numbers[at]`. Does nothing where the processor has no such instruction.
#[inline(always)]
#[allow(unsafe_code)]
pub(crate) fn prefetch(numbers: &[f32], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 has SSE, and a prefetch reads nothing that the program could see: no address faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(numbers.as_ptr().wrapping_add(at).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (numbers, at);
}
