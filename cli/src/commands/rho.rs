//! `tessera rho`: how far rows order columns alike.

use super::tabular::Tabular;
use clap::Args;
use serde_json::{Value, json};
use tessera_core::statistics::table::Table;
use tessera_core::statistics::{pairs, rho};
use tessera_core::undefined::Score;

/// Say how far methods order mosaics alike: Spearman's rho between the rows of a table
///
/// Two rows are compared over the columns where both have a value; equal values share the mean of their ranks. With
/// --json one document: `table` (what was understood of the file), `names` (of the rows), `rho` (a matrix; null where it
/// is undefined), `pairs` (over how many columns each number is) and `undefined` (a list of `rows` and `reason`).
#[derive(Args)]
pub struct Rho {
    #[command(flatten)]
    tabular: Tabular,
}

impl Rho {
    /// Reads the table and prints the matrix.
    pub fn run(self) -> Result<(), String> {
        let table = self.tabular.read()?;
        let matrix = rho::matrix(&table.values);
        if self.tabular.json {
            println!("{:#}", document(&table, &matrix, self.tabular.understood(&table)));
        } else {
            println!("{}", self.tabular.sentence(&table));
            print(&table.rows, &matrix);
        }
        Ok(())
    }
}

fn document(table: &Table, matrix: &[Vec<Score>], understood: Value) -> Value {
    let number = |score: &Score| score.ok();
    let values = &table.values;
    let pairs = values.iter().map(|a| values.iter().map(|b| pairs::complete(a, b).0.len()).collect::<Vec<_>>());
    let reasons = undefined(matrix).map(|(a, b, why)| json!({ "rows": [table.rows[a], table.rows[b]], "reason": why }));
    json!({
        "table": understood,
        "names": table.rows,
        "rho": matrix.iter().map(|row| row.iter().map(number).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "pairs": pairs.collect::<Vec<_>>(),
        "undefined": reasons.collect::<Vec<_>>(),
    })
}

/// Which two rows have no number, each two once, and why.
fn undefined(matrix: &[Vec<Score>]) -> impl Iterator<Item = (usize, usize, tessera_core::undefined::Undefined)> + '_ {
    let of = |a: usize| matrix[a][..=a].iter().enumerate().filter_map(move |(b, score)| Some((a, b, score.err()?)));
    (0..matrix.len()).flat_map(of)
}

fn print(names: &[String], matrix: &[Vec<Score>]) {
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, row) in names.iter().zip(matrix) {
        let numbers = row.iter().map(|score| score.map_or("     n/a".to_owned(), |rho| format!("{rho:>8.4}")));
        println!("{name:<longest$}{}", numbers.collect::<String>());
    }
    for (a, b, why) in undefined(matrix) {
        println!("{} with {} is undefined: {why}", names[a], names[b]);
    }
}
