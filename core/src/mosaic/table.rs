//! The table of mosaics as the study of FAccT 2024 keeps it: CSV with the columns `filename`, `filename_0` and on,
//! `label_0` and on, `target_class`. Labels are class indices; cells are numbered row after row.

use super::error::MosaicError;
use super::sample::{Mosaic, Source};
use csv::StringRecord;

/// Writes mosaics as a table.
///
/// # Panics
/// If the mosaics differ in their number of cells.
#[must_use]
pub fn write(mosaics: &[Mosaic]) -> String {
    let cells = mosaics.first().map_or(0, |mosaic| mosaic.cells.len());
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut put = |row: Vec<String>| table.write_record(row).expect("rows of one length, into memory");
    put(header(cells));
    for mosaic in mosaics {
        let files = mosaic.cells.iter().map(|source| source.file.clone());
        let labels = mosaic.cells.iter().map(|source| source.class.to_string());
        let name = std::iter::once(mosaic.name.clone());
        put(name.chain(files).chain(labels).chain([mosaic.target.to_string()]).collect());
    }
    let bytes = table.into_inner().expect("memory takes it");
    String::from_utf8(bytes).expect("text in, text out")
}

/// Reads a table of mosaics with any number of cells.
///
/// # Errors
/// [`MosaicError::Table`] with the line: another header, missing columns, labels that are no class, a target that no
/// cell shows.
pub fn read(bytes: &[u8]) -> Result<Vec<Mosaic>, MosaicError> {
    let mut table = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut rows = table.records();
    let first = rows.next().transpose().map_err(|error| broken(&error))?.unwrap_or_default();
    let cells = first.len().saturating_sub(2) / 2;
    if cells == 0 || header(cells) != first.iter().collect::<Vec<_>>() {
        let reason = "its columns are not filename, filename_0 and on, label_0 and on, target_class".to_owned();
        return Err(MosaicError::Table { line: 1, reason });
    }
    rows.map(|row| mosaic(&row.map_err(|error| broken(&error))?, cells)).collect()
}

fn header(cells: usize) -> Vec<String> {
    let numbered = |name: &'static str| (0..cells).map(move |cell| format!("{name}_{cell}"));
    let ends = ["filename", "target_class"].map(str::to_owned);
    let [name, target] = ends;
    std::iter::once(name).chain(numbered("filename")).chain(numbered("label")).chain([target]).collect()
}

fn mosaic(row: &StringRecord, cells: usize) -> Result<Mosaic, MosaicError> {
    let line = row.position().map_or(0, csv::Position::line);
    let class = |place: usize| class(&row[place]).ok_or_else(|| no_class(line, &row[place]));
    let source = |cell: usize| Ok(Source { file: row[1 + cell].to_owned(), class: class(1 + cells + cell)? });
    let cells = (0..cells).map(source).collect::<Result<Vec<_>, _>>()?;
    let target = class(row.len() - 1)?;
    if cells.iter().all(|source| source.class != target) {
        let reason = format!("no cell shows the target class {target}");
        return Err(MosaicError::Table { line, reason });
    }
    Ok(Mosaic { name: row[0].to_owned(), target, cells })
}

/// A class index. Some writers make "281.0" of it.
fn class(text: &str) -> Option<usize> {
    let text = text.trim();
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

fn no_class(line: u64, text: &str) -> MosaicError {
    // Strangers' fields may be long.
    let shown: String = text.chars().take(40).collect();
    MosaicError::Table { line, reason: format!("\"{shown}\" is no class index") }
}

fn broken(error: &csv::Error) -> MosaicError {
    let line = error.position().map_or(1, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where {expected_len} are expected")
        }
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
        _ => "it is not CSV".to_owned(),
    };
    MosaicError::Table { line, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "filename,filename_0,filename_1,label_0,label_1,target_class\n";

    fn said(table: &str) -> String {
        read(table.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read() {
        let source = |file: &str, class| Source { file: file.to_owned(), class };
        let cells = vec![source("a, \"b\".jpg", 3), source("c.jpg", 281)];
        let mosaics = vec![Mosaic { name: "0.jpg".to_owned(), target: 281, cells }];
        let text = write(&mosaics);
        assert_eq!(text, format!("{HEADER}0.jpg,\"a, \"\"b\"\".jpg\",c.jpg,3,281,281\n"));
        assert_eq!(read(text.as_bytes()), Ok(mosaics));
    }

    #[test]
    fn damage_is_said_or_read_twice_alike() {
        let table = format!("{HEADER}0.jpg,\"a,b\",c,3,4,4\n1.jpg,d,e,4,5,5\n").into_bytes();
        for place in 0..table.len() {
            let _ = read(&table[..place]).map(|mosaics| write(&mosaics));
            for byte in [0, b',', b'"', b'\n', b'9', 0xff] {
                let mut damaged = table.clone();
                damaged[place] = byte;
                if let Ok(mosaics) = read(&damaged) {
                    assert!(mosaics.is_empty() || read(write(&mosaics).as_bytes()) == Ok(mosaics), "{damaged:?}");
                }
            }
        }
    }

    #[test]
    fn labels_may_look_like_floats() {
        let read = read(format!("{HEADER}0.jpg,a,b,3.0,4.0,4\n").as_bytes()).unwrap();
        assert_eq!(read[0].targets(), [false, true]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert!(said("").contains("line 1: its columns are not"));
        assert!(said("a,b,c,d\n").contains("line 1"));
        assert!(said(&format!("{HEADER}0.jpg,a,b,3,4\n")).contains("line 2: 5 fields where 6 are expected"));
        assert!(
            said(&format!("{HEADER}0,a,b,3,4,4\n1,a,b,3,tabby,4\n")).contains("line 3: \"tabby\" is no class index")
        );
        assert!(said(&format!("{HEADER}0.jpg,a,b,3,4,5\n")).contains("no cell shows the target class 5"));
        assert!(read(b"filename,\xff\n").unwrap_err().to_string().contains("not UTF-8"));
    }
}
