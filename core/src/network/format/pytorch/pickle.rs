//! A reader of Python pickles that can run nothing: names stay names, and a call is written down instead of made.
//!
//! Knows the binary opcodes of protocols 2 to 5 and the textual numbers that Python 2 mixed in
//! (Python's module `pickletools` describes each). Values lie in one row and name each other by place, so a value that
//! is used twice is not copied and one that contains itself is no danger: nothing here follows a value into another.

use std::collections::HashMap;

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
        &self.values[id.0 as usize]
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
    let mut machine = Machine {
        rest: bytes,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        copied: 0,
    };
    for _ in 0..OPCODES {
        let opcode = machine.byte()?;
        if opcode == b'.' {
            let top = machine.pop()?;
            return Ok((Pickle { values: machine.values, top }, machine.rest));
        }
        machine.step(opcode)?;
        if machine.values.len() > OPCODES {
            break;
        }
    }
    Err(PickleError::TooLong)
}

struct Machine<'a> {
    rest: &'a [u8],
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    /// Heights of the stack at each open mark.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
    /// Entries copied from lists to dictionaries: a list can be given to any number of them.
    copied: usize,
}

type Step<T = ()> = Result<T, PickleError>;

impl<'a> Machine<'a> {
    fn step(&mut self, opcode: u8) -> Step {
        match opcode {
            0x80 => self.protocol(),
            // A frame only announces how much to read ahead.
            0x95 => self.take(8).map(|_| ()),
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' if self.marks.last() == Some(&self.stack.len()) => self.marked().map(|_| ()),
            b'0' => self.pop().map(|_| ()),
            b'1' => self.marked().map(|_| ()),
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
                Ok(())
            }
            b'q' | b'r' | 0x94 | b'h' | b'j' => self.remember(opcode),
            b'u' | b's' | b'a' | b'e' | 0x90 => self.fill(opcode),
            // The state of an object: `__setstate__` would be called with it. Dropped, like attributes of a dictionary.
            b'b' => {
                self.pop()?;
                self.top().map(|_| ())
            }
            // A buffer made read-only stays what it is.
            0x98 => self.top().map(|_| ()),
            _ => {
                let value = self.value(opcode)?;
                self.push(value);
                Ok(())
            }
        }
    }

    /// The opcodes that leave one new value on the stack.
    fn value(&mut self, opcode: u8) -> Step<Value<'a>> {
        Ok(match opcode {
            b'N' => Value::Nothing,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'K' | b'M' | b'J' | b'I' | b'L' | 0x8a | 0x8b => self.number(opcode)?,
            b'G' => self.take(8).map(|_| Value::Nothing)?,
            b'F' => self.line().map(|_| Value::Nothing)?,
            b'X' | 0x8c | 0x8d | b'T' | b'U' => self.text(opcode)?,
            b'B' | b'C' | 0x8e | 0x96 => self.sized(opcode).map(Value::Bytes)?,
            b'}' => Value::Dict(Vec::new()),
            b']' => Value::List(Vec::new()),
            b')' => Value::Tuple(Vec::new()),
            0x8f => Value::Nothing,
            0x91 => self.marked().map(|_| Value::Nothing)?,
            0x85..=0x87 => Value::Tuple(self.last(usize::from(opcode - 0x84))?),
            b't' => Value::Tuple(self.marked()?),
            b'l' => Value::List(self.marked()?),
            b'd' => {
                let items = self.marked()?;
                Value::Dict(pairs(&items)?)
            }
            b'c' | 0x93 => self.global(opcode)?,
            b'R' | 0x81 | 0x92 | b'o' | b'i' => self.call(opcode)?,
            b'Q' => Value::Elsewhere(self.pop()?),
            0x82..=0x84 | 0x97 => return Err(damaged("it leans on a running Python, which is not there")),
            _ => return Err(damaged(format!("the pickle's opcode {opcode:#04x} is not known"))),
        })
    }

    fn protocol(&mut self) -> Step {
        match self.byte()? {
            0..=5 => Ok(()),
            other => Err(damaged(format!("pickles of protocol {other} are not known"))),
        }
    }

    fn number(&mut self, opcode: u8) -> Step<Value<'a>> {
        let bytes = match opcode {
            b'K' => return Ok(Value::Int(self.byte()?.into())),
            b'M' => return Ok(Value::Int(u16::from_le_bytes(self.array()?).into())),
            b'J' => return Ok(Value::Int(i32::from_le_bytes(self.array()?).into())),
            b'I' | b'L' => {
                let line = self.line()?;
                let digits = line.strip_suffix('L').unwrap_or(line);
                return Ok(digits.parse().map_or(Value::Nothing, Value::Int));
            }
            0x8a => {
                let length = self.byte()?;
                self.take(length.into())?
            }
            _ => {
                let length = u32::from_le_bytes(self.array()?);
                self.take(length as usize)?
            }
        };
        if bytes.len() > 8 {
            return Ok(Value::Bytes(bytes));
        }
        let fill = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
        let mut whole = [fill; 8];
        whole[..bytes.len()].copy_from_slice(bytes);
        Ok(Value::Int(i64::from_le_bytes(whole)))
    }

    /// The bytes of a text or byte string, whose length comes first.
    fn sized(&mut self, opcode: u8) -> Step<&'a [u8]> {
        let length = match opcode {
            0x8c | b'U' | b'C' => self.byte()?.into(),
            b'X' | b'T' | b'B' => u32::from_le_bytes(self.array()?).into(),
            _ => u64::from_le_bytes(self.array()?),
        };
        self.take(usize::try_from(length).map_err(|_| ended())?)
    }

    /// Texts of Python 2 had no encoding: those that are not UTF-8 stay bytes.
    fn text(&mut self, opcode: u8) -> Step<Value<'a>> {
        let bytes = self.sized(opcode)?;
        Ok(std::str::from_utf8(bytes).map_or(Value::Bytes(bytes), Value::Text))
    }

    fn global(&mut self, opcode: u8) -> Step<Value<'a>> {
        if opcode == b'c' {
            let (module, name) = (self.line()?, self.line()?);
            return Ok(Value::Global(self.make(Value::Text(module)), self.make(Value::Text(name))));
        }
        let (name, module) = (self.pop()?, self.pop()?);
        let texts = matches!((self.get(module), self.get(name)), (Value::Text(_), Value::Text(_)));
        if texts { Ok(Value::Global(module, name)) } else { Err(damaged("a name of the pickle is no text")) }
    }

    /// Writes a call down. Only an ordered dictionary is made, here, of what the file gives.
    fn call(&mut self, opcode: u8) -> Step<Value<'a>> {
        let (callee, arguments) = match opcode {
            b'o' | b'i' => {
                let mut items = self.marked()?;
                let callee = if opcode == b'i' {
                    let name = self.global(b'c')?;
                    self.make(name)
                } else if items.is_empty() {
                    return Err(ended());
                } else {
                    items.remove(0)
                };
                (callee, self.make(Value::Tuple(items)))
            }
            _ => {
                if opcode == 0x92 {
                    self.pop()?;
                }
                let arguments = self.pop()?;
                (self.pop()?, arguments)
            }
        };
        let Value::Tuple(given) = self.get(arguments) else { return Err(damaged("a call has no arguments")) };
        Ok(match (self.name_of(callee), given.as_slice()) {
            (Some(("collections", "OrderedDict")), []) | (Some(("collections", "defaultdict")), _) => {
                Value::Dict(Vec::new())
            }
            (Some(("collections", "OrderedDict")), [list]) => Value::Dict(self.entries(*list)?),
            _ => Value::Call(callee, arguments),
        })
    }

    /// The entries of a list of pairs, which is how Python 2 wrote an ordered dictionary.
    fn entries(&mut self, list: Id) -> Step<Vec<(Id, Id)>> {
        let Value::List(list) = &self.values[list.0 as usize] else {
            return Err(damaged("a dictionary is made of no list"));
        };
        self.copied += list.len();
        if self.copied > OPCODES {
            return Err(PickleError::TooLong);
        }
        let pair = |id: &Id| match self.get(*id) {
            Value::Tuple(pair) | Value::List(pair) if pair.len() == 2 => Ok((pair[0], pair[1])),
            _ => Err(damaged("a dictionary is made of no pairs")),
        };
        list.iter().map(pair).collect()
    }

    /// Keeps the value on top under a number, or brings back a kept one.
    fn remember(&mut self, opcode: u8) -> Step {
        let key = match opcode {
            b'q' | b'h' => self.byte()?.into(),
            0x94 => self.memo.len() as u32,
            _ => u32::from_le_bytes(self.array()?),
        };
        if matches!(opcode, b'h' | b'j') {
            let kept = *self.memo.get(&key).ok_or_else(|| damaged("the pickle recalls what it never kept"))?;
            self.stack.push(kept);
        } else {
            let top = self.top()?;
            self.memo.insert(key, top);
        }
        Ok(())
    }

    /// Puts values into the container below them. What is put into an object that was not made is dropped.
    fn fill(&mut self, opcode: u8) -> Step {
        let items = match opcode {
            b's' => self.last(2)?,
            b'a' => self.last(1)?,
            _ => self.marked()?,
        };
        let place = self.top()?.0 as usize;
        match (&mut self.values[place], opcode) {
            (Value::List(list), b'a' | b'e') => list.extend(items),
            (Value::Dict(entries), b's' | b'u') => entries.extend(pairs(&items)?),
            (Value::Call(..), _) | (Value::Nothing, 0x90) => {}
            _ => return Err(damaged("the pickle fills what is no container")),
        }
        Ok(())
    }

    fn get(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    fn name_of(&self, id: Id) -> Option<(&'a str, &'a str)> {
        let Value::Global(module, name) = self.get(id) else { return None };
        match (self.get(*module), self.get(*name)) {
            (Value::Text(module), Value::Text(name)) => Some((module, name)),
            _ => None,
        }
    }

    fn make(&mut self, value: Value<'a>) -> Id {
        // Each opcode makes at most three values, and there are far fewer than 2^30 opcodes.
        let id = Id::at(self.values.len());
        self.values.push(value);
        id
    }

    fn push(&mut self, value: Value<'a>) {
        let id = self.make(value);
        self.stack.push(id);
    }

    /// The height below which the stack belongs to an open mark.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Step<Id> {
        self.stack[self.floor()..].last().copied().ok_or_else(ended)
    }

    fn pop(&mut self) -> Step<Id> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn last(&mut self, count: usize) -> Step<Vec<Id>> {
        let start = self.stack.len().checked_sub(count).filter(|start| *start >= self.floor()).ok_or_else(ended)?;
        Ok(self.stack.split_off(start))
    }

    fn marked(&mut self) -> Step<Vec<Id>> {
        let mark = self.marks.pop().ok_or_else(ended)?;
        Ok(self.stack.split_off(mark))
    }

    fn take(&mut self, count: usize) -> Step<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(ended)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Step<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(ended)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Step<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// A text up to the end of its line.
    fn line(&mut self) -> Step<&'a str> {
        let end = self.rest.iter().position(|byte| *byte == b'\n').ok_or_else(ended)?;
        let line = self.take(end)?;
        self.byte()?;
        std::str::from_utf8(line).map_err(|_| damaged("a name of the pickle is not UTF-8"))
    }
}

fn pairs(items: &[Id]) -> Step<Vec<(Id, Id)>> {
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(damaged("a dictionary has a key without a value"));
    }
    Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
}

fn damaged(reason: impl Into<String>) -> PickleError {
    PickleError::Damaged(reason.into())
}

fn ended() -> PickleError {
    damaged("its pickle is cut off or damaged")
}
