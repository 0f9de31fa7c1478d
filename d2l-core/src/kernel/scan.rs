//! Running sums, products and their like along an axis.
use super::{
    math::Num,
    reduce::Join,
    simd::{
        Level::{Avx2, Base},
        simd, up_to,
    },
    threads::for_chunks,
};

/// Elements that one thread handles in one go.
const CHUNK: usize = 1 << 15;
/// Elements whose running values are found side by side.
const LANES: usize = 8;
/// Columns that are handled side by side.
const STRIP: usize = 256;

/// An element and the type that it is accumulated in, as wide as there is.
pub trait Scan: Num {
    /// Where rounding does not add up.
    type Wide: Num;
    /// To that type.
    fn wide(self) -> Self::Wide;
    /// Back from it.
    fn narrow(wide: Self::Wide) -> Self;
}

macro_rules! scan {
    ($($t:ident in $wide:ident;)*) => {$(
        impl Scan for $t {
            type Wide = $wide;
            #[inline(always)]
            fn wide(self) -> $wide { self as $wide }
            #[inline(always)]
            fn narrow(wide: $wide) -> $t { wide as $t }
        }
    )*};
}
scan! { f32 in f64; f64 in f64; i64 in i64; }

/// Runs `f` on blocks of whole `[n, inner]` of `x` and `out`.
fn blocks<T: Scan>(x: &[T], block: usize, out: &mut [T], f: impl Fn(&[T], &mut [T]) + Sync) {
    assert_eq!(x.len(), out.len());
    if !out.is_empty() {
        for_chunks(out, CHUNK.div_ceil(block) * block, |at, out| {
            f(&x[at..][..out.len()], out);
        });
    }
}

/// `out[k] = x[0] ∘ … ∘ x[k]` along the middle axis of a contiguous `[outer, n, inner]`; with
/// `REVERSE`, `x[k] ∘ … ∘ x[n-1]`.
pub fn scan_axis<T: Scan, J: Join, const REVERSE: bool>(
    x: &[T],
    n: usize,
    inner: usize,
    out: &mut [T],
    _join: J,
) {
    blocks(x, n * inner, out, |x, out| {
        if inner == 1 {
            scan_rows::<T, J, Order<REVERSE>>(x, n, out);
        } else {
            scan_columns::<T, J, Order<REVERSE>>(x, n, inner, out);
        }
    });
}

/// From which end a scan begins.
struct Order<const REVERSE: bool>;

trait Direction {
    /// The place of the `i`-th of `n` parts.
    fn at(i: usize, n: usize) -> usize;
}

impl<const REVERSE: bool> Direction for Order<REVERSE> {
    #[inline(always)]
    fn at(i: usize, n: usize) -> usize {
        if REVERSE { n - 1 - i } else { i }
    }
}

simd! {
    up to [up_to::<T>(Avx2, Base)]
    fn scan_rows[T, J, D](x: &[T], n: usize, out: &mut [T]) where [T: Scan, J: Join, D: Direction] {
        for (x, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            let mut total = J::start::<T::Wide>();
            let whole = n / LANES;
            for b in 0..whole {
                let first = if D::at(0, 2) == 0 { b * LANES } else { n - (b + 1) * LANES };
                let (x, out) = (&x[first..][..LANES], &mut out[first..][..LANES]);
                let mut run = [total; LANES];
                for j in 0..LANES {
                    run[j] = x[D::at(j, LANES)].wide();
                }
                for step in [1, 2, 4] {
                    for j in (step..LANES).rev() {
                        run[j] = J::join(run[j - step], run[j]);
                    }
                }
                for j in 0..LANES {
                    out[D::at(j, LANES)] = T::narrow(J::join(total, run[j]));
                }
                total = J::join(total, run[LANES - 1]);
            }
            for i in whole * LANES..n {
                total = J::join(total, x[D::at(i, n)].wide());
                out[D::at(i, n)] = T::narrow(total);
            }
        }
    }
}

simd! {
    up to [up_to::<T>(Avx2, Base)]
    fn scan_columns[T, J, D](x: &[T], n: usize, inner: usize, out: &mut [T])
    where [T: Scan, J: Join, D: Direction] {
        let blocks = x.chunks_exact(n * inner).zip(out.chunks_exact_mut(n * inner));
        for (x, out) in blocks {
            for first in (0..inner).step_by(STRIP) {
                let width = STRIP.min(inner - first);
                let mut total = [J::start::<T::Wide>(); STRIP];
                for k in 0..n {
                    let at = D::at(k, n) * inner + first;
                    let sides = x[at..][..width].iter().zip(&mut out[at..][..width]);
                    for ((&x, o), total) in sides.zip(&mut total) {
                        *total = J::join(*total, x.wide());
                        *o = T::narrow(*total);
                    }
                }
            }
        }
    }
}

/// `out[k] = b[k] + a[k] out[k-1]` along rows of `n`; with `REVERSE`, `b[k] + a[k] out[k+1]`.
pub fn recurrence_rows<T: Scan, const REVERSE: bool>(a: &[T], b: &[T], n: usize, out: &mut [T]) {
    assert!(a.len() == out.len() && b.len() == out.len());
    let rows = a.chunks_exact(n.max(1)).zip(b.chunks_exact(n.max(1)));
    for ((a, b), out) in rows.zip(out.chunks_exact_mut(n.max(1))) {
        let mut last = T::Wide::ZERO;
        for i in 0..n {
            let k = Order::<REVERSE>::at(i, n);
            last = b[k].wide().plus(a[k].wide().times(last));
            out[k] = T::narrow(last);
        }
    }
}

/// `out[k] = ln Σ_{i≤k} e^x[i]` along rows of `n`, without overflow.
pub fn logcumsumexp_rows<T: Scan<Wide = f64>>(x: &[T], n: usize, out: &mut [T]) {
    blocks(x, n, out, |x, out| {
        for (x, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            let mut total = f64::NEG_INFINITY;
            for (&x, o) in x.iter().zip(out) {
                total = log_add(total, x.wide());
                *o = T::narrow(total);
            }
        }
    });
}

fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = (a.min_nan(b), a.max_nan(b));
    if low == high && low.is_infinite() {
        return low;
    }
    high + (low - high).exp().ln_1p()
}

/// Where along rows of `n` the greatest (else the least) so far is: the last, where several tie; NaN
/// beats all before it.
pub fn running_best<T: Num>(x: &[T], n: usize, greatest: bool, index: &mut [i64]) {
    assert_eq!(x.len(), index.len());
    if x.is_empty() {
        return;
    }
    for_chunks(index, CHUNK.div_ceil(n) * n, |at, index| {
        let rows = x[at..][..index.len()].chunks_exact(n);
        for (x, index) in rows.zip(index.chunks_exact_mut(n)) {
            let mut best = 0;
            for (k, (&v, i)) in x.iter().zip(index).enumerate() {
                let b = x[best];
                let wins = if greatest { v >= b } else { v <= b };
                if v.is_nan() || wins {
                    best = k;
                }
                *i = best as i64;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            reduce::Sum,
            simd::{levels, with_level},
        },
        *,
    };

    fn numbers(len: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919) % 41) as f32 - 20.0).collect()
    }

    fn by_definition(x: &[f32], n: usize, inner: usize, reverse: bool) -> Vec<f32> {
        let value = |at: usize| {
            let (o, k, i) = (at / inner / n, at / inner % n, at % inner);
            let range = if reverse { k..n } else { 0..k + 1 };
            range.map(|k| x[(o * n + k) * inner + i]).sum()
        };
        (0..x.len()).map(value).collect()
    }

    #[test]
    fn agree_with_the_definition() {
        for n in [1, 2, 7, 8, 9, 31, 300] {
            for inner in [1, 2, 3, 255, 257] {
                let x = numbers(2 * n * inner);
                for level in levels() {
                    with_level(level, || {
                        let mut out = vec![9.0; x.len()];
                        scan_axis::<_, _, false>(&x, n, inner, &mut out, Sum);
                        assert_eq!(out, by_definition(&x, n, inner, false), "{n} {inner}");
                        scan_axis::<_, _, true>(&x, n, inner, &mut out, Sum);
                        assert_eq!(out, by_definition(&x, n, inner, true), "{n} {inner}");
                    });
                }
            }
        }
    }

    #[test]
    fn a_recurrence_runs_from_either_end() {
        let (a, b) = ([5.0, 2.0, 3.0], [1.0, 10.0, 100.0]);
        let mut out = [0.0; 3];
        recurrence_rows::<f64, false>(&a, &b, 3, &mut out);
        assert_eq!(out, [1.0, 12.0, 136.0]);
        recurrence_rows::<f64, true>(&a, &b, 3, &mut out);
        assert_eq!(out, [1051.0, 210.0, 100.0]);
    }

    #[test]
    fn the_place_of_the_best_so_far() {
        let x = [1.0, 3.0, 3.0, f32::NAN, 9.0];
        let mut index = [0; 5];
        running_best(&x, 5, true, &mut index);
        assert_eq!(index, [0, 1, 2, 3, 3]);
        running_best(&[2i64, 5, 2, 3], 4, false, &mut index[..4]);
        assert_eq!(index[..4], [0, 0, 2, 2]);
    }
}
