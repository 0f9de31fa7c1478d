//! The singular value decomposition.
use crate::{
    Tensor,
    autograd::is_grad_enabled,
    error::{Result, bail, ok},
    kernel::linalg as kernel,
};

impl Tensor {
    /// `A = U diag(s) Vᵀ` for matrices `[.., m, n]`, as `(U, s, Vᵀ)` with shapes `[.., m, k]`, `[..,
    /// k]` and `[.., k, n]`, `k = min(m, n)`; columns of U and rows of Vᵀ are orthonormal, `s`
    /// descends. PyTorch's `linalg.svd` with `full_matrices=False`; see [`Tensor::svd_full`].
    /// Pairs of vectors are unique only up to their sign. Their gradient is finite only if no
    /// singular value repeats.
    ///
    /// # Panics
    /// If the tensor has fewer than two axes, is not a float, or holds NaN or infinity.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[3.0, 0.0], [0.0, -2.0], [0.0, 0.0]]);
    /// let (u, s, vt) = a.svd();
    /// assert!(s.allclose(&Tensor::from([3.0, 2.0]), 1e-5, 1e-6));
    /// assert!((u * s).matmul(&vt).allclose(&a, 1e-5, 1e-6));
    /// ```
    #[track_caller]
    pub fn svd(&self) -> (Tensor, Tensor, Tensor) {
        ok!(self.decomposed("svd"))
    }

    fn decomposed(&self, op: &'static str) -> Result<(Tensor, Tensor, Tensor)> {
        let (m, n) = self.check_matrix(op)?;
        let x = self.double();
        let (u, s, vh) = if m >= n {
            tall(op, &x)?
        } else {
            let (v, s, uh) = tall(op, &x.mt())?;
            (uh.mt(), s, v.mt())
        };
        let dtype = self.dtype();
        Ok((u.to_dtype(dtype), s.to_dtype(dtype), vh.to_dtype(dtype)))
    }

    /// As [`Tensor::svd`] with square U, `[.., m, m]`, and Vᵀ, `[.., n, n]`. No gradient flows
    /// through the vectors that are added, since they could be any.
    ///
    /// # Panics
    /// As [`Tensor::svd`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (u, s, vt) = Tensor::ones([3, 2]).svd_full();
    /// assert_eq!((u.shape(), s.shape(), vt.shape()), (&[3, 3][..], &[2][..], &[2, 2][..]));
    /// ```
    #[track_caller]
    pub fn svd_full(&self) -> (Tensor, Tensor, Tensor) {
        let (u, s, vh) = ok!(self.decomposed("svd_full"));
        (completed(&u.mt()).mt(), s, completed(&vh))
    }

    /// The singular values alone, descending, `[.., k]`; PyTorch's `linalg.svdvals`.
    ///
    /// # Panics
    /// As [`Tensor::svd`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0.0, 2.0], [3.0, 0.0]]).svdvals(), Tensor::from([3.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn svdvals(&self) -> Tensor {
        ok!(self.decomposed("svdvals")).1
    }
}

/// All three factors for F64 matrices with at least as many rows as columns.
fn tall(op: &'static str, x: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
    let (m, n) = (x.size(-2), x.size(-1));
    let (packed, failure) = x.each_matrix(m * n + n + n * n, |a, out| {
        let (u, out) = out.split_at_mut(m * n);
        let (s, vt) = out.split_at_mut(n);
        kernel::svd(m, n, &mut a.to_vec(), u, s, vt)
            .then_some(())
            .ok_or(0)
    });
    if let Some(e) = failure {
        bail!(
            op,
            Value,
            "{e} has no finite singular values: it holds NaN or infinity"
        );
    }
    let (u, s, vh) = (
        packed.part(0, &[m, n]),
        packed.part(m * n, &[n]),
        packed.part(m * n + n, &[n, n]),
    );
    let [of_u, of_s, of_v] = [(); 3].map(|()| factors(x, &u, &s, &vh));
    let by_u = u.record("svd", [x], move |g, _| [Some(through_u(g, of_u()))]);
    let by_s = s.record("svd", [x], move |g, _| {
        let (u, _, vh) = of_s();
        [Some((u * g.unsqueeze(-2)).matmul(&vh))]
    });
    let by_v = vh.record("svd", [x], move |g, _| {
        let (u, s, vh) = of_v();
        let inner = turned(&vh.matmul(&g.mt()), &s) * s.unsqueeze(-1);
        [Some(u.matmul(&inner).matmul(&vh))]
    });
    Ok((by_u, by_s, by_v))
}

type Factors = (Tensor, Tensor, Tensor);

/// The factors for a backward rule: computed anew where they have to be differentiated again.
fn factors(
    x: &Tensor,
    u: &Tensor,
    s: &Tensor,
    vh: &Tensor,
) -> impl Fn() -> Factors + Send + Sync + use<> {
    let saved = [x, u, s, vh].map(|t| t.saved("svd"));
    move || {
        let [x, u, s, vh] = saved.each_ref().map(|t| Tensor::clone(t));
        if is_grad_enabled() {
            x.svd()
        } else {
            (u, s, vh)
        }
    }
}

/// The gradient by U: what turns its columns among each other, and what turns them out of their space.
fn through_u(g: &Tensor, (u, s, vh): Factors) -> Tensor {
    let along = u.mt().matmul(g);
    let inside = u.matmul(&(turned(&along, &s) * s.unsqueeze(-2)));
    if u.size(-2) == u.size(-1) {
        return inside.matmul(&vh);
    }
    (inside + (g - u.matmul(&along)) / s.unsqueeze(-2)).matmul(&vh)
}

/// `(X - Xᵀ) / E` with `E[i, j] = s[j]² - s[i]²`, and a 0 diagonal.
fn turned(x: &Tensor, s: &Tensor) -> Tensor {
    let squares = s.square();
    let gaps = squares.unsqueeze(-2) - squares.unsqueeze(-1);
    (x - x.mt()) / (gaps + Tensor::eye(s.size(-1)).double())
}

/// Orthonormal rows, `[.., k, n]`, with others added: `[.., n, n]`.
fn completed(rows: &Tensor) -> Tensor {
    let (k, n) = (rows.size(-2), rows.size(-1));
    if k == n {
        return rows.clone();
    }
    let (full, _) = rows.double().each_matrix(n * n, |rows, out| {
        out[..k * n].copy_from_slice(rows);
        kernel::complete(n, k, out);
        Ok(())
    });
    full.part(0, &[n, n])
        .to_dtype(rows.dtype())
        .record("svd_full", [rows], move |g, _| [Some(g.narrow(-2, 0, k))])
}

#[cfg(test)]
mod tests {
    use crate::{
        Tensor, cat, grad, is_grad_enabled,
        testing::{gradcheck, gradcheck_test},
    };
    /// Singular values far apart, whatever `x`.
    fn spread(x: &Tensor) -> Tensor {
        let (m, n) = (x.size(-2), x.size(-1));
        x * (Tensor::arange(n) * 4 + 1) + Tensor::eye([m, n]).double()
    }
    /// All factors, without their arbitrary signs.
    fn all((u, s, vt): (Tensor, Tensor, Tensor)) -> Tensor {
        cat(&[&u.square().reshape(-1), &s, &vt.square().reshape(-1)], 0)
    }
    gradcheck_test!(full, |x| {
        let (u, s, vt) = spread(x).svd_full();
        all((u, s, vt.narrow(-2, 0, vt.size(-2).min(2))))
    }, [2, 3]; no scalar);
    gradcheck_test!(full_values, |x| spread(x).svd_full().1, [4, 3]; no scalar);
    gradcheck_test!(tall, |x| all(spread(x).svd()), [4, 3]; no scalar);
    gradcheck_test!(square, |x| all(spread(x).svd()), [3, 3]; no scalar);
    gradcheck_test!(wide, |x| all(spread(x).svd()), [2, 3]; no scalar);
    gradcheck_test!(values, |x| spread(x).svdvals(), [2, 4, 3]; no scalar);

    #[test]
    fn second_derivatives_are_right() {
        let slope = grad(|x: &Tensor| all(x.svd()).pow(3).sum());
        // While quotients are taken nothing is recorded.
        let f = |x: &[Tensor]| match is_grad_enabled() {
            true => slope(&x[0]),
            false => slope(&x[0].detach()),
        };
        let x = Tensor::from([[1.0, 2.0], [0.5, -3.0], [2.0, 0.0]]);
        gradcheck(f, &[x]).unwrap();
    }

    #[test]
    fn full_factors_are_orthonormal() {
        let (u, _, vt) = Tensor::from([[1.0, 2.0, 3.0]]).svd_full();
        assert_eq!(u.shape(), [1, 1]);
        assert!(vt.matmul(&vt.t()).allclose(&Tensor::eye(3), 1e-5, 1e-6));
    }
}
