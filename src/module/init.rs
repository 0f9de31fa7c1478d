//! Initialisers: what a parameter starts from. PyTorch's `torch.nn.init`.
//!
//! Each draws from the default random generator when it runs, by one key per tensor: the values
//! depend on `manual_seed` and the order of initialisation, not on the number of threads.
use d2l_core::Tensor;

/// Fills a tensor. Closures on `&Tensor` are initialisers too.
///
/// ```
/// use d2l::{init::{Constant, Initializer}, prelude::*};
/// let t = Tensor::zeros([2]);
/// Constant(3.0).init(&t);
/// assert_eq!(t, Tensor::from([3.0, 3.0]));
/// ```
pub trait Initializer: Send + Sync + 'static {
    /// Writes every element of `t`; nothing is recorded for gradients.
    fn init(&self, t: &Tensor);
}

impl<F: Fn(&Tensor) + Send + Sync + 'static> Initializer for F {
    fn init(&self, t: &Tensor) {
        self(t);
    }
}

/// `Normal(mean, std)`: PyTorch's `init.normal_`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal(pub f64, pub f64);

/// `Uniform(low, high)`: PyTorch's `init.uniform_`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform(pub f64, pub f64);

/// The same value everywhere: PyTorch's `init.constant_`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant(pub f64);

/// Zero everywhere: PyTorch's `init.zeros_`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zeros;

impl Initializer for Normal {
    fn init(&self, t: &Tensor) {
        t.normal_(self.0, self.1);
    }
}

impl Initializer for Uniform {
    fn init(&self, t: &Tensor) {
        t.uniform_(self.0, self.1);
    }
}

impl Initializer for Constant {
    fn init(&self, t: &Tensor) {
        t.fill_(self.0);
    }
}

impl Initializer for Zeros {
    fn init(&self, t: &Tensor) {
        t.zero_();
    }
}
