//! Methods whose map is made of samples that do not know of each other: drawn batch after batch, shown while they come,
//! stopped when asked, gone on with later, and shared among workers.

use super::gathered::{missing, ranges};
use super::prelude::*;
use super::work::cut;
use crate::network::value::ReadError;
use std::collections::BTreeMap;
use std::ops::Range;

/// What is kept of samples. Numbers of the same samples are the same bits, whoever drew which of them in which order.
pub trait Keep: Default {
    /// What they come to.
    type Found;

    /// Adds samples, the first of which has that number.
    ///
    /// # Shapes
    /// `[n, ...]`.
    fn add(&mut self, first: usize, samples: &Value);

    /// Adds a piece of what was kept elsewhere.
    fn put(&mut self, samples: Range<usize>, numbers: Tensor<1>);

    /// All that is kept, by the samples' numbers.
    fn pieces(&self) -> Vec<(Range<usize>, Tensor<1>)>;

    /// In which pieces samples of so many numbers are kept, and how many numbers each piece has.
    fn cut(samples: Range<usize>, length: usize) -> Vec<(Range<usize>, usize)>;

    /// Reads back what the samples come to.
    ///
    /// # Errors
    /// If the device fails.
    ///
    /// # Panics
    /// If there are none.
    async fn read(&self) -> Result<Self::Found, ReadError>;
}

/// A score for each sample.
#[derive(Clone, Debug, Default)]
pub struct Scores(BTreeMap<usize, Tensor<1>>);

impl Keep for Scores {
    type Found = Vec<f32>;

    fn add(&mut self, first: usize, samples: &Value) {
        self.0.insert(first, samples.clone().flat());
    }

    fn put(&mut self, samples: Range<usize>, numbers: Tensor<1>) {
        self.0.insert(samples.start, numbers);
    }

    fn pieces(&self) -> Vec<(Range<usize>, Tensor<1>)> {
        self.0.iter().map(|(&first, scores)| (first..first + scores.dims()[0], scores.clone())).collect()
    }

    fn cut(samples: Range<usize>, _: usize) -> Vec<(Range<usize>, usize)> {
        let count = samples.len();
        vec![(samples, count)]
    }

    async fn read(&self) -> Result<Vec<f32>, ReadError> {
        Value::from(Tensor::cat(self.0.values().cloned().collect(), 0)).read().await
    }
}

/// The samples of a method.
#[derive(Clone, Copy, Debug)]
pub struct Samples {
    /// How many there are.
    pub count: usize,
    /// Numbers of each.
    pub length: usize,
    /// How many are drawn at once.
    pub batch: usize,
}

impl Samples {
    /// So many samples of so many numbers, in batches that fit the device.
    #[must_use]
    pub fn of(work: &Work<'_, '_>, count: usize, length: usize, pass: Pass) -> Samples {
        Samples { count, length, batch: work.session.plan().batch(pass) }
    }
}

/// Draws the samples that are wanted and gives the map that `finish` makes of what they come to, with the numbers of those
/// that there are.
///
/// # Shapes
/// `draw` gives a batch of samples `[n, ...]` for their numbers.
///
/// # Errors
/// If the device fails, a sample cannot be drawn, or what was drawn before is of something else.
pub async fn sampled<K: Keep>(
    work: &mut Work<'_, '_>,
    samples: Samples,
    draw: impl Fn(&mut Work<'_, '_>, Range<usize>) -> Result<Value, MethodError>,
    finish: impl AsyncFn(&Work<'_, '_>, K::Found, &[Range<usize>]) -> Result<Map, MethodError>,
) -> Result<Map, MethodError> {
    let Samples { count, length, batch } = samples;
    let with_neighbour = |work: &mut Work<'_, '_>, alone: usize| {
        let first = alone.min(count - 2);
        let both = draw(work, first..first + 2)?.flat();
        Ok::<_, MethodError>(Value::from(both.narrow(0, (alone - first) * length, length).reshape([1, length])))
    };
    let mut kept: K = work.resumed(count, length)?;
    let wanted = work.portion.map_or(0..count, |portion| portion.wanted(count));
    let apart = work.portion.is_some_and(|portion| portion.apart);
    let rows = ranges(&kept);
    let mut done = counted(&rows);
    let mut stopped = false;
    for numbers in missing(&rows, wanted.clone()).into_iter().flat_map(|row| cut(row, batch)) {
        // A matrix product of one row is added in another order than one of several, so no sample goes alone.
        let alone = numbers.len() == 1 && batch > 1 && count > 1;
        let drawn = if alone { with_neighbour(work, numbers.start)? } else { draw(work, numbers.clone())? };
        kept.add(numbers.start, &drawn);
        done += numbers.len();
        match work.watcher.went(done as f64 / count as f64).await {
            Flow::Go => {}
            // One worker's sketch stands for all, and the first has those samples without which some have none.
            Flow::Show if apart && wanted.start > 0 => {}
            // Too few samples may determine nothing yet: that is no failure before the end.
            Flow::Show => {
                if let Ok(map) = finish(work, kept.read().await?, &ranges(&kept)).await {
                    work.watcher.sketch(map).await;
                }
            }
            Flow::Stop => {
                stopped = true;
                break;
            }
        }
    }
    if stopped || apart {
        let gathered = work.gathered(&kept).await?;
        work.watcher.gathered(gathered).await;
    }
    match ranges(&kept)[..] {
        _ if apart => Err(MethodError::Apart),
        [] => Err(MethodError::Stopped),
        ref rows => finish(work, kept.read().await?, rows).await,
    }
}

/// How many samples there are in all rows.
pub fn counted(rows: &[Range<usize>]) -> usize {
    rows.iter().map(ExactSizeIterator::len).sum()
}
