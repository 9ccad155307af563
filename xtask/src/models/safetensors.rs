//! Weights as a safetensors file with one possible form: names sorted, no gaps, header without blanks but the last.

use super::checkpoint::Tensor;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the header says of one name. The fields stand in alphabetical order, as the header is written.
#[derive(Serialize)]
#[serde(untagged)]
enum Entry<'a> {
    Notes(BTreeMap<&'a str, &'a str>),
    Tensor { data_offsets: [usize; 2], dtype: &'a str, shape: &'a [usize] },
}

/// The bytes of a file with these f32 tensors and notes.
pub fn write(tensors: &BTreeMap<String, Tensor>, notes: &[(&str, &str)]) -> Result<Vec<u8>, String> {
    let mut entries = BTreeMap::from([("__metadata__", Entry::Notes(notes.iter().copied().collect()))]);
    let mut data = Vec::new();
    for (name, tensor) in tensors {
        let start = data.len();
        data.extend_from_slice(&tensor.bytes);
        entries.insert(name, Entry::Tensor { data_offsets: [start, data.len()], dtype: "F32", shape: &tensor.shape });
    }
    let mut header = serde_json::to_vec(&entries).map_err(|error| format!("the header cannot be written ({error})"))?;
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.append(&mut header);
    file.append(&mut data);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_data_is_aligned() {
        let tensor = |value: f32| Tensor { shape: vec![1], bytes: value.to_le_bytes().to_vec() };
        let tensors = BTreeMap::from([("b".into(), tensor(2.0)), ("a".into(), tensor(1.0))]);
        let file = write(&tensors, &[("source", "here")]).unwrap();
        let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        let header = std::str::from_utf8(&file[8..8 + length]).unwrap();
        let expected = concat!(
            r#"{"__metadata__":{"source":"here"},"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1]},"#,
            r#""b":{"data_offsets":[4,8],"dtype":"F32","shape":[1]}}"#
        );
        assert_eq!(header.trim_end(), expected);
        assert_eq!(length % 8, 0);
        assert_eq!(file[8 + length..], [1.0f32.to_le_bytes(), 2.0f32.to_le_bytes()].concat());
    }
}
