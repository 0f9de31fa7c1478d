//! A bias that a layer may do without.
use crate::module::{Cloneable, Copier, Field, Param, Visitor, copy_any};
use std::{any::Any, ops::Deref};

/// A parameter that may be absent. Reads like one: `layer.bias.fill_(0.0)`.
/// A clone is another handle on the same parameter.
#[derive(Clone, Debug)]
pub struct Bias(Option<Param>);

impl Bias {
    /// A bias of this size without values yet, under this name in messages.
    pub(crate) fn lazy(name: &'static str, size: usize) -> Bias {
        Bias(Some(Param::lazy_named(name, [Some(size)])))
    }

    /// No bias.
    pub(crate) fn none() -> Bias {
        Bias(None)
    }

    /// The parameter, if the layer has one.
    pub fn get(&self) -> Option<&Param> {
        self.0.as_ref()
    }
}

impl Deref for Bias {
    type Target = Param;

    /// # Panics
    /// If the layer has no bias.
    #[track_caller]
    fn deref(&self) -> &Param {
        match &self.0 {
            Some(p) => p,
            None => panic!("this layer was made without a bias: `bias(false)`"),
        }
    }
}

impl Field for Bias {
    fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
        if let Some(p) = &self.0 {
            v.param(name, p);
        }
    }

    fn copy_with(&self, c: &mut Copier) -> Bias {
        Bias(self.0.copy_with(c))
    }

    fn copy_any(&self, c: &mut Copier) -> Box<dyn Any> {
        copy_any(self, c)
    }
}

impl Cloneable for Bias {}
