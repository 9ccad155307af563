//! A table of numbers of any tool: CSV, a row a rater (or method), a column a unit (or mosaic), gaps where a value is
//! missing.
//!
//! Whether the first row is a header and the first column holds names is told from what stands there, and said, so that
//! a person sees a wrong guess: the first row is a header if no field after its first is a number and one is text; the
//! first column holds names if the header's first field is empty, or a field of it below is text.

use csv::StringRecord;
use std::fmt;

/// Most bytes that are read.
pub const LARGEST: u64 = 1 << 26;

/// Numbers with gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// A name a row: the first column's, else numbers from 1.
    pub rows: Vec<String>,
    /// A name a column: the header's, else numbers from 1.
    pub columns: Vec<String>,
    /// `[rows, columns]`
    pub values: Vec<Vec<Option<f64>>>,
    /// Whether the first row was taken as a header.
    pub header: bool,
    /// Whether the first column was taken as names.
    pub names: bool,
}

/// What is known of a table beforehand; the rest is told from its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The first row is a header, numbers or not.
    pub header: bool,
    /// The first column holds names, numbers or not.
    pub names: bool,
}

/// Why a file is no table of numbers. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableError {
    /// There are more than [`LARGEST`] bytes.
    Large,
    /// There are no values in it.
    Empty,
    /// A line cannot be read.
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong, without a full stop.
        reason: String,
    },
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Large => write!(f, "The table has more than {} MiB: leave out columns.", LARGEST >> 20),
            Self::Empty => write!(
                f,
                "The table holds no values: a row is a rater or method, a column a unit, with commas between."
            ),
            Self::Line { line, reason } => {
                write!(f, "This is not a table of numbers (line {line}: {reason}): save it as CSV with commas.")
            }
        }
    }
}

impl std::error::Error for TableError {}

/// Reads a table. Missing are fields that are empty or say `nan` or `NA`.
///
/// # Errors
/// Where it is larger than [`LARGEST`], has no values, rows of unequal length, or a field that is no finite number.
pub fn read(bytes: &[u8], hints: Hints) -> Result<Table, TableError> {
    if bytes.len() as u64 > LARGEST {
        return Err(TableError::Large);
    }
    let mut records = records(bytes)?;
    let header = match records.first() {
        Some(first) if hints.header || is_header(first) => Some(records.remove(0)),
        _ => None,
    };
    let names = hints.names || has_names(header.as_ref(), &records);
    let from = usize::from(names);
    let width = records.first().map_or(0, |row| row.len() - from);
    if width == 0 {
        return Err(TableError::Empty);
    }
    let columns =
        header.as_ref().map_or_else(|| numbered(width), |row| row.iter().skip(from).map(str::to_owned).collect());
    let rows = if names { records.iter().map(|row| row[0].to_owned()).collect() } else { numbered(records.len()) };
    let values = records.iter().map(|row| row.iter().skip(from).map(|field| value(field, row)).collect());
    let values = values.collect::<Result<_, _>>()?;
    Ok(Table { rows, columns, values, header: header.is_some(), names })
}

fn records(bytes: &[u8]) -> Result<Vec<StringRecord>, TableError> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let mut length = None;
    let mut checked = |read: csv::Result<StringRecord>| {
        let expected = *length.get_or_insert(read.as_ref().map_or(0, StringRecord::len));
        row(read, expected)
    };
    reader.records().map(&mut checked).collect()
}

/// What a field may be.
enum Field {
    Missing,
    Number(f64),
    Text,
}

impl Field {
    fn of(text: &str) -> Self {
        if text.is_empty() || text.eq_ignore_ascii_case("nan") || text == "NA" {
            return Self::Missing;
        }
        text.parse().map_or(Self::Text, Self::Number)
    }

    fn is_text(text: &str) -> bool {
        matches!(Self::of(text), Self::Text)
    }
}

fn is_header(first: &StringRecord) -> bool {
    let fields = || first.iter().skip(1);
    let number = |text| matches!(Field::of(text), Field::Number(_));
    fields().any(Field::is_text) && !fields().any(number)
}

fn has_names(header: Option<&StringRecord>, rows: &[StringRecord]) -> bool {
    let blank = header.is_some_and(|row| row.get(0) == Some(""));
    blank || rows.iter().any(|row| row.get(0).is_some_and(Field::is_text))
}

fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| number.to_string()).collect()
}

fn value(field: &str, row: &StringRecord) -> Result<Option<f64>, TableError> {
    match Field::of(field) {
        Field::Missing => Ok(None),
        Field::Number(number) if number.is_finite() => Ok(Some(number)),
        _ => {
            // Strangers' fields may be long.
            let shown: String = field.chars().take(40).collect();
            Err(TableError::Line { line: line(row), reason: format!("\"{shown}\" is no number") })
        }
    }
}

/// A row as long as the first; a reader that takes any length can only stumble over what is no text.
fn row(read: csv::Result<StringRecord>, length: usize) -> Result<StringRecord, TableError> {
    let wrong = |line, reason| Err(TableError::Line { line, reason });
    match read {
        Ok(row) if row.len() == length => Ok(row),
        Ok(row) => wrong(line(&row), format!("{} fields where {length} are expected", row.len())),
        Err(error) => wrong(error.position().map_or(1, csv::Position::line), "it is not UTF-8 text".to_owned()),
    }
}

fn line(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Table {
        read(text.as_bytes(), Hints::default()).unwrap()
    }

    fn said(text: &str) -> String {
        read(text.as_bytes(), Hints::default()).unwrap_err().to_string()
    }

    #[test]
    fn names_and_headers_are_told_from_what_stands_there() {
        let bare = of("1,2\n,4\n");
        assert_eq!(
            (bare.header, bare.names, &bare.rows[1], &bare.columns[0]),
            (false, false, &"2".into(), &"1".into())
        );
        assert_eq!(bare.values, [[Some(1.0), Some(2.0)], [None, Some(4.0)]]);
        let named = of("lrp, 1, nan\ngradcam, NA, 4\n");
        assert_eq!((named.header, named.names, &named.rows[1]), (false, true, &"gradcam".to_owned()));
        let whole = of("\u{feff}method,m1,m2\nlrp,1,2\n");
        assert_eq!((whole.header, whole.names, &whole.columns[1]), (true, true, &"m2".to_owned()));
        let indexed = of(",lrp,gradcam\n0,0.5,0.25\n");
        assert_eq!((indexed.header, indexed.names, indexed.values), (true, true, vec![vec![Some(0.5), Some(0.25)]]));
        let columns = of("lrp,gradcam\n0.5,0.25\n");
        assert_eq!((columns.header, columns.names, columns.values.len()), (true, false, 1));
    }

    #[test]
    fn a_hint_wins() {
        let hints = Hints { header: true, names: true };
        let found = read(b"0,1,2\n7,0.5,0.25\n", hints).unwrap();
        assert_eq!((found.rows, found.columns), (vec!["7".into()], vec!["1".into(), "2".into()]));
        assert_eq!(found.values, [[Some(0.5), Some(0.25)]]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert!(said("").contains("holds no values"));
        assert!(said("a,b\n").contains("holds no values"));
        assert!(said("a\nb\n").contains("holds no values"), "names alone");
        assert!(said("1,2\n3\n").contains("line 2: 1 fields where 2 are expected"));
        assert!(said("lrp,1,2\nshap,x,2\n").contains("line 2: \"x\" is no number"));
        assert!(said("1,2\n3,inf\n").contains("\"inf\" is no number"));
        assert!(said("1;2\n3;4\n").contains("commas"));
        assert!(read(b"1,\xff\n", Hints::default()).unwrap_err().to_string().contains("not UTF-8"));
        assert_eq!(read(&vec![b'1'; LARGEST as usize + 1], Hints::default()), Err(TableError::Large));
    }

    #[test]
    fn damage_never_panics() {
        let table = "method,a,\"b,c\"\nlrp,1,2e3\nshap,,nan\n".as_bytes();
        for place in 0..table.len() {
            let _ = read(&table[..place], Hints::default());
            for byte in [0, b',', b'"', b'\n', b'9', 0xff] {
                let mut damaged = table.to_vec();
                damaged[place] = byte;
                let _ = read(&damaged, Hints { header: byte == 0, names: byte == b',' });
            }
        }
    }
}
