//! Saving the figure.

use crate::browser::{Browser, CONTROL, Wish, pause, visit};
use crate::page::samples;
use crate::server::Server;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Width of the figure: the picture's 896 pixels, its margins and the scale.
const WIDTH: u32 = 896 + 2 * 40 + 132;

/// Waits for a finished download and gives its path.
async fn saved(folder: &Path) -> PathBuf {
    for _ in 0..100 {
        let files = std::fs::read_dir(folder).expect("the folder of downloads").flatten().map(|entry| entry.path());
        let done = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "png"));
        if let Some(path) = done.filter(|path| path.metadata().is_ok_and(|facts| facts.len() > 0)) {
            return path;
        }
        pause(100).await;
    }
    panic!("nothing was saved within 10 s");
}

async fn allow(browser: &Browser, name: &str) -> PathBuf {
    let folder = browser.folder(name);
    let to = json!({ "behavior": "allow", "downloadPath": folder });
    browser.command("Browser.setDownloadBehavior", to).await;
    folder
}

#[test]
fn the_figure_is_saved_as_png() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let seen = browser.explained(&samples()[0].title).await;
        let folder = allow(browser, "by-button").await;
        browser.click("#save").await;
        let path = saved(&folder).await;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert_eq!(name, format!("tessera-cat-{}.png", seen.method));
        let figure =
            image::open(&path).unwrap_or_else(|error| panic!("the saved figure is no picture: {error}")).to_rgb8();
        let (width, height) = figure.dimensions();
        assert_eq!(width, WIDTH, "the figure has another width");
        assert!(height > 896 + 80 + 60, "the figure has no room for its caption: {height} pixels high");
        assert_eq!(figure.get_pixel(5, 5).0, [255; 3], "the figure has no white margin");
        let colours = |left: u32, top: u32, right: u32, bottom: u32| {
            let places = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
            places.map(|(x, y)| figure.get_pixel(x, y).0).collect::<std::collections::HashSet<_>>().len()
        };
        assert!(colours(40, 40, 936, 936) > 5000, "the figure shows no photo");
        assert!(colours(960, 40, 980, 936) > 100, "the figure shows no scale");
        assert!(colours(40, 950, 1000, height - 10) > 10, "the figure has no caption");

        let folder = allow(browser, "by-key").await;
        browser.hold(CONTROL).await;
        browser.press('s').await;
        browser.release(CONTROL).await;
        let again = saved(&folder).await;
        assert_eq!(image::open(&again).expect("a picture").to_rgb8(), figure, "Ctrl S saves another figure");
    });
}
