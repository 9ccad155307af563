//! Where the time goes, natively on one thread: milliseconds and shares of each kind of op, in both directions.

use super::{Plan, json, programs};
use crate::command;
use std::process::Command;

/// A kind of op in one direction.
struct Share {
    direction: String,
    kind: String,
    milliseconds: f64,
}

/// Runs the timing program and prints its shares.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let own = programs::own()?;
    let mut profile = Command::new(own);
    profile.args(["profile", &(plan.rounds * plan.passes).to_string()]).env("RAYON_NUM_THREADS", "1");
    let lines = command::output(&mut profile, "the timing program failed")?;
    let shares: Vec<Share> = lines.lines().filter_map(read).collect();
    print!("{}", table(&shares));
    let rows: Vec<String> = shares.iter().map(row).collect();
    Ok(vec![("shares", json::list(&rows))])
}

/// Reads `DIRECTION KIND MILLISECONDS`.
fn read(line: &str) -> Option<Share> {
    let [direction, kind, milliseconds] = line.split_whitespace().collect::<Vec<_>>()[..] else { return None };
    Some(Share { direction: direction.into(), kind: kind.into(), milliseconds: milliseconds.parse().ok()? })
}

fn sum(shares: &[Share], direction: &str) -> f64 {
    shares.iter().filter(|share| share.direction == direction).map(|share| share.milliseconds).sum()
}

fn table(shares: &[Share]) -> String {
    let mut text = format!("{:<32}{:>9}{:>9}\n", "where native time goes", "ms", "share");
    for share in shares {
        let part = 100.0 * share.milliseconds / sum(shares, &share.direction);
        text += &format!("  {:<10}{:<20}{:>9.2}{:>7.0} %\n", share.direction, share.kind, share.milliseconds, part);
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
        let table = table(&shares);
        assert!(table.contains("25 %") && table.contains("75 %") && table.contains("100 %"), "{table}");
    }
}
