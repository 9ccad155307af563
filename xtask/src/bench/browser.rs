//! The contest in Chromium: the CPU engine of the built page and onnxruntime-web, each in a worker of one page.
//!
//! The page does the turns; it says when one begins and ends, and the browser's processor time is read at those moments.

use super::measured::{Contest, Job, Turn};
use super::talk::{Browser, Said, Talk};
use super::{Plan, folder, json, programs};
use crate::module::{CPU, PAGE};
use crate::{files, page, site};
use std::path::{Path, PathBuf};

/// The files of onnxruntime-web that the page loads.
const ORT_WEB: [&str; 3] = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];
/// Our files beside them.
const OWN: [&str; 4] = ["index.html", "contest.mjs", "ort-worker.mjs", "visit.js"];

/// Prepares the folder, opens the page and listens until it is done.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let (own, python) = (programs::own()?, programs::python()?);
    programs::picture(&own)?;
    programs::onnx(&python)?;
    let folder = site_with_bench()?;
    let ort_web = programs::ort_web()?;
    for name in ORT_WEB {
        copy(&ort_web.join(name), &folder.join("bench").join(name))?;
    }
    for name in ["picture.rgb", "picture.f32", "lite0.onnx"] {
        copy(&super::folder().join(name), &folder.join("bench").join(name))?;
    }
    let version = Browser::version()?;
    let mut contest = Contest::new(format!("{version}, 1 thread"));
    let opening = play(plan, &folder, &mut contest)?;
    print!("{}{}", contest.table(), openings(&opening));
    contest.agrees()?;
    let opening: Vec<String> = opening.iter().map(|(name, seconds)| opening_json(name, *seconds)).collect();
    Ok(vec![("contests", json::list(&[contest.json()])), ("opening", json::list(&opening))])
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

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    files::write(to, &files::read(from)?)
}

/// Listens to one page from first to last; gives back the seconds that each contender took to open.
fn play(plan: &Plan, folder: &Path, contest: &mut Contest) -> Result<Vec<(String, f64)>, String> {
    let talk = Talk::open(folder.into())?;
    let profile = super::folder().join("profile-contest");
    files::remove(&profile)?;
    let address =
        format!("http://127.0.0.1:{}/bench/index.html?rounds={}&passes={}", talk.port, plan.rounds, plan.passes);
    let browser = Browser::open(&profile, &address)?;
    let mut opening = Vec::new();
    let mut begun: Option<Said> = None;
    loop {
        let said = talk.next(&browser)?;
        match said.what.as_str() {
            "opened" => opening.extend(read_opening(&said.text)),
            "begin" => begun = Some(said),
            "end" => enter(contest, begun.take(), &said)?,
            "done" => return Ok(opening),
            other => return Err(format!("the page said `{other}`")),
        }
    }
}

/// Enters the turn between two sayings: `JOB CONTENDER`, then `CHECK SECONDS...`.
fn enter(contest: &mut Contest, begun: Option<Said>, ended: &Said) -> Result<(), String> {
    let strange = || format!("the page said `{}` at a strange moment", ended.text);
    let begun = begun.ok_or_else(strange)?;
    let (job, contender) = begun.text.split_once(' ').ok_or_else(strange)?;
    let job = Job::named(job).ok_or_else(strange)?;
    let cpu = begun.cpu.zip(ended.cpu).map(|(before, after)| after - before);
    let turn = Turn::read(&ended.text, cpu).ok_or_else(strange)?;
    let name = match contender {
        "tessera" => format!("tessera {}", env!("CARGO_PKG_VERSION")),
        _ => programs::ort_web_name(),
    };
    contest.enter(&name, job, turn);
    Ok(())
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

fn opening_json(name: &str, seconds: f64) -> String {
    json::object(&[("contender", json::text(name)), ("seconds", json::number(Some(seconds)))])
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
