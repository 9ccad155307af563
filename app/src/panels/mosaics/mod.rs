//! The panels of a study with mosaics: its photos, its mosaics, the sheet of one of them, what is run, what came out.

mod accuracy;
mod bring;
mod cells;
mod definition;
mod design;
mod figure;
mod files;
mod grid;
mod groups;
mod plan;
mod plots;
mod results;
mod saved;
mod sheet;
mod table;

pub use accuracy::Check;
pub use bring::{Bring, Left};
pub use definition::{Definition, provide};
pub use files::drop;
pub use grid::Grid;
pub use groups::Groups;
pub use plan::{Methods, Metrics, Plan};
pub use results::Results;
pub use sheet::SheetPanel;
