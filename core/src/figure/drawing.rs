//! What a drawing is to its user: the SVG, and which mark in it stands for what, so that a page can answer a pointer.

/// A finished drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The document.
    pub svg: String,
    /// Its width in its own units.
    pub width: f64,
    /// Its height in its own units.
    pub height: f64,
    /// What stands where.
    pub marks: Vec<Mark>,
}

/// A place in a drawing and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Where, in the drawing's units.
    pub place: Place,
    /// What.
    pub unit: Unit,
}

/// A place in a drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// About a centre.
    Circle {
        /// Of the centre.
        x: f64,
        /// Of the centre.
        y: f64,
        /// How far it reaches.
        radius: f64,
    },
    /// From an upper left corner.
    Rectangle {
        /// Of the corner.
        x: f64,
        /// Of the corner.
        y: f64,
        /// To the right.
        width: f64,
        /// Down.
        height: f64,
    },
}

/// What a mark stands for: indices into what was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A method, or another row.
    Row(usize),
    /// Two rows.
    Pair(usize, usize),
    /// The mosaic that a sheet shows.
    Mosaic,
    /// A method's score on a mosaic.
    Score {
        /// The method.
        row: usize,
        /// The mosaic.
        column: usize,
    },
}

impl Drawing {
    /// What a pointer means: of the points no farther than `reach` from it the nearest, else the rectangle it is in.
    #[must_use]
    pub fn at(&self, x: f64, y: f64, reach: f64) -> Option<&Mark> {
        let far = |mark: &&Mark| mark.place.distance(x, y);
        let point = |mark: &&Mark| matches!(mark.place, Place::Circle { .. }) && far(mark) <= reach;
        let points = self.marks.iter().filter(point).min_by(|a, b| far(a).total_cmp(&far(b)));
        points.or_else(|| self.marks.iter().find(|mark| far(mark) == 0.0))
    }
}

impl Place {
    /// From its edge; 0 inside.
    fn distance(&self, x: f64, y: f64) -> f64 {
        let length = |across: f64, down: f64| (across * across + down * down).sqrt();
        match *self {
            Self::Circle { x: cx, y: cy, radius } => (length(x - cx, y - cy) - radius).max(0.0),
            Self::Rectangle { x: left, y: top, width, height } => {
                length((left - x).max(x - left - width).max(0.0), (top - y).max(y - top - height).max(0.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_means_the_nearest_point_or_its_row() {
        let row = Mark { place: Place::Rectangle { x: 0.0, y: 0.0, width: 100.0, height: 30.0 }, unit: Unit::Row(0) };
        let point =
            |x, column| Mark { place: Place::Circle { x, y: 15.0, radius: 2.0 }, unit: Unit::Score { row: 0, column } };
        let marks = vec![row, point(50.0, 0), point(56.0, 1)];
        let drawing = Drawing { svg: String::new(), width: 100.0, height: 30.0, marks };
        let unit = |x, y| drawing.at(x, y, 4.0).map(|mark| mark.unit);
        assert_eq!(unit(55.0, 16.0), Some(Unit::Score { row: 0, column: 1 }));
        assert_eq!(unit(51.0, 12.0), Some(Unit::Score { row: 0, column: 0 }));
        assert_eq!(unit(20.0, 15.0), Some(Unit::Row(0)));
        assert_eq!(unit(20.0, 31.0), None);
    }
}
