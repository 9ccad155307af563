//! The network's answer: logits to probabilities and an order.

use super::Target;
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

    /// Index of the class a target means; `None` if there is no such class.
    #[must_use]
    pub fn resolve(&self, target: Target) -> Option<usize> {
        match target {
            Target::Predicted => self.ranking().first().copied(),
            Target::Least => self.ranking().last().copied(),
            Target::Class(index) => (index < self.logits.len()).then_some(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_the_lower_index() {
        let answer = Answer { logits: vec![1.0, 2.0, 2.0, 0.0], output: Output::Softmax };
        assert_eq!(answer.ranking(), [1, 2, 0, 3]);
        assert_eq!(answer.resolve(Target::Predicted), Some(1));
        assert_eq!(answer.resolve(Target::Least), Some(3));
        assert_eq!(answer.resolve(Target::Class(4)), None);
    }
}
