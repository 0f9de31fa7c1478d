//! Singular values: a QR factorisation, then one-sided Jacobi rotations (Hestenes), which find small
//! singular values as accurately as large ones.
use super::{add_scaled, dot, qr, rotate, two_rows};

/// Sweeps over all pairs; six to ten are usual.
const SWEEPS: usize = 60;

/// `A = U S Vᵀ` for `a`, `m × n` with `m >= n`: `u` is `m × n`, `s` descending, `vt` is `n × n`. `a`
/// is overwritten. False if it does not converge, as with NaN.
pub fn svd(
    m: usize,
    n: usize,
    a: &mut [f64],
    u: &mut [f64],
    s: &mut [f64],
    vt: &mut [f64],
) -> bool {
    let scale = a.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    if !a.iter().all(|x| x.is_finite()) {
        return false;
    }
    if scale > 0.0 {
        a.iter_mut().for_each(|x| *x /= scale);
    }
    let mut q = vec![0.0; m * n];
    qr(m, n, a, &mut q);
    let rows = &mut a[..n * n];
    let mut turns = vec![0.0; n * n];
    (0..n).for_each(|i| turns[i * n + i] = 1.0);
    let converged = (0..SWEEPS).any(|_| sweep(n, rows, &mut turns));
    let order = lengths(n, rows, s);
    for (k, &i) in order.iter().enumerate() {
        let (row, length) = (&rows[i * n..][..n], s[k]);
        let inverse = if length > 0.0 { 1.0 / length } else { 0.0 };
        let out = &mut vt[k * n..][..n];
        out.fill(0.0);
        add_scaled(out, inverse, row);
        s[k] = length * scale;
    }
    let rank = s.iter().take_while(|&&s| s > 0.0).count();
    complete(n, rank, vt);
    // U = Q Jᵀ, where J is the product of all rotations.
    for (q, u) in q.chunks_exact(n.max(1)).zip(u.chunks_exact_mut(n.max(1))) {
        for (k, &i) in order.iter().enumerate() {
            u[k] = dot(q, &turns[i * n..][..n]);
        }
    }
    converged
}

/// Turns every pair of rows orthogonal once; true if all of them were so already.
fn sweep(n: usize, rows: &mut [f64], turns: &mut [f64]) -> bool {
    let mut done = true;
    for i in 0..n {
        for j in i + 1..n {
            let (x, y) = two_rows(rows, n, i, j);
            let (a, b, ab) = (dot(x, x), dot(y, y), dot(x, y));
            if ab.abs() <= f64::EPSILON * (a * b).sqrt() {
                continue;
            }
            done = false;
            let zeta = (b - a) / (2.0 * ab);
            let t = 1.0 / (zeta + zeta.hypot(1.0).copysign(zeta));
            let c = 1.0 / t.hypot(1.0);
            rotate(x, y, c, t * c);
            let (x, y) = two_rows(turns, n, i, j);
            rotate(x, y, c, t * c);
        }
    }
    done
}

/// The lengths of the rows, descending, and whose they are.
fn lengths(n: usize, rows: &[f64], s: &mut [f64]) -> Vec<usize> {
    let length: Vec<f64> = (0..n)
        .map(|i| dot(&rows[i * n..][..n], &rows[i * n..][..n]).sqrt())
        .collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| length[j].total_cmp(&length[i]));
    s.iter_mut().zip(&order).for_each(|(s, &i)| *s = length[i]);
    order
}

/// Fills the rows from `k` on of a matrix with `n` columns, whose first `k` rows are orthonormal, so
/// that all of them are.
pub fn complete(n: usize, k: usize, rows: &mut [f64]) {
    if rows.len() == k * n {
        return;
    }
    let mut columns = vec![0.0; n * k];
    for (at, v) in columns.iter_mut().enumerate() {
        *v = rows[at % k * n + at / k];
    }
    let mut q = vec![0.0; n * n];
    qr(n, k, &mut columns, &mut q);
    for (i, row) in rows.chunks_exact_mut(n).enumerate().skip(k) {
        row.iter_mut()
            .enumerate()
            .for_each(|(j, v)| *v = q[j * n + i]);
    }
}
