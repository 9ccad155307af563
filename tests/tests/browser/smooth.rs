//! The page stays smooth while it works: its thread never stalls, progress moves, Stop stops.

use crate::browser::{Browser, Wish, pause, visit};
use crate::mosaics::place;
use crate::page::{Seen, samples};
use crate::photos::{picture, written, zipped};
use crate::server::Server;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;
use tessera_tests::{bytes, root};

/// Longest stall of the page's thread while it works, in milliseconds.
const LIMIT: f64 = 50.0;

/// Watches the page's thread from the first moment: tasks over 50 ms as the browser reports them, the gaps of a timer,
/// and all that the line at the bottom says.
const WATCH: &str = r#"
window.watch = { tasks: [], gaps: [], said: [] };
new PerformanceObserver(list => {
    for (const task of list.getEntries()) watch.tasks.push([task.startTime, task.duration]);
}).observe({ type: 'longtask', buffered: true });
let last = performance.now();
setInterval(() => { const now = performance.now(); watch.gaps.push([last, now - last]); last = now; }, 4);
new MutationObserver(() => {
    const text = document.querySelector('.status .what')?.textContent ?? '';
    if (watch.said.at(-1) !== text) watch.said.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });
"#;

/// What was watched since it was asked for last.
const WATCHED: &str = r#"
const found = { tasks: watch.tasks, gaps: watch.gaps.filter(gap => gap[1] > 20), said: watch.said };
watch.tasks = []; watch.gaps = []; watch.said = [];
return found;"#;

#[derive(Debug, Deserialize)]
struct Watched {
    tasks: Vec<(f64, f64)>,
    gaps: Vec<(f64, f64)>,
    said: Vec<String>,
}

impl Watched {
    fn longest_task(&self) -> f64 {
        self.tasks.iter().fold(0.0, |most, task| most.max(task.1))
    }

    fn longest_gap(&self) -> f64 {
        self.gaps.iter().fold(0.0, |most, gap| most.max(gap.1))
    }
}

async fn watched(browser: &Browser) -> Watched {
    serde_json::from_value(browser.run(WATCHED, vec![]).await).expect("what was watched")
}

/// Fails if the page's thread stalled; says the numbers in any case.
async fn assert_smooth(browser: &Browser, what: &str) -> Watched {
    let watched = watched(browser).await;
    println!(
        "{what}: longest task {}, longest gap of a timer {:.0} ms",
        if watched.tasks.is_empty() { "under 50 ms".into() } else { format!("{:.0} ms", watched.longest_task()) },
        watched.longest_gap()
    );
    assert!(watched.longest_task() <= LIMIT, "while {what}, the page's thread stalled: {:?} ms", watched.tasks);
    watched
}

/// A photo of twelve megapixels, with noise so that it is as much work as a camera's.
fn large_photo(folder: PathBuf) -> PathBuf {
    let small = image::open(root().join("public/samples/espresso.jpg")).expect("a sample").to_rgb8();
    let mut large = image::imageops::resize(&small, 4000, 3000, FilterType::Triangle);
    let mut state = 1_u32;
    for value in large.iter_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *value = value.saturating_add((state >> 28) as u8);
    }
    let path = folder.join("large.jpg");
    let file = std::fs::File::create(&path).expect("the temporary folder can be written");
    JpegEncoder::new_with_quality(file, 90).encode_image(&large).expect("a JPEG is written");
    path
}

#[test]
fn the_page_never_stalls_while_it_works() {
    let server = Server::of_site();
    let wish = Wish { before: Some(WATCH), alone: true, ..Wish::default() };
    visit(&server, wish, async |browser| {
        let titles: Vec<String> = samples().into_iter().map(|sample| sample.title).collect();
        let large = large_photo(browser.folder("photos"));
        let seen = browser.explained(&titles[0]).await;
        let start = watched(browser).await;
        println!("start of the page: longest task {:.0} ms, gap {:.0} ms", start.longest_task(), start.longest_gap());

        browser.click(&format!(".pick[data-photo='{}']", titles[1])).await;
        browser.explained(&titles[1]).await;
        let while_explaining = assert_smooth(browser, "a sample is explained").await;
        assert_moves(&while_explaining.said, &titles[1]);

        browser.click(&format!(".top5 button[data-class='{}']", browser.look().await.rows[1].class)).await;
        browser.until("another class", 60, |now| now.target != seen.target && now.explained(&titles[1])).await;
        assert_smooth(browser, "another class is explained").await;

        browser.click("#add-method").await;
        pause(500).await;
        browser.click(".method[data-id=smoothgrad] .link").await;
        browser.click(".method[data-id=smoothgrad] input[type=checkbox]").await;
        assert_smooth(browser, "the panel of methods opens").await;
        browser.click("#add-methods").await;
        browser.until("SmoothGrad sharpens", 60, |now| now.cards.iter().any(|(id, _)| id == "smoothgrad")).await;
        assert_smooth(browser, "a map sharpens").await;
        browser.click(".card[data-method=smoothgrad] .away").await;
        browser.until("all is still", 60, |now| now.state == "ready" && !now.busy).await;
        pause(1500).await;
        assert_smooth(browser, "a method that runs is taken away").await;

        browser.choose_files(&[large]).await;
        browser.explained("large.jpg").await;
        let said = assert_smooth(browser, "a photo of 12 megapixels is decoded and explained").await.said;
        assert!(said.iter().any(|text| text == "Reading large.jpg"), "nothing says that the photo is read: {said:?}");
    });
}

/// The line at the bottom says what runs, with numbers that grow.
fn assert_moves(said: &[String], photo: &str) {
    let passes = said.iter().filter(|text| text.contains(photo) && text.contains("passes")).count();
    assert!(passes >= 2, "the line at the bottom does not move while {photo} is explained: {said:?}");
}

#[test]
fn stop_ends_the_work_and_keeps_what_is_there() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let samples = samples();
        let before = browser.explained(&samples[0].title).await;
        let photos: Vec<PathBuf> =
            samples.iter().map(|sample| root().join("public/samples").join(&sample.file)).collect();
        browser.choose_files(&photos).await;
        let busy = |seen: &Seen| seen.busy && seen.photo == samples[0].file;
        browser.until("the new photos are worked on", 60, busy).await;
        browser.click(".status .stop").await;
        let seen = browser.until("Stop ends the work", 10, |seen| !seen.busy && seen.state == "ready").await;
        assert_eq!(seen.thumbs.len(), before.thumbs.len() + photos.len(), "Stop took photos away");
        assert!(seen.notices.is_empty(), "Stop gives a complaint: {:?}", seen.notices);

        browser.click(&format!(".pick[data-photo='{}']", samples[0].title)).await;
        let again =
            browser.until("the photo explained before is there at once", 2, |now| now.explained(&samples[0].title));
        assert_eq!(again.await.rows, before.rows);
        let last = samples.last().expect("samples");
        browser.click(&format!(".pick[data-photo='{}']", last.file)).await;
        let seen = browser.explained(&last.file).await;
        assert_eq!(seen.first().class, last.class, "after Stop, a photo gets another class");
    });
}

#[test]
fn escape_stops_too() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        let path = root().join("public/samples/rocket.jpg");
        browser.choose_files(&[path.clone(), path.clone(), path]).await;
        browser.until("the photos are worked on", 30, |seen| seen.busy).await;
        browser.run("document.activeElement.blur()", vec![]).await;
        browser.press(crate::browser::ESCAPE).await;
        browser.until("Escape ends the work", 10, |seen| !seen.busy).await;
    });
}

/// Sets a number of the form of how mosaics are made.
const SET: &str = "const field = document.querySelector(arguments[0]);
    field.value = arguments[1]; field.dispatchEvent(new Event('change', { bubbles: true }));";

/// A thousand photos of fifty classes in one archive.
fn thousand_photos() -> Vec<u8> {
    let classes = String::from_utf8(bytes(root().join("public/models/imagenet-classes.txt"))).expect("names");
    let classes: Vec<&str> = classes.lines().take(50).collect();
    let file = |number: usize| (format!("{}/{number}.jpg", classes[number % classes.len()]), picture(number as u32));
    zipped(&(0..1000).map(file).collect::<Vec<_>>())
}

#[test]
fn a_thousand_photos_and_ten_thousand_mosaics_of_them_hold_nothing_up() {
    let server = Server::of_site();
    let wish = Wish { before: Some(WATCH), alone: true, ..Wish::default() };
    visit(&server, wish, async |browser| {
        let archive = written(browser, "archives", &[("photos.zip".into(), thousand_photos())]).join("photos.zip");
        crate::mosaics::enter(browser).await;
        browser.until("all is still", 60, |now| now.state == "ready" && !now.busy).await;
        let opened = watched(browser).await;
        println!("the page and the place open: longest task {:.0} ms", opened.longest_task());
        browser.choose_in("#study-files", &[archive]).await;
        place(browser, "five hundred mosaics", |seen| seen.mosaics == 500 && seen.shown == 12).await;
        assert_smooth(browser, "a thousand photos come").await;
        browser.run(SET, vec![json!("#design-per-class"), json!("200")]).await;
        place(browser, "ten thousand mosaics", |seen| seen.mosaics == 10_000 && seen.shown == 12).await;
        assert_smooth(browser, "ten thousand mosaics are drawn").await;
        browser.click("#draw-again").await;
        pause(500).await;
        place(browser, "ten thousand others", |seen| seen.mosaics == 10_000 && seen.shown == 12).await;
        assert_smooth(browser, "ten thousand others are drawn").await;
    });
}
