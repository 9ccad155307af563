//! What a file is, told from its bytes alone: weight files, and the near misses people bring instead.

use super::pytorch::MAGIC;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Hugging Face's safetensors.
    Safetensors,
    /// A zip archive: PyTorch's checkpoints since 1.6, and much else.
    Zip,
    /// PyTorch's checkpoints before 1.6.
    PytorchLegacy,
    /// A network in ONNX, graph and weights.
    Onnx,
    /// Something else that is known by name.
    Foreign {
        /// What it is, with its article.
        found: &'static str,
        /// What to do instead, as an order.
        advice: &'static str,
    },
    /// Nothing known.
    Unknown,
}

const AGAIN: &str = "fetch the weight file itself again";
const UNPACK: &str = "unpack it and choose the weight file in it";
const KERAS: &str =
    "convert it in Python: build the same network in PyTorch, copy the weights and save its state_dict()";
const SOURCE: &str = "take the PyTorch or safetensors file that it was made from";
const RESAVE: &str = "load it in Python where you trust it and save the state_dict() with torch.save or as safetensors";

/// Files that begin with something fixed: the place, the bytes, what it is and what to do.
const SIGNS: &[(usize, &[u8], &str, &str)] = &[
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes it (.h5)", KERAS),
    (4, b"TFL3", "a TensorFlow Lite network", SOURCE),
    (4, b"ET12", "an ExecuTorch program", SOURCE),
    (0, b"GGUF", "a GGUF file for language models", "choose the file of an image classifier"),
    (0, b"ggml", "a GGML file for language models", "choose the file of an image classifier"),
    (0, b"\x93NUMPY", "a single NumPy array", "save all weights by name, as safetensors"),
    (0, b"\x1f\x8b", "a gzip archive", UNPACK),
    (0, b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (0, b"BZh", "a bzip2 archive", UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (0, b"Rar!", "a RAR archive", UNPACK),
    (257, b"ustar", "a tar archive", UNPACK),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture", "drop it where photos go, and choose a weight file here"),
    (0, b"\xff\xd8\xff", "a JPEG picture", "drop it where photos go, and choose a weight file here"),
    (0, b"GIF8", "a GIF picture", "drop it where photos go, and choose a weight file here"),
    (8, b"WEBP", "a WebP picture", "drop it where photos go, and choose a weight file here"),
    (0, b"%PDF", "a PDF document", "choose a weight file"),
    (
        0,
        b"version https://git-lfs.github.com/spec/",
        "a git-lfs pointer, which only says where the weights are",
        "fetch the file itself, with `git lfs pull` or the site's download button",
    ),
];

/// Tells what a file is. Looks at its first few hundred bytes, never at a name.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Kind {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Kind::Zip;
    }
    if is_pickle(bytes) {
        let start = &bytes[..bytes.len().min(32)];
        if start.windows(MAGIC.len()).any(|ten| ten == MAGIC) {
            return Kind::PytorchLegacy;
        }
        return Kind::Foreign { found: "a plain Python pickle", advice: RESAVE };
    }
    for (place, sign, found, advice) in SIGNS {
        if bytes.get(*place..place + sign.len()) == Some(sign) {
            return Kind::Foreign { found, advice };
        }
    }
    if is_safetensors(bytes) {
        return Kind::Safetensors;
    }
    text(bytes).or_else(|| protobuf(bytes)).unwrap_or(Kind::Unknown)
}

fn is_pickle(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80, 2..=5, ..])
}

/// A length of which the file could have that many bytes, were it whole, and the brace that opens the header.
fn is_safetensors(bytes: &[u8]) -> bool {
    let length = bytes.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    bytes.get(8) == Some(&b'{') && length >= 2
}

fn text(bytes: &[u8]) -> Option<Kind> {
    let start = bytes[..bytes.len().min(512)].trim_ascii_start().to_ascii_lowercase();
    let holds = |word: &[u8]| start.windows(word.len()).any(|part| part == word);
    let found = |found, advice| Some(Kind::Foreign { found, advice });
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") || start.starts_with(b"<head") {
        return found("a web page, most likely a site's error or login page", AGAIN);
    }
    if start.starts_with(b"<?xml") || start.starts_with(b"<error") {
        return found("an XML text, most likely a server's error", AGAIN);
    }
    if !start.starts_with(b"{") {
        return None;
    }
    if holds(b"\"weight_map\"") {
        return found("the index of weights split over several files", "save them as one file, or join the parts");
    }
    found("a JSON text, such as a configuration", "choose the weight file beside it")
}

/// ONNX begins with its version (field 1, a number), then the producer, the graph or the operators' versions.
fn protobuf(bytes: &[u8]) -> Option<Kind> {
    match *bytes {
        [0x08, 1, 0x12, ..] => Some(Kind::Foreign { found: "a TensorFlow SavedModel", advice: KERAS }),
        [0x08, 1..=32, 0x12 | 0x1a | 0x22 | 0x2a | 0x32 | 0x3a | 0x42 | 0x72, ..] => Some(Kind::Onnx),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_named() {
        let tar = [vec![b'a'; 257], b"ustar".to_vec()].concat();
        let misses: [(&[u8], &str); 12] = [
            (b"\x89HDF\r\n\x1a\n....", "Keras"),
            (b"\x1c\0\0\0TFL3....", "TensorFlow Lite"),
            (b"GGUF\x03\0\0\0", "GGUF"),
            (b"\x80\x04\x95\x10\0\0\0\0\0\0\0}.", "pickle"),
            (b"\x89PNG\r\n\x1a\n", "PNG"),
            (b"\xff\xd8\xff\xe0", "JPEG"),
            (b"\n<!DOCTYPE html><html>", "web page"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "git-lfs"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"{\"metadata\": {}, \"weight_map\": {}}", "several files"),
            (b"\x08\x01\x12\x80", "SavedModel"),
            (&tar, "tar"),
        ];
        for (bytes, word) in misses {
            let Kind::Foreign { found, .. } = recognise(bytes) else { panic!("{word}: {:?}", recognise(bytes)) };
            assert!(found.contains(word), "{found} should name {word}");
        }
    }

    #[test]
    fn weight_files_are_told_by_content() {
        assert_eq!(recognise(b"PK\x03\x04...."), Kind::Zip);
        assert_eq!(recognise(b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."), Kind::PytorchLegacy);
        assert_eq!(recognise(b"\x08\x08\x12\x07pytorch\x1a"), Kind::Onnx);
        assert_eq!(recognise(b"\x40\0\0\0\0\0\0\0{\"w\":"), Kind::Safetensors);
        assert_eq!(recognise(b""), Kind::Unknown);
        assert_eq!(recognise(b"hello"), Kind::Unknown);
    }
}
