//! Pools by the p-norm of windows.
use crate::{
    Pool, Tensor,
    error::{Result, bail, ok},
};

macro_rules! lp_pools {
    ($($(#[$doc:meta])* $name:ident $try_name:ident $mean:ident $axes:literal;)*) => {
        impl Tensor { $(
            $(#[$doc])*
            ///
            /// # Panics
            /// If the window does not fit or has padding, `p` is 0, or this is no float image with a
            /// channel axis.
            #[track_caller]
            pub fn $name(&self, p: f64, pool: &Pool) -> Tensor {
                ok!(self.$try_name(p, pool))
            }

            #[doc = concat!("[`Tensor::", stringify!($name), "`] as a `Result`.")]
            ///
            /// # Errors
            /// As the panics.
            pub fn $try_name(&self, p: f64, pool: &Pool) -> Result<Tensor> {
                let op = stringify!($name);
                check(op, p, pool)?;
                let sums = self.pow(p).$mean(pool)? * pool.area(op, $axes)?;
                // As PyTorch: what is not positive has no root, and 0 no gradient.
                Ok((sums.sign() * sums.abs().relu()).pow(p.recip()))
            }
        )* }
    };
}
lp_pools! {
    /// `(Σ xᵖ)^(1/p)` over each window along the last axis; PyTorch's `nn.functional.lp_pool1d`.
    /// With 1 it is the sum, towards ∞ the maximum.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[3.0, 4.0, 0.0, 2.0]]);
    /// assert_eq!(x.lp_pool1d(2.0, &Pool::new(2)), Tensor::from([[5.0, 2.0]]));
    /// ```
    lp_pool1d try_lp_pool1d try_avg_pool1d 1;
    /// [`Tensor::lp_pool1d`] for images; PyTorch's `nn.functional.lp_pool2d`.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[[1.0, 1.0], [1.0, 1.0]]]);
    /// assert_eq!(x.lp_pool2d(2.0, &Pool::new(2)).item(), 2.0);
    /// ```
    lp_pool2d try_lp_pool2d try_avg_pool2d 2;
    /// [`Tensor::lp_pool1d`] for volumes; PyTorch's `nn.functional.lp_pool3d`.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::ones([1, 2, 2, 2]);
    /// assert_eq!(x.lp_pool3d(3.0, &Pool::new(2)).item(), 2.0);
    /// ```
    lp_pool3d try_lp_pool3d try_avg_pool3d 3;
}

fn check(op: &'static str, p: f64, pool: &Pool) -> Result<()> {
    if p == 0.0 || p.is_nan() {
        bail!(op, Value, "there is no norm of order {p}");
    }
    if pool.is_padded() {
        bail!(op, Value, "a norm takes no padding");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Pool, Tensor, testing::gradcheck_test};
    gradcheck_test!(
        lp_pool1d,
        |x| (x.square() + 0.1).lp_pool1d(3.0, &Pool::new(2).stride(1)),
        [2, 5]; no empty, scalar
    );
    gradcheck_test!(
        lp_pool2d,
        |x| (x.square() + 0.1).lp_pool2d(2.0, &Pool::new((2, 1)).ceil_mode(true)),
        [1, 3, 3]; no empty, scalar
    );
    gradcheck_test!(lp_pool3d, |x| x.lp_pool3d(2.0, &Pool::new(2)), [1, 2, 2, 2]; no empty, scalar);

    #[test]
    fn zeros_have_no_gradient() {
        let x = Tensor::zeros([1, 2]).requires_grad_(true);
        x.lp_pool1d(2.0, &Pool::new(2)).sum().backward();
        assert_eq!(x.grad().unwrap(), Tensor::zeros([1, 2]));
    }

    #[test]
    #[should_panic(expected = "lp_pool1d: a norm takes no padding")]
    fn padding_is_refused() {
        let _ = Tensor::zeros([1, 4]).lp_pool1d(2.0, &Pool::new(2).padding(1));
    }
}
