//! The rooms of the code and which room may name which: the one place where this is decided.

use crate::workspace;

/// A room: a folder or file below `src`.
pub struct Room {
    /// Height in its package; rooms of level 0 of core may be named by all of core.
    pub level: u8,
    /// Name, as its path in the package.
    pub name: &'static str,
    /// What is in it.
    pub holds: &'static str,
    /// What it may name: rooms of its own package, `core::…` and `engine::…` for those of others.
    pub knows: &'static [&'static str],
}

const fn room(level: u8, name: &'static str, holds: &'static str, knows: &'static [&'static str]) -> Room {
    Room { level, name, holds, knows }
}

/// The rooms of `core/src`.
pub const CORE: &[Room] = &[
    room(0, "descriptor", "the types all catalogues share", &[]),
    room(0, "digest", "SHA-256 as text", &[]),
    room(0, "random", "numbers by counter", &["kernels"]),
    room(0, "math", "portable floating-point functions", &[]),
    room(0, "undefined", "a number that may not exist, and why", &[]),
    room(1, "photo", "a stranger's file to what the network sees", &[]),
    room(1, "segment", "pictures cut into pieces", &[]),
    room(1, "statistics", "correlations, intervals, rankings", &[]),
    room(2, "mosaic", "photos put together, and which cell is whose", &["photo"]),
    room(2, "network", "graphs of ops, walked forward and backward", &["photo::input", "photo::preset", "kernels"]),
    room(3, "map", "relevance per place, with its provenance", &[]),
    room(4, "method", "one file a method", &["photo", "segment", "network", "map"]),
    room(5, "metric", "one file a metric", &["photo", "mosaic", "network", "map", "statistics"]),
    room(
        6,
        "experiment",
        "what to run, what came out",
        &["photo", "statistics", "mosaic", "network", "map", "method", "metric"],
    ),
    room(
        7,
        "figure",
        "one file a kind of drawing",
        &["photo", "mosaic", "network", "map", "statistics", "method", "metric", "experiment"],
    ),
];

/// The files of `network`, lowest first: each may name those before it, none after.
pub const NETWORK: &[&str] = &[
    "processor",
    "value",
    "parameters",
    "card",
    "op",
    "graph",
    "shape",
    "describe",
    "cone",
    "plan",
    "rule",
    "forward",
    "incremental",
    "backward",
    "pieces",
    "canonise",
    "training",
    "zoo",
    "format",
    "load",
    "objective",
    "session",
];

/// The rooms of `app/src`, lowest first; knowledge runs up this list, never down.
pub const APP: &[Room] = &[
    room(0, "widgets", "slider, choice, canvas: know nothing of networks or methods", &[]),
    room(0, "worker", "the engine inside a web worker", &["engine", "core::digest"]),
    room(1, "bridge", "the only owner of the workers on the page's side", &["engine::protocol"]),
    room(
        2,
        "state",
        "plain structs with methods, tested without a browser",
        &[
            "bridge",
            "widgets::number",
            "engine::protocol",
            "core::descriptor",
            "core::digest",
            "core::experiment",
            "core::map",
            "core::method::ENTRIES",
            "core::method::cost",
            "core::method::preset",
            "core::metric",
            "core::mosaic",
            "core::network::card",
            "core::network::plan",
            "core::photo",
            "core::undefined",
        ],
    ),
    room(
        3,
        "panels",
        "one folder a panel",
        &[
            "widgets",
            "state",
            "engine::protocol",
            "core::descriptor",
            "core::experiment",
            "core::figure",
            "core::map",
            "core::method::ENTRIES",
            "core::method::preset",
            "core::metric",
            "core::mosaic",
            "core::network::card",
            "core::photo",
            "core::statistics",
            "core::undefined",
        ],
    ),
    room(4, "places", "each arranges panels", &["panels", "state", "widgets"]),
    room(5, "bin/page", "starts the page", &["places"]),
    room(5, "bin/cpu", "starts the engine on the processor", &["worker", "engine::protocol"]),
    room(5, "bin/webgpu", "starts the engine on the graphics processor", &["worker", "engine::protocol"]),
];

/// The packages, and which of them each may name.
pub const PACKAGES: &[(&str, &[&str])] = &[
    ("core", &["kernels"]),
    ("kernels", &[]),
    ("engine", &["core"]),
    ("app", &["core", "engine"]),
    ("cli", &["core", "engine"]),
    ("tests", &["core", "engine", "app"]),
    ("xtask", &["core", "engine", "app"]),
];

/// The tables as they stand in ARCHITECTURE.md: the rooms that exist so far.
pub fn printed() -> String {
    let network = NETWORK.iter().filter(|name| exists("core", &format!("network/{name}")));
    let network = network.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" < ");
    format!(
        "`core/src`: a room may name the rooms in its last column and those of level 0, nothing else.\n\n{}\n\
         Inside `network` each file may name those to its left: {network}.\n\n\
         `app/src`: the same rule; `core::` and `engine::` are the other packages.\n\n{}",
        rows("core", CORE),
        rows("app", APP)
    )
}

/// Whether a room is there already.
fn exists(package: &str, name: &str) -> bool {
    let path = workspace::root().join(package).join("src").join(name);
    path.is_dir() || path.with_extension("rs").is_file()
}

fn rows(package: &str, rooms: &[Room]) -> String {
    let mut text = String::from("| level | room | what is in it | may name |\n|---|---|---|---|\n");
    for room in rooms.iter().filter(|room| exists(package, room.name)) {
        let there = |name: &&&str| rooms.iter().all(|room| room.name != **name) || exists(package, name);
        let knows = room.knows.iter().filter(there).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let knows = if knows.is_empty() { "–".into() } else { knows };
        text += &format!("| {} | `{}` | {} | {knows} |\n", room.level, room.name, room.holds);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_only_know_rooms_below() {
        for rooms in [CORE, APP] {
            let level = |name: &str| rooms.iter().find(|room| room.name == name).map(|room| room.level);
            for room in rooms {
                for known in room
                    .knows
                    .iter()
                    .filter(|known| !PACKAGES.iter().any(|(package, _)| known.split("::").next() == Some(package)))
                {
                    let below =
                        level(known.split("::").next().unwrap_or(known)).unwrap_or_else(|| panic!("no room {known}"));
                    assert!(below < room.level, "{} knows {known}", room.name);
                }
            }
        }
    }
}
