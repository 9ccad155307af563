//! JPEG files, decoded to the very levels that libjpeg-turbo gives, and written as Pillow writes them.
//!
//! Networks are trained and their published answers made with Pillow, whose JPEG decoder is libjpeg-turbo. Decoders
//! differ by a few levels, mostly in how they enlarge halved chroma, and a crop then differs by up to 4 levels from the
//! reference. This one follows libjpeg-turbo's default arithmetic: sequential and progressive files with Huffman codes,
//! 8 bits, one, three or four components. What is missing at the end of a file stays grey.

mod bits;
mod fdct;
mod frame;
mod halve;
mod idct;
mod rows;
mod scan;
mod units;
mod write;

pub use write::{LONGEST, QUALITY, write};

use super::error::DecodeError;
use bits::{Bits, Codes};
use frame::Frame;
use image::metadata::Orientation;
use scan::{Tables, ZIGZAG};

/// Scans that a file may have. The most that are of use are about a hundred.
const MAX_SCANS: usize = 200;

/// A decoded file, lying as it is stored.
pub(super) struct Jpeg {
    pub(super) width: usize,
    pub(super) height: usize,
    /// `height * width * 3` bytes.
    pub(super) rgb: Vec<u8>,
    /// How it has to be turned.
    pub(super) orientation: Orientation,
    /// Its colour profile; empty if it has none.
    pub(super) profile: Vec<u8>,
    /// Whether all of the picture was there.
    pub(super) whole: bool,
}

/// Decodes a file.
pub(super) fn decode(bytes: &[u8]) -> Result<Jpeg, DecodeError> {
    let mut file = File { bytes, at: 2, ..File::default() };
    let whole = file.read()? && !file.broken;
    let (jfif, adobe) = (file.jfif, file.adobe);
    let mut frame = file.frame.filter(|_| file.scans > 0).ok_or_else(|| damaged("it ends too early"))?;
    for component in &mut frame.components {
        units::transform(component)?;
    }
    let (width, height) = (frame.width, frame.height);
    let colours = frame.colours(jfif, adobe);
    let planes: Vec<_> = frame.components.into_iter().map(|component| component.plane).collect();
    let mut rgb = Vec::new();
    rgb.try_reserve_exact(width * height * 3).map_err(|_| memory())?;
    rows::picture(&planes, colours, width, height, &mut rgb);
    Ok(Jpeg { width, height, rgb, orientation: file.orientation, profile: file.profile, whole })
}

/// A file on the way through its markers.
struct File<'a> {
    bytes: &'a [u8],
    at: usize,
    frame: Option<Frame>,
    steps: [Option<[u16; 64]>; 4],
    dc: [Option<Codes>; 4],
    ac: [Option<Codes>; 4],
    /// Units between restarts; 0 for none.
    restart: usize,
    jfif: bool,
    /// What Adobe's marker says of the colours.
    adobe: Option<u8>,
    orientation: Orientation,
    profile: Vec<u8>,
    scans: usize,
    /// Whether a scan ended before its time or had a wrong code.
    broken: bool,
}

impl Default for File<'_> {
    fn default() -> Self {
        Self {
            bytes: &[],
            at: 0,
            frame: None,
            steps: [None; 4],
            dc: [const { None }; 4],
            ac: [const { None }; 4],
            restart: 0,
            jfif: false,
            adobe: None,
            orientation: Orientation::NoTransforms,
            profile: Vec::new(),
            scans: 0,
            broken: false,
        }
    }
}

impl<'a> File<'a> {
    /// Walks from marker to marker; whether the end marker was reached.
    fn read(&mut self) -> Result<bool, DecodeError> {
        while let Some(marker) = self.marker() {
            match marker {
                0xd9 => return Ok(true),
                // Without a segment.
                0x01 | 0xd0..=0xd8 => continue,
                _ => {}
            }
            let Some(segment) = self.segment() else { return Ok(false) };
            match marker {
                0xc0..=0xc2 if self.frame.is_some() => return Err(damaged("it has two headers")),
                0xc0..=0xc2 => self.frame = Some(Frame::read(segment, marker == 0xc2)?),
                0xc4 => self.read_codes(segment)?,
                0xc9..=0xcb | 0xcd..=0xcf => return Err(unsupported("it uses arithmetic coding")),
                0xc3 | 0xc5..=0xc7 => return Err(unsupported("it is lossless or hierarchical")),
                0xda => self.read_scan(segment)?,
                0xdb => self.read_steps(segment)?,
                0xdd => self.restart = segment.first_chunk().map_or(0, |two| u16::from_be_bytes(*two).into()),
                0xe0 => self.jfif |= segment.starts_with(b"JFIF\0"),
                0xe1 => self.read_exif(segment),
                0xe2 => self.read_profile(segment),
                0xee if segment.starts_with(b"Adobe") => self.adobe = segment.get(11).copied(),
                _ => {}
            }
        }
        Ok(false)
    }

    /// Goes behind the next marker.
    fn marker(&mut self) -> Option<u8> {
        loop {
            let from = self.at + self.bytes.get(self.at..)?.iter().position(|&byte| byte == 0xff)?;
            let marker = *self.bytes.get(from + 1)?;
            self.at = if marker == 0xff { from + 1 } else { from + 2 };
            if marker != 0 && marker != 0xff {
                return Some(marker);
            }
        }
    }

    /// What belongs to a marker; none where the file ends before it does.
    fn segment(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(u16::from_be_bytes(*self.bytes.get(self.at..)?.first_chunk()?));
        let segment = self.bytes.get(self.at + 2..self.at + length)?;
        self.at += length;
        Some(segment)
    }

    fn read_steps(&mut self, mut segment: &[u8]) -> Result<(), DecodeError> {
        while let [head, rest @ ..] = segment {
            let wide = usize::from(head >> 4 != 0) + 1;
            let values = rest.get(..64 * wide).ok_or_else(|| damaged("a table is cut off"))?;
            let mut table = [0; 64];
            for (place, value) in ZIGZAG.iter().zip(values.chunks_exact(wide)) {
                table[usize::from(*place)] = value.iter().fold(0, |number, &byte| number << 8 | u16::from(byte));
            }
            *self.steps.get_mut(usize::from(head & 15)).ok_or_else(|| damaged("a table has no place"))? = Some(table);
            segment = &rest[64 * wide..];
        }
        Ok(())
    }

    fn read_codes(&mut self, mut segment: &[u8]) -> Result<(), DecodeError> {
        while let [head, rest @ ..] = segment {
            let counts: &[u8; 16] = rest.first_chunk().ok_or_else(|| damaged("a table is cut off"))?;
            let total = counts.iter().map(|&count| usize::from(count)).sum::<usize>();
            let values = rest.get(16..16 + total).ok_or_else(|| damaged("a table is cut off"))?;
            let codes = Codes::new(counts, values).ok_or_else(|| damaged("a table of codes makes no sense"))?;
            let tables = if head >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *tables.get_mut(usize::from(head & 15)).ok_or_else(|| damaged("a table has no place"))? = Some(codes);
            segment = &rest[16 + total..];
        }
        Ok(())
    }

    fn read_exif(&mut self, segment: &[u8]) {
        if let Some(turn) = segment.strip_prefix(b"Exif\0\0").and_then(Orientation::from_exif_chunk) {
            self.orientation = turn;
        }
    }

    fn read_profile(&mut self, segment: &[u8]) {
        // Its number and how many there are come first.
        if let Some(part) = segment.strip_prefix(b"ICC_PROFILE\0").and_then(|rest| rest.get(2..)) {
            self.profile.extend_from_slice(part);
        }
    }

    /// Reads the coded pixels behind a scan's header.
    fn read_scan(&mut self, segment: &[u8]) -> Result<(), DecodeError> {
        self.scans += 1;
        let frame = self.frame.as_mut().ok_or_else(|| damaged("its pixels come before its header"))?;
        if self.scans > MAX_SCANS {
            return Err(damaged("it has too many scans"));
        }
        let (parts, band) = units::scan_header(segment, frame)?;
        for part in &parts {
            let component = &mut frame.components[part.place];
            component.steps = component.steps.or(self.steps[component.table]);
        }
        let mut bits = Bits::new(self.bytes, self.at);
        let tables: Vec<_> = parts
            .iter()
            .map(|part| (part.place, Tables { dc: self.dc[part.dc].as_ref(), ac: self.ac[part.ac].as_ref() }))
            .collect();
        self.broken |= !units::read(frame, &tables, band, self.restart, &mut bits);
        self.at = bits.marker();
        Ok(())
    }
}

/// Memory, or the error that there is none.
fn filled<T: Clone>(length: usize, value: T) -> Result<Vec<T>, DecodeError> {
    let mut all = Vec::new();
    all.try_reserve_exact(length).map_err(|_| memory())?;
    all.resize(length, value);
    Ok(all)
}

fn memory() -> DecodeError {
    DecodeError::Memory { format: "JPEG".to_owned() }
}

fn damaged(reason: &str) -> DecodeError {
    DecodeError::Damaged { format: "JPEG".to_owned(), reason: reason.to_owned() }
}

fn unsupported(feature: &str) -> DecodeError {
    DecodeError::Unsupported { format: "JPEG".to_owned(), feature: Some(feature.to_owned()) }
}
