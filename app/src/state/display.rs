//! How maps are coloured.

use super::order::Order;
use super::results::Drawn;
use std::sync::Arc;
use tessera_core::descriptor::Sign;
use tessera_core::map::Map;
use tessera_core::map::colour::{Opacity, Scale, paint};
use tessera_core::map::range::{Clip, Range};
use tessera_core::map::steps::{self, Changes, ENTRIES, StepEntry, StepSpec, sum};

/// How the channels of a map are made one for its colours: a step that changes channels and nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reduction(&'static StepEntry);

impl Default for Reduction {
    fn default() -> Self {
        Self(&sum::ENTRY)
    }
}

impl Reduction {
    /// All ways, the usual one first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        ENTRIES.iter().filter(|entry| entry.changes == Changes::Channels).map(Self).collect()
    }

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// One value a place and what it means; a map of one channel stays as it is.
    #[must_use]
    pub fn of(self, map: &Map) -> (Vec<f32>, Sign) {
        let reduced = (map.facts.channels > 1).then(|| steps::run(&StepSpec::plain(self.0.id), map.clone()).ok());
        // Sums beyond what numbers hold, which no step gives: colours say so of each place.
        reduced.flatten().map_or_else(|| (map.flat(), map.facts.sign), |map| (map.values, map.facts.sign))
    }
}

/// How maps are coloured. It never changes their numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Display {
    /// Scale of positive maps.
    pub positive: Scale,
    /// What scales leave out.
    pub clip: Clip,
    /// Whether scales of positive maps begin at the least value, not at zero.
    pub from_least: bool,
    /// Whether maps of one method share one scale.
    pub shared: bool,
    /// Whether a map that brings a picture along is shown by that.
    pub own: bool,
    /// In which order cards lie.
    pub order: Order,
}

impl Default for Display {
    fn default() -> Self {
        Self {
            positive: Scale::of(Sign::Positive),
            clip: Clip::USUAL,
            from_least: false,
            shared: true,
            own: true,
            order: Order::Arrival,
        }
    }
}

impl Display {
    /// The scale of maps of that sign.
    #[must_use]
    pub fn scale(&self, sign: Sign) -> Scale {
        match sign {
            Sign::Positive => self.positive,
            Sign::Signed => Scale::of(sign),
        }
    }

    /// The range of a map: its own, or that of all maps whose numbers mean the same, which are those of one method on
    /// one scale of the network's output.
    #[must_use]
    pub fn range(&self, drawn: &Drawn, all: &[Arc<Drawn>]) -> Range {
        let own = |drawn: &Drawn| drawn.range(self.clip);
        let kind = |drawn: &Drawn| (drawn.key.spec.id.clone(), drawn.key.question.scale);
        let shares = self.shared && drawn.minus.is_none();
        let kin: Vec<&Arc<Drawn>> = all.iter().filter(|other| shares && kind(other) == kind(drawn)).collect();
        let range = kin.iter().fold(own(drawn), |range, other| range.joined(own(other)));
        let least = kin.iter().fold(drawn.least, |least, other| least.min(other.least));
        let from_least = self.from_least && range.sign == Sign::Positive && (0.0..range.high).contains(&least);
        Range { low: if from_least { least } else { range.low }, ..range }
    }

    /// Whether a map is shown by the picture that it brings along, which has no scale.
    #[must_use]
    pub fn own_picture<'a>(&self, drawn: &'a Drawn) -> Option<&'a Vec<u8>> {
        drawn.map.picture.as_ref().filter(|_| self.own)
    }

    /// A map as pixels: the weaker a value, the clearer its pixel.
    #[must_use]
    pub fn paint(&self, drawn: &Drawn, range: Range) -> Vec<u8> {
        if let Some(picture) = self.own_picture(drawn) {
            return on_white(picture);
        }
        let scale = self.scale(drawn.sign);
        if range.low <= 0.0 {
            return paint(&drawn.field, scale, range, Opacity::Value);
        }
        let above: Vec<f32> = drawn.field.iter().map(|value| value - range.low).collect();
        paint(&above, scale, Range { low: 0.0, high: range.high - range.low, ..range }, Opacity::Value)
    }
}

/// A picture as it lies on white: over the photo, whose colours it shares, nothing would be seen of it.
fn on_white(rgba: &[u8]) -> Vec<u8> {
    let over = |colour: u8, alpha: u16| ((u16::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
    let pixel = |&[red, green, blue, alpha]: &[u8; 4]| {
        let [red, green, blue] = [red, green, blue].map(|colour| over(colour, alpha.into()));
        [red, green, blue, 255]
    };
    rgba.as_chunks::<4>().0.iter().flat_map(pixel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::results::tests::drawn;

    #[test]
    fn only_maps_of_one_method_share_a_scale() {
        let all =
            [drawn("gradcam", [0.0, 1.0, 2.0, 3.0]), drawn("gradcam", [0.0, 1.0, 2.0, 9.0]), drawn("rise", [99.0; 4])];
        let display = Display { clip: Clip::None, ..Display::default() };
        assert_eq!(display.range(&all[0], &all).high, 9.0);
        let apart = Display { shared: false, ..display };
        assert_eq!(apart.range(&all[0], &all).high, 3.0);
    }

    #[test]
    fn a_scale_may_begin_at_the_least_value() {
        let drawn = drawn("rise", [2.0, 3.0, 3.0, 4.0]);
        let display = Display { clip: Clip::None, from_least: true, ..Display::default() };
        let range = display.range(&drawn, &[]);
        assert_eq!((range.low, range.high), (2.0, 4.0));
        let rgba = display.paint(&drawn, range);
        assert_eq!((rgba[3], rgba[15]), (0, 255));
        let signed = Display::default().range(&drawn, &[]);
        assert_eq!(signed.low, 0.0, "zero, if nothing is said");
    }

    #[test]
    fn strong_values_cover_the_photo_and_zero_leaves_it() {
        let drawn = drawn("gradcam", [0.0, 1.0, 2.0, 4.0]);
        let display = Display { clip: Clip::None, ..Display::default() };
        let rgba = display.paint(&drawn, display.range(&drawn, &[]));
        assert_eq!((rgba[3], rgba[15]), (0, 255));
    }

    #[test]
    fn a_picture_that_a_map_brings_along_takes_the_place_of_its_colours_until_it_is_put_away() {
        let mut drawn = Arc::into_inner(drawn("bcos", [1.0, 0.0, -1.0, 0.5])).expect("nobody else has it");
        drawn.map.picture = Some(vec![255, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 255, 0, 0, 255, 51]);
        let mut display = Display::default();
        let range = display.range(&drawn, &[]);
        let painted = display.paint(&drawn, range);
        assert_eq!(painted[..8], [255, 0, 0, 255, 255, 255, 255, 255]);
        assert_eq!(painted[12..], [204, 204, 255, 255]);
        display.own = false;
        assert_eq!(display.paint(&drawn, range)[7], 0, "a place without relevance is clear");
    }
}
