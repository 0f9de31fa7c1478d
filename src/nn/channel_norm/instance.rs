//! Instance normalisation.
use super::{Bias, MaybeParam, Parts, Settings, builders, channel_norm};
use crate::{
    Module,
    module::{Buffer, Mode},
    nn::lazy::lazy_twin,
};
use d2l_core::{Error, Tensor};

channel_norm! {
    /// `(x - mean) / √(var + eps) · weight + bias` for every channel of every example by itself
    /// (PyTorch's `nn.InstanceNorm1d`); by default without weight, bias and running statistics.
    ///
    /// Shapes: `[n, num_features, l]` or `[num_features, l]` to the same.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = InstanceNorm1d::new(1).forward(&Tensor::from([[[1.0, 3.0]], [[0.0, 8.0]]]));
    /// assert!(y.allclose(&Tensor::from([[[-1.0, 1.0]], [[-1.0, 1.0]]]), 0.0, 1e-4));
    /// ```
    InstanceNorm1d, false, normalized(1),
    /// An [`InstanceNorm1d`] whose `num_features` are those of its first input (PyTorch's
    /// `nn.LazyInstanceNorm1d`); what holds before that is said at
    /// [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyInstanceNorm1d::new().affine(true);
    /// layer.forward(&Tensor::ones([4, 3, 5]));
    /// assert_eq!(layer.weight.shape(), [3]);
    /// ```
    LazyInstanceNorm1d;
    /// [`InstanceNorm1d`] of images `[n, num_features, h, w]` or `[num_features, h, w]` (PyTorch's
    /// `nn.InstanceNorm2d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = InstanceNorm2d::new(3).affine(true);
    /// assert_eq!(layer.forward(&Tensor::ones([2, 3, 4, 4])), Tensor::zeros([2, 3, 4, 4]));
    /// assert_eq!(layer.weight.shape(), [3]);
    /// ```
    InstanceNorm2d, false, normalized(2),
    /// An [`InstanceNorm2d`] whose `num_features` are those of its first input (PyTorch's
    /// `nn.LazyInstanceNorm2d`); what holds before that is said at
    /// [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyInstanceNorm2d::new().track_running_stats(true);
    /// layer.forward(&Tensor::ones([4, 3, 5, 5]));
    /// assert_eq!(layer.running_var.shape(), [3]);
    /// ```
    LazyInstanceNorm2d;
    /// [`InstanceNorm1d`] of volumes `[n, num_features, d, h, w]` or one without `n` (PyTorch's
    /// `nn.InstanceNorm3d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = InstanceNorm3d::new(3).track_running_stats(true);
    /// layer.forward(&Tensor::ones([3, 2, 2, 2]));
    /// assert!(layer.running_mean.allclose(&Tensor::full([3], 0.1), 0.0, 1e-6));
    /// ```
    InstanceNorm3d, false, normalized(3),
    /// An [`InstanceNorm3d`] whose `num_features` are those of its first input (PyTorch's
    /// `nn.LazyInstanceNorm3d`); what holds before that is said at
    /// [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyInstanceNorm3d::new().affine(true).bias(false);
    /// layer.forward(&Tensor::ones([3, 2, 2, 2]));
    /// assert_eq!((layer.weight.shape(), layer.parameters().len()), (&[3][..], 1));
    /// ```
    LazyInstanceNorm3d;
}

fn normalized(parts: Parts<'_>, x: &Tensor, axes: usize) -> Result<Tensor, Error> {
    const OP: &str = "instance_norm";
    let alone = x.dim() == axes + 1;
    parts.learn(OP, x, [axes + 1, axes + 2], usize::from(!alone))?;
    let own = parts.training || parts.running().is_none();
    let Settings { eps, momentum, .. } = parts.settings;
    let (weight, bias) = (parts.weight.tensor(), parts.bias.tensor());
    let normalize = |x: &Tensor| {
        let momentum = momentum.unwrap_or(0.0);
        x.try_instance_norm(parts.running(), weight, bias, own, momentum, eps)
    };
    if alone {
        Ok(normalize(&x.unsqueeze(0))?.squeeze(0))
    } else {
        normalize(x)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn layers_are_printed_as_in_pytorch() {
        let lazy = LazyInstanceNorm2d::new();
        let settings = "eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)";
        assert_eq!(
            lazy.repr().to_string(),
            format!("LazyInstanceNorm2d(0, {settings}")
        );
        let layer = InstanceNorm2d::new(4);
        assert_eq!(
            layer.repr().to_string(),
            format!("InstanceNorm2d(4, {settings}")
        );
    }

    #[test]
    #[should_panic(
        expected = "instance_norm: input [2, 3] has 2 axes, not 3 or 4 (in 0, InstanceNorm2d)"
    )]
    fn axes_are_counted() {
        let _ = sequential![InstanceNorm2d::new(3)].forward(&Tensor::ones([2, 3]));
    }
}
