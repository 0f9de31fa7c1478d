//! Means and squared deviations along one axis, in one pass over memory.
//!
//! A block that fits into the cache is read twice, once for its mean and once for the deviations from
//! it; blocks are merged by the formula of Chan, Golub and LeVeque, in f64. So nothing cancels, however
//! far the values are from zero.
use super::{
    super::{
        math::Float,
        simd::{
            Level::{Avx2, Base},
            simd, up_to,
        },
        threads::for_chunks,
    },
    BLOCK, CHUNK, LANES, ROWS, SHORT, STRIP, chunk, fold,
};

/// Number, mean and sum of squared deviations from it, of some values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// How many values.
    pub count: f64,
    /// Their mean; 0 of none.
    pub mean: f64,
    /// Σ (x - mean)².
    pub square: f64,
}

impl Moments {
    /// Of `n` values with Σ (x - near) and Σ (x - near)².
    #[inline(always)]
    fn around(n: usize, near: f64, sum: f64, square: f64) -> Moments {
        let (count, shift) = (n as f64, sum / n as f64);
        Moments {
            count,
            mean: near + shift,
            square: square - shift * sum,
        }
    }

    /// Of these values and those together.
    #[inline(always)]
    fn merge(self, other: Moments) -> Moments {
        if self.count == 0.0 {
            return other;
        }
        let (count, apart) = (self.count + other.count, other.mean - self.mean);
        let share = other.count / count;
        Moments {
            count,
            mean: self.mean + apart * share,
            square: self.square + other.square + apart * apart * self.count * share,
        }
    }
}

/// The moments along the middle axis of a contiguous `[outer, n, inner]`.
pub fn moments_axis<T: Float>(x: &[T], outer: usize, n: usize, inner: usize, out: &mut [Moments]) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner);
    if x.is_empty() {
        return out.fill(Moments::default());
    }
    let rows = (CHUNK / inner).max(2 * ROWS);
    if n > rows {
        let pieces = n.div_ceil(rows);
        let mut parts = vec![Moments::default(); outer * pieces * inner];
        for_chunks(&mut parts, inner, |at, out| {
            let (o, p) = (at / inner / pieces, at / inner % pieces);
            let x = &x[(o * n + p * rows) * inner..][..rows.min(n - p * rows) * inner];
            part(x, x.len() / inner, inner, 0, out);
        });
        return merge_axis(&parts, outer, pieces, inner, out);
    }
    for_chunks(out, chunk(n, inner), |at, out| part(x, n, inner, at, out));
}

/// Merges along the middle axis of a contiguous `[outer, n, inner]`.
pub fn merge_axis(x: &[Moments], outer: usize, n: usize, inner: usize, out: &mut [Moments]) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner);
    out.fill(Moments::default());
    for (at, x) in x.chunks_exact(inner.max(1)).enumerate() {
        merge_all(&mut out[at / n * inner..][..inner], x);
    }
}

#[inline(always)]
fn merge_all(out: &mut [Moments], x: &[Moments]) {
    out.iter_mut().zip(x).for_each(|(o, &x)| *o = o.merge(x));
}

/// The results from number `at` of all `[outer, inner]` on.
fn part<T: Float>(x: &[T], n: usize, inner: usize, at: usize, out: &mut [Moments]) {
    if inner > 1 {
        columns(x, n, inner, at, out);
    } else if n <= SHORT {
        let rows = x[at * n..].chunks_exact(n);
        rows.zip(out).for_each(|(row, o)| *o = short(row));
    } else {
        rows(&x[at * n..], n, out);
    }
}

fn short<T: Float>(x: &[T]) -> Moments {
    let n = x.len() as f64;
    let mean = x.iter().fold(0.0, |s, x| s + x.to_f64()) / n;
    let square = x.iter().fold(0.0, |s, x| {
        let d = x.to_f64() - mean;
        s + d * d
    });
    Moments {
        count: n,
        mean,
        square,
    }
}

simd! {
    up to [up_to::<T>(Avx2, Base)]
    fn rows[T](x: &[T], n: usize, out: &mut [Moments]) where [T: Float] {
        for (x, o) in x.chunks_exact(n).zip(out) {
            *o = Moments::default();
            for x in x.chunks(BLOCK) {
                *o = o.merge(block(x));
            }
        }
    }
}

#[inline(always)]
fn block<T: Float>(x: &[T]) -> Moments {
    let near = T::from_f64(in_lanes(x, |x| [x, T::ZERO])[0].to_f64() / x.len() as f64);
    let [sum, square] = in_lanes(x, |x| [x - near, (x - near) * (x - near)]);
    Moments::around(x.len(), near.to_f64(), sum.to_f64(), square.to_f64())
}

/// The sums of two functions of the elements.
#[inline(always)]
fn in_lanes<T: Float>(x: &[T], f: impl Fn(T) -> [T; 2]) -> [T; 2] {
    let (mut a, mut b) = ([T::ZERO; LANES], [T::ZERO; LANES]);
    let (head, tail) = x.as_chunks::<LANES>();
    for x in head {
        for j in 0..LANES {
            let y = f(x[j]);
            a[j] = a[j] + y[0];
            b[j] = b[j] + y[1];
        }
    }
    for (j, &x) in tail.iter().enumerate() {
        let y = f(x);
        a[j] = a[j] + y[0];
        b[j] = b[j] + y[1];
    }
    [fold(&mut a, T::plus), fold(&mut b, T::plus)]
}

fn columns<T: Float>(x: &[T], n: usize, inner: usize, at: usize, out: &mut [Moments]) {
    let mut done = 0;
    while done < out.len() {
        let (o, i) = ((at + done) / inner, (at + done) % inner);
        let width = STRIP.min(inner - i).min(out.len() - done);
        let out = &mut out[done..done + width];
        done += width;
        out.fill(Moments::default());
        if 2 * inner <= STRIP {
            narrow(&x[o * n * inner..][..n * inner], inner, out);
        } else {
            strip(&x[o * n * inner + i..], n, inner, out);
        }
    }
}

/// Narrow rows, of which several make one wide one.
fn narrow<T: Float>(x: &[T], inner: usize, out: &mut [Moments]) {
    let mut wide = [Moments::default(); STRIP];
    let wide = &mut wide[..STRIP / inner * inner];
    let whole = x.len() / wide.len();
    strip(x, whole, wide.len(), wide);
    if whole > 0 {
        wide.chunks_exact(inner).for_each(|m| merge_all(out, m));
    }
    let rest = &x[whole * wide.len()..];
    strip(rest, rest.len() / inner, inner, out);
}

simd! {
    up to [up_to::<T>(Avx2, Base)]
    /// Merges `n` rows, `stride` apart, into `out`.
    fn strip[T](x: &[T], n: usize, stride: usize, out: &mut [Moments]) where [T: Float] {
        let width = out.len();
        let mut memory = [[T::ZERO; STRIP]; 3];
        let [near, sum, square] = &mut memory;
        for first in (0..n).step_by(ROWS) {
            let rows = ROWS.min(n - first);
            let row = |k: usize| &x[(first + k) * stride..][..width];
            near[..width].fill(T::ZERO);
            for k in 0..rows {
                near.iter_mut().zip(row(k)).for_each(|(a, &x)| *a = *a + x);
            }
            let scale = T::from_f64(rows as f64);
            near[..width].iter_mut().for_each(|a| *a = *a / scale);
            sum[..width].fill(T::ZERO);
            square[..width].fill(T::ZERO);
            for k in 0..rows {
                let sides = near.iter().zip(&mut *sum).zip(&mut *square);
                for (((&m, s), q), &x) in sides.zip(row(k)) {
                    *s = *s + (x - m);
                    *q = *q + (x - m) * (x - m);
                }
            }
            for (j, o) in out.iter_mut().enumerate() {
                let [near, sum, square] = [near[j], sum[j], square[j]].map(T::to_f64);
                *o = o.merge(Moments::around(rows, near, sum, square));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{
            simd::{levels, with_level},
            threads::set_num_threads,
        },
        *,
    };

    fn column(x: &[f64], [n, inner]: [usize; 2], at: usize) -> Moments {
        let column = || (0..n).map(|k| x[(at / inner * n + k) * inner + at % inner]);
        let mean = column().sum::<f64>() / n as f64;
        Moments {
            count: n as f64,
            mean,
            square: column().map(|x| (x - mean).powi(2)).sum(),
        }
    }

    fn shapes() -> Vec<[usize; 3]> {
        let mut shapes: Vec<[usize; 3]> = (1..130).flat_map(|n| [[2, n, 1], [3, 5, n]]).collect();
        shapes.extend([
            [1, 70_001, 1],
            [1, 70_001, 3],
            [2, 5000, 10],
            [3, 300, 300],
            [1, 3, 70_000],
            [1, 257, 127],
        ]);
        shapes
    }

    fn run<T: Float>(x: &[f64], [outer, n, inner]: [usize; 3]) -> Vec<Moments> {
        let x: Vec<T> = x.iter().map(|&x| T::from_f64(x)).collect();
        let mut out = vec![Moments::default(); outer * inner];
        moments_axis(&x, outer, n, inner, &mut out);
        out
    }

    fn close(got: &[Moments], want: &[Moments], eps: f64) -> bool {
        got.iter().zip(want).all(|(g, w)| {
            g.count == w.count
                && (g.mean - w.mean).abs() <= eps * w.mean.abs()
                && (g.square - w.square).abs() <= 100.0 * eps * w.square + 1e-9
        })
    }

    #[test]
    fn agree_with_the_definition_far_from_zero() {
        for s @ [outer, n, inner] in shapes() {
            // Whole numbers, exact in f32.
            let x: Vec<f64> = (0..outer * n * inner)
                .map(|i| ((i * 7919 + i / 13) % 4001) as f64 + 20_000.0)
                .collect();
            let want: Vec<_> = (0..outer * inner)
                .map(|at| column(&x, [n, inner], at))
                .collect();
            for level in levels() {
                with_level(level, || {
                    assert!(close(&run::<f32>(&x, s), &want, 1e-7), "{s:?} {level}");
                    assert!(close(&run::<f64>(&x, s), &want, 1e-13), "{s:?} {level}");
                });
            }
        }
    }

    #[test]
    fn one_and_two_threads_give_the_same_bits() {
        let x: Vec<f64> = (0..300_000).map(|i| (f64::from(i) * 0.37).sin()).collect();
        for s in [
            [1, 300_000, 1],
            [1, 100_000, 3],
            [100, 30, 100],
            [1000, 300, 1],
        ] {
            let [one, two] = [1, 2].map(|threads| {
                set_num_threads(threads);
                run::<f32>(&x, s)
            });
            assert_eq!(one, two);
        }
    }
}
