//! The contest in Chromium: the CPU engine of the built page and onnxruntime-web, each in a worker of one page.
//!
//! The page does the turns; it says when one begins and ends, and the browser's processor time is read at those moments.

use super::measured::{Contest, Job, Turn};
use super::native::Programs;
use super::network::{Network, SERVED};
use super::talk::{Browser, Said, Talk};
use super::{Plan, folder, json, programs};
use crate::module::{CPU, PAGE};
use crate::{files, page, site};
use std::path::{Path, PathBuf};

/// What the page calls its contenders.
pub const CONTENDERS: [&str; 2] = ["tessera", "onnxruntime-web"];
/// The files of onnxruntime-web that the page loads.
const ORT_WEB: [&str; 3] = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];
/// Our files beside them.
const OWN: [&str; 4] = ["index.html", "contest.mjs", "ort-worker.mjs", "visit.js"];

/// Prepares the folder, and has one contest a network.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let (programs, site, version) = (Programs::find()?, site_with_peers()?, Browser::version()?);
    let (mut contests, mut opening) = (Vec::new(), Vec::new());
    for network in &plan.networks {
        programs.prepare(network)?;
        serve(&site, network)?;
        let mut contest = Contest::new(format!("{}, {version}, 1 thread", network.label()));
        let opened = contend(plan, &site, network, &mut contest)?;
        print!("{}{}", contest.table(), openings(&opened));
        contest.agrees()?;
        contests.push(contest.json());
        opening.extend(opened.iter().map(|(name, seconds)| opening_json(network, name, *seconds)));
    }
    Ok(vec![("contests", json::list(&contests)), ("opening", json::list(&opening))])
}

/// The built page with the CPU engine, and our own pages in its folder `bench`.
pub fn site_with_bench() -> Result<PathBuf, String> {
    let folder = folder().join("site");
    site::assemble(&folder, &page::served()?, &site::build(&[PAGE, CPU])?)?;
    for name in OWN {
        copy(&programs::scripts().join("browser").join(name), &folder.join("bench").join(name))?;
    }
    Ok(folder)
}

/// The same with onnxruntime-web.
pub fn site_with_peers() -> Result<PathBuf, String> {
    let (folder, ort_web) = (site_with_bench()?, programs::ort_web()?);
    for name in ORT_WEB {
        copy(&ort_web.join(name), &folder.join("bench").join(name))?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    files::write(to, &files::read(from)?)
}

/// Puts a network's files into a site, as second names of the same files: they are large.
pub fn serve(site: &Path, network: &Network) -> Result<(), String> {
    let folder = site.join("bench").join(network.label());
    files::remove(&folder)?;
    files::make(&folder)?;
    for name in SERVED {
        let to = folder.join(name);
        std::fs::hard_link(network.folder().join(name), &to).map_err(|error| files::complain("write", &to, error))?;
    }
    Ok(())
}

/// What a page is asked to do.
pub struct Page<'a> {
    /// The network.
    pub network: &'a Network,
    /// Some of [`CONTENDERS`].
    pub contenders: &'a [&'a str],
    /// Turns of each contender.
    pub rounds: usize,
    /// Passes in a turn.
    pub passes: usize,
    /// Passes before the first turn.
    pub warm: usize,
}

impl Page<'_> {
    fn address(&self, port: u16) -> String {
        let Page { network, contenders, rounds, passes, warm } = self;
        let (label, side, contenders) = (network.label(), network.side, contenders.join(","));
        format!(
            "http://127.0.0.1:{port}/bench/index.html?network={label}&side={side}&contenders={contenders}&rounds={rounds}&passes={passes}&warm={warm}"
        )
    }
}

/// Listens to one page from first to last.
pub fn play(
    site: &Path,
    page: &Page,
    hear: &mut dyn FnMut(Said, &Browser) -> Result<(), String>,
) -> Result<(), String> {
    let talk = Talk::open(site.into())?;
    let profile = folder().join("profile-contest");
    files::remove(&profile)?;
    let browser = Browser::open(&profile, &page.address(talk.port))?;
    loop {
        let said = talk.next(&browser)?;
        if said.what == "done" {
            // One that ends by itself writes no more into the profile, which the next one empties.
            browser.close();
            return Ok(());
        }
        hear(said, &browser)?;
    }
}

/// Has the contest; gives back the seconds that each contender took to open.
fn contend(plan: &Plan, site: &Path, network: &Network, contest: &mut Contest) -> Result<Vec<(String, f64)>, String> {
    let (rounds, passes) = plan.turns(network);
    let page = Page { network, contenders: &CONTENDERS, rounds, passes, warm: passes };
    let mut opening = Vec::new();
    let mut begun: Option<Said> = None;
    play(site, &page, &mut |said, _| {
        match said.what.as_str() {
            "opened" => opening.extend(read_opening(&said.text)),
            "begin" => begun = Some(said),
            "end" => return enter(contest, begun.take(), &said),
            other => return Err(format!("the page said `{other}`")),
        }
        Ok(())
    })?;
    Ok(opening)
}

/// Enters the turn between two sayings: `JOB CONTENDER`, then `CHECK SECONDS...`.
fn enter(contest: &mut Contest, begun: Option<Said>, ended: &Said) -> Result<(), String> {
    let strange = || format!("the page said `{}` at a strange moment", ended.text);
    let begun = begun.ok_or_else(strange)?;
    let (job, contender) = begun.text.split_once(' ').ok_or_else(strange)?;
    let job = Job::named(job).ok_or_else(strange)?;
    let cpu = begun.cpu.zip(ended.cpu).map(|(before, after)| after - before);
    let turn = Turn::read(&ended.text, cpu).ok_or_else(strange)?;
    contest.enter(&called(contender), job, turn);
    Ok(())
}

/// A contender of the page with its version.
pub fn called(contender: &str) -> String {
    match contender {
        "tessera" => format!("tessera {}", env!("CARGO_PKG_VERSION")),
        _ => programs::ort_web_name(),
    }
}

/// Reads `CONTENDER SECONDS`.
fn read_opening(text: &str) -> Option<(String, f64)> {
    let (name, seconds) = text.split_once(' ')?;
    Some((name.into(), seconds.parse().ok()?))
}

fn openings(opening: &[(String, f64)]) -> String {
    let line =
        |(name, seconds): &(String, f64)| format!("  {name}: ready {seconds:.2} s after its worker was started\n");
    opening.iter().map(line).collect()
}

fn opening_json(network: &Network, name: &str, seconds: f64) -> String {
    let network = json::text(&network.label());
    json::object(&[("network", network), ("contender", json::text(name)), ("seconds", json::number(Some(seconds)))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(what: &str, text: &str, cpu: f64) -> Said {
        Said { what: what.into(), text: text.into(), cpu: Some(cpu) }
    }

    #[test]
    fn a_turn_lies_between_two_sayings() {
        let mut contest = Contest::new("here".into());
        let begun = said("begin", "forward tessera", 1.0);
        enter(&mut contest, Some(begun), &said("end", "5.0 0.1 0.1", 1.4)).unwrap();
        assert!(contest.table().contains("200.0"), "{}", contest.table());
        assert!(enter(&mut contest, None, &said("end", "5.0 0.1", 2.0)).is_err());
    }
}
