//! `tessera alpha`: how far raters agree on units.

use super::tabular::Tabular;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tessera_core::random::Stream;
use tessera_core::statistics::alpha::{Level, Over, Reliability};
use tessera_core::statistics::bootstrap::{Interval, Plan};
use tessera_core::undefined::{Score, Undefined};

/// Share of the resamples between the ends of an interval.
const CONFIDENCE: f64 = 0.95;

/// Say how far raters agree: Krippendorff's alpha of a table
///
/// 1 is agreement, 0 what chance would give. With --json one document: `table` (what was understood of the file),
/// `level`, `alpha` (null where it is undefined, with the reason in `undefined`), and `interval` (null unless asked
/// for; `low` and `high`, null with the reason in `undefined`; `confidence`, `over`, `resamples`, `used`, `seed`).
#[derive(Args)]
pub struct Alpha {
    #[command(flatten)]
    tabular: Tabular,
    /// What differences between values mean
    #[arg(long, value_enum)]
    level: LevelName,
    /// Give a 95 % interval from so many resamples; 2000 is usual
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    bootstrap: Option<u32>,
    /// What is resampled: the columns (units) or, where these are the sample, the rows (raters)
    #[arg(long, value_enum, default_value_t = OverName::Units, requires = "bootstrap")]
    over: OverName,
    /// Seed of the resamples
    #[arg(long, default_value_t = 0, requires = "bootstrap")]
    seed: u64,
}

/// Names of [`Level`] on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum LevelName {
    /// Same or different
    Nominal,
    /// Before or after
    Ordinal,
    /// So much more
    Interval,
    /// So many times more; values are zero or above
    Ratio,
}

/// Names of [`Over`] on the command line.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OverName {
    /// Columns: what is judged
    Units,
    /// Rows: who judges
    Raters,
}

/// What was asked for, and what came out.
struct Found {
    alpha: Score,
    interval: Option<Result<Interval, Undefined>>,
}

impl Alpha {
    /// Reads the table and prints alpha.
    pub fn run(self) -> Result<(), String> {
        let table = self.tabular.read()?;
        let reliability = Reliability::new(&table.values).map_err(|why| why.to_string())?;
        let level = self.level.into();
        let alpha = reliability.alpha(0..table.values.len(), level);
        let interval = self.plan().map(|plan| reliability.interval(level, self.over.into(), &plan));
        let found = Found { alpha, interval };
        if self.tabular.json {
            println!("{:#}", self.document(&found, &self.tabular.understood(&table)));
        } else {
            println!("{}", self.tabular.sentence(&table));
            self.print(&found);
        }
        Ok(())
    }

    fn plan(&self) -> Option<Plan> {
        let stream = Stream::new(self.seed, "alpha");
        self.bootstrap.map(|resamples| Plan { stream, resamples: resamples as usize, confidence: CONFIDENCE })
    }

    fn over(&self) -> &'static str {
        if self.over == OverName::Units { "units" } else { "raters" }
    }

    fn document(&self, found: &Found, table: &Value) -> Value {
        let interval = found.interval.map(|interval| {
            json!({
                "low": interval.ok().map(|interval| interval.low),
                "high": interval.ok().map(|interval| interval.high),
                "undefined": interval.err(),
                "confidence": CONFIDENCE,
                "over": self.over(),
                "resamples": self.bootstrap,
                "used": interval.map_or(0, |interval| interval.used),
                "seed": self.seed,
            })
        });
        json!({
            "table": table,
            "level": Level::from(self.level),
            "alpha": found.alpha.ok(),
            "undefined": found.alpha.err(),
            "interval": interval,
        })
    }

    fn print(&self, found: &Found) {
        match found.alpha {
            Ok(alpha) => println!("alpha     {alpha:.4}"),
            Err(why) => println!("alpha     undefined: {why}"),
        }
        match found.interval {
            Some(Ok(interval)) => {
                let (all, used) = (interval.used + interval.dropped, interval.used);
                let dropped = if used < all { format!(" ({used} on which alpha exists)") } else { String::new() };
                println!(
                    "interval  {:.4} to {:.4}, 95 % of {all} resamples of {}{dropped}",
                    interval.low,
                    interval.high,
                    self.over()
                );
            }
            Some(Err(why)) => println!("interval  undefined: {why}"),
            None => {}
        }
    }
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Level {
        match name {
            LevelName::Nominal => Level::Nominal,
            LevelName::Ordinal => Level::Ordinal,
            LevelName::Interval => Level::Interval,
            LevelName::Ratio => Level::Ratio,
        }
    }
}

impl From<OverName> for Over {
    fn from(name: OverName) -> Over {
        match name {
            OverName::Units => Over::Units,
            OverName::Raters => Over::Coders,
        }
    }
}
