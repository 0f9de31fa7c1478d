//! What linear algebra shares: a tensor as a batch of matrices, which are its last two axes.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    kernel::threads::for_chunks,
    tensor::Dims,
};
use std::fmt;

/// A matrix that an operation could not work on.
pub(crate) struct Failure {
    /// Which one of a batch.
    matrix: Option<usize>,
    /// What the kernel said, such as a column.
    pub(crate) at: usize,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.matrix {
            Some(i) => write!(f, "matrix {i} of the batch"),
            None => f.write_str("the matrix"),
        }
    }
}

impl Tensor {
    /// Rows and columns of the matrices.
    ///
    /// # Errors
    /// If there are fewer than two axes, or for integers.
    pub(crate) fn check_matrix(&self, op: &'static str) -> Result<(usize, usize)> {
        if self.dim() < 2 {
            no_matrix(op, self)?;
        }
        self.check_float(op)?;
        Ok((self.size(-2), self.size(-1)))
    }

    /// The size of square matrices.
    ///
    /// # Errors
    /// As [`Tensor::check_matrix`], and if they are not square.
    pub(crate) fn check_square(&self, op: &'static str) -> Result<usize> {
        let (m, n) = self.check_matrix(op)?;
        if m != n {
            bail!(op, Shape, "needs square matrices, not {:?}", self.shape());
        }
        Ok(n)
    }

    /// The axes before the matrices.
    pub(crate) fn batch(&self) -> Dims {
        Dims::new(&self.shape()[..self.dim() - 2])
    }

    /// `len` numbers from each of these F64 matrices, `[batch.., len]`, to be read by
    /// [`Tensor::part`]; and the first matrix for which `f` fails.
    pub(crate) fn each_matrix(
        &self,
        len: usize,
        f: impl Fn(&[f64], &mut [f64]) -> Result<(), usize> + Sync,
    ) -> (Tensor, Option<Failure>) {
        let none = Tensor::filled(
            self.batch()
                .insert(self.dim() - 2, 0)
                .insert(self.dim() - 1, 0),
            0.0,
            DType::F64,
        );
        self.each_pair(&none, len, |a, _, out| f(a, out))
    }

    /// As [`Tensor::each_matrix`], for the pairs of two batches of one shape.
    pub(crate) fn each_pair(
        &self,
        other: &Tensor,
        len: usize,
        f: impl Fn(&[f64], &[f64], &mut [f64]) -> Result<(), usize> + Sync,
    ) -> (Tensor, Option<Failure>) {
        let batch = self.batch();
        let (a, b) = (self.contiguous_raw(), other.contiguous_raw());
        let size = |t: &Tensor| t.size(-2) * t.size(-1);
        let (na, nb) = (size(self), size(other));
        // One number more: 0, or how the function failed.
        let shape = batch.insert(batch.len(), len + 1);
        let out = Tensor::build::<f64>(DType::F64, shape, |out| {
            let (a, b) = (a.read::<f64>(), b.read::<f64>());
            let (a, b): (&[f64], &[f64]) = (&a, &b);
            let work = na * self.size(-1).min(self.size(-2)) + nb + 1;
            let chunk = (16_000 / work).max(1) * (len + 1);
            for_chunks(out, chunk, |at, out| {
                for (i, out) in out.chunks_exact_mut(len + 1).enumerate() {
                    let i = at / (len + 1) + i;
                    let (out, status) = out.split_at_mut(len);
                    let done = f(&a[i * na..][..na], &b[i * nb..][..nb], out);
                    status[0] = done.map_or_else(|at| at as f64 + 1.0, |()| 0.0);
                }
            });
        });
        let failure = first_failure(&out.part(len, &[]).contiguous_raw());
        (out, failure)
    }

    /// A tensor of `shape` from each row of numbers that [`Tensor::each_matrix`] gave, from number
    /// `start` on; a view.
    pub(crate) fn part(&self, start: usize, shape: &[usize]) -> Tensor {
        let n = self.dim() - 1;
        let (mut dims, mut strides) = (self.dims().remove(n), self.stride_dims().remove(n));
        let inner = Dims::new(shape).strides();
        for (i, (&size, &stride)) in shape.iter().zip(inner.iter()).enumerate() {
            (dims, strides) = (dims.insert(n + i, size), strides.insert(n + i, stride));
        }
        self.strided(self.offset() + start, dims, strides)
    }

    /// One triangle of each matrix, the rest 0; without its diagonal if `strict`.
    pub(crate) fn triangle(&self, upper: bool, strict: bool) -> Tensor {
        let (rows, columns) = (self.size(-2), self.size(-1));
        let mask = Tensor::build::<u8>(DType::Bool, Dims::new(&[rows, columns]), |out| {
            for (at, o) in out.iter_mut().enumerate() {
                let (i, j) = (at / columns, at % columns);
                *o = u8::from(if i == j { !strict } else { (i < j) == upper });
            }
        });
        self.kept(&mask)
    }

    /// The elements at which axes `a < b`, of one size, have the same index; axis `b` disappears. A
    /// view.
    pub(crate) fn along_diagonal(&self, a: usize, b: usize) -> Tensor {
        assert!(
            a.max(b) < self.dim(),
            "diagonal: {:?} has no axes {a} and {b}",
            self.shape()
        );
        let own = *self.dims();
        diagonal_view(self, a, b).record("diagonal", [self], move |g, _| {
            [Some(g.onto_diagonal(own, a, b))]
        })
    }

    /// Zeros of `shape` with this tensor along the diagonal of axes `a` and `b`.
    fn onto_diagonal(&self, shape: Dims, a: usize, b: usize) -> Tensor {
        let out = Tensor::filled(shape, 0.0, self.dtype());
        ok!(diagonal_view(&out, a, b).assign("diagonal", (&self.detach()).into()));
        out.record("onto_diagonal", [self], move |g, _| {
            [Some(g.along_diagonal(a, b))]
        })
    }
}

fn first_failure(statuses: &Tensor) -> Option<Failure> {
    let list = statuses.read::<f64>();
    let i = list.iter().position(|&status| status != 0.0)?;
    Some(Failure {
        matrix: (statuses.dim() > 0).then_some(i),
        at: list[i] as usize - 1,
    })
}

fn diagonal_view(x: &Tensor, a: usize, b: usize) -> Tensor {
    let strides = x.stride_dims();
    let both = strides.with(a, strides[a] + strides[b]);
    x.strided(x.offset(), x.dims().remove(b), both.remove(b))
}

fn no_matrix(op: &'static str, x: &Tensor) -> Result<()> {
    bail!(
        op,
        Shape,
        "needs a matrix or a batch of them, not {:?}",
        x.shape()
    )
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        triangle,
        |x| x.triangle(true, false) - x.triangle(false, true),
        [3, 4]; no scalar
    );
    gradcheck_test!(diagonal, |x| x.along_diagonal(0, 2) * 2.0, [3, 2, 3]; no scalar);

    #[test]
    fn the_matrix_that_failed_is_named() {
        let x = Tensor::from([[[1.0]], [[2.0]]]).double();
        let twos = |a: &[f64], _: &mut [f64]| if a[0] == 2.0 { Err(7) } else { Ok(()) };
        let e = x.each_matrix(0, twos).1.unwrap();
        assert_eq!((e.to_string().as_str(), e.at), ("matrix 1 of the batch", 7));
    }
}
