//! Stored pixels to 8-bit RGB without alpha.

use image::ColorType;

/// Pixels as RGB, and what had to be done to them.
pub(super) struct Flat {
    /// Three bytes a pixel.
    pub(super) rgb: Vec<u8>,
    /// A sentence each.
    pub(super) notes: Vec<&'static str>,
}

/// Turns stored pixels (native byte order) into RGB; none where the values are not whole numbers of 8 or 16 bits.
///
/// Of 16 bits the upper 8 are kept. Transparent parts are laid on white.
pub(super) fn to_rgb8(stored: Vec<u8>, colour: ColorType) -> Option<Flat> {
    let wide = match colour {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => false,
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => true,
        _ => return None,
    };
    let bytes = if wide { upper_halves(stored) } else { stored };
    let mut notes = if wide { vec!["Its 16 bits a channel are shown as 8."] } else { Vec::new() };
    let (rgb, clear) = match colour.channel_count() {
        1 => (widened::<1, 3>(&bytes, |[grey]| [grey; 3]), false),
        2 => on_white(widened::<2, 4>(&bytes, |[grey, alpha]| [grey, grey, grey, alpha])),
        3 => (bytes, false),
        _ => on_white(bytes),
    };
    if clear {
        notes.push("Transparent parts lie on white.");
    }
    Some(Flat { rgb, notes })
}

/// Each pixel of `M` bytes as one of `N`.
fn widened<const M: usize, const N: usize>(bytes: &[u8], widen: fn([u8; M]) -> [u8; N]) -> Vec<u8> {
    let (pixels, _) = bytes.as_chunks::<M>();
    let mut wide = Vec::with_capacity(pixels.len() * N);
    for &pixel in pixels {
        wide.extend_from_slice(&widen(pixel));
    }
    wide
}

/// The upper 8 of each 16 bits, in the same memory.
fn upper_halves(mut bytes: Vec<u8>) -> Vec<u8> {
    for i in 0..bytes.len() / 2 {
        bytes[i] = (u16::from_ne_bytes([bytes[2 * i], bytes[2 * i + 1]]) >> 8) as u8;
    }
    bytes.truncate(bytes.len() / 2);
    bytes
}

/// RGBA laid on white, in the same memory, and whether anything was transparent.
fn on_white(mut bytes: Vec<u8>) -> (Vec<u8>, bool) {
    let pixels = bytes.len() / 4;
    let mut clear = false;
    for i in 0..pixels {
        let alpha = u32::from(bytes[4 * i + 3]);
        clear |= alpha < 255;
        for c in 0..3 {
            let shade = u32::from(bytes[4 * i + c]);
            bytes[3 * i + c] = ((shade * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
    }
    bytes.truncate(3 * pixels);
    bytes.shrink_to_fit();
    (bytes, clear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_mixes_with_white() {
        let flat = to_rgb8(vec![0, 100, 200, 0, 0, 100, 200, 255, 0, 100, 200, 128], ColorType::Rgba8).unwrap();
        assert_eq!(flat.rgb, [255, 255, 255, 0, 100, 200, 127, 177, 227]);
        assert_eq!(flat.notes, ["Transparent parts lie on white."]);
        let opaque = to_rgb8(vec![7, 255, 9, 255], ColorType::La8).unwrap();
        assert_eq!((opaque.rgb, opaque.notes.len()), (vec![7, 7, 7, 9, 9, 9], 0));
    }

    #[test]
    fn of_sixteen_bits_the_upper_eight_stay() {
        let stored = [0x12ff_u16, 0xfffe].iter().flat_map(|v| v.to_ne_bytes()).collect();
        assert_eq!(to_rgb8(stored, ColorType::L16).unwrap().rgb, [0x12, 0x12, 0x12, 0xff, 0xff, 0xff]);
        assert!(to_rgb8(vec![0; 12], ColorType::Rgb32F).is_none());
    }
}
