//! What can not be opened gets a sentence, and nothing is lost by it: photos, the network, the browser itself.

use crate::browser::{Browser, Wish, visit};
use crate::page::{Seen, samples};
use crate::server::{Copy, Server};
use std::path::PathBuf;
use tessera_tests::{bytes, root, shared};

const WEIGHTS: &str = "models/efficientnet-lite0/model.safetensors";

/// What a table says must become of a file.
#[derive(Debug, PartialEq)]
enum Expected {
    Opened,
    Refused,
    Either,
}

fn expected(words: &str) -> Expected {
    let refusal = words.contains("refus") || words.contains("clear error");
    let picture = ["decodes", "equals", "upright", "first frame", "picture"].iter().any(|word| words.contains(word));
    match (picture, refusal) {
        (true, false) => Expected::Opened,
        (false, true) => Expected::Refused,
        _ => Expected::Either,
    }
}

/// The line of a table, whose last but one field may hold commas in quotes.
fn entry(line: &str) -> (String, Expected) {
    let name = line.split(',').next().unwrap_or_default().to_owned();
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            letter => fields.last_mut().expect("one at least").push(letter),
        }
    }
    let words = &fields[fields.len() - 2];
    (name, expected(words))
}

/// A sentence that a person can read: what, why, what to do.
fn assert_sentence(text: &str) {
    let lower = text.to_lowercase();
    for word in ["undefined", "panicked", "runtimeerror", "unwrap", "null", "nan", "error {", "err("] {
        assert!(
            !lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '{' && c != '(').any(|part| part == word),
            "`{text}` is no sentence"
        );
    }
    assert!(text.split_whitespace().count() >= 5 && text.trim_end().ends_with('.'), "`{text}` is no sentence");
}

/// The note about a file.
fn note<'a>(seen: &'a Seen, name: &str) -> Option<&'a str> {
    let start = format!("{name} was not opened: ");
    seen.notices.iter().find_map(|note| note.strip_prefix(&start))
}

/// Brings files; waits until each is either a photo or a note.
async fn bring_all(browser: &Browser, paths: &[PathBuf], names: &[String]) -> Seen {
    browser.choose_files(paths).await;
    let settled = |seen: &Seen| {
        let there = |name: &String| seen.thumbs.contains(name) || note(seen, name).is_some();
        seen.state == "ready" && !seen.busy && names.iter().all(there)
    };
    browser.until("every file is a photo or a note", 240, settled).await
}

#[test]
fn odd_files_are_opened_or_refused_with_a_sentence() {
    let Some(folder) = shared("data/odd") else { return };
    let table = String::from_utf8(bytes(folder.join("odd.csv"))).expect("a table");
    let entries: Vec<(String, Expected)> = table.lines().skip(1).map(entry).collect();
    assert!(entries.iter().any(|(_, expected)| *expected == Expected::Refused) && entries.len() > 20);
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let first = browser.explained(&samples()[0].title).await;
        let names: Vec<String> = entries.iter().map(|(name, _)| name.clone()).collect();
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
        let seen = bring_all(browser, &paths, &names).await;
        for (name, expected) in &entries {
            let refused = note(&seen, name);
            match expected {
                Expected::Opened => assert!(refused.is_none(), "{name} is refused: {refused:?}"),
                Expected::Refused => assert!(refused.is_some(), "{name} is opened without a word"),
                Expected::Either => {}
            }
            if let Some(sentence) = refused {
                println!("{name}: {sentence}");
                assert_sentence(sentence);
            }
        }
        for name in names.iter().filter(|name| note(&seen, name).is_none()) {
            browser.click(&format!(".pick[data-photo='{name}']")).await;
            browser.explained(name).await;
        }
        browser.click(&format!(".pick[data-photo='{}']", samples()[0].title)).await;
        assert_eq!(browser.explained(&samples()[0].title).await.rows, first.rows, "the first photo's answer changed");
    });
}

/// Files that every checkout can make: name and bytes.
fn own_odd_files() -> Vec<(&'static str, Vec<u8>)> {
    let photo = bytes(root().join("public/samples/rocket.jpg"));
    let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x4e\x20\0\0\x4e\x20\x08\x02\0\0\0".to_vec();
    huge.extend(crc(&huge[12..]).to_be_bytes());
    huge.extend(b"\0\0\0\x04IDAT\x78\x9c\x01\x02");
    vec![
        ("nothing.jpg", vec![]),
        ("letter.jpg", b"Dear network, this is a letter.".repeat(20)),
        ("huge.png", huge),
        ("head.jpg", photo[..200].to_vec()),
        ("noise.webp", photo.iter().map(|byte| byte.wrapping_mul(31)).collect()),
    ]
}

/// The check sum of a PNG's piece.
fn crc(piece: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !piece.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

#[test]
fn files_that_are_no_photos_get_a_sentence() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        let first = browser.explained(&samples()[0].title).await;
        let folder = browser.folder("odd");
        let write = |(name, bytes): &(&str, Vec<u8>)| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("the temporary folder can be written");
            path
        };
        let files = own_odd_files();
        let paths: Vec<PathBuf> = files.iter().map(write).collect();
        let names: Vec<String> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        let seen = bring_all(browser, &paths, &names).await;
        for name in &names {
            let sentence = note(&seen, name).unwrap_or_else(|| panic!("{name} is opened without a word"));
            println!("{name}: {sentence}");
            assert_sentence(sentence);
        }
        assert_eq!(
            (seen.photo.as_str(), &seen.rows),
            (first.photo.as_str(), &first.rows),
            "the photo on the stage is gone"
        );

        browser.drop_files("#stage", &[]).await;
        let seen = browser.until("a note about a drop without a file", 5, |now| now.notices.len() > names.len()).await;
        assert_sentence(seen.notices.last().expect("a note"));

        browser.click(".notices [role=alert] button").await;
        browser.until("a note goes when it is dismissed", 5, |now| now.notices.len() == names.len()).await;
        browser.click(".notices .all button").await;
        browser.until("all notes go when they are dismissed", 5, |now| now.notices.is_empty()).await;
        let photo = root().join("public/samples/rocket.jpg");
        browser.choose_files(&[photo]).await;
        assert_eq!(
            browser.explained("rocket.jpg").await.first().class,
            657,
            "after all that a good photo gets another class"
        );
    });
}

/// The network is not there: a sentence, and a button to load it again.
async fn assert_failed(browser: &Browser, words: &str) {
    let what = format!("the page says that the network did not come: {words}");
    let seen = browser.until(&what, 60, |seen| seen.failed.contains(words)).await;
    println!("{}", seen.failed);
    assert_sentence(&seen.failed);
    assert_eq!(seen.state, "failed");
    assert!(browser.shows("[data-failed]").await, "the sentence is there, but not to be seen");
    assert!(browser.shows("[data-failed] + .row button").await, "there is no button to load the network again");
}

async fn load_again(browser: &Browser) {
    browser.click("[data-failed] + .row button").await;
}

#[test]
fn a_network_that_does_not_come_can_be_loaded_again() {
    let copy = Copy::of_site("network");
    let server = Server::of(&copy.folder);
    let weights = copy.take(WEIGHTS);
    let wish = Wish { errors: vec!["404"], ..Wish::default() };
    visit(&server, wish, async |browser| {
        assert_failed(browser, "does not have it").await;
        let photo = root().join("public/samples/espresso.jpg");
        browser.choose_files(&[photo]).await;
        browser.until("a photo can be brought meanwhile", 30, |seen| seen.photo == "espresso.jpg").await;

        copy.put(WEIGHTS, &weights[..weights.len() / 2]);
        load_again(browser).await;
        assert_failed(browser, "cut short").await;

        let mut other = weights.clone();
        other[weights.len() / 2] ^= 1;
        copy.put(WEIGHTS, &other);
        load_again(browser).await;
        assert_failed(browser, "digest").await;

        copy.put(WEIGHTS, &weights);
        load_again(browser).await;
        let seen = browser.explained("espresso.jpg").await;
        assert_eq!(seen.first().class, 967, "the photo brought meanwhile gets another class");
    });
}

#[test]
fn an_engine_that_does_not_come_gets_a_sentence() {
    let copy = Copy::of_site("engine");
    let server = Server::of(&copy.folder);
    let engine = copy.take("cpu_bg.wasm");
    let wish = Wish { errors: vec!["404", "cpu"], ..Wish::default() };
    visit(&server, wish, async |browser| {
        assert_failed(browser, "engine").await;
        copy.put("cpu_bg.wasm", &engine);
        load_again(browser).await;
        browser.explained(&samples()[0].title).await;
    });
}

/// What stands there where the page can not run.
async fn assert_fallback(browser: &Browser) {
    crate::browser::pause(1500).await;
    let seen = browser.look().await;
    assert!(seen.state.is_empty(), "the page runs: {seen:?}");
    assert!(browser.shows("#fallback").await, "the page is blank");
    for word in ["WebAssembly", "SIMD", "Chrome", "Firefox", "Safari"] {
        assert!(seen.fallback.contains(word), "the words that stand there do not name {word}: {}", seen.fallback);
    }
}

#[test]
fn a_browser_without_webassembly_gets_words() {
    let server = Server::of_site();
    let wish = Wish { before: Some("delete globalThis.WebAssembly"), errors: vec!["WebAssembly"], ..Wish::default() };
    visit(&server, wish, async |browser| {
        assert_fallback(browser).await;
        browser.screenshot("fallback").await;
    });
}

/// A browser on a processor without SSE 4.1 has WebAssembly but no SIMD in it.
#[test]
fn a_browser_without_simd_gets_words() {
    let server = Server::of_site();
    let flags = vec!["--js-flags=--no-enable-sse4-1".to_owned()];
    let wish = Wish { flags, errors: vec!["WebAssembly", "Wasm", "wasm"], ..Wish::default() };
    visit(&server, wish, async |browser| {
        let simd = "return WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123,
            3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]))";
        assert_eq!(browser.run(simd, vec![]).await, false, "this browser still has SIMD, so nothing was tried");
        assert_fallback(browser).await;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_odd_files_is_understood() {
        let line = r#"a.webp,1,"x, y","decodes, or a clear refusal",00"#;
        assert_eq!(entry(line), ("a.webp".into(), Expected::Either));
        assert_eq!(expected("clear error; no panic"), Expected::Refused);
        assert_eq!(expected("refused by its size before memory is taken"), Expected::Refused);
        assert_eq!(expected("decodes; same as gray.png"), Expected::Opened);
    }

    #[test]
    fn a_panic_is_no_sentence() {
        assert_sentence("It is empty. Choose another file, please.");
        assert!(std::panic::catch_unwind(|| assert_sentence("The value undefined was found in it.")).is_err());
    }
}
