//! Memory: the most that each contender held resident while it opened a network, while it made its first forward pass and
//! while it made its first gradient. Natively a program, in Chromium the process of a page with that contender alone.

use super::browser::{self, Page};
use super::contender::Contender;
use super::measured::Job;
use super::native::Programs;
use super::network::Network;
use super::{Plan, json, processor};

/// Bytes of a contender with a network.
struct Row {
    network: String,
    contender: String,
    weights: u64,
    /// Peak of opening, resident after it, then the peak of each job it can do.
    bytes: [Option<u64>; 4],
}

/// Measures every network.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let programs = Programs::find()?;
    let site = browser::site_with_peers()?;
    let mut rows = Vec::new();
    println!("{HEAD}");
    for network in &plan.networks {
        programs.prepare(network)?;
        browser::serve(&site, network)?;
        let mut found = natively(&programs, network)?;
        for contender in browser::CONTENDERS {
            found.push(in_chromium(&site, network, contender)?);
        }
        found.iter().for_each(|row| println!("{}", row.line()));
        rows.extend(found);
    }
    let rows: Vec<String> = rows.iter().map(Row::json).collect();
    Ok(vec![("rows", json::list(&rows))])
}

fn natively(programs: &Programs, network: &Network) -> Result<Vec<Row>, String> {
    let weights = network.bytes()?;
    let measure = |(mut command, jobs): (_, &'static [Job])| {
        let mut contender = Contender::start(&mut command, jobs)?;
        let mut bytes = [None; 4];
        opened(contender.id(), &mut bytes);
        for &job in jobs {
            contender.turn(job.name(), 1)?;
            bytes[place(job)] = processor::peak(contender.id());
            processor::forget_peak(contender.id());
        }
        Ok(Row { network: network.label(), contender: contender.name.clone(), weights, bytes })
    };
    programs.contenders(network, 1).into_iter().map(measure).collect()
}

fn in_chromium(site: &std::path::Path, network: &Network, contender: &str) -> Result<Row, String> {
    let page = Page { network, contenders: &[contender], rounds: 1, passes: 1, warm: 0 };
    let (mut bytes, mut job) = ([None; 4], None);
    browser::play(site, &page, &mut |said, browser| {
        let Some(renderer) = processor::renderer(browser.id()) else { return Ok(()) };
        match said.what.as_str() {
            "opened" => opened(renderer, &mut bytes),
            "begin" => job = said.text.split(' ').next().and_then(Job::named),
            "end" => {
                if let Some(job) = job.take() {
                    bytes[place(job)] = processor::peak(renderer);
                }
                processor::forget_peak(renderer);
            }
            _ => {}
        }
        Ok(())
    })?;
    let contender = format!("{} in Chromium", browser::called(contender));
    Ok(Row { network: network.label(), contender, weights: network.bytes()?, bytes })
}

/// Notes what opening took, and begins anew.
fn opened(program: u32, bytes: &mut [Option<u64>; 4]) {
    bytes[0] = processor::peak(program);
    processor::forget_peak(program);
    bytes[1] = processor::peak(program);
}

fn place(job: Job) -> usize {
    match job {
        Job::Forward => 2,
        Job::Gradient => 3,
    }
}

const HEAD: &str =
    "MB of memory                                                  weights   opening    opened   forward  gradient";
/// The same in the JSON file.
const NAMES: [&str; 4] = ["opening_peak", "opened", "forward_peak", "gradient_peak"];

impl Row {
    fn line(&self) -> String {
        let megabytes = |bytes: Option<u64>| bytes.map_or("-".into(), |bytes| (bytes / 1_000_000).to_string());
        let mut line = format!("  {:<14}{:<44}{:>9}", self.network, self.contender, self.weights / 1_000_000);
        self.bytes.iter().for_each(|&bytes| line += &format!("{:>10}", megabytes(bytes)));
        line
    }

    fn json(&self) -> String {
        let mut members = vec![
            ("network", json::text(&self.network)),
            ("contender", json::text(&self.contender)),
            ("weights", self.weights.to_string()),
        ];
        let bytes = self.bytes.iter().map(|bytes| json::number(bytes.map(|bytes| bytes as f64)));
        members.extend(NAMES.into_iter().zip(bytes));
        json::object(&members)
    }
}
