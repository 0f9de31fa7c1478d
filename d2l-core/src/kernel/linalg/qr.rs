//! Householder reflections and the QR factorisation.
use super::{add_scaled, dot};

/// A reflection `I - τ v vᵀ`.
pub(super) struct Reflection {
    pub(super) v: Vec<f64>,
    pub(super) tau: f64,
}

impl Reflection {
    /// The one that takes `x` to a multiple of the first unit vector, and that multiple.
    pub(super) fn of(x: Vec<f64>) -> (Reflection, f64) {
        let mut v = x;
        let Some((&first, rest)) = v.split_first() else {
            return (Reflection { v, tau: 0.0 }, 0.0);
        };
        // Scaled, so that squares neither overflow nor vanish.
        let largest = v.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        if rest.iter().all(|&x| x == 0.0) {
            return (Reflection { v, tau: 0.0 }, first);
        }
        let scaled: f64 = v.iter().map(|x| (x / largest) * (x / largest)).sum();
        let end = -(largest * scaled.sqrt()).copysign(first);
        let tau = (end - first) / end;
        v.iter_mut().for_each(|x| *x /= first - end);
        v[0] = 1.0;
        (Reflection { v, tau }, end)
    }

    /// Applies it to rows `at..` and columns `from..` of a matrix with `n` columns.
    pub(super) fn apply(&self, a: &mut [f64], n: usize, at: usize, from: usize) {
        if self.tau == 0.0 || from >= n {
            return;
        }
        let mut sums = vec![0.0; n - from];
        for (row, &v) in a[at * n..].chunks_exact(n).zip(&self.v) {
            add_scaled(&mut sums, v, &row[from..]);
        }
        for (row, &v) in a[at * n..].chunks_exact_mut(n).zip(&self.v) {
            add_scaled(&mut row[from..], -self.tau * v, &sums);
        }
    }

    /// `a - τ v wᵀ - …` on both sides: the symmetric `n × n` matrix `a` from row and column `at` on.
    pub(super) fn apply_both(&self, a: &mut [f64], n: usize, at: usize) {
        let (v, tau) = (&self.v, self.tau);
        let mut w: Vec<f64> = (0..v.len())
            .map(|i| tau * dot(&a[(at + i) * n + at..][..v.len()], v))
            .collect();
        let half = 0.5 * tau * dot(&w, v);
        add_scaled(&mut w, -half, v);
        for i in 0..v.len() {
            let row = &mut a[(at + i) * n + at..][..v.len()];
            add_scaled(row, -v[i], &w);
            add_scaled(row, -w[i], v);
        }
    }
}

/// Factors `a`, `m × n`, as `Q R` with `q.len() / m` orthonormal columns in Q, of which there may be
/// more than `n`. R, with as many rows, is left in `a`; rows of `a` below are zero.
pub fn qr(m: usize, n: usize, a: &mut [f64], q: &mut [f64]) {
    let mut reflections = Vec::new();
    for k in 0..m.min(n) {
        let column = (k..m).map(|i| a[i * n + k]).collect();
        let (h, end) = Reflection::of(column);
        h.apply(a, n, k, k + 1);
        (k..m).for_each(|i| a[i * n + k] = 0.0);
        a[k * n + k] = end;
        reflections.push(h);
    }
    if m == 0 {
        return;
    }
    let wide = q.len() / m;
    q.fill(0.0);
    (0..m.min(wide)).for_each(|i| q[i * wide + i] = 1.0);
    for (k, h) in reflections.iter().enumerate().rev() {
        h.apply(q, wide, k, k);
    }
}
