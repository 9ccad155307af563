//! What a file that a person brings is: a photo, a model, its card, or names of classes.

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture, or something the decoder will say a sentence about.
    Photo,
    /// Weights without a graph.
    Model,
    /// A graph and its weights, which may lie in files beside it, of any name.
    Onnx,
    /// JSON: a card, or names of classes.
    Json,
    /// Names of classes, one a line.
    Names,
    /// Nothing that its ending tells: a picture, or the weights of an ONNX file.
    Other,
}

/// Files that were brought together, by what is to be done with them.
#[derive(Debug, PartialEq, Eq)]
pub struct Sorted<F> {
    /// Pictures.
    pub photos: Vec<F>,
    /// Models.
    pub models: Vec<F>,
    /// Files in which the model may keep its weights.
    pub beside: Vec<F>,
    /// Cards and names of classes.
    pub texts: Vec<F>,
}

/// Sorts files that were brought together: beside an ONNX file, whatever is no photo and no text may be its weights.
#[must_use]
pub fn sorted<F>(files: Vec<(Kind, F)>) -> Sorted<F> {
    let onnx = files.iter().any(|(kind, _)| *kind == Kind::Onnx);
    let mut sorted = Sorted { photos: vec![], models: vec![], beside: vec![], texts: vec![] };
    for (kind, file) in files {
        match kind {
            Kind::Json | Kind::Names => sorted.texts.push(file),
            Kind::Model | Kind::Other if onnx => sorted.beside.push(file),
            Kind::Model | Kind::Onnx => sorted.models.push(file),
            Kind::Photo | Kind::Other => sorted.photos.push(file),
        }
    }
    sorted
}

/// Endings of model files, as the file chooser takes them.
pub const MODELS: &str = ".safetensors,.pth,.pt,.bin,.onnx,.data,.onnx_data,.json,.txt";

/// Bytes of a file's beginning that [`kind`] looks at.
pub const HEAD: u32 = 16;

/// What a file is, by its ending, or by its first bytes where that says nothing.
#[must_use]
pub fn kind(name: &str, head: &[u8]) -> Kind {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    match ending.as_str() {
        "safetensors" | "pth" | "pt" | "bin" => Kind::Model,
        "onnx" => Kind::Onnx,
        "json" => Kind::Json,
        "txt" => Kind::Names,
        "jpg" | "jpeg" | "png" | "webp" | "gif" | "bmp" | "tif" | "tiff" => Kind::Photo,
        _ if is_model(head) => Kind::Model,
        _ => Kind::Other,
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
        assert_eq!(kind("net.onnx", b""), Kind::Onnx);
        assert_eq!(kind("IMG_1", b"\xff\xd8\xff"), Kind::Other);
    }

    #[test]
    fn what_comes_with_an_onnx_file_may_be_its_weights() {
        let files = |first| vec![(first, "net"), (Kind::Model, "a.bin"), (Kind::Other, "b"), (Kind::Photo, "c.jpg")];
        let beside = sorted(files(Kind::Onnx));
        assert_eq!((beside.models, beside.beside, beside.photos), (vec!["net"], vec!["a.bin", "b"], vec!["c.jpg"]));
        let alone = sorted(files(Kind::Model));
        assert_eq!((alone.models, alone.beside, alone.photos), (vec!["net", "a.bin"], vec![], vec!["b", "c.jpg"]));
    }

    #[test]
    fn ids_are_plain() {
        assert_eq!(id("my net (2)"), "my-net--2");
        assert_eq!(id("../.."), "model");
    }
}
