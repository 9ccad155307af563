//! The panels of kept runs: their list, what is in one, two side by side, links that run them again, files in and out.

mod bring;
mod compare;
mod link;
mod list;
mod own;
mod particulars;
mod share;
mod verdict;
mod words;

pub use bring::Bring;
pub use compare::Comparing;
pub use link::Linked;
pub use list::List;
pub use own::{OwnFound, OwnNumbers};
pub use particulars::Particulars;
pub use share::{Button as ShareButton, Panel as SharePanel};
