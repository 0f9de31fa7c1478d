//! Python's pickles, as far as tensors and plain data go.
//!
//! A pickle is a program for a stack machine that can call any function of Python's. This machine
//! knows the instructions of protocols 2 to 5 that plain data need and a short list of names
//! ([`Global`]); what those do is written here. All objects lie in one list and refer to each other
//! by their places in it, so that no nesting, no cycle and no sharing costs more than the bytes that
//! describe it.
mod bytes;
mod global;
mod machine;

pub(super) use bytes::Bytes;
pub(super) use global::Global;
pub(super) use machine::{Pickle, run};

use super::{element::Element, strided::Layout};

/// The place of an object in the list.
pub(super) type Id = usize;

/// What the machine makes.
#[derive(Clone, Debug)]
pub(super) enum Object {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Global(Global),
    Storage(Storage),
    /// The place of its storage, the kind of its numbers, and where they lie.
    Tensor(Id, Element, Layout),
}

/// Numbers that stand elsewhere in the file.
#[derive(Clone, Debug)]
pub(super) struct Storage {
    pub(super) key: String,
    /// `None` for plain bytes.
    pub(super) element: Option<Element>,
    /// How many numbers.
    pub(super) numel: usize,
    /// Where it begins in the storage of that key, in the old format.
    pub(super) offset: usize,
}
