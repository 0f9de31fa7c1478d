//! Values of a model by name.
use super::{
    Module, Param,
    walk::{Part, walk},
};
use d2l_core::{DType, Tensor};
use std::{
    collections::{HashMap, HashSet},
    fmt,
};

/// Tensors by dotted path, in the model's order; PyTorch's `state_dict`.
///
/// ```
/// use d2l::prelude::*;
/// let net = Linear::new(8, 1);
/// let state = net.state_dict();
/// assert_eq!(state.keys().collect::<Vec<_>>(), ["weight", "bias"]);
/// assert_eq!(state.get("weight").unwrap().shape(), [1, 8]);
/// ```
#[derive(Clone, Default, Debug)]
pub struct StateDict {
    entries: Vec<(String, Tensor)>,
    index: HashMap<String, usize>,
}

impl StateDict {
    /// An empty one.
    pub fn new() -> StateDict {
        StateDict::default()
    }

    /// Sets the value of `name`; new names go to the end.
    pub fn insert(&mut self, name: impl Into<String>, value: Tensor) {
        let name = name.into();
        match self.index.get(&name) {
            Some(&i) => self.entries[i].1 = value,
            None => {
                self.index.insert(name.clone(), self.entries.len());
                self.entries.push((name, value));
            }
        }
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.index.get(name).map(|&i| &self.entries[i].1)
    }

    /// Names in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|e| e.0.as_str())
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.entries.iter().map(|(name, t)| (name.as_str(), t))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<S: Into<String>> FromIterator<(S, Tensor)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (S, Tensor)>>(entries: I) -> StateDict {
        let mut dict = StateDict::new();
        for (name, value) in entries {
            dict.insert(name, value);
        }
        dict
    }
}

/// Why a state does not fit a model: everything at once. Nothing has been loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateDictError {
    /// In the model, not in the state.
    pub missing: Vec<String>,
    /// In the state, not in the model.
    pub unexpected: Vec<String>,
    /// In both: name, the model's shape and dtype, the state's.
    pub mismatched: Vec<(String, String, String)>,
}

impl StateDictError {
    fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.mismatched.is_empty()
    }
}

impl fmt::Display for StateDictError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the state does not fit the model, nothing was loaded")?;
        if !self.missing.is_empty() {
            write!(f, "; missing: {}", self.missing.join(", "))?;
        }
        if !self.unexpected.is_empty() {
            write!(f, "; unexpected: {}", self.unexpected.join(", "))?;
        }
        for (name, model, state) in &self.mismatched {
            write!(f, "; {name}: the model has {model}, the state has {state}")?;
        }
        Ok(())
    }
}

impl std::error::Error for StateDictError {}

/// A place in the model that holds values: a parameter or a buffer, with all its names.
enum Slot {
    Param(Param, Vec<String>),
    Buffer(Tensor, Vec<String>),
}

impl Slot {
    fn names(&self) -> &[String] {
        match self {
            Slot::Param(_, names) | Slot::Buffer(_, names) => names,
        }
    }

    fn is_called(&mut self, name: &str) {
        let (Slot::Param(_, names) | Slot::Buffer(_, names)) = self;
        names.push(name.to_string());
    }

    fn tensor(&self) -> Option<&Tensor> {
        match self {
            Slot::Param(p, _) => p.get(),
            Slot::Buffer(t, _) => Some(t),
        }
    }

    /// Shape and dtype of `new`, if it does not fit here, with those that would.
    fn refuses(&self, new: &Tensor) -> Option<(String, String)> {
        let fits = match self.tensor() {
            Some(t) => (t.shape(), t.dtype()) == (new.shape(), new.dtype()),
            None => is_float(new) && self.expects(new.shape()),
        };
        let here = self.tensor().map_or_else(|| self.expectation(), look);
        (!fits).then(|| (here, look(new)))
    }

    /// Whether a parameter without a shape may get this one.
    fn expects(&self, shape: &[usize]) -> bool {
        let Slot::Param(p, _) = self else { return true };
        p.expected().is_none_or(|e| {
            e.len() == shape.len() && e.iter().zip(shape).all(|(e, s)| e.is_none_or(|e| e == *s))
        })
    }

    fn expectation(&self) -> String {
        let Slot::Param(p, _) = self else {
            return String::new();
        };
        let Some(sizes) = p.expected() else {
            return "no shape yet, but a float dtype".to_string();
        };
        let sizes: Vec<_> = sizes
            .iter()
            .map(|s| s.map_or("?".into(), |s| s.to_string()))
            .collect();
        format!("no shape yet, but [{}] of a float dtype", sizes.join(", "))
    }

    fn load(&self, new: &Tensor) {
        match self {
            Slot::Param(p, _) => p.load(new),
            Slot::Buffer(t, _) => drop(d2l_core::no_grad(|| t.copy_(new))),
        }
    }
}

fn is_float(t: &Tensor) -> bool {
    matches!(t.dtype(), DType::F32 | DType::F64)
}

fn look(t: &Tensor) -> String {
    format!("{:?} {:?}", t.shape(), t.dtype())
}

fn slots<M: Module + ?Sized>(m: &M) -> Vec<Slot> {
    let (mut slots, mut at) = (Vec::new(), HashMap::new());
    walk(m, &mut |path, part| {
        let (key, slot) = match part {
            Part::Param(p) | Part::LazyBuffer(p) => (p.id(), Slot::Param(p.clone(), Vec::new())),
            Part::Buffer(t) => (address(t), Slot::Buffer(t.clone(), Vec::new())),
            Part::Mode(_) | Part::Module(_) => return,
        };
        let i = *at.entry(key).or_insert(slots.len());
        if i == slots.len() {
            slots.push(slot);
        }
        slots[i].is_called(path);
    });
    slots
}

/// The identity of a buffer: a module that stands at two places shows it twice.
pub(super) fn address(t: &Tensor) -> usize {
    std::ptr::from_ref(t) as usize
}

/// See [`ModuleExt::state_dict`](super::ModuleExt::state_dict).
pub(super) fn of<M: Module + ?Sized>(m: &M) -> StateDict {
    let entry = |s: &Slot| Some((s.names()[0].clone(), s.tensor()?.detach().copy()));
    slots(m).iter().filter_map(entry).collect()
}

/// See [`ModuleExt::load_state_dict`](super::ModuleExt::load_state_dict). A tied parameter may stand
/// under any of its names.
pub(super) fn load<M: Module + ?Sized>(m: &M, dict: &StateDict) -> Result<(), StateDictError> {
    load_partly(m, dict, &[])
}

/// The names of the parameters that have no shape, and so no place in a state.
pub(crate) fn lazy_names<M: Module + ?Sized>(m: &M) -> Vec<String> {
    let lazy = slots(m).into_iter().filter(|s| s.tensor().is_none());
    lazy.map(|s| s.names()[0].clone()).collect()
}

/// [`load`] of a state that was taken while the parameters called `lazy` had no shape: they may be
/// absent where they have none here either.
pub(crate) fn load_partly<M: Module + ?Sized>(
    m: &M,
    dict: &StateDict,
    lazy: &[String],
) -> Result<(), StateDictError> {
    let slots = slots(m);
    let (mut error, mut plan) = (StateDictError::default(), Vec::new());
    for slot in &slots {
        let Some((name, new)) = slot.names().iter().find_map(|n| Some((n, dict.get(n)?))) else {
            if slot.tensor().is_some() || !lazy.contains(&slot.names()[0]) {
                error.missing.push(slot.names()[0].clone());
            }
            continue;
        };
        match slot.refuses(new) {
            Some((here, there)) => error.mismatched.push((name.clone(), here, there)),
            None => plan.push((slot, new)),
        }
    }
    let known: HashSet<&str> = slots
        .iter()
        .flat_map(Slot::names)
        .map(String::as_str)
        .collect();
    error.unexpected = dict
        .keys()
        .filter(|k| !known.contains(k))
        .map(str::to_string)
        .collect();
    if !error.is_empty() {
        return Err(error);
    }
    plan.into_iter().for_each(|(slot, new)| slot.load(new));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{module::StateDict, prelude::*};

    #[derive(Module)]
    struct Net {
        a: Param,
        b: Param,
        running: Tensor,
        lazy: Param,
    }

    fn net() -> Net {
        let of = |n: usize| Param::new(Tensor::ones([n]));
        Net {
            a: of(1),
            b: of(2),
            running: Tensor::zeros([1]),
            lazy: Param::lazy(),
        }
    }

    #[test]
    fn one_report_and_nothing_loaded() {
        let net = net();
        let dict: StateDict = [
            ("b", Tensor::zeros([3])),
            ("lazy", Tensor::from([1, 2])),
            ("running", Tensor::zeros([1]).double()),
            ("a", Tensor::zeros([1])),
            ("x.y", Tensor::zeros([1])),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            net.load_state_dict(&dict).unwrap_err().to_string(),
            "the state does not fit the model, nothing was loaded; unexpected: x.y; \
             b: the model has [2] F32, the state has [3] F32; \
             running: the model has [1] F32, the state has [1] F64; \
             lazy: the model has no shape yet, but a float dtype, the state has [2] I64"
        );
        assert_eq!(net.a.item(), 1.0);
        let missing = net.load_state_dict(&StateDict::new()).unwrap_err().missing;
        assert_eq!(missing, ["a", "b", "running", "lazy"]);
    }

    #[test]
    fn a_snapshot_restores_parameters_and_buffers() {
        let (from, to) = (net(), net());
        from.lazy.materialize([2, 2], Constant(7.0));
        from.a.fill_(3.0);
        from.running.fill_(9.0);
        let state = from.state_dict();
        from.a.zero_();
        assert_eq!(
            state.keys().collect::<Vec<_>>(),
            ["a", "b", "running", "lazy"]
        );
        to.lazy.fill_(1.0); // overtaken by the state
        to.load_state_dict(&state).unwrap();
        assert_eq!((to.a.item(), to.running.item()), (3.0, 9.0));
        assert_eq!(to.lazy.to_vec::<f32>(), [7.0; 4]);
        assert!(to.lazy.requires_grad());
    }
}
