//! Layers: one file each, a record with a short `forward`.
/// The `forward` of a leaf layer: the method, and the trait by which it is a `Layer`, from a
/// `Result`. Unlike `#[add_to_class]` it opens no scope, so that `#[track_caller]` reaches the user's
/// line, and a container can raise the error at its own caller's.
macro_rules! forward {
    ($(#[$meta:meta])* $layer:ident, |$this:ident, $x:ident| $result:expr) => {
        impl $layer {
            $(#[$meta])*
            #[track_caller]
            pub fn forward(&self, x: &d2l_core::Tensor) -> d2l_core::Tensor {
                match self.try_forward(x) {
                    Ok(y) => y,
                    Err(e) => $crate::module::fail(self, e),
                }
            }

            fn try_forward(&self, x: &d2l_core::Tensor) -> Result<d2l_core::Tensor, d2l_core::Error> {
                let y = self.result(x)?;
                $crate::module::passed(self, x, &y);
                Ok(y)
            }

            fn result(&self, $x: &d2l_core::Tensor) -> Result<d2l_core::Tensor, d2l_core::Error> {
                let $this = self;
                $result
            }
        }

        impl<'a> $crate::module::Forward<(&'a d2l_core::Tensor,)> for $layer {
            type Output = d2l_core::Tensor;

            #[track_caller]
            fn call(&self, (x,): (&'a d2l_core::Tensor,)) -> d2l_core::Tensor {
                self.forward(x)
            }

            fn try_call(&self, (x,): (&'a d2l_core::Tensor,)) -> Result<d2l_core::Tensor, $crate::module::Refusal> {
                self.try_forward(x).map_err(|e| $crate::module::Refusal::new(self, e))
            }
        }
    };
}

mod activation;
mod bias;
mod dense;
mod flatten;
mod identity;
mod lambda;
mod lazy;
mod lazy_linear;
mod linear;
mod sequential;

pub use activation::{ReLU, Sigmoid, Tanh};
pub use bias::Bias;
pub use dense::Dense;
pub use flatten::Flatten;
pub use identity::Identity;
pub use lambda::Lambda;
pub use lazy_linear::LazyLinear;
pub use linear::Linear;
pub use sequential::{IntoLayer, Sequential};
