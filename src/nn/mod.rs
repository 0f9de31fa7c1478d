//! Layers: one file each, a record with a short `forward`.
/// The `forward` of a leaf layer: the method, and the trait by which it is a `Layer`. Unlike
/// `#[add_to_class]` it opens no scope, so that `#[track_caller]` reaches the user's line; layers
/// that can fail call `module::fail`, which names them.
macro_rules! forward {
    ($(#[$meta:meta])* $layer:ident, |$this:ident, $x:ident| $body:expr) => {
        impl $layer {
            $(#[$meta])*
            #[track_caller]
            pub fn forward(&self, $x: &d2l_core::Tensor) -> d2l_core::Tensor {
                let $this = self;
                $body
            }
        }

        impl<'a> $crate::module::Forward<(&'a d2l_core::Tensor,)> for $layer {
            type Output = d2l_core::Tensor;
            #[track_caller]
            fn call(&self, (x,): (&'a d2l_core::Tensor,)) -> d2l_core::Tensor {
                self.forward(x)
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
