//! The graphics processor: it is tested behind the first answer, may be chosen, and gives what the CPU gives.

use crate::browser::{Browser, Wish, visit};
use crate::netlog::times;
use crate::page::{Overlay, Row, samples};
use crate::server::Server;
use std::time::Instant;
use tessera_tests::root;

/// Percentages are written with two decimals; rounding may move the last one.
const PERCENT: f64 = 0.011;

/// How many colours the photo on the stage has.
const COLOURS: &str = r#"
const copy = new OffscreenCanvas(64, 64), context = copy.getContext('2d');
context.drawImage(document.querySelector('#stage .photo canvas'), 0, 0, 64, 64);
return new Set(new Uint32Array(context.getImageData(0, 0, 64, 64).data.buffer)).size;"#;

fn assert_same_answer(gpu: &[Row], cpu: &[Row]) {
    assert_eq!(gpu.len(), cpu.len());
    for (one, other) in gpu.iter().zip(cpu) {
        assert_eq!(one.class, other.class, "WebGPU orders the classes otherwise");
        let off = (one.value() - other.value()).abs();
        assert!(off <= PERCENT, "{}: {} on WebGPU, {} on the CPU", one.name, one.percent, other.percent);
    }
}

fn assert_same_map(gpu: &Overlay, cpu: &Overlay) {
    let off = gpu.alpha.iter().zip(&cpu.alpha).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(255);
    println!("greatest difference of the maps on the stage: {off} of 255");
    assert!(off <= 2, "the map on WebGPU differs from the CPU's by {off} of 255 levels");
}

/// Waits until the self-test's table is there; gives its text.
async fn self_test(browser: &Browser) -> String {
    for _ in 0..1200 {
        let text = browser.text("#device table").await;
        if text.contains("WebGPU") && !text.is_empty() {
            return text;
        }
        let panel = browser.text("#device").await;
        assert!(!panel.contains("was lost") && !panel.contains("did not start"), "WebGPU does not come up: {panel}");
        crate::browser::pause(250).await;
    }
    panic!("the self-test gives no numbers within 300 s: {}", browser.text("#device").await);
}

#[test]
fn webgpu_is_tested_chosen_and_agrees_with_the_cpu() {
    let server = Server::of_site();
    let asked = visit(&server, Wish { gpu: true, ..Wish::default() }, async |browser| {
        let sample = samples().remove(0);
        let start = Instant::now();
        let on_cpu = browser.explained(&sample.title).await;
        assert_eq!(on_cpu.device, "cpu", "the first answer does not come from the CPU");
        let map_on_cpu = browser.overlay().await;
        println!("explained on the CPU after {:.1} s", start.elapsed().as_secs_f64());

        let table = self_test(browser).await;
        println!("self-test done after {:.1} s: {table}", start.elapsed().as_secs_f64());
        browser.click(".top button.chip").await;
        let panel = browser.text("#device").await;
        assert!(panel.contains("gives the same numbers as the CPU"), "WebGPU does not agree with the CPU: {panel}");

        let start = Instant::now();
        browser.click("#device input[value=webgpu]").await;
        let what = "the sample is explained on WebGPU";
        let seen = browser.until(what, 240, |seen| seen.device == "webgpu" && seen.explained(&sample.title)).await;
        println!("explained on WebGPU within {:.1} s; chip: {}", start.elapsed().as_secs_f64(), seen.chip);
        assert!(seen.chip.contains("WebGPU"), "the chip does not say WebGPU: {}", seen.chip);
        assert!(seen.caption.contains("WebGPU"), "the caption does not say WebGPU: {}", seen.caption);
        assert_same_answer(&seen.rows, &on_cpu.rows);
        assert_same_map(&browser.overlay().await, &map_on_cpu);
        browser.screenshot("explain-webgpu").await;
        lose(browser).await;
    });
    assert!(times(&asked, "webgpu_bg.wasm") > 0, "the WebGPU engine was never fetched");
}

/// The graphics process ends under the page: it says so and goes on on the CPU.
async fn lose(browser: &Browser) {
    browser.command("Browser.crashGpuProcess", serde_json::json!({})).await;
    let photo = root().join("public/samples/cockatoo.jpg");
    browser.choose_files(&[photo]).await;
    let seen = browser.explained("cockatoo.jpg").await;
    assert_eq!((seen.first().class, seen.device.as_str()), (89, "cpu"), "after the loss: {}", seen.chip);
    browser.screenshot("explain-lost").await;
    let colours = browser.run(COLOURS, vec![]).await.as_u64().unwrap_or(0);
    assert!(colours > 100, "after the loss the stage shows no photo: {colours} colours");
    let panel = browser.text("#device").await;
    println!("after the loss: {panel}");
    assert!(panel.contains("was lost"), "the page does not say that the graphics processor was lost: {panel}");
}
