//! Component planes to rows of the picture: chroma enlarged, colours converted, as the JPEG group's library does it.
//!
//! Halved chroma is interpolated with weights 3/4 and 1/4 ("fancy upsampling"), with the rounding that alternates between
//! up and down so that no drift arises.

/// How the components make up a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
    /// One component.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Luma and two colour differences.
    Ycc,
    /// Inks, written inverted as all programs do.
    Cmyk,
    /// Luma and two colour differences of three inks, and black.
    Ycck,
}

/// The samples of one component.
pub(super) struct Plane {
    pub(super) samples: Vec<u8>,
    /// Samples from one row to the next.
    pub(super) stride: usize,
    /// Columns and rows that belong to the picture; beyond them is padding.
    pub(super) width: usize,
    pub(super) height: usize,
    /// How many pixels share a sample, across and down.
    pub(super) across: usize,
    pub(super) down: usize,
}

impl Plane {
    fn row(&self, y: usize) -> &[u8] {
        let y = y.min(self.height - 1);
        &self.samples[y * self.stride..][..self.width]
    }

    /// Row `y` of the picture, enlarged to its width into `row` (which may be longer than the picture is wide).
    fn enlarged(&self, y: usize, row: &mut Vec<u8>) {
        row.clear();
        let near = self.row(y / self.down);
        // The other row that is nearest: above for the upper of two, below for the lower.
        let upper = y.is_multiple_of(2);
        let far = self.row(if upper { (y / 2).saturating_sub(1) } else { y / 2 + 1 });
        match (self.across, self.down) {
            (1, 1) => row.extend_from_slice(near),
            (2, 1) if self.width > 2 => twice_across(near, row),
            (2, 2) if self.width > 2 => twice_both(near, far, row),
            (1, 2) => {
                let bias = if upper { 1 } else { 2 };
                let mix = |(&near, &far)| ((u16::from(near) * 3 + u16::from(far) + bias) >> 2) as u8;
                row.extend(near.iter().zip(far).map(mix));
            }
            (across, _) => near.iter().for_each(|&sample| row.extend(std::iter::repeat_n(sample, across))),
        }
    }
}

fn twice_across(near: &[u8], row: &mut Vec<u8>) {
    let last = near.len() - 1;
    for (i, &sample) in near.iter().enumerate() {
        let three = u16::from(sample) * 3;
        let mix = |other: usize, bias: u16| ((three + u16::from(near[other]) + bias) >> 2) as u8;
        row.push(if i == 0 { sample } else { mix(i - 1, 1) });
        row.push(if i == last { sample } else { mix(i + 1, 2) });
    }
}

fn twice_both(near: &[u8], far: &[u8], row: &mut Vec<u8>) {
    let column = |i: usize| u16::from(near[i]) * 3 + u16::from(far[i]);
    let last = near.len() - 1;
    let (mut before, mut here) = (column(0), column(0));
    for i in 0..=last {
        // At the edges the column stands for its missing neighbour.
        let after = column((i + 1).min(last));
        row.push(((here * 3 + before + 8) >> 4) as u8);
        row.push(((here * 3 + after + 7) >> 4) as u8);
        (before, here) = (here, after);
    }
}

/// The picture, `height * width * 3` bytes appended to `rgb`.
pub(super) fn picture(planes: &[Plane], colours: Colours, width: usize, height: usize, rgb: &mut Vec<u8>) {
    let mut rows = vec![Vec::new(); planes.len()];
    for y in 0..height {
        for (plane, row) in planes.iter().zip(&mut rows) {
            plane.enlarged(y, row);
        }
        match (colours, &rows[..]) {
            (Colours::Rgb, [r, g, b]) => rgb.extend((0..width).flat_map(|x| [r[x], g[x], b[x]])),
            (Colours::Ycc, [l, b, r]) => rgb.extend((0..width).flat_map(|x| from_ycc(l[x], b[x], r[x]))),
            (Colours::Cmyk, [c, m, y, k]) => rgb.extend((0..width).flat_map(|x| from_inks([c[x], m[x], y[x]], k[x]))),
            (Colours::Ycck, [l, b, r, k]) => {
                rgb.extend((0..width).flat_map(|x| from_inks(from_ycc(l[x], b[x], r[x]).map(|v| 255 - v), k[x])));
            }
            (_, [grey, ..]) => rgb.extend((0..width).flat_map(|x| [grey[x]; 3])),
            (_, []) => {}
        }
    }
}

/// Luma and differences to red, green and blue, with 16 fractional bits.
fn from_ycc(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    const HALF: i32 = 1 << 15;
    let (luma, blue, red) = (i32::from(luma), i32::from(blue) - 128, i32::from(red) - 128);
    let levels = [
        luma + ((91881 * red + HALF) >> 16),
        luma + ((-22554 * blue - 46802 * red + HALF) >> 16),
        luma + ((116_130 * blue + HALF) >> 16),
    ];
    levels.map(|level| level.clamp(0, 255) as u8)
}

/// Inverted inks to red, green and blue as Pillow does without a colour profile.
fn from_inks(inks: [u8; 3], black: u8) -> [u8; 3] {
    inks.map(|ink| {
        let product = u32::from(255 - ink) * u32::from(black) + 128;
        // A division by 255 that rounds.
        black.saturating_sub((((product >> 8) + product) >> 8) as u8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halved_chroma_by_hand() {
        let mut row = Vec::new();
        twice_across(&[0, 4, 8], &mut row);
        assert_eq!(row, [0, 1, 3, 5, 7, 8]);
        row.clear();
        twice_both(&[0, 16, 32], &[0, 16, 32], &mut row);
        assert_eq!(row, [0, 4, 12, 20, 28, 32]);
        row.clear();
        twice_both(&[100, 100, 100], &[0, 0, 0], &mut row);
        assert_eq!(row, [75; 6]);
    }

    #[test]
    fn colours_by_hand() {
        assert_eq!(from_ycc(90, 128, 128), [90; 3]);
        // Pure red is luma 76, differences 85 and 255.
        assert_eq!(from_ycc(76, 85, 255), [254, 0, 0]);
        assert_eq!(from_inks([255, 255, 255], 255), [255; 3]);
        assert_eq!(from_inks([255, 0, 128], 255), [255, 0, 128]);
        assert_eq!(from_inks([200, 100, 50], 0), [0; 3]);
    }
}
