//! Structure: modules, and what may be a part of one.
use super::{Copier, Mode, Param, Round};
use d2l_core::Tensor;
use std::{any::Any, fmt::Debug};

/// Anything that may be a field of a module: modules, parameters, containers of them, plain data.
///
/// Written by `#[derive(Module)]`; implemented here for the rest.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a module",
    label = "neither a module nor plain data",
    note = "if `{Self}` has parameters, put `#[derive(Module)]` on it",
    note = "otherwise mark the field `#[module(skip)]`, or make `{Self}` plain data: `Copy`, or `Clone` with serde's `Serialize` and `Deserialize`"
)]
pub trait Field: FieldObject {
    /// Shows itself to `v` as the part called `name`.
    fn visit_as(&self, name: &str, v: &mut dyn Visitor);

    /// An independent copy; what is shared inside the model is shared inside the copy.
    ///
    /// # Panics
    /// If the type is marked `#[module(no_clone)]`.
    fn copy_with(&self, c: &mut Copier) -> Self
    where
        Self: Sized;

    /// The part called `name` of a [`Structure`](super::Structure) in a round over it.
    #[doc(hidden)]
    fn round(&self, name: &str, r: &mut Round<'_>) -> Option<Self>
    where
        Self: Sized,
    {
        match r {
            Round::Visit(v) => self.visit_as(name, *v),
            Round::Copy(c) => return Some(self.copy_with(c)),
            Round::Hparams(_) | Round::Lr(_) => {}
        }
        None
    }
}

/// What every [`Field`] can do as a part of unknown type.
pub trait FieldObject: Any {
    /// [`copy_with`](Field::copy_with) as a `Box<Self>` in a box.
    fn copy_any(&self, c: &mut Copier) -> Box<dyn Any>;
}

impl<F: Field> FieldObject for F {
    fn copy_any(&self, c: &mut Copier) -> Box<dyn Any> {
        Box::new(Box::new(self.copy_with(c)))
    }
}

/// A node of a model: PyTorch's `nn.Module`, the book's `d2l.Module`.
///
/// Use `#[derive(Module)]`, which writes the impl and an independent `Clone`. What one does with a
/// module is in [`ModuleExt`](super::ModuleExt).
///
/// ```
/// use d2l::prelude::*;
/// #[derive(Module)]
/// struct Scale {
///     #[hparam]
///     start: f32,
///     factor: Param,
/// }
/// let m = Scale { start: 2.0, factor: Param::new(Tensor::from([2.0])) };
/// assert_eq!(m.named_parameters()[0].0, "factor");
/// assert_eq!(m.num_parameters(), 1);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module",
    label = "not a module",
    note = "put `#[derive(Module)]` on `{Self}`"
)]
pub trait Module: Field + ModuleObject {
    /// Shows every part to `v`, in order of declaration.
    fn visit(&self, v: &mut dyn Visitor);

    /// Name of the type without its path: `LazyLinear`.
    fn type_name(&self) -> &'static str;

    /// Shows name and value of each `#[hparam]` to `show`.
    fn visit_hparams(&self, _show: &mut dyn FnMut(&'static str, &dyn Debug)) {}

    /// Name and printed value of each `#[hparam]`.
    fn hparam_list(&self) -> Vec<(&'static str, String)> {
        let mut list = Vec::new();
        self.visit_hparams(&mut |name, value| list.push((name, format!("{value:?}"))));
        list
    }

    /// The line that stands for a leaf: `Linear(in_features=2, …)`; `None` for a module that prints
    /// its parts.
    fn leaf_repr(&self) -> Option<String> {
        None
    }

    /// The module that this one stands for: a `LazyLinear`'s `Linear`, what an `Rc` points to.
    fn inner(&self) -> Option<&dyn Module> {
        None
    }
}

/// What every [`Module`] can do as a module of unknown type.
pub trait ModuleObject {
    /// [`copy_with`](Field::copy_with) as a module of unknown type.
    fn copy_module(&self, c: &mut Copier) -> Box<dyn Module>;
}

impl<M: Module> ModuleObject for M {
    fn copy_module(&self, c: &mut Copier) -> Box<dyn Module> {
        Box::new(self.copy_with(c))
    }
}

/// `m` as an `M`: itself, or the module that it stands for.
pub(crate) fn downcast<M: Any>(m: &dyn Module) -> Option<&M> {
    let any: &dyn Any = m;
    any.downcast_ref().or_else(|| downcast(m.inner()?))
}

/// Walks over the parts of a module.
pub trait Visitor {
    /// A part that has parts itself; go on with [`Module::visit`].
    fn module(&mut self, name: &str, m: &dyn Module);

    /// Parts under one path segment: the elements of a list, a map, a tuple. `children` shows them.
    fn group(&mut self, name: &str, kind: &'static str, children: &mut dyn FnMut(&mut dyn Visitor));

    /// A parameter.
    fn param(&mut self, _name: &str, _p: &Param) {}

    /// A tensor that is saved but not learned.
    fn buffer(&mut self, _name: &str, _t: &Tensor) {}

    /// A [`Buffer`](super::Buffer), which may have no shape yet.
    fn lazy_buffer(&mut self, name: &str, b: &Param) {
        if let Some(t) = b.get() {
            self.buffer(name, t);
        }
    }

    /// A layer's record of training or evaluation.
    fn mode(&mut self, _m: &Mode) {}

    /// Is a part that is in use (a locked `Mutex`, a borrowed `RefCell`) waited for? A message about
    /// an error inside such a part must not; it leaves the part out.
    fn waits(&self) -> bool {
        true
    }
}
