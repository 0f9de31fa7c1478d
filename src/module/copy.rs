//! Cloning a model: a copy with its own values, with the same ties inside.
use super::{Field, Param, Round};
use std::{any::Any, any::TypeId, collections::HashMap, marker::PhantomData};

/// What one copying of a model has copied so far, by identity: a part that appears twice is copied
/// once.
#[derive(Default)]
pub struct Copier {
    params: HashMap<usize, Param>,
    shared: HashMap<(usize, TypeId), Box<dyn Any>>,
}

impl Copier {
    /// Nothing copied yet.
    pub fn new() -> Copier {
        Copier::default()
    }

    /// The copy of `p`.
    pub fn param(&mut self, p: &Param) -> Param {
        self.params
            .entry(p.id())
            .or_insert_with(|| p.independent())
            .clone()
    }

    /// The copy of what lies at `addr`, which `make` makes if this is the first time; `P` is a
    /// counted pointer.
    pub(super) fn shared<P: Clone + 'static>(
        &mut self,
        addr: usize,
        make: impl FnOnce(&mut Copier) -> P,
    ) -> P {
        let key = (addr, TypeId::of::<P>());
        if let Some(done) = self.shared.get(&key).and_then(|p| p.downcast_ref::<P>()) {
            return done.clone();
        }
        let copy = make(self);
        self.shared.insert(key, Box::new(copy.clone()));
        copy
    }
}

/// A part that `Clone` of a module can copy: everything but modules marked `#[module(no_clone)]`
/// and boxes of the user's own traits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cloned, so neither can this module",
    label = "has no independent copy",
    note = "write `#[module(no_clone)]` on the module to do without `Clone`"
)]
pub trait Cloneable: Field {}

/// Settings and skipped fields are copied by their own `Clone`. (The type is a parameter, for rustc
/// to print this text and not to suggest a reference.)
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be cloned, so neither can this module",
    label = "does not implement `Clone`",
    note = "derive `Clone` on `{T}`, or write `#[module(no_clone)]` on the module"
)]
pub trait CloneValue<T> {
    /// The value in a round over the structure that it belongs to.
    fn round(value: &T, r: &mut Round<'_>) -> Option<T>;
}

/// The only [`CloneValue`].
pub struct ByClone;

#[diagnostic::do_not_recommend]
impl<T: Clone> CloneValue<T> for ByClone {
    fn round(value: &T, r: &mut Round<'_>) -> Option<T> {
        r.copies().then(|| value.clone())
    }
}

/// Asks for [`Cloneable`], but only of what is a [`Field`]: the derive has already complained about
/// the rest. Method lookup on `&&&Cloning<T>` tries the three traits below in this order.
pub struct Cloning<T>(PhantomData<T>);

impl<T> Cloning<T> {
    /// The question about `T`.
    pub const NEW: Cloning<T> = Cloning(PhantomData);
}

/// Can be cloned: nothing to say.
pub trait IsCloneable {
    /// Compiles.
    fn check(&self) {}
}
impl<T: Cloneable> IsCloneable for &&Cloning<T> {}

/// A field that cannot be cloned: the bound on the method says so.
pub trait IsField<T> {
    /// Does not compile.
    fn check(&self)
    where
        T: Cloneable,
    {
    }
}
impl<T: Field> IsField<T> for &Cloning<T> {}

/// Reported elsewhere.
pub trait IsNoField {
    /// Compiles.
    fn check(&self) {}
}
impl<T> IsNoField for Cloning<T> {}
