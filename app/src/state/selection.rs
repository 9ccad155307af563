//! What is open: a photo, the class that is explained, the method whose map lies on the stage.

use super::photos::PhotoId;
use std::collections::HashMap;
use tessera_core::experiment::MethodSpec;

/// The class that is explained of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its index.
    pub class: usize,
    /// Index of the class it is compared with.
    pub against: Option<usize>,
    /// Whether a person chose it; else it is the predicted one, and follows the prediction.
    pub by_hand: bool,
}

/// What is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The photo on the stage.
    pub photo: Option<PhotoId>,
    /// The photo that takes its place as soon as it is decoded.
    pub wanted: Option<PhotoId>,
    /// The method whose map lies on the stage, and what is set of it.
    pub open: MethodSpec,
    targets: HashMap<PhotoId, Choice>,
}

impl Selection {
    /// Nothing open yet; maps of this method come on the stage first.
    #[must_use]
    pub fn new(open: MethodSpec) -> Self {
        Self { photo: None, wanted: None, open, targets: HashMap::new() }
    }

    /// The photo that is marked as chosen: the one asked for last.
    #[must_use]
    pub fn chosen(&self) -> Option<PhotoId> {
        self.wanted.or(self.photo)
    }

    /// The class that is explained of a photo, once it is known.
    #[must_use]
    pub fn target(&self, photo: PhotoId) -> Option<usize> {
        self.targets.get(&photo).map(|choice| choice.class)
    }

    /// The class that the explained one is compared with.
    #[must_use]
    pub fn against(&self, photo: PhotoId) -> Option<usize> {
        self.targets.get(&photo).and_then(|choice| choice.against)
    }

    /// The class a person chose for a photo.
    #[must_use]
    pub fn by_hand(&self, photo: PhotoId) -> Option<usize> {
        self.targets.get(&photo).filter(|choice| choice.by_hand).map(|choice| choice.class)
    }

    /// A person chose a class, or one rather than another.
    pub fn choose(&mut self, photo: PhotoId, class: usize, against: Option<usize>) {
        let against = against.filter(|other| *other != class);
        self.targets.insert(photo, Choice { class, against, by_hand: true });
    }

    /// The network predicted a class.
    pub fn predicted(&mut self, photo: PhotoId, class: usize) {
        if self.by_hand(photo).is_none() {
            self.targets.insert(photo, Choice { class, against: None, by_hand: false });
        }
    }

    /// Forgets the classes that another network predicted; those a person chose too, where it has others.
    pub fn forget_targets(&mut self, others: bool) {
        self.targets.retain(|_, choice| choice.by_hand && !others);
    }

    /// Forgets a photo; `next` is asked for if it was the chosen one.
    pub fn forget(&mut self, photo: PhotoId, next: Option<PhotoId>) {
        self.targets.remove(&photo);
        if self.wanted == Some(photo) {
            self.wanted = None;
        }
        if self.photo == Some(photo) {
            self.photo = None;
            self.wanted = self.wanted.or(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_by_hand_outlasts_a_prediction() {
        let mut selection = Selection::new(MethodSpec::plain("gradcam"));
        selection.predicted(1, 5);
        selection.predicted(1, 6);
        assert_eq!((selection.target(1), selection.by_hand(1)), (Some(6), None));
        selection.choose(1, 9, Some(9));
        selection.predicted(1, 5);
        assert_eq!((selection.target(1), selection.against(1)), (Some(9), None));
        selection.choose(1, 9, Some(3));
        assert_eq!(selection.against(1), Some(3));
    }

    #[test]
    fn another_network_predicts_anew() {
        let mut selection = Selection::new(MethodSpec::plain("gradcam"));
        selection.predicted(1, 5);
        selection.choose(2, 9, None);
        selection.forget_targets(false);
        assert_eq!((selection.target(1), selection.target(2)), (None, Some(9)));
        selection.forget_targets(true);
        assert_eq!(selection.target(2), None);
    }

    #[test]
    fn a_photo_that_fails_leaves_the_open_one() {
        let mut selection =
            Selection { photo: Some(1), wanted: Some(2), ..Selection::new(MethodSpec::plain("gradcam")) };
        selection.forget(2, Some(3));
        assert_eq!((selection.photo, selection.wanted), (Some(1), None));
        selection.forget(1, Some(3));
        assert_eq!(selection.chosen(), Some(3));
    }
}
