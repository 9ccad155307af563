//! Attribution methods: one file each, named once in the table below.

pub mod gradcam;
pub mod gradient;

use crate::descriptor::Entry;
use crate::map::{Facts, Map, Provenance};
use crate::network::graph::NodeId;
use crate::network::session::Session;
use crate::network::value::ReadError;

/// Names the methods once: their entries, which are data only, and the dispatch to their `run`.
macro_rules! methods {
    ($($method:ident),+ $(,)?) => {
        /// All methods, in the order a page shows them.
        pub const ENTRIES: &[Entry] = &[$($method::ENTRY),+];

        /// Runs a method by id; `None` if there is none of that name.
        ///
        /// # Errors
        /// If the device fails.
        pub async fn run(id: &str, session: &mut Session<'_>, target: usize) -> Option<Result<Map, ReadError>> {
            $(if id == $method::ENTRY.id {
                return Some($method::run(session, target).await);
            })+
            None
        }
    };
}

methods!(gradcam, gradient);

/// The entry of that id.
#[must_use]
pub fn entry(id: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.id == id)
}

/// A method's numbers with their provenance; who has a clock fills in device and seconds.
fn finish(
    entry: &Entry,
    session: &Session,
    target: usize,
    values: Vec<f32>,
    (channels, height, width): (usize, usize, usize),
    node: Option<NodeId>,
) -> Map {
    let network = session.network;
    let provenance = Provenance {
        method: entry.id.into(),
        target,
        node: node.map(|id| network.graph.nodes[id].name.clone()),
        network: network.card.id.clone(),
        input: session.size,
        passes: entry.passes,
        device: String::new(),
        seconds: 0.0,
    };
    Map { values, facts: Facts { channels, height, width, sign: entry.sign, provenance } }
}
