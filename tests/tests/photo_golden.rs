//! Pictures and maps resized as Pillow and torch resize them; the files come from `golden/photo/make.py`.

use image::RgbImage;
use std::path::PathBuf;
use tessera_core::map::resample::{Interpolation, resample};
use tessera_core::photo::resample::{Side, resize};
use tessera_core::photo::{Crop, Filter, Order, Photo, PhotoFacts, Preprocess, decode, prepare, preview};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/photo")
}

fn read(name: &str) -> RgbImage {
    image::open(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}")).into_rgb8()
}

/// The picture that make.py computes.
fn formula() -> RgbImage {
    RgbImage::from_fn(97, 61, |x, y| image::Rgb([x * 7 + y * 13, x * x + 3 * y, (x ^ y) * 5].map(|v| v as u8)))
}

fn photo(picture: &RgbImage) -> Photo {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let facts = PhotoFacts { height, width, format: String::new(), sha256: String::new(), notes: Vec::new() };
    Photo { rgb: picture.as_raw().clone(), facts }
}

#[test]
fn resizing_is_pillows_to_the_bit() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder().join("resize")).expect("the golden files") {
        let name = entry.expect("a file").file_name().into_string().expect("a name");
        let golden = read(&format!("resize/{name}"));
        let picture = if name.starts_with("cat") { read("cat.png") } else { formula() };
        let filter = if name.contains("bicubic") { Filter::Bicubic } else { Filter::Bilinear };
        let side = |from: u32, to: u32| Side::whole(from as usize, to as usize);
        let (rows, columns) = (side(picture.height(), golden.height()), side(picture.width(), golden.width()));
        assert!(resize(&picture, rows, columns, filter) == *golden.as_raw(), "{name} differs");
        seen += 1;
    }
    assert_eq!(seen, 16, "make.py writes 16 files");
}

#[test]
fn the_centre_is_torchvisions() {
    let pre =
        Preprocess { size: 60, resize: 72, filter: Filter::Bilinear, mean: [0.0; 3], std: [1.0; 3], order: Order::Rgb };
    let cat = read("cat.png");
    for (picture, name) in [(&cat, "cat"), (&image::imageops::rotate270(&cat), "turned")] {
        let input = prepare(&photo(picture), &pre, Crop::Centre);
        let golden = read(&format!("centre/{name}-72-60.png"));
        assert_eq!((input.height, input.width), (60, 60));
        assert!(input.rgb == *golden.as_raw(), "{name} differs");
    }
}

#[test]
fn jpegs_are_decoded_as_by_libjpeg_turbo() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder().join("jpeg")).expect("the golden files") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "jpg") {
            let found =
                decode(&std::fs::read(&path).expect("a file")).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            let golden = image::open(path.with_extension("png")).expect("its picture").into_rgb8();
            assert_eq!((found.facts.width, found.facts.height), (golden.width() as usize, golden.height() as usize));
            assert!(found.rgb == *golden.as_raw(), "{path:?} differs");
            assert_eq!(found.facts.notes, Vec::<String>::new(), "{path:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 10, "make.py writes 10 files");
}

#[test]
fn a_part_is_the_same_as_cut_from_the_whole() {
    let picture = formula();
    for filter in [Filter::Bilinear, Filter::Bicubic] {
        let (rows, columns) = (Side::whole(61, 83), Side::whole(97, 31));
        let whole = RgbImage::from_raw(31, 83, resize(&picture, rows, columns, filter)).expect("its size");
        let part =
            resize(&picture, Side { start: 20, length: 40, ..rows }, Side { start: 7, length: 11, ..columns }, filter);
        assert!(part == *image::imageops::crop_imm(&whole, 7, 20, 11, 40).to_image().as_raw(), "{filter:?}");
    }
}

#[test]
fn maps_are_enlarged_as_torch_does() {
    let text = std::fs::read_to_string(folder().join("maps.json")).expect("the golden file");
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(cases.len(), 12);
    for case in cases {
        let pair = |key: &str| {
            (case[key][0].as_u64().expect("rows") as usize, case[key][1].as_u64().expect("columns") as usize)
        };
        let (from, to) = (pair("from"), pair("to"));
        let how = match case["mode"].as_str() {
            Some("nearest") => Interpolation::Nearest,
            Some("bilinear") => Interpolation::Bilinear,
            _ => Interpolation::Bicubic,
        };
        let values: Vec<f32> = (0..from.0 * from.1).map(|i| ((i * 37) % 101) as f32 / 50.0 - 1.0).collect();
        let found = resample(&values, from, to, how);
        let golden = case["values"].as_array().expect("numbers");
        assert_eq!(found.len(), golden.len());
        for (found, golden) in found.iter().zip(golden) {
            let golden = golden.as_f64().expect("a number");
            assert!((f64::from(*found) - golden).abs() < 2e-6, "{found} is not {golden}: {how:?} {from:?} {to:?}");
        }
    }
}

#[test]
fn a_preview_is_opaque_and_small() {
    let file = std::fs::read(folder().join("cat.png")).expect("the golden file");
    let photo = decode(&file).expect("a picture");
    let (height, width, rgba) = preview(&photo, 60);
    assert_eq!((height, width, rgba.len()), (43, 60, 43 * 60 * 4));
    assert!(rgba.chunks_exact(4).all(|pixel| pixel[3] == 255));
    assert_eq!(preview(&photo, 4000).0, 130, "never enlarged");
}
