//! The native contest: Tessera, torch and onnxruntime, each with the same number of threads.

use super::contender::Contender;
use super::measured::{Contest, Job};
use super::network::Network;
use super::{Plan, json, programs};
use std::path::{Path, PathBuf};
use std::process::Command;

const BOTH: &[Job] = &[Job::Forward, Job::Gradient];

/// What contenders are started with.
pub struct Programs {
    own: PathBuf,
    python: PathBuf,
}

impl Programs {
    /// Tessera's own program, and a Python with the peers.
    pub fn find() -> Result<Self, String> {
        Ok(Self { own: programs::own()?, python: programs::python()? })
    }

    /// Makes a network's files ready.
    pub fn prepare(&self, network: &Network) -> Result<(), String> {
        network.prepare(&self.own, &self.python)
    }

    /// The command that says where a network's time goes; the number of passes is still to come.
    pub fn profile(&self, network: &Network) -> Command {
        let mut profile = Command::new(&self.own);
        profile.arg("profile").arg(network.folder()).env("RAYON_NUM_THREADS", "1");
        profile
    }

    /// The command that lists the methods which a network can be asked for.
    pub fn methods(&self, network: &Network) -> Command {
        let mut methods = Command::new(&self.own);
        methods.arg("methods").arg(network.folder()).env("RAYON_NUM_THREADS", "1");
        methods
    }

    /// The commands that start contenders at methods, each with one thread: Tessera, and the usual libraries.
    pub fn at_methods(&self, network: &Network) -> [Command; 2] {
        let mut libraries = peer(&self.python, "method_peers.py", "1");
        libraries.arg(&network.name).arg(network.folder()).arg("1");
        [self.tessera(network, "1"), libraries]
    }

    fn tessera(&self, network: &Network, threads: &str) -> Command {
        let mut tessera = Command::new(&self.own);
        tessera.arg("serve").arg(network.folder()).env("RAYON_NUM_THREADS", threads);
        tessera
    }

    /// The commands that start contenders, and what each can do.
    pub fn contenders(&self, network: &Network, threads: usize) -> [(Command, &'static [Job]); 3] {
        let threads = threads.to_string();
        let mut torch = peer(&self.python, "torch_peer.py", &threads);
        torch.arg(&network.name).arg(network.folder()).arg(&threads);
        let mut onnxruntime = peer(&self.python, "onnxruntime_peer.py", &threads);
        onnxruntime.arg(network.folder()).arg(&threads);
        [(self.tessera(network, &threads), BOTH), (torch, BOTH), (onnxruntime, &[Job::Forward])]
    }
}

/// A peer in Python, with the settings that serve it best: memory that its allocator once had stays with it.
fn peer(python: &Path, name: &str, threads: &str) -> Command {
    let mut command = programs::script(python, name);
    command.env("OMP_NUM_THREADS", threads).env("MKL_NUM_THREADS", threads);
    command.env("MALLOC_MMAP_MAX_", "0").env("MALLOC_TRIM_THRESHOLD_", "100000000000");
    command
}

/// One contest a network and number of threads.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let programs = Programs::find()?;
    let mut contests = Vec::new();
    for network in &plan.networks {
        programs.prepare(network)?;
        for &threads in &plan.threads {
            let contest = contest(plan, &programs, network, threads)?;
            print!("{}", contest.table());
            contest.agrees()?;
            contests.push(contest.json());
        }
    }
    Ok(vec![("contests", json::list(&contests))])
}

fn contest(plan: &Plan, programs: &Programs, network: &Network, threads: usize) -> Result<Contest, String> {
    let mut contenders = Vec::new();
    for (mut command, jobs) in programs.contenders(network, threads) {
        contenders.push(Contender::start(&mut command, jobs)?);
    }
    let plural = if threads == 1 { "" } else { "s" };
    let mut contest = Contest::new(format!("{}, native, {threads} thread{plural}", network.label()));
    let (rounds, passes) = plan.turns(network);
    for contender in &mut contenders {
        for &job in contender.jobs {
            contender.turn(job.name(), 3)?;
        }
    }
    for round in 0..rounds {
        for job in BOTH {
            // Who begins changes from round to round, so that nobody always comes after the same one.
            let count = contenders.len();
            for contender in (0..count).map(|place| (place + round) % count) {
                let contender = &mut contenders[contender];
                if contender.jobs.contains(job) {
                    let turn = contender.turn(job.name(), passes)?;
                    contest.enter(&contender.name, *job, turn);
                }
            }
        }
    }
    Ok(contest)
}
