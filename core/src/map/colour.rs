//! Maps to colours: scales, the range of values they span, and the picture that is laid over a photo.
//!
//! Between two stops a scale is mixed in sRGB, as a CSS `linear-gradient` is, so that legend and map agree.

use super::range::Range;
use crate::descriptor::Sign;

/// A colour scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Black over purple and orange to pale yellow.
    Magma,
    /// Purple over green to yellow.
    Viridis,
    /// Black to white.
    Grey,
    /// The rainbow, for comparison with older pictures only.
    Jet,
    /// Blue below zero, near white at zero, red above.
    BlueWhiteRed,
}

impl Scale {
    /// All scales, each sign's default first.
    pub const ALL: [Self; 5] = [Self::Magma, Self::Viridis, Self::Grey, Self::Jet, Self::BlueWhiteRed];

    /// The scale to begin with.
    #[must_use]
    pub fn of(sign: Sign) -> Self {
        match sign {
            Sign::Positive => Self::Magma,
            Sign::Signed => Self::BlueWhiteRed,
        }
    }

    /// The scale of that id.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scale| scale.id() == id)
    }

    /// Which maps it is for.
    #[must_use]
    pub fn sign(self) -> Sign {
        if self == Self::BlueWhiteRed { Sign::Signed } else { Sign::Positive }
    }

    /// Name in commands and links.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Magma => "magma",
            Self::Viridis => "viridis",
            Self::Grey => "grey",
            Self::Jet => "jet",
            Self::BlueWhiteRed => "blue-white-red",
        }
    }

    /// Name as a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Magma => "Magma",
            Self::Viridis => "Viridis",
            Self::Grey => "Grey",
            Self::Jet => "Jet",
            Self::BlueWhiteRed => "Blue, white, red",
        }
    }

    /// What speaks against it, in one sentence.
    #[must_use]
    pub fn warning(self) -> Option<&'static str> {
        (self == Self::Jet).then_some(
            "Jet shows edges where the values have none, hides others, and misleads colour-blind readers: use it only to compare with older pictures.",
        )
    }

    /// Its colours at equal distances, lowest value first.
    #[must_use]
    pub fn stops(self) -> &'static [[u8; 3]] {
        match self {
            Self::Magma => &MAGMA,
            Self::Viridis => &VIRIDIS,
            Self::Grey => &GREY,
            Self::Jet => &JET,
            Self::BlueWhiteRed => &BLUE_WHITE_RED,
        }
    }

    /// The stops as a CSS `linear-gradient` takes them: `#010005, #160132, ...`.
    #[must_use]
    pub fn css_stops(self) -> String {
        self.stops().iter().map(|&stop| hex(stop)).collect::<Vec<_>>().join(", ")
    }

    /// The colour at `share` of the scale, 0 (lowest value) to 1; beyond is held at the ends, not-a-number at 0.
    #[must_use]
    pub fn colour(self, share: f32) -> [u8; 3] {
        let stops = self.stops();
        let last = stops.len() - 1;
        let at = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) } * last as f32;
        let below = (at as usize).min(last - 1);
        let mix = at - below as f32;
        let channel = |c: usize| {
            let (from, to) = (f32::from(stops[below][c]), f32::from(stops[below + 1][c]));
            (from + (to - from) * mix + 0.5) as u8
        };
        [channel(0), channel(1), channel(2)]
    }
}

/// A colour as `#rrggbb`.
#[must_use]
pub fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// How much of the photo a painted map lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opacity {
    /// As much as the value is weak: alpha is |value| over the range's limit.
    #[default]
    Value,
    /// Nothing.
    Full,
}

/// Paints a map. Values that are no numbers become transparent.
///
/// # Shapes
/// `[H, W]` (or any order) to as many pixels of 4 bytes, RGBA, alpha not premultiplied.
#[must_use]
pub fn paint(values: &[f32], scale: Scale, range: Range, opacity: Opacity) -> Vec<u8> {
    let mut rgba = Vec::with_capacity(values.len() * 4);
    for &value in values {
        let [red, green, blue] = scale.colour(range.share(value));
        let alpha = match opacity {
            Opacity::Value => range.strength(value),
            Opacity::Full if value.is_nan() => 0.0,
            Opacity::Full => 1.0,
        };
        rgba.extend([red, green, blue, (alpha * 255.0 + 0.5) as u8]);
    }
    rgba
}

/// A stop from its six hexadecimal digits.
const fn stop(rgb: u32) -> [u8; 3] {
    [(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8]
}

// The first, second and last table are the page's --scale-positive, --scale-viridis and --scale-signed: lightness runs
// linearly in OKLab, or symmetrically about zero.

const MAGMA: [[u8; 3]; 9] = [
    stop(0x010005),
    stop(0x160132),
    stop(0x3f0062),
    stop(0x751275),
    stop(0xb3226e),
    stop(0xde515d),
    stop(0xfd8553),
    stop(0xffc178),
    stop(0xfff5bc),
];

const VIRIDIS: [[u8; 3]; 9] = [
    stop(0x380d59),
    stop(0x2d3377),
    stop(0x0f5586),
    stop(0x007488),
    stop(0x00918b),
    stop(0x2cac81),
    stop(0x70c36e),
    stop(0xaad75e),
    stop(0xe5e74d),
];

const GREY: [[u8; 3]; 2] = [stop(0x000000), stop(0xffffff)];

const JET: [[u8; 3]; 9] = [
    stop(0x000080),
    stop(0x0000ff),
    stop(0x0080ff),
    stop(0x00ffff),
    stop(0x80ff80),
    stop(0xffff00),
    stop(0xff8000),
    stop(0xff0000),
    stop(0x800000),
];

const BLUE_WHITE_RED: [[u8; 3]; 11] = [
    stop(0x004d88),
    stop(0x006eb2),
    stop(0x3990d0),
    stop(0x77b1e3),
    stop(0xb6d2ed),
    stop(0xf3f2f2),
    stop(0xf0c3b3),
    stop(0xe8927b),
    stop(0xd4614c),
    stop(0xb3332d),
    stop(0x890f1d),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::range::Clip;

    fn pixels(values: &[f32], sign: Sign, opacity: Opacity) -> Vec<[u8; 4]> {
        let range = Range::of(values, sign, Clip::None);
        paint(values, Scale::of(sign), range, opacity).as_chunks().0.to_vec()
    }

    #[test]
    fn ends_and_middle_are_the_legends() {
        for scale in Scale::ALL {
            let stops = scale.stops();
            assert_eq!(scale.colour(0.0), stops[0]);
            assert_eq!(scale.colour(1.0), stops[stops.len() - 1]);
            for (i, stop) in stops.iter().enumerate() {
                assert_eq!(scale.colour(i as f32 / (stops.len() - 1) as f32), *stop, "{} {i}", scale.id());
            }
            assert_eq!(scale.colour(f32::NAN), stops[0]);
            assert_eq!(scale.colour(9.0), stops[stops.len() - 1]);
            assert_eq!(Scale::by_id(scale.id()), Some(scale));
        }
        assert_eq!(Scale::Grey.colour(0.25), [64, 64, 64]);
        assert_eq!(Scale::Magma.css_stops()[..16], *"#010005, #160132");
    }

    #[test]
    fn the_maximum_gets_the_top_colour_and_zero_leaves_the_photo() {
        let painted = pixels(&[0.0, 0.5, 2.0], Sign::Positive, Opacity::Value);
        assert_eq!(painted[2], [0xff, 0xf5, 0xbc, 255]);
        assert_eq!((painted[0][3], painted[1][3]), (0, 64));
    }

    #[test]
    fn zero_of_a_signed_map_is_the_middle() {
        let painted = pixels(&[-1.0, 0.0, 4.0], Sign::Signed, Opacity::Full);
        assert_eq!(painted[1], [0xf3, 0xf2, 0xf2, 255]);
        assert_eq!(painted[2], [0x89, 0x0f, 0x1d, 255]);
        assert_ne!(painted[0], [0x00, 0x4d, 0x88, 255], "the scale is symmetric: -1 of 4 is not the end");
    }

    #[test]
    fn constant_maps_stay_flat_and_what_is_no_number_is_clear() {
        for sign in [Sign::Positive, Sign::Signed] {
            for value in [0.0, 0.7, -0.7] {
                let painted = pixels(&[value; 5], sign, Opacity::Value);
                assert!(painted.iter().all(|pixel| *pixel == painted[0]), "{value} {sign:?}");
            }
            let painted = pixels(&[f32::NAN, 1.0, f32::INFINITY], sign, Opacity::Value);
            assert_eq!(painted[0][3], 0);
            assert_eq!(painted[1], painted[2], "the range is that of the finite values");
        }
    }
}
