//! What a map of a mosaic is worth: its scores.

use super::record::Made;
use super::spec::{Convention, Spec};
use super::subject::Mosaics;
use crate::map::Map;
use crate::map::resample::{Interpolation, resample};
use crate::map::steps::{StepError, StepSpec, apply};
use crate::metric::relevance::{Masses, RATES, facct24};
use crate::metric::{Metric, Weighed};
use crate::mosaic::{Cells, Mosaic};
use crate::undefined::{Score, Told, Undefined};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Where relevance ought to fall, what is measured, and by whose rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    /// The cells, in the mosaic's own pixels.
    pub cells: Cells,
    /// What is done to each method's map before it is scored; nothing to any where there is no list.
    pub steps: Vec<Vec<StepSpec>>,
    /// Ids of the metrics.
    pub metrics: Vec<String>,
    /// Whose rules hold where a number does not exist.
    pub convention: Convention,
}

impl Judge {
    /// Of one of a Spec's mosaics.
    #[must_use]
    pub fn of(spec: &Spec, mosaics: &Mosaics, mosaic: &Mosaic) -> Judge {
        let (cells, steps, metrics) = (mosaics.ground(mosaic), spec.steps.clone(), spec.metrics.clone());
        Judge { cells, steps, metrics, convention: spec.convention }
    }

    /// What is written down of the map of the method of that number, its scores with it.
    #[must_use]
    pub fn made(&self, at: usize, map: &Map) -> Made {
        Made::new(map, self.scores(at, map).into_iter().map(Told::from).collect())
    }

    /// A score a metric of the map of the method of that number. After its steps a map that is coarser than the input is
    /// stretched to the input, as both studies do; a finer or equal one is scored as it is.
    #[must_use]
    pub fn scores(&self, at: usize, map: &Map) -> Vec<Score> {
        let steps = self.steps.get(at).map_or(&[][..], Vec::as_slice);
        if steps.is_empty() {
            return self.measured(map);
        }
        match apply(steps, map.clone()) {
            Ok(map) => self.measured(&map),
            Err(StepError::Undefined { why, .. }) => self.metrics.iter().map(|id| self.nothing(id, why)).collect(),
            Err(StepError::Choice(_)) => vec![Err(Undefined::Missing); self.metrics.len()],
        }
    }

    /// The score where there is no map: in the study, whose precision of nothing is 0, a number all the same.
    fn nothing(&self, metric: &str, why: Undefined) -> Score {
        let zero = self.convention == Convention::Facct24 && metric == RATES[0].id;
        if zero { Ok(0.0) } else { Err(why) }
    }

    fn measured(&self, map: &Map) -> Vec<Score> {
        let (values, height, width) = fine(map);
        let cells = self.cells.scaled(height, width);
        let weighed = Weighed::new(&values, &cells, map.facts.sign);
        let study = match self.convention {
            Convention::Facct24 => facct24(&Masses::ignoring_nan(&values, &cells)).to_vec(),
            Convention::Tessera => vec![],
        };
        let score = |id: &String| {
            let metric = Metric::find(id).ok_or(Undefined::Missing)?;
            match study.iter().zip(RATES).find(|(_, rate)| rate.id == metric.id()) {
                Some((column, _)) => column.ok_or(Undefined::ZeroDenominator),
                None => weighed.score(metric),
            }
        };
        self.metrics.iter().map(score).collect()
    }
}

/// One value a place, at least as fine as the input, with rows and columns.
fn fine(map: &Map) -> (Cow<'_, [f32]>, usize, usize) {
    let facts = &map.facts;
    let (height, width) = (facts.height, facts.width);
    let flat = if facts.channels == 1 { Cow::Borrowed(&map.values[..]) } else { Cow::Owned(map.flat()) };
    let (rows, columns) = facts.provenance.input;
    if height >= rows && width >= columns {
        return (flat, height, width);
    }
    (Cow::Owned(resample(&flat, (height, width), (rows, columns), Interpolation::Bilinear)), rows, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::Sign;
    use crate::map::{Facts, Provenance};
    use crate::mosaic::Layout;

    fn map(values: &[f32], side: usize, input: usize, sign: Sign) -> Map {
        let provenance = Provenance { input: (input, input), ..Provenance::default() };
        Map {
            values: values.to_vec(),
            facts: Facts { channels: 1, height: side, width: side, sign, provenance, steps: vec![] },
            picture: None,
        }
    }

    fn judge(convention: Convention) -> Judge {
        let layout = Layout { rows: 2, columns: 2, cell: 4, gap: 0 };
        let cells = layout.cells(&[true, false, false, true]);
        let metrics = ["precision", "specificity", "average-precision"].map(String::from).to_vec();
        Judge { cells, steps: vec![], metrics, convention }
    }

    #[test]
    fn a_map_of_the_cells_own_size_is_counted_by_hand() {
        let map = map(&[3.0, 1.0, -1.0, 2.0], 2, 2, Sign::Signed);
        let scores = judge(Convention::Tessera).scores(0, &map);
        assert_eq!(scores[0], Ok(5.0 / 6.0));
        assert_eq!(scores[1], Ok(0.5));
        assert_eq!(scores[2], Ok(1.0));
    }

    #[test]
    fn a_coarse_map_is_stretched_first() {
        // Along each side the stretched map is 1, 3/4, 1/4, 0: its outer products with the sums 7/4 and 1/4.
        let map = map(&[1.0, 0.0, 0.0, 0.0], 2, 4, Sign::Positive);
        let scores = judge(Convention::Tessera).scores(0, &map);
        let (near, far) = (1.75, 0.25);
        let right = near * near + far * far;
        assert!((scores[0].unwrap() - right / (right + 2.0 * near * far)).abs() < 1e-7, "{scores:?}");
        assert_eq!(scores[1], Err(Undefined::PositiveOnly));
    }

    #[test]
    fn the_study_scores_what_there_is_not() {
        let nothing = map(&[0.0; 4], 2, 2, Sign::Positive);
        assert_eq!(judge(Convention::Tessera).scores(0, &nothing)[0], Err(Undefined::ZeroDenominator));
        let study = judge(Convention::Facct24).scores(0, &nothing);
        assert_eq!(study[..2], [Ok(0.0), Err(Undefined::ZeroDenominator)]);
    }
}
