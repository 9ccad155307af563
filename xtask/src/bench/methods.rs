//! Methods natively on one thread: each beside the passes it foretells, and beside the library that people use for it, in turn.

use super::contender::Contender;
use super::measured::{Turn, median};
use super::native::Programs;
use super::network::Network;
use super::{Plan, json};
use crate::command;

/// A method and the passes it foretells.
#[derive(Debug, PartialEq)]
struct Method {
    id: String,
    forward: f64,
    backward: f64,
}

/// Seconds of a forward pass, and of the way back.
#[derive(Clone, Copy)]
struct Bare {
    forward: f64,
    backward: f64,
}

/// What a method took.
struct Row {
    method: Method,
    /// Tessera's processor seconds over those of its bare passes; none for what takes no pass.
    overhead: Option<f64>,
    seconds: f64,
    peer: Option<Peer>,
}

/// What a library took for the same.
struct Peer {
    seconds: f64,
    /// Correlation of its map with Tessera's.
    agreement: f64,
}

/// Runs every method on every network and prints what it takes, line by line: some take minutes.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let programs = Programs::find()?;
    let mut networks = Vec::new();
    for network in &plan.networks {
        programs.prepare(network)?;
        println!("{}", head(&network.label()));
        let rows: Vec<String> = rows(&programs, network)?.iter().map(Row::json).collect();
        networks.push(json::object(&[("network", json::text(&network.label())), ("methods", json::list(&rows))]));
    }
    Ok(vec![("networks", json::list(&networks))])
}

fn rows(programs: &Programs, network: &Network) -> Result<Vec<Row>, String> {
    let lines = command::output(&mut programs.methods(network), "the timing program failed")?;
    let [mut own, mut libraries] = programs.at_methods(network);
    let (mut own, mut peer) = (Contender::start(&mut own, &[])?, Contender::start(&mut libraries, &[])?);
    let bare = bare(&mut own)?;
    let row = |method: Method| {
        let (turns, others) = turns(&mut own, Some(&mut peer), &method.id)?;
        let seconds = seconds(&turns);
        let agreement = others.first().map(|turn| turn.check);
        let peer = agreement.map(|agreement| Peer { seconds: self::seconds(&others), agreement });
        let row = Row { overhead: overhead(&method, seconds, bare), method, seconds, peer };
        println!("{}", row.line());
        Ok(row)
    };
    lines.lines().filter_map(read).map(row).collect()
}

/// Reads `ID FORWARD BACKWARD`.
fn read(line: &str) -> Option<Method> {
    let [id, forward, backward] = line.split_whitespace().collect::<Vec<_>>()[..] else { return None };
    Some(Method { id: id.into(), forward: forward.parse().ok()?, backward: backward.parse().ok()? })
}

fn bare(own: &mut Contender) -> Result<Bare, String> {
    let forward = seconds(&turns(own, None, "forward")?.0);
    let both = seconds(&turns(own, None, "gradient")?.0);
    Ok(Bare { forward, backward: both - forward })
}

/// Turns of both in alternation. The first, which holds what is done once, counts only where it is so long that this is little
/// of it.
fn turns(own: &mut Contender, mut peer: Option<&mut Contender>, job: &str) -> Result<(Vec<Turn>, Vec<Turn>), String> {
    let first = own.turn(job, 1)?;
    let other = peer.as_mut().map(|peer| peer.try_turn(job, 1)).transpose()?.flatten();
    let longest = other.as_ref().map_or(0.0, Turn::seconds).max(first.seconds());
    let (passes, rounds) = amount(longest);
    if rounds == 0 {
        return Ok((vec![first], other.into_iter().collect()));
    }
    let (mut turns, mut others) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        turns.push(own.turn(job, passes)?);
        if let (Some(peer), true) = (&mut peer, other.is_some()) {
            others.push(peer.turn(job, passes)?);
        }
    }
    Ok((turns, others))
}

/// Passes in a turn, and turns after the first: processor time moves in steps of milliseconds.
fn amount(seconds: f64) -> (usize, usize) {
    match seconds {
        long if long > 10.0 => (1, 0),
        middling if middling > 1.0 => (1, 3),
        short => ((0.4 / short).clamp(1.0, 40.0) as usize, 5),
    }
}

fn seconds(turns: &[Turn]) -> f64 {
    median(turns.iter().map(Turn::seconds).collect()).unwrap_or(f64::NAN)
}

fn overhead(method: &Method, seconds: f64, bare: Bare) -> Option<f64> {
    let floor = method.forward * bare.forward + method.backward * bare.backward;
    (floor > 0.0).then(|| seconds / floor)
}

fn head(label: &str) -> String {
    let columns = ["ms", "forward", "backward", "overhead", "peer's ms", "ratio", "agreement"];
    let title = format!("methods, {label}");
    columns.iter().fold(format!("{title:<30}"), |line, column| line + &format!("{column:>11}"))
}

impl Row {
    /// Tessera's time over the peer's.
    fn ratio(&self) -> Option<f64> {
        self.peer.as_ref().map(|peer| self.seconds / peer.seconds)
    }

    fn line(&self) -> String {
        let Method { id, forward, backward } = &self.method;
        let shown = |number: Option<f64>| number.map_or("-".into(), |number| format!("{number:.2}"));
        let (theirs, agreement) =
            (self.peer.as_ref().map(|peer| peer.seconds * 1e3), self.peer.as_ref().map(|peer| peer.agreement));
        let cells = [
            format!("{:.1}", self.seconds * 1e3),
            format!("{forward:.2}"),
            format!("{backward:.2}"),
            shown(self.overhead),
            theirs.map_or("-".into(), |ms| format!("{ms:.1}")),
            shown(self.ratio()),
            shown(agreement),
        ];
        cells.iter().fold(format!("  {id:<28}"), |line, cell| line + &format!("{cell:>11}"))
    }

    fn json(&self) -> String {
        json::object(&[
            ("method", json::text(&self.method.id)),
            ("seconds", json::number(Some(self.seconds))),
            ("forward", json::number(Some(self.method.forward))),
            ("backward", json::number(Some(self.method.backward))),
            ("overhead", json::number(self.overhead)),
            ("peer_seconds", json::number(self.peer.as_ref().map(|peer| peer.seconds))),
            ("ratio", json::number(self.ratio())),
            ("agreement", json::number(self.peer.as_ref().map(|peer| peer.agreement))),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overhead_is_time_over_bare_passes() {
        let bare = Bare { forward: 0.01, backward: 0.02 };
        // 11 passes of 10 ms and 10 ways back of 20 ms: 310 ms.
        let smooth = read("smoothgrad 11 10").unwrap();
        assert!((overhead(&smooth, 0.35, bare).unwrap() - 0.35 / 0.31).abs() < 1e-9);
        assert_eq!(overhead(&read("random 0 0").unwrap(), 0.001, bare), None);
        assert_eq!(read("?"), None);
    }

    #[test]
    fn a_method_without_a_peer_has_no_ratio() {
        let row = |peer| Row { method: read("iba 6 5").unwrap(), overhead: Some(1.5), seconds: 0.2, peer };
        assert!(row(None).line().ends_with("-          -          -"));
        assert!(row(Some(Peer { seconds: 0.4, agreement: 0.99 })).line().ends_with("400.0       0.50       0.99"));
    }

    #[test]
    fn what_takes_long_is_done_once() {
        assert_eq!(amount(20.0), (1, 0));
        assert_eq!(amount(2.0), (1, 3));
        assert_eq!(amount(0.01), (40, 5));
    }
}
