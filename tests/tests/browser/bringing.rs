//! A visitor's own photos: chosen, dropped, pasted.

use crate::browser::{Browser, Wish, visit};
use crate::page::{Seen, samples};
use crate::server::Server;
use std::path::{Path, PathBuf};
use tessera_tests::{root, shared};

/// A sample's file, for a visitor who has it on disk: its path and class.
fn photo(title: &str) -> (PathBuf, usize) {
    let sample = samples().into_iter().find(|sample| sample.title == title).expect("a sample of that name");
    (root().join("public/samples").join(&sample.file), sample.class)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

async fn check(browser: &Browser, path: &Path, class: usize) -> Seen {
    let seen = browser.explained(&name(path)).await;
    assert_eq!(seen.first().class, class, "{} is taken for {}", name(path), seen.first().name);
    let map = browser.overlay().await;
    assert!(map.most() > 200 && map.covered() > 0.01, "no map lies over {}", name(path));
    println!(
        "{}: the map is strongest at {:.2?} and strong on {:.2} of the photo",
        name(path),
        map.peak(),
        map.covered()
    );
    seen
}

#[test]
fn photos_are_chosen_dropped_and_pasted() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;

        let (chosen, class) = photo("Espresso");
        browser.choose_files(std::slice::from_ref(&chosen)).await;
        check(browser, &chosen, class).await;

        let (dropped, class) = photo("Cockatoo");
        browser.bring("dragover", "#stage", &[&dropped]).await;
        let hint = browser.text("#stage .over").await;
        assert!(hint.contains("Drop to explain"), "while a file hovers, the stage does not say that it may be dropped");
        assert!(browser.drop_files("#stage", &[&dropped]).await, "the page leaves the dropped file to the browser");
        check(browser, &dropped, class).await;
        assert_eq!(browser.text("#stage .over").await, "", "the hint to drop stays after the drop");

        let (pasted, class) = photo("Tripod");
        assert!(browser.bring("paste", "body", &[&pasted]).await, "the page does not take what is pasted");
        let seen = check(browser, &pasted, class).await;
        for path in [&chosen, &dropped, &pasted] {
            assert!(seen.thumbs.contains(&name(path)), "{} is not among the photos any more", name(path));
        }
    });
}

#[test]
fn several_photos_are_shared_among_workers() {
    let server = Server::of_site();
    let asked = visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        let paths: Vec<(PathBuf, usize)> =
            ["Espresso", "Cockatoo", "Tripod", "Uniform"].map(photo).into_iter().collect();
        let files: Vec<PathBuf> = paths.iter().map(|(path, _)| path.clone()).collect();
        browser.choose_files(&files).await;
        check(browser, &paths[0].0, paths[0].1).await;
        let cores = browser.run("return navigator.hardwareConcurrency", vec![]).await.as_u64().unwrap_or(1);
        let workers: u64 = browser.look().await.workers.parse().unwrap_or(0);
        assert!(workers >= 2.min(cores) && workers <= cores.min(8), "{workers} workers on {cores} cores");
        for (path, class) in &paths {
            browser.click(&format!(".pick[data-photo='{}']", name(path))).await;
            check(browser, path, *class).await;
        }
    });
    assert_eq!(crate::netlog::times(&asked, "model.safetensors"), 1, "each worker fetched the weights anew");
}

/// Photos whose likeliest classes and probabilities are known from onnxruntime (shared/data).
#[test]
fn known_photos_get_their_known_probabilities() {
    let Some(folder) = shared("data/photos") else { return };
    let table = String::from_utf8(tessera_tests::bytes(folder.join("../expected_top5.csv"))).expect("a table");
    let lines = table.lines().filter(|line| line.split(',').nth(2) == Some("lite0"));
    let known: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).step_by(40).take(5).collect();
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        for line in &known {
            let path = folder.join(line[0]);
            browser.choose_files(std::slice::from_ref(&path)).await;
            let seen = browser.explained(line[0]).await;
            let first = seen.first();
            assert_eq!(first.class.to_string(), line[3], "{} is taken for {}", line[0], first.name);
            let expected: f64 = line[4].parse().expect("a probability");
            println!("{}: {} here, {:.2} % expected", line[0], first.percent, expected * 100.0);
            let off = (first.value() - expected * 100.0).abs();
            assert!(off < 0.1, "{}: {} instead of {:.2} %", line[0], first.percent, expected * 100.0);
        }
    });
}
