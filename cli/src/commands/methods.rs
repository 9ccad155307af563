//! `tessera methods`: which methods there are, what can be set of them, and what can be done to their maps.

use clap::Args;
use tessera_core::descriptor::{Entry, Family, Param};
use tessera_core::map::steps;
use tessera_core::method::ENTRIES;
use tessera_core::method::preset::PRESETS;

/// List the methods, what can be set of them, the steps that can follow, and the presets
#[derive(Args)]
pub struct Methods {
    /// Print the methods' descriptors as one JSON document
    #[arg(long)]
    json: bool,
}

impl Methods {
    /// Runs it.
    pub fn run(self) -> Result<(), String> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(ENTRIES).expect("descriptors are plain data"));
            return Ok(());
        }
        for family in Family::ALL {
            let mut of = ENTRIES.iter().filter(|entry| entry.family == family).peekable();
            if of.peek().is_some() {
                println!("{}", family.title());
                of.for_each(list);
                println!();
            }
        }
        println!("Steps afterwards");
        for step in steps::ENTRIES {
            println!("  {:<24} {}. {}", step.id, step.title, step.sentence);
            step.params.iter().for_each(set);
        }
        println!();
        presets();
        Ok(())
    }
}

fn list(entry: &Entry) {
    println!("  {:<24} {}. {}", entry.id, entry.title, entry.sentence);
    entry.params.iter().for_each(set);
}

fn set(param: &Param) {
    let usual = param.domain.default().map(|usual| format!(", usually {usual}")).unwrap_or_default();
    println!("  {:<24}   {} ({}{usual}): {}", "", param.id, param.domain, param.sentence);
}

fn presets() {
    println!("Presets");
    for preset in PRESETS {
        println!("  {:<24} {}", preset.id, preset.sentence);
        let members: Vec<&str> = preset.members.iter().map(|member| member.method).collect();
        println!("  {:<24}   {}", "", members.join(", "));
        preset.differences().iter().for_each(|one| println!("  {:<24}   {one}", ""));
    }
}
