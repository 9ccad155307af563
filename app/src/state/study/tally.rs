//! Means so far: what a run can say of itself at any moment, without going through all its units again.

use tessera_core::experiment::record::Unit;

/// Scores of one method by one metric.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Scores that exist.
    pub count: usize,
    /// Scores that do not.
    pub undefined: usize,
    sum: f64,
}

impl Tally {
    /// Their mean, if there are any.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

/// Scores of all methods by all metrics, and seconds of each method's maps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tallies {
    /// `[metrics, methods]`
    scores: Vec<Vec<Tally>>,
    /// Seconds and number of maps, one pair a method.
    seconds: Vec<(f64, usize)>,
}

impl Tallies {
    /// Of so many metrics and methods.
    #[must_use]
    pub fn new(metrics: usize, methods: usize) -> Tallies {
        Tallies { scores: vec![vec![Tally::default(); methods]; metrics], seconds: vec![(0.0, 0); methods] }
    }

    /// Adds what came out of a unit.
    pub fn add(&mut self, unit: &Unit) {
        for (method, outcome) in unit.outcomes.iter().enumerate() {
            let made = outcome.made();
            if let (Some(made), Some(seconds)) = (made, self.seconds.get_mut(method)) {
                seconds.0 += made.map.provenance.seconds;
                seconds.1 += 1;
            }
            for (metric, row) in self.scores.iter_mut().enumerate() {
                let Some(tally) = row.get_mut(method) else { continue };
                match made.and_then(|made| made.scores.get(metric)?.number()) {
                    Some(score) => {
                        tally.count += 1;
                        tally.sum += score;
                    }
                    None => tally.undefined += 1,
                }
            }
        }
    }

    /// The scores of a method by a metric.
    #[must_use]
    pub fn of(&self, metric: usize, method: usize) -> Tally {
        self.scores.get(metric).and_then(|row| row.get(method)).copied().unwrap_or_default()
    }

    /// Mean seconds of a method's maps.
    #[must_use]
    pub fn seconds(&self, method: usize) -> Option<f64> {
        let (sum, count) = self.seconds.get(method).copied()?;
        (count > 0).then(|| sum / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::course::tests::unit;
    use super::*;

    #[test]
    fn means_are_of_the_scores_that_exist() {
        let mut tallies = Tallies::new(1, 2);
        tallies.add(&unit(0, &[Some(0.5), None]));
        tallies.add(&unit(1, &[Some(1.0), Some(0.25)]));
        assert_eq!((tallies.of(0, 0).mean(), tallies.of(0, 0).undefined), (Some(0.75), 0));
        assert_eq!((tallies.of(0, 1).mean(), tallies.of(0, 1).undefined), (Some(0.25), 1));
        assert_eq!(Tallies::new(1, 1).of(0, 0).mean(), None);
    }
}
