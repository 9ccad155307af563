//! A contender: a program that makes passes when asked, line by line, and stays warm between its turns.

use super::measured::{Job, Turn};
use super::processor;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running contender. It ends with this value.
pub struct Contender {
    /// What it calls itself, version included.
    pub name: String,
    /// What it can do.
    pub jobs: &'static [Job],
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Contender {
    /// Starts it and waits for its name.
    pub fn start(command: &mut Command, jobs: &'static [Job]) -> Result<Self, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("{program} could not be started: {error}"))?;
        let (Some(ask), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!("{program} has no pipes"));
        };
        let mut contender = Self { name: program, jobs, child, ask, answers: BufReader::new(answers) };
        contender.name = contender.line()?;
        Ok(contender)
    }

    /// Lets it make `passes` passes.
    pub fn turn(&mut self, job: &str, passes: usize) -> Result<Turn, String> {
        let turn = self.try_turn(job, passes)?;
        turn.ok_or_else(|| format!("{} cannot do `{job}`", self.name))
    }

    /// The same; none where it answers `-`, which says that it has no such job.
    pub fn try_turn(&mut self, job: &str, passes: usize) -> Result<Option<Turn>, String> {
        let before = processor::seconds(self.child.id());
        writeln!(self.ask, "{job} {passes}").map_err(|error| format!("{} ended early: {error}", self.name))?;
        let line = self.line()?;
        if line == "-" {
            return Ok(None);
        }
        let cpu = before.zip(processor::seconds(self.child.id())).map(|(before, after)| after - before);
        Turn::read(&line, cpu).map(Some).ok_or_else(|| format!("{} answered `{line}`", self.name))
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(length) if length > 0 => Ok(line.trim().into()),
            _ => Err(format!("{} ended early; it says why above", self.name)),
        }
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        // One that ended by itself needs no ending.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
