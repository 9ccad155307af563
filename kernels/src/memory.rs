//! Memory kept by a thread between calls: fresh pages cost as much as the arithmetic that fills them.

use crate::scratch::Scratch;
use std::cell::RefCell;

/// Bytes that are kept at most; what is given beyond goes back to the system.
const LIMIT: usize = 64 << 20;

#[derive(Default)]
struct Kept {
    scratch: Scratch,
    buffers: Vec<Vec<f32>>,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Numbers to be overwritten: what they are is not said.
#[must_use]
pub fn take(count: usize) -> Vec<f32> {
    let found = KEPT.with_borrow_mut(|kept| {
        let fits = |buffer: &Vec<f32>| (count..=count.saturating_mul(2)).contains(&buffer.len());
        let best =
            (0..kept.buffers.len()).filter(|&i| fits(&kept.buffers[i])).min_by_key(|&i| kept.buffers[i].len())?;
        Some(kept.buffers.swap_remove(best))
    });
    match found {
        Some(mut buffer) => {
            buffer.truncate(count);
            buffer
        }
        None => vec![0.0; count],
    }
}

/// Gives numbers back whose memory may serve again.
pub fn give(buffer: Vec<f32>) {
    KEPT.with_borrow_mut(|kept| {
        kept.buffers.push(buffer);
        let bytes = |buffers: &[Vec<f32>]| buffers.iter().map(|buffer| buffer.capacity() * 4).sum::<usize>();
        while bytes(&kept.buffers) > LIMIT {
            kept.buffers.remove(0);
        }
    });
}

/// Runs a kernel with this thread's working memory.
pub fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    KEPT.with_borrow_mut(|kept| work(&mut kept.scratch))
}

/// Gives all of it back to the system.
pub fn release() {
    KEPT.with_borrow_mut(|kept| *kept = Kept::default());
}
