//! Weighted sums of neighbours: along an axis with the same weights everywhere, and at scattered
//! points of a plane.
use super::{
    math::Float,
    simd::{
        Level::{Avx2, Base},
        simd, up_to,
    },
    threads::for_chunks,
};

/// Elements that one thread makes in one go.
const CHUNK: usize = 1 << 13;

/// For every element of the result the elements of the input that it is made of, with their weights.
#[derive(Clone, Debug)]
pub struct Taps {
    starts: Vec<usize>,
    list: Vec<(usize, f64)>,
}

impl Taps {
    /// From the parts of every element.
    pub fn new(parts: impl IntoIterator<Item = Vec<(usize, f64)>>) -> Taps {
        let mut taps = Taps {
            starts: vec![0],
            list: Vec::new(),
        };
        for part in parts {
            taps.list.extend(part);
            taps.starts.push(taps.list.len());
        }
        taps
    }

    /// The number of elements made.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn of(&self, i: usize) -> &[(usize, f64)] {
        &self.list[self.starts[i]..self.starts[i + 1]]
    }

    /// From the result back to an input of `n` elements: the transposed matrix.
    pub fn transposed(&self, n: usize) -> Taps {
        let mut parts = vec![Vec::new(); n];
        for i in 0..self.len() {
            self.of(i).iter().for_each(|&(k, w)| parts[k].push((i, w)));
        }
        Taps::new(parts)
    }
}

/// Combines the middle axis of a contiguous `[outer, n, inner]` into `[outer, taps.len(), inner]`.
pub fn along<T: Float>(x: &[T], n: usize, inner: usize, taps: &Taps, out: &mut [T]) {
    if out.is_empty() {
        return;
    }
    let rows = (CHUNK / inner).max(1);
    for_chunks(out, rows * inner, |at, out| {
        for (r, out) in out.chunks_exact_mut(inner).enumerate() {
            let row = at / inner + r;
            let (o, j) = (row / taps.len(), row % taps.len());
            let x = &x[o * n * inner..][..n * inner];
            out.fill(T::ZERO);
            for &(k, w) in taps.of(j) {
                add_scaled(out, T::from_f64(w), &x[k * inner..][..inner]);
            }
        }
    });
}

simd! {
    up to [up_to::<T>(Avx2, Base)]
    fn add_scaled[T](out: &mut [T], w: T, x: &[T]) where [T: Float] {
        out.iter_mut().zip(x).for_each(|(o, &x)| *o = *o + w * x);
    }
}

/// Where a point reads nothing.
pub const NOWHERE: usize = usize::MAX;

/// For planes of `size` elements and `k` taps for each point: `out[p] = Σ weight · x[at]`.
pub fn gather<T: Float>(x: &[T], size: usize, taps: &[(usize, f64)], k: usize, out: &mut [T]) {
    let points = taps.len() / k;
    if out.is_empty() {
        return;
    }
    for_chunks(out, points, |at, out| {
        let x = &x[at / points * size..][..size];
        for (o, taps) in out.iter_mut().zip(taps.chunks_exact(k)) {
            let present = taps.iter().filter(|t| t.0 != NOWHERE);
            *o = present.fold(T::ZERO, |s, &(at, w)| s + T::from_f64(w) * x[at]);
        }
    });
}

/// The gradient of [`gather`] towards `x`.
pub fn scatter<T: Float>(g: &[T], size: usize, taps: &[(usize, f64)], k: usize, gx: &mut [T]) {
    let points = taps.len() / k;
    if gx.is_empty() {
        return;
    }
    for_chunks(gx, size, |at, gx| {
        gx.fill(T::ZERO);
        let g = &g[at / size * points..][..points];
        for (&g, taps) in g.iter().zip(taps.chunks_exact(k)) {
            for &(at, w) in taps.iter().filter(|t| t.0 != NOWHERE) {
                gx[at] = gx[at] + T::from_f64(w) * g;
            }
        }
    });
}

/// For every tap `Σ g[p] · x[at]` over the planes: the gradient of [`gather`] towards its weight.
pub fn dots<T: Float>(
    g: &[T],
    x: &[T],
    size: usize,
    taps: &[(usize, f64)],
    k: usize,
    out: &mut [f64],
) {
    let points = taps.len() / k;
    let planes = x.len() / size.max(1);
    for_chunks(out, CHUNK, |start, out| {
        for (i, o) in out.iter_mut().enumerate() {
            let (at, p) = (taps[start + i].0, (start + i) / k);
            *o = if at == NOWHERE {
                0.0
            } else {
                let product = |c: usize| g[c * points + p].to_f64() * x[c * size + at].to_f64();
                (0..planes).map(product).sum()
            };
        }
    });
}

/// The weights of four neighbours for a point `t` behind the second (Keys 1981, with -0.75).
pub fn cubic(t: f64) -> [f64; 4] {
    const A: f64 = -0.75;
    let near = |x: f64| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f64| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)]
}

/// The curve of [`cubic`] with -0.5 at the distance `x`, as filters for images use it.
pub fn bicubic(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transposed_taps_are_the_gradient() {
        let taps = Taps::new([
            vec![(0, 0.5), (2, 2.0)],
            vec![(1, 1.0)],
            vec![(2, 3.0)],
            vec![],
        ]);
        let (x, g) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 10.0, 100.0, 7.0]);
        let (mut y, mut gx) = (vec![0.0; 8], vec![0.0; 3]);
        along(&x, 3, 2, &taps, &mut y);
        assert_eq!(y, [10.5, 13.0, 3.0, 4.0, 15.0, 18.0, 0.0, 0.0]);
        along(&g, 4, 1, &taps.transposed(3), &mut gx);
        assert_eq!(gx, [0.5, 10.0, 302.0]);
    }

    #[test]
    fn points_read_and_are_written_back() {
        let taps = [(0, 0.5), (2, 2.0), (NOWHERE, 9.0), (1, 1.0)];
        let (x, g) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 10.0, 100.0, 1000.0]);
        let (mut y, mut gx, mut gw) = (vec![0.0; 4], vec![0.0; 6], vec![0.0; 4]);
        gather(&x, 3, &taps, 2, &mut y);
        assert_eq!(y, [6.5, 2.0, 14.0, 5.0]);
        scatter(&g, 3, &taps, 2, &mut gx);
        assert_eq!(gx, [0.5, 10.0, 2.0, 50.0, 1000.0, 200.0]);
        dots(&g, &x, 3, &taps, 2, &mut gw);
        assert_eq!(gw, [401.0, 603.0, 0.0, 5020.0]);
    }
}
