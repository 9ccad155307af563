//! Which requests a page and its workers really made, from the browser's own log of its network.
//!
//! WebDriver's performance log lacks requests that a worker makes; this log has them all.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// A request of the page's or of one of its workers'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its address.
    pub url: String,
}

/// Reads the log of a browser that has ended.
pub async fn read(path: &Path) -> Value {
    for _ in 0..50 {
        let log = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(log) = log {
            return log;
        }
        crate::browser::pause(100).await;
    }
    panic!("the browser left no log of its network in {}", path.display());
}

/// All requests of pages of that origin; fails if one of them went elsewhere than there and to `hosts`.
///
/// A request names its initiator: an origin for what a page or a worker asks, something else for what the browser
/// does by itself.
pub fn only_own(log: &Value, origin: &str, hosts: &[String]) -> Vec<Asked> {
    let events = log["events"].as_array().expect("the log holds events");
    let mut foreign = BTreeSet::new();
    let mut own = Vec::new();
    let mut seen = BTreeSet::new();
    for event in events {
        let (Some(url), Some(initiator)) = (event["params"]["url"].as_str(), event["params"]["initiator"].as_str())
        else {
            continue;
        };
        let by_a_page = initiator.starts_with("http") || initiator == "null";
        let inside = url.starts_with("blob:") || url.starts_with("data:");
        if !by_a_page || inside || !seen.insert((event["source"]["id"].as_u64(), url)) {
            continue;
        }
        if url.starts_with(&format!("{origin}/")) {
            own.push(Asked { url: url.to_owned() });
        } else if !hosts.iter().any(|host| url.starts_with(&format!("{host}/"))) {
            foreign.insert(url.to_owned());
        }
    }
    assert!(foreign.is_empty(), "the page asked another server: {foreign:?}");
    assert!(!own.is_empty(), "the log of the network knows no request of the page at all");
    own
}

/// How often a file was asked for.
pub fn times(asked: &[Asked], file: &str) -> usize {
    asked.iter().filter(|asked| asked.url.split(['?', '#']).next().is_some_and(|url| url.ends_with(file))).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(id: u64, url: &str, initiator: &str) -> Value {
        json!({ "source": { "id": id }, "params": { "url": url, "initiator": initiator } })
    }

    #[test]
    fn what_the_browser_does_by_itself_does_not_count() {
        let own = "http://127.0.0.1:7";
        let log = json!({ "events": [
            event(1, "http://127.0.0.1:7/page.js", own),
            event(1, "http://127.0.0.1:7/page.js", own),
            event(2, "https://update.example/", "not an origin"),
            event(3, "blob:http://127.0.0.1:7/5", own),
        ] });
        assert_eq!(only_own(&log, own, &[]), [Asked { url: "http://127.0.0.1:7/page.js".into() }]);
    }

    #[test]
    #[should_panic(expected = "another server")]
    fn a_foreign_request_is_found() {
        let own = "http://127.0.0.1:7";
        let log = json!({ "events": [event(1, "http://127.0.0.1:71/page.js", own)] });
        only_own(&log, own, &[]);
    }
}
