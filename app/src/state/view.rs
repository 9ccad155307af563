//! How the stage shows the photo: whole or cropped, how large, which part, and where the crosshair stands.
//!
//! Three frames: *window*, the visible rectangle; *world*, what it shows at zoom 1, both from 0 to 1; and *input*, the
//! pixels the network saw.

use super::comparison::{Comparison, Shown};
use tessera_core::photo::Region;

/// Greatest zoom.
pub const MOST: f64 = 8.0;

/// How the stage shows the photo.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The whole photo, or only what the network saw.
    pub whole: bool,
    /// Whether the map lies over the photo.
    pub overlay: bool,
    /// How opaque it is, in percent.
    pub opacity: u32,
    /// Whether it is hidden for a moment.
    pub blink: bool,
    /// How large, 1 to [`MOST`].
    pub zoom: f64,
    /// The point of the world in the middle of the window.
    pub centre: (f64, f64),
    /// The pixel of the input under the crosshair: column and row.
    pub cross: Option<(usize, usize)>,
    /// The map that the open one is compared with.
    pub comparison: Option<Comparison>,
    /// Whether the two that are compared have changed places for a moment.
    pub swap: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            whole: true,
            overlay: true,
            opacity: 66,
            blink: false,
            zoom: 1.0,
            centre: (0.5, 0.5),
            cross: None,
            comparison: None,
            swap: false,
        }
    }
}

impl View {
    /// How opaque the map is now, 0 to 1.
    #[must_use]
    pub fn strength(&self) -> f64 {
        if self.overlay && !self.blink { f64::from(self.opacity) / 100.0 } else { 0.0 }
    }

    /// What lies on the stage of two that are compared.
    #[must_use]
    pub fn shown(&self) -> Option<Comparison> {
        self.comparison.map(|two| match (self.swap, two.shown) {
            (false, _) => two,
            (true, Shown::Other) => Comparison { shown: Shown::One, ..two },
            (true, _) => Comparison { shown: Shown::Other, ..two },
        })
    }

    /// Compares the open map with another, or ends that.
    pub fn compare(&mut self, card: u32) {
        let same = self.comparison.is_some_and(|two| two.card == card);
        self.comparison = (!same).then_some(Comparison { card, shown: Shown::Difference });
    }

    /// Shows another photo: its whole, without a crosshair.
    pub fn reset(&mut self) {
        self.comparison = None;
        self.zoom = 1.0;
        self.centre = (0.5, 0.5);
        self.cross = None;
    }

    /// Zooms by a factor and keeps the point at `at` of the window where it is.
    pub fn zoom_by(&mut self, factor: f64, at: (f64, f64)) {
        let fixed = self.to_world(at);
        self.zoom = (self.zoom * factor).clamp(1.0, MOST);
        self.centre = (fixed.0 - (at.0 - 0.5) / self.zoom, fixed.1 - (at.1 - 0.5) / self.zoom);
        self.hold();
    }

    /// Moves what is shown by a part of the window.
    pub fn pan(&mut self, by: (f64, f64)) {
        self.centre = (self.centre.0 - by.0 / self.zoom, self.centre.1 - by.1 / self.zoom);
        self.hold();
    }

    /// Keeps the window inside the world.
    fn hold(&mut self) {
        let half = 0.5 / self.zoom;
        self.centre = (self.centre.0.clamp(half, 1.0 - half), self.centre.1.clamp(half, 1.0 - half));
    }

    /// A point of the window as a point of the world.
    #[must_use]
    pub fn to_world(&self, at: (f64, f64)) -> (f64, f64) {
        ((at.0 - 0.5) / self.zoom + self.centre.0, (at.1 - 0.5) / self.zoom + self.centre.1)
    }

    /// A point of the world as a point of the window.
    #[must_use]
    pub fn to_window(&self, at: (f64, f64)) -> (f64, f64) {
        ((at.0 - self.centre.0) * self.zoom + 0.5, (at.1 - self.centre.1) * self.zoom + 0.5)
    }

    /// Moves the crosshair by pixels of the input; it first appears in the middle.
    pub fn step(&mut self, by: (i64, i64), geometry: &Geometry) {
        let (rows, columns) = geometry.input;
        let (x, y) = self.cross.unwrap_or((columns / 2, rows / 2));
        let moved = |at: usize, by: i64, n: usize| (at as i64 + by).clamp(0, n as i64 - 1) as usize;
        self.cross = Some((moved(x, by.0, columns), moved(y, by.1, rows)));
    }
}

/// Sizes of what the stage shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// Rows and columns of the photo.
    pub photo: (f64, f64),
    /// The part of it the network saw.
    pub region: Region,
    /// Rows and columns of the input.
    pub input: (usize, usize),
    /// Whether the whole photo is shown.
    pub whole: bool,
}

/// A rectangle of the world: left, top, width, height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Geometry {
    /// Width over height of the world.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.whole { self.photo.1 / self.photo.0 } else { self.input.1 as f64 / self.input.0 as f64 }
    }

    /// Where the photo lies in the world.
    #[must_use]
    pub fn photo_place(&self) -> Place {
        if self.whole {
            return Place { left: 0.0, top: 0.0, width: 1.0, height: 1.0 };
        }
        let (rows, columns) = self.photo;
        let region = self.region;
        Place {
            left: -region.left / region.width,
            top: -region.top / region.height,
            width: columns / region.width,
            height: rows / region.height,
        }
    }

    /// Where what the network saw lies in the world.
    #[must_use]
    pub fn crop_place(&self) -> Place {
        if !self.whole {
            return Place { left: 0.0, top: 0.0, width: 1.0, height: 1.0 };
        }
        let (rows, columns) = self.photo;
        let region = self.region;
        Place {
            left: region.left / columns,
            top: region.top / rows,
            width: region.width / columns,
            height: region.height / rows,
        }
    }

    /// The pixel of the input, column and row, at a point of the world; none outside of what the network saw.
    #[must_use]
    pub fn pixel(&self, at: (f64, f64)) -> Option<(usize, usize)> {
        let place = self.crop_place();
        let (x, y) = ((at.0 - place.left) / place.width, (at.1 - place.top) / place.height);
        let inside = (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
        let (rows, columns) = self.input;
        inside.then_some(((x * columns as f64) as usize, (y * rows as f64) as usize))
    }

    /// The middle of a pixel of the input in the world.
    #[must_use]
    pub fn middle(&self, pixel: (usize, usize)) -> (f64, f64) {
        let place = self.crop_place();
        let (rows, columns) = self.input;
        let (x, y) = ((pixel.0 as f64 + 0.5) / columns as f64, (pixel.1 as f64 + 0.5) / rows as f64);
        (place.left + x * place.width, place.top + y * place.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(whole: bool) -> Geometry {
        let region = Region { left: 50.0, top: 0.0, width: 100.0, height: 100.0 };
        Geometry { photo: (100.0, 200.0), region, input: (224, 224), whole }
    }

    #[test]
    fn a_pixel_is_where_its_middle_is() {
        for whole in [true, false] {
            let geometry = geometry(whole);
            for pixel in [(0, 0), (223, 0), (100, 223)] {
                assert_eq!(geometry.pixel(geometry.middle(pixel)), Some(pixel));
            }
        }
        assert_eq!(geometry(true).pixel((0.1, 0.5)), None);
        assert_eq!(geometry(false).pixel((0.1, 0.5)), Some((22, 112)));
    }

    #[test]
    fn the_crop_fills_the_world_when_it_is_shown_alone() {
        let place = geometry(false).photo_place();
        assert_eq!(place, Place { left: -0.5, top: 0.0, width: 2.0, height: 1.0 });
        assert_eq!(geometry(false).ratio(), 1.0);
        assert_eq!(geometry(true).ratio(), 2.0);
    }

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let mut view = View::default();
        let at = (0.3, 0.6);
        let before = view.to_world(at);
        view.zoom_by(2.0, at);
        let after = view.to_world(at);
        assert!((before.0 - after.0).abs() < 1e-12 && (before.1 - after.1).abs() < 1e-12);
        let back = view.to_window(after);
        assert!((back.0 - at.0).abs() < 1e-12 && (back.1 - at.1).abs() < 1e-12);
    }

    #[test]
    fn the_window_stays_inside_the_world() {
        let mut view = View::default();
        view.pan((0.5, 0.5));
        assert_eq!(view.centre, (0.5, 0.5));
        view.zoom_by(100.0, (0.0, 0.0));
        assert_eq!(view.zoom, MOST);
        view.pan((9.0, -9.0));
        assert_eq!(view.centre, (0.5 / MOST, 1.0 - 0.5 / MOST));
    }

    #[test]
    fn two_that_are_compared_change_places() {
        let mut view = View::default();
        view.compare(3);
        assert_eq!(view.shown(), Some(Comparison { card: 3, shown: Shown::Difference }));
        view.swap = true;
        assert_eq!(view.shown(), Some(Comparison { card: 3, shown: Shown::Other }));
        view.compare(3);
        assert_eq!(view.shown(), None);
    }

    #[test]
    fn the_crosshair_stays_on_the_input() {
        let mut view = View::default();
        view.step((1, 0), &geometry(true));
        assert_eq!(view.cross, Some((113, 112)));
        view.step((-999, 999), &geometry(true));
        assert_eq!(view.cross, Some((0, 223)));
    }
}
