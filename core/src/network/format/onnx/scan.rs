//! Counts the parts of a file before anything is made of it: a message of two bytes takes hundreds in memory.

use super::error::OnnxError;

/// Texts, lists and messages that a file may hold in all.
pub const MOST_PARTS: usize = 1 << 20;
/// How deep messages may lie in each other.
const DEEPEST: usize = 64;

/// The messages that hold others, and which of their fields do.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Value,
    Type,
    TensorType,
    Shape,
    Function,
    Leaf,
}

impl Kind {
    /// What lies in a field.
    fn within(self, field: u64) -> Kind {
        match (self, field) {
            (Kind::Model, 7) | (Kind::Attribute, 6 | 11) => Kind::Graph,
            (Kind::Model, 25) => Kind::Function,
            (Kind::Graph, 1) | (Kind::Function, 7) => Kind::Node,
            (Kind::Graph, 5) | (Kind::Attribute, 5 | 10) => Kind::Tensor,
            (Kind::Graph, 11..=13) => Kind::Value,
            (Kind::Value, 2) => Kind::Type,
            (Kind::Type, 1) => Kind::TensorType,
            (Kind::TensorType, 2) => Kind::Shape,
            (Kind::Node, 5) | (Kind::Function, 11) => Kind::Attribute,
            _ => Kind::Leaf,
        }
    }
}

/// Walks the file once.
///
/// # Errors
/// If it is cut short, is no such file, or holds too many parts.
pub fn check(bytes: &[u8]) -> Result<(), OnnxError> {
    let mut parts = 0;
    walk(bytes, Kind::Model, 0, &mut parts)
}

fn walk(mut bytes: &[u8], kind: Kind, depth: usize, parts: &mut usize) -> Result<(), OnnxError> {
    if depth > DEEPEST {
        return Err(OnnxError::Damaged(format!("its parts lie more than {DEEPEST} deep in each other")));
    }
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let length = match key & 7 {
            0 => {
                varint(&mut bytes)?;
                continue;
            }
            1 => 8,
            5 => 4,
            2 => varint(&mut bytes)?,
            other => return Err(OnnxError::Damaged(format!("a field of unknown kind {other}"))),
        };
        let part = take(&mut bytes, length)?;
        if key & 7 != 2 {
            continue;
        }
        *parts += 1;
        if *parts > MOST_PARTS {
            return Err(OnnxError::Large { what: "parts".into(), limit: MOST_PARTS });
        }
        match kind.within(key >> 3) {
            Kind::Leaf => {}
            inner => walk(part, inner, depth + 1, parts)?,
        }
    }
    Ok(())
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], OnnxError> {
    let length = usize::try_from(length).ok().filter(|&length| length <= bytes.len());
    let length = length.ok_or_else(|| OnnxError::Damaged("it ends in the middle of a part".into()))?;
    let (part, rest) = bytes.split_at(length);
    *bytes = rest;
    Ok(part)
}

fn varint(bytes: &mut &[u8]) -> Result<u64, OnnxError> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or_else(|| OnnxError::Damaged("it ends in a number".into()))?;
        *bytes = rest;
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Ok(number);
        }
    }
    Err(OnnxError::Damaged("a number of more than 64 bits".into()))
}
