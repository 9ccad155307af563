//! Weighted linear regression with an intercept that is not penalised: what LIME and KernelSHAP fit.
//!
//! In f64. Ridge solves the normal equations of centred columns by Cholesky's method; lasso descends along one coefficient
//! after another (Friedman, Hastie and Tibshirani 2010, doi 10.18637/jss.v033.i01), with scikit-learn's scaling
//! `1 / (2 sum w) sum w r^2 + a |b|_1`.

/// A fitted line.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// A coefficient for each column.
    pub coefficients: Vec<f64>,
    /// Standard error of each; none for a lasso, or where there are no more rows than columns.
    pub errors: Option<Vec<f64>>,
}

/// Rows of ones and zeros, what was found for each, and what it weighs.
pub struct Rows<'a> {
    /// Which columns are on, row after row.
    pub on: &'a [Vec<bool>],
    /// What was found.
    pub found: &'a [f64],
    /// Weights.
    pub weights: &'a [f64],
}

impl Rows<'_> {
    /// Least squares with `penalty |b|^2`; none if the rows do not determine the coefficients.
    #[must_use]
    pub fn ridge(&self, penalty: f64) -> Option<Fit> {
        let (gram, right, _) = self.centred()?;
        let n = right.len();
        let mut matrix = gram;
        (0..n).for_each(|i| matrix[i * n + i] += penalty);
        let factor = cholesky(matrix, n)?;
        let coefficients = solve(&factor, &right);
        let errors = self.errors(&factor, &coefficients);
        Some(Fit { coefficients, errors })
    }

    /// Least squares with `penalty |b|_1` in scikit-learn's scaling.
    #[must_use]
    pub fn lasso(&self, penalty: f64) -> Option<Fit> {
        let (gram, right, total) = self.centred()?;
        let n = right.len();
        let mut coefficients = vec![0.0; n];
        // What is left of the right side: right - gram * coefficients.
        let mut left = right;
        for _ in 0..10_000 {
            let mut moved = 0.0f64;
            for i in 0..n {
                let own = gram[i * n + i];
                if own <= 0.0 {
                    continue;
                }
                let pull = left[i] + own * coefficients[i];
                let next = pull.signum() * (pull.abs() - penalty * total).max(0.0) / own;
                let step = next - coefficients[i];
                if step != 0.0 {
                    left.iter_mut().zip(&gram[i * n..(i + 1) * n]).for_each(|(left, g)| *left -= step * g);
                    coefficients[i] = next;
                    moved = moved.max(step.abs());
                }
            }
            if moved < 1e-12 {
                break;
            }
        }
        Some(Fit { coefficients, errors: None })
    }

    /// `X' W X`, `X' W y` of columns and answers less their weighted means, and the sum of weights.
    fn centred(&self) -> Option<(Vec<f64>, Vec<f64>, f64)> {
        let n = self.on.first()?.len();
        let total: f64 = self.weights.iter().sum();
        let mean = self.found.iter().zip(self.weights).map(|(y, w)| y * w).sum::<f64>() / total;
        let mut means = vec![0.0; n];
        for (row, weight) in self.on.iter().zip(self.weights) {
            row.iter().zip(&mut means).filter(|(on, _)| **on).for_each(|(_, mean)| *mean += weight / total);
        }
        let (mut gram, mut right) = (vec![0.0; n * n], vec![0.0; n]);
        let mut column = vec![0.0; n];
        for ((row, y), weight) in self.on.iter().zip(self.found).zip(self.weights) {
            column.iter_mut().zip(row.iter().zip(&means)).for_each(|(c, (&on, m))| *c = f64::from(u8::from(on)) - m);
            for i in 0..n {
                let scaled = weight * column[i];
                right[i] += scaled * (y - mean);
                gram[i * n..(i + 1) * n].iter_mut().zip(&column).for_each(|(g, c)| *g += scaled * c);
            }
        }
        (total > 0.0).then_some((gram, right, total))
    }

    /// Standard errors by the residual's weighted variance and the inverse of the penalised normal equations.
    fn errors(&self, factor: &[f64], coefficients: &[f64]) -> Option<Vec<f64>> {
        let n = coefficients.len();
        let free = self.found.len().checked_sub(n + 1).filter(|&free| free > 0)?;
        let part = |row: &[bool]| row.iter().zip(coefficients).filter(|(on, _)| **on).map(|(_, b)| b).sum::<f64>();
        let rests: Vec<f64> = self.on.iter().zip(self.found).map(|(row, y)| y - part(row)).collect();
        let total: f64 = self.weights.iter().sum();
        let intercept = rests.iter().zip(self.weights).map(|(r, w)| r * w).sum::<f64>() / total;
        let variance = rests.iter().zip(self.weights).map(|(r, w)| w * (r - intercept) * (r - intercept)).sum::<f64>()
            / free as f64;
        let unit = |i: usize| (0..n).map(|j| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        Some((0..n).map(|i| (variance * solve(factor, &unit(i))[i]).max(0.0).sqrt()).collect())
    }
}

/// The lower factor of a symmetric matrix; none if it is not positive.
fn cholesky(mut matrix: Vec<f64>, n: usize) -> Option<Vec<f64>> {
    let greatest = (0..n).fold(0.0f64, |most, i| most.max(matrix[i * n + i]));
    for i in 0..n {
        for j in 0..=i {
            let (row, other) = (&matrix[i * n..i * n + j], &matrix[j * n..j * n + j]);
            let rest = matrix[i * n + j] - row.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
            if i == j {
                // What is left of a diagonal is rounding if it is so small beside the greatest.
                (rest > 1e-13 * greatest).then_some(())?;
                matrix[i * n + i] = rest.sqrt();
            } else {
                matrix[i * n + j] = rest / matrix[j * n + j];
            }
        }
    }
    Some(matrix)
}

fn solve(factor: &[f64], right: &[f64]) -> Vec<f64> {
    let n = right.len();
    let mut x = right.to_vec();
    for i in 0..n {
        let sum: f64 = (0..i).map(|j| factor[i * n + j] * x[j]).sum();
        x[i] = (x[i] - sum) / factor[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|j| factor[j * n + i] * x[j]).sum();
        x[i] = (x[i] - sum) / factor[i * n + i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> (Vec<Vec<bool>>, Vec<f64>, Vec<f64>) {
        let on: Vec<Vec<bool>> =
            (0..40u32).map(|i| (0..4).map(|j| (i * 7 + j * 13 + i * i * (j + 1)) % 11 < 5).collect()).collect();
        let truth = [1.5, -2.0, 0.0, 0.25];
        let found =
            on.iter().map(|row| 3.0 + row.iter().zip(truth).map(|(&on, b)| if on { b } else { 0.0 }).sum::<f64>());
        (on.clone(), found.collect(), (0..40).map(|i| 0.2 + f64::from(i % 3)).collect())
    }

    #[test]
    fn a_sum_of_parts_is_found_exactly() {
        let (on, found, weights) = rows();
        let fit = Rows { on: &on, found: &found, weights: &weights }.ridge(0.0).unwrap();
        for (found, truth) in fit.coefficients.iter().zip([1.5, -2.0, 0.0, 0.25]) {
            assert!((found - truth).abs() < 1e-10, "{found} {truth}");
        }
        assert!(fit.errors.unwrap().iter().all(|error| *error < 1e-6));
    }

    #[test]
    fn columns_that_never_change_are_not_determined_but_by_a_penalty() {
        let on = vec![vec![true, false], vec![true, true], vec![true, false]];
        let rows = Rows { on: &on, found: &[1.0, 2.0, 1.0], weights: &[1.0; 3] };
        assert_eq!(rows.ridge(0.0), None);
        let fit = rows.ridge(1e-9).unwrap();
        assert!(fit.coefficients[0].abs() < 1e-6 && (fit.coefficients[1] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_lasso_meets_its_conditions() {
        // At the minimum the derivative of the squares is -a sign(b) where b is not zero, and within [-a, a] where it is.
        let (on, found, weights) = rows();
        let rows = Rows { on: &on, found: &found, weights: &weights };
        let (penalty, fit) = (0.1, rows.lasso(0.1).unwrap());
        let (gram, right, total) = rows.centred().unwrap();
        for (i, b) in fit.coefficients.iter().enumerate() {
            let slope = (right[i] - (0..4).map(|j| gram[i * 4 + j] * fit.coefficients[j]).sum::<f64>()) / total;
            let holds =
                if *b == 0.0 { slope.abs() <= penalty + 1e-9 } else { (slope - penalty * b.signum()).abs() < 1e-9 };
            assert!(holds, "{i}: {b} {slope}");
        }
        assert_eq!(fit.coefficients[2], 0.0);
    }
}
