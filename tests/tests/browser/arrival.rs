//! The first visit: before a click, a sample is classified and explained, on the CPU and by this machine alone.

use crate::browser::{Wish, visit};
use crate::netlog::times;
use crate::page::samples;
use crate::server::Server;

/// The cat's face on the first sample, its ear and the background left out, as shares of what the network saw: left,
/// right, top, bottom.
const FACE: (f64, f64, f64, f64) = (0.3, 1.0, 0.15, 1.0);

#[test]
fn a_sample_is_explained_before_a_click() {
    let server = Server::of_site();
    let asked = visit(&server, Wish::default(), async |browser| {
        let first = samples().remove(0);
        let seen = browser.explained(&first.title).await;
        let row = seen.first();
        assert_eq!(row.class, first.class, "the first sample is taken for {}", row.name);
        assert!(row.name.contains("cat"), "the cat is taken for {}", row.name);
        assert!(row.predicted && row.target, "the likeliest class is neither marked nor explained: {row:?}");
        assert!(row.value() > 50.0, "the network is less sure of the cat than it should be: {}", row.percent);
        assert_eq!((seen.rows.len(), seen.device.as_str()), (5, "cpu"));
        assert!(seen.chip.contains("CPU"), "the device chip does not say CPU: {}", seen.chip);
        assert!(seen.status.contains("explained in"), "the line at the bottom does not say so: {}", seen.status);

        let map = browser.overlay().await;
        assert_eq!((map.width, map.height), (224, 224), "the map has another size than what the network saw");
        assert!(map.opacity > 0.3 && map.area > 10_000.0, "the map is not to be seen: {} {}", map.opacity, map.area);
        assert!(map.most() > 200, "the map is nearly clear everywhere: at most {} of 255", map.most());
        assert!((0.02..0.7).contains(&map.covered()), "the map is as strong nearly everywhere: {}", map.covered());
        let (x, y) = map.peak();
        println!("the map of the cat is strongest at {x:.2}, {y:.2} and covers {:.2}", map.covered());
        let (left, right, top, bottom) = FACE;
        assert!(
            (left..right).contains(&x) && (top..bottom).contains(&y),
            "the map peaks off the cat's face: {x:.2}, {y:.2}"
        );
    });
    for file in ["page_bg.wasm", "cpu_bg.wasm", "model.safetensors"] {
        assert!(times(&asked, file) > 0, "the log of the network knows nothing of {file}");
    }
    assert_eq!(times(&asked, "model.safetensors"), 1, "the weights were fetched more than once");
    assert_eq!(times(&asked, "webgpu_bg.wasm"), 0, "the WebGPU engine was fetched where there is no adapter");
}

#[test]
fn without_a_graphics_processor_the_page_says_so_and_works() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        browser.click(".top button.chip").await;
        let seen = browser.text("#device").await;
        assert!(seen.contains("CPU works"), "the device panel does not say why the CPU works: {seen}");
        assert!(seen.contains("adapter"), "the device panel does not say what is missing: {seen}");
        assert!(browser.shows("#device").await, "a click on the device chip opens nothing");
        let offered =
            browser.run("return !document.querySelector('#device input[value=webgpu]')?.disabled", vec![]).await;
        assert_eq!(offered, false, "WebGPU can be chosen although there is none");
    });
}
