//! Modules by name.
use super::container::container;
use crate::module::{Cloneable, Copier, Field, Module, ModuleExt, SyncLayer, Visitor};
use std::{fmt, ops::Index};

/// Modules under names of the user's, in the order in which they were inserted (PyTorch's
/// `nn.ModuleDict`).
///
/// Layers of different types go in as `Box<dyn SyncLayer>`, which is what a map without another type
/// holds.
///
/// ```
/// use d2l::prelude::*;
/// let heads = ModuleDict::new([("age", Linear::new(4, 1)), ("kind", Linear::new(4, 3))]);
/// assert_eq!(heads["kind"].forward(&Tensor::ones([2, 4])).shape(), [2, 3]);
/// assert_eq!(heads.named_parameters()[0].0, "age.weight");
/// assert!(heads.get("size").is_none());
/// ```
pub struct ModuleDict<M = Box<dyn SyncLayer>>(Vec<(String, M)>);

impl<M> ModuleDict<M> {
    /// These modules under these names; the last one of several under one name.
    ///
    /// # Panics
    /// If a name is empty or has a dot in it.
    #[track_caller]
    pub fn new<N: Into<String>>(modules: impl IntoIterator<Item = (N, M)>) -> ModuleDict<M> {
        let mut dict = ModuleDict::default();
        for (name, m) in modules {
            dict.insert(name, m);
        }
        dict
    }

    /// Puts a module under a name; gives the one that was there before, whose place it takes.
    ///
    /// # Panics
    /// If the name is empty or has a dot in it: it is a segment of paths.
    #[track_caller]
    pub fn insert(&mut self, name: impl Into<String>, module: M) -> Option<M> {
        let name = name.into();
        assert!(
            !name.is_empty() && !name.contains('.'),
            "ModuleDict: `{name}` is no segment of a path: it is empty or has a dot in it"
        );
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => Some(std::mem::replace(old, module)),
            None => {
                self.0.push((name, module));
                None
            }
        }
    }

    /// Takes a module out; PyTorch's `pop`.
    pub fn remove(&mut self, name: &str) -> Option<M> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1)
    }

    /// The module of this name, if there is one.
    pub fn get(&self, name: &str) -> Option<&M> {
        self.iter().find(|(n, _)| *n == name).map(|(_, m)| m)
    }

    /// Names and modules in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &M)> + ExactSizeIterator {
        self.0.iter().map(|(name, m)| (name.as_str(), m))
    }

    /// The names in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.iter().map(|(name, _)| name)
    }

    /// The modules in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &M> + ExactSizeIterator {
        self.iter().map(|(_, m)| m)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

container!(
    ModuleDict,
    |this, v| for (name, m) in this.iter() {
        m.visit_as(name, v);
    },
    |c| ModuleDict(
        this.0
            .iter()
            .map(|(n, m)| (n.clone(), m.copy_with(c)))
            .collect()
    )
);

impl<M> Index<&str> for ModuleDict<M> {
    type Output = M;

    #[track_caller]
    fn index(&self, name: &str) -> &M {
        match self.get(name) {
            Some(m) => m,
            None => panic!(
                "ModuleDict: no module `{name}` among {:?}",
                self.keys().collect::<Vec<_>>()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn names_keep_their_places() {
        let mut dict = ModuleDict::new([("b", Linear::new(1, 1)), ("a", Linear::new(2, 1))]);
        assert!(dict.insert("b", Linear::new(3, 1)).is_some());
        assert!(dict.insert("c", Linear::new(4, 1)).is_none());
        assert!(dict.keys().eq(["b", "a", "c"]));
        assert_eq!(dict.remove("a").map(|l| l.weight.shape()[1]), Some(2));
        assert_eq!((dict.len(), dict.num_parameters()), (2, 9));
        assert!(
            dict.to_string().starts_with("ModuleDict(\n  (b): Linear("),
            "{dict}"
        );
        assert_eq!(dict.clone()["c"].weight.shape(), [1, 4]);
    }

    #[test]
    #[should_panic(expected = "ModuleDict: no module `b` among [\"a\"]")]
    fn a_name_that_is_not_there_is_named() {
        let _ = &ModuleDict::new([("a", Identity)])["b"];
    }

    #[test]
    #[should_panic(expected = "ModuleDict: `a.b` is no segment of a path")]
    fn names_are_segments_of_paths() {
        let _ = ModuleDict::new([("a.b", Identity)]);
    }
}
