//! Mosaics: photos of several classes side by side, so that where relevance ought to fall is known without a person who
//! draws it.
//!
//! Sources are drawn ([`sample`] evenly, [`facct24`] as the study of that name), cut to one size ([`tile`]) and put
//! together ([`layout`]); [`cells`] say which pixels are whose. Arias-Duart et al. 2022 (arXiv 2109.15035) and Fresz,
//! Lörcher and Huber 2024 (FAccT, doi 10.1145/3630106.3658537) score methods on such pictures.

pub mod cells;
pub mod error;
pub mod facct24;
pub mod layout;
pub mod sample;
pub mod table;
pub mod tile;
pub mod twister;

pub use cells::{Bounds, Cells};
pub use error::MosaicError;
pub use layout::Layout;
pub use sample::{Mosaic, Source};
