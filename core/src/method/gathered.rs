//! What samples came to, as plain numbers: another worker goes on from them, or this one later.

use super::sampling::Keep;
use super::work::{MethodError, Work};
use crate::digest::sha256;
use crate::network::value::Value;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What is known of what samples came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// SHA-256 of what was asked: the method, its settings, the seed, what is explained of which pixels on which network.
    pub question: String,
    /// Index of the class that is explained.
    pub target: usize,
    /// Index of the class it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<usize>,
    /// Which samples: the first, and the one after the last, of each row of them.
    pub samples: Vec<(usize, usize)>,
}

/// What samples came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    /// What is known of it.
    pub facts: Facts,
    /// Piece after piece, as the method keeps them: scores, or sums by the tree over the samples' numbers.
    pub numbers: Vec<f32>,
}

/// Which of a method's samples are drawn, and what is to come of them: all and a map, if nothing is said. In messages the
/// numbers of what is begun go beside it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Portion<Begun = Gathered> {
    /// What was drawn before, or elsewhere: it is not drawn again.
    pub begun: Vec<Begun>,
    /// The first that is drawn and the one after the last; all, if nothing is said.
    pub range: Option<(usize, usize)>,
    /// Whether what they come to is wanted, and no map.
    pub apart: bool,
}

impl<Begun> Portion<Begun> {
    /// Whether it is all samples, and none of them are drawn yet.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.begun.is_empty() && self.range.is_none() && !self.apart
    }
}

impl Portion {
    /// How many samples are drawn already.
    #[must_use]
    pub fn drawn(&self) -> usize {
        self.begun.iter().flat_map(|part| &part.facts.samples).map(|(from, to)| to.saturating_sub(*from)).sum()
    }

    /// Which of so many samples are wanted.
    #[must_use]
    pub fn wanted(&self, count: usize) -> Range<usize> {
        let (from, to) = self.range.unwrap_or((0, count));
        from.min(count)..to.clamp(from.min(count), count)
    }
}

const OTHER: &str = "What was drawn before answers another question: start the method again.";
const DAMAGED: &str = "What was drawn before does not fit the method: start it again.";

impl Work<'_, '_> {
    /// The digest of what is asked.
    fn question(&self) -> String {
        let card = &self.session.network.card;
        let method = (self.entry.id, &self.settings, self.seed, &self.objective.classes, self.objective.scale);
        let network = (&card.id, &card.sha256, &card.preprocess);
        let asked = (method, network, self.session.size, sha256(&self.input.rgb));
        sha256(&serde_json::to_vec(&asked).expect("plain data"))
    }

    /// What is handed out of what is kept.
    pub(super) async fn gathered<K: Keep>(&self, kept: &K) -> Result<Gathered, MethodError> {
        let samples = ranges(kept).into_iter().map(|range| (range.start, range.end)).collect();
        let pieces: Vec<Tensor<1>> = kept.pieces().into_iter().map(|(_, piece)| piece).collect();
        let numbers = if pieces.is_empty() { vec![] } else { Value::from(Tensor::cat(pieces, 0)).read().await? };
        let classes = &self.objective.classes;
        let (target, against) = (classes[0].0, classes.get(1).map(|&(class, _)| class));
        Ok(Gathered { facts: Facts { question: self.question(), target, against, samples }, numbers })
    }

    /// What is kept of what was drawn before: `count` samples there are, of so many numbers each.
    pub(super) fn resumed<K: Keep>(&self, count: usize, length: usize) -> Result<K, MethodError> {
        let mut kept = K::default();
        let begun = self.portion.map_or(&[][..], |portion| &portion.begun);
        if begun.is_empty() {
            return Ok(kept);
        }
        let refuse = |why: &str| MethodError::Refused(why.into());
        let question = self.question();
        if begun.iter().any(|part| part.facts.question != question) {
            return Err(refuse(OTHER));
        }
        if !apart(begun, count) {
            return Err(refuse(DAMAGED));
        }
        for part in begun {
            let pieces = part.facts.samples.iter().flat_map(|&(from, to)| K::cut(from..to, length));
            let mut left = &part.numbers[..];
            for (samples, size) in pieces {
                let (numbers, rest) = left.split_at_checked(size).ok_or_else(|| refuse(DAMAGED))?;
                left = rest;
                kept.put(samples, self.upload(numbers.to_vec(), &[size]).flat());
            }
            if !left.is_empty() {
                return Err(refuse(DAMAGED));
            }
        }
        Ok(kept)
    }
}

/// Whether rows of samples are none of them empty, apart from each other, and of `count` samples.
fn apart(begun: &[Gathered], count: usize) -> bool {
    let mut rows: Vec<(usize, usize)> = begun.iter().flat_map(|part| part.facts.samples.iter().copied()).collect();
    rows.sort_unstable();
    let apart = rows.windows(2).all(|pair| pair[0].1 <= pair[1].0);
    apart && rows.iter().all(|(from, to)| from < to && *to <= count)
}

/// Which samples are kept, in rows that do not touch.
pub(super) fn ranges<K: Keep>(kept: &K) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = vec![];
    for (samples, _) in kept.pieces() {
        match ranges.last_mut().filter(|last| last.end == samples.start) {
            Some(last) => last.end = samples.end,
            None => ranges.push(samples),
        }
    }
    ranges
}

/// Which of the wanted samples are in none of the rows, which are in order and apart from each other.
#[must_use]
pub fn missing(rows: &[Range<usize>], wanted: Range<usize>) -> Vec<Range<usize>> {
    let mut from = wanted.start;
    let mut missing = vec![];
    for row in rows.iter().chain([&(wanted.end..wanted.end)]) {
        let to = row.start.min(wanted.end);
        if from < to {
            missing.push(from..to);
        }
        from = from.max(row.end);
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_found() {
        let gaps = |rows: &[(usize, usize)], (from, to): (usize, usize)| -> Vec<(usize, usize)> {
            let rows: Vec<Range<usize>> = rows.iter().map(|&(from, to)| from..to).collect();
            missing(&rows, from..to).into_iter().map(|gap| (gap.start, gap.end)).collect()
        };
        assert_eq!(gaps(&[], (0, 9)), [(0, 9)]);
        assert_eq!(gaps(&[(0, 4), (6, 7)], (0, 9)), [(4, 6), (7, 9)]);
        assert_eq!(gaps(&[(0, 4), (6, 12)], (2, 9)), [(4, 6)]);
        assert_eq!(gaps(&[(0, 4)], (6, 9)), [(6, 9)]);
        assert_eq!(gaps(&[(0, 9)], (0, 9)), []);
        assert_eq!(gaps(&[], (0, 0)), []);
    }

    #[test]
    fn rows_that_overlap_or_leave_the_count_are_seen() {
        let part = |samples: &[(usize, usize)]| Gathered {
            facts: Facts { question: String::new(), target: 0, against: None, samples: samples.to_vec() },
            numbers: vec![],
        };
        assert!(apart(&[part(&[(0, 3), (8, 9)]), part(&[(3, 8)])], 9));
        for wrong in [[(0, 3), (2, 5)], [(0, 3), (4, 4)], [(5, 10), (0, 3)], [(0, 3), (6, 5)]] {
            assert!(!apart(&[part(&wrong)], 9), "{wrong:?}");
        }
    }

    #[test]
    fn a_portion_is_of_the_samples_there_are() {
        let wanted = |range| Portion { range, begun: vec![], apart: false }.wanted(10);
        assert_eq!(wanted(None), 0..10);
        assert_eq!(wanted(Some((4, 8))), 4..8);
        assert_eq!(wanted(Some((8, usize::MAX))), 8..10);
        assert_eq!(wanted(Some((12, 3))), 10..10);
        assert_eq!(wanted(Some((0, 0))), 0..0);
    }
}
