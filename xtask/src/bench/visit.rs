//! Seconds of a visit, from the start of the navigation: until a photo can be dropped, until the first map of the sample
//! is drawn, until all is done. Cold with a fresh profile, warm in a new browser with the profile of that first visit.

use super::browser::site_with_bench;
use super::measured::median;
use super::talk::{Browser, Talk};
use super::{Plan, folder, json};
use crate::files;
use std::path::Path;

/// What the numbers of a visit are, in the order the page says them.
const MOMENTS: [&str; 3] = ["a photo can be dropped", "the first map is drawn", "all is done"];
/// The same in the JSON file.
const NAMES: [&str; 3] = ["drop_s", "map_s", "done_s"];

/// Visits the page a few times, cold and warm by turns.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let site = site_with_bench()?;
    listen_to_the_page(&site)?;
    let talk = Talk::open(site)?;
    let profile = folder().join("profile-visit");
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds.unwrap_or(15).div_ceil(3) {
        files::remove(&profile)?;
        cold.push(visit(&talk, &profile)?);
        warm.push(visit(&talk, &profile)?);
    }
    let rows: Vec<_> =
        [("cold", cold), ("warm", warm)].into_iter().map(|(name, visits)| (name, medians(&visits))).collect();
    println!("{:<28}{:>10}{:>10}", "seconds of a visit, CPU", rows[0].0, rows[1].0);
    for (place, moment) in MOMENTS.iter().enumerate() {
        println!("  {moment:<26}{:>10.2}{:>10.2}", rows[0].1[place], rows[1].1[place]);
    }
    Ok(rows.iter().map(|(name, seconds)| (*name, visit_json(seconds))).collect())
}

/// Adds to the page the script that says how far it is.
fn listen_to_the_page(site: &Path) -> Result<(), String> {
    let path = site.join("index.html");
    let page = files::text(&path)?;
    let page = page.replacen("</head>", "<script src=\"bench/visit.js\"></script>\n</head>", 1);
    files::write(&path, page.as_bytes())
}

/// One visit in a browser of its own.
fn visit(talk: &Talk, profile: &Path) -> Result<Vec<f64>, String> {
    let browser = Browser::open(profile, &format!("http://127.0.0.1:{}/#/explain?device=cpu", talk.port))?;
    let said = talk.next(&browser)?;
    browser.close();
    let seconds: Option<Vec<f64>> = said.text.split_whitespace().map(|word| word.parse().ok()).collect();
    seconds.filter(|seconds| seconds.len() == MOMENTS.len()).ok_or_else(|| format!("the page said `{}`", said.text))
}

/// The median of each moment.
fn medians(visits: &[Vec<f64>]) -> Vec<f64> {
    let at = |place: usize| median(visits.iter().map(|visit| visit[place]).collect()).unwrap_or(f64::NAN);
    (0..MOMENTS.len()).map(at).collect()
}

fn visit_json(seconds: &[f64]) -> String {
    let members: Vec<_> =
        NAMES.iter().zip(seconds).map(|(name, second)| (*name, json::number(Some(*second)))).collect();
    json::object(&members)
}
