//! The mosaics of Fresz, Lörcher and Huber 2024 (FAccT, doi 10.1145/3630106.3658537), drawn as their script draws
//! them, to the last one: two cells of the target class and two others, shuffled.
//!
//! Two generators are at work. Python's is seeded once and shuffles; NumPy's is made anew from the seed for every class
//! that it draws other photos from, so classes of one size give the same places every time. Photos may come twice, even
//! in one mosaic. [`sample`](super::sample) does neither; this is here to repeat what was published.

use super::error::MosaicError;
use super::sample::{Mosaic, Source, by_class, several};
use super::twister::Twister;
use std::collections::BTreeSet;

/// Cells of a mosaic that show the target class, and as many that do not.
const HALF: usize = 2;

/// Draws so many mosaics of every class, in the order in which classes first appear in the dataset's table.
///
/// # Errors
/// [`MosaicError::Unseeded`] for seed 0, [`MosaicError::FewPhotos`] where another class has fewer photos than are drawn
/// of it without repetition; too few classes, and too many mosaics.
pub fn draw(dataset: &[Source], per_class: usize, seed: u32) -> Result<Vec<Mosaic>, MosaicError> {
    let classes = by_class(dataset);
    several(dataset, classes.len(), per_class, 2 * HALF)?;
    if seed == 0 {
        return Err(MosaicError::Unseeded);
    }
    let beside = beside(&classes, HALF * per_class, seed)?;
    let mut python = Twister::python(seed);
    let mut mosaics = Vec::with_capacity(per_class * classes.len());
    for (t, (target, photos)) in classes.iter().enumerate() {
        let mut targets = repeated(photos, HALF * per_class);
        python.python_shuffle(&mut targets);
        let mut others = [&beside[..t], &beside[t + 1..]].concat().concat();
        python.python_shuffle(&mut others);
        for (targets, others) in targets.chunks_exact(HALF).zip(others.chunks_exact(HALF)).take(per_class) {
            let mut cells = [targets, others].concat();
            python.python_shuffle(&mut cells);
            let cells = cells.into_iter().map(|photo| dataset[photo].clone()).collect();
            mosaics.push(Mosaic { name: format!("{}.jpg", mosaics.len()), target: *target, cells });
        }
    }
    Ok(mosaics)
}

/// The class that the study takes a file to show: what comes before the first hyphen is its name, blanks written as
/// underscores. Of classes with one name it is the last, so a crane is always the machine; a name that has a hyphen
/// itself is never found.
#[must_use]
pub fn class_of(file: &str, names: &[String]) -> Option<usize> {
    let label = file.split('-').next()?;
    names.iter().rposition(|name| name.replace(' ', "_") == label)
}

/// Class indices in the order in which a set of CPython gives them back, which decides what the study calls a mosaic's
/// second and third class: a table of eight places, each value at its last three bits or, where that is taken, at the
/// next place of the probing sequence. With five different ones the table would grow; they stay in their order.
#[must_use]
pub fn set_order(classes: &[usize]) -> Vec<usize> {
    const PLACES: usize = 8;
    let different: BTreeSet<usize> = classes.iter().copied().collect();
    if different.len() > PLACES / 2 {
        return classes.to_vec();
    }
    let mut table = [None; PLACES];
    for &class in classes {
        let (mut perturb, mut place) = (class, class % PLACES);
        while table[place].is_some_and(|known| known != class) {
            perturb >>= 5;
            place = (5 * place + 1 + perturb) % PLACES;
        }
        table[place] = Some(class);
    }
    table.into_iter().flatten().collect()
}

/// The whole list as often as it takes to hold so many.
fn repeated(photos: &[usize], count: usize) -> Vec<usize> {
    photos.repeat(count.div_ceil(photos.len()))
}

/// The photos of each class that stand beside another one's, so many in all of any but one: every draw starts from the
/// seed, so they are the same whichever class is the target.
fn beside(classes: &[(usize, Vec<usize>)], count: usize, seed: u32) -> Result<Vec<Vec<usize>>, MosaicError> {
    let needed = count.div_ceil(classes.len() - 1);
    let of = |(class, photos): &(usize, Vec<usize>)| {
        if photos.len() < needed {
            return Err(MosaicError::FewPhotos { class: *class, there: photos.len(), needed });
        }
        let order = Twister::numpy(seed).numpy_permutation(photos.len());
        Ok(order[..needed].iter().map(|&place| photos[place]).collect())
    };
    classes.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(sizes: &[(usize, usize)]) -> Vec<Source> {
        let of = |&(class, size): &(usize, usize)| {
            (0..size).map(move |i| Source { file: format!("{class}-{i}"), class }).collect::<Vec<_>>()
        };
        sizes.iter().flat_map(of).collect()
    }

    #[test]
    fn the_worked_example() {
        let mosaics = draw(&dataset(&[(281, 6), (817, 7)]), 3, 42).unwrap();
        let files = |mosaic: &Mosaic| mosaic.cells.iter().map(|cell| cell.file.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(files(&mosaics[0]), "817-0 281-1 817-2 281-3");
        assert_eq!(files(&mosaics[5]), "281-5 281-4 817-1 817-6");
        assert_eq!((mosaics[2].target, mosaics[3].target), (281, 817));
        assert_eq!(mosaics[0].targets(), [false, true, false, true]);
    }

    #[test]
    fn names_are_read_as_by_the_study() {
        let names = ["crane", "Shih-Tzu", "sports car", "crane"].map(str::to_owned);
        let class = |file| class_of(file, &names);
        assert_eq!([class("crane-7.jpg"), class("sports_car-1-2.jpg")], [Some(3), Some(2)]);
        assert_eq!([class("Shih-Tzu-1.jpg"), class("Crane-1.jpg"), class("crane.jpg")], [None; 3]);
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let two = dataset(&[(281, 6), (817, 7)]);
        assert_eq!(draw(&two, 3, 0), Err(MosaicError::Unseeded));
        assert_eq!(draw(&two[..6], 3, 42), Err(MosaicError::OneClass { photos: 6 }));
        assert_eq!(draw(&two, 4, 42), Err(MosaicError::FewPhotos { class: 281, there: 6, needed: 8 }));
        assert_eq!(draw(&two, 0, 42), Err(MosaicError::Count { asked: 0, cells: 4 }));
    }
}
