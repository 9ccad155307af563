//! Where the time goes, natively on one thread: milliseconds and shares of each kind of op, in both directions.

use super::native::Programs;
use super::{Plan, json};
use crate::command;

/// A kind of op in one direction.
struct Share {
    direction: String,
    kind: String,
    milliseconds: f64,
}

/// Runs the timing program on every network and prints its shares.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let programs = Programs::find()?;
    let mut networks = Vec::new();
    for network in &plan.networks {
        programs.prepare(network)?;
        let (rounds, passes) = plan.turns(network);
        let mut profile = programs.profile(network);
        profile.arg((rounds * passes).to_string());
        let lines = command::output(&mut profile, "the timing program failed")?;
        let shares: Vec<Share> = lines.lines().filter_map(read).collect();
        print!("{}", table(&network.label(), &shares));
        let rows: Vec<String> = shares.iter().map(row).collect();
        let members = [("network", json::text(&network.label())), ("shares", json::list(&rows))];
        networks.push(json::object(&members));
    }
    Ok(vec![("networks", json::list(&networks))])
}

/// Reads `DIRECTION KIND MILLISECONDS`.
fn read(line: &str) -> Option<Share> {
    let [direction, kind, milliseconds] = line.split_whitespace().collect::<Vec<_>>()[..] else { return None };
    Some(Share { direction: direction.into(), kind: kind.into(), milliseconds: milliseconds.parse().ok()? })
}

fn sum(shares: &[Share], direction: &str) -> f64 {
    shares.iter().filter(|share| share.direction == direction).map(|share| share.milliseconds).sum()
}

fn table(label: &str, shares: &[Share]) -> String {
    let title = format!("where native time goes, {label}");
    let mut text = format!("{title:<42}{:>9}{:>9}\n", "ms", "share");
    for share in shares {
        let part = 100.0 * share.milliseconds / sum(shares, &share.direction);
        text += &format!("  {:<10}{:<30}{:>9.2}{:>7.0} %\n", share.direction, share.kind, share.milliseconds, part);
    }
    text
}

fn row(share: &Share) -> String {
    json::object(&[
        ("direction", json::text(&share.direction)),
        ("kind", json::text(&share.kind)),
        ("seconds", json::number(Some(share.milliseconds / 1e3))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_their_own_direction() {
        let shares: Vec<Share> =
            ["forward clip 1.0", "forward add 3.0", "backward add 5.0", "?"].into_iter().filter_map(read).collect();
        assert_eq!(shares.len(), 3);
        let table = table("here", &shares);
        assert!(table.contains("25 %") && table.contains("75 %") && table.contains("100 %"), "{table}");
    }
}
