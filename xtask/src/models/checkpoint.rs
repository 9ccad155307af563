//! The tensors of a PyTorch state dict in the format from before 2020: five pickles, then each storage's numbers.

use super::pickle::{self, Value};
use std::collections::{BTreeMap, HashMap};

/// 0x1950a86a20f9469cfc6c, from the lowest byte.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const PROTOCOL: i64 = 1001;

/// A tensor of f32.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its extents.
    pub shape: Vec<usize>,
    /// Its values, row after row, four bytes each from the lowest.
    pub bytes: Vec<u8>,
}

/// Every f32 tensor by name. Counters that only training needs (`num_batches_tracked`) are left out.
pub fn read(bytes: &[u8]) -> Result<BTreeMap<String, Tensor>, String> {
    let (magic, rest) = pickle::read(bytes)?;
    let (protocol, rest) = pickle::read(rest)?;
    let (system, rest) = pickle::read(rest)?;
    if magic != Value::Long(MAGIC.into()) || protocol != Value::Int(PROTOCOL) {
        return Err("the file is no PyTorch checkpoint of the old format".into());
    }
    if !is_little_endian(&system) {
        return Err("the checkpoint's numbers are not little-endian, which is not read here".into());
    }
    let (state, rest) = pickle::read(rest)?;
    let (keys, rest) = pickle::read(rest)?;
    let views = views(state)?;
    let storages = storages(&views, &keys, rest)?;
    let floats = views.into_iter().filter(|(_, view)| view.kind == Kind::Float);
    floats.map(|(name, view)| Ok((name.clone(), view.tensor(&storages).ok_or_else(|| unread(&name))?))).collect()
}

/// What the numbers of a storage are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Float,
    Long,
}

impl Kind {
    fn bytes(self) -> usize {
        match self {
            Kind::Float => 4,
            Kind::Long => 8,
        }
    }
}

/// A tensor as the state dict describes it: values of a storage, found by strides.
#[derive(Debug)]
struct View {
    storage: String,
    kind: Kind,
    offset: usize,
    shape: Vec<usize>,
    stride: Vec<usize>,
}

impl View {
    /// Reads `torch._utils._rebuild_tensor_v2(storage, offset, shape, stride, ...)`; none if it is anything else.
    fn read(value: &Value) -> Option<Self> {
        let Value::Call(name, arguments) = value else { return None };
        let [Value::Elsewhere(storage), offset, shape, stride, ..] = arguments.as_slice() else { return None };
        let Value::Tuple(storage) = storage.as_ref() else { return None };
        let [Value::Text(tag), Value::Name(kind), Value::Text(key), ..] = storage.as_slice() else { return None };
        let kind = match kind.as_str() {
            "torch.FloatStorage" => Kind::Float,
            "torch.LongStorage" => Kind::Long,
            _ => return None,
        };
        let (shape, stride) = (sizes(shape)?, sizes(stride)?);
        let known = name == "torch._utils._rebuild_tensor_v2" && tag == "storage" && shape.len() == stride.len();
        known.then_some(Self { storage: key.clone(), kind, offset: size(offset)?, shape, stride })
    }

    /// Copies the values row after row; none if one lies outside the storage.
    fn tensor(self, storages: &HashMap<String, &[u8]>) -> Option<Tensor> {
        let storage = storages.get(&self.storage)?;
        let mut bytes = Vec::new();
        self.copy(storage, 0, self.offset, &mut bytes)?;
        Some(Tensor { shape: self.shape, bytes })
    }

    /// Copies what lies at `place` along this axis and those after it.
    fn copy(&self, storage: &[u8], axis: usize, place: usize, bytes: &mut Vec<u8>) -> Option<()> {
        let Some((extent, stride)) = self.shape.get(axis).zip(self.stride.get(axis)) else {
            let start = place.checked_mul(self.kind.bytes())?;
            bytes.extend(storage.get(start..start.checked_add(self.kind.bytes())?)?);
            return Some(());
        };
        (0..*extent)
            .try_for_each(|at| self.copy(storage, axis + 1, at.checked_mul(*stride)?.checked_add(place)?, bytes))
    }
}

fn views(state: Value) -> Result<Vec<(String, View)>, String> {
    let Value::Dict(entries) = state else { return Err("the checkpoint is no state dict".into()) };
    let mut views = Vec::new();
    for (name, value) in entries {
        let Value::Text(name) = name else { return Err("the state dict has a name that is no text".into()) };
        let view = View::read(&value).ok_or_else(|| unread(&name))?;
        if view.kind == Kind::Long && !name.ends_with("num_batches_tracked") {
            return Err(unread(&name));
        }
        views.push((name, view));
    }
    Ok(views)
}

/// The bytes of each storage; they follow the pickles in the order of `keys`, each behind its count of numbers.
fn storages<'a>(
    views: &[(String, View)],
    keys: &Value,
    mut rest: &'a [u8],
) -> Result<HashMap<String, &'a [u8]>, String> {
    let kinds: HashMap<&str, Kind> = views.iter().map(|(_, view)| (view.storage.as_str(), view.kind)).collect();
    let Value::List(keys) = keys else { return Err("the checkpoint has no list of storages".into()) };
    let mut storages = HashMap::new();
    for key in keys {
        let Value::Text(key) = key else { return Err("the checkpoint has a storage without a name".into()) };
        let kind = kinds.get(key.as_str()).ok_or("the checkpoint has a storage that nothing uses")?;
        let (bytes, after) = storage(rest, *kind).ok_or("the checkpoint is cut off")?;
        storages.insert(key.clone(), bytes);
        rest = after;
    }
    Ok(storages)
}

fn storage(rest: &[u8], kind: Kind) -> Option<(&[u8], &[u8])> {
    let (count, rest) = rest.split_first_chunk()?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
    rest.split_at_checked(count.checked_mul(kind.bytes())?)
}

fn is_little_endian(system: &Value) -> bool {
    let entry = (Value::Text("little_endian".into()), Value::Bool(true));
    matches!(system, Value::Dict(entries) if entries.contains(&entry))
}

fn sizes(value: &Value) -> Option<Vec<usize>> {
    let Value::Tuple(values) = value else { return None };
    values.iter().map(size).collect()
}

fn size(value: &Value) -> Option<usize> {
    let Value::Int(value) = value else { return None };
    usize::try_from(*value).ok()
}

fn unread(name: &str) -> String {
    format!("`{name}` is not a tensor of f32 that lies in the file, which is all that is read here")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `torch.save({"w": torch.arange(4.).view(2, 2)}, f, _use_new_zipfile_serialization=False)`, by hand.
    fn checkpoint(stride: [u8; 2]) -> Vec<u8> {
        let mut bytes = b"\x80\x02\x8a\x0a".to_vec();
        bytes.extend(MAGIC);
        bytes.extend(b".\x80\x02M\xe9\x03.\x80\x02}X\x0d\x00\x00\x00little_endian\x88s.");
        bytes.extend(b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((");
        bytes.extend(b"X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x00kX\x03\x00\x00\x00cpuK\x04N");
        bytes.extend(b"tQK\x00K\x02K\x02\x86");
        bytes.extend([b'K', stride[0], b'K', stride[1]]);
        bytes.extend(b"\x86\x89}tRs.\x80\x02]X\x01\x00\x00\x00ka.");
        bytes.extend(4_u64.to_le_bytes());
        bytes.extend(values([0.0, 1.0, 2.0, 3.0]));
        bytes
    }

    fn values(values: [f32; 4]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[test]
    fn values_come_row_after_row_however_they_lie() {
        let tensor = |stride| read(&checkpoint(stride)).unwrap().remove("w").unwrap();
        assert_eq!(tensor([2, 1]), Tensor { shape: vec![2, 2], bytes: values([0.0, 1.0, 2.0, 3.0]) });
        assert_eq!(tensor([1, 2]), Tensor { shape: vec![2, 2], bytes: values([0.0, 2.0, 1.0, 3.0]) });
    }

    #[test]
    fn damage_is_an_error_wherever_it_is() {
        let whole = checkpoint([2, 1]);
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "cut at {end}");
        }
        assert!(read(&checkpoint([3, 1])).unwrap_err().contains("`w`"));
    }
}
