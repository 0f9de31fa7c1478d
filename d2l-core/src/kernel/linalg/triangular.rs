//! Systems whose matrix is a triangle.
use super::{BLOCK, add_scaled, two_rows};
use crate::kernel::gemm::{Mat, gemm};

/// Solves `T X = B` in place for the `n × n` triangle `t` and the `n × m` matrix `x`, which holds B.
/// Only that triangle is read, and not its diagonal if it is known to be 1 (`unit`).
pub fn solve_triangular(n: usize, m: usize, t: &[f64], upper: bool, unit: bool, x: &mut [f64]) {
    let blocks = n.div_ceil(BLOCK);
    for block in 0..blocks {
        let block = if upper { blocks - 1 - block } else { block };
        let (start, end) = (block * BLOCK, n.min((block + 1) * BLOCK));
        // What has been solved already, and its coefficients in this block of rows.
        let known = if upper { end..n } else { 0..start };
        let minus: Vec<f64> = (start..end)
            .flat_map(|i| t[i * n..][known.clone()].iter().map(|v| -v))
            .collect();
        let solved = x[known.start * m..known.end * m].to_vec();
        let (k, rows) = (known.len(), end - start);
        let left = Mat {
            data: &minus,
            rs: k,
            cs: 1,
        };
        let right = Mat {
            data: &solved,
            rs: m,
            cs: 1,
        };
        gemm(
            rows,
            k,
            m,
            left,
            right,
            None,
            true,
            &mut x[start * m..end * m],
        );
        for i in 0..rows {
            let i = if upper { end - 1 - i } else { start + i };
            solve_row(
                i,
                if upper { i + 1..end } else { start..i },
                (n, t),
                unit,
                m,
                x,
            );
        }
    }
}

/// Row `i`, given the rows `known`.
fn solve_row(
    i: usize,
    known: std::ops::Range<usize>,
    (n, t): (usize, &[f64]),
    unit: bool,
    m: usize,
    x: &mut [f64],
) {
    let row = &t[i * n..][..n];
    for k in known {
        if k < i {
            let (x, y) = two_rows(x, m, k, i);
            add_scaled(y, -row[k], x);
        } else {
            let (y, x) = two_rows(x, m, i, k);
            add_scaled(y, -row[k], x);
        }
    }
    if !unit {
        x[i * m..][..m].iter_mut().for_each(|v| *v /= row[i]);
    }
}
