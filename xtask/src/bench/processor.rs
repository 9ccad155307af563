//! What the system says of the machine: time and memory used by programs, the load, the processor's name. Elsewhere than on Linux it says nothing.

use std::collections::HashMap;
use std::fs;

/// Processor seconds that all living threads of a program, and of the programs it started, have used so far.
pub fn seconds(program: u32) -> Option<f64> {
    let nanoseconds: Vec<u64> = family(program).into_iter().flat_map(threads).collect();
    (!nanoseconds.is_empty()).then(|| nanoseconds.iter().sum::<u64>() as f64 / 1e9)
}

/// The most bytes that a program held resident at a time, since it began or its peak was forgotten.
pub fn peak(program: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{program}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Lets a program's peak begin anew from what it holds now.
pub fn forget_peak(program: u32) {
    // Where the system does not let us, peaks only grow.
    let _ = fs::write(format!("/proc/{program}/clear_refs"), "5");
}

/// The process of a browser that holds its page: of those that draw pages, the one with the most memory.
pub fn renderer(browser: u32) -> Option<u32> {
    let draws = |&program: &u32| {
        fs::read_to_string(format!("/proc/{program}/cmdline")).is_ok_and(|line| line.contains("--type=renderer"))
    };
    family(browser).into_iter().filter(draws).max_by_key(|&program| peak(program))
}

/// Nanoseconds of each thread of a program.
fn threads(program: u32) -> Vec<u64> {
    let Ok(entries) = fs::read_dir(format!("/proc/{program}/task")) else { return Vec::new() };
    let text = |path: std::path::PathBuf| fs::read_to_string(path.join("schedstat")).ok();
    entries.flatten().filter_map(|entry| text(entry.path())?.split_whitespace().next()?.parse().ok()).collect()
}

/// A program and all that it started, directly or not.
fn family(program: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Some(parent) = fs::read_to_string(entry.path().join("stat")).ok().and_then(|stat| parent(&stat)) else {
            continue;
        };
        children.entry(parent).or_default().push(id);
    }
    let mut family = vec![program];
    let mut at = 0;
    while let Some(member) = family.get(at) {
        family.extend(children.remove(member).unwrap_or_default());
        at += 1;
    }
    family
}

/// The parent in a line of `/proc/ID/stat`, whose second field is a name in parentheses that may hold anything.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(") ")?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Programs that want a processor, on average over the last 1, 5 and 15 minutes.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = text.split_whitespace().take(3).collect();
    if load.is_empty() { "unknown".into() } else { load.join(" ") }
}

/// Name and number of the processors.
pub fn name() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{count} x {}", name.map_or("processor of unknown name", |(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_stands_behind_the_name() {
        assert_eq!(parent("12 (a (b) c) S 7 12 12 0"), Some(7));
        assert_eq!(parent(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_holds_what_it_fills() {
        let held = vec![1_u8; 1 << 24];
        assert!(peak(std::process::id()).unwrap() > held.len() as u64);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn own_time_goes_on() {
        let own = std::process::id();
        let before = seconds(own).unwrap();
        let start = std::time::Instant::now();
        while start.elapsed().as_millis() < 50 {}
        assert!(seconds(own).unwrap() > before);
    }
}
