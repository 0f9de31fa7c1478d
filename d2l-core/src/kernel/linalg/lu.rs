//! Gaussian elimination.
use super::{BLOCK, add_scaled, columns, subtract_product, two_rows};
use crate::kernel::gemm::Mat;

/// Factors the `n × n` matrix in place: `P A = L U`, the larger pivot first. U is left on and above
/// the diagonal, L, whose diagonal is 1, below; `rows[i]` is the row of A that came to place `i`.
/// Gives the sign of the permutation. A column without pivot leaves a 0 on the diagonal.
pub fn lu(n: usize, a: &mut [f64], rows: &mut [usize]) -> f64 {
    let mut sign = 1.0;
    rows.iter_mut().enumerate().for_each(|(i, r)| *r = i);
    for start in (0..n).step_by(BLOCK) {
        let end = n.min(start + BLOCK);
        for k in start..end {
            let p = pivot(n, a, k);
            if p != k {
                let (x, y) = two_rows(a, n, k, p);
                x.swap_with_slice(y);
                rows.swap(k, p);
                sign = -sign;
            }
            eliminate(n, a, k, end);
        }
        for k in start..end {
            for i in k + 1..end {
                let (x, y) = two_rows(a, n, k, i);
                let c = -y[k];
                add_scaled(&mut y[end..], c, &x[end..]);
            }
        }
        let (left, right) = (
            columns(a, n, end..n, start, end - start),
            columns(a, n, start..end, end, n - end),
        );
        let left = Mat {
            data: &left,
            rs: end - start,
            cs: 1,
        };
        let right = Mat {
            data: &right,
            rs: n - end,
            cs: 1,
        };
        subtract_product(a, n, end, end - start, left, right);
    }
    sign
}

/// The row from `k` on with the largest entry in column `k`.
fn pivot(n: usize, a: &[f64], k: usize) -> usize {
    let size = |i: usize| a[i * n + k].abs();
    (k + 1..n).fold(k, |best, i| if size(i) > size(best) { i } else { best })
}

/// Clears column `k` below the diagonal, within the columns up to `end`.
fn eliminate(n: usize, a: &mut [f64], k: usize, end: usize) {
    let pivot = a[k * n + k];
    if pivot == 0.0 {
        return;
    }
    for i in k + 1..n {
        let (x, y) = two_rows(a, n, k, i);
        let c = y[k] / pivot;
        y[k] = c;
        add_scaled(&mut y[k + 1..end], -c, &x[k + 1..end]);
    }
}
