//! The place of studies with mosaics, used as a visitor uses it: photos brought, mosaics seen, methods run and ranked,
//! a run stopped and gone on with, and found again after a reload.

use crate::browser::{Browser, Wish, pause, visit};
use crate::looks::{SIZES, looked_at};
use crate::server::Server;
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tessera_tests::root;

/// Reads the place.
const LOOK: &str = r#"
const text = e => e ? e.textContent.replace(/\s+/g, ' ').trim() : '';
const all = (selector, of) => [...document.querySelectorAll(selector)].map(of);
const results = document.querySelector('#results');
const run = document.querySelector('#run-study');
const drawn = canvas => { try { const c = new OffscreenCanvas(4, 4).getContext('2d'); c.drawImage(canvas, 0, 0, 4, 4);
    return new Set(c.getImageData(0, 0, 4, 4).data).size > 8; } catch { return false; } };
return {
    mosaics: Number(document.querySelector('#stage')?.dataset.mosaics ?? 0),
    shown: all('.mosaics-grid .mosaic canvas', drawn).filter(Boolean).length,
    framed: all('.mosaics-grid li:first-child .on', e => e).length,
    groups: all('.groups .group', e => [e.dataset.label, text(e.querySelector('.tag'))]),
    left: text(document.querySelector('.left[data-left]')),
    why: text(document.querySelector('[data-why]')),
    trouble: text(document.querySelector('[data-trouble]')),
    run: text(run), ready: !!run && !run.disabled, stop: !!document.querySelector('#stop-study'),
    units: Number(results?.dataset.units ?? 0), resamples: Number(results?.dataset.resamples ?? 0),
    kept: Number(results?.dataset.kept ?? 0),
    rows: all('#scores tbody tr', row => [row.dataset.method, ...[...row.children].slice(1).map(text)]),
    figures: all('.fig .drawn svg', svg => svg.closest('.fig').id),
    maps: all('#sheet .card[data-map=true]', card => card.dataset.method),
    scores: all('#sheet .card .scores', text),
    status: text(document.querySelector('.status .what')),
    known: Number(document.querySelector('.known')?.dataset.known ?? 0),
    failed: text(document.querySelector('[data-failed-units]')),
};"#;

/// What the place shows.
#[derive(Clone, Debug, Deserialize)]
pub struct Place {
    /// Mosaics that are drawn.
    pub mosaics: usize,
    /// Of them, those that can be seen.
    pub shown: usize,
    /// Target cells of the first.
    pub framed: usize,
    /// Labels of photos, and what they are taken for.
    pub groups: Vec<(String, String)>,
    /// Files that were left out.
    pub left: String,
    /// Why there are no mosaics.
    pub why: String,
    /// What went wrong.
    pub trouble: String,
    /// What the button says that runs the study.
    pub run: String,
    /// Whether it can be pressed.
    pub ready: bool,
    /// Whether there is a button to stop.
    pub stop: bool,
    /// Mosaics that the results are of.
    pub units: usize,
    /// Resamples behind their intervals.
    pub resamples: usize,
    /// Mosaics that were not run again.
    pub kept: usize,
    /// The table: method, then its numbers.
    pub rows: Vec<Vec<String>>,
    /// Ids of the figures that are drawn.
    pub figures: Vec<String>,
    /// Methods whose map lies on the sheet.
    pub maps: Vec<String>,
    /// Scores on the sheet.
    pub scores: Vec<String>,
    /// The line at the bottom.
    pub status: String,
    /// Single photos that were looked at.
    pub known: usize,
    /// Mosaics that could not be run.
    pub failed: String,
}

/// Waits until the place shows something; `what` says it in words.
pub async fn place(browser: &Browser, what: &str, shows: impl Fn(&Place) -> bool) -> Place {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let seen: Place = serde_json::from_value(browser.run(LOOK, vec![]).await).expect("the place can be read");
        if shows(&seen) {
            return seen;
        }
        assert!(Instant::now() < end, "after two minutes still not: {what}. The place shows {seen:#?}");
        pause(50).await;
    }
}

/// Goes to the place; the network is ready.
pub async fn enter(browser: &Browser) {
    browser.until("the page runs", 60, |seen| seen.state == "ready").await;
    browser.click(".tabs a[href='#/mosaics']").await;
    place(browser, "the place is open", |seen| !seen.run.is_empty()).await;
}

/// Leaves just these methods ticked.
pub async fn only(browser: &Browser, methods: &[&str]) {
    let script = "const wanted = arguments[0];
        for (const label of document.querySelectorAll('.answer .list label[data-id]')) {
            const box = label.querySelector('input');
            if (!label.closest('.metric') && !wanted.includes(label.dataset.id)) box.click();
        }";
    browser.run(script, vec![json!(methods)]).await;
}

/// The samples, their mosaics in sight.
pub async fn samples(browser: &Browser) -> Place {
    browser.click("#try-samples").await;
    place(browser, "the samples' mosaics are drawn", |seen| seen.mosaics == 16 && seen.shown == 12).await
}

/// Lines of what is kept of all runs.
pub const LINES: &str = "
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs');
    const found = [];
    for await (const [id, folder] of runs.entries()) {
        const read = async name => (await (await folder.getFileHandle(name)).getFile()).text();
        found.push([id, JSON.parse(await read('spec.json')).methods.length, (await read('units.jsonl')).trim().split('\\n').length]);
    }
    return found;";

#[test]
fn the_samples_are_seen_run_and_ranked() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let seen = samples(browser).await;
        assert_eq!((seen.groups.len(), seen.framed), (8, 1), "{seen:#?}");
        assert!(seen.groups.iter().all(|(_, tag)| tag.starts_with("class ")), "{:?}", seen.groups);

        only(browser, &["gradcam", "sobel"]).await;
        place(browser, "two methods are to be run", |seen| seen.run == "Run 2 × 16 maps" && seen.ready).await;
        browser.click("#run-study").await;
        // The table and the figures come one after the other.
        let seen = place(browser, "all is run, summed up and drawn", |seen| {
            (seen.units, seen.resamples, seen.rows.len()) == (16, 2000, 2)
                && ["fig-ranking", "fig-spread", "fig-agreement", "fig-correlation"]
                    .iter()
                    .all(|figure| seen.figures.iter().any(|id| id == figure))
        })
        .await;
        assert_eq!((seen.trouble.as_str(), seen.failed.as_str()), ("", ""));
        assert!(seen.status.contains("32 of 32 maps, done"), "{}", seen.status);
        let precision = |method: &str| -> f64 {
            let row = seen.rows.iter().find(|row| row[0] == method).expect("a row a method");
            row[1].parse().unwrap_or_else(|_| panic!("{row:?} has no precision"))
        };
        // Edges know nothing of the class: a quarter of the cells is its. The network does.
        let (gradcam, sobel) = (precision("gradcam"), precision("sobel"));
        println!("precision: Grad-CAM {gradcam}, edges {sobel}");
        assert!(gradcam > sobel + 0.2 && (0.1..0.4).contains(&sobel), "{gradcam} and {sobel}");

        browser.click(".mosaics-grid li:nth-child(3) .mosaic").await;
        let seen = place(browser, "the sheet shows its maps", |seen| seen.maps.len() == 2).await;
        assert_eq!(seen.scores.len(), 2, "{seen:#?}");

        browser.run("document.querySelector('#scores .def').click()", vec![]).await;
        let words = browser.text("#definition").await;
        assert!(words.contains("higher is better"), "a number does not say what it is: {words}");

        let kept = browser.wait_for(LINES, vec![]).await;
        assert_eq!((kept[0][1].as_u64(), kept[0][2].as_u64()), (Some(2), Some(16)), "{kept}");
    });
}

#[test]
fn a_run_stops_goes_on_and_is_found_after_a_reload() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        samples(browser).await;
        only(browser, &["gradcam", "lrp"]).await;
        browser.click("#run-study").await;
        place(browser, "some mosaics are run", |seen| seen.units > 1 && seen.stop).await;
        browser.click("#stop-study").await;
        let stopped = place(browser, "the run can go on", |seen| seen.run == "Go on" && seen.ready).await;
        assert!(stopped.units < 16, "it was not stopped: {stopped:#?}");

        browser.click("#run-study").await;
        place(browser, "all is run", |seen| seen.units == 16 && seen.resamples == 2000).await;
        let lines = browser.wait_for(LINES, vec![]).await;
        assert_eq!(lines[0][2].as_u64(), Some(16), "a mosaic was run twice, or not kept: {lines}");

        browser.run("location.reload()", vec![]).await;
        browser.until("the page runs again", 60, |seen| seen.state == "ready").await;
        samples(browser).await;
        only(browser, &["gradcam", "lrp"]).await;
        place(browser, "the run can be had again", |seen| seen.ready).await;
        browser.click("#run-study").await;
        let again = place(browser, "it is there again", |seen| seen.units == 16 && seen.resamples == 2000).await;
        assert_eq!(again.kept, 16, "what was kept was run again: {again:#?}");
        assert_eq!(browser.wait_for(LINES, vec![]).await[0][2].as_u64(), Some(16));
    });
}

/// Files of a visitor: samples under the names of classes.
fn photos(browser: &Browser, names: &[(&str, &str)]) -> Vec<PathBuf> {
    let folder = browser.folder("photos");
    let copy = |(name, sample): &(&str, &str)| {
        let to = folder.join(name);
        std::fs::copy(root().join("public/samples").join(sample), &to).expect("a sample can be copied");
        to
    };
    names.iter().map(copy).collect()
}

#[test]
fn photos_are_matched_and_what_is_no_good_is_left_out_by_name() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let mut files = photos(
            browser,
            &[
                ("Egyptian_cat-1.jpg", "cat.jpg"),
                ("Egyptian_cat-2.jpg", "cat.jpg"),
                ("espresso-1.jpg", "espresso.jpg"),
                ("espresso-2.jpg", "espresso.jpg"),
                ("crane-1.jpg", "rocket.jpg"),
                ("crane-2.jpg", "rocket.jpg"),
            ],
        );
        let bad = browser.folder("photos").join("espresso-3.jpg");
        std::fs::write(&bad, b"no picture at all").expect("a file can be written");
        files.push(bad);
        browser.choose_in("#study-files", &files).await;
        let seen = place(browser, "the bad photo is left out", |seen| seen.left.contains("espresso-3.jpg")).await;
        assert!(seen.left.contains("1 file left out"), "{}", seen.left);
        assert!(seen.groups.contains(&("crane".into(), "2 classes".into())), "crane is two classes: {:?}", seen.groups);
        let two = place(browser, "mosaics of two classes", |seen| seen.mosaics == 20 && seen.shown == 12).await;
        assert_eq!(two.framed, 2);

        browser.click(".group[data-label=crane] .pick-class").await;
        browser.click(".group[data-label=crane] .option[data-class='517']").await;
        place(browser, "the machine is a third class", |seen| {
            seen.mosaics == 30 && seen.groups.contains(&("crane".into(), "class 517".into()))
        })
        .await;

        browser.click("#check-photos").await;
        place(browser, "every photo was looked at", |seen| seen.known == 6).await;

        browser.click("#clear-study").await;
        browser.choose_in("#study-files", &photos(browser, &[("espresso-1.jpg", "espresso.jpg")])).await;
        let one = place(browser, "one class is not enough", |seen| !seen.why.is_empty()).await;
        assert!(one.why.contains("one class"), "{}", one.why);
        assert!(!one.ready);
    });
}

#[test]
fn the_place_fits_at_every_width() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let mut faults = vec![];
        for step in ["empty", "results"] {
            if step == "results" {
                samples(browser).await;
                only(browser, &["gradcam", "lrp", "sobel"]).await;
                browser.click("#run-study").await;
                place(browser, "all is run", |seen| seen.units == 16 && seen.resamples == 2000).await;
                browser.click(".mosaics-grid li:nth-child(6) .mosaic").await;
                place(browser, "the sheet is open", |seen| seen.maps.len() == 3).await;
            }
            faults.extend(looked_at(browser, &format!("mosaics-{step}"), &SIZES).await);
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    });
}
