//! Bytes to an upright sRGB picture.
//!
//! A file is known by its content, never by its name. Its size is read from the header and held against
//! [`MAX_PIXELS`] before memory is taken for pixels.

use super::error::DecodeError;
use super::{flatten, jpeg, sniff};
use crate::digest::sha256;
use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder};
use image::error::UnsupportedErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, RgbImage};
use serde::{Deserialize, Serialize};
use std::io::Cursor;

/// Greatest number of pixels taken: 50 megapixels.
pub const MAX_PIXELS: u64 = 50_000_000;

/// Bytes a decoder may hold: the largest picture with four channels of 16 bits, and as much again in working memory
/// as it takes for one with 8 bits.
const MAX_BYTES: u64 = 12 * MAX_PIXELS;

/// An upright photo: sRGB, 8 bits, no alpha.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// `height * width * 3` bytes, row after row.
    pub rgb: Vec<u8>,
    /// What is known of it.
    pub facts: PhotoFacts,
}

/// What is known of a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoFacts {
    /// Rows, upright.
    pub height: usize,
    /// Columns, upright.
    pub width: usize,
    /// Format of the file, such as "JPEG".
    pub format: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What was done to it on the way, a sentence each: "Turned upright as its EXIF tag says.", "Transparent parts lie on white."
    pub notes: Vec<String>,
}

/// Decodes a photo: JPEG, PNG, WebP, GIF (its first frame), BMP or TIFF.
///
/// The result is upright (the EXIF orientation is applied), has 8 bits a channel (of 16 the upper 8 are kept) and no
/// alpha (transparent parts are laid on white). Colour profiles are not applied. A JPEG that ends early is shown as
/// far as it goes. All of this is said in [`PhotoFacts::notes`].
///
/// # Errors
/// What [`DecodeError`] lists. Never panics on account of the bytes.
pub fn decode(bytes: &[u8]) -> Result<Photo, DecodeError> {
    let (image, orientation, mut photo) = stored(bytes)?;
    let upright = turn(image, orientation, &mut photo.notes);
    (photo.height, photo.width) = (upright.height() as usize, upright.width() as usize);
    Ok(Photo { rgb: upright.into_raw(), facts: photo })
}

/// As [`decode`], but lying as it is stored, whichever way up it was taken: what many scripts see, which do not read
/// the EXIF orientation.
///
/// # Errors
/// As [`decode`].
pub fn as_stored(bytes: &[u8]) -> Result<Photo, DecodeError> {
    let (image, orientation, mut facts) = stored(bytes)?;
    if orientation != Orientation::NoTransforms {
        facts.notes.push("Left as it is stored, though its EXIF tag says how to turn it.".to_owned());
    }
    Ok(Photo { rgb: image.into_raw(), facts })
}

/// A picture as it is stored, how it has to be turned, and what is known of it as it is.
fn stored(bytes: &[u8]) -> Result<(RgbImage, Orientation, PhotoFacts), DecodeError> {
    let (kind, format) = sniff::kind(bytes)?;
    let mut notes = Vec::new();
    if sniff::moves(kind, bytes) {
        notes.push("An animation: its first frame is shown.".to_owned());
    }
    let (image, orientation) = if kind == ImageFormat::Jpeg {
        read_jpeg(bytes, &mut notes)?
    } else {
        let picture = open(kind, bytes).and_then(|decoder| read(decoder, format, &mut notes));
        picture.map_err(|error| in_words(error, format))?
    };
    let (height, width) = (image.height() as usize, image.width() as usize);
    let facts = PhotoFacts { height, width, format: format.to_owned(), sha256: sha256(bytes), notes };
    Ok((image, orientation, facts))
}

/// Either our own error or the library's, which still has to be put into words.
enum Failure {
    Ours(DecodeError),
    Theirs(ImageError),
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        Self::Theirs(error)
    }
}

/// Reads the header.
fn open<'a>(kind: ImageFormat, bytes: &'a [u8]) -> Result<Box<dyn ImageDecoder + 'a>, Failure> {
    let reader = Cursor::new(bytes);
    Ok(match kind {
        ImageFormat::Png => Box::new(PngDecoder::with_limits(reader, limits())?),
        ImageFormat::WebP => Box::new(WebPDecoder::new(reader)?),
        ImageFormat::Gif => Box::new(GifDecoder::new(reader)?),
        ImageFormat::Bmp => Box::new(BmpDecoder::new(reader)?),
        _ => Box::new(TiffDecoder::new(reader)?),
    })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    limits
}

/// Reads the pixels, still lying as they are stored, and how they have to be turned.
fn read(
    mut decoder: Box<dyn ImageDecoder + '_>,
    format: &str,
    notes: &mut Vec<String>,
) -> Result<(RgbImage, Orientation), Failure> {
    let (width, height) = decoder.dimensions();
    check_size(width, height, format).map_err(Failure::Ours)?;
    let colour = decoder.color_type();
    let length = decoder.total_bytes();
    let mut limits = limits();
    limits.reserve(length)?;
    decoder.set_limits(limits)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    note_profile(&decoder.icc_profile().ok().flatten().unwrap_or_default(), notes);
    let out_of_memory = || Failure::Ours(DecodeError::Memory { format: format.to_owned() });
    let mut stored = Vec::new();
    let length = usize::try_from(length).map_err(|_| out_of_memory())?;
    stored.try_reserve_exact(length).map_err(|_| out_of_memory())?;
    stored.resize(length, 0);
    decoder.read_image(&mut stored)?;
    let flat = flatten::to_rgb8(stored, colour).ok_or_else(|| {
        Failure::Ours(DecodeError::Unsupported {
            format: format.to_owned(),
            feature: Some("it holds numbers beyond 16 bits".to_owned()),
        })
    })?;
    notes.extend(flat.notes.into_iter().map(str::to_owned));
    let image = RgbImage::from_raw(width, height, flat.rgb).ok_or_else(out_of_memory)?;
    Ok((image, orientation))
}

/// Reads a JPEG's pixels, still lying as they are stored, and how they have to be turned.
fn read_jpeg(bytes: &[u8], notes: &mut Vec<String>) -> Result<(RgbImage, Orientation), DecodeError> {
    let jpeg = jpeg::decode(bytes)?;
    if !jpeg.whole {
        notes.push("The file ends early or is damaged: part of the picture is missing.".to_owned());
    }
    note_profile(&jpeg.profile, notes);
    let image = RgbImage::from_raw(jpeg.width as u32, jpeg.height as u32, jpeg.rgb);
    Ok((image.ok_or_else(|| DecodeError::Memory { format: "JPEG".to_owned() })?, jpeg.orientation))
}

fn note_profile(profile: &[u8], notes: &mut Vec<String>) {
    if !profile.is_empty() && !sniff::profile_is_srgb(profile) {
        notes.push("Its colour profile is not applied: colours are read as sRGB.".to_owned());
    }
}

/// Holds a header's size against the limit.
pub(super) fn check_size(width: u32, height: u32, format: &str) -> Result<(), DecodeError> {
    let (width, height) = (u64::from(width), u64::from(height));
    if width == 0 || height == 0 {
        return Err(DecodeError::Damaged { format: format.to_owned(), reason: "it has no pixels".to_owned() });
    }
    if width * height > MAX_PIXELS {
        return Err(DecodeError::TooLarge { width, height, limit: MAX_PIXELS });
    }
    Ok(())
}

fn turn(image: RgbImage, orientation: Orientation, notes: &mut Vec<String>) -> RgbImage {
    if orientation == Orientation::NoTransforms {
        return image;
    }
    notes.push("Turned upright as its EXIF tag says.".to_owned());
    let mut image = DynamicImage::ImageRgb8(image);
    image.apply_orientation(orientation);
    image.into_rgb8()
}

fn in_words(failure: Failure, format: &str) -> DecodeError {
    let format = format.to_owned();
    match failure {
        Failure::Ours(error) => error,
        Failure::Theirs(ImageError::Limits(_)) => DecodeError::Memory { format },
        Failure::Theirs(ImageError::Unsupported(error)) => {
            let feature = match error.kind() {
                UnsupportedErrorKind::GenericFeature(feature) => feature,
                _ => "its colours are stored in an unusual way".to_owned(),
            };
            DecodeError::Unsupported { format, feature: Some(feature) }
        }
        Failure::Theirs(error) => DecodeError::Damaged { format, reason: reason(&error) },
    }
}

/// The innermost cause, which is the one that says something.
fn reason(error: &ImageError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let words = cause.to_string();
    let early = ["end of file", "failed to fill whole buffer", "end of bytes", "unexpected eof"];
    if early.iter().any(|hint| words.to_lowercase().contains(hint)) {
        return "it ends too early".to_owned();
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}
