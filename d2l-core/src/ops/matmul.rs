//! Matrix products.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    flops,
    kernel::{
        gemm::{Mat, gemm, gemm_int},
        math::Num,
        storage::Plain,
        threads::for_chunks,
    },
    tensor::{Dims, broadcast, float},
};

impl Tensor {
    /// The matrix product. Two vectors give their dot product; a vector is taken as a row on the
    /// left and as a column on the right; further axes in front are a batch, and broadcast.
    ///
    /// # Panics
    /// If the inner sizes differ or the batches do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (a, x) = (Tensor::from([[1.0, 2.0], [3.0, 4.0]]), Tensor::from([1.0, 1.0]));
    /// assert_eq!(a.matmul(&a), Tensor::from([[7.0, 10.0], [15.0, 22.0]]));
    /// assert_eq!(a.matmul(&x), Tensor::from([3.0, 7.0]));
    /// ```
    #[track_caller]
    pub fn matmul(&self, other: &Tensor) -> Tensor {
        ok!(self.try_matmul(other))
    }

    /// [`Tensor::matmul`] as a `Result`.
    ///
    /// # Errors
    /// If the inner sizes differ or the batches do not broadcast.
    pub fn try_matmul(&self, other: &Tensor) -> Result<Tensor> {
        let (a, b) = operands(self, other)?;
        let rows = if a.dim() == 1 {
            a.unsqueeze(0)
        } else {
            a.clone()
        };
        let columns = if b.dim() == 1 {
            b.unsqueeze(1)
        } else {
            b.clone()
        };
        if rows.size(-1) != columns.size(-2) {
            let (m, n) = (rows.size(-1), columns.size(-2));
            bail!(
                "matmul",
                Shape,
                "{:?} and {:?} do not fit: inner sizes {m} and {n} differ",
                self.shape(),
                other.shape()
            );
        }
        let batch = batch_shape("matmul", &rows, &columns)?;
        let y = product(&rows, false, &columns, false, &batch);
        let y = if a.dim() == 1 { y.squeeze(-2) } else { y };
        Ok(if b.dim() == 1 { y.squeeze(-1) } else { y })
    }
}

/// Both in one dtype, and not numbers.
fn operands(a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor)> {
    if a.dim() == 0 || b.dim() == 0 {
        bail!(
            "matmul",
            Shape,
            "{:?} and {:?} do not fit: a number is no matrix; use `*`",
            a.shape(),
            b.shape()
        );
    }
    if a.dtype() != b.dtype() {
        bail!(
            "matmul",
            DType,
            "dtypes {} and {} differ (convert with `to_dtype`)",
            a.dtype(),
            b.dtype()
        );
    }
    Ok((a.clone(), b.clone()))
}

fn batch_shape(op: &'static str, a: &Tensor, b: &Tensor) -> Result<Dims> {
    let front = |t: &Tensor| Dims::new(&t.shape()[..t.dim() - 2]);
    broadcast(op, &front(a), &front(b))
}

/// `A B` for matrices or batches of them, either one transposed if so marked.
pub(crate) fn product(a: &Tensor, ta: bool, b: &Tensor, tb: bool, batch: &Dims) -> Tensor {
    let out = raw_product(a, ta, b, tb, None, batch);
    let (x, y, batch) = (a.saved("matmul"), b.saved("matmul"), *batch);
    out.record("matmul", [a, b], move |g, cx| {
        let by_a = || {
            if ta {
                product(&y, tb, g, true, &batch)
            } else {
                product(g, false, &y, !tb, &batch)
            }
        };
        let by_b = || {
            if tb {
                product(g, true, &x, ta, &batch)
            } else {
                product(&x, !ta, g, false, &batch)
            }
        };
        [
            cx.needs(0, || by_a().sum_to(x.dims())),
            cx.needs(1, || by_b().sum_to(y.dims())),
        ]
    })
}

/// The numbers of [`product`], with an optional row added to every row.
pub(crate) fn raw_product(
    a: &Tensor,
    ta: bool,
    b: &Tensor,
    tb: bool,
    bias: Option<&Tensor>,
    batch: &Dims,
) -> Tensor {
    let (a, b) = (Matrices::new(a, ta), Matrices::new(b, tb));
    let shape = batch
        .insert(batch.len(), a.rows)
        .insert(batch.len() + 1, b.columns);
    flops::product(shape.numel(), a.columns);
    let dtype = a.of.dtype();
    if !dtype.is_float() {
        return crate::tensor::stored!(dtype, T => Tensor::build::<T>(dtype, shape, |out| {
            each(&a, &b, batch, out, gemm_int);
        }));
    }
    float!(dtype, T => Tensor::build::<T>(dtype, shape, |out| {
        let bias = bias.map(|b| b.contiguous_raw());
        let bias = bias.as_ref().map(|b| b.read::<T>());
        let bias = bias.as_deref();
        let run = |m, k, n, a: Mat<'_, T>, b: Mat<'_, T>, c: &mut [T]| gemm(m, k, n, a, b, bias, false, c);
        each(&a, &b, batch, out, run);
    }))
}

/// A tensor read as a batch of matrices.
struct Matrices<'a> {
    of: &'a Tensor,
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrices<'a> {
    fn new(of: &'a Tensor, transposed: bool) -> Self {
        let n = of.dim();
        let (r, c) = if transposed {
            (n - 1, n - 2)
        } else {
            (n - 2, n - 1)
        };
        let (shape, strides) = (of.shape(), of.strides());
        Matrices {
            of,
            rows: shape[r],
            columns: shape[c],
            row_stride: strides[r],
            column_stride: strides[c],
        }
    }

    /// The matrix that begins at `start` of the data.
    fn at<'d, T>(&self, start: usize, data: &'d [T]) -> Mat<'d, T> {
        Mat {
            // Matrices without columns have no data to begin at.
            data: data.get(start..).unwrap_or_default(),
            rs: self.row_stride,
            cs: self.column_stride,
        }
    }

    /// Where matrix `i` of the broadcast batch begins.
    fn start(&self, mut i: usize, batch: &Dims) -> usize {
        let own = self.of.dim() - 2;
        let skip = batch.len() - own;
        let mut at = 0;
        for axis in (0..batch.len()).rev() {
            let k = i % batch[axis];
            i /= batch[axis];
            if axis >= skip && self.of.shape()[axis - skip] != 1 {
                at += k * self.of.strides()[axis - skip];
            }
        }
        at
    }
}

/// Multiply-adds that are worth a thread of their own.
const SHARE: usize = 1 << 19;

/// Calls `run` with each pair of matrices of the batch and the part of `out` they give. Many small
/// products are shared out among threads; a large one shares out itself.
fn each<T: Plain + Num>(
    a: &Matrices<'_>,
    b: &Matrices<'_>,
    batch: &Dims,
    out: &mut [T],
    run: impl Fn(usize, usize, usize, Mat<'_, T>, Mat<'_, T>, &mut [T]) + Sync,
) {
    let (m, k, n) = (a.rows, a.columns, b.columns);
    if m * n == 0 {
        return;
    }
    let (x, y) = (a.of.read_strided::<T>(), b.of.read_strided::<T>());
    let (x, y): (&[T], &[T]) = (&x, &y);
    if batch.is_empty() {
        return run(m, k, n, a.at(0, x), b.at(0, y), out);
    }
    let one = |i: usize, c: &mut [T]| {
        run(
            m,
            k,
            n,
            a.at(a.start(i, batch), x),
            b.at(b.start(i, batch), y),
            c,
        );
    };
    let some = |at: usize, out: &mut [T]| {
        let parts = out.chunks_exact_mut(m * n).enumerate();
        parts.for_each(|(i, c)| one(at / (m * n) + i, c));
    };
    match SHARE / (m * n * k).max(1) {
        0 => some(0, out),
        together => for_chunks(out, together * m * n, some),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(matmul, |a, b| a.matmul(b), [3, 4], [4, 2]; no scalar);
    gradcheck_test!(dot, |a, b| a.matmul(b), [4], [4]; no scalar);
    gradcheck_test!(matrix_vector, |a, b| a.matmul(b), [3, 4], [4]; no scalar);
    gradcheck_test!(vector_matrix, |a, b| a.matmul(b), [4], [4, 3]; no scalar);
    gradcheck_test!(batched, |a, b| a.matmul(b), [2, 1, 3, 4], [5, 4, 2]; no scalar);
    gradcheck_test!(transposed, |a, b| a.t().matmul(&b.t()), [4, 3], [2, 4]; no scalar);

    #[test]
    fn a_batch_is_shared_out_without_changing_a_bit() {
        let (a, b) = (
            Tensor::randn([40, 30, 20]),
            Tensor::randn([20, 40, 25]).transpose(0, 1),
        );
        let all = a.matmul(&b);
        for i in 0..40 {
            assert_eq!(all.i(i), a.i(i).matmul(&b.i(i)), "{i}");
        }
    }

    #[test]
    fn integers_multiply_and_empty_sums_are_zero() {
        assert_eq!(
            Tensor::from([[1, 2]]).matmul(&Tensor::from([[3], [4]])),
            Tensor::from([[11]])
        );
        assert_eq!(
            Tensor::zeros([2, 0]).matmul(&Tensor::zeros([0, 3])),
            Tensor::zeros([2, 3])
        );
    }

    #[test]
    #[should_panic(expected = "matmul: [4, 3] and [5, 2] do not fit: inner sizes 3 and 5 differ")]
    fn inner_sizes_must_agree() {
        let _ = Tensor::zeros([4, 3]).matmul(&Tensor::zeros([5, 2]));
    }
}
