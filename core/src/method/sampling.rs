//! Methods that are a mean over samples: batch after batch, shown while they come, stopped when asked.

use super::moments::{Estimate, Moments};
use super::prelude::*;
use std::ops::Range;

/// Draws samples and gives the map that `finish` makes of what they come to, with how many there were and their standard
/// error.
///
/// # Shapes
/// `draw` gives a batch of samples `[n, ...]` for their numbers.
///
/// # Errors
/// If the device fails.
pub async fn sampled(
    work: &mut Work<'_, '_>,
    samples: usize,
    with_gradient: bool,
    draw: impl Fn(&Work<'_, '_>, Range<usize>) -> Value,
    finish: impl Fn(&Estimate) -> Vec<f32>,
) -> Result<Map, MethodError> {
    let mut moments = Moments::default();
    let drawn = async |work: &Work<'_, '_>, moments: &Moments| {
        let estimate = moments.read().await?;
        let mut map = work.map(finish(&estimate));
        map.facts.provenance.samples = Some((estimate.count, samples));
        map.facts.provenance.error = estimate.relative_error();
        Ok::<Map, MethodError>(map)
    };
    for batch in work.batches(samples, with_gradient) {
        moments.add(&draw(work, batch.clone()));
        match work.watcher.went(batch.end as f64 / samples as f64).await {
            Flow::Go => {}
            Flow::Show => {
                let map = drawn(work, &moments).await?;
                work.watcher.sketch(map).await;
            }
            Flow::Stop => break,
        }
    }
    drawn(work, &moments).await
}
