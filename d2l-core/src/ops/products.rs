//! Products of vectors and matrices by PyTorch's narrower names, which take just the shapes they say,
//! and the same added to something.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::broadcast,
};

impl Tensor {
    /// The product of two matrices, `[m, k]` and `[k, n]`; see [`Tensor::matmul`] for the rest.
    ///
    /// # Panics
    /// If one is not a matrix, or the inner sizes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[1.0, 2.0]]);
    /// assert_eq!(a.mm(&a.t()), Tensor::from([[5.0]]));
    /// ```
    #[track_caller]
    pub fn mm(&self, other: &Tensor) -> Tensor {
        ok!(exactly("mm", [(self, 2), (other, 2)]));
        ok!(self.try_matmul(other))
    }

    /// The product of a matrix `[m, n]` and a vector `[n]`.
    ///
    /// # Panics
    /// If they are not that, or the sizes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0]]).mv(&Tensor::from([3.0, 4.0])), Tensor::from([11.0]));
    /// ```
    #[track_caller]
    pub fn mv(&self, vector: &Tensor) -> Tensor {
        ok!(exactly("mv", [(self, 2), (vector, 1)]));
        ok!(self.try_matmul(vector))
    }

    /// The products of two batches of matrices, `[b, m, k]` and `[b, k, n]`.
    ///
    /// # Panics
    /// If they are not that: unlike [`Tensor::matmul`] this never broadcasts.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).bmm(&Tensor::ones([2, 4, 5])).shape(), [2, 3, 5]);
    /// ```
    #[track_caller]
    pub fn bmm(&self, other: &Tensor) -> Tensor {
        ok!(batches("bmm", self, other))
    }

    /// `Σ a b`, the dot product of two vectors of one length.
    ///
    /// # Panics
    /// If they are not that, or the dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0]).dot(&Tensor::from([3.0, 4.0])).item(), 11.0);
    /// ```
    #[track_caller]
    pub fn dot(&self, other: &Tensor) -> Tensor {
        ok!(exactly("dot", [(self, 1), (other, 1)]));
        ok!(self.try_matmul(other))
    }

    /// [`Tensor::dot`], by PyTorch's other name for it (they differ for complex numbers).
    ///
    /// # Panics
    /// As [`Tensor::dot`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0]).vdot(&Tensor::from([3.0, 4.0])).item(), 11.0);
    /// ```
    #[track_caller]
    pub fn vdot(&self, other: &Tensor) -> Tensor {
        self.dot(other)
    }

    /// Dot products along axis `dim`, which disappears; shapes broadcast. PyTorch's `linalg.vecdot`.
    ///
    /// # Panics
    /// If the shapes do not broadcast or the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.vecdot(&x, -1), Tensor::from([5.0, 25.0]));
    /// ```
    #[track_caller]
    pub fn vecdot(&self, other: &Tensor, dim: isize) -> Tensor {
        ok!(self.try_mul(other)).sum_dim(dim)
    }

    /// All dot products of the rows of the one with the rows of the other: shapes `[.., n]` and `[..,
    /// n]` give the axes of both without the last. A number scales.
    ///
    /// # Panics
    /// If the last sizes or the dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).inner(&Tensor::ones([5, 4])).shape(), [2, 3, 5]);
    /// ```
    #[track_caller]
    pub fn inner(&self, other: &Tensor) -> Tensor {
        if self.dim() == 0 || other.dim() == 0 {
            return ok!(self.try_mul(other));
        }
        ok!(inner(self, other))
    }

    /// The matrix of all products of two vectors, `[m]` and `[n]`: `a bᵀ`.
    ///
    /// # Panics
    /// If they are not vectors.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1, 2]).outer(&Tensor::from([3, 4, 5]));
    /// assert_eq!(x, Tensor::from([[3, 4, 5], [6, 8, 10]]));
    /// ```
    #[track_caller]
    pub fn outer(&self, other: &Tensor) -> Tensor {
        ok!(exactly("outer", [(self, 1), (other, 1)]));
        ok!(self.unsqueeze(1).try_mul(other))
    }

    /// `beta self + alpha a b` for matrices `a` and `b`; this tensor broadcasts to the product. With
    /// `beta` 0 it is not looked at, so that NaN in it does not spread.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = Tensor::from([1.0, 0.0]).addmm(&a, &a, 1.0, 1.0);
    /// assert_eq!(y, Tensor::from([[8.0, 10.0], [16.0, 22.0]]));
    /// ```
    #[track_caller]
    pub fn addmm(&self, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) -> Tensor {
        ok!(exactly("addmm", [(a, 2), (b, 2)]));
        ok!(sum("addmm", self, beta, a.try_matmul(b), alpha))
    }

    /// `beta self + alpha a v` for a matrix `a` and a vector `v`, as [`Tensor::addmm`].
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (a, v) = (Tensor::from([[1.0, 2.0]]), Tensor::from([3.0, 4.0]));
    /// assert_eq!(Tensor::from([1.0]).addmv(&a, &v, 2.0, 1.0), Tensor::from([13.0]));
    /// ```
    #[track_caller]
    pub fn addmv(&self, a: &Tensor, v: &Tensor, beta: f64, alpha: f64) -> Tensor {
        ok!(exactly("addmv", [(a, 2), (v, 1)]));
        ok!(sum("addmv", self, beta, a.try_matmul(v), alpha))
    }

    /// `beta self + alpha a bᵀ` for vectors `a` and `b`, as [`Tensor::addmm`].
    ///
    /// # Panics
    /// If shapes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (a, b) = (Tensor::from([1.0, 2.0]), Tensor::from([3.0]));
    /// assert_eq!(Tensor::ones([2, 1]).addr(&a, &b, 1.0, 1.0), Tensor::from([[4.0], [7.0]]));
    /// ```
    #[track_caller]
    pub fn addr(&self, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) -> Tensor {
        ok!(exactly("addr", [(a, 1), (b, 1)]));
        ok!(sum("addr", self, beta, a.unsqueeze(1).try_mul(b), alpha))
    }

    /// `beta self + alpha a b` for batches of matrices, as [`Tensor::bmm`] and [`Tensor::addmm`].
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (a, b) = (Tensor::ones([2, 1, 3]), Tensor::ones([2, 3, 1]));
    /// assert_eq!(Tensor::from(1.0).baddbmm(&a, &b, 1.0, 2.0), Tensor::full([2, 1, 1], 7.0));
    /// ```
    #[track_caller]
    pub fn baddbmm(&self, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) -> Tensor {
        ok!(sum("baddbmm", self, beta, batches("baddbmm", a, b), alpha))
    }

    /// `beta self + alpha Σ a[i] b[i]` over batches of matrices, as [`Tensor::baddbmm`].
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (a, b) = (Tensor::ones([2, 1, 3]), Tensor::ones([2, 3, 1]));
    /// assert_eq!(Tensor::from(1.0).addbmm(&a, &b, 1.0, 2.0), Tensor::from([[13.0]]));
    /// ```
    #[track_caller]
    pub fn addbmm(&self, a: &Tensor, b: &Tensor, beta: f64, alpha: f64) -> Tensor {
        let products = batches("addbmm", a, b).map(|p| p.sum_dim(0));
        ok!(sum("addbmm", self, beta, products, alpha))
    }
}

/// Checks the numbers of axes.
fn exactly(op: &'static str, list: [(&Tensor, usize); 2]) -> Result<()> {
    let kind = ["a number", "a vector", "a matrix", "a batch of matrices"];
    for (t, axes) in list {
        if t.dim() != axes {
            bail!(
                op,
                Shape,
                "{:?} is not {}; `matmul` takes the rest",
                t.shape(),
                kind[axes]
            );
        }
    }
    Ok(())
}

fn batches(op: &'static str, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    exactly(op, [(a, 3), (b, 3)])?;
    if a.shape()[0] != b.shape()[0] {
        bail!(
            op,
            Shape,
            "{:?} and {:?} do not fit: the batches differ in size",
            a.shape(),
            b.shape()
        );
    }
    a.try_matmul(b)
}

fn inner(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (n, m) = (a.size(-1), b.size(-1));
    if n != m {
        bail!(
            "inner",
            Shape,
            "{:?} and {:?} do not fit: last sizes {n} and {m} differ",
            a.shape(),
            b.shape()
        );
    }
    let rows = |t: &Tensor| {
        let front = &t.shape()[..t.dim() - 1];
        (front.to_vec(), t.reshape([front.iter().product(), n]))
    };
    let ((front, a), (back, b)) = (rows(a), rows(b));
    Ok(a.try_matmul(&b.mt())?.reshape([front, back].concat()))
}

/// `beta x + alpha product`.
fn sum(
    op: &'static str,
    x: &Tensor,
    beta: f64,
    product: Result<Tensor>,
    alpha: f64,
) -> Result<Tensor> {
    let product = product?;
    if broadcast(op, x.dims(), product.dims()).ok() != Some(*product.dims()) {
        bail!(
            op,
            Shape,
            "{:?} does not broadcast to the product {:?}",
            x.shape(),
            product.shape()
        );
    }
    if x.dtype() != product.dtype() {
        bail!(
            op,
            DType,
            "dtypes {} and {} differ (convert with `to_dtype`)",
            x.dtype(),
            product.dtype()
        );
    }
    let scaled = |t: &Tensor, by: f64| if by == 1.0 { t.clone() } else { t * by };
    let product = scaled(&product, alpha);
    if beta == 0.0 {
        Ok(product)
    } else {
        scaled(x, beta).try_add(&product)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(mm, |a, b| a.mm(b), [3, 4], [4, 2]; no scalar);
    gradcheck_test!(mv, |a, b| a.mv(b), [3, 4], [4]; no scalar);
    gradcheck_test!(bmm, |a, b| a.bmm(b), [2, 3, 4], [2, 4, 2]; no scalar);
    gradcheck_test!(dot, |a, b| a.dot(b) + a.vdot(b), [4], [4]; no scalar);
    gradcheck_test!(inner, |a, b| a.inner(b), [2, 3, 4], [2, 4]);
    gradcheck_test!(outer, |a, b| a.outer(b), [3], [4]; no scalar);
    gradcheck_test!(vecdot, |a, b| a.vecdot(b, 0), [3, 4], [3, 1]);
    gradcheck_test!(
        addmm,
        |x, a, b| x.addmm(a, b, 0.5, 2.0),
        [2],
        [3, 4],
        [4, 2]; no scalar);
    gradcheck_test!(addmv, |x, a, b| x.addmv(a, b, 0.5, 2.0), [3], [3, 4], [4]; no scalar);
    gradcheck_test!(addr, |x, a, b| x.addr(a, b, 0.5, 2.0), [3, 4], [3], [4]; no scalar);
    gradcheck_test!(
        baddbmm,
        |x, a, b| x.baddbmm(a, b, 0.5, 2.0),
        [3, 2],
        [2, 3, 4],
        [2, 4, 2]; no scalar);
    gradcheck_test!(
        addbmm,
        |x, a, b| x.addbmm(a, b, 0.5, 2.0),
        [3, 2],
        [2, 3, 4],
        [2, 4, 2]; no scalar);

    #[test]
    fn with_beta_zero_nan_does_not_spread() {
        let x = Tensor::from([f32::NAN]);
        assert_eq!(
            x.addmm(&Tensor::ones([1, 2]), &Tensor::ones([2, 1]), 0.0, 1.0)
                .item(),
            2.0
        );
    }

    #[test]
    #[should_panic(expected = "mm: [3] is not a matrix; `matmul` takes the rest")]
    fn a_vector_is_no_matrix() {
        let _ = Tensor::ones([3]).mm(&Tensor::ones([3, 2]));
    }

    #[test]
    #[should_panic(expected = "addmm: [3, 1, 1] does not broadcast to the product [1, 1]")]
    fn the_product_does_not_broadcast() {
        let one = Tensor::ones([1, 1]);
        let _ = Tensor::ones([3, 1, 1]).addmm(&one, &one, 1.0, 1.0);
    }
}
