//! Asking for another class: among the five likeliest, by a search over all, or the least likely one.

use crate::browser::{Browser, DOWN, ENTER, Wish, visit};
use crate::page::{Overlay, Seen, samples};
use crate::server::Server;

/// Waits until this class of the first sample is explained; the map must differ from the one before.
async fn explained(browser: &Browser, class: usize, before: &Overlay) -> (Seen, Overlay) {
    let title = samples().remove(0).title;
    let what = format!("class {class} is explained");
    let seen = browser.until(&what, 60, |seen| seen.target == class.to_string() && seen.explained(&title)).await;
    let marked: Vec<usize> = seen.rows.iter().filter(|row| row.target).map(|row| row.class).collect();
    assert_eq!(marked, [class], "the list marks other classes as explained");
    let map = browser.overlay().await;
    assert_ne!(map.hash, before.hash, "the map for class {class} is the one of the class before");
    (seen, map)
}

#[test]
fn any_of_a_thousand_classes_is_explained() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let seen = browser.explained(&samples()[0].title).await;
        let (predicted, second) = (seen.first().class, seen.rows[1].class);
        let first_map = browser.overlay().await;

        browser.click(&format!(".top5 button[data-class='{second}']")).await;
        let (seen, second_map) = explained(browser, second, &first_map).await;
        assert!(seen.rows[0].predicted && seen.first().class == predicted, "the predicted class lost its mark");
        assert!(seen.caption.contains(&second.to_string()), "the caption names another class: {}", seen.caption);

        browser.click(&format!(".top5 button[data-class='{predicted}']")).await;
        let (_, again) = explained(browser, predicted, &second_map).await;
        assert_eq!(again.hash, first_map.hash, "the first class has another map when it is asked for again");

        search(browser, "goldfish").await;
        let (seen, map) = explained(browser, 1, &again).await;
        assert_eq!(seen.rows.len(), 6, "the searched class does not stand below the likeliest five");
        assert_eq!(seen.rows[5].name, "goldfish");

        let least = ".answer .row > button:not(.main)";
        assert!(browser.text(least).await.contains("Least likely"), "there is no button for the least likely class");
        browser.click(least).await;
        let seen = browser.until("the least likely class is explained", 60, |seen| {
            seen.target != "1" && seen.explained(&samples()[0].title)
        });
        let seen = seen.await;
        assert!(seen.rows.iter().take(5).all(|row| !row.target), "a likely class is explained as the least likely");
        assert!(seen.rows[5].value() <= 0.01, "{} is not unlikely", seen.rows[5].percent);
        assert_ne!(browser.overlay().await.hash, map.hash, "the least likely class has the map of the one before");
    });
}

/// Searches a class by keyboard alone.
async fn search(browser: &Browser, name: &str) {
    browser.run("document.querySelector('#class-search').focus()", vec![]).await;
    let rows = "return document.querySelectorAll('#classes [role=option]').length";
    let drawn = browser.run(rows, vec![]).await.as_u64().unwrap_or(0);
    assert!((5..100).contains(&drawn), "{drawn} rows of the list of 1000 classes are drawn");
    browser.press(DOWN).await;
    browser.enter(name).await;
    let found = browser.text("#classes [role=option][aria-selected=true] .label").await;
    assert_eq!(found, name, "typing a class's name does not bring it to the top");
    browser.press(ENTER).await;
}

#[test]
fn a_name_that_no_class_has_gets_a_sentence() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        browser.explained(&samples()[0].title).await;
        browser.click("#class-search").await;
        browser.enter("xylofon").await;
        let said = browser.text("#classes").await;
        assert!(said.contains("No class of that name"), "an unknown name is met with silence: {said}");
    });
}
