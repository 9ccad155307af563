//! The place of kept runs, and links: written, opened, run on a click and held against what they claim; runs that go
//! out as a file, come in again and are compared.

use crate::browser::{Browser, Wish, pause, visit};
use crate::looks::{looked_at, resize};
use crate::numbers::{bring, own};
use crate::page::samples;
use crate::server::Server;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tessera_core::descriptor::Scale;
use tessera_core::digest::sha256;
use tessera_core::experiment::dataset::Member;
use tessera_core::experiment::link::{self, Claim};
use tessera_core::experiment::spec::{Convention, VERSION};
use tessera_core::experiment::subject::{Draw, Stored};
use tessera_core::experiment::{Dataset, MethodSpec, Mosaics, NetworkSpec, Spec, Subject, Target};
use tessera_core::mosaic::Layout;
use tessera_core::mosaic::tile::Fit;
use tessera_core::network::card::Card;
use tessera_core::photo::Preprocess;
use tessera_tests::{bytes, root};

/// Keeps what the page hands to the browser to save.
const KEEP: &str = "window.saved = []; const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = blob => { window.saved.push(blob); return make(blob); };";

/// Drops what was saved last on the page, as a file of that name.
const DROP: &str = "const transfer = new DataTransfer();
    transfer.items.add(new File([window.saved.at(-1)], arguments[0]));
    document.querySelector('#main').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));";

/// Waits until a script of the page says yes.
pub async fn until(browser: &Browser, what: &str, seconds: u64, script: &str) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while browser.run(script, vec![]).await != json!(true) {
        let shown = browser.text("#app").await;
        assert!(Instant::now() < end, "after {seconds} s still not: {what}. The page shows {shown}");
        pause(100).await;
    }
}

/// The link of what is open.
pub async fn share(browser: &Browser) -> String {
    browser.click(".top button[aria-label^=Share]").await;
    until(browser, "the link is written", 20, "return !!document.querySelector('#link')?.value").await;
    let link = browser.run("return document.querySelector('#link').value", vec![]).await;
    let length = browser.run("return Number(document.querySelector('#link').dataset.length)", vec![]).await;
    let link = link.as_str().unwrap_or_default().to_owned();
    assert_eq!(length.as_u64(), Some(link.chars().count() as u64));
    browser.press(crate::browser::ESCAPE).await;
    link
}

/// Opens an address as a visitor does who has nothing else open.
pub async fn open(browser: &Browser, address: &str) {
    browser.goto("about:blank").await;
    browser.goto(address).await;
}

/// Runs the link that is open and gives its verdict and the words of it.
pub async fn ran(browser: &Browser, seconds: u64) -> (String, String) {
    let ready = "return document.querySelector('#run-offer')?.disabled === false";
    until(browser, "the link can be run", 60, ready).await;
    browser.click("#run-offer").await;
    let over = "return ['done', 'failed'].includes(document.querySelector('#offer').dataset.check)";
    until(browser, "the link has run", seconds, over).await;
    let outcome = browser.run("return document.querySelector('#verdict')?.dataset.outcome ?? 'none'", vec![]).await;
    let words = browser.text(".linked .verdict").await;
    (outcome.as_str().unwrap_or_default().to_owned(), words)
}

/// How many elements a selector finds.
pub async fn count(browser: &Browser, selector: &str) -> u64 {
    let found = browser.run("return document.querySelectorAll(arguments[0]).length", vec![json!(selector)]).await;
    found.as_u64().unwrap_or_default()
}

#[test]
fn a_link_shows_what_it_costs_starts_nothing_and_is_reproduced_on_a_click() {
    let server = Server::of_site();
    let asked = visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        let link = share(browser).await;
        assert!(link.len() < 2000, "{} characters: {link}", link.len());
        let claim = link::read(&link).expect("the page writes links that core reads");
        assert_eq!(claim.found.as_ref().map(|found| found.signatures.len()), Some(claim.spec.methods.len()));
        open(browser, &link).await;
        until(browser, "the link is open", 30, "return !!document.querySelector('#offer')").await;
        let ready = "return document.querySelector('#run-offer')?.disabled === false";
        until(browser, "the network is here", 60, ready).await;
        pause(1500).await;
        let seen = browser.look().await;
        assert!(!seen.busy && seen.photo.is_empty(), "something runs before a click: {seen:?}");
        assert_eq!(browser.run("return document.querySelector('#offer').dataset.check", vec![]).await, json!("idle"));
        let offer = browser.text("#offer").await;
        for words in ["efficientnet-lite0", "Grad-CAM", "passes", "Nothing runs before you click"] {
            assert!(offer.contains(words), "{words} is missing: {offer}");
        }
        let (outcome, words) = ran(browser, 120).await;
        assert_eq!((outcome.as_str(), words.starts_with("Reproduced: all")), ("reproduced", true), "{words}");
        assert_eq!(count(browser, ".numbers tr[data-outcome=differs]").await, 0);
        // What was changed on its way is found, and only that.
        let mut lie = claim;
        if let Some(found) = &mut lie.found {
            found.target = found.target.map(|(class, probability)| (class, probability - 0.25));
        }
        open(browser, &format!("{}#/runs?run={}", server.address, link::write(&lie))).await;
        let (outcome, words) = ran(browser, 120).await;
        assert_eq!(outcome, "differs", "{words}");
        assert!(words.starts_with("Differs: 1 of") && words.contains("its probability"), "{words}");
    });
    let leaked = asked.iter().filter(|one| one.url.contains("run=") || one.url.contains('#')).count();
    assert_eq!(leaked, 0, "a link is told to a server");
}

#[test]
fn a_broken_link_is_one_sentence_and_blocks_nothing() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        for link in ["1.AAAA", "9.abc", "1.%3Cscript%3E", "1.", &format!("1.{}", "A".repeat(150_000))] {
            open(browser, &format!("{}#/runs?run={link}", server.address)).await;
            until(browser, "a sentence", 20, "return !!document.querySelector('#link-refused')").await;
            let words = browser.text("#link-refused").await;
            assert!(words.starts_with("This link cannot be read") && words.ends_with("ask for it again."), "{words}");
            assert_eq!(count(browser, "#offer").await, 0);
        }
        browser.click(".tabs a[href='#/explain']").await;
        browser.explained(&samples()[0].title).await;
    });
}

/// A study of a dataset with two cheap methods, that nobody has run.
pub fn proposed(dataset: &Dataset, draw: Draw) -> Claim {
    let card: Card = serde_json::from_slice(&bytes(root().join("public/models/efficientnet-lite0/card.json")))
        .expect("the bundled network's card");
    let mosaics = Mosaics {
        dataset: dataset.spec(),
        draw,
        layout: Layout { cell: 112, ..Layout::facct24() },
        fit: Fit::Keep,
        stored: Stored::Lossless,
        margin: 0,
    };
    let preprocess = Preprocess { size: 224, ..card.preprocess };
    let spec = Spec {
        tessera: VERSION,
        network: NetworkSpec { preprocess: Some(preprocess), ..NetworkSpec::of(&card) },
        subject: Subject::Mosaics(mosaics),
        target: Target::Truth,
        scale: Scale::Logit,
        seed: 7,
        methods: ["gradcam", "sobel"].map(MethodSpec::plain).to_vec(),
        steps: vec![],
        metrics: ["precision", "accuracy"].map(String::from).to_vec(),
        convention: Convention::Tessera,
    };
    Claim { spec, found: None }
}

/// One of the sample set.
fn of_samples() -> Claim {
    let member = |sample: &crate::page::Sample| Member {
        file: sample.file.clone(),
        class: sample.class,
        sha256: sha256(&bytes(root().join("public/samples").join(&sample.file))),
    };
    let mut members: Vec<Member> = samples().iter().map(member).collect();
    members.sort_by(|one, other| one.file.cmp(&other.file));
    proposed(&Dataset { name: "sample set".into(), members }, Draw::Even { per_class: 1, targets: 1, seed: 7 })
}

/// Opens the first run of the list.
async fn choose(browser: &Browser) {
    browser.click("#runs tbody th button").await;
    until(browser, "the run is chosen", 30, "return !!document.querySelector('#chosen-run')").await;
}

/// Takes the only run out, brings it in again and puts the two side by side.
async fn compare_with_itself(browser: &Browser) {
    browser.run("window.saved.length = 0", vec![]).await;
    browser.click("#export-run").await;
    until(browser, "the run is packed", 60, "return window.saved.length > 0").await;
    browser.run(DROP, vec![json!("run.zip")]).await;
    until(browser, "it is taken in", 60, "return document.querySelectorAll('#runs tbody tr').length === 2").await;
    for at in 1..=2 {
        browser.click(&format!("#runs tbody tr:nth-child({at}) input")).await;
    }
    browser.click("#compare").await;
    until(browser, "the two are compared", 60, "return !!document.querySelector('#pair')").await;
}

#[test]
fn a_study_by_link_is_kept_goes_out_comes_in_and_is_compared() {
    let server = Server::of_site();
    let wish = Wish { before: Some(KEEP), ..Wish::default() };
    visit(&server, wish, async |browser| {
        open(browser, &format!("{}#/runs?run={}", server.address, link::write(&of_samples()))).await;
        let (_, words) = ran(browser, 240).await;
        assert!(words.contains("claims no numbers"), "{words}");
        until(browser, "the run is kept", 20, "return document.querySelectorAll('#runs tbody tr').length === 1").await;
        let row = browser.text("#runs tbody tr").await;
        assert!(row.contains("8 / 8") && row.contains("done"), "{row}");
        choose(browser).await;
        compare_with_itself(browser).await;
        let alpha = browser.run("return document.querySelector('[data-alpha]')?.dataset.alpha", vec![]).await;
        assert_eq!(alpha, json!("1.000"));
        let differences = "return [...document.querySelectorAll('[data-difference]')].map(e => e.dataset.difference)";
        assert_eq!(browser.run(differences, vec![]).await, json!(["0.0000", "0.0000"]));
        let link = share(browser).await;
        let claim = link::read(&link).expect("the page writes links that core reads");
        assert_eq!(claim.spec, of_samples().spec);
        assert_eq!(claim.found.map(|found| (found.units, found.means.len())), Some((8, 2)));
        open(browser, &link).await;
        let (outcome, words) = ran(browser, 240).await;
        assert_eq!(outcome, "reproduced", "{words}");
        let names: Value =
            browser.run("return [...document.querySelectorAll('#runs th b')].map(e => e.textContent)", vec![]).await;
        assert_eq!(names.as_array().map(Vec::len), Some(2), "{names}");
    });
}

/// Sizes of a phone, a small screen and a large one.
const SIZES: [(u32, u32); 3] = [(390, 844), (1024, 1000), (1600, 1000)];

/// The link of a study whose photos are not here.
fn of_others() -> Claim {
    let member =
        |number: usize| Member { file: format!("{number}.jpg"), class: number % 2, sha256: sha256(&[number as u8]) };
    let dataset = Dataset { name: "photos of somebody else".into(), members: (0..40).map(member).collect() };
    proposed(&dataset, Draw::Even { per_class: 10, targets: 2, seed: 7 })
}

#[test]
fn the_place_fits_at_every_width() {
    let server = Server::of_site();
    let wish = Wish { before: Some(KEEP), ..Wish::default() };
    visit(&server, wish, async |browser| {
        let link = |claim: &Claim| format!("{}#/runs?run={}", server.address, link::write(claim));
        open(browser, &format!("{}#/runs", server.address)).await;
        until(browser, "nothing is kept", 60, "return !!document.querySelector('.nothing')").await;
        let mut faults = looked_at(browser, "runs-empty", &SIZES).await;
        open(browser, &link(&of_others())).await;
        until(browser, "it lacks photos", 60, "return document.querySelector('.lacks')?.dataset.lacks === '1'").await;
        faults.extend(looked_at(browser, "runs-lacks", &SIZES).await);
        open(browser, &link(&of_samples())).await;
        let ready = "return document.querySelector('#run-offer')?.disabled === false";
        until(browser, "the link can be run", 60, ready).await;
        faults.extend(looked_at(browser, "runs-offer", &SIZES).await);
        ran(browser, 240).await;
        until(browser, "the run is kept", 20, "return document.querySelectorAll('#runs tbody tr').length === 1").await;
        browser.click("#offer button[aria-label='Close the link']").await;
        choose(browser).await;
        faults.extend(looked_at(browser, "runs-open", &SIZES).await);
        compare_with_itself(browser).await;
        faults.extend(looked_at(browser, "runs-compare", &SIZES).await);
        let link = share(browser).await;
        // Between phones and large screens the panel of one's own numbers is in reach too.
        resize(browser, SIZES[1], "light").await;
        browser.click("#own-numbers summary").await;
        bring(browser, &own()).await;
        browser.run("document.querySelector('#own-found').scrollIntoView()", vec![]).await;
        faults.extend(looked_at(browser, "runs-numbers", &SIZES).await);
        open(browser, &link).await;
        ran(browser, 240).await;
        faults.extend(looked_at(browser, "runs-verdict", &SIZES).await);
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    });
}
