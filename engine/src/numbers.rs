//! Numbers of any tool: a map's scores on a mosaic, and how far the rows of a table agree.

use crate::protocol::{Figures, Numbers};
use tessera_core::descriptor::Sign;
use tessera_core::map::npy;
use tessera_core::metric::{Metric, Weighed};
use tessera_core::mosaic::{Layout, MosaicError};
use tessera_core::statistics::alpha::{Level, alpha};
use tessera_core::statistics::rho::matrix;
use tessera_core::statistics::table::{self, Hints};
use tessera_core::undefined::{Score, Told};

/// Most rows of a table: their correlations are as many as rows squared.
const ROWS: usize = 200;

/// What is asked of a file.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn numbers(what: &Numbers, file: &[u8]) -> Result<Figures, String> {
    match what {
        Numbers::Map { targets, columns } => score(file, targets, *columns),
        Numbers::Table { level } => agree(file, *level),
    }
}

/// All scores of a map, whose sign is told from its values.
fn score(file: &[u8], targets: &[bool], columns: usize) -> Result<Figures, String> {
    let hits = targets.iter().filter(|&&target| target).count();
    if hits == 0 || hits == targets.len() || columns == 0 || !targets.len().is_multiple_of(columns) {
        return Err(MosaicError::Targets { targets: hits, cells: targets.len() }.to_string());
    }
    let map = npy::read(file).map_err(|error| error.to_string())?;
    let rows = targets.len() / columns;
    let (height, width) = (map.height, map.width);
    if height < rows || width < columns {
        return Err(format!("A map of {height} x {width} has no place for {rows} x {columns} cells: choose fewer."));
    }
    let cells = Layout { rows, columns, cell: 1, gap: 0 }.cells(targets).scaled(height, width);
    let flat = map.flat();
    let signed = flat.iter().any(|&value| value < 0.0);
    let sign = if signed { Sign::Signed } else { Sign::Positive };
    let (weighed, metrics) = (Weighed::new(&flat, &cells, sign), Metric::all);
    let kind = if signed { "signed" } else { "never below zero" };
    let summed = if map.channels > 1 { format!(", the sum of {} channels", map.channels) } else { String::new() };
    Ok(Figures {
        note: format!("{height} x {width}{summed}, {kind}"),
        rows: metrics().map(|metric| metric.title().to_owned()).collect(),
        columns: vec!["score".into()],
        values: metrics().map(|metric| vec![weighed.score(metric).into()]).collect(),
        alpha: None,
    })
}

/// Krippendorff's alpha of a table, and Spearman's rho between its rows.
fn agree(file: &[u8], level: Level) -> Result<Figures, String> {
    let table = table::read(file, Hints::default()).map_err(|error| error.to_string())?;
    let (rows, columns) = (table.rows.len(), table.columns.len());
    if rows > ROWS {
        return Err(format!(
            "The table has {rows} rows, and at most {ROWS} are correlated: a row is a rater or method."
        ));
    }
    let told = |row: Vec<Score>| row.into_iter().map(Told::from).collect();
    let gaps = table.values.iter().flatten().filter(|value| value.is_none()).count();
    let header = if table.header { "a header" } else { "no header" };
    let names = if table.names { "names in front" } else { "no names" };
    Ok(Figures {
        note: format!("{rows} rows (raters or methods), {columns} columns (units), {gaps} gaps, {header}, {names}"),
        alpha: Some(alpha(&table.values, level).into()),
        values: matrix(&table.values).into_iter().map(told).collect(),
        columns: table.rows.clone(),
        rows: table.rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of NumPy's format of one channel.
    fn npy(height: usize, width: usize, values: &[f32]) -> Vec<u8> {
        let mut header =
            format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({height}, {width}), }}\n").into_bytes();
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.append(&mut header);
        file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        file
    }

    #[test]
    fn a_map_is_scored_by_where_its_relevance_lies() {
        let what = Numbers::Map { targets: vec![true, false, false, false], columns: 2 };
        let found = numbers(&what, &npy(2, 2, &[3.0, 1.0, 0.0, 0.0])).unwrap();
        // Three quarters of what is above zero lie on the target.
        assert_eq!((found.rows.len(), found.values[0][0]), (Metric::all().count(), Told::Number(0.75)));
        assert!(found.note.contains("never below zero"), "{}", found.note);
        for (targets, columns) in [(vec![true; 4], 2), (vec![true, false, false], 2), (vec![], 0)] {
            assert!(numbers(&Numbers::Map { targets, columns }, &npy(2, 2, &[0.0; 4])).is_err());
        }
        assert!(numbers(&what, b"no map").is_err());
    }

    #[test]
    fn rows_that_are_the_same_agree() {
        let what = Numbers::Table { level: Level::Ordinal };
        let found = numbers(&what, b",a,b,c\none,1,2,3\ntwo,1,2,3\nthree,3,2,1\n").unwrap();
        assert_eq!(found.rows, ["one", "two", "three"]);
        assert_eq!((found.values[0][1], found.values[0][2]), (Told::Number(1.0), Told::Number(-1.0)));
        assert!(found.alpha.and_then(Told::number).is_some_and(|alpha| alpha < 0.5));
        assert!(numbers(&what, b"").is_err());
    }
}
