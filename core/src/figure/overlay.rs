//! A map laid over what the network saw.

use crate::map::Map;
use crate::map::colour::{Opacity, Scale, paint};
use crate::map::range::{Clip, Range};
use crate::map::resample::{Interpolation, resample};
use crate::photo::Input;

/// How strongly a map covers the photo where it is strongest; weaker values cover less.
const COVER: f32 = 0.85;

/// The map in its sign's default colours over the input it explains, brought to the input's size.
///
/// # Shapes
/// `[H, W, 3]` bytes, as the input's.
#[must_use]
pub fn overlay(map: &Map, input: &Input) -> Vec<u8> {
    let facts = &map.facts;
    let values =
        resample(&map.flat(), (facts.height, facts.width), (input.height, input.width), Interpolation::Bilinear);
    let range = Range::of(&values, facts.sign, Clip::USUAL);
    let painted = paint(&values, Scale::of(facts.sign), range, Opacity::Value);
    let mixed = input.rgb.chunks_exact(3).zip(painted.chunks_exact(4)).flat_map(|(photo, paint)| {
        let cover = f32::from(paint[3]) / 255.0 * COVER;
        [0, 1, 2].map(|c| (f32::from(photo[c]) * (1.0 - cover) + f32::from(paint[c]) * cover + 0.5) as u8)
    });
    mixed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::Sign;
    use crate::map::{Facts, Provenance};
    use crate::photo::Region;

    #[test]
    fn the_peak_is_covered_and_zero_leaves_the_photo() {
        let provenance = Provenance { method: "gradcam".into(), input: (2, 2), ..Provenance::default() };
        let facts = Facts { channels: 1, height: 2, width: 2, sign: Sign::Positive, provenance, steps: vec![] };
        let map = Map { values: vec![0.0, 0.0, 0.0, 1.0], facts, picture: None };
        let region = Region { left: 0.0, top: 0.0, width: 2.0, height: 2.0 };
        let input = Input { height: 2, width: 2, rgb: vec![10; 12], region };
        let picture = overlay(&map, &input);
        assert_eq!(picture[..9], [10; 9]);
        assert!(picture[9] > 200, "the top of the scale is bright: {:?}", &picture[9..]);
    }
}
