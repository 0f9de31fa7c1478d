//! The places of a model that hold values.
use super::StateDict;
use crate::module::{
    Module, Param,
    walk::{Part, walk},
};
use d2l_core::{DType, Tensor};
use std::collections::HashMap;

/// A place in the model that holds values: a parameter or a buffer, with all its names.
pub(super) enum Slot {
    Param(Param, Vec<String>),
    Buffer(Tensor, Vec<String>),
}

impl Slot {
    pub(super) fn names(&self) -> &[String] {
        match self {
            Slot::Param(_, names) | Slot::Buffer(_, names) => names,
        }
    }

    fn is_called(&mut self, name: &str) {
        let (Slot::Param(_, names) | Slot::Buffer(_, names)) = self;
        names.push(name.to_string());
    }

    pub(super) fn tensor(&self) -> Option<&Tensor> {
        match self {
            Slot::Param(p, _) => p.get(),
            Slot::Buffer(t, _) => Some(t),
        }
    }

    /// Shape and dtype of `new`, if it does not fit here, with those that would. With `cast` the
    /// dtype may differ.
    pub(super) fn refuses(&self, new: &Tensor, cast: bool) -> Option<(String, String)> {
        let fits = match self.tensor() {
            Some(t) => t.shape() == new.shape() && (cast || t.dtype() == new.dtype()),
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

    pub(super) fn load(&self, new: &Tensor) {
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

pub(super) fn slots<M: Module + ?Sized>(m: &M) -> Vec<Slot> {
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
pub(in crate::module) fn address(t: &Tensor) -> usize {
    std::ptr::from_ref(t) as usize
}

/// See [`ModuleExt::state_dict`](crate::module::ModuleExt::state_dict).
pub(in crate::module) fn of<M: Module + ?Sized>(m: &M) -> StateDict {
    let entry = |s: &Slot| Some((s.names()[0].clone(), s.tensor()?.detach().copy()));
    slots(m).iter().filter_map(entry).collect()
}
