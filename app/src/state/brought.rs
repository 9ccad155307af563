//! What a file that a person brings is: a photo, a model, its card, or names of classes.

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture, or something the decoder will say a sentence about.
    Photo,
    /// Weights, with or without a graph.
    Model,
    /// JSON: a card, or names of classes.
    Json,
    /// Names of classes, one a line.
    Names,
}

/// Endings of model files, as the file chooser takes them.
pub const MODELS: &str = ".safetensors,.pth,.pt,.bin,.onnx,.json,.txt";

/// Bytes of a file's beginning that [`kind`] looks at.
pub const HEAD: u32 = 16;

/// What a file is, by its ending, or by its first bytes where that says nothing.
#[must_use]
pub fn kind(name: &str, head: &[u8]) -> Kind {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    match ending.as_str() {
        "safetensors" | "pth" | "pt" | "bin" | "onnx" => Kind::Model,
        "json" => Kind::Json,
        "txt" => Kind::Names,
        "jpg" | "jpeg" | "png" | "webp" | "gif" | "bmp" | "tif" | "tiff" => Kind::Photo,
        _ if is_model(head) => Kind::Model,
        _ => Kind::Photo,
    }
}

/// An archive or a pickle as PyTorch writes them, or the header of a safetensors file.
fn is_model(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(&[0x80, 2]) || head.get(8) == Some(&b'{')
}

/// A name for addresses and folders: letters, digits, `-`, `_` and `.`, at most 60 of them.
#[must_use]
pub fn id(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let id: String = name.chars().map(plain).take(60).collect();
    let id = id.trim_matches(['.', '-']).to_owned();
    if id.is_empty() { "model".into() } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_come_first_then_the_first_bytes() {
        assert_eq!(kind("a.PTH", b""), Kind::Model);
        assert_eq!(kind("cat.jpg", b"PK\x03\x04"), Kind::Photo);
        assert_eq!(kind("weights", b"PK\x03\x04"), Kind::Model);
        assert_eq!(kind("weights", b"\x10\0\0\0\0\0\0\0{\"a\""), Kind::Model);
        assert_eq!(kind("labels.txt", b""), Kind::Names);
        assert_eq!(kind("IMG_1", b"\xff\xd8\xff"), Kind::Photo);
    }

    #[test]
    fn ids_are_plain() {
        assert_eq!(id("my net (2)"), "my-net--2");
        assert_eq!(id("../.."), "model");
    }
}
