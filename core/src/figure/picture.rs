//! A picture inside a drawing: PNG as a data URL (RFC 2397, base64 of RFC 4648), so that the drawing is one file.
//!
//! The page has URLs of its own for its pictures and does not come here.

use crate::photo::input::Filter;
use crate::photo::resample::{Side, resize};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

/// The picture as a data URL, its longer side brought down to `most` pixels where it is longer.
///
/// # Shapes
/// `[height, width, 3]`
///
/// # Panics
/// If the picture has another size or no pixels.
#[must_use]
pub fn url(rgb: &[u8], (height, width): (usize, usize), most: usize) -> String {
    let longest = height.max(width);
    if longest <= most {
        return data(&png(rgb, (height, width)));
    }
    let side = |from: usize| Side::whole(from, (from * most / longest).max(1));
    let small = resize(rgb, side(height), side(width), Filter::Bilinear);
    data(&png(&small, (side(height).length, side(width).length)))
}

/// The picture as a PNG file.
///
/// # Shapes
/// `[height, width, 3]`
///
/// # Panics
/// If the picture has another size or no pixels.
#[must_use]
pub fn png(rgb: &[u8], (height, width): (usize, usize)) -> Vec<u8> {
    assert_eq!(rgb.len(), height * width * 3, "a picture of {height} by {width}");
    let mut file = vec![];
    let encoder = PngEncoder::new(&mut file);
    encoder
        .write_image(rgb, width as u32, height as u32, ExtendedColorType::Rgb8)
        .expect("a picture of this size, into memory");
    file
}

fn data(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", base64(png))
}

/// Three bytes in four letters, each of six bits; `=` for what is not there.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for letter in 0..4 {
            let there = letter <= group.len();
            text.push(if there { LETTERS[(bits >> (18 - 6 * letter) & 63) as usize].into() } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_standard() {
        // RFC 4648, section 10.
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (text, letters) in pairs {
            assert_eq!(base64(text.as_bytes()), letters);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }

    #[test]
    fn a_picture_comes_back_as_it_was_or_smaller() {
        let rgb: Vec<u8> = (0..4 * 6 * 3).map(|i| (i * 3) as u8).collect();
        let back = image::load_from_memory(&png(&rgb, (4, 6))).unwrap().to_rgb8();
        assert_eq!((back.height(), back.width(), back.into_raw()), (4, 6, rgb.clone()));
        assert!(url(&rgb, (4, 6), 3).len() < url(&rgb, (4, 6), 6).len());
    }
}
