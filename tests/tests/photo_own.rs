//! Troublesome pictures made here from one CC0 photo, so that decoding is tested wherever the project is.

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, RgbImage, RgbaImage};
use std::io::Cursor;
use tessera_core::photo::decode::MAX_PIXELS;
use tessera_core::photo::{Crop, DecodeError, Filter, Order, Photo, Preprocess, decode, prepare};

const SMALL: Preprocess =
    Preprocess { size: 24, resize: 32, filter: Filter::Bilinear, mean: [0.0; 3], std: [1.0; 3], order: Order::Rgb };

/// A picture whose two halves and two ends differ, wide enough for several JPEG blocks.
fn cat() -> RgbImage {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/photo/cat.png");
    let whole = image::open(path).expect("the golden picture").into_rgb8();
    image::imageops::crop_imm(&whole, 0, 0, 72, 40).to_image()
}

fn file(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).expect("an encoder");
    bytes.into_inner()
}

fn open(bytes: &[u8]) -> Photo {
    decode(bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn has_note(photo: &Photo, words: &str) -> bool {
    photo.facts.notes.iter().any(|note| note.contains(words) && note.ends_with('.'))
}

fn distance(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

#[test]
fn lossless_kinds_come_back_equal() {
    let cat = cat();
    for (format, name) in
        [(ImageFormat::Png, "PNG"), (ImageFormat::WebP, "WebP"), (ImageFormat::Bmp, "BMP"), (ImageFormat::Tiff, "TIFF")]
    {
        let bytes = file(cat.clone(), format);
        let photo = open(&bytes);
        assert!(photo.rgb == *cat.as_raw(), "{name}");
        assert_eq!((photo.facts.format.as_str(), photo.facts.width, photo.facts.height), (name, 72, 40));
        assert_eq!(photo.facts.notes, Vec::<String>::new());
        assert_eq!(photo.facts.sha256, tessera_core::digest::sha256(&bytes));
    }
}

#[test]
fn sixteen_bits_grey_and_alpha() {
    let cat = DynamicImage::from(cat());
    // 16 bits of an 8-bit value v are 257 v.
    let wide = open(&file(cat.to_rgb16(), ImageFormat::Png));
    assert!(wide.rgb == *cat.to_rgb8().as_raw());
    let grey = open(&file(cat.to_luma8(), ImageFormat::Png));
    assert!(grey.rgb.chunks_exact(3).zip(cat.to_luma8().as_raw()).all(|(pixel, grey)| pixel == [*grey; 3]));
    let mut clear = cat.to_rgba8();
    clear.put_pixel(3, 2, image::Rgba([9, 9, 9, 0]));
    let flat = open(&file(clear, ImageFormat::Png));
    assert_eq!(flat.rgb[(2 * 72 + 3) * 3..][..3], [255, 255, 255]);
    assert!(has_note(&flat, "on white"));
}

/// A JPEG with an EXIF segment that says how it lies.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() + 2) as u16;
    [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), &exif, &jpeg[2..]].concat()
}

#[test]
fn every_exif_orientation_ends_upright() {
    let upright = DynamicImage::from(cat());
    // How a picture is stored that the tag turns upright: the inverse of what the tag asks for.
    let stored: [fn(&DynamicImage) -> DynamicImage; 8] = [
        DynamicImage::clone,
        DynamicImage::fliph,
        DynamicImage::rotate180,
        DynamicImage::flipv,
        |p| p.rotate90().fliph(),
        DynamicImage::rotate270,
        |p| p.rotate270().fliph(),
        DynamicImage::rotate90,
    ];
    for (i, store) in stored.iter().enumerate() {
        let jpeg = with_orientation(&file(store(&upright), ImageFormat::Jpeg), i as u8 + 1);
        let photo = open(&jpeg);
        assert_eq!((photo.facts.width, photo.facts.height), (72, 40), "orientation {}", i + 1);
        let away = distance(&photo.rgb, upright.as_bytes());
        assert!(away < 6.0, "orientation {}: {away} levels away", i + 1);
        assert_eq!(has_note(&photo, "upright"), i > 0);
    }
}

#[test]
fn the_first_frame_of_an_animation() {
    let frames = |count: u8| {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for i in 0..count {
            let frame = RgbaImage::from_pixel(9, 5, image::Rgba([40 * i, 80, 120, 255]));
            encoder.encode_frame(Frame::new(frame)).expect("an encoder");
        }
        drop(encoder);
        bytes
    };
    let moving = open(&frames(3));
    assert!(has_note(&moving, "first frame"));
    assert!(moving.rgb.chunks_exact(3).all(|pixel| *pixel == [0, 80, 120]), "{:?}", &moving.rgb[..3]);
    assert!(!has_note(&open(&frames(1)), "first frame"));
}

#[test]
fn what_is_no_picture_is_refused_in_one_sentence() {
    let png = file(cat(), ImageFormat::Png);
    let cases: [(&[u8], &str); 7] = [
        (b"", "This file is empty (0 bytes): choose another file."),
        (b"Dear reader, this is text.", "is not a picture of a known kind"),
        (b"\0\0\0\x20ftypheic\0\0\0\0", "This is a HEIC file"),
        (b"<?xml version='1.0'?><svg width='1'/>", "This is a SVG file"),
        (&png[..png.len() / 2], "This PNG file is damaged (it ends too early)"),
        (&png[..8], "This PNG file is damaged"),
        (b"\xff\xd8\xff", "This JPEG file is damaged"),
    ];
    for (bytes, words) in cases {
        let sentence = decode(bytes).expect_err(words).to_string();
        assert!(sentence.contains(words), "{sentence}");
        assert!(sentence.ends_with('.') && sentence.matches(". ").count() == 0, "one sentence: {sentence}");
        assert!(sentence.contains(": choose") || sentence.contains(": save"), "says what to do: {sentence}");
    }
}

/// The header of a PNG and nothing behind it.
fn header(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(RgbImage::new(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

/// PNG's checksum.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1)))
    })
}

#[test]
fn size_is_refused_from_the_header() {
    for (width, height) in [(20_000, 20_000), (50_000_001, 1), (1, u32::MAX / 2), (7072, 7071)] {
        let error = decode(&header(width, height)).expect_err("too large");
        let expected = DecodeError::TooLarge { width: width.into(), height: height.into(), limit: MAX_PIXELS };
        assert_eq!(error, expected);
        assert!(error.to_string().contains("more than 50 megapixels"), "{error}");
    }
    let allowed = decode(&header(7071, 7071)).expect_err("no pixels behind the header");
    assert!(matches!(allowed, DecodeError::Damaged { .. }), "{allowed}");
}

#[test]
fn a_jpeg_that_ends_early_is_shown_with_a_note() {
    let jpeg = file(cat(), ImageFormat::Jpeg);
    assert_eq!(open(&jpeg).facts.notes, Vec::<String>::new());
    let photo = open(&jpeg[..jpeg.len() * 2 / 3]);
    assert!(has_note(&photo, "ends early"), "{:?}", photo.facts.notes);
    assert!(distance(&photo.rgb[..72 * 8 * 3], &cat().as_raw()[..72 * 8 * 3]) < 6.0, "the upper part is there");
}

#[test]
fn tiny_and_narrow_photos_have_an_input() {
    for (width, height) in [(1, 1), (400, 1), (1, 400), (2, 3)] {
        let photo = open(&file(RgbImage::from_pixel(width, height, image::Rgb([12, 130, 250])), ImageFormat::Png));
        for crop in [Crop::Centre, Crop::Squeeze] {
            let input = prepare(&photo, &SMALL, crop);
            assert_eq!((input.height, input.width), (24, 24));
            assert!(input.rgb.chunks_exact(3).all(|pixel| *pixel == [12, 130, 250]), "{width} x {height} {crop:?}");
            let region = input.region;
            assert!(region.left >= 0.0 && region.left + region.width <= f64::from(width) + 1e-9, "{region:?}");
            assert!(region.top >= 0.0 && region.top + region.height <= f64::from(height) + 1e-9, "{region:?}");
        }
        assert_eq!(prepare(&photo, &SMALL, Crop::None).rgb, photo.rgb);
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let cat = DynamicImage::from(cat());
    let kinds =
        [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::Tiff];
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for kind in kinds {
        let picture = if kind == ImageFormat::Jpeg { cat.to_rgb8().into() } else { DynamicImage::from(cat.to_rgba8()) };
        let whole = file(picture, kind);
        for _ in 0..400 {
            let mut bytes = whole.clone();
            for _ in 0..=next(8) {
                // The header is hit as often as all the rest.
                let place = if next(2) == 0 { next(bytes.len().min(128)) } else { next(bytes.len()) };
                bytes[place] = next(256) as u8;
            }
            if next(3) == 0 {
                bytes.truncate(next(whole.len()));
            }
            if let Ok(photo) = decode(&bytes) {
                assert_eq!(photo.rgb.len(), photo.facts.width * photo.facts.height * 3);
            }
        }
    }
}
