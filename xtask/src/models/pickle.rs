//! A reader of Python pickles that runs nothing: names stay names, and a call is written down instead of made.
//!
//! Knows the part of protocol 2 that a PyTorch checkpoint needs
//! (Python's module `pickletools` describes each opcode) and refuses the rest.

use std::collections::HashMap;

/// What a pickle says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A whole number of at most 32 bits.
    Int(i64),
    /// A longer whole number, its bytes from the lowest.
    Long(Vec<u8>),
    /// A text.
    Text(String),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A list.
    List(Vec<Value>),
    /// A dictionary, in the order it was filled; `collections.OrderedDict` too.
    Dict(Vec<(Value, Value)>),
    /// A module's member: module, a full stop, name.
    Name(String),
    /// A call that was not made: what would be called, and with what.
    Call(String, Vec<Value>),
    /// A thing that is kept elsewhere, and how to find it.
    Elsewhere(Box<Value>),
}

/// Reads one pickle; gives back its value and what follows it.
pub fn read(bytes: &[u8]) -> Result<(Value, &[u8]), String> {
    let mut machine = Machine { rest: bytes, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
    loop {
        let opcode = machine.byte()?;
        if opcode == b'.' {
            let value = machine.pop()?;
            return Ok((value, machine.rest));
        }
        machine.step(opcode)?;
    }
}

struct Machine<'a> {
    rest: &'a [u8],
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
}

impl<'a> Machine<'a> {
    fn step(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            0x80 => self.protocol(),
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'q' | b'r' | b'h' | b'j' => self.remember(opcode),
            b'u' | b's' | b'a' | b'e' => self.fill(opcode),
            b'R' => self.reduce(),
            b'b' => self.build(),
            _ => {
                let value = self.value(opcode)?;
                self.stack.push(value);
                Ok(())
            }
        }
    }

    /// The opcodes that leave one new value on the stack.
    fn value(&mut self, opcode: u8) -> Result<Value, String> {
        Ok(match opcode {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'K' => Value::Int(self.byte()?.into()),
            b'M' => Value::Int(u16::from_le_bytes(self.array()?).into()),
            b'J' => Value::Int(i32::from_le_bytes(self.array()?).into()),
            0x8a => {
                let length = self.byte()?;
                Value::Long(self.take(length.into())?.to_vec())
            }
            b'X' => {
                let length = u32::from_le_bytes(self.array()?);
                Value::Text(text(self.take(length as usize)?)?)
            }
            b'}' => Value::Dict(Vec::new()),
            b']' => Value::List(Vec::new()),
            b')' => Value::Tuple(Vec::new()),
            0x85..=0x87 => Value::Tuple(self.last(usize::from(opcode - 0x84))?),
            b't' => Value::Tuple(self.marked()?),
            b'c' => Value::Name(format!("{}.{}", self.line()?, self.line()?)),
            b'Q' => Value::Elsewhere(Box::new(self.pop()?)),
            _ => return Err(format!("the pickle uses opcode {opcode:#04x}, which is not read here")),
        })
    }

    fn protocol(&mut self) -> Result<(), String> {
        match self.byte()? {
            2 => Ok(()),
            other => Err(format!("the pickle has protocol {other}; only 2 is read here")),
        }
    }

    /// Keeps the value on top under a number, or brings back a kept one. What can still change is not kept: a copy
    /// would miss what is put in later.
    fn remember(&mut self, opcode: u8) -> Result<(), String> {
        let short = matches!(opcode, b'q' | b'h');
        let key = if short { self.byte()?.into() } else { u32::from_le_bytes(self.array()?) };
        if matches!(opcode, b'q' | b'r') {
            let top = self.stack.last().ok_or_else(ended)?;
            if !matches!(top, Value::Dict(_) | Value::List(_)) {
                self.memo.insert(key, top.clone());
            }
            return Ok(());
        }
        let value = self.memo.get(&key).ok_or("the pickle uses one container twice, which is not read here")?;
        self.stack.push(value.clone());
        Ok(())
    }

    /// Puts values into the dictionary or list below them.
    fn fill(&mut self, opcode: u8) -> Result<(), String> {
        let values = match opcode {
            b's' => self.last(2)?,
            b'a' => self.last(1)?,
            _ => self.marked()?,
        };
        match self.stack.last_mut() {
            Some(Value::List(list)) if matches!(opcode, b'a' | b'e') => list.extend(values),
            Some(Value::Dict(entries)) if matches!(opcode, b's' | b'u') && values.len() % 2 == 0 => {
                let mut values = values.into_iter();
                while let (Some(key), Some(value)) = (values.next(), values.next()) {
                    entries.push((key, value));
                }
            }
            _ => return Err("the pickle fills something that is neither list nor dictionary".into()),
        }
        Ok(())
    }

    /// Writes a call down; only an empty ordered dictionary is really made.
    fn reduce(&mut self) -> Result<(), String> {
        let (arguments, name) = (self.pop()?, self.pop()?);
        let (Value::Tuple(arguments), Value::Name(name)) = (arguments, name) else {
            return Err("the pickle calls something that is no name".into());
        };
        let is_dict = name == "collections.OrderedDict" && arguments.is_empty();
        self.stack.push(if is_dict { Value::Dict(Vec::new()) } else { Value::Call(name, arguments) });
        Ok(())
    }

    /// Drops the attributes of a dictionary, which carry no weights.
    fn build(&mut self) -> Result<(), String> {
        self.pop()?;
        match self.stack.last() {
            Some(Value::Dict(_)) => Ok(()),
            _ => Err("the pickle gives attributes to something that is no dictionary".into()),
        }
    }

    fn pop(&mut self) -> Result<Value, String> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor { Err(ended()) } else { self.stack.pop().ok_or_else(ended) }
    }

    fn last(&mut self, count: usize) -> Result<Vec<Value>, String> {
        let start = self.stack.len().checked_sub(count).ok_or_else(ended)?;
        Ok(self.stack.split_off(start))
    }

    fn marked(&mut self) -> Result<Vec<Value>, String> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len()).ok_or_else(ended)?;
        Ok(self.stack.split_off(mark))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(ended)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?.try_into().map_err(|_| ended())
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.array::<1>()?[0])
    }

    fn line(&mut self) -> Result<String, String> {
        let end = self.rest.iter().position(|byte| *byte == b'\n').ok_or_else(ended)?;
        let line = text(self.take(end)?)?;
        self.byte()?;
        Ok(line)
    }
}

fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "the pickle has a text that is not UTF-8".into())
}

fn ended() -> String {
    "the pickle is cut off or damaged".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_are_read_and_the_rest_is_left() {
        let bytes = b"\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01K\x07X\x01\x00\x00\x00b\x88u.more";
        let (value, rest) = read(bytes).unwrap();
        let entries = vec![(Value::Text("a".into()), Value::Int(7)), (Value::Text("b".into()), Value::Bool(true))];
        assert_eq!(value, Value::Dict(entries));
        assert_eq!(rest, b"more");
    }

    #[test]
    fn a_call_is_written_down_not_made() {
        let (value, _) = read(b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00echo\x85R.").unwrap();
        assert_eq!(value, Value::Call("os.system".into(), vec![Value::Text("echo".into())]));
    }

    #[test]
    fn damage_is_an_error() {
        for bytes in [&b""[..], b"\x80\x02", b"\x80\x02.", b"\x80\x02t.", b"\x80\x02X\xff\xff\xff\xff.", b"\x80\x04N."]
        {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
        assert!(read(b"\x80\x02(N(0.").is_err());
        assert!(read(b"\x80\x02]q\x00h\x00.").is_err());
        assert!(read(b"\x80\x02(K\x01(\x86e.").is_err());
    }
}
