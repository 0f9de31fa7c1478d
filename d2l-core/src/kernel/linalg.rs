//! Decompositions of dense matrices: row-major slices of f64, plain loops over rows. Products of
//! blocks, which are most of the work in large matrices, go through [`gemm`](super::gemm).
mod cholesky;
mod eigh;
mod lu;
mod qr;
mod svd;
mod triangular;

pub use cholesky::cholesky;
pub use eigh::eigh;
pub use lu::lu;
pub use qr::qr;
pub use svd::{complete, svd};
pub use triangular::solve_triangular;

use super::{
    gemm::{Mat, gemm},
    simd::{Level, simd},
};

/// Columns that are factored by plain loops before the rest is updated by a product.
const BLOCK: usize = 64;

simd! {
    up to [Level::Avx2]
    /// `a · b`, in eight partial sums.
    fn dot[](a: &[f64], b: &[f64]) -> f64 where [] {
        let mut sums = [0.0; 8];
        let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
        for (a, b) in a.iter().zip(b) {
            for j in 0..8 {
                sums[j] += a[j] * b[j];
            }
        }
        let mut total: f64 = sums.iter().sum();
        for (a, b) in a_tail.iter().zip(b_tail) {
            total += a * b;
        }
        total
    }
}

simd! {
    up to [Level::Avx2]
    /// `y += c x`.
    fn add_scaled[](y: &mut [f64], c: f64, x: &[f64]) where [] {
        for (y, x) in y.iter_mut().zip(x) {
            *y += c * x;
        }
    }
}

simd! {
    up to [Level::Avx2]
    /// `(x, y)` becomes `(c x - s y, s x + c y)`.
    fn rotate[](x: &mut [f64], y: &mut [f64], c: f64, s: f64) where [] {
        for (x, y) in x.iter_mut().zip(y) {
            (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
        }
    }
}

/// Rows `i < j` of a matrix with `n` columns.
fn two_rows(a: &mut [f64], n: usize, i: usize, j: usize) -> (&mut [f64], &mut [f64]) {
    let (head, tail) = a.split_at_mut(j * n);
    (&mut head[i * n..][..n], &mut tail[..n])
}

/// Takes `left right` off the block of `a` (`n` columns) from row and column `at` on; `left` has `k`
/// columns.
fn subtract_product(
    a: &mut [f64],
    n: usize,
    at: usize,
    k: usize,
    left: Mat<'_, f64>,
    right: Mat<'_, f64>,
) {
    let size = n - at;
    let mut product = vec![0.0; size * size];
    gemm(size, k, size, left, right, None, false, &mut product);
    let rows = a[at * n..].chunks_exact_mut(n);
    for (row, p) in rows.zip(product.chunks_exact(size.max(1))) {
        add_scaled(&mut row[at..], -1.0, p);
    }
}

/// Rows `rows` of columns `from..from + k` of a matrix with `n` columns, copied.
fn columns(a: &[f64], n: usize, rows: std::ops::Range<usize>, from: usize, k: usize) -> Vec<f64> {
    let rows = a[rows.start * n..rows.end * n].chunks_exact(n.max(1));
    rows.flat_map(|row| &row[from..from + k]).copied().collect()
}

#[cfg(test)]
mod tests;
