//! What methods do with pieces: a colour for each, and a value for each painted over its places.

use super::Segments;

impl Segments {
    /// Mean colour of each piece.
    ///
    /// # Shapes
    /// `input` `[3, H, W]`, channel after channel; the result `[count]`.
    ///
    /// # Panics
    /// If the input has another size.
    #[must_use]
    pub fn mean_colours(&self, input: &[f32]) -> Vec<[f32; 3]> {
        let places = self.labels.len();
        assert_eq!(input.len(), 3 * places, "a colour input of {} rows and {} columns", self.height, self.width);
        let mut sums = vec![[0.0; 3]; self.count];
        for (c, plane) in input.chunks_exact(places).enumerate() {
            for (&value, &label) in plane.iter().zip(&self.labels) {
                sums[label as usize][c] += f64::from(value);
            }
        }
        sums.iter().zip(self.sizes()).map(|(sum, size)| sum.map(|sum| (sum / size as f64) as f32)).collect()
    }

    /// Number of places of each piece.
    ///
    /// # Shapes
    /// `[count]`.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.count];
        for &label in &self.labels {
            sizes[label as usize] += 1;
        }
        sizes
    }

    /// A value a piece, at each of its places.
    ///
    /// # Shapes
    /// `values` `[count]`; the result `[H, W]`.
    ///
    /// # Panics
    /// If there are not as many values as pieces.
    #[must_use]
    pub fn painted(&self, values: &[f32]) -> Vec<f32> {
        assert_eq!(values.len(), self.count, "a value for each segment");
        self.labels.iter().map(|&label| values[label as usize]).collect()
    }

    /// A picture of one colour a piece.
    ///
    /// # Shapes
    /// `colours` `[count]`; the result `[3, H, W]`.
    ///
    /// # Panics
    /// If there are not as many colours as pieces.
    #[must_use]
    pub fn coloured(&self, colours: &[[f32; 3]]) -> Vec<f32> {
        let channel = |c: usize| colours.iter().map(|colour| colour[c]).collect::<Vec<_>>();
        (0..3).flat_map(|c| self.painted(&channel(c))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Segments {
        Segments { labels: vec![0, 1, 1, 2, 0, 1], count: 3, height: 2, width: 3 }
    }

    #[test]
    fn a_colour_is_the_mean_of_its_places() {
        let input: Vec<f32> = (0..18).map(|i| i as f32).collect();
        assert_eq!(three().sizes(), [2, 3, 1]);
        let colours = three().mean_colours(&input);
        assert_eq!(colours, [[2.0, 8.0, 14.0], [8.0 / 3.0, 26.0 / 3.0, 44.0 / 3.0], [3.0, 9.0, 15.0]]);
        let filled = three().coloured(&colours);
        assert_eq!(filled[..6], [2.0, 8.0 / 3.0, 8.0 / 3.0, 3.0, 2.0, 8.0 / 3.0]);
        assert_eq!([filled[6], filled[12]], [8.0, 14.0]);
    }

    #[test]
    fn a_value_lies_on_its_places() {
        assert_eq!(three().painted(&[-1.0, 0.5, 3.0]), [-1.0, 0.5, 0.5, 3.0, -1.0, 0.5]);
    }

    #[test]
    #[should_panic(expected = "a value for each segment")]
    fn a_missing_value_is_our_own_mistake() {
        let _ = three().painted(&[1.0]);
    }
}
