//! Tessera's chores: one verb each, run as `cargo xtask VERB`.

mod arguments;
mod bench;
mod bindgen;
mod cache;
mod check;
mod command;
mod digest;
mod dist;
mod files;
mod models;
mod module;
mod page;
mod policy;
mod serve;
mod server;
mod site;
mod size;
mod style;
mod test;
mod tidy;
mod tools;
mod trunk;
mod workspace;

use std::process::ExitCode;

/// One chore: its name, what `--help` says of it, and what does it.
struct Verb {
    name: &'static str,
    options: &'static str,
    help: &'static str,
    run: fn(&[String]) -> Result<(), String>,
}

/// Every chore, in the order `--help` shows them.
const VERBS: &[Verb] = &[
    Verb {
        name: "serve",
        options: "[--port 8080]",
        help: "builds what changed and serves the page on this machine",
        run: serve::run,
    },
    Verb {
        name: "check",
        options: "",
        help: "format, lints native and wasm, docs, tidy: the inner loop",
        run: check::run,
    },
    Verb { name: "test", options: "", help: "everything, the page in a real browser included", run: test::run },
    Verb {
        name: "dist",
        options: "[--out dist]",
        help: "writes the page as a folder for any static server",
        run: dist::run,
    },
    Verb { name: "size", options: "", help: "weighs the modules and the weights, raw and compressed", run: size::run },
    Verb {
        name: "bench",
        options: "[--only PARTS] [--networks NAMES]",
        help: "times networks and page beside torch, onnxruntime and onnxruntime-web",
        run: bench::run,
    },
    Verb {
        name: "tidy",
        options: "[--write]",
        help: "the rooms and the house rules; --write renews the printed table",
        run: tidy::run,
    },
    Verb {
        name: "models",
        options: "verify|convert",
        help: "makes the weights again from what was published",
        run: models::run,
    },
    Verb { name: "trunk-hook", options: "", help: "what `trunk` calls after a build; not for people", run: trunk::run },
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the verb that the first word names.
fn dispatch(words: &[String]) -> Result<(), String> {
    let Some((name, rest)) = words.split_first() else {
        print!("{}", help());
        return Ok(());
    };
    if ["help", "--help", "-h"].contains(&name.as_str()) {
        print!("{}", help());
        return Ok(());
    }
    let verb = VERBS.iter().find(|verb| verb.name == name);
    let verb = verb.ok_or_else(|| format!("there is no chore `{name}`; `cargo xtask` alone lists them"))?;
    (verb.run)(rest)
}

/// The text of `--help`.
fn help() -> String {
    let mut text = String::from("Tessera's chores. Usage: cargo xtask VERB\n\n");
    for verb in VERBS {
        text += &format!("  {:<24}{}\n", format!("{} {}", verb.name, verb.options), verb.help);
    }
    text + "\nTwo do everything: `cargo xtask serve` to use Tessera, `cargo xtask test` to trust it.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_verb() {
        assert!(VERBS.iter().all(|verb| help().contains(verb.name)));
    }

    #[test]
    fn an_unknown_verb_is_a_sentence() {
        assert!(dispatch(&["fly".into()]).unwrap_err().contains("fly"));
    }
}
