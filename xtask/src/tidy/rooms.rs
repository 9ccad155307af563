//! Who names whom: every path in the code against the table of rooms.

use super::paths::{self, Path};
use super::table::{APP, CORE, NETWORK, PACKAGES, Room};
use crate::{files, workspace};
use std::collections::BTreeMap;
use std::path::Path as File;

/// Every name in the code that its place may not know, a sentence each.
pub fn faults() -> Result<Vec<String>, String> {
    let handed = Handed::read()?;
    let mut faults = Vec::new();
    for (package, allowed) in PACKAGES {
        let folder = workspace::root().join(package);
        for path in files::below(&folder)?.iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
            let file = Place { package, allowed, module: module(path, &folder.join("src")) };
            let found = file.faults(&files::text(path)?, &handed);
            faults.extend(found.iter().map(|fault| format!("{}: {fault}", workspace::relative(path))));
        }
    }
    faults.dedup();
    Ok(faults)
}

/// Where a file is, and what its package may name. Files beside `src` are in no module.
struct Place<'a> {
    package: &'a str,
    allowed: &'a [&'a str],
    module: Option<Path>,
}

impl Place<'_> {
    fn faults(&self, source: &str, handed: &Handed) -> Vec<String> {
        let module = self.module.as_deref();
        let own = format!("tessera_{}", self.package);
        let mut faults: Vec<_> = module.and_then(|module| homeless(self.package, module)).into_iter().collect();
        for named in paths::named(source, module.unwrap_or_default()) {
            let named = handed.resolve(self.package, normal(named, &own));
            let trespass = module.and_then(|module| trespass(self.package, module, &named));
            faults.extend(stranger(self.package, self.allowed, &named).or(trespass));
        }
        faults
    }
}

/// The place of a file in its crate: `photo/mod.rs` is `photo`, `lib.rs` the root, `bin/cpu.rs` is `bin/cpu`.
fn module(path: &File, source: &File) -> Option<Path> {
    let inner = path.strip_prefix(source).ok()?.with_extension("");
    let mut names: Path = inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    names.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
    Some(names)
}

/// A binary names its own library by the package's name: that is `crate` too.
fn normal(mut named: Path, own: &str) -> Path {
    if named.first().is_some_and(|first| first == own) {
        named[0] = "crate".into();
    }
    named
}

/// Names that the rooms' root files hand on, by package and room.
struct Handed(BTreeMap<(String, String), Vec<(String, String)>>);

impl Handed {
    fn read() -> Result<Self, String> {
        let mut handed = BTreeMap::new();
        for (package, _) in PACKAGES {
            let source = workspace::root().join(package).join("src");
            for path in files::below(&source)?.iter().filter(|path| path.ends_with("mod.rs")) {
                if let Some([room]) = module(path, &source).as_deref() {
                    let names = paths::handed_on(&files::text(path)?);
                    handed.insert((package.to_string(), room.clone()), names);
                }
            }
        }
        Ok(Self(handed))
    }

    /// `crate::photo::Input` as what it is: `crate::photo::input::Input`.
    fn resolve(&self, package: &str, mut named: Path) -> Path {
        let [root, room, name, ..] = named.as_slice() else { return named };
        let package = root.strip_prefix("tessera_").unwrap_or(package).to_string();
        let names = self.0.get(&(package, room.clone()));
        let file =
            names.and_then(|names| names.iter().find(|(handed, _)| handed == name)).map(|(_, file)| file.clone());
        if let Some(file) = file {
            named.insert(2, file);
        }
        named
    }
}

/// A package that may not be named here.
fn stranger(package: &str, allowed: &[&str], named: &Path) -> Option<String> {
    let other = named.first()?.strip_prefix("tessera_")?;
    let known = allowed.contains(&other);
    (!known).then(|| format!("package `{package}` may not name package `{other}`"))
}

/// The rooms of a package that has a table of them.
fn table(package: &str) -> Option<&'static [Room]> {
    match package {
        "core" => Some(CORE),
        "app" => Some(APP),
        _ => None,
    }
}

/// A file that lies in no room.
fn homeless(package: &str, module: &[String]) -> Option<String> {
    let rooms = table(package)?;
    let inner =
        if package == "core" && module.first().is_some_and(|room| room == "network") { module.get(1) } else { None };
    let unlisted = inner.is_some_and(|file| !NETWORK.contains(&file.as_str()));
    let lost = unlisted || !module.is_empty() && home(rooms, module).is_none();
    lost.then(|| "lies in no room of the table; add the room to xtask/src/tidy/table.rs".into())
}

/// A room that may not be named here.
fn trespass(package: &str, module: &[String], named: &Path) -> Option<String> {
    let rooms = table(package)?;
    let here = home(rooms, module)?;
    let (target, short) = match named.first()?.strip_prefix("tessera_") {
        Some(other) => ([&[other.to_string()], &named[1..]].concat(), true),
        None => (named[1..].to_vec(), false),
    };
    let first = target.first()?;
    let inside = home(rooms, &target).is_some_and(|room| room.name == here.name) && !short;
    if inside {
        return inner(package, module, &target);
    }
    let everybody = package == "core" && rooms.iter().any(|room| room.level == 0 && room.name == first);
    let known = here.knows.iter().any(|known| begins(&target, known));
    let room = short || home(rooms, &target).is_some();
    (room && !everybody && !known).then(|| format!("`{}` may not name `{}`", here.name, target.join("::")))
}

/// Whether a path begins with the steps of `start`.
fn begins(path: &[String], start: &str) -> bool {
    let mut names = path.iter();
    start.split("::").all(|step| names.next().is_some_and(|name| name == step))
}

/// The room a place lies in.
fn home<'a>(rooms: &'a [Room], place: &[String]) -> Option<&'a Room> {
    let joined = place.iter().take(2).cloned().collect::<Vec<_>>().join("/");
    rooms.iter().find(|room| place.first().is_some_and(|first| room.name == first) || room.name == joined)
}

/// Inside `network`, a file that names one above it.
fn inner(package: &str, module: &[String], target: &[String]) -> Option<String> {
    if package != "core" || module.first()? != "network" {
        return None;
    }
    let height = |name: Option<&String>| NETWORK.iter().position(|file| name.is_some_and(|name| name == file));
    let (here, there) = (height(module.get(1))?, height(target.get(1))?);
    (there > here).then(|| format!("`network::{}` may not name `network::{}`", NETWORK[here], NETWORK[there]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        text.split("::").map(String::from).collect()
    }

    fn judge(package: &str, module: &str, named: &str) -> Option<String> {
        trespass(package, &path(module), &path(named))
    }

    #[test]
    fn the_table_decides() {
        assert_eq!(judge("core", "method::gradient", "crate::network::graph::Graph"), None);
        assert_eq!(judge("core", "photo::crop", "crate::digest::sha256"), None);
        assert_eq!(judge("core", "photo::crop", "crate::photo::input::Input"), None);
        assert!(judge("core", "photo::crop", "crate::map::Map").is_some());
        assert!(judge("core", "network::op", "crate::photo::decode").is_some());
        assert_eq!(judge("core", "network::card", "crate::photo::input::Preprocess"), None);
    }

    #[test]
    fn every_file_has_a_room() {
        assert!(homeless("core", &path("attic::box")).is_some());
        assert!(homeless("core", &path("network::attic")).is_some());
        assert_eq!(homeless("core", &path("map::colour")), None);
        assert_eq!(homeless("app", &path("bin::cpu")), None);
    }

    #[test]
    fn network_has_its_own_order() {
        assert!(judge("core", "network::op::linear", "crate::network::graph::Graph").is_some());
        assert_eq!(judge("core", "network::graph", "crate::network::op::Op"), None);
    }

    #[test]
    fn the_page_does_not_reach_past_its_rooms() {
        assert!(judge("app", "widgets::slider", "crate::state::Desk").is_some());
        assert!(judge("app", "widgets::slider", "tessera_core::map::Map").is_some());
        assert!(judge("app", "bridge::client", "tessera_engine::dispatch::Engine").is_some());
        assert_eq!(judge("app", "bridge::client", "tessera_engine::protocol::Job"), None);
        assert_eq!(judge("app", "bin::cpu", "crate::worker::start"), None);
    }

    #[test]
    fn packages_keep_their_order() {
        assert!(stranger("core", &[], &path("tessera_engine::x")).is_some());
        assert_eq!(stranger("app", &["core"], &path("tessera_core::x")), None);
    }
}
