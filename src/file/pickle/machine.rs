//! The stack machine.
use super::{
    Bytes, Global, Id, Object,
    global::{damaged, persistent},
};
use crate::file::FormatError;
use std::collections::HashMap;

/// More objects, with what they refer to, are not needed by a hundred thousand tensors.
const MOST: usize = 1 << 22;

/// The objects of a pickle, and the place of the one that it is about.
pub(in crate::file) struct Pickle {
    pub(in crate::file) objects: Vec<Object>,
    pub(in crate::file) root: Id,
}

/// Runs one pickle off the front of `input`.
pub(in crate::file) fn run(input: &mut Bytes<'_>) -> Result<Pickle, FormatError> {
    let mut machine = Machine {
        input: Bytes(input.0),
        objects: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
        made: 0,
    };
    while machine.step()? {}
    let root = machine.pop()?;
    input.0 = machine.input.0;
    Ok(Pickle {
        objects: machine.objects,
        root,
    })
}

pub(super) struct Machine<'a> {
    input: Bytes<'a>,
    objects: Vec<Object>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
    /// The weight of all objects.
    made: usize,
}

impl Machine<'_> {
    /// Does one instruction; false after the last.
    fn step(&mut self) -> Result<bool, FormatError> {
        let op = self.input.byte()?;
        match op {
            0x80 => self.protocol()?,
            0x95 => drop(self.input.number(8)?), // the length of a frame
            b'.' => return Ok(false),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_to_mark()?),
            b'2' => self.stack.push(self.top()?),
            b'q' | b'r' | 0x94 | b'h' | b'j' => self.memory(op)?,
            b'a' | b'e' | b's' | b'u' => self.fill(op)?,
            b'c' | 0x93 | b'R' | b'b' | b'Q' => self.outside(op)?,
            _ => {
                let object = match op {
                    b')' | b't' | 0x85..=0x87 | b']' | b'l' | b'}' | b'd' => self.container(op)?,
                    _ => self.plain(op)?,
                };
                self.push(object)?;
            }
        }
        Ok(true)
    }

    fn protocol(&mut self) -> Result<(), FormatError> {
        match self.input.byte()? {
            2..=5 => Ok(()),
            n => Err(damaged(format!("a pickle of protocol {n}"))),
        }
    }

    /// Numbers, texts and bytes.
    fn plain(&mut self, op: u8) -> Result<Object, FormatError> {
        let input = &mut self.input;
        Ok(match op {
            b'N' => Object::None,
            0x88 | 0x89 => Object::Bool(op == 0x88),
            b'J' => Object::Int(i64::from(input.number(4)? as i32)),
            b'K' => Object::Int(input.number(1)? as i64),
            b'M' => Object::Int(input.number(2)? as i64),
            0x8a => Object::Int(input.long()?),
            b'G' => Object::Float(f64::from_bits(input.number(8)?.swap_bytes())),
            0x8c | b'X' | 0x8d => Object::Str(input.text(width(op, 0x8c, b'X'))?),
            b'U' | b'T' => Object::Str(input.text(width(op, b'U', b'T'))?),
            b'C' | b'B' | 0x8e | 0x96 => {
                Object::Bytes(input.counted(width(op, b'C', b'B'))?.to_vec())
            }
            _ => {
                return Err(damaged(format!(
                    "an instruction {op:#04x} that no tensor needs"
                )));
            }
        })
    }

    fn container(&mut self, op: u8) -> Result<Object, FormatError> {
        Ok(match op {
            b')' => Object::Tuple(Vec::new()),
            b']' => Object::List(Vec::new()),
            b'}' => Object::Dict(Vec::new()),
            b't' => Object::Tuple(self.pop_to_mark()?),
            b'l' => Object::List(self.pop_to_mark()?),
            b'd' => Object::Dict(pairs(&self.pop_to_mark()?)?),
            _ => {
                let n = usize::from(op - 0x84);
                let at = self.stack.len().checked_sub(n);
                Object::Tuple(self.stack.split_off(at.ok_or_else(underflow)?))
            }
        })
    }

    /// Keeps the object on top, or fetches a kept one.
    fn memory(&mut self, op: u8) -> Result<(), FormatError> {
        let at = match op {
            b'q' | b'h' => self.input.number(1)?,
            b'r' | b'j' => self.input.number(4)?,
            _ => self.memo.len() as u64,
        };
        if matches!(op, b'h' | b'j') {
            let kept = self.memo.get(&at);
            let kept = kept.ok_or_else(|| damaged(format!("no object was kept as {at}")))?;
            self.stack.push(*kept);
        } else {
            let top = self.top()?;
            self.memo.insert(at, top);
        }
        Ok(())
    }

    /// Puts what is on top into the list or dictionary below.
    fn fill(&mut self, op: u8) -> Result<(), FormatError> {
        let items = match op {
            b'a' => vec![self.pop()?],
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.pop_to_mark()?,
        };
        let into = self.top()?;
        match (op, &mut self.objects[into]) {
            (b'a' | b'e', Object::List(list)) => list.extend(items),
            (b's' | b'u', Object::Dict(dict)) => dict.extend(pairs(&items)?),
            _ => {
                return Err(damaged(
                    "items for something else than a list or a dictionary",
                ));
            }
        }
        Ok(())
    }

    /// What in Python would look up names and call them.
    fn outside(&mut self, op: u8) -> Result<(), FormatError> {
        match op {
            b'c' => {
                let (module, name) = (self.input.line()?, self.input.line()?);
                let global = Global::find(&module, &name)?;
                self.push(Object::Global(global))
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Object::Str(module), Object::Str(name)) = (self.get(module), self.get(name))
                else {
                    return Err(damaged("a name that is no text"));
                };
                let global = Global::find(module, name)?;
                self.push(Object::Global(global))
            }
            b'R' => {
                let (args, function) = (self.pop()?, self.pop()?);
                let Object::Global(function) = *self.get(function) else {
                    return Err(damaged("a call of something that is no function"));
                };
                let args = self.items(args)?.to_vec();
                let result = function.call(&args, self)?;
                self.stack.push(result);
                Ok(())
            }
            b'b' => {
                // Attributes: of an ordered dictionary (`_metadata`) or a parameter; not kept.
                self.pop()?;
                match self.get(self.top()?) {
                    Object::Dict(_) | Object::Tensor(..) => Ok(()),
                    _ => Err(damaged("attributes of something that has none")),
                }
            }
            _ => {
                let id = self.pop()?;
                let storage = persistent(self, id)?;
                self.stack.push(storage);
                Ok(())
            }
        }
    }

    pub(super) fn get(&self, id: Id) -> &Object {
        &self.objects[id]
    }

    /// The parts of a tuple or list.
    pub(super) fn items(&self, id: Id) -> Result<&[Id], FormatError> {
        match self.get(id) {
            Object::Tuple(items) | Object::List(items) => Ok(items),
            _ => Err(damaged("something else where a tuple should be")),
        }
    }

    /// An integer that is no negative one.
    pub(super) fn size(&self, id: Id) -> Result<usize, FormatError> {
        match self.get(id) {
            Object::Int(n) => usize::try_from(*n).map_err(|_| damaged(format!("a size of {n}"))),
            _ => Err(damaged("something else where a size should be")),
        }
    }

    /// A new object, not on the stack.
    pub(super) fn make(&mut self, object: Object) -> Result<Id, FormatError> {
        self.made += weight(&object);
        if self.made > MOST {
            let why = format!("its pickle makes more than {MOST} objects");
            return Err(FormatError::OutOfProportion(why));
        }
        self.objects.push(object);
        Ok(self.objects.len() - 1)
    }

    fn push(&mut self, object: Object) -> Result<(), FormatError> {
        let id = self.make(object)?;
        self.stack.push(id);
        Ok(())
    }

    fn top(&self) -> Result<Id, FormatError> {
        self.stack.last().copied().ok_or_else(underflow)
    }

    fn pop(&mut self) -> Result<Id, FormatError> {
        self.stack.pop().ok_or_else(underflow)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, FormatError> {
        let mark = self.marks.pop().filter(|&m| m <= self.stack.len());
        Ok(self.stack.split_off(mark.ok_or_else(underflow)?))
    }
}

/// What an object takes beside the bytes that it was made of: a call may copy its arguments.
fn weight(object: &Object) -> usize {
    1 + match object {
        Object::List(items) | Object::Tuple(items) => items.len(),
        Object::Dict(entries) => 2 * entries.len(),
        Object::Storage(s) => s.key.len(),
        Object::Tensor(_, _, layout) => layout.size.len() + layout.stride.len(),
        _ => 0,
    }
}

/// Bytes of the length of a text or of bytes: 1, 4 or 8.
fn width(op: u8, one: u8, four: u8) -> usize {
    match op {
        _ if op == one => 1,
        _ if op == four => 4,
        _ => 8,
    }
}

fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, FormatError> {
    if !items.len().is_multiple_of(2) {
        return Err(damaged("a key without a value"));
    }
    Ok(items.chunks_exact(2).map(|p| (p[0], p[1])).collect())
}

fn underflow() -> FormatError {
    damaged("an instruction of its pickle lacks what it works on")
}
