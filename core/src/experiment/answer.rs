//! The network's answer: logits to probabilities and an order.

use super::Target;
use super::record::Ranked;
use crate::network::card::Output;

/// The network's answer to one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// One logit a class.
    pub logits: Vec<f32>,
    /// What they stand for.
    pub output: Output,
}

impl Answer {
    /// The probabilities, worked out in f64.
    #[must_use]
    pub fn probabilities(&self) -> Vec<f64> {
        self.output.probabilities(&self.logits)
    }

    /// Class indices from the greatest logit to the least; of equal ones the lower index first.
    #[must_use]
    pub fn ranking(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.logits.len()).collect();
        order.sort_by(|&a, &b| self.logits[b].total_cmp(&self.logits[a]).then(a.cmp(&b)));
        order
    }

    /// All classes, best first, by name.
    #[must_use]
    pub fn ranked(&self, name: impl Fn(usize) -> String) -> Vec<Ranked> {
        let probabilities = self.probabilities();
        let ranked = |index: usize| Ranked {
            index,
            name: name(index),
            probability: probabilities[index],
            logit: self.logits[index],
        };
        self.ranking().into_iter().map(ranked).collect()
    }

    /// The classes a target means, with their weights; `None` if there is no such class, or it is not known.
    #[must_use]
    pub fn resolve(&self, target: Target) -> Option<Vec<(usize, f32)>> {
        let classes = match target {
            Target::Predicted => vec![(*self.ranking().first()?, 1.0)],
            Target::Least => vec![(*self.ranking().last()?, 1.0)],
            Target::Class(index) => vec![(index, 1.0)],
            Target::Truth => return None,
            Target::Difference(one, other) => vec![(one, 1.0), (other, -1.0)],
        };
        classes.iter().all(|&(class, _)| class < self.logits.len()).then_some(classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_the_lower_index() {
        let answer = Answer { logits: vec![1.0, 2.0, 2.0, 0.0], output: Output::Softmax };
        assert_eq!(answer.ranking(), [1, 2, 0, 3]);
        assert_eq!(answer.resolve(Target::Predicted), Some(vec![(1, 1.0)]));
        assert_eq!(answer.resolve(Target::Least), Some(vec![(3, 1.0)]));
        assert_eq!(answer.resolve(Target::Difference(2, 0)), Some(vec![(2, 1.0), (0, -1.0)]));
        assert_eq!(answer.resolve(Target::Class(4)), None);
        assert_eq!(answer.resolve(Target::Difference(0, 4)), None);
    }
}
