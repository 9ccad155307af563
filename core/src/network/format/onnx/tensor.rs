//! Numbers in the file: every type, raw, typed or in a second file, to f32 or i64.

use super::error::OnnxError;
use super::proto::TensorProto;
use half::{bf16, f16};
use prost::bytes::Bytes;
use std::collections::BTreeMap;

/// Axes that a value may have.
pub const MOST_AXES: usize = 8;
/// Numbers that one value may hold.
pub const MOST_NUMBERS: usize = 1 << 27;

/// Types of number, by ONNX's code.
pub mod kind {
    pub const FLOAT: i32 = 1;
    pub const UINT8: i32 = 2;
    pub const INT8: i32 = 3;
    pub const UINT16: i32 = 4;
    pub const INT16: i32 = 5;
    pub const INT32: i32 = 6;
    pub const INT64: i32 = 7;
    pub const BOOL: i32 = 9;
    pub const FLOAT16: i32 = 10;
    pub const DOUBLE: i32 = 11;
    pub const UINT32: i32 = 12;
    pub const UINT64: i32 = 13;
    pub const BFLOAT16: i32 = 16;
    pub const UINT4: i32 = 21;
    pub const INT4: i32 = 22;

    /// Whether it is one of the floats.
    pub fn is_float(kind: i32) -> bool {
        matches!(kind, FLOAT | FLOAT16 | DOUBLE | BFLOAT16)
    }

    /// Least and greatest integer.
    pub fn range(kind: i32) -> Option<(i64, i64)> {
        Some(match kind {
            UINT8 => (0, 255),
            INT8 => (-128, 127),
            UINT16 => (0, 65535),
            INT16 => (-32768, 32767),
            INT32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
            UINT32 => (0, i64::from(u32::MAX)),
            INT64 => (i64::MIN, i64::MAX),
            UINT64 => (0, i64::MAX),
            BOOL => (0, 1),
            UINT4 => (0, 15),
            INT4 => (-8, 7),
            _ => return None,
        })
    }
}

/// Numbers on the host.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Any of the floats.
    Floats(Vec<f32>),
    /// Any of the integers; a truth is 0 or 1.
    Integers(Vec<i64>),
}

/// Numbers on the host, their shape and ONNX's code of their type.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Lengths of the axes.
    pub shape: Vec<usize>,
    /// ONNX's code of their type.
    pub kind: i32,
    /// The numbers, last axis fastest.
    pub numbers: Numbers,
}

impl Tensor {
    /// Floats.
    pub fn floats(shape: Vec<usize>, floats: Vec<f32>) -> Tensor {
        Tensor { shape, kind: kind::FLOAT, numbers: Numbers::Floats(floats) }
    }

    /// A list of integers.
    pub fn integers(integers: Vec<i64>) -> Tensor {
        Tensor { shape: vec![integers.len()], kind: kind::INT64, numbers: Numbers::Integers(integers) }
    }

    /// How many.
    pub fn count(&self) -> usize {
        match &self.numbers {
            Numbers::Floats(numbers) => numbers.len(),
            Numbers::Integers(numbers) => numbers.len(),
        }
    }

    /// As floats, rounded if need be.
    pub fn to_floats(&self) -> Vec<f32> {
        match &self.numbers {
            Numbers::Floats(numbers) => numbers.clone(),
            Numbers::Integers(numbers) => numbers.iter().map(|&number| number as f32).collect(),
        }
    }

    /// As integers.
    ///
    /// # Errors
    /// If they are floats.
    pub fn to_integers(&self) -> Result<Vec<i64>, String> {
        match &self.numbers {
            Numbers::Integers(numbers) => Ok(numbers.clone()),
            Numbers::Floats(_) => Err("integers were expected and floats found".into()),
        }
    }

    /// The only number.
    ///
    /// # Errors
    /// If there is not one.
    pub fn scalar(&self) -> Result<f32, String> {
        match (&self.numbers, self.count()) {
            (Numbers::Floats(numbers), 1) => Ok(numbers[0]),
            (Numbers::Integers(numbers), 1) => Ok(numbers[0] as f32),
            _ => Err(format!("one number was expected and {} found", self.count())),
        }
    }

    /// The same numbers along other axes.
    pub fn along(self, shape: Vec<usize>) -> Tensor {
        debug_assert_eq!(self.count(), shape.iter().product::<usize>());
        Tensor { shape, ..self }
    }

    /// The numbers at these places, in this order.
    pub fn pick(&self, places: impl Iterator<Item = usize>, shape: Vec<usize>) -> Tensor {
        let numbers = match &self.numbers {
            Numbers::Floats(numbers) => Numbers::Floats(places.map(|place| numbers[place]).collect()),
            Numbers::Integers(numbers) => Numbers::Integers(places.map(|place| numbers[place]).collect()),
        };
        Tensor { shape, kind: self.kind, numbers }
    }
}

/// How many numbers a shape has, if that is not too many.
pub fn count(shape: &[usize]) -> Result<usize, String> {
    // Beside an axis of no length the others are bounded too: parts of the shape are counted by themselves.
    let count = shape.iter().try_fold(1usize, |count, &length| count.checked_mul(length.max(1)));
    match count {
        Some(count) if count <= MOST_NUMBERS && shape.len() <= MOST_AXES => Ok(shape.iter().product()),
        _ => Err(format!("a shape of {shape:?} is larger than {MOST_NUMBERS} numbers or {MOST_AXES} axes")),
    }
}

/// Reads one of the file's tensors. Nothing is allocated before the bytes were found to be there.
///
/// # Errors
/// If its bytes do not fit its shape, or its type is not understood.
pub fn read(proto: &TensorProto, files: &BTreeMap<String, Bytes>) -> Result<Tensor, OnnxError> {
    let wrong = |reason: String| OnnxError::Tensor { name: shown(&proto.name), reason };
    let lengths = proto.dims.iter().map(|&length| usize::try_from(length));
    let shape: Vec<usize> =
        lengths.collect::<Result<_, _>>().map_err(|_| wrong(format!("a shape of {:?}", proto.dims)))?;
    let count = count(&shape).map_err(wrong)?;
    let raw = if proto.data_location == 1 { Some(external(proto, files)?) } else { raw(proto) };
    let numbers = match raw {
        Some(bytes) => from_bytes(&bytes, proto.data_type, count),
        None => from_fields(proto),
    };
    let numbers = numbers.map_err(wrong)?;
    let tensor = Tensor { shape, kind: proto.data_type, numbers };
    if tensor.count() == count {
        Ok(tensor)
    } else {
        Err(wrong(format!("{} numbers for a shape of {:?}", tensor.count(), tensor.shape)))
    }
}

/// A name of a stranger's, short enough for a sentence.
pub fn shown(name: &str) -> String {
    let mut short: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    if short.is_empty() {
        short.push_str("without a name");
    }
    short
}

fn raw(proto: &TensorProto) -> Option<Bytes> {
    (!proto.raw_data.is_empty()).then(|| proto.raw_data.clone())
}

/// Where the bytes of a tensor in a second file lie: its name, the first byte, how many.
pub fn place(proto: &TensorProto) -> Result<(String, usize, Option<usize>), OnnxError> {
    let entry = |key: &str| proto.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
    let location = entry("location").unwrap_or_default().trim_start_matches("./").to_string();
    let wrong = |reason: &str| OnnxError::External {
        name: shown(&proto.name),
        location: shown(&location),
        reason: reason.into(),
    };
    if location.is_empty() || location.starts_with(['/', '\\']) || location.contains("..") || location.contains(':') {
        return Err(wrong("which is no name of a file beside it"));
    }
    let number = |key: &str| entry(key).map(str::parse::<usize>).transpose().map_err(|_| wrong("at no place in it"));
    let (offset, length) = (number("offset")?.unwrap_or(0), number("length")?);
    Ok((location, offset, length))
}

fn external(proto: &TensorProto, files: &BTreeMap<String, Bytes>) -> Result<Bytes, OnnxError> {
    let (location, offset, length) = place(proto)?;
    let wrong = |reason: &str| OnnxError::External {
        name: shown(&proto.name),
        location: shown(&location),
        reason: reason.into(),
    };
    let file = files.get(&location).ok_or_else(|| wrong("which is not there"))?;
    let end = match length {
        Some(length) => offset.checked_add(length),
        None => Some(file.len()),
    };
    match end {
        Some(end) if offset <= end && end <= file.len() => Ok(file.slice(offset..end)),
        _ => Err(wrong("which is shorter than the ONNX file says")),
    }
}

fn from_bytes(bytes: &[u8], kind: i32, count: usize) -> Result<Numbers, String> {
    let width = match kind {
        kind::FLOAT | kind::INT32 | kind::UINT32 => 4,
        kind::DOUBLE | kind::INT64 | kind::UINT64 => 8,
        kind::FLOAT16 | kind::BFLOAT16 | kind::INT16 | kind::UINT16 => 2,
        kind::INT8 | kind::UINT8 | kind::BOOL => 1,
        kind::INT4 | kind::UINT4 => return nibbles(bytes, kind, count),
        _ => return Err(unknown(kind)),
    };
    if bytes.len() != count * width {
        return Err(format!("{} bytes where {} are needed", bytes.len(), count * width));
    }
    let (four, eight) = (bytes.as_chunks::<4>().0, bytes.as_chunks::<8>().0);
    let two = bytes.as_chunks::<2>().0;
    let (floats, integers) = (Numbers::Floats, Numbers::Integers);
    Ok(match kind {
        kind::FLOAT => floats(four.iter().map(|&b| f32::from_le_bytes(b)).collect()),
        kind::DOUBLE => floats(eight.iter().map(|&b| f64::from_le_bytes(b) as f32).collect()),
        kind::FLOAT16 => floats(two.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect()),
        kind::BFLOAT16 => floats(two.iter().map(|&b| bf16::from_le_bytes(b).to_f32()).collect()),
        kind::INT32 => integers(four.iter().map(|&b| i64::from(i32::from_le_bytes(b))).collect()),
        kind::UINT32 => integers(four.iter().map(|&b| i64::from(u32::from_le_bytes(b))).collect()),
        kind::INT64 | kind::UINT64 => integers(eight.iter().map(|&b| i64::from_le_bytes(b)).collect()),
        kind::INT16 => integers(two.iter().map(|&b| i64::from(i16::from_le_bytes(b))).collect()),
        kind::UINT16 => integers(two.iter().map(|&b| i64::from(u16::from_le_bytes(b))).collect()),
        kind::INT8 => integers(bytes.iter().map(|&b| i64::from(b as i8)).collect()),
        kind::BOOL => integers(bytes.iter().map(|&b| i64::from(b != 0)).collect()),
        _ => integers(bytes.iter().map(|&b| i64::from(b)).collect()),
    })
}

/// Two numbers a byte, the lower half first.
fn nibbles(bytes: &[u8], kind: i32, count: usize) -> Result<Numbers, String> {
    if bytes.len() != count.div_ceil(2) {
        return Err(format!("{} bytes where {} are needed", bytes.len(), count.div_ceil(2)));
    }
    let halves = bytes.iter().flat_map(|&b| [b & 15, b >> 4]).take(count);
    let signed = |half: u8| if kind == kind::INT4 && half > 7 { i64::from(half) - 16 } else { i64::from(half) };
    Ok(Numbers::Integers(halves.map(signed).collect()))
}

fn from_fields(proto: &TensorProto) -> Result<Numbers, String> {
    let small = || proto.int32_data.iter();
    Ok(match proto.data_type {
        kind::FLOAT => Numbers::Floats(proto.float_data.clone()),
        kind::DOUBLE => Numbers::Floats(proto.double_data.iter().map(|&v| v as f32).collect()),
        kind::FLOAT16 => Numbers::Floats(small().map(|&v| f16::from_bits(v as u16).to_f32()).collect()),
        kind::BFLOAT16 => Numbers::Floats(small().map(|&v| bf16::from_bits(v as u16).to_f32()).collect()),
        kind::INT64 => Numbers::Integers(proto.int64_data.clone()),
        kind::UINT32 | kind::UINT64 => Numbers::Integers(proto.uint64_data.iter().map(|&v| v as i64).collect()),
        kind::INT32 | kind::INT16 | kind::INT8 | kind::UINT16 | kind::UINT8 | kind::BOOL => {
            Numbers::Integers(small().map(|&v| i64::from(v)).collect())
        }
        kind::INT4 | kind::UINT4 => {
            let bytes: Vec<u8> = small().map(|&v| v as u8).collect();
            let count = proto.dims.iter().product::<i64>() as usize;
            nibbles(&bytes, proto.data_type, count)?
        }
        other => return Err(unknown(other)),
    })
}

fn unknown(kind: i32) -> String {
    match kind {
        8 => "they are texts".into(),
        14 | 15 => "they are complex numbers".into(),
        17..=20 => "they are floats of 8 bits".into(),
        _ => format!("their type {kind} is not known"),
    }
}
