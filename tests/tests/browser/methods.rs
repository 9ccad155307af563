//! Choosing methods: the panel, its forms and presets, and the cards that come of them.

use crate::browser::{Browser, Wish, pause, visit};
use crate::page::samples;
use crate::server::Server;
use serde_json::{Value, json};

/// Writes down what its cards show whenever they change: kinds of the card of SmoothGrad, in order.
const WATCH: &str = "window.seen = []; new MutationObserver(() => {
    const card = document.querySelector('.card[data-method=smoothgrad]');
    const kind = card ? (card.classList.contains('sketch') ? 'sketch' : 'map')
        : document.querySelector('[data-coming=smoothgrad]') ? 'coming' : 'none';
    if (seen.at(-1) !== kind) seen.push(kind);
}).observe(document.querySelector('.cards'), { childList: true, subtree: true, attributes: true });";

/// A list from an earlier visit, with a layer that the network does not have.
const STRANGE: &str = r#"if (!localStorage.getItem('tessera.wanted')) localStorage.setItem('tessera.wanted', JSON.stringify({
    methods: [{ id: 'gradcam', settings: { layer: 'nowhere' } }, { id: 'gradient' }, { id: 'sobel' }] }))"#;

async fn put(browser: &Browser, field: &str, text: &str) {
    let script = "const field = document.querySelector(arguments[0]); field.value = arguments[1];
        field.dispatchEvent(new Event('input', { bubbles: true }))";
    browser.run(script, vec![json!(field), json!(text)]).await;
    pause(100).await;
}

async fn open(browser: &Browser, method: &str) {
    browser.click("#add-method").await;
    pause(300).await;
    browser.click(&format!(".method[data-id={method}] .link")).await;
    pause(100).await;
}

async fn count(browser: &Browser, selector: &str) -> u64 {
    let found = browser.run("return document.querySelectorAll(arguments[0]).length", vec![json!(selector)]).await;
    found.as_u64().unwrap_or_default()
}

#[test]
fn a_method_is_chosen_set_and_drawn_and_comes_back_after_a_reload() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let first = samples().remove(0).title;
        browser.explained(&first).await;
        open(browser, "smoothgrad").await;
        put(browser, "#smoothgrad-samples", "0").await;
        let why = browser.text(".method.open [role=alert]").await;
        assert_eq!(why, "The parameter samples cannot be 0: it is a whole number from 1 to 10000.");
        assert_eq!(browser.run("return document.querySelector('#add-methods').disabled", vec![]).await, json!(true));
        put(browser, "#smoothgrad-samples", "8").await;
        assert!(!browser.shows(".method.open [role=alert]").await);
        let foot = browser.text(".picker footer").await;
        assert!(foot.contains("1 chosen: 17 passes"), "{foot}");
        browser.run(WATCH, vec![]).await;
        browser.click("#add-methods").await;
        browser.until("SmoothGrad is drawn", 120, |seen| seen.explained(&first) && seen.cards.len() == 3).await;
        let order = browser.run("return seen", vec![]).await;
        assert_eq!(order.as_array().and_then(|seen| seen.last()), Some(&json!("map")), "{order}");
        let card = browser.text(".card[data-method=smoothgrad]").await;
        assert!(card.contains("samples 8, seed 0") && card.contains("17 passes, ±"), "{card}");
        let caption = browser.text("figcaption").await;
        assert!(
            caption.starts_with("SmoothGrad,") && caption.contains("samples 8, seed 0, standard error"),
            "{caption}"
        );
        // Other settings are another card.
        open(browser, "smoothgrad").await;
        put(browser, "#smoothgrad-samples", "2").await;
        browser.click("#add-methods").await;
        browser.until("a second card", 120, |seen| seen.explained(&first) && seen.cards.len() == 4).await;
        browser.goto(&server.address).await;
        browser.until("all four are back", 120, |seen| seen.explained(&first) && seen.cards.len() == 4).await;
        assert_eq!(count(browser, ".card[data-method=smoothgrad]").await, 2);
    });
}

#[test]
fn a_long_method_sketches_its_map_and_keeps_it_when_it_is_stopped() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let first = samples().remove(0).title;
        browser.explained(&first).await;
        open(browser, "smoothgrad").await;
        put(browser, "#smoothgrad-samples", "2000").await;
        browser.click("#add-methods").await;
        browser.until("a sketch is there", 120, |seen| seen.cards.iter().any(|(id, _)| id == "smoothgrad")).await;
        let so_far = browser.text(".card[data-method=smoothgrad] .run").await;
        assert!(so_far.ends_with("/ 2 000"), "{so_far}");
        browser.click(".status .stop").await;
        browser.until("all is still", 30, |seen| seen.state == "ready" && !seen.busy).await;
        assert!(browser.shows(".card[data-method=smoothgrad] .run").await, "the map stays, with how far it came");
        assert!(browser.shows(".gallery .go-on").await, "it can go on");
        browser.click(".card[data-method=smoothgrad] .away").await;
        browser.until("it is gone", 30, |seen| seen.cards.len() == 2 && seen.state == "ready").await;
        assert!(!browser.shows(".gallery .go-on").await);
    });
}

#[test]
fn a_preset_ticks_its_methods_and_takes_the_place_of_others_but_pinned_ones() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let first = samples().remove(0).title;
        browser.explained(&first).await;
        browser.click(".card[data-method=gradient] .pin").await;
        browser.click("#add-method").await;
        pause(300).await;
        browser.click("[data-preset=facct24]").await;
        pause(100).await;
        let about = browser.text(".picker .about").await;
        assert!(about.contains("SmoothGrad: noise 0.2 (usually 0.15), samples 10 (usually 50)"), "{about}");
        browser.click("[data-preset=recommended]").await;
        browser.click("#only-methods").await;
        let wanted = ["gradient", "gradcam", "layercam", "integrated_gradients", "smoothgrad", "sobel"];
        let all = |cards: &[(String, usize)]| wanted.iter().all(|id| cards.iter().any(|(card, _)| card == id));
        let seen = browser.until("the preset is drawn", 180, |seen| seen.explained(&first) && all(&seen.cards)).await;
        assert_eq!(seen.cards.len(), wanted.len(), "{:?}", seen.cards);
        let residual = browser.text(".card[data-method=integrated_gradients]").await;
        assert!(residual.contains("residual"), "{residual}");
    });
}

#[test]
fn a_method_without_a_map_says_so_and_the_others_are_drawn() {
    let server = Server::of_site();
    visit(&server, Wish { before: Some(STRANGE), ..Wish::default() }, async |browser| {
        let first = samples().remove(0).title;
        let seen = browser.explained(&first).await;
        let drawn: Vec<&str> = seen.cards.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(drawn, ["gradient", "sobel"]);
        let why = browser.text(".card[data-missing=gradcam]").await;
        assert!(why.contains("The network has no layer called nowhere"), "{why}");
        browser.click(".card[data-missing=gradcam] .away").await;
        pause(200).await;
        assert_eq!(count(browser, ".card").await, 2);
    });
}

#[test]
fn two_maps_are_compared_and_a_class_is_explained_rather_than_another() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let first = samples().remove(0).title;
        browser.explained(&first).await;
        let before = browser.overlay().await.hash;
        browser.click(".card[data-method=gradient] .compare").await;
        pause(300).await;
        let caption = browser.text("figcaption").await;
        assert!(caption.starts_with("Grad-CAM minus Gradient: Grad-CAM stretched from its least"), "{caption}");
        let difference = browser.overlay().await.hash;
        browser.hold('b').await;
        pause(300).await;
        let other = browser.overlay().await.hash;
        browser.release('b').await;
        assert!(before != difference && difference != other && before != other);
        browser.click(".compared button[aria-label^=End]").await;
        pause(300).await;
        assert_eq!(browser.overlay().await.hash, before);
        browser.click("#difference").await;
        let second: Value =
            browser.run("return document.querySelectorAll('.top5 button')[1].dataset.class", vec![]).await;
        browser.until("the difference is drawn", 60, |seen| seen.explained(&first) && seen.cards.len() == 4).await;
        let caption = browser.text("figcaption").await;
        assert!(caption.contains(" rather than ") && caption.contains(second.as_str().unwrap_or("?")), "{caption}");
    });
}
