//! The names that a pickle may ask for, and what becomes of a call.
use super::{Id, Object, Storage, machine::Machine};
use crate::file::{FormatError, element::Element, strided::Layout};

/// A name that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::file) enum Global {
    /// `collections.OrderedDict`.
    OrderedDict,
    /// `torch._utils._rebuild_tensor` and `_v2`: a tensor whose storage knows its numbers.
    Tensor,
    /// `torch._utils._rebuild_tensor_v3`: the kind of numbers is an argument.
    TensorOfBytes,
    /// `torch._utils._rebuild_parameter`.
    Parameter,
    /// `torch.FloatStorage` and the like; `None` for plain bytes.
    Storage(Option<Element>),
    /// `torch.Size`.
    Size,
    /// `torch.device`.
    Device,
    /// `torch.float32` and the like.
    DType(&'static str, Option<Element>),
}

/// Storages of PyTorch's and its names of dtypes.
const KINDS: [(&str, &str, Option<Element>); 15] = [
    ("BoolStorage", "torch.bool", Some(Element::Bool)),
    ("ByteStorage", "torch.uint8", Some(Element::U8)),
    ("CharStorage", "torch.int8", Some(Element::I8)),
    ("ShortStorage", "torch.int16", Some(Element::I16)),
    ("IntStorage", "torch.int32", Some(Element::I32)),
    ("LongStorage", "torch.int64", Some(Element::I64)),
    ("HalfStorage", "torch.float16", Some(Element::F16)),
    ("BFloat16Storage", "torch.bfloat16", Some(Element::BF16)),
    ("FloatStorage", "torch.float32", Some(Element::F32)),
    ("DoubleStorage", "torch.float64", Some(Element::F64)),
    ("", "torch.uint16", Some(Element::U16)),
    ("", "torch.uint32", Some(Element::U32)),
    ("ComplexFloatStorage", "torch.complex64", None),
    ("ComplexDoubleStorage", "torch.complex128", None),
    ("", "torch.uint64", None),
];

impl Global {
    /// What a pickle calls `name` of `module`.
    pub(super) fn find(module: &str, name: &str) -> Result<Global, FormatError> {
        let full = format!("{module}.{name}");
        let storage = || {
            let torch = ["torch", "torch.cuda", "torch.storage"].contains(&module);
            let kind = KINDS
                .iter()
                .find(|k| torch && k.0 == name && !name.is_empty());
            kind.map(|k| match k.2 {
                Some(element) => Ok(Global::Storage(Some(element))),
                None => Err(FormatError::Unsupported(format!(
                    "tensors have no numbers of the kind {}",
                    k.1
                ))),
            })
        };
        Ok(match full.as_str() {
            "collections.OrderedDict" => Global::OrderedDict,
            "torch._utils._rebuild_tensor" | "torch._utils._rebuild_tensor_v2" => Global::Tensor,
            "torch._utils._rebuild_tensor_v3" => Global::TensorOfBytes,
            "torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state" => {
                Global::Parameter
            }
            "torch.storage.UntypedStorage" | "torch.UntypedStorage" => Global::Storage(None),
            "torch.Size" => Global::Size,
            "torch.device" => Global::Device,
            _ => match (storage(), KINDS.iter().find(|k| k.1 == full)) {
                (Some(storage), _) => storage?,
                (None, Some(kind)) => Global::DType(kind.1, kind.2),
                _ => return Err(FormatError::UnknownGlobal(full.chars().take(100).collect())),
            },
        })
    }

    /// What the call of it with these arguments gives.
    pub(super) fn call(self, args: &[Id], m: &mut Machine<'_>) -> Result<Id, FormatError> {
        match (self, args) {
            (Global::OrderedDict, []) => m.make(Object::Dict(Vec::new())),
            (Global::OrderedDict, [entries]) => {
                let pairs = m.items(*entries)?.to_vec();
                let pair = |id: &Id| match m.items(*id)? {
                    [key, value] => Ok((*key, *value)),
                    other => Err(damaged(format!("an entry of {} parts", other.len()))),
                };
                let pairs = pairs.iter().map(pair).collect::<Result<_, _>>()?;
                m.make(Object::Dict(pairs))
            }
            (Global::Tensor, [storage, layout @ ..]) => tensor(m, *storage, layout, None),
            (Global::TensorOfBytes, [storage, layout @ ..]) => {
                let dtype = layout.get(5).map(|&id| m.get(id));
                let Some(Object::Global(Global::DType(name, element))) = dtype else {
                    return Err(damaged("a tensor without a dtype"));
                };
                let none = || FormatError::Unsupported(format!("tensors have no {name}"));
                let element = element.ok_or_else(none)?;
                tensor(m, *storage, layout, Some(element))
            }
            (Global::Parameter, [tensor, ..]) => match m.get(*tensor) {
                Object::Tensor(..) => Ok(*tensor),
                _ => Err(damaged("a parameter of something else than a tensor")),
            },
            (Global::Size, [sizes]) => {
                let sizes = m.items(*sizes)?.to_vec();
                m.make(Object::Tuple(sizes))
            }
            (Global::Device, [kind, ..]) => match m.get(*kind) {
                Object::Str(_) => Ok(*kind),
                _ => Err(damaged("a device without a name")),
            },
            _ => Err(damaged(format!(
                "{self:?} is called with {} arguments",
                args.len()
            ))),
        }
    }
}

/// `(storage, offset, sizes, strides, ..)`.
fn tensor(
    m: &mut Machine<'_>,
    storage: Id,
    layout: &[Id],
    element: Option<Element>,
) -> Result<Id, FormatError> {
    let (Object::Storage(s), [offset, size, stride, ..]) = (m.get(storage), layout) else {
        return Err(damaged("a tensor without a storage and a layout"));
    };
    let Some(element) = element.or(s.element) else {
        return Err(damaged("a tensor without a dtype"));
    };
    let sizes = |id: Id| -> Result<Vec<usize>, FormatError> {
        m.items(id)?.iter().map(|&id| m.size(id)).collect()
    };
    let offset = m.size(*offset)?.checked_add(s.offset);
    let layout = Layout {
        offset: offset.ok_or_else(|| damaged("an impossible offset"))?,
        size: sizes(*size)?,
        stride: sizes(*stride)?,
    };
    m.make(Object::Tensor(storage, element, layout))
}

/// What `(name, storage type, key, location, numel)` stands for; in the old format there may follow
/// `(key of the view, offset, numel)`.
pub(super) fn persistent(m: &mut Machine<'_>, id: Id) -> Result<Id, FormatError> {
    let parts = m.items(id)?;
    let [name, kind, key, _, numel, view @ ..] = parts else {
        return Err(damaged("a reference to something else than a storage"));
    };
    let (Object::Str(name), Object::Global(Global::Storage(element)), Object::Str(key)) =
        (m.get(*name), m.get(*kind), m.get(*key))
    else {
        return Err(damaged("a reference to something else than a storage"));
    };
    if name != "storage" {
        return Err(damaged(format!("a reference to a {name}")));
    }
    let offset = match view.first().map(|&id| m.get(id)) {
        None | Some(Object::None) => 0,
        Some(Object::Tuple(view)) if view.len() == 3 => m.size(view[1])?,
        Some(_) => return Err(damaged("a view of a storage without an offset")),
    };
    let storage = Storage {
        key: key.clone(),
        element: *element,
        numel: m.size(*numel)?,
        offset,
    };
    m.make(Object::Storage(storage))
}

pub(super) fn damaged(why: impl Into<String>) -> FormatError {
    FormatError::Damaged(why.into())
}
