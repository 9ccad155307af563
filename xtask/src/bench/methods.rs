//! What each method takes beside bare passes, natively on one thread: processor time over that of the passes it foretells.

use super::native::Programs;
use super::{Plan, json};
use crate::command;

/// A method, or a bare pass.
struct Run {
    name: String,
    seconds: f64,
    forward: f64,
    backward: f64,
}

/// Seconds of a forward pass, and of the way back.
#[derive(Clone, Copy)]
struct Bare {
    forward: f64,
    backward: f64,
}

/// Runs every method on every network and prints its overhead.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let programs = Programs::find()?;
    let mut networks = Vec::new();
    for network in &plan.networks {
        programs.prepare(network)?;
        let lines = command::output(&mut programs.methods(network), "the timing program failed")?;
        let runs: Vec<Run> = lines.lines().filter_map(read).collect();
        let bare = bare(&runs).ok_or("the timing program gave no bare passes")?;
        print!("{}", table(&network.label(), &runs, bare));
        let rows: Vec<String> = runs.iter().map(|run| row(run, bare)).collect();
        let members = [("network", json::text(&network.label())), ("methods", json::list(&rows))];
        networks.push(json::object(&members));
    }
    Ok(vec![("networks", json::list(&networks))])
}

/// Reads `NAME SECONDS FORWARD BACKWARD`.
fn read(line: &str) -> Option<Run> {
    let [name, seconds, forward, backward] = line.split_whitespace().collect::<Vec<_>>()[..] else { return None };
    let number = |text: &str| text.parse().ok();
    Some(Run { name: name.into(), seconds: number(seconds)?, forward: number(forward)?, backward: number(backward)? })
}

fn bare(runs: &[Run]) -> Option<Bare> {
    let seconds = |name: &str| runs.iter().find(|run| run.name == name).map(|run| run.seconds);
    let forward = seconds("forward")?;
    Some(Bare { forward, backward: seconds("gradient")? - forward })
}

/// Its time over that of its bare passes; none for what takes no pass.
fn overhead(run: &Run, bare: Bare) -> Option<f64> {
    let floor = run.forward * bare.forward + run.backward * bare.backward;
    (floor > 0.0).then(|| run.seconds / floor)
}

fn table(label: &str, runs: &[Run], bare: Bare) -> String {
    let title = format!("methods beside bare passes, {label}");
    let mut text = format!("{title:<42}{:>10}{:>10}{:>10}{:>10}\n", "ms", "forward", "backward", "overhead");
    for run in runs {
        let times = overhead(run, bare).map_or_else(|| "-".into(), |times| format!("{times:.2}"));
        let (ms, forward, backward) = (run.seconds * 1e3, run.forward, run.backward);
        text += &format!("  {:<40}{ms:>10.1}{forward:>10.2}{backward:>10.2}{times:>10}\n", run.name);
    }
    text
}

fn row(run: &Run, bare: Bare) -> String {
    json::object(&[
        ("method", json::text(&run.name)),
        ("seconds", json::number(Some(run.seconds))),
        ("forward", json::number(Some(run.forward))),
        ("backward", json::number(Some(run.backward))),
        ("overhead", json::number(overhead(run, bare))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overhead_is_time_over_bare_passes() {
        let runs: Vec<Run> =
            ["forward 0.01 1 0", "gradient 0.03 1 1", "smoothgrad 0.35 11 10", "random 0.001 0 0", "?"]
                .into_iter()
                .filter_map(read)
                .collect();
        assert_eq!(runs.len(), 4);
        let bare = bare(&runs).unwrap();
        // 11 passes of 10 ms and 10 ways back of 20 ms: 310 ms.
        assert!((overhead(&runs[2], bare).unwrap() - 0.35 / 0.31).abs() < 1e-9);
        assert_eq!(overhead(&runs[3], bare), None);
    }
}
