//! The first principal component of feature maps.
//!
//! The first right singular vector of a matrix by power iteration on the smaller of its two Gram matrices, in f64. It is
//! as exact as the gap between the first two singular values allows, which tests measure against numpy's `svd`.

/// Products with the Gram matrix before it is left at what it is.
const STEPS: usize = 3000;

/// `M v` at each place, for `M` the maps as places by channels with centred columns and `v` its first right singular
/// vector; with the sign for which it goes with the mean over channels. None if the maps do not vary.
///
/// # Shapes
/// `maps`: `[channels, places]`; result `[places]`.
#[must_use]
pub fn principal(maps: &[f32], channels: usize, places: usize) -> Option<Vec<f32>> {
    let centred = centred(maps, places);
    let score = if places <= channels {
        scores_by_places(&centred, places)?
    } else {
        scores_by_channels(&centred, channels, places)?
    };
    let means: Vec<f64> =
        (0..places).map(|p| (0..channels).map(|k| f64::from(maps[k * places + p])).sum::<f64>()).collect();
    let sign = if dot(&score, &means) < 0.0 { -1.0 } else { 1.0 };
    Some(score.into_iter().map(|value| (sign * value) as f32).collect())
}

/// Each channel less its mean.
fn centred(maps: &[f32], places: usize) -> Vec<f64> {
    maps.chunks_exact(places)
        .flat_map(|map| {
            let mean = map.iter().map(|&v| f64::from(v)).sum::<f64>() / places as f64;
            map.iter().map(move |&v| f64::from(v) - mean)
        })
        .collect()
}

/// `M v = s u`, with `u` the first eigenvector of `M M'` and `s` the root of its eigenvalue.
fn scores_by_places(centred: &[f64], places: usize) -> Option<Vec<f64>> {
    let mut gram = vec![0.0; places * places];
    for map in centred.chunks_exact(places) {
        for (row, &a) in gram.chunks_exact_mut(places).zip(map) {
            row.iter_mut().zip(map).for_each(|(sum, &b)| *sum += a * b);
        }
    }
    let (vector, value) = eigenvector(&gram, places)?;
    Some(vector.into_iter().map(|v| v * value.sqrt()).collect())
}

/// `M v`, with `v` the first eigenvector of `M' M`.
fn scores_by_channels(centred: &[f64], channels: usize, places: usize) -> Option<Vec<f64>> {
    let map = |k: usize| &centred[k * places..(k + 1) * places];
    let gram: Vec<f64> = (0..channels * channels).map(|i| dot(map(i / channels), map(i % channels))).collect();
    let (vector, _) = eigenvector(&gram, channels)?;
    let mut scores = vec![0.0; places];
    for (k, v) in vector.into_iter().enumerate() {
        scores.iter_mut().zip(map(k)).for_each(|(sum, &a)| *sum += v * a);
    }
    Some(scores)
}

/// The eigenvector of the greatest eigenvalue of a symmetric matrix without negative ones, and that value; none if the
/// matrix is zero.
fn eigenvector(gram: &[f64], n: usize) -> Option<(Vec<f64>, f64)> {
    // The longest row is no eigenvector's stranger: its own entry on the diagonal is at least the mean eigenvalue.
    let longest = (0..n).max_by(|&a, &b| gram[a * n + a].total_cmp(&gram[b * n + b]))?;
    let mut vector = gram[longest * n..(longest + 1) * n].to_vec();
    let mut value = normalise(&mut vector).filter(|length| *length > 0.0 && length.is_finite())?;
    for _ in 0..STEPS {
        let mut next: Vec<f64> = gram.chunks_exact(n).map(|row| dot(row, &vector)).collect();
        value = normalise(&mut next)?;
        let moved = next.iter().zip(&vector).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        vector = next;
        if moved < 1e-24 {
            break;
        }
    }
    Some((vector, value))
}

/// Divides by the length, which it gives; none if that is zero.
fn normalise(vector: &mut [f64]) -> Option<f64> {
    let length = dot(vector, vector).sqrt();
    vector.iter_mut().for_each(|v| *v /= length);
    (length > 0.0).then_some(length)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_of_a_line_is_the_line() {
        // Places at 1, 2, 3 and 6 along the direction (3, 4) / 5: centred they lie at -2, -1, 0 and 3.
        let along = [1.0f32, 2.0, 3.0, 6.0];
        let maps: Vec<f32> = [0.6f32, 0.8].iter().flat_map(|w| along.map(|a| a * w)).collect();
        let found = principal(&maps, 2, 4).unwrap();
        for (found, expected) in found.iter().zip([-2.0, -1.0, 0.0, 3.0]) {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
    }

    #[test]
    fn both_ways_agree() {
        // 3 channels at 5 places, and the same numbers seen as if there were more channels than places.
        let maps: Vec<f32> = (0..15).map(|i| ((i * 7 + 3) % 11) as f32 - 4.0).collect();
        let centred = centred(&maps, 5);
        let (a, b) = (scores_by_places(&centred, 5).unwrap(), scores_by_channels(&centred, 3, 5).unwrap());
        let sign = dot(&a, &b).signum();
        assert!(a.iter().zip(&b).all(|(a, b)| (a - sign * b).abs() < 1e-9), "{a:?} {b:?}");
    }

    #[test]
    fn maps_that_do_not_vary_have_none() {
        assert_eq!(principal(&[2.0; 12], 3, 4), None);
    }
}
