//! The page's description, `index.html`: what of it reaches a browser.

use crate::{files, policy, workspace};

/// The page as the server sends it: without the lines that only trunk reads.
pub fn served() -> Result<String, String> {
    let source = files::text(&workspace::root().join("index.html"))?;
    Ok(without_trunk(&source))
}

/// The page as any static server may send it: the policy stands in its head.
pub fn standing_alone() -> Result<String, String> {
    with_policy(&served()?)
}

fn without_trunk(source: &str) -> String {
    source.lines().filter(|line| !line.contains("data-trunk")).map(|line| format!("{line}\n")).collect()
}

fn with_policy(page: &str) -> Result<String, String> {
    let charset = "<meta charset=\"utf-8\">\n";
    let place = page.find(charset).ok_or("index.html needs the line `<meta charset=\"utf-8\">`")? + charset.len();
    Ok(format!("{}{}{}", &page[..place], policy::tags(), &page[place..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_nothing_inline_and_no_rooted_address() {
        let page = served().unwrap();
        for forbidden in ["<style", "style=", "onload=", "onclick=", "href=\"/", "src=\"/", "http://", "https://"] {
            assert!(!page.contains(forbidden), "index.html contains {forbidden}");
        }
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains("<noscript>"));
    }

    #[test]
    fn the_policy_comes_before_anything_is_loaded() {
        let page = standing_alone().unwrap();
        assert!(page.find("Content-Security-Policy").unwrap() < page.find("<link").unwrap());
    }

    #[test]
    fn trunks_lines_do_not_reach_a_browser() {
        assert_eq!(without_trunk("a\n<link data-trunk rel=\"rust\">\nb\n"), "a\nb\n");
    }
}
