//! Batch normalisation.
use super::{Bias, MaybeParam, Parts, Settings, builders, channel_norm};
use crate::{
    Module,
    module::{Buffer, Mode},
    nn::lazy::lazy_twin,
};
use d2l_core::{Error, Tensor, no_grad};

channel_norm! {
    /// `(x - mean) / √(var + eps) · weight + bias` for every channel (axis 1), with mean and variance
    /// over the batch in training and the running ones in evaluation (PyTorch's `nn.BatchNorm1d`, book
    /// 8.5).
    ///
    /// Shapes: `[n, num_features]` or `[n, num_features, l]` to the same. Training moves the running
    /// statistics: `running += momentum · (batch - running)`, the variance being the unbiased one.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = BatchNorm1d::new(2);
    /// let y = layer.forward(&Tensor::from([[1.0, 2.0], [3.0, 6.0]]));
    /// assert!(y.allclose(&Tensor::from([[-1.0, -1.0], [1.0, 1.0]]), 0.0, 1e-4));
    /// assert!(layer.running_mean.allclose(&Tensor::from([0.2, 0.4]), 0.0, 1e-6));
    /// ```
    BatchNorm1d, true, normalized(1),
    /// A [`BatchNorm1d`] whose `num_features` are those of its first input (PyTorch's
    /// `nn.LazyBatchNorm1d`); what holds before that is said at [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyBatchNorm1d::new();
    /// assert!(layer.running_mean.get().is_none());
    /// layer.forward(&Tensor::ones([4, 3]));
    /// assert_eq!(layer.running_mean.shape(), [3]);
    /// ```
    LazyBatchNorm1d;
    /// [`BatchNorm1d`] of images `[n, num_features, h, w]` (PyTorch's `nn.BatchNorm2d`, book 8.5).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = BatchNorm2d::new(3).momentum(0.5);
    /// layer.forward(&Tensor::ones([2, 3, 4, 4]));
    /// assert_eq!(*layer.running_mean, Tensor::from([0.5; 3]));
    /// layer.eval();
    /// assert_eq!(layer.forward(&Tensor::full([2, 3, 1, 1], 0.5)), Tensor::zeros([2, 3, 1, 1]));
    /// ```
    BatchNorm2d, true, normalized(2),
    /// A [`BatchNorm2d`] whose `num_features` are those of its first input (PyTorch's
    /// `nn.LazyBatchNorm2d`, book 8.5); what holds before that is said at
    /// [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let net = sequential![LazyConv2d::new(6, 5), LazyBatchNorm2d::new(), Sigmoid];
    /// assert_eq!(net.forward(&Tensor::ones([2, 1, 8, 8])).shape(), [2, 6, 4, 4]);
    /// assert_eq!(net.get::<LazyBatchNorm2d>(1).unwrap().weight.shape(), [6]);
    /// ```
    LazyBatchNorm2d;
    /// [`BatchNorm1d`] of volumes `[n, num_features, d, h, w]` (PyTorch's `nn.BatchNorm3d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = BatchNorm3d::new(3).affine(false).track_running_stats(false);
    /// assert_eq!(layer.forward(&Tensor::ones([2, 3, 4, 4, 2])), Tensor::zeros([2, 3, 4, 4, 2]));
    /// assert!(layer.state_dict().is_empty());
    /// ```
    BatchNorm3d, true, normalized(3),
    /// A [`BatchNorm3d`] whose `num_features` are those of its first input (PyTorch's
    /// `nn.LazyBatchNorm3d`); what holds before that is said at [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyBatchNorm3d::new();
    /// layer.forward(&Tensor::ones([4, 3, 1, 1, 2]));
    /// assert_eq!(layer.weight.shape(), [3]);
    /// ```
    LazyBatchNorm3d;
}

fn normalized(parts: Parts<'_>, x: &Tensor, axes: usize) -> Result<Tensor, Error> {
    // Without an axis behind the channels there are the examples alone.
    let least = if axes == 1 { 2 } else { axes + 2 };
    parts.learn("batch_norm", x, [least, axes + 2], 1)?;
    let counter = parts.counter.get().filter(|_| parts.training);
    let part = match (parts.settings.momentum, counter) {
        (Some(momentum), _) => momentum,
        (None, Some(counter)) => (counter.item() + 1.0).recip(),
        (None, None) => 0.0,
    };
    let own = parts.training || parts.running().is_none();
    let (weight, bias) = (parts.weight.tensor(), parts.bias.tensor());
    let y = x.try_batch_norm(parts.running(), weight, bias, own, part, parts.settings.eps)?;
    if let Some(counter) = counter {
        no_grad(|| counter.add_(1));
    }
    Ok(y)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn layers_are_printed_as_in_pytorch() {
        let settings = "eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)";
        let layer = BatchNorm2d::new(3);
        assert_eq!(
            layer.repr().to_string(),
            format!("BatchNorm2d(3, {settings}")
        );
        let lazy = LazyBatchNorm1d::new();
        assert_eq!(
            lazy.repr().to_string(),
            format!("LazyBatchNorm1d(0, {settings}")
        );
        lazy.forward(&Tensor::ones([2, 3]));
        assert_eq!(
            lazy.repr().to_string(),
            format!("BatchNorm1d(3, {settings}")
        );
        let plain = BatchNorm1d::new(2).affine(false).momentum(None);
        assert_eq!(
            plain.repr().to_string(),
            "BatchNorm1d(2, eps=1e-05, momentum=None, affine=False, track_running_stats=True)"
        );
    }

    #[test]
    fn without_momentum_the_statistics_are_the_mean_of_all_batches() {
        let layer = BatchNorm1d::new(1).momentum(None);
        for mean in [1.0, 2.0, 6.0] {
            layer.forward(&Tensor::from([[mean - 1.0], [mean + 1.0]]));
        }
        assert!((layer.running_mean.item() - 3.0).abs() < 1e-6);
        assert_eq!(layer.num_batches_tracked.item(), 3.0);
    }

    #[test]
    fn a_refused_batch_is_not_counted() {
        let net = sequential![BatchNorm1d::new(2)];
        let run = |x: Tensor| {
            let run = std::panic::AssertUnwindSafe(|| drop(net.forward(&x)));
            let panic = std::panic::catch_unwind(run).unwrap_err();
            *panic.downcast::<String>().unwrap()
        };
        let text = run(Tensor::ones([1, 2]));
        assert!(
            text.contains("a single value for each channel (in 0, BatchNorm1d)"),
            "{text}"
        );
        let text = run(Tensor::ones([2, 2, 2, 2]));
        assert!(
            text.starts_with("batch_norm: input [2, 2, 2, 2] has 4 axes, not 2 or 3"),
            "{text}"
        );
        let layer = net.get::<BatchNorm1d>(0).unwrap();
        assert_eq!(layer.num_batches_tracked.item(), 0.0);
    }

    #[test]
    #[should_panic(expected = "BatchNorm2d: eps 0 is not positive")]
    fn a_variance_of_0_needs_an_eps() {
        let _ = BatchNorm2d::new(1).eps(0.0);
    }
}
