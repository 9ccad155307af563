//! NumPy's .npy format: reading a map of any tool, writing one of ours (NEP 1; versions 1.0 to 3.0 differ in how the
//! header's length and letters are written).
//!
//! The header is a Python dictionary of three entries, which is looked at and never run. Numbers are brought to f32, so
//! what is beyond its range becomes infinite, which every score says.

mod error;
mod kind;

pub use error::NpyError;

use super::Map;
use kind::Kind;

/// Most values of a file that is read: maps of three channels and 4096 pixels a side fit.
pub const MOST: usize = 1 << 26;

/// Most bytes of such a file, its header included.
pub const LARGEST: u64 = 8 * MOST as u64 + LONGEST as u64 + 12;

/// Most bytes of a header; NumPy itself reads no longer ones.
const LONGEST: usize = 10_000;

const MAGIC: &[u8] = b"\x93NUMPY";

/// A map of any tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Number of channels, 1 where the file has none.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// `[channels, height, width]`, in C order.
    pub values: Vec<f32>,
}

/// Reads a file of format 1.0 to 3.0, in C or Fortran order, of f2, f4, f8, whole numbers or bool of any byte order.
///
/// # Errors
/// Where it is anything but a map of two or three axes.
pub fn read(file: &[u8]) -> Result<Array, NpyError> {
    let (header, data) = split(file)?;
    let kind = Kind::of(field(header, "descr")?)?;
    let fortran = match field(header, "fortran_order")? {
        rest if rest.starts_with("True") => true,
        rest if rest.starts_with("False") => false,
        _ => return Err(NpyError::Header),
    };
    let [channels, height, width] = shape(field(header, "shape")?)?;
    let needed = channels * height * width * kind.size;
    if data.len() != needed {
        return Err(NpyError::Length { needed, there: data.len() });
    }
    let values: Vec<f32> = data.chunks_exact(kind.size).map(|bytes| kind.number(bytes)).collect();
    let values = if fortran { c_order(&values, [channels, height, width]) } else { values };
    Ok(Array { channels, height, width, values })
}

/// A map as a file of format 1.0: `[H, W]` for one channel, else `[C, H, W]`, little-endian f32.
#[must_use]
pub fn write(map: &Map) -> Vec<u8> {
    let facts = &map.facts;
    let shape = match facts.channels {
        1 => format!("({}, {})", facts.height, facts.width),
        channels => format!("({channels}, {}, {})", facts.height, facts.width),
    };
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    // Magic, version, length and header together fill a multiple of 64 bytes, so that the numbers are aligned.
    let bare = 10 + header.len() + 1;
    header.push_str(&" ".repeat(bare.next_multiple_of(64) - bare));
    header.push('\n');
    let mut file = [MAGIC, b"\x01\x00"].concat();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(map.values.iter().flat_map(|value| value.to_le_bytes()));
    file
}

impl Array {
    /// One value a place: the sum over channels, in double precision.
    ///
    /// # Shapes
    /// `[H, W]`
    #[must_use]
    pub fn flat(&self) -> Vec<f32> {
        let place = self.height * self.width;
        let sum = |i: usize| (0..self.channels).map(|channel| f64::from(self.values[channel * place + i])).sum::<f64>();
        (0..place).map(|i| sum(i) as f32).collect()
    }
}

/// The header's text, and what follows it.
fn split(file: &[u8]) -> Result<(&str, &[u8]), NpyError> {
    let rest = file.strip_prefix(MAGIC).ok_or(NpyError::Format)?;
    let (length, rest) = match *rest {
        [1, 0, a, b, ref rest @ ..] => (usize::from(u16::from_le_bytes([a, b])), rest),
        [2 | 3, 0, a, b, c, d, ref rest @ ..] => (u32::from_le_bytes([a, b, c, d]) as usize, rest),
        [1..=3, 0, ..] => return Err(NpyError::Header),
        [major, minor, ..] => return Err(NpyError::Version(major, minor)),
        _ => return Err(NpyError::Header),
    };
    let (header, data) = rest.split_at_checked(length.min(LONGEST + 1)).ok_or(NpyError::Header)?;
    let text = std::str::from_utf8(header).map_err(|_| NpyError::Header)?.trim();
    if length > LONGEST || !text.starts_with('{') || !text.ends_with('}') {
        return Err(NpyError::Header);
    }
    Ok((text, data))
}

/// What stands after an entry's name.
fn field<'a>(header: &'a str, name: &str) -> Result<&'a str, NpyError> {
    let after = |quote: char| header.split_once(&format!("{quote}{name}{quote}")).map(|(_, rest)| rest);
    let rest = after('\'').or_else(|| after('"')).ok_or(NpyError::Header)?;
    rest.trim_start().strip_prefix(':').map(str::trim_start).ok_or(NpyError::Header)
}

/// Channels, height and width from a tuple such as `(3, 224, 224)`.
fn shape(text: &str) -> Result<[usize; 3], NpyError> {
    let inside = text.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or(NpyError::Header)?.0;
    let shown = || format!("({})", inside.chars().take(60).collect::<String>());
    // Python 2 wrote 224L.
    let parts = inside.split(',').map(|part| part.trim().trim_end_matches('L')).filter(|part| !part.is_empty());
    let lengths: Vec<usize> = parts.map(str::parse).collect::<Result<_, _>>().map_err(|_| NpyError::Shape(shown()))?;
    let shape = match lengths[..] {
        [height, width] => [1, height, width],
        [channels, _, 1 | 3 | 4] if channels > 4 => return Err(NpyError::ChannelsLast(shown())),
        [channels, height, width] => [channels, height, width],
        _ => return Err(NpyError::Shape(shown())),
    };
    match shape.iter().try_fold(1_usize, |all, &length| all.checked_mul(length)) {
        Some(0) => Err(NpyError::Shape(shown())),
        Some(1..=MOST) => Ok(shape),
        _ => Err(NpyError::Large(shown())),
    }
}

/// Values whose first axis runs fastest, brought to the order in which the last does.
fn c_order(values: &[f32], [channels, height, width]: [usize; 3]) -> Vec<f32> {
    let mut ordered = Vec::with_capacity(values.len());
    for channel in 0..channels {
        for row in 0..height {
            ordered.extend((0..width).map(|column| values[channel + channels * (row + height * column)]));
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::Facts;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let length = header.len() as u32;
        let length = if version == 1 { (length as u16).to_le_bytes().to_vec() } else { length.to_le_bytes().to_vec() };
        [MAGIC, &[version, 0], &length, header.as_bytes(), data].concat()
    }

    fn described(descr: &str, shape: &str, data: &[u8]) -> Result<Array, NpyError> {
        read(&file(1, &format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n"), data))
    }

    #[test]
    fn what_is_written_is_read() {
        for channels in [1, 3] {
            let facts = Facts {
                channels,
                height: 2,
                width: 4,
                sign: Default::default(),
                provenance: Default::default(),
                steps: vec![],
            };
            let values: Vec<f32> = (0..channels * 8).map(|i| i as f32 - 3.5).collect();
            let written = write(&Map { values: values.clone(), facts, picture: None });
            assert_eq!((written.len() - 4 * values.len()) % 64, 0, "the numbers are aligned");
            assert_eq!(read(&written), Ok(Array { channels, height: 2, width: 4, values }));
        }
    }

    #[test]
    fn anything_else_is_a_sentence() {
        let said = |found: Result<Array, NpyError>| found.unwrap_err().to_string();
        assert!(said(read(b"PK\x03\x04")).contains("not an .npy file"));
        assert!(said(read(&file(4, "{}", b""))).contains("format 4.0 is not known"));
        assert!(said(read(&file(1, "()", b""))).contains("cannot be understood"));
        assert!(said(described("|O", "(1, 1)", b"")).contains("type |O"));
        assert!(said(described("<c8", "(1, 1)", b"")).contains("type <c8"));
        assert!(said(described("<f4", "(4,)", b"")).contains("shape (4,) is no map"));
        assert!(said(described("<f4", "(0, 4)", b"")).contains("shape (0, 4)"));
        assert!(said(described("<f4", "(-1, 4)", b"")).contains("shape (-1, 4)"));
        assert!(said(described("<f4", "(224, 224, 3)", b"")).contains("numpy.moveaxis"));
        assert!(said(described("<f4", "(4294967296, 4294967296)", b"")).contains("more than"));
        assert!(said(described("<f4", "(1, 2)", b"1234")).contains("cut short"));
        assert!(said(described("<f4", "(1, 1)", b"12345")).contains("goes on"));
        let records = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1), }";
        assert!(said(read(&file(1, records, b"1234"))).contains("type record"));
    }

    #[test]
    fn damage_never_panics() {
        let header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1, 2), }\n";
        let whole = file(2, header, &[0; 16]);
        assert!(read(&whole).is_ok());
        for place in 0..whole.len() {
            assert!(read(&whole[..place]).is_err());
            for byte in [0, 1, b'\'', b'9', b'(', b')', 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[place] = byte;
                let _ = read(&damaged);
            }
        }
    }
}
