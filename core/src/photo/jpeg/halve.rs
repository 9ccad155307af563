//! A picture to component planes as the JPEG group's library makes them: luma, and two colour differences of half the
//! size, each filled up to whole blocks.

/// Samples of one component in whole blocks.
pub(super) struct Padded {
    pub(super) samples: Vec<u8>,
    /// Blocks across and down that hold a part of the picture.
    pub(super) blocks: (usize, usize),
}

impl Padded {
    /// Repeats the last column and row until blocks are full.
    fn new(rows: &[Vec<u8>]) -> Self {
        let blocks = (rows[0].len().div_ceil(8), rows.len().div_ceil(8));
        let mut samples = Vec::with_capacity(blocks.0 * blocks.1 * 64);
        for y in 0..blocks.1 * 8 {
            let row = &rows[y.min(rows.len() - 1)];
            samples.extend((0..blocks.0 * 8).map(|x| row[x.min(row.len() - 1)]));
        }
        Self { samples, blocks }
    }

    /// The samples of one block.
    pub(super) fn block(&self, x: usize, y: usize) -> [u8; 64] {
        let stride = self.blocks.0 * 8;
        std::array::from_fn(|i| self.samples[(8 * y + i / 8) * stride + 8 * x + i % 8])
    }
}

/// Luma, difference of blue, difference of red.
pub(super) fn planes(rgb: &[u8], height: usize, width: usize) -> [Padded; 3] {
    let pixels = rgb.as_chunks::<3>().0;
    let component = |which: usize| -> Vec<Vec<u8>> {
        let row = |row: &[[u8; 3]]| row.iter().map(|&pixel| to_ycc(pixel)[which]).collect();
        pixels.chunks_exact(width).take(height).map(row).collect()
    };
    [Padded::new(&component(0)), Padded::new(&halved(&component(1))), Padded::new(&halved(&component(2)))]
}

/// Luma and differences with 16 fractional bits; the differences' halves round down.
fn to_ycc([r, g, b]: [u8; 3]) -> [u8; 3] {
    const HALF: i32 = 1 << 15;
    let (r, g, b) = (i32::from(r), i32::from(g), i32::from(b));
    let middle = (128 << 16) + HALF - 1;
    let levels = [
        19595 * r + 38470 * g + 7471 * b + HALF,
        -11059 * r - 21709 * g + 32768 * b + middle,
        32768 * r - 27439 * g - 5329 * b + middle,
    ];
    levels.map(|level| (level >> 16) as u8)
}

/// Means of two by two. They are rounded down and up in turn, so that no drift arises; the columns that fill up the
/// last block go on with that, which is why they are made before the halving.
fn halved(rows: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let width = rows[0].len().div_ceil(16) * 8;
    let pair = |pair: &[Vec<u8>]| {
        let (upper, lower) = (&pair[0], &pair[pair.len() - 1]);
        let last = upper.len() - 1;
        let mean = |x: usize| {
            let (left, right) = ((2 * x).min(last), (2 * x + 1).min(last));
            let sum = [upper[left], upper[right], lower[left], lower[right]].map(u16::from).iter().sum::<u16>();
            ((sum + 1 + x as u16 % 2) >> 2) as u8
        };
        (0..width).map(mean).collect()
    };
    rows.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_by_hand() {
        assert_eq!(to_ycc([90; 3]), [90, 128, 128]);
        assert_eq!(to_ycc([255, 0, 0]), [76, 85, 255]);
    }

    #[test]
    fn halving_rounds_down_and_up_in_turn() {
        let rows = vec![vec![0, 1, 0, 1, 7], vec![0, 1, 0, 1, 7]];
        assert_eq!(halved(&rows)[0][..4], [0, 1, 7, 7]);
        let plane = Padded::new(&[vec![1, 2, 3], vec![4, 5, 6]]);
        assert_eq!((plane.blocks, plane.block(0, 0)[7], plane.block(0, 0)[63]), ((1, 1), 3, 6));
    }
}
