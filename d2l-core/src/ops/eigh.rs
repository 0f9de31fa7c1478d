//! Eigenvalues of symmetric matrices.
use crate::{
    Tensor,
    autograd::is_grad_enabled,
    error::{Result, bail, ok},
    kernel::linalg as kernel,
};

impl Tensor {
    /// The eigenvalues of symmetric matrices `[.., n, n]`, ascending, `[.., n]`, and as columns their
    /// orthonormal eigenvectors, `[.., n, n]`: `A = V diag(w) Vᵀ`. Only the lower triangle is read.
    /// PyTorch's `linalg.eigh`. A vector's sign is arbitrary; the gradient of the vectors is finite
    /// only if no eigenvalue repeats.
    ///
    /// # Panics
    /// If the matrices are not square, or hold NaN or infinity.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[2.0, 1.0], [1.0, 2.0]]);
    /// let (w, v) = a.eigh();
    /// assert!(w.allclose(&Tensor::from([1.0, 3.0]), 1e-5, 1e-6));
    /// assert!(a.matmul(&v).allclose(&(v * w), 1e-5, 1e-6));
    /// ```
    #[track_caller]
    pub fn eigh(&self) -> (Tensor, Tensor) {
        let (w, v) = ok!(eigen("eigh", &self.double(), true));
        (w.to_dtype(self.dtype()), v.to_dtype(self.dtype()))
    }

    /// The eigenvalues alone, as [`Tensor::eigh`]; PyTorch's `linalg.eigvalsh`.
    ///
    /// # Panics
    /// As [`Tensor::eigh`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[2.0, 0.0], [0.0, 1.0]]).eigvalsh(), Tensor::from([1.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn eigvalsh(&self) -> Tensor {
        let vectors = self.requires_grad() && is_grad_enabled();
        ok!(eigen("eigvalsh", &self.double(), vectors))
            .0
            .to_dtype(self.dtype())
    }
}

/// Values and, if asked for, vectors of F64 matrices.
fn eigen(op: &'static str, x: &Tensor, vectors: bool) -> Result<(Tensor, Tensor)> {
    let n = x.check_square(op)?;
    let rows = if vectors { n } else { 0 };
    let (packed, failure) = x.each_matrix(n + rows * n, |a, out| {
        let mut a = a.to_vec();
        for at in 0..n * n {
            a[at] = a[(at / n).max(at % n) * n + (at / n).min(at % n)];
        }
        let (values, vectors) = out.split_at_mut(n);
        kernel::eigh(n, &mut a, values, vectors)
            .then_some(())
            .ok_or(0)
    });
    if let Some(e) = failure {
        bail!(
            op,
            Value,
            "{e} has no finite eigenvalues: it holds NaN or infinity"
        );
    }
    let (w, v) = (packed.part(0, &[n]), packed.part(n, &[rows, n]).mt());
    let (of_w, of_v) = (pair(x, &w, &v), pair(x, &w, &v));
    let by_w = w.record("eigh", [x], move |g, _| {
        let (_, v) = of_w();
        [Some((&v * g.unsqueeze(-2)).matmul(&v.mt()))]
    });
    let by_v = v.record("eigh", [x], move |g, _| {
        let (w, v) = of_v();
        let gaps = w.unsqueeze(-2) - w.unsqueeze(-1) + Tensor::eye(n).double();
        let inner = (v.mt().matmul(g) / gaps).without_diagonal();
        [Some(v.matmul(&inner).matmul(&v.mt()))]
    });
    Ok((by_w, by_v))
}

/// Values and vectors for a backward rule: computed anew where they have to be differentiated again.
fn pair(x: &Tensor, w: &Tensor, v: &Tensor) -> impl Fn() -> (Tensor, Tensor) + Send + Sync + use<> {
    let (x, w, v) = (x.saved("eigh"), w.saved("eigh"), v.saved("eigh"));
    move || match is_grad_enabled() {
        true => x.eigh(),
        false => (Tensor::clone(&w), Tensor::clone(&v)),
    }
}

impl Tensor {
    fn without_diagonal(&self) -> Tensor {
        self.triu(1) + self.tril(-1)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    /// Eigenvalues far apart.
    fn symmetric(x: &Tensor) -> Tensor {
        x + x.mt() + Tensor::from([[0.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 10.0]]).double()
    }
    gradcheck_test!(values, |x| symmetric(x).eigh().0, [2, 3, 3]; no empty, scalar);
    gradcheck_test!(vectors, |x| symmetric(x).eigh().1.square(), [2, 3, 3]; no empty, scalar);
    gradcheck_test!(values_alone, |x| symmetric(x).eigvalsh(), [3, 3]; no empty, scalar);

    #[test]
    #[should_panic(
        expected = "eigh: the matrix has no finite eigenvalues: it holds NaN or infinity"
    )]
    fn nan_is_refused() {
        let _ = Tensor::from([[f32::NAN]]).eigh();
    }
}
