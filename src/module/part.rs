//! What a field of a module is, asked of its type by `#[derive(Module)]`: a part, or a plain value.
use super::{Cloneable, Field, Param, Round, Visitor, hparams::HParam};
use std::{marker::PhantomData, ops::Deref};

/// A field of type `T`. Method lookup on a `Part<T>` tries its own methods, then those of the traits
/// below in this order: by value, by reference, by mutable reference, and at last those of what it
/// dereferences to; whatever none before takes is refused by the bound there.
pub struct Part<T>(Rest<T>);

/// The question about `T`.
pub fn part<T>() -> Part<T> {
    Part(Rest(PhantomData))
}

/// The answer: what such a field does in a round. (A function, for what it is called with not to take
/// part in messages about `T`.)
pub type Known<T> = fn(&T, &str, &mut Round<'_>) -> Option<T>;

/// Modules, parameters, tensors, containers of them, and the plain data of the standard library.
impl<T: Cloneable> Part<T> {
    /// Its own method.
    pub fn cloneable(self) -> Known<T> {
        T::round
    }
}

/// The same, perhaps without a copy.
pub trait FieldPart<T: Field>: Sized {
    /// Its own method.
    fn known(self) -> Known<T> {
        T::round
    }

    /// Does not compile.
    fn cloneable(self) -> Known<T>
    where
        T: Cloneable,
    {
        T::round
    }
}
impl<T: Field> FieldPart<T> for Part<T> {}

/// Plain data: nothing that is `Copy` owns a parameter.
pub trait CopyPart<T: Copy> {
    /// It has no parts.
    fn known(&self) -> Known<T> {
        |part, _, r| r.copies().then_some(*part)
    }

    /// It has no parts.
    fn cloneable(&self) -> Known<T> {
        self.known()
    }
}
impl<T: Copy> CopyPart<T> for Part<T> {}

/// Plain data: settings that can be stored as hyperparameters.
pub trait StoredPart<T: Clone> {
    /// It has no parts.
    fn known(&mut self) -> Known<T> {
        |part, _, r| r.copies().then(|| part.clone())
    }

    /// It has no parts.
    fn cloneable(&mut self) -> Known<T> {
        self.known()
    }
}
impl<T: Clone + HParam> StoredPart<T> for Part<T> {}

/// A [`Part`] that none of the methods above takes.
pub struct Rest<T>(PhantomData<T>);

impl<T> Deref for Part<T> {
    type Target = Rest<T>;

    fn deref(&self) -> &Rest<T> {
        &self.0
    }
}

/// None of these.
pub trait AnyPart<T> {
    /// Does not compile.
    fn known(&self) -> Known<T>
    where
        T: Field,
    {
        T::round
    }

    /// Does not compile.
    fn cloneable(&self) -> Known<T>
    where
        T: Field,
    {
        T::round
    }
}
impl<T> AnyPart<T> for Rest<T> {}

/// Freezes every parameter that it passes on, unless somebody has decided about it before.
pub(super) struct Freezing<'a>(pub(super) &'a mut dyn Visitor);

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
