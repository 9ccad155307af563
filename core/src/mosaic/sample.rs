//! Which photos make up which mosaic, drawn evenly.
//!
//! For each class in turn, so many cells show it and the others show other classes. Photos are dealt from shuffled
//! decks, one a class: none comes again before all of its class have come, and none stands twice in one mosaic. What is
//! dealt depends on the dataset and its digest, the seed and the plan alone.

use super::error::{MOST, MosaicError};
use crate::random::Stream;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A photo and the class it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name of its file, with `/` between folders.
    pub file: String,
    /// Its class, as an index of the network's.
    pub class: usize,
}

/// What a mosaic is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mosaic {
    /// Name of its file.
    pub name: String,
    /// The class whose cells relevance ought to fall on.
    pub target: usize,
    /// A source a cell, row after row from the upper left.
    pub cells: Vec<Source>,
}

impl Mosaic {
    /// Whether each cell shows the target class.
    #[must_use]
    pub fn targets(&self) -> Vec<bool> {
        self.cells.iter().map(|source| source.class == self.target).collect()
    }
}

/// How many of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Cells of a mosaic.
    pub cells: usize,
    /// How many of them show the target class.
    pub targets: usize,
    /// Mosaics for each class.
    pub per_class: usize,
}

impl Plan {
    /// A plan in which about that share of the cells shows the target class: at least one, and not all.
    #[must_use]
    pub fn with_share(cells: usize, share: f64, per_class: usize) -> Self {
        let targets = (share * cells as f64).round() as usize;
        Self { cells, targets: targets.min(cells.saturating_sub(1)).max(1), per_class }
    }
}

/// Draws the mosaics of every class, in the order in which classes first appear.
///
/// # Errors
/// Where there are too few classes, photos or cells, or too many mosaics for [`MosaicError`] not to be said.
pub fn draw(dataset: &[Source], plan: Plan, digest: &str, seed: u64) -> Result<Vec<Mosaic>, MosaicError> {
    let classes = by_class(dataset);
    check(dataset, &classes, plan)?;
    let stream = |role: &str, class: usize| Stream::new(seed, &format!("mosaic {digest} {role} {class}"));
    let decks = |role: &str| -> Vec<Deck> {
        let of = |(class, photos): &(usize, Vec<usize>)| Deck::new(photos.clone(), stream(role, *class));
        classes.iter().map(of).collect()
    };
    let (mut targets, mut others) = (decks("target"), decks("other"));
    let mut mosaics = Vec::with_capacity(plan.per_class * classes.len());
    for (t, &(target, _)) in classes.iter().enumerate() {
        let beside = (0..classes.len()).filter(|&class| class != t).collect();
        let mut beside = Deck::new(beside, stream("beside", target));
        let places = stream("places", target);
        for number in 0..plan.per_class {
            let mut cells = Vec::with_capacity(plan.cells);
            for _ in 0..plan.targets {
                cells.extend(targets[t].deal(&cells));
            }
            while cells.len() < plan.cells {
                // A class may have run out of photos for this mosaic; then another is asked.
                let class = beside.deal(&[]).expect("two classes were asked for");
                cells.extend(others[class].deal(&cells));
            }
            shuffle(&mut cells, &places, number as u64 * plan.cells as u64);
            let cells = cells.into_iter().map(|photo| dataset[photo].clone()).collect();
            mosaics.push(Mosaic { name: format!("{}.png", mosaics.len()), target, cells });
        }
    }
    Ok(mosaics)
}

fn check(dataset: &[Source], classes: &[(usize, Vec<usize>)], plan: Plan) -> Result<(), MosaicError> {
    let Plan { cells, targets, per_class } = plan;
    several(dataset, classes.len(), per_class, cells)?;
    if targets == 0 || targets >= cells {
        return Err(MosaicError::Targets { targets, cells });
    }
    for (class, photos) in classes {
        let (class, there) = (*class, photos.len());
        if there < targets {
            return Err(MosaicError::FewPhotos { class, there, needed: targets });
        }
        let (there, needed) = (dataset.len() - there, cells - targets);
        if there < needed {
            return Err(MosaicError::FewOthers { class, there, needed });
        }
    }
    Ok(())
}

/// A sentence unless there are two classes and a number of mosaics that can be made.
pub(super) fn several(dataset: &[Source], classes: usize, per_class: usize, cells: usize) -> Result<(), MosaicError> {
    if classes < 2 {
        return Err(MosaicError::OneClass { photos: dataset.len() });
    }
    let asked = per_class.saturating_mul(classes);
    let all = asked.saturating_mul(cells);
    if all == 0 || all > MOST { Err(MosaicError::Count { asked, cells }) } else { Ok(()) }
}

/// The classes in the order in which they first appear, and the photos of each in order, as places in the dataset.
pub(super) fn by_class(dataset: &[Source]) -> Vec<(usize, Vec<usize>)> {
    let mut classes: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut known = BTreeMap::new();
    for (photo, source) in dataset.iter().enumerate() {
        let place = *known.entry(source.class).or_insert_with(|| {
            classes.push((source.class, Vec::new()));
            classes.len() - 1
        });
        classes[place].1.push(photo);
    }
    classes
}

/// Cards that are dealt in shuffled order, again and again.
struct Deck {
    cards: Vec<usize>,
    /// Not dealt yet, the next one last.
    rest: Vec<usize>,
    stream: Stream,
    /// Numbers of the stream that are used up.
    drawn: u64,
}

impl Deck {
    fn new(cards: Vec<usize>, stream: Stream) -> Self {
        Self { cards, rest: Vec::new(), stream, drawn: 0 }
    }

    /// The next card that is not among `taken`; none if all are.
    fn deal(&mut self, taken: &[usize]) -> Option<usize> {
        if self.cards.iter().all(|card| taken.contains(card)) {
            return None;
        }
        let free = |rest: &[usize]| rest.iter().rposition(|card| !taken.contains(card));
        if free(&self.rest).is_none() {
            // What is left was held back for another mosaic: it stays on top of the new round.
            let mut round = self.cards.clone();
            shuffle(&mut round, &self.stream, self.drawn);
            self.drawn += round.len() as u64;
            round.append(&mut self.rest);
            self.rest = round;
        }
        free(&self.rest).map(|place| self.rest.remove(place))
    }
}

/// Fisher and Yates' shuffle with the numbers of a stream from `first` on.
fn shuffle(list: &mut [usize], stream: &Stream, first: u64) {
    for i in (1..list.len()).rev() {
        list.swap(i, stream.below(first + i as u64, i + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(sizes: &[usize]) -> Vec<Source> {
        let of = |(class, &size): (usize, &usize)| {
            (0..size).map(move |i| Source { file: format!("{class}-{i}.jpg"), class: 10 * class }).collect::<Vec<_>>()
        };
        sizes.iter().enumerate().flat_map(of).collect()
    }

    #[test]
    fn photos_are_used_evenly_and_once_a_mosaic() {
        let plan = Plan { cells: 9, targets: 4, per_class: 21 };
        let mosaics = draw(&dataset(&[6, 7, 8]), plan, "digest", 3).unwrap();
        assert_eq!(mosaics.len(), 63);
        let mut uses = BTreeMap::new();
        for mosaic in &mosaics {
            assert_eq!(mosaic.targets().iter().filter(|&&target| target).count(), 4);
            let mut files: Vec<_> = mosaic.cells.iter().map(|source| &source.file).collect();
            files.sort();
            files.dedup();
            assert_eq!(files.len(), 9, "{mosaic:?}");
            for source in mosaic.cells.iter().filter(|source| source.class == mosaic.target) {
                *uses.entry((mosaic.target, &source.file)).or_insert(0) += 1;
            }
        }
        for class in [0, 10, 20] {
            let counts = uses.iter().filter(|((of, _), _)| *of == class).map(|(_, count)| *count);
            let (least, most) = (counts.clone().min().unwrap(), counts.max().unwrap());
            assert!(most - least <= 1, "class {class}: {least} to {most} times");
        }
    }

    #[test]
    fn the_same_seed_and_digest_draw_the_same() {
        let plan = Plan { cells: 4, targets: 2, per_class: 5 };
        let drawn = |digest, seed| draw(&dataset(&[5, 5]), plan, digest, seed).unwrap();
        assert_eq!(drawn("a", 1), drawn("a", 1));
        assert_ne!(drawn("a", 1), drawn("a", 2));
        assert_ne!(drawn("a", 1), drawn("b", 1));
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let plan = |targets| Plan { cells: 4, targets, per_class: 1 };
        let said = |sizes: &[usize], plan| draw(&dataset(sizes), plan, "", 0).unwrap_err();
        assert_eq!(said(&[], plan(2)), MosaicError::OneClass { photos: 0 });
        assert_eq!(said(&[9], plan(2)), MosaicError::OneClass { photos: 9 });
        assert_eq!(said(&[1, 5], plan(2)), MosaicError::FewPhotos { class: 0, there: 1, needed: 2 });
        assert_eq!(said(&[5, 2], plan(1)), MosaicError::FewOthers { class: 0, there: 2, needed: 3 });
        assert_eq!(said(&[5, 5], plan(0)), MosaicError::Targets { targets: 0, cells: 4 });
        assert_eq!(said(&[5, 5], plan(4)), MosaicError::Targets { targets: 4, cells: 4 });
        assert_eq!(
            said(&[5, 5], Plan { per_class: usize::MAX, ..plan(2) }),
            MosaicError::Count { asked: usize::MAX, cells: 4 }
        );
    }

    #[test]
    fn a_share_becomes_a_number_of_cells() {
        assert_eq!(Plan::with_share(9, 0.5, 1).targets, 5);
        assert_eq!(Plan::with_share(4, 0.0, 1).targets, 1);
        assert_eq!(Plan::with_share(4, 1.0, 1).targets, 3);
    }
}
