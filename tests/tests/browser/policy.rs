//! What the page may do, as its server and its head say, and as the browser enforces.

use crate::browser::{Browser, Wish, visit};
use crate::page::samples;
use crate::server::{Server, dist, site};
use serde_json::json;
use std::path::Path;
use tessera_tests::bytes;

/// What the page may fetch: its own files, and models of the catalogue's hosts.
const CONNECT: &str = "'self' https://huggingface.co https://*.hf.co";

/// Words that would let foreign or inline code run.
const FORBIDDEN: [&str; 6] = ["'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data: 'self'"];

/// The directives of a policy: name and words.
fn directives(policy: &str) -> Vec<(String, String)> {
    let parts = policy.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.split_once(' ').unwrap_or((part, ""))).map(|(a, b)| (a.into(), b.into())).collect()
}

fn assert_strict(policy: &str) {
    let rest = policy.replace(CONNECT, "'self'");
    for word in FORBIDDEN {
        assert!(!rest.contains(word), "the policy allows {word}: {policy}");
    }
    let directives = directives(policy);
    let of = |name: &str| directives.iter().find(|(known, _)| known == name).map(|(_, words)| words.as_str());
    assert_eq!(of("default-src"), Some("'none'"), "what is not named is allowed: {policy}");
    assert_eq!(of("script-src"), Some("'self' 'wasm-unsafe-eval'"), "{policy}");
    assert_eq!(of("style-src"), Some("'self'"), "{policy}");
    assert_eq!(of("connect-src"), Some(CONNECT), "the page could send things elsewhere: {policy}");
    assert_eq!(of("base-uri"), Some("'none'"), "{policy}");
    assert_eq!(of("form-action"), Some("'none'"), "{policy}");
}

fn files(folder: &Path, below: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join(below)).expect("the built page can be read").flatten();
    let name = |entry: &std::fs::DirEntry| format!("{below}{}", entry.file_name().to_string_lossy());
    let (folders, mut names): (Vec<_>, Vec<_>) =
        entries.map(|e| (e.path().is_dir(), name(&e))).partition(|(is, _)| *is);
    names
        .extend(folders.into_iter().flat_map(|(_, name)| files(folder, &format!("{name}/"))).map(|name| (false, name)));
    names.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn every_answer_of_the_server_carries_the_headers() {
    let server = Server::of_site();
    let mut names = files(&site(), "");
    assert!(names.iter().any(|name| name == "cpu-worker.js"), "the worker's script is not in the page's folder");
    names.extend([String::new(), "no-such-file".into()]);
    for name in names {
        let (head, _) = server.ask(&name);
        let value = |wanted: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            let found = lines.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.to_owned());
            found.collect::<Vec<_>>().join(" / ")
        };
        assert_strict(&value("Content-Security-Policy"));
        assert!(value("Content-Security-Policy").contains("frame-ancestors 'none'"), "{name}: {head}");
        assert_eq!(value("Cross-Origin-Opener-Policy"), "same-origin", "{name}");
        assert_eq!(value("Cross-Origin-Embedder-Policy"), "require-corp", "{name}");
        assert_eq!(value("X-Content-Type-Options"), "nosniff", "{name}");
    }
}

/// What the policy forbids, tried.
async fn assert_enforced(browser: &Browser, foreign: &str) {
    // Later, in a turn of its own: what a driver runs itself is exempt.
    let eval = "return new Promise(done => setTimeout(() => {
        try { done(eval('1 + 1')); } catch { done('refused'); }
    }));";
    assert_eq!(browser.wait_for(eval, vec![]).await, "refused", "the page may run text as a program");
    let inline = "const s = document.createElement('script'); s.textContent = 'window.ran = true';
        document.head.append(s); return window.ran ?? 'refused';";
    assert_eq!(browser.run(inline, vec![]).await, "refused", "an inline script runs");
    let style = "const d = document.createElement('div'); d.innerHTML = '<p style=\"color: rgb(1, 2, 3)\">x</p>';
        document.body.append(d); const c = getComputedStyle(d.firstChild).color; d.remove(); return c;";
    assert_ne!(browser.run(style, vec![]).await, "rgb(1, 2, 3)", "an inline style is applied");
    let send = "try { await fetch(arguments_[0], { mode: 'no-cors' }); return 'sent'; } catch { return 'refused'; }";
    assert_eq!(browser.wait_for(send, vec![json!(foreign)]).await, "refused", "the page may send things elsewhere");
}

#[test]
fn the_browser_enforces_the_policy() {
    let (server, other) = (Server::of_site(), Server::of_site());
    let wish = Wish { errors: vec!["Content Security Policy"], ..Wish::default() };
    visit(&server, wish, async |browser| {
        browser.explained(&samples()[0].title).await;
        assert_eq!(browser.run("return crossOriginIsolated", vec![]).await, true, "the page is not isolated");
        assert_enforced(browser, &other.address).await;
    });
}

#[test]
fn the_dist_folder_works_below_any_address_of_a_plain_server() {
    let folder = dist();
    let page = String::from_utf8(bytes(folder.join("index.html"))).expect("the page is text");
    let tag = page.split_once("http-equiv=\"Content-Security-Policy\" content=\"");
    let policy = tag.and_then(|(_, rest)| rest.split_once('"')).expect("the page of dist carries no policy").0;
    assert_strict(policy);

    let (server, other) = (Server::plain(&folder, "/some/where"), Server::of_site());
    let (head, _) = server.ask("");
    for header in ["content-security-policy", "cross-origin"] {
        assert!(!head.to_lowercase().contains(header), "this server is to be a plain one: {head}");
    }
    let wish = Wish { errors: vec!["Content Security Policy"], ..Wish::default() };
    let asked = visit(&server, wish, async |browser| {
        let seen = browser.explained(&samples()[0].title).await;
        assert_eq!(seen.first().class, samples()[0].class);
        assert_eq!(browser.run("return crossOriginIsolated", vec![]).await, false);
        assert_enforced(browser, &other.address).await;
    });
    let outside: Vec<_> = asked.iter().filter(|asked| !asked.url.starts_with(&server.address)).collect();
    assert!(outside.is_empty(), "the page asks outside of its own folder: {outside:?}");
}
