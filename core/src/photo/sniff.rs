//! What a file is and whether it is whole, told from its bytes alone without decoding it.

use super::error::DecodeError;
use image::ImageFormat;

/// The kind of picture in `bytes` and its name as a person reads it.
///
/// # Errors
/// Empty, not a picture, or of a kind that nothing here reads.
pub(super) fn kind(bytes: &[u8]) -> Result<(ImageFormat, &'static str), DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    match image::guess_format(bytes) {
        Ok(kind @ ImageFormat::Jpeg) => Ok((kind, "JPEG")),
        Ok(kind @ ImageFormat::Png) => Ok((kind, "PNG")),
        Ok(kind @ ImageFormat::WebP) => Ok((kind, "WebP")),
        Ok(kind @ ImageFormat::Gif) => Ok((kind, "GIF")),
        Ok(kind @ ImageFormat::Bmp) => Ok((kind, "BMP")),
        Ok(kind @ ImageFormat::Tiff) => Ok((kind, "TIFF")),
        _ => Err(match foreign(bytes) {
            Some(format) => DecodeError::Unsupported { format: format.to_owned(), feature: None },
            None => DecodeError::NotAPicture { bytes: bytes.len() },
        }),
    }
}

/// Names the kinds people are likely to bring that nothing here reads, so that the sentence can name them too.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12)? {
            b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => Some("HEIC"),
            b"avif" | b"avis" => Some("AVIF"),
            _ => Some("video"),
        };
    }
    let opens = |magic: &[u8]| bytes.starts_with(magic);
    match () {
        () if opens(b"%PDF") => Some("PDF"),
        () if opens(b"8BPS") => Some("Photoshop"),
        () if opens(b"\0\0\x01\0") => Some("ICO"),
        () if opens(b"\xff\x0a") || opens(b"\0\0\0\x0cJXL ") => Some("JPEG XL"),
        () if opens(b"\0\0\0\x0cjP  ") => Some("JPEG 2000"),
        () if opens(b"<svg") || bytes[..bytes.len().min(1024)].windows(5).any(|five| five == b"<svg ") => Some("SVG"),
        () => None,
    }
}

/// Whether the file holds more than one frame.
pub(super) fn moves(kind: ImageFormat, bytes: &[u8]) -> bool {
    match kind {
        ImageFormat::Gif => gif_frames(bytes).is_none_or(|frames| frames > 1),
        // The chunk that announces an animation has to come before the pixels.
        ImageFormat::Png => chunk_before(bytes, b"acTL", b"IDAT"),
        // Bit 1 of the extended header's flags.
        ImageFormat::WebP => bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0),
        _ => false,
    }
}

fn chunk_before(bytes: &[u8], wanted: &[u8; 4], stop: &[u8; 4]) -> bool {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((head, tail)) = rest.split_first_chunk::<8>() {
        if head[4..] == wanted[..] || head[4..] == stop[..] {
            return head[4..] == wanted[..];
        }
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        // The data and four bytes of checksum.
        rest = length.checked_add(4).and_then(|skip| tail.get(skip..)).unwrap_or_default();
    }
    false
}

/// Counts the frames of a GIF up to two; none where the file ends before that is known.
fn gif_frames(bytes: &[u8]) -> Option<usize> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut frames = 0;
    loop {
        match bytes.get(at) {
            // An extension: its label, then blocks.
            Some(0x21) => at = skip_blocks(bytes, at + 2)?,
            // A frame: its place and size, a table of colours, the code size, then blocks.
            Some(0x2c) => {
                frames += 1;
                if frames > 1 {
                    return Some(frames);
                }
                at = skip_blocks(bytes, at + 11 + table(*bytes.get(at + 9)?))?;
            }
            _ => return Some(frames),
        }
    }
}

/// Where the blocks that start at `at` are over.
fn skip_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(length),
        }
    }
}

/// Whether a colour profile says that it is sRGB or grey, by the names that are in use.
pub(super) fn profile_is_srgb(profile: &[u8]) -> bool {
    let has = |name: &[u8]| profile.windows(name.len()).any(|part| part == name);
    profile.get(16..20) == Some(b"GRAY") || has(b"sRGB") || has(b"s\0R\0G\0B")
}
