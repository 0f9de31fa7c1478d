//! Initialisers: what a parameter starts from. PyTorch's `torch.nn.init`.
//!
//! An initialiser is a value: a record of its options, with PyTorch's defaults. It is given to
//! [`Param::init`], to a layer's `kernel_initializer`, or runs on a plain tensor with
//! [`Initializer::init`]. Beside it stands a function of PyTorch's name for the default options. On a
//! lazy parameter all of them wait for the shape.
//!
//! ```
//! use d2l::{init::{Fan, KaimingNormal, Nonlinearity}, prelude::*};
//! let net = sequential![Linear::new(4, 8), ReLU, LazyLinear::new(2)];
//! net.apply_to::<Linear>(|l| {
//!     init::xavier_uniform_(&l.weight);
//!     init::zeros_(&l.bias);
//! });
//! net.forward(&Tensor::ones([1, 4]));
//! let bound = (6f64 / 10.0).sqrt(); // of the lazy layer, which has 8 inputs and 2 outputs
//! assert!(net.parameters()[2].abs().max().item() <= bound);
//!
//! let kaiming = KaimingNormal::new().mode(Fan::Out).nonlinearity(Nonlinearity::ReLU);
//! net.parameters()[0].init(kaiming);
//! ```
//!
//! Each draws from the default random generator when it runs, by one key per draw: the values
//! depend on `manual_seed` and the order of initialisation, not on the number of threads.
mod constant;
mod dirac;
mod eye;
mod fan;
mod gain;
mod kaiming;
mod normal;
mod orthogonal;
mod sparse;
#[cfg(test)]
mod tests;
mod trunc_normal;
mod uniform;
mod xavier;

pub use constant::{Constant, Ones, Zeros, constant_, ones_, zeros_};
pub use dirac::{Dirac, dirac_};
pub use eye::{Eye, eye_};
pub use fan::{Fan, calculate_fan_in_and_fan_out};
pub use gain::{Nonlinearity, calculate_gain};
pub use kaiming::{KaimingNormal, KaimingUniform, kaiming_normal_, kaiming_uniform_};
pub use normal::{Normal, normal_};
pub use orthogonal::{Orthogonal, orthogonal_};
pub use sparse::{Sparse, sparse_};
pub use trunc_normal::{TruncNormal, trunc_normal_};
pub use uniform::{Uniform, uniform_};
pub use xavier::{XavierNormal, XavierUniform, xavier_normal_, xavier_uniform_};

use super::Param;
use d2l_core::Tensor;

/// Fills a tensor. Closures on `&Tensor` are initialisers too.
///
/// ```
/// use d2l::{init::Initializer, prelude::*};
/// let t = Tensor::zeros([2]);
/// Constant(3.0).init(&t);
/// assert_eq!(t, Tensor::from([3.0, 3.0]));
///
/// let w = Param::lazy();
/// w.init(|t: &Tensor| drop(t.fill_(7.0)));
/// assert_eq!(w.materialize([1], Zeros).item(), 7.0);
/// ```
pub trait Initializer: Send + Sync + 'static {
    /// Writes every element of `t`.
    ///
    /// # Panics
    /// If `t` is of a shape or dtype that cannot start so, or requires a gradient outside of
    /// `no_grad` ([`Param::init`] sees to that).
    #[track_caller]
    fn init(&self, t: &Tensor);
}

impl<F: Fn(&Tensor) + Send + Sync + 'static> Initializer for F {
    fn init(&self, t: &Tensor) {
        self(t);
    }
}

/// Writes `values`, of the shape of `t`, into `t`.
#[track_caller]
fn write(name: &str, t: &Tensor, values: &Tensor) {
    assert!(
        t.dtype().is_float(),
        "{name}: the tensor is {}, not a float",
        t.dtype()
    );
    t.copy_(&values.to_dtype(t.dtype()));
}
