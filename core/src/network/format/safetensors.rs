//! The safetensors format: a length, a header in JSON, then the numbers of every tensor.
//!
//! Specified at github.com/huggingface/safetensors. The crate checks that the header fits the file, that tensors lie
//! end to end without gap or overlap, and that each has as many bytes as its shape says.

use super::checkpoint::{Checkpoint, Collector, Format};
use super::error::FormatError;
use super::tensor::{Element, View};
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeMap;

/// Longest header taken, in bytes: some 20 000 tensors. Parsed, it takes up to 60 times its length.
const HEADER: u64 = 2 << 20;

/// Reads all tensors as f32; see [`Checkpoint`] for what is done to names and numbers.
///
/// # Errors
/// If the file is damaged, holds other types or weights that are not finite. Memory is bounded as [`super`] says.
pub fn read(bytes: &[u8]) -> Result<Checkpoint, FormatError> {
    let length = bytes.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    if length > HEADER && length <= bytes.len() as u64 {
        return Err(FormatError::TooLarge { what: "The file's header is longer".into(), limit: "2 MiB".into() });
    }
    let damaged = |error: safetensors::SafeTensorError| FormatError::damaged(Format::Safetensors, error.to_string());
    let (header, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
    let data = &bytes[8 + header..];
    let mut collector = Collector::new();
    collector.allow(data.len());
    // By name, so that of several faults always the same one is told.
    for (name, tensor) in metadata.tensors().into_iter().collect::<BTreeMap<_, _>>() {
        let (start, end) = tensor.data_offsets;
        collector.add(&name, &View::rows(&tensor.shape), element(tensor.dtype), &data[start..end])?;
    }
    let texts = metadata.metadata().clone().unwrap_or_default();
    collector.finish(Format::Safetensors, texts.into_iter().collect(), vec![])
}

fn element(dtype: Dtype) -> Element {
    match dtype {
        Dtype::F32 => Element::F32,
        Dtype::F16 => Element::F16,
        Dtype::BF16 => Element::Bf16,
        Dtype::F64 => Element::F64,
        Dtype::BOOL | Dtype::U8 | Dtype::I8 => Element::Whole(1),
        Dtype::U16 | Dtype::I16 => Element::Whole(2),
        Dtype::U32 | Dtype::I32 => Element::Whole(4),
        Dtype::U64 | Dtype::I64 => Element::Whole(8),
        Dtype::C64 => Element::Other { width: 8, name: "complex numbers" },
        // Numbers of 4, 6 or 8 bits: the least width lets every size pass to the error that names the type.
        _ => Element::Other { width: 1, name: "numbers of 8 bits or fewer" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::format::Note;
    use half::{bf16, f16};
    use safetensors::tensor::TensorView;

    /// A file of one-dimensional tensors.
    fn file(tensors: &[(&str, Dtype, &[u8])]) -> Vec<u8> {
        let views = tensors.iter().map(|(name, dtype, data)| {
            (name, TensorView::new(*dtype, vec![data.len() * 8 / dtype.bitsize()], data).unwrap())
        });
        safetensors::serialize(views, None).unwrap()
    }

    /// A file with this header, and as many zeros after it.
    fn with_header(header: &str, zeros: usize) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; zeros]].concat()
    }

    #[test]
    fn half_floats_are_widened_exactly() {
        let f16s = [f16::from_f32(0.5).to_le_bytes(), f16::from_f32(-3.0).to_le_bytes()].concat();
        let bf16s = bf16::from_f32(1.5).to_le_bytes();
        let read = read(&file(&[("w", Dtype::F16, &f16s), ("v", Dtype::BF16, &bf16s)])).unwrap();
        assert_eq!(read.parameters.values("w"), [0.5, -3.0]);
        assert_eq!(read.parameters.values("v"), [1.5]);
        assert!(read.notes.is_empty());
    }

    #[test]
    fn f64_is_rounded_and_noted() {
        let read = read(&file(&[("w", Dtype::F64, &0.1_f64.to_le_bytes())])).unwrap();
        assert_eq!(read.parameters.values("w"), [0.1_f32]);
        assert_eq!(read.notes, [Note::Rounded(1)]);
    }

    #[test]
    fn whole_numbers_are_left_out_and_named() {
        let one = 1_f32.to_le_bytes();
        let read = read(&file(&[("index", Dtype::I64, &[0; 16]), ("w", Dtype::F32, &one)])).unwrap();
        assert_eq!(read.parameters.0.len(), 1);
        assert_eq!(read.notes, [Note::Whole(vec!["index".into()])]);
    }

    #[test]
    fn weights_that_are_no_numbers_are_an_error_that_names_the_tensor() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let bytes = [1_f32.to_le_bytes(), bad.to_le_bytes()].concat();
            let error = read(&file(&[("w", Dtype::F32, &bytes)])).unwrap_err();
            assert!(matches!(&error, FormatError::NotFinite { name, place: 1, .. } if name == "w"), "{error}");
        }
        let beyond = read(&file(&[("w", Dtype::F64, &1e300_f64.to_le_bytes())]));
        assert!(matches!(beyond, Err(FormatError::NotFinite { .. })));
    }

    #[test]
    fn a_file_cut_short_is_one_sentence_and_no_panic() {
        let whole = file(&[("w", Dtype::F32, &[0; 4])]);
        for end in 0..whole.len() {
            assert!(matches!(read(&whole[..end]), Err(FormatError::Damaged { .. })), "cut at {end}");
        }
    }

    #[test]
    fn headers_that_lie_are_errors() {
        let tensor = |shape: &str, from: u64, to: u64| {
            format!("{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[{from},{to}]}}")
        };
        let overlapping = format!("{{\"a\":{},\"b\":{}}}", tensor("[2]", 0, 8), tensor("[2]", 4, 12));
        let longer = format!("{{\"a\":{}}}", tensor("[4]", 0, 8));
        let huge = format!("{{\"a\":{}}}", tensor("[4294967296,4294967296]", 0, 8));
        let past = format!("{{\"a\":{}}}", tensor("[4]", 0, 16));
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        for header in [overlapping, longer, huge, past, deep, "{".into(), "[]".into()] {
            assert!(matches!(read(&with_header(&header, 8)), Err(FormatError::Damaged { .. })), "{header:.60}");
        }
        let mut lying = with_header("{}", 0);
        lying[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(read(&lying), Err(FormatError::Damaged { .. })));
        let long = with_header(&format!("{{{}}}", " ".repeat(3 << 20)), 0);
        assert!(matches!(read(&long), Err(FormatError::TooLarge { .. })));
        assert!(matches!(read(&with_header("{}", 0)), Err(FormatError::NoWeights { .. })));
    }

    #[test]
    fn text_beside_the_tensors_is_kept() {
        let one = 1_f32.to_le_bytes();
        let view = TensorView::new(Dtype::F32, vec![1], &one).unwrap();
        let texts = [("format".to_string(), "pt".to_string())].into_iter().collect();
        let read = read(&safetensors::serialize([("module.w", view)], Some(texts)).unwrap()).unwrap();
        assert_eq!(read.metadata["format"], "pt");
        assert_eq!(read.parameters.values("w"), [1.0]);
        assert_eq!(read.notes, [Note::Prefix("module.".into())]);
    }
}
