//! The page by keyboard alone.

use crate::browser::{Browser, ENTER, ESCAPE, RIGHT, TAB, Wish, pause, visit};
use crate::page::samples;
use crate::server::Server;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What has the focus, as one of the stops below, and whether that is to be seen.
const FOCUS: &str = r#"
const e = document.activeElement;
const stops = { 'drop zone': '.drop button', photo: '.pick', stage: '#stage', class: '.top5 button', search: '#class-search',
    map: '.card .thumb', save: '#save', device: '.top button.chip', help: '[popovertarget=help]', theme: 'button[aria-label^=Theme]',
    opacity: 'input[type=range]', 'least likely': '.answer .row > button:not(.main)' };
const stop = Object.keys(stops).find(name => e.matches(stops[name])) ?? e.tagName;
const style = getComputedStyle(e), label = e.closest('label');
const ring = style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
return [stop, e === document.body || ring(style) || (label !== null && ring(getComputedStyle(label)))];"#;

/// Stops that Tab must reach.
const STOPS: [&str; 12] = [
    "drop zone",
    "photo",
    "stage",
    "class",
    "search",
    "map",
    "save",
    "device",
    "help",
    "theme",
    "opacity",
    "least likely",
];

async fn focus(browser: &Browser) -> (String, bool) {
    let found: (String, bool) = serde_json::from_value(browser.run(FOCUS, vec![]).await).expect("a stop");
    found
}

async fn focus_on(browser: &Browser, selector: &str) {
    browser.run("document.querySelector(arguments[0]).focus()", vec![json!(selector)]).await;
}

/// Waits until the map is as opaque as that; it fades.
async fn fades_to(browser: &Browser, opacity: f64, what: &str) {
    let mut now = browser.overlay().await.opacity;
    for _ in 0..40 {
        if (now - opacity).abs() < 1e-3 {
            return;
        }
        pause(50).await;
        now = browser.overlay().await.opacity;
    }
    panic!("{what}: it is {now}, not {opacity}");
}

async fn value(browser: &Browser, script: &str) -> Value {
    browser.run(script, vec![]).await
}

const OPEN: &str = "return document.querySelector('#help').matches(':popover-open')";

#[test]
fn tab_reaches_everything() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        let (mut reached, mut unseen) = (BTreeSet::new(), BTreeSet::new());
        for _ in 0..80 {
            browser.press(TAB).await;
            let (stop, shown) = focus(browser).await;
            if !shown {
                unseen.insert(stop.clone());
            }
            reached.insert(stop);
        }
        let missed: Vec<_> = STOPS.iter().filter(|stop| !reached.contains(**stop)).collect();
        assert!(missed.is_empty(), "Tab never reaches {missed:?}; it reaches {reached:?}");
        assert!(unseen.is_empty(), "nobody sees that the focus is on {unseen:?}");
    });
}

#[test]
fn keys_work_the_stage() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let seen = browser.explained(&samples()[0].title).await;
        let shown = browser.overlay().await.opacity;

        browser.press('o').await;
        fades_to(browser, 0.0, "`o` does not take the map away").await;
        browser.press('o').await;
        fades_to(browser, shown, "a second `o` does not bring the map back").await;

        browser.hold(' ').await;
        fades_to(browser, 0.0, "holding space does not show the photo alone").await;
        browser.release(' ').await;
        fades_to(browser, shown, "the map does not come back when space is released").await;

        browser.press(RIGHT).await;
        let next = browser.until("the arrow opens the next map", 5, |now| now.method != seen.method).await;
        assert!(!next.method.is_empty());

        focus_on(browser, "#stage").await;
        browser.press(RIGHT).await;
        let first = browser.text(".cross output").await;
        assert!(first.contains("x 113, y 112"), "an arrow on the photo shows no crosshair with its value: {first}");
        browser.press(RIGHT).await;
        let second = browser.text(".cross output").await;
        assert!(second.contains("x 114, y 112"), "an arrow does not move the crosshair: {second}");

        focus_on(browser, ".top5 button:not([aria-pressed=true])").await;
        browser.press(ENTER).await;
        let chosen = browser.until("Enter on a class explains it", 30, |now| now.target != seen.target).await;
        browser.until("its maps come", 60, |now| now.explained(&chosen.photo)).await;
    });
}

#[test]
fn the_list_of_keys_opens_and_closes() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        browser.press('?').await;
        assert_eq!(value(browser, OPEN).await, true, "`?` does not open the list of keys");
        let list = browser.text("#help").await;
        for key in ["overlay", "space", "Esc", "Ctrl"] {
            assert!(list.contains(key), "the list of keys does not name {key}: {list}");
        }
        browser.press(ESCAPE).await;
        assert_eq!(value(browser, OPEN).await, false, "Escape does not close the list of keys");
        assert_eq!(browser.look().await.state, "ready");
    });
}
