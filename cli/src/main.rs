//! `tessera`: what a network says about a photo, and what it looked at.

mod commands;
mod dataset;
mod file;
mod model;
mod png;
mod run;
mod sheet;
mod study;
mod wish;

use clap::Parser;
use std::process::ExitCode;

/// What did the network look at, and may I believe the map that says so?
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  tessera classify cat.jpg\n  tessera classify *.jpg --top 3 --json\n  \
                  tessera explain cat.jpg --method gradcam,gradient --out maps\n  \
                  tessera explain cat.jpg --method gradcam --target \"Egyptian cat\" --out maps\n  \
                  tessera explain cat.jpg --method smoothgrad --param samples=100 --seed 7 --out maps\n  \
                  tessera explain cat.jpg --preset recommended --target 285-vs-281 --out maps\n\n\
                  Exit codes: 0 all went well, 1 something failed (said on standard error), 2 wrong usage."
)]
struct Arguments {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    // Who reads only the first lines closes the pipe: that ends the command, and is no failure to be told.
    sigpipe::reset();
    match Arguments::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("tessera: {sentence}");
            ExitCode::FAILURE
        }
    }
}
