//! The exponential function of matrices.
use crate::{Tensor, cat, error::ok};

/// Coefficients of the Padé approximation of degree 13.
const PADE: [f64; 14] = [
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
];
/// Up to this 1-norm the approximation is exact in f64 (Higham).
const NORM: f64 = 5.371920351148152;

impl Tensor {
    /// `e^A = I + A + A²/2 + …` for square matrices; PyTorch's `matrix_exp`. The gradient is that of
    /// the Fréchet derivative, found from the exponential of a matrix of twice the size.
    ///
    /// # Panics
    /// If the matrices are not square.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[0.0, 1.0], [0.0, 0.0]]);
    /// let want = Tensor::from([[1.0, 1.0], [0.0, 1.0]]);
    /// assert!(a.matrix_exp().allclose(&want, 1e-5, 1e-6));
    /// ```
    #[track_caller]
    pub fn matrix_exp(&self) -> Tensor {
        let n = ok!(self.check_square("matrix_exp"));
        let x = self.double();
        let saved = x.saved("matrix_exp");
        let y = exponential(&x.detach()).record("matrix_exp", [&x], move |g, _| {
            let (at, zero) = (saved.mt(), saved.zeros_like());
            let (top, bottom) = (cat(&[&at, g], -1), cat(&[&zero, &at], -1));
            let both = cat(&[&top, &bottom], -2).matrix_exp();
            [Some(both.narrow(-2, 0, n).narrow(-1, n, n))]
        });
        y.to_dtype(self.dtype())
    }
}

/// Scaled down, approximated, squared up again.
fn exponential(x: &Tensor) -> Tensor {
    if x.numel() == 0 {
        return x.clone();
    }
    let norm = x.abs().sum_dim(-2).max().item();
    let halvings = if norm.is_finite() {
        (norm / NORM).log2().ceil().max(0.0) as i32
    } else {
        0
    };
    let mut y = approximation(&(x * 0.5f64.powi(halvings)));
    for _ in 0..halvings {
        y = y.matmul(&y);
    }
    y
}

fn approximation(a: &Tensor) -> Tensor {
    let one = Tensor::eye(a.size(-1)).double();
    let a2 = a.matmul(a);
    let a4 = a2.matmul(&a2);
    let a6 = a4.matmul(&a2);
    // The terms of every other power from `i` on, divided by A where they are odd.
    let sum = |i: usize| {
        let high = &a6 * PADE[i + 12] + &a4 * PADE[i + 10] + &a2 * PADE[i + 8];
        a6.matmul(&high)
            + &a6 * PADE[i + 6]
            + &a4 * PADE[i + 4]
            + &a2 * PADE[i + 2]
            + &one * PADE[i]
    };
    let (even, odd) = (sum(0), a.matmul(&sum(1)));
    (&even - &odd).solve(&(&even + &odd))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(matrix_exp, |x| x.matrix_exp(), [2, 3, 3]; no scalar);

    #[test]
    fn large_matrices_are_scaled() {
        let y = Tensor::from([[30.0, 0.0], [0.0, -30.0]])
            .double()
            .matrix_exp();
        let want = Tensor::from([[30.0, f64::NEG_INFINITY], [f64::NEG_INFINITY, -30.0]]);
        assert!(y.allclose(&want.double().exp(), 1e-12, 1e-12));
    }
}
