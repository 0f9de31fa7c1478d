//! Normalisation of groups of channels.
use super::{
    Bias, MaybeParam,
    layer_norm::parameter,
    sizes::{float, python},
};
use crate::{
    Module,
    module::init::{Constant, Zeros},
};
use d2l_core::{Error, ErrorKind, Tensor};

/// `(x - mean) / √(var + eps) · weight + bias` with mean and variance over groups of channels (axis 1)
/// of every example; weight and bias are those of the channel (PyTorch's `nn.GroupNorm`).
///
/// Shapes: `[n, num_channels, ..]` to the same.
///
/// ```
/// use d2l::prelude::*;
/// let y = GroupNorm::new(2, 4).forward(&Tensor::from([[1.0, 3.0, 0.0, 8.0]]));
/// assert!(y.allclose(&Tensor::from([[-1.0, 1.0, -1.0, 1.0]]), 0.0, 1e-4));
/// ```
#[derive(Module, Debug)]
#[module(repr = GroupNorm::line)]
pub struct GroupNorm {
    /// `[num_channels]`, 1 at first; none if made with `affine(false)`.
    pub weight: MaybeParam,
    /// `[num_channels]`, 0 at first; none if made with `affine(false)` or `bias(false)`.
    pub bias: Bias,
    groups: usize,
    channels: usize,
    eps: f64,
}

impl GroupNorm {
    /// So many groups of so many channels in all, with weight and bias.
    ///
    /// # Panics
    /// If there are none, or the channels cannot be divided into the groups.
    #[track_caller]
    pub fn new(num_groups: usize, num_channels: usize) -> GroupNorm {
        assert!(num_groups > 0, "GroupNorm: num_groups must not be 0");
        assert!(num_channels > 0, "GroupNorm: num_channels must not be 0");
        assert!(
            num_channels.is_multiple_of(num_groups),
            "GroupNorm: num_channels {num_channels} is not divisible by num_groups {num_groups}"
        );
        GroupNorm {
            weight: parameter(&[num_channels], Constant(1.0), true),
            bias: parameter(&[num_channels], Zeros, true),
            groups: num_groups,
            channels: num_channels,
            eps: 1e-5,
        }
    }

    /// What is added to the variance (1e-5).
    #[must_use]
    pub fn eps(mut self, eps: f64) -> GroupNorm {
        self.eps = eps;
        self
    }

    /// With or without weight and bias (with).
    #[must_use]
    pub fn affine(mut self, on: bool) -> GroupNorm {
        self.weight = parameter(&[self.channels], Constant(1.0), on);
        self.bias = parameter(&[self.channels], Zeros, on);
        self
    }

    /// With or without a bias, where there is a weight (with).
    #[must_use]
    pub fn bias(mut self, on: bool) -> GroupNorm {
        self.bias = parameter(&[self.channels], Zeros, on && self.weight.get().is_some());
        self
    }

    fn check(&self, x: &Tensor) -> Result<(), Error> {
        if x.shape().get(1) == Some(&self.channels) {
            return Ok(());
        }
        let (shape, channels) = (x.shape(), self.channels);
        let why = format!("input {shape:?} has not {channels} channels along axis 1");
        Err(Error::new("group_norm", ErrorKind::Shape, why))
    }

    fn line(&self) -> String {
        format!(
            "GroupNorm({}, {}, eps={}, affine={})",
            self.groups,
            self.channels,
            float(self.eps),
            python(self.weight.get().is_some())
        )
    }
}

forward! {
    /// The normalised input.
    ///
    /// # Panics
    /// If the channels or the dtype of `x` do not fit.
    GroupNorm, |this, x| {
        this.check(x)?;
        x.try_group_norm(this.groups, this.weight.tensor(), this.bias.tensor(), this.eps)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(
            GroupNorm::new(3, 6).affine(false).repr().to_string(),
            "GroupNorm(3, 6, eps=1e-05, affine=False)"
        );
    }

    #[test]
    #[should_panic(expected = "GroupNorm: num_channels 10 is not divisible by num_groups 3")]
    fn groups_are_of_one_size() {
        let _ = GroupNorm::new(3, 10);
    }

    #[test]
    #[should_panic(expected = "input [2, 4] has not 6 channels along axis 1 (in 0, GroupNorm)")]
    fn channels_are_counted_without_parameters_too() {
        let _ = sequential![GroupNorm::new(2, 6).affine(false)].forward(&Tensor::ones([2, 4]));
    }
}
