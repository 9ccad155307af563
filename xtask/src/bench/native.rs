//! The native contest: Tessera, torch and onnxruntime, each with the same number of threads.

use super::contender::Contender;
use super::measured::{Contest, Job};
use super::{Plan, folder, json, programs};
use std::path::{Path, PathBuf};
use std::process::Command;

const BOTH: &[Job] = &[Job::Forward, Job::Gradient];

/// What contenders are started from.
struct Files {
    own: PathBuf,
    python: PathBuf,
    onnx: PathBuf,
}

/// One contest a number of threads.
pub fn run(plan: &Plan) -> Result<json::Members, String> {
    let (own, python) = (programs::own()?, programs::python()?);
    programs::picture(&own)?;
    let onnx = programs::onnx(&python)?;
    let files = Files { own, python, onnx };
    let mut contests = Vec::new();
    for &threads in &plan.threads {
        let contest = contest(plan, &files, threads)?;
        print!("{}", contest.table());
        contest.agrees()?;
        contests.push(contest.json());
    }
    Ok(vec![("contests", json::list(&contests))])
}

fn contest(plan: &Plan, files: &Files, threads: usize) -> Result<Contest, String> {
    let mut contenders = contenders(files, threads)?;
    let mut contest = Contest::new(format!("native, {threads} thread{}", if threads == 1 { "" } else { "s" }));
    for contender in &mut contenders {
        for &job in contender.jobs {
            contender.turn(job, 3)?;
        }
    }
    for round in 0..plan.rounds {
        for job in BOTH {
            // Who begins changes from round to round, so that nobody always comes after the same one.
            let count = contenders.len();
            for contender in (0..count).map(|place| (place + round) % count) {
                let contender = &mut contenders[contender];
                if contender.jobs.contains(job) {
                    let turn = contender.turn(*job, plan.passes)?;
                    contest.enter(&contender.name, *job, turn);
                }
            }
        }
    }
    Ok(contest)
}

fn contenders(files: &Files, threads: usize) -> Result<[Contender; 3], String> {
    let picture = folder().join("picture.f32");
    let count = threads.to_string();
    let mut tessera = Command::new(&files.own);
    tessera.arg("serve").env("RAYON_NUM_THREADS", &count);
    let mut torch = peer(&files.python, "torch_peer.py", &picture, &count);
    let mut onnxruntime = peer(&files.python, "onnxruntime_peer.py", &picture, &count);
    onnxruntime.arg(&files.onnx);
    Ok([
        Contender::start(&mut tessera, BOTH)?,
        Contender::start(&mut torch, BOTH)?,
        Contender::start(&mut onnxruntime, &[Job::Forward])?,
    ])
}

fn peer(python: &Path, name: &str, picture: &Path, threads: &str) -> Command {
    let mut command = programs::script(python, name);
    command.arg(picture).arg(threads).env("OMP_NUM_THREADS", threads).env("MKL_NUM_THREADS", threads);
    command
}
