//! What `#[derive(Module)]` writes, and what follows from it.
use super::{Base, Copier, Field, Module, Visitor, hparams};
use std::fmt::Debug;

/// The structure of a type; written by `#[derive(Module)]`. [`Module`] follows from it.
pub trait Structure: Field + Sized {
    /// The base class, from `#[module(base = ..)]`.
    type Base: Base + 'static;
    /// [`WithLr`](super::WithLr) if there is a field `#[hparam] lr`, else [`NoLr`](super::NoLr).
    type Lr;
    /// See [`Module::type_name`].
    const NAME: &'static str;
    /// The documentation of the type.
    const ABOUT: &'static str = "";
    /// What is said on each `#[hparam]`.
    const RULES: &'static [hparams::Rule] = &[];

    /// Goes over the fields in order of declaration. A copy comes back from [`Round::Copy`], unless
    /// the type is marked `#[module(no_clone)]`.
    fn fields(&self, r: &mut Round<'_>) -> Option<Self>;

    /// See [`Module::leaf_repr`].
    fn leaf_repr(&self) -> Option<String> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<S: Structure> Module for S {
    fn visit(&self, v: &mut dyn Visitor) {
        self.fields(&mut Round::Visit(v));
    }

    fn type_name(&self) -> &'static str {
        S::NAME
    }

    fn visit_hparams(&self, show: &mut dyn FnMut(&'static str, &dyn Debug)) {
        self.fields(&mut Round::Hparams(show));
    }

    fn leaf_repr(&self) -> Option<String> {
        Structure::leaf_repr(self)
    }
}

/// What [`Structure::fields`] goes over the fields for.
pub enum Round<'a> {
    /// To show the parts.
    Visit(&'a mut dyn Visitor),
    /// To copy all fields.
    Copy(&'a mut Copier),
    /// To show the settings.
    Hparams(&'a mut dyn FnMut(&'static str, &dyn Debug)),
    /// To read the learning rate.
    Lr(&'a mut Option<f64>),
}

impl Round<'_> {
    /// Shows a field under `#[hparam]`.
    pub fn hparam(&mut self, name: &'static str, value: &dyn Debug) -> &mut Self {
        if let Round::Hparams(show) = self {
            show(name, value);
        }
        self
    }

    /// Shows the field `#[hparam] lr`, whose number is `rate`.
    pub fn lr(&mut self, rate: f64, lr: &dyn Debug) -> &mut Self {
        if let Round::Lr(found) = self {
            **found = Some(rate);
        }
        self.hparam("lr", lr)
    }

    /// Is this round for a copy?
    pub(super) fn copies(&self) -> bool {
        matches!(self, Round::Copy(_))
    }

    /// `part` with parameters that start without gradients: a field under `#[module(frozen)]`.
    pub fn frozen<T>(&mut self, part: impl FnOnce(&mut Round<'_>) -> Option<T>) -> Option<T> {
        match self {
            Round::Visit(v) => part(&mut Round::Visit(&mut super::part::Freezing(*v))),
            _ => part(self),
        }
    }
}

/// The copy that a [`Round::Copy`] gives.
///
/// # Panics
/// If the type is marked `#[module(no_clone)]`.
pub fn copied<S: Structure>(m: &S, c: &mut Copier) -> S {
    let copy = m.fields(&mut Round::Copy(c));
    copy.unwrap_or_else(|| {
        panic!(
            "`{}` is `#[module(no_clone)]`: it cannot be cloned",
            S::NAME
        )
    })
}

/// A copy of `m` with its own values; what is shared inside `m` is shared inside the copy.
pub fn cloned<S: Structure>(m: &S) -> S {
    m.copy_with(&mut Copier::new())
}
