//! A parameter that a layer may do without.
use crate::module::{Cloneable, Copier, Field, Param, Visitor};
use std::ops::Deref;

/// A parameter that may be absent. Reads like one: `layer.bias.fill_(0.0)`.
/// A clone is another handle on the same parameter.
///
/// ```
/// use d2l::prelude::*;
/// assert!(Linear::new(2, 1).bias.get().is_some());
/// assert!(Linear::new(2, 1).bias(false).bias.get().is_none());
/// ```
#[derive(Clone, Debug)]
pub struct MaybeParam(Option<Param>);

/// The bias of a layer, which may be absent.
pub type Bias = MaybeParam;

impl MaybeParam {
    /// A parameter of this size without values yet, under this name in messages.
    pub(crate) fn lazy(name: &'static str, size: usize) -> MaybeParam {
        MaybeParam(Some(Param::lazy_named(name, [Some(size)])))
    }

    /// A parameter of its own value.
    pub(crate) fn new(p: Param) -> MaybeParam {
        MaybeParam(Some(p))
    }

    /// None.
    pub(crate) fn none() -> MaybeParam {
        MaybeParam(None)
    }

    /// The parameter, if the layer has one.
    pub fn get(&self) -> Option<&Param> {
        self.0.as_ref()
    }

    /// Its tensor, if the layer has one and its shape is known.
    pub(crate) fn tensor(&self) -> Option<&d2l_core::Tensor> {
        self.0.as_ref()?.get()
    }

    /// Has it a shape? (True of one that is absent.)
    pub(crate) fn is_known(&self) -> bool {
        self.0.as_ref().is_none_or(Param::is_initialized)
    }
}

impl Deref for MaybeParam {
    type Target = Param;

    /// # Panics
    /// If the layer has none.
    #[track_caller]
    fn deref(&self) -> &Param {
        match &self.0 {
            Some(p) => p,
            None => panic!(
                "this layer was made without this parameter: `bias(false)`, or `affine(false)`"
            ),
        }
    }
}

impl Field for MaybeParam {
    fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
        if let Some(p) = &self.0 {
            v.param(name, p);
        }
    }

    fn copy_with(&self, c: &mut Copier) -> MaybeParam {
        MaybeParam(self.0.copy_with(c))
    }
}

impl Cloneable for MaybeParam {}
