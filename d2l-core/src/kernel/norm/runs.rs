//! Statistics in pieces, for norms whose values lie in runs (`[outer, channels, inner]`: a run is
//! `inner` long) or, where `inner` is 1, in columns.
//!
//! A piece is a run, or [`Layout::piece`] rows of a column. The pieces of `outer` and a channel are combined by
//! the caller (Chan et al. 1979: means and squares around them), so one pass over memory gives the
//! statistics and a second one the result.
use super::{
    super::{
        math::Float,
        simd::{
            Level::{Avx512, Base},
            simd, up_to,
        },
        threads::{Shared, for_chunks},
    },
    CHUNK, moments, sum_by,
};

/// How the values of a channel lie.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Runs of each channel.
    pub outer: usize,
    /// Channels.
    pub channels: usize,
    /// Length of a run.
    pub inner: usize,
}

impl Layout {
    /// Whether a channel is a column: then the kernels read one number for each, else for each run.
    pub fn is_columns(self) -> bool {
        self.inner == 1 && self.channels > 1
    }

    /// Rows of a piece of columns.
    fn piece(self) -> usize {
        (CHUNK / self.channels).clamp(1, self.outer.max(1))
    }

    /// The number of pieces of each channel. Numbers of pieces lie as `[pieces, channels]`.
    pub fn pieces(self) -> usize {
        if self.is_columns() {
            self.outer.div_ceil(self.piece())
        } else {
            self.outer
        }
    }

    /// The number of elements in piece `p` of a channel.
    pub fn count(self, p: usize) -> usize {
        if self.is_columns() {
            self.piece().min(self.outer - p * self.piece())
        } else {
            self.inner
        }
    }

    /// Runs of a chunk.
    fn runs(self) -> usize {
        (CHUNK / self.inner.max(1)).max(1)
    }
}

/// The mean of every piece and its sum of squares around that.
pub fn piece_moments<T: Float>(x: &[T], l: Layout, mean: &mut [T], squares: &mut [T]) {
    two_sums(l, mean, squares, |at, len, mean, squares| {
        if l.is_columns() {
            column_moments(&x[at..at + len], mean, squares);
        } else {
            run_moments(&x[at..at + len], l.inner, mean, squares);
        }
    });
}

/// `Σ g` and `Σ g (x - m)` of every piece, `m` given for each run (or column).
pub fn piece_dots<T: Float>([g, x, m]: [&[T]; 3], l: Layout, sums: &mut [T], dots: &mut [T]) {
    two_sums(l, sums, dots, |at, len, sums, dots| {
        let (g, x) = (&g[at..at + len], &x[at..at + len]);
        if l.is_columns() {
            column_dots(g, x, m, sums, dots);
        } else {
            run_dots(g, x, &m[at / l.inner..], l.inner, sums, dots);
        }
    });
}

/// Runs `f(start, length, first, second)` for all chunks of pieces.
fn two_sums<T: Float>(
    l: Layout,
    first: &mut [T],
    second: &mut [T],
    f: impl Fn(usize, usize, &mut [T], &mut [T]) + Sync,
) {
    assert!(first.len() == l.pieces() * l.channels && second.len() == first.len());
    let (total, second) = (l.outer * l.channels * l.inner, Shared::new(second));
    if total == 0 {
        return;
    }
    let (pieces, len) = if l.is_columns() {
        (l.channels, l.piece() * l.channels)
    } else {
        (l.runs(), l.runs() * l.inner)
    };
    for_chunks(first, pieces, |i, first| {
        // SAFETY: the pieces of this chunk, which no other chunk has.
        let second = unsafe { second.slice(i, first.len()) };
        let at = i / pieces * len;
        f(at, len.min(total - at), first, second);
    });
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn run_moments[T](x: &[T], n: usize, mean: &mut [T], squares: &mut [T]) where [T: Float] {
        for (x, (m, s)) in x.chunks_exact(n).zip(mean.iter_mut().zip(squares)) {
            (*m, *s) = moments(x, true);
        }
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn column_moments[T](x: &[T], mean: &mut [T], squares: &mut [T]) where [T: Float] {
        let n = mean.len();
        let count = T::from_f64((x.len() / n) as f64);
        mean.fill(T::ZERO);
        squares.fill(T::ZERO);
        for x in x.chunks_exact(n) {
            mean.iter_mut().zip(x).for_each(|(m, &x)| *m = *m + x);
        }
        mean.iter_mut().for_each(|m| *m = *m / count);
        for x in x.chunks_exact(n) {
            for (s, (&m, &x)) in squares.iter_mut().zip(mean.iter().zip(x)) {
                *s = *s + (x - m) * (x - m);
            }
        }
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn run_dots[T](g: &[T], x: &[T], m: &[T], n: usize, sums: &mut [T], dots: &mut [T])
    where [T: Float] {
        for (r, (g, x)) in g.chunks_exact(n).zip(x.chunks_exact(n)).enumerate() {
            let m = m[r];
            sums[r] = sum_by([g], |[g]| g);
            dots[r] = sum_by([g, x], |[g, x]| g * (x - m));
        }
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn column_dots[T](g: &[T], x: &[T], m: &[T], sums: &mut [T], dots: &mut [T]) where [T: Float] {
        let n = sums.len();
        let m = &m[..n];
        sums.fill(T::ZERO);
        dots.fill(T::ZERO);
        let dots = &mut dots[..n];
        for (g, x) in g.chunks_exact(n).zip(x.chunks_exact(n)) {
            for j in 0..n {
                sums[j] = sums[j] + g[j];
                dots[j] = dots[j] + g[j] * (x[j] - m[j]);
            }
        }
    }
}

/// `y = (x - m) a + b` with the three numbers given for each run (or column).
pub fn apply<T: Float>(x: &[T], l: Layout, [m, a, b]: [&[T]; 3], y: &mut [T]) {
    in_chunks(l, y, |at, y| {
        let x = &x[at..][..y.len()];
        if l.is_columns() {
            apply_columns(x, [m, a, b], y);
        } else {
            let from = at / l.inner;
            apply_runs(x, l.inner, [&m[from..], &a[from..], &b[from..]], y);
        }
    });
}

/// `gx = g a + (x - m) b + c` with the four numbers given for each run (or column).
pub fn apply_backward<T: Float>(
    [g, x]: [&[T]; 2],
    l: Layout,
    [m, a, b, c]: [&[T]; 4],
    gx: &mut [T],
) {
    in_chunks(l, gx, |at, gx| {
        let (g, x) = (&g[at..][..gx.len()], &x[at..][..gx.len()]);
        if l.is_columns() {
            back_columns(g, x, [m, a, b, c], gx);
        } else {
            let from = at / l.inner;
            let by = [&m[from..], &a[from..], &b[from..], &c[from..]];
            back_runs(g, x, l.inner, by, gx);
        }
    });
}

/// Runs `f(start, part)` for chunks of whole runs or rows.
fn in_chunks<T: Float>(l: Layout, out: &mut [T], f: impl Fn(usize, &mut [T]) + Sync) {
    if out.is_empty() {
        return;
    }
    let chunk = if l.is_columns() {
        l.piece() * l.channels
    } else {
        l.runs() * l.inner
    };
    for_chunks(out, chunk, f);
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn apply_runs[T](x: &[T], n: usize, by: [&[T]; 3], y: &mut [T]) where [T: Float] {
        for (r, (x, y)) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)).enumerate() {
            let [m, a, b] = [by[0][r], by[1][r], by[2][r]];
            x.iter().zip(y).for_each(|(&x, y)| *y = (x - m) * a + b);
        }
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn apply_columns[T](x: &[T], by: [&[T]; 3], y: &mut [T]) where [T: Float] {
        let n = by[0].len();
        let [m, a, b] = [&by[0][..n], &by[1][..n], &by[2][..n]];
        for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
            for j in 0..n {
                y[j] = (x[j] - m[j]) * a[j] + b[j];
            }
        }
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn back_runs[T](g: &[T], x: &[T], n: usize, by: [&[T]; 4], gx: &mut [T]) where [T: Float] {
        let rows = g.chunks_exact(n).zip(x.chunks_exact(n)).zip(gx.chunks_exact_mut(n));
        for (r, ((g, x), gx)) in rows.enumerate() {
            let [m, a, b, c] = [by[0][r], by[1][r], by[2][r], by[3][r]];
            for ((&g, &x), o) in g.iter().zip(x).zip(gx) {
                *o = g * a + (x - m) * b + c;
            }
        }
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn back_columns[T](g: &[T], x: &[T], by: [&[T]; 4], gx: &mut [T]) where [T: Float] {
        let n = by[0].len();
        let [m, a, b, c] = [&by[0][..n], &by[1][..n], &by[2][..n], &by[3][..n]];
        let rows = g.chunks_exact(n).zip(x.chunks_exact(n)).zip(gx.chunks_exact_mut(n));
        for ((g, x), gx) in rows {
            for j in 0..n {
                gx[j] = g[j] * a[j] + (x[j] - m[j]) * b[j] + c[j];
            }
        }
    }
}
