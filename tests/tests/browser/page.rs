//! What a visitor sees of the page, and what they do with it.

use crate::browser::{Browser, pause};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tessera_tests::{bytes, root};

/// Reads the page: texts, and the attributes that say what is open.
const LOOK: &str = r#"
const text = element => element ? element.textContent.replace(/\s+/g, ' ').trim() : '';
const all = (selector, of) => [...document.querySelectorAll(selector)].map(of);
const app = document.querySelector('#app');
const data = name => app?.getAttribute('data-' + name) ?? '';
return {
    state: data('state'), photo: data('photo'), target: data('target'), method: data('method'), device: data('device'),
    workers: data('workers'),
    rows: all('.top5 button[data-class]', row => ({
        class: Number(row.dataset.class), name: text(row.querySelector('.label')), percent: text(row.querySelector('.pct')),
        target: row.getAttribute('aria-pressed') === 'true', predicted: text(row).includes('predicted'),
    })),
    status: text(document.querySelector('.status .what')),
    busy: document.querySelector('.status')?.dataset.busy === 'true',
    notices: all('.notices [role=alert]', text),
    failed: text(document.querySelector('[data-failed]')),
    cards: all('.card[data-method]', card => [card.dataset.method, Number(card.dataset.target)]),
    thumbs: all('.pick', pick => pick.dataset.photo),
    chip: text(document.querySelector('.top button.chip')),
    caption: text(document.querySelector('figcaption')),
    fallback: text(document.querySelector('#fallback')),
};"#;

/// Measures the map on the stage: how opaque each of its pixels is, which is how strong the map is there.
const OVERLAY: &str = r#"
const canvas = document.querySelector('#overlay canvas');
const shown = document.querySelector('#overlay').getBoundingClientRect();
const copy = new OffscreenCanvas(canvas.width, canvas.height);
const context = copy.getContext('2d');
context.drawImage(canvas, 0, 0);
const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
const alpha = [];
let hash = 0;
for (let i = 0; i < rgba.length; i += 4) {
    alpha.push(rgba[i + 3]);
    hash = (hash * 31 + rgba[i] * 7 + rgba[i + 2] * 3 + rgba[i + 3]) % 1000003;
}
return {
    width: canvas.width, height: canvas.height, alpha, hash,
    opacity: Number(getComputedStyle(document.querySelector('#overlay')).opacity),
    area: shown.width * shown.height,
};"#;

/// Drops or pastes files as a browser does: an event with a list of files.
const BRING: &str = r#"
const [kind, target, files] = arguments;
const transfer = new DataTransfer();
for (const { name, type, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
}
const element = document.querySelector(target);
const common = { bubbles: true, cancelable: true };
if (kind === 'paste') {
    return !element.dispatchEvent(new ClipboardEvent('paste', { ...common, clipboardData: transfer }));
}
return !element.dispatchEvent(new DragEvent(kind, { ...common, dataTransfer: transfer }));"#;

/// A class among the likeliest.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Row {
    /// Its index.
    pub class: usize,
    /// Its name.
    pub name: String,
    /// Its probability, as it is written there.
    pub percent: String,
    /// Whether it is explained.
    pub target: bool,
    /// Whether it is marked as the predicted one.
    pub predicted: bool,
}

impl Row {
    /// Its probability in percent.
    pub fn value(&self) -> f64 {
        let digits: String = self.percent.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
        digits.parse().unwrap_or_else(|_| panic!("`{}` is no percentage", self.percent))
    }
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Seen {
    /// "ready", "working" or "failed"; empty before the page runs.
    pub state: String,
    /// Name of the photo on the stage.
    pub photo: String,
    /// Index of the class that is explained.
    pub target: String,
    /// The method whose map lies on the stage; empty while there is none.
    pub method: String,
    /// The device that made it.
    pub device: String,
    /// Number of CPU workers.
    pub workers: String,
    /// The likeliest classes.
    pub rows: Vec<Row>,
    /// The line at the bottom.
    pub status: String,
    /// Whether that line says that something runs.
    pub busy: bool,
    /// Files that could not be opened.
    pub notices: Vec<String>,
    /// Why the network did not come.
    pub failed: String,
    /// Maps in the gallery: method and class.
    pub cards: Vec<(String, usize)>,
    /// Photos in the strip.
    pub thumbs: Vec<String>,
    /// The device chip.
    pub chip: String,
    /// What stands below the picture.
    pub caption: String,
    /// What stands there where the page can not run.
    pub fallback: String,
}

impl Seen {
    /// Whether this photo is on the stage, all its maps are there, and nothing runs any more.
    pub fn explained(&self, photo: &str) -> bool {
        let target = self.target.parse().unwrap_or(usize::MAX);
        let maps = self.cards.iter().filter(|(_, class)| *class == target).count();
        self.state == "ready" && self.photo == photo && !self.method.is_empty() && !self.busy && maps >= 2
    }

    /// The likeliest class.
    pub fn first(&self) -> &Row {
        self.rows.first().unwrap_or_else(|| panic!("no class is listed: {self:?}"))
    }
}

/// The map on the stage.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Overlay {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// How strong it is at each pixel, 0 to 255.
    pub alpha: Vec<u8>,
    /// A number that changes with its pixels.
    pub hash: u32,
    /// How opaque the whole of it is.
    pub opacity: f64,
    /// How large it is on the screen, in square pixels.
    pub area: f64,
}

impl Overlay {
    /// Greatest strength.
    pub fn most(&self) -> u8 {
        self.alpha.iter().copied().max().unwrap_or(0)
    }

    /// Share of pixels at least half as strong as the strongest.
    pub fn covered(&self) -> f64 {
        let half = (self.most() / 2).max(1);
        let strong = self.alpha.iter().filter(|&&alpha| alpha >= half);
        strong.count() as f64 / self.alpha.len() as f64
    }

    /// Middle of the strongest twentieth: right and down, each 0 to 1.
    pub fn peak(&self) -> (f64, f64) {
        let mut order: Vec<usize> = (0..self.alpha.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(self.alpha[i]));
        order.truncate(self.alpha.len() / 20);
        let mean = |of: fn(usize, usize) -> usize, side: usize| {
            let sum: usize = order.iter().map(|&i| of(i, self.width)).sum();
            (sum as f64 / order.len() as f64 + 0.5) / side as f64
        };
        (mean(|i, width| i % width, self.width), mean(|i, width| i / width, self.height))
    }
}

impl Browser {
    /// What the page shows now.
    pub async fn look(&self) -> Seen {
        serde_json::from_value(self.run(LOOK, vec![]).await).expect("the page can be read")
    }

    /// The map on the stage, measured.
    pub async fn overlay(&self) -> Overlay {
        serde_json::from_value(self.run(OVERLAY, vec![]).await).expect("the map can be read")
    }

    /// Waits until the page shows something; `what` says it in words.
    pub async fn until(&self, what: &str, seconds: u64, shows: impl Fn(&Seen) -> bool) -> Seen {
        let end = Instant::now() + Duration::from_secs(seconds);
        loop {
            let seen = self.look().await;
            if shows(&seen) {
                return seen;
            }
            assert!(Instant::now() < end, "after {seconds} s still not: {what}. The page shows {seen:#?}");
            pause(50).await;
        }
    }

    /// Waits until a photo is explained.
    pub async fn explained(&self, photo: &str) -> Seen {
        self.until(&format!("{photo} is explained"), 90, |seen| seen.explained(photo)).await
    }

    /// Drops files on what `target` selects; whether the page took them.
    pub async fn drop_files(&self, target: &str, paths: &[&Path]) -> bool {
        self.bring("drop", target, paths).await
    }

    /// Lets files hover over the page, drops them or pastes them.
    pub async fn bring(&self, kind: &str, target: &str, paths: &[&Path]) -> bool {
        let files: Vec<Value> = paths.iter().map(|path| file(path)).collect();
        self.run(BRING, vec![json!(kind), json!(target), json!(files)]).await == json!(true)
    }

    /// The text of the first element that `selector` finds; empty if there is none.
    pub async fn text(&self, selector: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.textContent.replace(/\\s+/g, ' ').trim() ?? ''";
        self.run(script, vec![json!(selector)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Whether the first element that `selector` finds is really to be seen.
    pub async fn shows(&self, selector: &str) -> bool {
        let script = "const e = document.querySelector(arguments[0]);
            if (!e || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
            const r = e.getBoundingClientRect();
            return r.width > 0 && r.height > 0;";
        self.run(script, vec![json!(selector)]).await == json!(true)
    }
}

fn file(path: &Path) -> Value {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    json!({ "name": name, "type": kind(&name), "base64": BASE64.encode(bytes(path.to_path_buf())) })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => "",
    }
}

/// A sample photo that comes with the page, and the class the network gives it.
#[derive(Clone, Debug, Deserialize)]
pub struct Sample {
    /// Its file.
    pub file: String,
    /// Its name on the page.
    pub title: String,
    /// Index of its class.
    pub class: usize,
}

/// The samples.
pub fn samples() -> Vec<Sample> {
    serde_json::from_slice(&bytes(root().join("public/samples/samples.json"))).expect("the list of samples")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_middle_of_what_is_strongest() {
        let mut alpha = vec![0; 100];
        alpha[37] = 200;
        for i in [36, 38, 27, 47] {
            alpha[i] = 150;
        }
        let overlay = Overlay { width: 10, height: 10, alpha, hash: 0, opacity: 1.0, area: 1.0 };
        assert_eq!((overlay.most(), overlay.covered()), (200, 0.05));
        assert!((overlay.peak().0 - 0.75).abs() < 0.06 && (overlay.peak().1 - 0.35).abs() < 0.06);
    }
}
