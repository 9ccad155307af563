//! A reader of Python pickles that can run nothing: names stay names, and a call is written down instead of made.
//!
//! Knows the binary opcodes of protocols 2 to 5 and the textual numbers that Python 2 mixed in
//! (Python's module `pickletools` describes each). Values lie in one row and name each other by place, so a value that
//! is used twice is not copied and one that contains itself is no danger: nothing here follows a value into another.

use super::machine::Machine;

/// Most opcodes of one pickle, and most values. A tensor of a state dict takes about 40, so this is some 50 000 tensors;
/// each leaves at most some 100 bytes behind.
pub(super) const OPCODES: usize = 1 << 21;

/// The place of a value in its [`Pickle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(u32);

impl Id {
    /// The value at this place of [`Pickle::values`].
    pub(super) fn at(place: usize) -> Self {
        Self(place as u32)
    }

    /// Its place in [`Pickle::values`].
    pub(super) fn place(self) -> usize {
        self.0 as usize
    }
}

/// What a pickle says; texts are those of the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// `None`, and what has no meaning for weights: sets, bytes that can change, floating-point numbers.
    Nothing,
    Bool(bool),
    Int(i64),
    /// Raw bytes, or a whole number of more than 64 bits, its bytes from the lowest.
    Bytes(&'a [u8]),
    Text(&'a str),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    /// In the order it was filled; `collections.OrderedDict` too.
    Dict(Vec<(Id, Id)>),
    /// A member of a module: the module's name and its own, both texts.
    Global(Id, Id),
    /// A call that was not made: what would be called, and the tuple it would be given.
    Call(Id, Id),
    /// A thing that is kept elsewhere in the file, and how to find it.
    Elsewhere(Id),
}

/// Why a pickle could not be read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PickleError {
    /// It is damaged: what is wrong, without a full stop.
    Damaged(String),
    /// It has more opcodes or values than [`OPCODES`].
    TooLong,
}

/// One pickle, read.
#[derive(Debug)]
pub(super) struct Pickle<'a> {
    /// Every value that was made, in order.
    pub(super) values: Vec<Value<'a>>,
    /// The value it stands for.
    pub(super) top: Id,
}

impl<'a> Pickle<'a> {
    /// A value by its place.
    pub(super) fn get(&self, id: Id) -> &Value<'a> {
        &self.values[id.place()]
    }

    /// The items of a tuple, or of the tuple or list in a `torch.Size`.
    pub(super) fn tuple(&self, id: Id) -> Option<&[Id]> {
        match self.get(id) {
            Value::Tuple(items) => Some(items),
            Value::Call(callee, given) if self.global(*callee) == Some(("torch", "Size")) => {
                let Value::Tuple(given) = self.get(*given) else { return None };
                let [Value::Tuple(items) | Value::List(items)] = [self.get(*given.first()?)] else { return None };
                Some(items)
            }
            _ => None,
        }
    }

    /// A text.
    pub(super) fn text(&self, id: Id) -> Option<&'a str> {
        if let Value::Text(text) = self.get(id) { Some(text) } else { None }
    }

    /// A number that counts something.
    pub(super) fn size(&self, id: Id) -> Option<usize> {
        if let Value::Int(value) = self.get(id) { usize::try_from(*value).ok() } else { None }
    }

    /// Module and name of a module's member.
    pub(super) fn global(&self, id: Id) -> Option<(&'a str, &'a str)> {
        if let Value::Global(module, name) = self.get(id) { self.text(*module).zip(self.text(*name)) } else { None }
    }
}

/// Reads one pickle; gives back what follows it too.
///
/// # Errors
/// If it is damaged, too long, or uses what only a running Python could answer.
pub(super) fn read(bytes: &[u8]) -> Result<(Pickle<'_>, &[u8]), PickleError> {
    Machine::new(bytes).run()
}

/// A [`PickleError::Damaged`].
pub(super) fn damaged(reason: impl Into<String>) -> PickleError {
    PickleError::Damaged(reason.into())
}

/// The error for a pickle that stops short, or takes from its stack what is not there.
pub(super) fn ended() -> PickleError {
    damaged("its pickle is cut off or damaged")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(bytes: &[u8]) -> Value<'_> {
        let (pickle, rest) = read(bytes).unwrap();
        assert!(rest.is_empty());
        pickle.get(pickle.top).clone()
    }

    #[test]
    fn numbers_and_texts_of_every_protocol_are_read() {
        assert_eq!(top(b"\x80\x02K\xff."), Value::Int(255));
        assert_eq!(top(b"\x80\x02M\xff\xff."), Value::Int(65535));
        assert_eq!(top(b"\x80\x02J\xff\xff\xff\xff."), Value::Int(-1));
        assert_eq!(top(b"\x80\x02\x8a\x00."), Value::Int(0));
        assert_eq!(top(b"\x80\x02\x8a\x02\x00\x80."), Value::Int(-32768));
        assert_eq!(top(b"\x80\x02\x8b\x01\x00\x00\x00\x07."), Value::Int(7));
        assert_eq!(top(b"\x80\x02\x8a\x09123456789."), Value::Bytes(b"123456789"));
        assert_eq!(top(b"I12\n."), Value::Int(12));
        assert_eq!(top(b"L12L\n."), Value::Int(12));
        assert_eq!(top(b"\x80\x02X\x02\x00\x00\x00ab."), Value::Text("ab"));
        assert_eq!(top(b"\x80\x02U\x02ab."), Value::Text("ab"));
        assert_eq!(top(b"\x80\x02U\x01\xff."), Value::Bytes(b"\xff"));
        assert_eq!(top(b"\x80\x04\x95\x05\0\0\0\0\0\0\0\x8c\x02ab."), Value::Text("ab"));
        assert_eq!(top(b"\x80\x05\x8d\x02\0\0\0\0\0\0\0ab."), Value::Text("ab"));
        assert_eq!(top(b"\x80\x02N."), Value::Nothing);
    }

    #[test]
    fn a_container_that_is_used_twice_is_one_container() {
        let (pickle, rest) = read(b"\x80\x02]q\x00h\x00\x86h\x00K\x07a0.more").unwrap();
        let pair = pickle.tuple(pickle.top).unwrap();
        assert_eq!(pair[0], pair[1]);
        assert!(matches!(pickle.get(pair[0]), Value::List(items) if items.len() == 1));
        assert_eq!(rest, b"more");
    }

    #[test]
    fn a_call_is_written_down_not_made() {
        let bytes =
            [&b"\x80\x02cos\nsystem\nU\x04true\x85R."[..], b"\x80\x04\x8c\x02os\x8c\x06system\x93U\x04true\x85R."];
        for bytes in bytes {
            let (pickle, _) = read(bytes).unwrap();
            let Value::Call(callee, given) = pickle.get(pickle.top) else { panic!("no call") };
            assert_eq!(pickle.global(*callee), Some(("os", "system")));
            assert_eq!(pickle.text(pickle.tuple(*given).unwrap()[0]), Some("true"));
        }
    }

    #[test]
    fn ordered_dictionaries_of_python_2_and_3_are_dictionaries() {
        let filled = b"\x80\x02ccollections\nOrderedDict\n)RU\x01aK\x01s}b.";
        let of_pairs = b"\x80\x02ccollections\nOrderedDict\n]](U\x01aK\x01ea\x85R.";
        let of_tuples = b"\x80\x02ccollections\nOrderedDict\n]U\x01aK\x01\x86a\x85R.";
        for bytes in [&filled[..], of_pairs, of_tuples] {
            let (pickle, _) = read(bytes).unwrap();
            let Value::Dict(entries) = pickle.get(pickle.top) else { panic!("no dictionary") };
            assert_eq!((pickle.text(entries[0].0), pickle.size(entries[0].1)), (Some("a"), Some(1)));
        }
    }

    #[test]
    fn a_size_is_a_tuple() {
        let (pickle, _) = read(b"\x80\x02ctorch\nSize\nK\x02K\x03\x86\x85R.").unwrap();
        assert_eq!(pickle.tuple(pickle.top).unwrap().len(), 2);
    }

    #[test]
    fn damage_is_an_error() {
        let damaged: [&[u8]; 13] = [
            b"",
            b"\x80\x02",
            b"\x80\x02.",
            b"\x80\x02t.",
            b"\x80\x06N.",
            b"\x80\x02(.",
            b"\x80\x02h\x00.",
            b"\x80\x02N}R.",
            b"\x80\x02K\x01K\x01a.",
            b"\x80\x02}(K\x01u.",
            b"\x80\x02(\x85.",
            b"\x80\x02\x82\x01.",
            b"S'a'\n.",
        ];
        for bytes in damaged {
            assert!(matches!(read(bytes), Err(PickleError::Damaged(_))), "{bytes:?}");
        }
    }

    #[test]
    fn a_pickle_without_end_is_refused() {
        let loops = [&b"\x80\x02"[..], &b"2".repeat(OPCODES)].concat();
        let names = [&b"\x80\x02"[..], &b"c\n\n".repeat(OPCODES / 2)].concat();
        let many = [&b"\x80\x02N"[..], &loops[2..]].concat();
        for bytes in [many, names] {
            assert_eq!(read(&bytes).unwrap_err(), PickleError::TooLong);
        }
    }
}
