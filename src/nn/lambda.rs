//! A function as a layer.
use crate::{Module, module::Scoped};
use d2l_core::Tensor;
use std::sync::Arc;

/// A function of one tensor as a layer without parameters; made by the function of the same name.
#[derive(Module)]
#[module(repr = Lambda::line)]
pub struct Lambda {
    #[module(skip)]
    function: Arc<dyn Fn(&Tensor) -> Tensor + Send + Sync>,
}

/// Makes a layer of a function: `Lambda(|x| x - x.mean())`. In `sequential![..]` a function
/// `|x: &Tensor| ..` can stand by itself.
///
/// ```
/// use d2l::prelude::*;
/// let centered = Lambda(|x| x - x.mean());
/// assert_eq!(centered.forward(&Tensor::from([1.0, 3.0])), Tensor::from([-1.0, 1.0]));
/// ```
#[allow(non_snake_case)]
pub fn Lambda(function: impl Fn(&Tensor) -> Tensor + Send + Sync + 'static) -> Lambda {
    Lambda {
        function: Arc::new(function),
    }
}

forward! {
    /// The function's value.
    Lambda, |this, x| Ok(Scoped(this).__enter(|| (this.function)(x)))
}

impl Lambda {
    fn line(&self) -> String {
        "Lambda()".to_string()
    }
}
