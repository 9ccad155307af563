//! `tessera verify`: whether what a link or a run says comes out again.

use super::run::On;
use crate::file::read_record;
use crate::study::{Keep, Study, plan};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};
use tessera_core::experiment::link::{self, Claim, Found};
use tessera_core::experiment::verify::{Line, Verdict, compare, count};

/// Run a link or a finished run again and hold every number against what it says
///
/// Exit code 1 where a number came out otherwise or could not be found.
#[derive(Args)]
pub struct Verify {
    /// A link, or the address that ends in one; or a run: its folder, record.json, or ZIP file
    #[arg(value_name = "LINK|RUN")]
    claim: String,
    #[command(flatten)]
    on: On,
    /// Folder for the new run; it goes on where it was cut off
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Runs and compares.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn run(self) -> Result<(), String> {
        let claim = read(&self.claim)?;
        let claimed = claim.found.ok_or("This link proposes a run and says no numbers: run it with `tessera run`.")?;
        let (model, photos) = self.on.open(&claim.spec)?;
        let units = plan(&claim.spec, &photos)?;
        let mut study = Study::open(claim.spec, &model, &self.out, Keep::default())?;
        units.iter().try_for_each(|unit| study.run(unit))?;
        let lines = compare(&study.record.spec, &claimed, &Found::of(&study.record));
        let (reproduced, differs, cannot) = count(&lines);
        if self.json {
            println!("{:#}", json!({ "reproduced": reproduced, "differs": differs, "cannot": cannot, "lines": lines }));
        } else {
            lines.iter().for_each(|line| println!("{}", text(line)));
        }
        match differs + cannot {
            0 => Ok(()),
            _ => Err(format!("{reproduced} numbers came out again, {differs} otherwise, {cannot} could not be found.")),
        }
    }
}

/// What a link, a record or a packed run says.
fn read(claim: &str) -> Result<Claim, String> {
    let path = Path::new(claim);
    if !path.exists() {
        return link::read(claim).map_err(|error| error.to_string());
    }
    let record = read_record(path)?;
    Ok(Claim { found: Some(Found::of(&record)), spec: record.spec })
}

fn text(line: &Line) -> String {
    let Line { what, claimed, found, verdict } = line;
    match verdict {
        Verdict::Reproduced(tolerance) => format!("reproduced  {what}: {found} (within {tolerance})"),
        Verdict::Differs(by, tolerance) => {
            format!("differs     {what}: {claimed} there, {found} here, by {by} (allowed {tolerance})")
        }
        Verdict::Cannot(why) => format!("cannot      {what}: {why}"),
    }
}
