//! Eigenvalues and eigenvectors of symmetric matrices: to tridiagonal form by reflections, then to
//! diagonal form by implicit QL steps with Wilkinson's shift.
use super::{qr::Reflection, rotate, two_rows};

/// Steps for one eigenvalue; two or three are usual.
const STEPS: usize = 60;

/// The eigenvalues of the symmetric `n × n` matrix `a`, ascending, in `values`, and in the rows of
/// `vectors` the orthonormal eigenvectors (leave it empty for values alone). `a` is overwritten.
/// False if it does not converge, as with NaN.
pub fn eigh(n: usize, a: &mut [f64], values: &mut [f64], vectors: &mut [f64]) -> bool {
    let mut beside = vec![0.0; n];
    tridiagonal(n, a, values, &mut beside, vectors);
    let converged = (0..n).all(|l| diagonalise(l, n, values, &mut beside, vectors));
    if converged {
        sort(n, values, vectors);
    }
    converged
}

/// `A = Q T Qᵀ`: the diagonal of T, the numbers beside it, and `Qᵀ`.
fn tridiagonal(n: usize, a: &mut [f64], diagonal: &mut [f64], beside: &mut [f64], qt: &mut [f64]) {
    let mut reflections = Vec::new();
    for k in 0..n.saturating_sub(1) {
        let column = (k + 1..n).map(|i| a[i * n + k]).collect();
        let (h, end) = Reflection::of(column);
        h.apply_both(a, n, k + 1);
        beside[k] = end;
        reflections.push(h);
    }
    (0..n).for_each(|i| diagonal[i] = a[i * n + i]);
    if qt.is_empty() {
        return;
    }
    let mut q = vec![0.0; n * n];
    (0..n).for_each(|i| q[i * n + i] = 1.0);
    for (k, h) in reflections.iter().enumerate().rev() {
        h.apply(&mut q, n, k + 1, k + 1);
    }
    for (at, v) in qt.iter_mut().enumerate() {
        *v = q[at % n * n + at / n];
    }
}

/// QL steps until number `l` stands alone; those before it do already.
fn diagonalise(l: usize, n: usize, d: &mut [f64], e: &mut [f64], vectors: &mut [f64]) -> bool {
    for _ in 0..STEPS {
        let small = |m: &usize| e[*m].abs() <= f64::EPSILON * (d[*m].abs() + d[*m + 1].abs());
        let m = (l..n - 1).find(small).unwrap_or(n - 1);
        if m == l {
            return d[l].is_finite();
        }
        step(l, m, n, d, e, vectors);
    }
    false
}

/// One implicit QL step on the block `l..=m`: a rotation from below chases the bulge upwards.
fn step(l: usize, m: usize, n: usize, d: &mut [f64], e: &mut [f64], vectors: &mut [f64]) {
    let slope = (d[l + 1] - d[l]) / (2.0 * e[l]);
    let mut g = d[m] - d[l] + e[l] / (slope + slope.hypot(1.0).copysign(slope));
    let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
    for i in (l..m).rev() {
        let (f, b) = (s * e[i], c * e[i]);
        let r = f.hypot(g);
        e[i + 1] = r;
        if r == 0.0 {
            // The block falls apart here.
            d[i + 1] -= p;
            e[m] = 0.0;
            return;
        }
        (s, c) = (f / r, g / r);
        g = d[i + 1] - p;
        let turn = (d[i] - g) * s + 2.0 * c * b;
        p = s * turn;
        d[i + 1] = g + p;
        g = c * turn - b;
        if !vectors.is_empty() {
            let (x, y) = two_rows(vectors, n, i, i + 1);
            rotate(x, y, c, s);
        }
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0.0;
}

/// Ascending values, the vectors in the same order.
fn sort(n: usize, values: &mut [f64], vectors: &mut [f64]) {
    for i in 0..n {
        let least = (i..n).fold(i, |best, j| if values[j] < values[best] { j } else { best });
        if least != i {
            values.swap(i, least);
            if !vectors.is_empty() {
                let (x, y) = two_rows(vectors, n, i, least);
                x.swap_with_slice(y);
            }
        }
    }
}
