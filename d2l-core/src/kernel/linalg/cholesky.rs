//! Cholesky's factor of a positive definite matrix.
use super::{BLOCK, columns, dot, subtract_product, two_rows};
use crate::kernel::gemm::Mat;

/// Overwrites the symmetric `n × n` matrix, of which the lower triangle is read, by `L` with `A =
/// L Lᵀ`.
///
/// # Errors
/// The first row at which the matrix is not positive definite.
pub fn cholesky(n: usize, a: &mut [f64]) -> Result<(), usize> {
    for start in (0..n).step_by(BLOCK) {
        let end = n.min(start + BLOCK);
        for i in start..n {
            factor_row(n, a, i, start, end)?;
        }
        let left = columns(a, n, end..n, start, end - start);
        let (data, k) = (&left[..], end - start);
        let (l, lt) = (Mat { data, rs: k, cs: 1 }, Mat { data, rs: 1, cs: k });
        subtract_product(a, n, end, k, l, lt);
    }
    for i in 0..n {
        a[i * n + i + 1..(i + 1) * n].fill(0.0);
    }
    Ok(())
}

/// Columns `start..end` of row `i`; what lies before them has been taken off.
fn factor_row(n: usize, a: &mut [f64], i: usize, start: usize, end: usize) -> Result<(), usize> {
    for j in start..end.min(i) {
        let (x, y) = two_rows(a, n, j, i);
        y[j] = (y[j] - dot(&x[start..j], &y[start..j])) / x[j];
    }
    if i < end {
        let row = &mut a[i * n..][..n];
        let rest = row[i] - dot(&row[start..i], &row[start..i]);
        // NaN is no pivot either.
        if rest.is_nan() || rest <= 0.0 {
            return Err(i);
        }
        row[i] = rest.sqrt();
    }
    Ok(())
}
