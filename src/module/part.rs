//! What a field of a module is, asked of its type by `#[derive(Module)]`: a part, or a plain value.
use super::{Copier, Field, Param, Visitor, hparams::HParam};
use std::marker::PhantomData;

/// A field of type `T`. Method lookup on `&&&Part<T>` tries the four traits below in this order;
/// whatever none of the first three takes is refused by the bound of the last.
pub struct Part<T>(PhantomData<T>);

impl<T> Part<T> {
    /// The question about `T`.
    pub const NEW: Part<T> = Part(PhantomData);
}

/// The answer: what is done with such a field.
pub struct Known<T> {
    /// See [`Field::visit_as`].
    pub visit: fn(&T, &str, &mut dyn Visitor),
    /// See [`Field::copy_with`].
    pub copy: fn(&T, &mut Copier) -> T,
}

/// Modules, parameters, tensors, containers of them, and the plain data of the standard library.
pub trait FieldPart<T: Field> {
    /// Its own methods.
    fn known(&self) -> Known<T> {
        Known {
            visit: T::visit_as,
            copy: T::copy_with,
        }
    }
}
impl<T: Field> FieldPart<T> for &&&Part<T> {}

/// Plain data: nothing that is `Copy` owns a parameter.
pub trait CopyPart<T: Copy> {
    /// It has no parts.
    fn known(&self) -> Known<T> {
        Known {
            visit: |_, _, _| {},
            copy: |part, _| *part,
        }
    }
}
impl<T: Copy> CopyPart<T> for &&Part<T> {}

/// Plain data: settings that can be stored as hyperparameters.
pub trait StoredPart<T: Clone> {
    /// It has no parts.
    fn known(&self) -> Known<T> {
        Known {
            visit: |_, _, _| {},
            copy: |part, _| part.clone(),
        }
    }
}
impl<T: Clone + HParam> StoredPart<T> for &Part<T> {}

/// Neither.
pub trait AnyPart<T> {
    /// Does not compile.
    fn known(&self) -> Known<T>
    where
        T: Field,
    {
        FieldPart::known(&&&&Part::<T>::NEW)
    }
}
impl<T> AnyPart<T> for Part<T> {}

/// The parts of a field under `#[module(frozen)]`: their parameters start without gradients.
pub fn frozen(v: &mut dyn Visitor, parts: &mut dyn FnMut(&mut dyn Visitor)) {
    parts(&mut Freezing(v));
}

/// Freezes every parameter that it passes on, unless somebody has decided about it before.
struct Freezing<'a>(&'a mut dyn Visitor);

impl Visitor for Freezing<'_> {
    fn module(&mut self, name: &str, m: &dyn super::Module) {
        freeze_parts(m);
        self.0.module(name, m);
    }

    fn group(
        &mut self,
        name: &str,
        kind: &'static str,
        children: &mut dyn FnMut(&mut dyn Visitor),
    ) {
        self.0
            .group(name, kind, &mut |v| children(&mut Freezing(v)));
    }

    fn param(&mut self, name: &str, p: &Param) {
        p.start_frozen();
        self.0.param(name, p);
    }

    fn buffer(&mut self, name: &str, t: &d2l_core::Tensor) {
        self.0.buffer(name, t);
    }

    fn lazy_buffer(&mut self, name: &str, b: &Param) {
        self.0.lazy_buffer(name, b);
    }

    fn mode(&mut self, m: &super::Mode) {
        self.0.mode(m);
    }

    fn waits(&self) -> bool {
        self.0.waits()
    }
}

/// A visitor decides itself whether it goes on into a module; the parameters there are frozen anyway.
fn freeze_parts(m: &dyn super::Module) {
    struct Silent;
    impl Visitor for Silent {
        fn module(&mut self, _: &str, m: &dyn super::Module) {
            m.visit(self);
        }
        fn group(&mut self, _: &str, _: &'static str, f: &mut dyn FnMut(&mut dyn Visitor)) {
            f(self);
        }
        fn param(&mut self, _: &str, p: &Param) {
            p.start_frozen();
        }
        fn waits(&self) -> bool {
            false
        }
    }
    m.visit(&mut Silent);
}
