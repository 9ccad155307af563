//! The stack machine that a pickle is a program of, without the means to call or import anything.
//!
//! Only what adds to values, puts values into containers or moves them on the stack does something; the rest is written
//! down as data (see [`Value::Call`]) or refused.

use super::pickle::{Id, OPCODES, Pickle, PickleError, Value, damaged, ended};
use std::collections::HashMap;

/// A pickle being read.
pub(super) struct Machine<'a> {
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
    /// A machine before its first opcode.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, values: vec![], stack: vec![], marks: vec![], memo: HashMap::new(), copied: 0 }
    }

    /// Runs to the opcode that ends the pickle; gives back what follows too.
    pub(super) fn run(mut self) -> Step<(Pickle<'a>, &'a [u8])> {
        for _ in 0..OPCODES {
            let opcode = self.byte()?;
            if opcode == b'.' {
                let top = self.pop()?;
                return Ok((Pickle { values: self.values, top }, self.rest));
            }
            self.step(opcode)?;
            if self.values.len() > OPCODES {
                break;
            }
        }
        Err(PickleError::TooLong)
    }

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
        let Value::List(list) = &self.values[list.place()] else {
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
        let place = self.top()?.place();
        match (&mut self.values[place], opcode) {
            (Value::List(list), b'a' | b'e') => list.extend(items),
            (Value::Dict(entries), b's' | b'u') => entries.extend(pairs(&items)?),
            (Value::Call(..), _) | (Value::Nothing, 0x90) => {}
            _ => return Err(damaged("the pickle fills what is no container")),
        }
        Ok(())
    }

    fn get(&self, id: Id) -> &Value<'a> {
        &self.values[id.place()]
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
