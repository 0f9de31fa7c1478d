//! The QR factorisation.
use crate::{Tensor, autograd::is_grad_enabled, cat, error::ok, kernel::linalg as kernel};

impl Tensor {
    /// `A = Q R` for matrices `[.., m, n]`, with `k = min(m, n)` orthonormal columns in Q, `[.., m,
    /// k]`, and an upper triangle R, `[.., k, n]`; PyTorch's `linalg.qr`. The signs are those of
    /// Householder reflections. The gradient needs independent columns (the first `k` of them).
    ///
    /// # Panics
    /// If the tensor has fewer than two axes or is not a float.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[3.0, 1.0], [4.0, 2.0], [0.0, 2.0]]);
    /// let (q, r) = a.qr();
    /// assert!(q.matmul(&r).allclose(&a, 1e-5, 1e-6));
    /// assert!((r.i((0, 0)).item() + 5.0).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn qr(&self) -> (Tensor, Tensor) {
        let (m, n) = ok!(self.check_matrix("qr"));
        let x = self.double();
        let (q, r) = if m >= n {
            reduced(&x)
        } else {
            // Q belongs to the first columns; the others are seen in its terms.
            let (q, r) = reduced(&x.narrow(-1, 0, m));
            let rest = q.mt().matmul(&x.narrow(-1, m, n - m));
            (q, cat(&[&r, &rest], -1))
        };
        (q.to_dtype(self.dtype()), r.to_dtype(self.dtype()))
    }

    /// As [`Tensor::qr`] with a square Q, `[.., m, m]`, and R `[.., m, n]`; PyTorch's mode `complete`.
    /// For `m > n` it has no gradient: the columns that are added could be any.
    ///
    /// # Panics
    /// As [`Tensor::qr`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (q, r) = Tensor::from([[3.0], [4.0]]).qr_complete();
    /// assert_eq!((q.shape(), r.shape()), (&[2, 2][..], &[2, 1][..]));
    /// ```
    #[track_caller]
    pub fn qr_complete(&self) -> (Tensor, Tensor) {
        let (m, n) = ok!(self.check_matrix("qr_complete"));
        if m <= n {
            return self.qr();
        }
        let (q, r) = factored(&self.detach().double(), m);
        (q.to_dtype(self.dtype()), r.to_dtype(self.dtype()))
    }
}

/// Q with `wide` columns and R with as many rows, not recorded.
fn factored(x: &Tensor, wide: usize) -> (Tensor, Tensor) {
    let (m, n) = (x.size(-2), x.size(-1));
    let (packed, _) = x.each_matrix(m * wide + wide * n, |a, out| {
        let mut r = a.to_vec();
        let (q, out) = out.split_at_mut(m * wide);
        kernel::qr(m, n, &mut r, q);
        out.copy_from_slice(&r[..wide * n]);
        Ok(())
    });
    (
        packed.part(0, &[m, wide]),
        packed.part(m * wide, &[wide, n]),
    )
}

/// Both factors for F64 matrices with at least as many rows as columns.
fn reduced(x: &Tensor) -> (Tensor, Tensor) {
    let (q, r) = factored(x, x.size(-1));
    let (of_q, of_r) = (factors(x, &q, &r), factors(x, &q, &r));
    let by_q = q.record("qr", [x], move |g, _| {
        let (q, r) = of_q();
        let inner = symmetric(&-q.mt().matmul(g));
        [Some(over(&(g + q.matmul(&inner)), &r))]
    });
    let by_r = r.record("qr", [x], move |g, _| {
        let (q, r) = of_r();
        let inner = symmetric(&g.matmul(&r.mt()));
        [Some(over(&q.matmul(&inner), &r))]
    });
    (by_q, by_r)
}

/// The factors for a backward rule: computed anew where they have to be differentiated again.
fn factors(
    x: &Tensor,
    q: &Tensor,
    r: &Tensor,
) -> impl Fn() -> (Tensor, Tensor) + Send + Sync + use<> {
    let (x, q, r) = (x.saved("qr"), q.saved("qr"), r.saved("qr"));
    move || match is_grad_enabled() {
        true => reduced(&x),
        false => (Tensor::clone(&q), Tensor::clone(&r)),
    }
}

/// The symmetric matrix with the upper triangle of `x`.
fn symmetric(x: &Tensor) -> Tensor {
    x.triu(0) + x.triu(1).mt()
}

/// `x R⁻ᵀ`.
fn over(x: &Tensor, r: &Tensor) -> Tensor {
    r.mt().solve_triangular_right(x, false, false)
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, cat, testing::gradcheck_test};
    fn both(x: &Tensor) -> Tensor {
        let (q, r) = x.qr();
        cat(&[&q.reshape(-1), &r.reshape(-1)], 0)
    }
    gradcheck_test!(
        complete,
        |x| {
            let (q, r) = (x + 3.0 * Tensor::eye([x.size(-2), x.size(-1)]).double()).qr_complete();
            q.matmul(&r) * 2.0 + r
        },
        [3, 3]; no scalar
    );
    gradcheck_test!(
        complete_wide,
        |x| (x + 3.0 * Tensor::eye(4).double().narrow(0, 0, 3))
            .qr_complete()
            .1,
        [3, 4]; no empty
    );
    gradcheck_test!(tall, |x| both(x), [2, 4, 3]; no scalar);
    gradcheck_test!(
        square,
        |x| both(&(x + 3.0 * Tensor::eye(x.size(-1)).double())),
        [3, 3]; no scalar
    );
    gradcheck_test!(
        wide,
        |x| both(&(x + 3.0 * Tensor::eye([x.size(-2), x.size(-1)]).double())),
        [2, 4]; no scalar);
}
