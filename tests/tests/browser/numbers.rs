//! Maps and tables of other tools in the place of runs: the page says of them what the command says, to four decimals.

use crate::browser::{Browser, Wish, pause, visit};
use crate::photos::written;
use crate::runs::until;
use crate::server::Server;
use serde::Deserialize;
use std::path::PathBuf;
use tessera_core::metric::Metric;
use tessera_tests::{bytes, root};

/// Reads what came of the files: name, note, alpha's sentence, rows of the table, and why there is none.
const FOUND: &str = r#"
const text = e => e ? e.textContent.replace(/\s+/g, ' ').trim() : '';
return [...document.querySelectorAll('#own-found .fig')].map(fig => ({
    name: text(fig.querySelector('h2')), note: text(fig.querySelector('p.s')), alpha: text(fig.querySelector('.alpha')),
    why: text(fig.querySelector('[role=alert]')),
    rows: [...fig.querySelectorAll('tbody tr')].map(row => [...row.children].map(text)),
}));"#;

/// What the page says of a file.
#[derive(Clone, Debug, Deserialize)]
pub struct Found {
    name: String,
    note: String,
    alpha: String,
    why: String,
    rows: Vec<Vec<String>>,
}

/// What the page says of the files that were brought last.
async fn found(browser: &Browser) -> Vec<Found> {
    serde_json::from_value(browser.run(FOUND, vec![]).await).expect("the numbers can be read")
}

/// Brings files; waits for what is said of each.
pub async fn bring(browser: &Browser, files: &[(&str, Vec<u8>)]) -> Vec<Found> {
    let files: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, content)| ((*name).to_owned(), content.clone())).collect();
    let folder = written(browser, "own", &files);
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    browser.choose_in("#own-files", &paths).await;
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    loop {
        let found = found(browser).await;
        if found.iter().map(|one| one.name.as_str()).eq(names.iter().copied()) {
            return found;
        }
        pause(50).await;
    }
}

/// Opens the panel.
async fn enter(browser: &Browser) {
    browser.until("the page runs", 60, |seen| seen.state == "ready").await;
    browser.click(".tabs a[href='#/runs']").await;
    until(browser, "the place is open", 20, "return !!document.querySelector('#own-numbers summary')").await;
    browser.click("#own-numbers summary").await;
}

/// What the command prints of the same file (cli/tests/numbers.rs).
fn printed(name: &str) -> String {
    String::from_utf8(bytes(root().join("cli/tests/numbers").join(name))).expect("text")
}

/// A map in NumPy's format.
fn npy(shape: (usize, usize), values: &[f32]) -> Vec<u8> {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}\n", shape.0, shape.1);
    let length = u16::try_from(header.len()).expect("a short header").to_le_bytes();
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &data].concat()
}

/// Krippendorff's own example, as the command's test has it.
const EXAMPLE: &str = "1,2,3,3,2,1,4,1,2,,,\n1,2,3,3,2,2,4,1,2,5,,3\n,3,3,3,2,3,4,2,2,5,1,\n1,2,3,3,2,4,4,1,2,5,1,\n";

/// A map and tables, as the command's test has them.
pub fn own() -> [(&'static str, Vec<u8>); 3] {
    let methods = b"method,m1,m2,m3\nlrp,1,2,3\ngradcam,3,2,\nflat,1,1,1\n".to_vec();
    let map = npy((2, 2), &[2.0, 0.5, 0.25, 1.0]);
    [("map.npy", map), ("example.csv", EXAMPLE.into()), ("methods.csv", methods)]
}

#[test]
fn a_map_and_tables_get_the_numbers_of_the_command() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let [map, example, methods] = &bring(browser, &own()).await[..] else { panic!("three answers") };

        let command = printed("score.txt");
        assert!(command.starts_with(&format!("map.npy: {}", map.note.trim_end_matches('.'))), "{}", map.note);
        assert_eq!(map.rows.len(), Metric::all().count());
        for (metric, row) in Metric::all().zip(&map.rows) {
            let line = command.lines().find_map(|line| line.trim_start().strip_prefix(metric.id()));
            let number = line.map(str::trim).filter(|rest| rest.parse::<f64>().is_ok());
            assert_eq!(row, &[metric.title(), number.unwrap_or("n/a")]);
        }

        let alpha =
            printed("alpha.txt").lines().find_map(|line| line.strip_prefix("alpha")?.trim().parse::<f64>().ok());
        let alpha = alpha.expect("the command prints alpha");
        assert!(example.alpha.starts_with(&format!("Krippendorff’s alpha {alpha:.4};")), "{}", example.alpha);

        let command = printed("rho.txt").replace('-', "\u{2212}");
        let lines: Vec<Vec<&str>> =
            command.lines().skip(1).take(3).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(methods.rows, lines);

        // Another target cell: the map that was brought is scored anew; 2 of 3.75 lie on the first one.
        browser.click("#own-numbers .cell:nth-child(4)").await;
        let first = "return document.querySelector('#own-found tbody td')?.textContent === '0.5333'";
        until(browser, "the map is scored by the other cells", 20, first).await;
    });
}

#[test]
fn what_is_no_map_or_table_gets_a_sentence_and_spoils_nothing() {
    let server = Server::of_site();
    visit(&server, Wish::default(), async |browser| {
        enter(browser).await;
        let files = [
            ("text.npy", b"no map".to_vec()),
            ("cut.npy", npy((40, 40), &[1.0; 8])),
            ("thin.npy", npy((1, 3), &[1.0, 2.0, 3.0])),
            ("words.csv", b"method,a,b\nlrp,good,bad\n".to_vec()),
            ("empty.csv", vec![]),
            ("good.npy", npy((2, 2), &[1.0, 0.0, 0.0, 1.0])),
        ];
        let found = bring(browser, &files).await;
        for one in &found[..5] {
            println!("{}: {}", one.name, one.why);
            assert!(one.why.split_whitespace().count() >= 5 && one.why.ends_with('.'), "{one:?}");
            assert!(one.rows.is_empty(), "{one:?}");
        }
        assert_eq!((found[5].why.as_str(), found[5].rows[0][1].as_str()), ("", "1.0000"));
    });
}
