//! A run in one ZIP file: its Spec, record, tables, figures and maps.

use super::tables::File;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Most files that are read from a ZIP file.
const FILES: usize = 20_000;

/// Most bytes of one file.
const ONE: u64 = 256 << 20;

/// Most bytes of all files together, unpacked.
const ALL: u64 = 1 << 30;

/// Files as one ZIP file. The same files give the same bytes: no times are kept.
///
/// # Errors
/// One sentence if it cannot be written.
pub fn pack(files: &[File]) -> Result<Vec<u8>, String> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let failed = |why: String| format!("The run could not be packed ({why}): leave maps out and try again.");
    for file in files {
        zip.start_file(file.name.as_str(), options).map_err(|error| failed(error.to_string()))?;
        zip.write_all(&file.bytes).map_err(|error| failed(error.to_string()))?;
    }
    Ok(zip.finish().map_err(|error| failed(error.to_string()))?.into_inner())
}

/// The files of a ZIP file that are wanted by name. Bounded in number and size whatever the file claims; names that
/// lead out of it are left out.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn unpack(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Vec<File>, String> {
    let broken = |why: String| format!("This ZIP file cannot be read ({why}): choose another.");
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    if zip.len() > FILES {
        return Err(broken(format!("it holds {} files, and at most {FILES} are read", zip.len())));
    }
    let (mut files, mut room) = (vec![], ALL);
    for at in 0..zip.len() {
        let entry = zip.by_index(at).map_err(|error| broken(error.to_string()))?;
        let Some(name) = entry.enclosed_name() else { continue };
        let name = name.to_string_lossy().replace('\\', "/");
        if entry.is_dir() || !wanted(&name) {
            continue;
        }
        let most = ONE.min(room);
        let mut bytes = vec![];
        entry.take(most + 1).read_to_end(&mut bytes).map_err(|error| broken(format!("{name}: {error}")))?;
        if bytes.len() as u64 > most {
            return Err(broken(format!("{name} is larger than {} MB, or all together than {}", ONE >> 20, ALL >> 20)));
        }
        room -= bytes.len() as u64;
        files.push(File { name, bytes });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again() {
        let files = vec![
            File { name: "spec.json".into(), bytes: b"{}".to_vec() },
            File { name: "maps/0-gradcam.npy".into(), bytes: vec![7; 5000] },
        ];
        let packed = pack(&files).unwrap();
        assert_eq!(packed, pack(&files).unwrap());
        assert_eq!(unpack(&packed, |_| true).unwrap(), files);
        assert_eq!(unpack(&packed, |name| name == "spec.json").unwrap(), files[..1]);
    }

    #[test]
    fn what_is_no_archive_is_said() {
        for bytes in [&b""[..], b"PK\x03\x04", &[0; 100]] {
            assert!(unpack(bytes, |_| true).unwrap_err().contains("ZIP"), "{bytes:?}");
        }
    }
}
