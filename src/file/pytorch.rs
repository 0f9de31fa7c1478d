//! The two formats of `torch.save`: a zip file with a pickle and an entry for each storage, and the
//! older stream of pickles and storages.
use super::{
    Fault, FormatError, Value,
    element::Element,
    pickle::{self, Bytes, Global, Id, Object, Pickle, Storage},
    strided::Layout,
    zip,
};
use d2l_core::Tensor;
use std::{
    collections::HashMap,
    io::{Read, Seek, SeekFrom},
    rc::Rc,
};

/// How the old format begins: a pickle of its magic number.
const LEGACY: &[u8] = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";
/// Values may be nested so deep.
const DEEPEST: usize = 100;
/// Shared and expanded parts are written out; what comes of it may be so much larger than the file.
const LARGER: usize = 16;
/// And so much larger at least.
const SMALL: usize = 1 << 20;

/// What a file is, by how it begins.
pub(crate) enum Kind {
    Safetensors,
    PyTorch,
}

impl Kind {
    /// Looks at the beginning, and goes back to it.
    pub(crate) fn of(file: &mut (impl Read + Seek)) -> Result<Kind, Fault> {
        let mut start = Vec::new();
        file.by_ref()
            .take(LEGACY.len() as u64)
            .read_to_end(&mut start)?;
        file.seek(SeekFrom::Start(0))?;
        if start.starts_with(b"PK\x03\x04") || start.starts_with(LEGACY) {
            Ok(Kind::PyTorch)
        } else if start.get(8) == Some(&b'{') {
            Ok(Kind::Safetensors)
        } else {
            Err(Fault::reason(
                "it begins neither as a safetensors file nor as `torch.save` does",
            ))
        }
    }
}

/// Everything in a file of PyTorch's.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Result<Value, Fault> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    file.by_ref()
        .take(LEGACY.len() as u64)
        .read_to_end(&mut start)?;
    if start == LEGACY {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(stream(&bytes)?)
    } else {
        archive(file, length)
    }
}

/// The zip file: `NAME/data.pkl`, `NAME/data/0`, …
fn archive(file: &mut (impl Read + Seek), length: u64) -> Result<Value, Fault> {
    let entries = zip::entries(file)?;
    let found = entries.iter().find_map(|e| {
        let folder = e.name.strip_suffix("data.pkl")?;
        (folder.is_empty() || folder.ends_with('/')).then_some((e, folder))
    });
    let Some((program, folder)) = found else {
        return Err(Fault::reason(
            "a zip file without `data.pkl`, so not of `torch.save`",
        ));
    };
    let mut contents = |entry: &zip::Entry| -> Result<Vec<u8>, Fault> {
        if entry.is_packed() {
            let why = format!(
                "`{}` is compressed, which `torch.save` does not do",
                entry.name
            );
            return Err(Fault::Reason(why));
        }
        zip::read(file, entry, |plain| {
            let mut bytes = Vec::new();
            plain.read_to_end(&mut bytes)?;
            Ok(bytes)
        })
    };
    let named = |name: String| entries.iter().find(|e| e.name == name);
    if let Some(order) = named(format!("{folder}byteorder"))
        && contents(order)? != b"little"
    {
        let why = "its numbers are not little-endian; save it anew on another machine";
        return Err(Fault::Format(FormatError::Unsupported(why.into())));
    }
    let program = contents(program)?;
    let pickle = pickle::run(&mut Bytes(&program))?;
    let by_name: HashMap<&str, &zip::Entry> =
        entries.iter().map(|e| (e.name.as_str(), e)).collect();
    let storage = |key: &str| {
        let name = format!("{folder}data/{key}");
        match by_name.get(name.as_str()) {
            Some(entry) => contents(entry),
            None => Err(Fault::Reason(format!("it holds no `{name}`"))),
        }
    };
    Reader::new(&pickle, program.len(), length, storage).value(pickle.root, 0)
}

/// The old format, without its magic number: version, machine, value, keys of the storages; then
/// for each its length and its numbers.
fn stream(bytes: &[u8]) -> Result<Value, FormatError> {
    let mut rest = Bytes(bytes);
    let version = pickle::run(&mut rest)?;
    if !matches!(version.objects[version.root], Object::Int(1001)) {
        return Err(FormatError::Unsupported(
            "a version of the old format other than 1001".into(),
        ));
    }
    little_endian(&pickle::run(&mut rest)?)?;
    let before = rest.0.len();
    let pickle = pickle::run(&mut rest)?;
    let program = before - rest.0.len();
    let storages = storages(&pickle, &mut rest)?;
    let storage = |key: &str| match storages.get(key) {
        Some(bytes) => Ok(bytes.to_vec()),
        None => Err(Fault::Reason(format!("it holds no storage `{key}`"))),
    };
    let mut reader = Reader::new(&pickle, program, bytes.len() as u64, storage);
    reader.value(pickle.root, 0).map_err(Fault::in_bytes)
}

fn little_endian(machine: &Pickle) -> Result<(), FormatError> {
    let text = |id: Id| matches!(&machine.objects[id], Object::Str(s) if s == "little_endian");
    let no = |id: Id| matches!(machine.objects[id], Object::Bool(false));
    match &machine.objects[machine.root] {
        Object::Dict(d) if !d.iter().any(|&(k, v)| text(k) && no(v)) => Ok(()),
        Object::Dict(_) => Err(FormatError::Unsupported(
            "its numbers are not little-endian".into(),
        )),
        _ => Err(FormatError::Damaged(
            "it does not say on what machine it was made".into(),
        )),
    }
}

/// The numbers of each storage by its key.
fn storages<'a>(
    pickle: &Pickle,
    rest: &mut Bytes<'a>,
) -> Result<HashMap<String, &'a [u8]>, FormatError> {
    let kinds = pickle.objects.iter().filter_map(|o| match o {
        Object::Storage(s) => Some((s.key.as_str(), s.element.map_or(1, Element::size))),
        _ => None,
    });
    let widths: HashMap<&str, usize> = kinds.collect();
    let keys = pickle::run(rest)?;
    let Object::List(list) = &keys.objects[keys.root] else {
        return Err(FormatError::Damaged(
            "it has no list of its storages".into(),
        ));
    };
    let mut found = HashMap::new();
    for &id in list {
        let Object::Str(key) = &keys.objects[id] else {
            return Err(FormatError::Damaged(
                "a storage whose key is no text".into(),
            ));
        };
        let Some(&width) = widths.get(key.as_str()) else {
            return Err(FormatError::Damaged(format!(
                "a storage `{key}` that nothing uses"
            )));
        };
        let numel = usize::try_from(rest.number(8)?).ok();
        let bytes = numel
            .and_then(|n| n.checked_mul(width))
            .unwrap_or(usize::MAX);
        found.insert(key.clone(), rest.take(bytes)?);
    }
    Ok(found)
}

/// Makes values of objects.
struct Reader<'a, F> {
    objects: &'a [Object],
    /// The numbers of a storage.
    fetch: F,
    fetched: HashMap<&'a str, Rc<Vec<u8>>>,
    /// Every view once, by storage, kind and layout.
    views: HashMap<(&'a str, Element, &'a Layout), Tensor>,
    /// How many values and letters, and how many bytes of numbers, there may still be.
    plain: usize,
    numbers: usize,
}

impl<'a, F: FnMut(&str) -> Result<Vec<u8>, Fault>> Reader<'a, F> {
    fn new(pickle: &'a Pickle, program: usize, file: u64, fetch: F) -> Reader<'a, F> {
        let most = |length: usize| length.saturating_mul(LARGER).saturating_add(SMALL);
        Reader {
            objects: &pickle.objects,
            fetch,
            fetched: HashMap::new(),
            views: HashMap::new(),
            plain: most(program),
            numbers: most(usize::try_from(file).unwrap_or(usize::MAX)),
        }
    }

    fn value(&mut self, id: Id, depth: usize) -> Result<Value, Fault> {
        if depth > DEEPEST {
            return Err(out_of_proportion(format!(
                "its values are nested deeper than {DEEPEST}"
            )));
        }
        let objects = self.objects;
        self.spend(&objects[id])?;
        Ok(match &objects[id] {
            Object::None => Value::None,
            Object::Bool(b) => Value::Bool(*b),
            Object::Int(n) => Value::Int(*n),
            Object::Float(x) => Value::Float(*x),
            Object::Str(s) => Value::Str(s.clone()),
            Object::Bytes(b) => Value::Bytes(b.clone()),
            Object::List(items) => Value::List(self.values(items, depth)?),
            Object::Tuple(items) => Value::Tuple(self.values(items, depth)?),
            Object::Dict(entries) => {
                let entry =
                    |&(k, v): &(Id, Id)| Ok((self.value(k, depth + 1)?, self.value(v, depth + 1)?));
                Value::Dict(entries.iter().map(entry).collect::<Result<_, Fault>>()?)
            }
            Object::Global(Global::DType(name, _)) => Value::Str((*name).into()),
            Object::Tensor(storage, element, layout) => {
                Value::Tensor(self.tensor(*storage, *element, layout)?)
            }
            Object::Global(_) | Object::Storage(_) => {
                return Err(Fault::reason(
                    "a storage or a function stands where a value should",
                ));
            }
        })
    }

    fn values(&mut self, items: &[Id], depth: usize) -> Result<Vec<Value>, Fault> {
        items.iter().map(|&id| self.value(id, depth + 1)).collect()
    }

    /// Counts a value; what is shared is written out, and that has an end.
    fn spend(&mut self, object: &Object) -> Result<(), Fault> {
        let letters = match object {
            Object::Str(s) => s.len(),
            Object::Bytes(b) => b.len(),
            _ => 0,
        };
        let left = self.plain.checked_sub(1 + letters);
        self.plain = left.ok_or_else(|| {
            out_of_proportion("what its pickle describes is far longer than the pickle")
        })?;
        Ok(())
    }

    fn tensor(
        &mut self,
        storage: Id,
        element: Element,
        layout: &'a Layout,
    ) -> Result<Tensor, Fault> {
        let Object::Storage(storage) = &self.objects[storage] else {
            return Err(Fault::reason("a tensor without a storage"));
        };
        let view = (storage.key.as_str(), element, layout);
        if let Some(t) = self.views.get(&view) {
            return Ok(t.clone());
        }
        let size = layout
            .numel()
            .and_then(|n| n.checked_mul(element.dtype().size()));
        let left = size.and_then(|size| self.numbers.checked_sub(size));
        self.numbers = left.ok_or_else(|| {
            out_of_proportion(format!(
                "a tensor of {:?} makes its numbers far more than the file",
                layout.size
            ))
        })?;
        let bytes = self.bytes(storage)?;
        let tensor = layout.tensor(element, &bytes);
        let tensor =
            tensor.map_err(|why| Fault::Reason(format!("storage `{}`: {why}", storage.key)))?;
        self.views.insert(view, tensor.clone());
        Ok(tensor)
    }

    /// The numbers of a storage, read once.
    fn bytes(&mut self, storage: &'a Storage) -> Result<Rc<Vec<u8>>, Fault> {
        if let Some(bytes) = self.fetched.get(storage.key.as_str()) {
            return Ok(bytes.clone());
        }
        let bytes = Rc::new((self.fetch)(&storage.key)?);
        let width = storage.element.map_or(1, Element::size);
        if storage.numel.checked_mul(width) != Some(bytes.len()) {
            return Err(Fault::Reason(format!(
                "storage `{}` has {} bytes, not {} numbers",
                storage.key,
                bytes.len(),
                storage.numel
            )));
        }
        self.fetched.insert(&storage.key, bytes.clone());
        Ok(bytes)
    }
}

fn out_of_proportion(why: impl Into<String>) -> Fault {
    Fault::Format(FormatError::OutOfProportion(why.into()))
}
