//! The photos on the page, and what the network sees of each.

use std::sync::Arc;
use tessera_core::photo::{Crop, PhotoFacts, Region};

/// Number of a photo, never used twice.
pub type PhotoId = u32;

/// Where a photo comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It comes with the page: its file below `samples/`.
    Sample(String),
    /// A person brought it.
    Given,
}

/// A decoded photo and what was cut out of it.
#[derive(Debug)]
pub struct Prepared {
    /// What is known of the file.
    pub facts: PhotoFacts,
    /// Rows and columns of what the network sees.
    pub input: (usize, usize),
    /// Which part of the upright photo that is.
    pub region: Region,
    /// The pixels the network sees: `input.0 * input.1 * 3` bytes.
    pub rgb: Vec<u8>,
}

/// A photo.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Its number.
    pub id: PhotoId,
    /// Name of the file.
    pub name: String,
    /// What it shows, in words.
    pub alt: String,
    /// Who made it, where that is known.
    pub credit: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Which part of it the network sees.
    pub crop: Crop,
    /// What has been cut out so far.
    pub prepared: Vec<(Crop, Arc<Prepared>)>,
}

impl Photo {
    /// What the network sees of it, once it is decoded.
    #[must_use]
    pub fn prepared(&self) -> Option<&Arc<Prepared>> {
        self.cut(self.crop)
    }

    /// What that crop cuts out of it, once it is decoded.
    #[must_use]
    pub fn cut(&self, crop: Crop) -> Option<&Arc<Prepared>> {
        self.prepared.iter().find(|(c, _)| *c == crop).map(|(_, prepared)| prepared)
    }

    /// Name in addresses; none for a photo that a person brought.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        match &self.origin {
            Origin::Sample(file) => Some(file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem)),
            Origin::Given => None,
        }
    }
}

/// All photos, in the order they are shown.
#[derive(Clone, Debug, Default)]
pub struct Photos {
    items: Vec<Photo>,
    next: PhotoId,
}

impl Photos {
    /// Adds a photo; what a person brings comes before the samples, newest first.
    pub fn add(&mut self, name: String, alt: String, credit: String, origin: Origin) -> PhotoId {
        let id = self.next;
        self.next += 1;
        let given = origin == Origin::Given;
        let photo = Photo { id, name, alt, credit, origin, crop: Crop::default(), prepared: Vec::new() };
        if given {
            self.items.insert(0, photo);
        } else {
            self.items.push(photo);
        }
        id
    }

    /// All photos.
    #[must_use]
    pub fn items(&self) -> &[Photo] {
        &self.items
    }

    /// The photo of that number.
    #[must_use]
    pub fn get(&self, id: PhotoId) -> Option<&Photo> {
        self.items.iter().find(|photo| photo.id == id)
    }

    /// The photo of that number, to be changed.
    pub fn get_mut(&mut self, id: PhotoId) -> Option<&mut Photo> {
        self.items.iter_mut().find(|photo| photo.id == id)
    }

    /// The sample of that name in addresses.
    #[must_use]
    pub fn sample(&self, address: &str) -> Option<PhotoId> {
        self.items.iter().find(|photo| photo.address() == Some(address)).map(|photo| photo.id)
    }

    /// Forgets what was cut out of all photos: another network sees other parts.
    pub fn forget_cuts(&mut self) {
        self.items.iter_mut().for_each(|photo| photo.prepared.clear());
    }

    /// Takes a photo away and gives the one that should be open in its place.
    pub fn remove(&mut self, id: PhotoId) -> Option<PhotoId> {
        let at = self.items.iter().position(|photo| photo.id == id)?;
        self.items.remove(at);
        let last = self.items.len().checked_sub(1)?;
        Some(self.items[at.min(last)].id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photos() -> Photos {
        let mut photos = Photos::default();
        for file in ["cat.jpg", "coffee.jpg"] {
            photos.add(file.into(), String::new(), String::new(), Origin::Sample(file.into()));
        }
        photos
    }

    #[test]
    fn what_a_person_brings_comes_first() {
        let mut photos = photos();
        let mine = photos.add("mine.jpg".into(), String::new(), String::new(), Origin::Given);
        assert_eq!(photos.items()[0].id, mine);
        assert_eq!(photos.items()[0].address(), None);
        assert_eq!(photos.sample("coffee"), Some(1));
    }

    #[test]
    fn removing_opens_the_next_then_the_one_before() {
        let mut photos = photos();
        assert_eq!(photos.remove(0), Some(1));
        assert_eq!(photos.remove(1), None);
        assert_eq!(photos.remove(1), None);
    }
}
