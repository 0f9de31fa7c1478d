//! What layers share that learn a size from their first input.
use super::{Bias, linear::default_init};
use crate::module::Param;
use d2l_core::{Error, ErrorKind, Tensor};

/// The lazy form of a layer: the layer itself, made before its input is known. It derefs to it, is
/// printed as it, and stands under the same names in a state dict; `apply_to` finds it under both
/// types. The layer's own forward pass gives its parameters their shape if they have none.
macro_rules! lazy_twin {
    ($(#[$meta:meta])* $lazy:ident($layer:ident)) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $lazy($layer);

        impl std::ops::Deref for $lazy {
            type Target = $layer;

            fn deref(&self) -> &$layer {
                &self.0
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::module::Field for $lazy {
            fn visit_as(&self, name: &str, v: &mut dyn $crate::module::Visitor) {
                v.module(name, self);
            }

            fn copy_with(&self, c: &mut $crate::module::Copier) -> $lazy {
                $lazy($crate::module::Field::copy_with(&self.0, c))
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::module::Cloneable for $lazy {}

        impl Clone for $lazy {
            fn clone(&self) -> $lazy {
                $lazy(self.0.clone())
            }
        }

        impl std::fmt::Display for $lazy {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::module::show(self, f)
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::Module for $lazy {
            fn visit(&self, v: &mut dyn $crate::module::Visitor) {
                self.0.visit(v);
            }

            fn type_name(&self) -> &'static str {
                stringify!($lazy)
            }

            fn leaf_repr(&self) -> Option<String> {
                self.0.leaf_repr()
            }

            fn inner(&self) -> Option<&dyn $crate::Module> {
                Some(&self.0)
            }
        }
    };
}
pub(super) use lazy_twin;

/// The input's size along `axis`, for parameters without a shape: they become tensors of the default
/// dtype, and one that the input could never meet is refused.
pub(super) fn size_of(
    op: &'static str,
    x: &Tensor,
    axis: Option<usize>,
    what: &str,
) -> Result<usize, Error> {
    let Some(&size) = axis.and_then(|a| x.shape().get(a)) else {
        let why = match x.dim() {
            0 => format!("a single number has no {what}"),
            _ => format!("input {:?} has no axis of {what}", x.shape()),
        };
        return Err(Error::new(op, ErrorKind::Shape, why));
    };
    if x.dtype() != d2l_core::default_dtype() {
        let why = format!(
            "the input is {}, but the parameters are {} (convert with `to_dtype`)",
            x.dtype(),
            d2l_core::default_dtype()
        );
        return Err(Error::new(op, ErrorKind::DType, why));
    }
    Ok(size)
}

/// Are both known, so that an input has nothing more to tell?
pub(super) fn is_known(weight: &Param, bias: &Bias) -> bool {
    weight.is_initialized() && bias.is_known()
}

/// Gives weight and bias their shapes and PyTorch's initial distribution for `fan_in` inputs.
pub(super) fn materialize(
    weight: &Param,
    shape: &[usize],
    bias: &Bias,
    outputs: usize,
    fan_in: usize,
) {
    weight.materialize(shape, default_init(fan_in));
    if let Some(b) = bias.get() {
        b.materialize([outputs], default_init(fan_in));
    }
}
