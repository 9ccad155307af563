//! A photo to the numbers a network takes.

use super::decode::MAX_PIXELS;
use super::resample::resize;
use super::{Crop, Photo, Region};
use serde::{Deserialize, Serialize};

/// What is done to a photo before a network sees it. Part of the network's card.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// Rows and columns the network was trained on.
    pub size: usize,
    /// Length the shortest side is resized to before the centre is cut out.
    pub resize: usize,
    /// How it is resized.
    pub filter: Filter,
    /// What is taken from each channel's value, which runs from 0 to 255. In the network's order of channels.
    pub mean: [f32; 3],
    /// What the difference is divided by.
    pub std: [f32; 3],
    /// The network's order of channels.
    #[serde(default)]
    pub order: Order,
}

impl Preprocess {
    /// The same for pictures of another size: as much of the photo is cut away.
    #[must_use]
    pub fn resized(self, size: usize) -> Preprocess {
        let resize = (self.resize * size + self.size / 2) / self.size.max(1);
        Preprocess { size, resize, ..self }
    }

    /// A sentence unless every picture becomes numbers, and of no more pixels than a photo may have.
    ///
    /// # Errors
    /// A side or a number that cannot be.
    pub fn check(&self) -> Result<(), String> {
        let side = |length: usize| length > 0 && (length as u64).saturating_mul(length as u64) <= MAX_PIXELS;
        if !side(self.size) || !side(self.resize) {
            let most = MAX_PIXELS.isqrt();
            return Err(format!(
                "Pictures cannot be resized to {} pixels, then cut to {}: choose 1 to {most}.",
                self.resize, self.size
            ));
        }
        let number =
            |(mean, std): (&f32, &f32)| std.is_finite() && [0.0, 255.0].iter().all(|v| ((v - mean) / std).is_finite());
        if !self.mean.iter().zip(&self.std).all(number) {
            let (mean, std) = (self.mean, self.std);
            return Err(format!(
                "Pictures less {mean:?}, divided by {std:?}, are no numbers: choose other means and deviations."
            ));
        }
        Ok(())
    }
}

/// An order of colour channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Red, green, blue.
    #[default]
    Rgb,
    /// Blue, green, red: networks from Caffe, and files read with OpenCV.
    Bgr,
}

/// A resampling filter, antialiased as in Pillow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    /// Triangle.
    Bilinear,
    /// Cubic with a = -0.5.
    Bicubic,
}

/// What the network sees, before normalisation: the exact pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// `height * width * 3` bytes, row after row.
    pub rgb: Vec<u8>,
    /// Which part of the upright photo it shows.
    pub region: Region,
}

/// Cuts and resizes a photo to what the network sees. Parts that are cut away are not resized first.
#[must_use]
pub fn prepare(photo: &Photo, preprocess: &Preprocess, crop: Crop) -> Input {
    let (rows, columns) = crop.sides(photo.facts.height, photo.facts.width, preprocess);
    let rgb = resize(&photo.rgb, rows, columns, preprocess.filter);
    Input { height: rows.length, width: columns.length, rgb, region: Region::of(rows, columns) }
}

impl Input {
    /// The numbers the network takes: `(value - mean) / std`.
    ///
    /// # Shapes
    /// `[3, H, W]`, channel after channel.
    #[must_use]
    pub fn normalised(&self, preprocess: &Preprocess) -> Vec<f32> {
        let place = self.height * self.width;
        let colours = if preprocess.order == Order::Rgb { [0, 1, 2] } else { [2, 1, 0] };
        let mut values = vec![0.0; 3 * place];
        for (i, pixel) in self.rgb.chunks_exact(3).enumerate() {
            for (c, colour) in colours.into_iter().enumerate() {
                values[c * place + i] = (f32::from(pixel[colour]) - preprocess.mean[c]) / preprocess.std[c];
            }
        }
        values
    }
}
