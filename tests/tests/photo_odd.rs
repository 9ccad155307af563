//! Every file of the shared collection of troublesome pictures does what its table expects of it.

use std::path::PathBuf;
use tessera_core::photo::{Crop, DecodeError, Filter, Order, Photo, Preprocess, decode, prepare};

const LITE: Preprocess = Preprocess {
    size: 224,
    resize: 256,
    filter: Filter::Bilinear,
    mean: [127.0; 3],
    std: [128.0; 3],
    order: Order::Rgb,
};

/// What a file has to do.
enum Expected {
    /// The reference picture to the bit.
    Equals,
    /// The reference picture but for what JPEG loses: levels, on average.
    Near(f64),
    /// Grey, equal to the luma of the reference within so many levels on average.
    Grey(f64),
    /// A picture of this width and height, with a note that holds these words.
    Sized(usize, usize, &'static str),
    /// Refused, for a reason of this kind.
    Refused(fn(&DecodeError) -> bool),
}

use Expected::{Equals, Grey, Near, Refused, Sized};

/// Mirrored, turned or inverted pictures are 32 levels away or more, with swapped channels 24 from the reference.
const TABLE: [(&str, Expected); 27] = [
    ("animated.gif", Sized(64, 64, "first frame")),
    ("bad_crc.png", Refused(|error| matches!(error, DecodeError::Damaged { .. }))),
    ("bomb_12000.png", Refused(|error| matches!(error, DecodeError::TooLarge { width: 12_000, .. }))),
    ("cmyk.jpg", Near(3.0)),
    ("empty.jpg", Refused(|error| *error == DecodeError::Empty)),
    ("exif2.jpg", Near(3.0)),
    ("exif6.jpg", Near(3.0)),
    ("gray.jpg", Grey(3.0)),
    ("gray.png", Grey(0.51)),
    ("gray16.png", Grey(0.51)),
    ("header_only_20000.png", Refused(|error| matches!(error, DecodeError::TooLarge { height: 20_000, .. }))),
    ("lossless.webp", Equals),
    ("lossy_alpha.webp", Sized(134, 200, "on white")),
    ("lzw.tiff", Equals),
    ("named_png_is_jpeg.png", Near(3.0)),
    ("one_pixel.png", Sized(1, 1, "")),
    ("palette_alpha.png", Sized(134, 200, "on white")),
    ("plain.bmp", Equals),
    ("plain.png", Equals),
    ("progressive.jpg", Near(3.0)),
    ("rgb16.png", Equals),
    ("rgba.png", Sized(134, 200, "on white")),
    ("strip_400x1.png", Sized(400, 1, "")),
    ("subsampling444.jpg", Near(3.0)),
    ("text.jpg", Refused(|error| matches!(error, DecodeError::NotAPicture { .. }))),
    ("truncated.jpg", Sized(134, 200, "ends early")),
    ("truncated.png", Refused(|error| matches!(error, DecodeError::Damaged { .. }))),
];

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/odd");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("not run here: ../shared is absent");
    None
}

#[test]
fn every_file_does_what_its_table_says() {
    let Some(folder) = folder() else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let reference = decode(&read("plain.png")).expect("the reference picture");
    for (name, expected) in &TABLE {
        let found = decode(&read(name));
        let sentence = found.as_ref().err().map(ToString::to_string).unwrap_or_default();
        match (expected, &found) {
            (Refused(is), Err(error)) => {
                assert!(is(error), "{name}: {error:?}");
                assert!(sentence.ends_with('.') && sentence.contains(':'), "{name}: says what to do: {sentence}");
            }
            (_, Err(_)) => panic!("{name} is refused: {sentence}"),
            (Refused(_), Ok(_)) => panic!("{name} is taken"),
            (Equals, Ok(photo)) => assert!(photo.rgb == reference.rgb, "{name} is not the reference"),
            (Near(limit), Ok(photo)) => {
                let away = distance(&photo.rgb, &reference.rgb);
                assert!(away < *limit, "{name} is {away} levels away");
            }
            (Grey(limit), Ok(photo)) => grey(name, photo, &reference, *limit),
            (Sized(width, height, words), Ok(photo)) => {
                assert_eq!((photo.facts.width, photo.facts.height), (*width, *height), "{name}");
                assert!(photo.facts.notes.concat().contains(words), "{name}: {:?}", photo.facts.notes);
                let input = prepare(photo, &LITE, Crop::Centre);
                assert_eq!(input.rgb.len(), 224 * 224 * 3, "{name}");
            }
        }
    }
}

fn grey(name: &str, photo: &Photo, reference: &Photo, limit: f64) {
    assert!(photo.rgb.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]), "{name} has three equal channels");
    let luma = |p: &[u8]| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]);
    let away: f64 =
        photo.rgb.chunks_exact(3).zip(reference.rgb.chunks_exact(3)).map(|(a, b)| (luma(a) - luma(b)).abs()).sum();
    assert!(away * 3.0 / (photo.rgb.len() as f64) < limit, "{name} is not the reference in grey");
}

/// Mean difference in levels.
fn distance(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

#[test]
fn the_table_leaves_no_file_out() {
    let Some(folder) = folder() else { return };
    let list = std::fs::read_to_string(folder.join("odd.csv")).expect("odd.csv");
    for line in list.lines().skip(1) {
        let name = line.split(',').next().unwrap_or_default();
        assert!(TABLE.iter().any(|(known, _)| *known == name), "{name} is not in the table");
    }
}

#[test]
fn alpha_lies_on_white() {
    let Some(folder) = folder() else { return };
    let open = |name: &str| decode(&std::fs::read(folder.join(name)).expect("a file")).expect("a picture");
    let (photo, reference) = (open("rgba.png"), open("plain.png"));
    let line = photo.facts.width * 3;
    assert!(photo.rgb[..line].iter().all(|&value| value == 255), "the clear upper edge is white");
    let end = photo.rgb.len() - line;
    assert!(photo.rgb[end..] == reference.rgb[end..], "the opaque lower edge is the picture");
}

#[test]
fn one_pixel_gives_one_flat_colour() {
    let Some(folder) = folder() else { return };
    let photo = decode(&std::fs::read(folder.join("one_pixel.png")).expect("a file")).expect("a picture");
    for crop in [Crop::Centre, Crop::Squeeze] {
        let input = prepare(&photo, &LITE, crop);
        assert!(input.rgb.chunks_exact(3).all(|pixel| *pixel == photo.rgb[..]), "{crop:?}");
    }
    assert_eq!(prepare(&photo, &LITE, Crop::None).rgb, photo.rgb);
}

/// The lossless crops in data/check are what Pillow made of JPEG files: decoded, resized, cut.
#[test]
fn crops_of_jpegs_are_the_reference() {
    let Some(folder) = folder() else { return };
    let data = folder.join("..");
    for name in ["macaw-0", "zebra-0", "dalmatian-2", "teapot-0"] {
        let open = |path: PathBuf| decode(&std::fs::read(path).expect("a file")).expect("a picture");
        let golden = open(data.join(format!("check/{name}-224.png")));
        let found = prepare(&open(data.join(format!("photos/{name}.jpg"))), &LITE, Crop::Centre);
        assert!(found.rgb == golden.rgb, "{name}: {:.4} levels off on average", distance(&found.rgb, &golden.rgb));
    }
}
