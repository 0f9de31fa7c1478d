//! The loss of regression.
use super::walk;
use crate::{
    Tensor,
    autograd::is_recording,
    error::{Result, bail, ok},
    kernel::{elementwise, math::Float, reduce},
    tensor::{Dims, float},
};

impl Tensor {
    /// The mean of `(self - y)²`; PyTorch's `nn.functional.mse_loss`. The shapes must be equal: a
    /// column against a row would broadcast to a matrix and be wrong in silence.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 4.0]).mse_loss(&Tensor::from([1.0, 2.0])).item(), 2.0);
    /// ```
    #[track_caller]
    pub fn mse_loss(&self, y: &Tensor) -> Tensor {
        ok!(self.try_mse_loss(y))
    }

    /// [`Tensor::mse_loss`] as a `Result`.
    ///
    /// # Errors
    /// If shapes or dtypes differ.
    pub fn try_mse_loss(&self, y: &Tensor) -> Result<Tensor> {
        self.check_pair("mse_loss", y)?;
        let (a, b) = (self.contiguous(), y.contiguous());
        let n = a.numel();
        let loss = float!(a.dtype(), T => Tensor::build::<T>(a.dtype(), Dims::new(&[]), |out| {
            out[0] = squared_distance::<T>(&a.read::<T>(), &b.read::<T>()) / n as T;
        }));
        let (p, q) = (a.saved("mse_loss"), b.saved("mse_loss"));
        Ok(loss.record("mse_loss", [&a, &b], move |g, cx| {
            let by_a = gradient(g, &p, &q);
            let by_b = cx.needs(1, || -&by_a);
            [Some(by_a), by_b]
        }))
    }

    /// Both float, of one dtype and one shape.
    fn check_pair(&self, op: &'static str, y: &Tensor) -> Result<()> {
        if self.shape() != y.shape() {
            bail!(
                op,
                Shape,
                "prediction {:?} and label {:?} differ in shape",
                self.shape(),
                y.shape()
            );
        }
        self.check_float(op)?;
        if self.dtype() != y.dtype() {
            bail!(
                op,
                DType,
                "prediction {} and label {} differ in dtype (convert with `to_dtype`)",
                self.dtype(),
                y.dtype()
            );
        }
        Ok(())
    }
}

/// `Σ (a - b)²`, block by block so that the squares stay in the cache.
fn squared_distance<T: Float>(a: &[T], b: &[T]) -> T {
    if a.len() <= 64 {
        blocks::<T, 64>(a, b)
    } else {
        blocks::<T, 1024>(a, b)
    }
}

fn blocks<T: Float, const N: usize>(a: &[T], b: &[T]) -> T {
    let mut squares = [T::ZERO; N];
    let square = elementwise::zip_loop(|a: T, b: T| (a - b) * (a - b));
    let sums = a.chunks(N).zip(b.chunks(N)).map(|(a, b)| {
        let out = &mut squares[..a.len()];
        square(a, b, out);
        reduce::sum(out)
    });
    sums.fold(T::ZERO, |sum, block| sum + block)
}

/// `2 g (a - b) / n`.
fn gradient(g: &Tensor, a: &Tensor, b: &Tensor) -> Tensor {
    let n = a.numel() as f64;
    if is_recording(&[g, a, b]) {
        return (a - b) * (g * (2.0 / n));
    }
    float!(a.dtype(), T => {
        let scale = (g.item() * 2.0 / n) as T;
        walk::zip::<T, T, T>(a, b, *a.dims(), a.dtype(), move |a, b| (a - b) * scale)
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(mse_loss, |a, b| a.mse_loss(b), [3, 4], [3, 4]);

    #[test]
    #[should_panic(expected = "mse_loss: prediction [32, 1] and label [32] differ in shape")]
    fn a_column_against_a_row_is_refused() {
        let _ = Tensor::zeros([32, 1]).mse_loss(&Tensor::zeros([32]));
    }
}
