//! Pools: the greatest element or the mean of windows, and their gradients.
//!
//! Windows are given axis by axis as spans, which covers strides, padding, dilation and adaptive
//! sizes; windows of 2x2 side by side have loops of their own.
mod pairs;

use super::{
    math::{Float, Num},
    threads::{Shared, parallel_ns},
};
use pairs::{max_pairs, max_pairs_at, mean_pairs, share_pairs, spread_pairs};

/// What one output sees along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first element.
    pub start: usize,
    /// Elements within the input.
    pub len: usize,
    /// From one to the next.
    pub step: usize,
    /// By how many a mean is divided.
    pub count: usize,
}

/// The windows of a pool.
pub struct Windows {
    /// Sizes of the input.
    pub input: [usize; 3],
    /// For each axis, what each output sees.
    pub spans: [Vec<Span>; 3],
    /// Divides means instead of the number of elements.
    pub divisor: Option<f64>,
}

/// Where in its window the greatest element is.
pub trait Place: Num {
    /// From its place in the plane and within the window.
    fn new(flat: usize, ordinal: usize) -> Self;
    /// The place in the plane.
    fn flat(self, windows: &Windows, spans: [Span; 3]) -> usize;
    /// The place within the window, if that is what is kept.
    fn ordinal(self) -> Option<u8>;
}

/// The place in the plane, as PyTorch counts.
impl Place for i64 {
    #[inline(always)]
    fn new(flat: usize, _: usize) -> i64 {
        flat as i64
    }
    #[inline(always)]
    fn flat(self, _: &Windows, _: [Span; 3]) -> usize {
        self as usize
    }
    #[inline(always)]
    fn ordinal(self) -> Option<u8> {
        None
    }
}

/// The place within a window of up to 256 elements.
impl Place for u8 {
    #[inline(always)]
    fn new(_: usize, ordinal: usize) -> u8 {
        ordinal as u8
    }
    #[inline(always)]
    fn flat(self, windows: &Windows, [a, b, c]: [Span; 3]) -> usize {
        let at = usize::from(self);
        let (i, j, k) = (at / (b.len * c.len), at / c.len % b.len, at % c.len);
        windows.flat(
            a.start + i * a.step,
            b.start + j * b.step,
            c.start + k * c.step,
        )
    }
    #[inline(always)]
    fn ordinal(self) -> Option<u8> {
        Some(self)
    }
}

impl Windows {
    /// Sizes of the output.
    pub fn output(&self) -> [usize; 3] {
        self.spans.each_ref().map(Vec::len)
    }

    /// Elements of the largest window.
    pub fn most(&self) -> usize {
        let most = |spans: &Vec<Span>| spans.iter().map(|s| s.len).max().unwrap_or(0);
        self.spans.iter().map(most).product()
    }

    fn input_plane(&self) -> usize {
        self.input.iter().product()
    }

    fn output_plane(&self) -> usize {
        self.spans.iter().map(Vec::len).product()
    }

    #[inline(always)]
    fn flat(&self, i: usize, j: usize, k: usize) -> usize {
        (i * self.input[1] + j) * self.input[2] + k
    }

    /// Whether all windows are 2x2, side by side.
    fn are_pairs(&self) -> bool {
        let pair = |(i, s): (usize, &Span)| (s.start, s.len, s.step) == (2 * i, 2, 1);
        let pairs = |spans: &Vec<Span>| spans.iter().enumerate().all(pair);
        let [a, b, c] = &self.spans;
        let same = |(i, s): (usize, &Span)| (s.start, s.len) == (i, 1);
        a.iter().enumerate().all(same) && pairs(b) && pairs(c)
    }

    /// Whether 2x2 windows side by side leave nothing over.
    fn are_covered(&self) -> bool {
        self.input[1] % 2 + self.input[2] % 2 == 0
    }

    /// Calls `f` with each output of a plane and what it sees.
    #[inline(always)]
    fn each(&self, mut f: impl FnMut(usize, [Span; 3])) {
        let mut o = 0;
        for &a in &self.spans[0] {
            for &b in &self.spans[1] {
                for &c in &self.spans[2] {
                    f(o, [a, b, c]);
                    o += 1;
                }
            }
        }
    }

    /// Calls `f` with the places of a window, in order.
    #[inline(always)]
    fn places(&self, [a, b, c]: [Span; 3], mut f: impl FnMut(usize)) {
        for i in 0..a.len {
            for j in 0..b.len {
                let row = self.flat(a.start + i * a.step, b.start + j * b.step, c.start);
                (0..c.len).for_each(|k| f(row + k * c.step));
            }
        }
    }

    /// What the first output sees; there is one.
    fn first(&self) -> [Span; 3] {
        self.spans.each_ref().map(|s| s[0])
    }

    fn divisor<T: Float>(&self, spans: [Span; 3]) -> T {
        let count = || spans.iter().map(|s| s.count).product::<usize>() as f64;
        T::from_f64(self.divisor.unwrap_or_else(count))
    }

    /// For each output row of 2x2 windows in a plane: its number, and where its two input rows begin.
    #[inline(always)]
    fn rows(&self, mut f: impl FnMut(usize, usize)) {
        let [d, h, _] = self.output();
        for i in 0..d {
            for j in 0..h {
                f(i * h + j, self.flat(i, 2 * j, 0));
            }
        }
    }

    /// Runs `f` on the planes of an input and an output, on several threads; `x` and `y` elements
    /// per plane are used of each.
    fn planes<A: Send, B: Send>(
        &self,
        (x, nx): (&mut [A], usize),
        (y, ny): (&mut [B], usize),
        f: impl Fn(usize, &mut [A], &mut [B]) + Sync,
    ) {
        let planes = x.len().checked_div(nx).unwrap_or(0);
        assert!(
            x.len() == planes * nx && y.len() == planes * ny,
            "pool: the sizes do not fit the windows"
        );
        let per = (1usize << 14).div_ceil(self.input_plane().max(1));
        let (x, y) = (Shared::new(x), Shared::new(y));
        let ns = planes * (self.input_plane() + self.output_plane() * self.most());
        parallel_ns(planes.div_ceil(per), ns / 4, &|chunk| {
            for p in chunk * per..planes.min((chunk + 1) * per) {
                // SAFETY: each plane is in one chunk and lies within its slice.
                unsafe { f(p, x.slice(p * nx, nx), y.slice(p * ny, ny)) }
            }
        });
    }
}

/// The greatest element of each window and its place; a NaN is the greatest. Of equals the first one
/// wins, of several NaNs the last one, as in PyTorch.
///
/// # Panics
/// If a slice does not hold whole planes, as many as the others.
pub fn max_at<T: Float, I: Place>(w: &Windows, x: &[T], y: &mut [T], at: &mut [I]) {
    let (nx, ny) = (w.input_plane(), w.output_plane());
    assert!(
        x.len() * ny == y.len() * nx,
        "pool: the sizes do not fit the windows"
    );
    let pairs = w.are_pairs();
    w.planes((y, ny), (at, ny), |p, y, at| {
        let x = &x[p * nx..][..nx];
        if pairs {
            let n = w.spans[2].len();
            w.rows(|row, from| {
                let (y, at) = (&mut y[row * n..][..n], &mut at[row * n..][..n]);
                max_pairs_at::<T, I>(&x[from..], w.input[2], from, y, at);
            });
            return;
        }
        w.each(|o, spans| {
            let (mut best, mut place, mut ordinal) = (T::LOWEST, I::new(0, 0), 0);
            w.places(spans, |i| {
                if ordinal == 0 || x[i] > best || x[i].is_nan() {
                    (best, place) = (x[i], I::new(i, ordinal));
                }
                ordinal += 1;
            });
            (y[o], at[o]) = (best, place);
        });
    });
}

/// [`max_at`] without the places.
///
/// # Panics
/// As [`max_at`].
pub fn max<T: Float>(w: &Windows, x: &[T], y: &mut [T]) {
    let (nx, ny) = (w.input_plane(), w.output_plane());
    assert!(
        x.len() * ny == y.len() * nx,
        "pool: the sizes do not fit the windows"
    );
    let pairs = w.are_pairs();
    w.planes((y, ny), (&mut [(); 0], 0), |p, y, _| {
        let x = &x[p * nx..][..nx];
        if pairs {
            let n = w.spans[2].len();
            w.rows(|row, from| max_pairs::<T>(&x[from..], w.input[2], &mut y[row * n..][..n]));
            return;
        }
        w.each(|o, spans| {
            let mut best = T::LOWEST;
            w.places(spans, |i| best = best.max_nan(x[i]));
            y[o] = best;
        });
    });
}

/// The gradient of [`max`]: each element of `g` added to where `at` says.
///
/// # Panics
/// As [`max_at`].
pub fn spread<T: Float, I: Place>(w: &Windows, g: &[T], at: &[I], x: &mut [T]) {
    let (nx, ny) = (w.input_plane(), w.output_plane());
    assert!(
        x.len() * ny == g.len() * nx && at.len() == g.len(),
        "pool: the sizes do not fit the windows"
    );
    let pairs = w.are_pairs() && I::default().ordinal().is_some();
    w.planes((x, nx), (&mut [(); 0], 0), |p, x, _| {
        let (g, at) = (&g[p * ny..][..ny], &at[p * ny..][..ny]);
        if !(pairs && w.are_covered()) {
            x.fill(T::ZERO);
        }
        if pairs {
            let n = w.spans[2].len();
            w.rows(|row, from| {
                let (g, at) = (&g[row * n..][..n], &at[row * n..][..n]);
                spread_pairs::<T, I>(g, at, w.input[2], &mut x[from..]);
            });
            return;
        }
        w.each(|o, spans| {
            if spans.iter().all(|s| s.len > 0) {
                let i = at[o].flat(w, spans);
                x[i] = x[i] + g[o];
            }
        });
    });
}

/// What is at the places `at`: the gradient of [`spread`].
///
/// # Panics
/// As [`max_at`].
pub fn pick<T: Float, I: Place>(w: &Windows, x: &[T], at: &[I], y: &mut [T]) {
    let (nx, ny) = (w.input_plane(), w.output_plane());
    assert!(
        x.len() * ny == y.len() * nx && at.len() == y.len(),
        "pool: the sizes do not fit the windows"
    );
    w.planes((y, ny), (&mut [(); 0], 0), |p, y, _| {
        let (x, at) = (&x[p * nx..][..nx], &at[p * ny..][..ny]);
        w.each(|o, spans| {
            let some = spans.iter().all(|s| s.len > 0);
            y[o] = if some {
                x[at[o].flat(w, spans)]
            } else {
                T::ZERO
            };
        });
    });
}

/// The mean of each window; 0 where a window is empty.
///
/// # Panics
/// As [`max_at`].
pub fn mean<T: Float>(w: &Windows, x: &[T], y: &mut [T]) {
    let (nx, ny) = (w.input_plane(), w.output_plane());
    assert!(
        x.len() * ny == y.len() * nx,
        "pool: the sizes do not fit the windows"
    );
    let pairs = w.are_pairs();
    w.planes((y, ny), (&mut [(); 0], 0), |p, y, _| {
        let x = &x[p * nx..][..nx];
        if pairs && ny > 0 {
            let (n, by) = (w.spans[2].len(), w.divisor(w.first()));
            w.rows(|row, from| mean_pairs::<T>(&x[from..], w.input[2], by, &mut y[row * n..][..n]));
            return;
        }
        w.each(|o, spans| {
            let mut sum = T::ZERO;
            w.places(spans, |i| sum = sum + x[i]);
            y[o] = sum / w.divisor(spans);
        });
    });
}

/// The gradient of [`mean`]: each element of `g` shared out over its window.
///
/// # Panics
/// As [`max_at`].
pub fn share<T: Float>(w: &Windows, g: &[T], x: &mut [T]) {
    let (nx, ny) = (w.input_plane(), w.output_plane());
    assert!(
        x.len() * ny == g.len() * nx,
        "pool: the sizes do not fit the windows"
    );
    let pairs = w.are_pairs();
    w.planes((x, nx), (&mut [(); 0], 0), |p, x, _| {
        let g = &g[p * ny..][..ny];
        if !(pairs && w.are_covered()) {
            x.fill(T::ZERO);
        }
        if pairs && ny > 0 {
            let (n, by) = (w.spans[2].len(), w.divisor(w.first()));
            w.rows(|row, from| {
                share_pairs::<T>(&g[row * n..][..n], by, w.input[2], &mut x[from..])
            });
            return;
        }
        w.each(|o, spans| {
            let part = g[o] / w.divisor(spans);
            w.places(spans, |i| x[i] = x[i] + part);
        });
    });
}

#[cfg(test)]
mod tests;
