//! Modules in a list.
use super::container::container;
use crate::module::{Cloneable, Copier, Field, Module, ModuleExt, SyncLayer, Visitor};
use std::{
    fmt,
    ops::{Index, IndexMut},
    slice, vec,
};

/// A list of modules, to be iterated over by a `forward` (PyTorch's `nn.ModuleList`, book 6.1). Its
/// parts are called `0`, `1`, …
///
/// Layers of different types go in as `Box<dyn SyncLayer>`, which is what a list without another type
/// holds.
///
/// ```
/// use d2l::prelude::*;
/// let list = ModuleList::new([Linear::new(3, 3), Linear::new(3, 3)]);
/// let x = Tensor::ones([1, 3]);
/// let y = list.iter().fold(x, |x, layer| layer.forward(&x));
/// assert_eq!(y.shape(), [1, 3]);
/// assert_eq!(list.named_parameters()[2].0, "1.weight");
///
/// let mut mixed: ModuleList = ModuleList::default();
/// mixed.push(Box::new(ReLU));
/// mixed.push(Box::new(Linear::new(2, 1)));
/// assert_eq!(mixed[1].forward(&Tensor::ones([1, 2])).shape(), [1, 1]);
/// ```
pub struct ModuleList<M = Box<dyn SyncLayer>>(Vec<M>);

impl<M> ModuleList<M> {
    /// These modules.
    pub fn new(modules: impl IntoIterator<Item = M>) -> ModuleList<M> {
        modules.into_iter().collect()
    }

    /// Appends a module; PyTorch's `append`.
    pub fn push(&mut self, module: M) -> &mut ModuleList<M> {
        self.0.push(module);
        self
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The modules in order.
    pub fn iter(&self) -> slice::Iter<'_, M> {
        self.0.iter()
    }

    /// The modules in order, to change them.
    pub fn iter_mut(&mut self) -> slice::IterMut<'_, M> {
        self.0.iter_mut()
    }
}

container!(
    ModuleList,
    |this, v| for (i, m) in this.iter().enumerate() {
        m.visit_as(&i.to_string(), v);
    },
    |c| ModuleList(this.0.iter().map(|m| m.copy_with(c)).collect())
);

impl<M> FromIterator<M> for ModuleList<M> {
    fn from_iter<I: IntoIterator<Item = M>>(modules: I) -> ModuleList<M> {
        ModuleList(modules.into_iter().collect())
    }
}

impl<M> Extend<M> for ModuleList<M> {
    fn extend<I: IntoIterator<Item = M>>(&mut self, modules: I) {
        self.0.extend(modules);
    }
}

impl<M> IntoIterator for ModuleList<M> {
    type Item = M;
    type IntoIter = vec::IntoIter<M>;

    fn into_iter(self) -> vec::IntoIter<M> {
        self.0.into_iter()
    }
}

impl<'a, M> IntoIterator for &'a ModuleList<M> {
    type Item = &'a M;
    type IntoIter = slice::Iter<'a, M>;

    fn into_iter(self) -> slice::Iter<'a, M> {
        self.iter()
    }
}

impl<M> Index<usize> for ModuleList<M> {
    type Output = M;

    #[track_caller]
    fn index(&self, i: usize) -> &M {
        let n = self.len();
        match self.0.get(i) {
            Some(m) => m,
            None => panic!("ModuleList: no module {i} among {n}"),
        }
    }
}

impl<M> IndexMut<usize> for ModuleList<M> {
    #[track_caller]
    fn index_mut(&mut self, i: usize) -> &mut M {
        let n = self.len();
        match self.0.get_mut(i) {
            Some(m) => m,
            None => panic!("ModuleList: no module {i} among {n}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_list_is_a_module_and_its_copy_is_independent() {
        let mut list: ModuleList<_> = (1..3).map(|n| Linear::new(n, 1)).collect();
        list.push(Linear::new(3, 1));
        let copy = list.clone();
        list[0].weight.fill_(7.0);
        assert_ne!(copy[0].weight.item(), 7.0);
        assert_eq!((list.len(), list.num_parameters()), (3, 9));
        let widths: Vec<_> = (&list).into_iter().map(|l| l.weight.shape()[1]).collect();
        assert_eq!(widths, [1, 2, 3]);
        assert!(
            list.to_string().starts_with("ModuleList(\n  (0): Linear("),
            "{list}"
        );
    }

    #[test]
    #[should_panic(expected = "ModuleList: no module 2 among 1")]
    fn a_module_that_is_not_there_is_named() {
        let _ = &ModuleList::new([Identity])[2];
    }
}
