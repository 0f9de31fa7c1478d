//! Keras's and Gluon's name for the lazy dense layer.

/// [`LazyLinear`](super::LazyLinear) under the name it has in Keras and Gluon.
///
/// ```
/// use d2l::prelude::*;
/// let net = Dense::new(1).kernel_initializer(Normal(0.0, 0.01));
/// assert_eq!(net.forward(&Tensor::ones([4, 2])).shape(), [4, 1]);
/// ```
pub type Dense = super::LazyLinear;
