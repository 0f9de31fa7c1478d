//! One pass over a parameter, its gradient and the state of an optimizer: every number is read once
//! and written once, whatever the formula.
//!
//! The macro `optimizer!` writes a [`Formula`]; all the rest is here.
use super::{
    simd::simd,
    storage::Plain,
    threads::{Shared, parallel},
};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Elements per chunk: some ten microseconds of memory traffic.
const CHUNK: usize = 1 << 14;

/// What a formula may do with an element. No operation is fused with another, so the result is the
/// same for every instruction set.
pub trait Real:
    Plain
    + PartialOrd
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// The nearest number to `v`.
    fn of(v: f64) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The absolute value.
    fn abs(self) -> Self;

    /// The larger one; NaN if one is NaN.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        #[expect(clippy::eq_op, reason = "NaN is what differs from itself")]
        if self > other || self != self {
            self
        } else {
            other
        }
    }

    /// The smaller one; NaN if one is NaN.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        #[expect(clippy::eq_op, reason = "NaN is what differs from itself")]
        if self < other || self != self {
            self
        } else {
            other
        }
    }

    /// 1, 0 or -1; 0 for NaN.
    #[inline(always)]
    fn sign(self) -> Self {
        let zero = Self::of(0.0);
        let positive = if self > zero { Self::of(1.0) } else { zero };
        if self < zero {
            Self::of(-1.0)
        } else {
            positive
        }
    }
}

macro_rules! real {
    ($($t:ident)*) => { $(
        impl Real for $t {
            #[inline(always)]
            fn of(v: f64) -> $t {
                v as $t
            }

            #[inline(always)]
            fn sqrt(self) -> $t {
                $t::sqrt(self)
            }

            #[inline(always)]
            fn abs(self) -> $t {
                $t::abs(self)
            }
        }
    )* };
}
real!(f32 f64);

/// An update rule on one element, with `N` numbers of state beside the parameter and `K` numbers that
/// are the same for all elements.
pub trait Formula<const N: usize, const K: usize> {
    /// The new parameter and state, from parameter `p`, gradient `g` and the old state.
    fn at<T: Real>(p: T, g: T, state: [T; N], numbers: [T; K]) -> (T, [T; N]);
}

/// A formula with its numbers.
struct Bound<F, T, const K: usize>(std::marker::PhantomData<fn() -> F>, [T; K]);

impl<F, T: Copy, const K: usize> Clone for Bound<F, T, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F, T: Copy, const K: usize> Copy for Bound<F, T, K> {}

/// [`Formula::at`] of one float type.
pub trait Step<T, const N: usize>: Copy + Sync {
    #[allow(missing_docs)]
    fn at(self, p: T, g: T, state: [T; N]) -> (T, [T; N]);
}

impl<F: Formula<N, K>, T: Real, const N: usize, const K: usize> Step<T, N> for Bound<F, T, K> {
    #[inline(always)]
    fn at(self, p: T, g: T, state: [T; N]) -> (T, [T; N]) {
        F::at(p, g, state, self.1)
    }
}

/// The loop for `N` slices of state; there is one for each `N` up to 4.
pub trait Loop<const N: usize> {
    #[allow(missing_docs)]
    fn run<T: Real, S: Step<T, N>>(p: &mut [T], g: &[T], state: [&mut [T]; N], rule: S);
}

/// Implements [`Loop`] for every `N` there is.
pub struct Loops;

/// A loop over slices that are arguments of their own: the compiler then knows that they do not
/// overlap.
macro_rules! loops {
    ($($n:literal $name:ident: $($s:ident $k:literal)*;)*) => { $(
        simd! {
            fn $name[T, S](p: &mut [T], g: &[T], $($s: &mut [T],)* rule: S)
            where [T: Real, S: Step<T, $n>] {
                let n = p.len();
                let g = &g[..n];
                $(let $s = &mut $s[..n];)*
                for i in 0..n {
                    let (next, _state) = rule.at(p[i], g[i], [$($s[i]),*]);
                    p[i] = next;
                    $($s[i] = _state[$k];)*
                }
            }
        }

        impl Loop<$n> for Loops {
            #[inline]
            fn run<T: Real, S: Step<T, $n>>(p: &mut [T], g: &[T], state: [&mut [T]; $n], rule: S) {
                let [$($s),*] = state;
                $name(p, g, $($s,)* rule);
            }
        }
    )* };
}

loops! {
    0 without_state:;
    1 with_one: a 0;
    2 with_two: a 0 b 1;
    3 with_three: a 0 b 1 c 2;
    4 with_four: a 0 b 1 c 2 d 3;
}

/// A formula with its numbers, as a loop over slices: all that is compiled for each formula.
pub trait Update<T, const N: usize>: Sync {
    #[allow(missing_docs)]
    fn run(&self, p: &mut [T], g: &[T], state: [&mut [T]; N]);
}

impl<F, T: Real, const N: usize, const K: usize> Update<T, N> for Bound<F, T, K>
where
    F: Formula<N, K>,
    Loops: Loop<N>,
{
    fn run(&self, p: &mut [T], g: &[T], state: [&mut [T]; N]) {
        Loops::run(p, g, state, *self);
    }
}

/// The formula `F` with these numbers.
pub fn bound<F, T, const N: usize, const K: usize>(numbers: [f64; K]) -> impl Update<T, N>
where
    T: Real,
    F: Formula<N, K>,
    Loops: Loop<N>,
{
    Bound::<F, T, K>(std::marker::PhantomData, numbers.map(T::of))
}

/// Runs the formula over all elements, in place.
///
/// # Panics
/// If lengths differ.
pub fn update<T: Real, const N: usize>(
    p: &mut [T],
    g: &[T],
    state: [&mut [T]; N],
    rule: &dyn Update<T, N>,
) {
    let n = p.len();
    assert!(g.len() == n && state.iter().all(|s| s.len() == n));
    let (p, state) = (Shared::new(p), state.map(Shared::new));
    parallel(n.div_ceil(CHUNK), &|i| {
        let start = i * CHUNK;
        let len = CHUNK.min(n - start);
        // SAFETY: chunk `i` is run once and no two chunks overlap; all lie within the slices, which
        // are as long as `p` and borrowed until `parallel` returns.
        let (p, state) = unsafe {
            let state = state.each_ref().map(|s| s.slice(start, len));
            (p.slice(start, len), state)
        };
        rule.run(p, &g[start..][..len], state);
    });
}

#[cfg(test)]
mod tests {
    use super::{
        super::simd::{levels, with_level},
        *,
    };

    /// Adam's formula, cut short.
    struct Moments;

    impl Formula<2, 3> for Moments {
        #[inline(always)]
        fn at<T: Real>(p: T, g: T, [m, v]: [T; 2], [a, b, lr]: [T; 3]) -> (T, [T; 2]) {
            let m = a * m + (T::of(1.0) - a) * g;
            let v = Real::max(v, b * v + (T::of(1.0) - b) * g * g);
            (p - lr * m / (Real::sqrt(v) + T::of(1e-8)), [m, v])
        }
    }

    fn plain(x: &mut [Vec<f32>; 4], numbers: [f32; 3]) {
        for i in 0..x[0].len() {
            let (p, [m, v]) = Moments::at(x[0][i], x[1][i], [x[2][i], x[3][i]], numbers);
            (x[0][i], x[2][i], x[3][i]) = (p, m, v);
        }
    }

    #[test]
    fn every_length_and_level_agrees_with_the_plain_loop_to_the_bit() {
        let lengths: &[usize] = if cfg!(miri) {
            &[0, 1, 9, 33]
        } else {
            &[0, 1, 9, 33, 1000, CHUNK, 3 * CHUNK + 7]
        };
        for &n in lengths {
            let value = |k: usize| (0..n).map(move |i| ((i * 7 + k * 3) % 11) as f32 * 0.1 - 0.4);
            let start = [0, 1, 2, 3].map(|k| value(k).map(f32::abs).collect::<Vec<_>>());
            let mut want = start.clone();
            plain(&mut want, [0.9, 0.99, 0.01]);
            for level in levels() {
                let mut got = start.clone();
                let [p, g, m, v] = &mut got;
                with_level(level, || {
                    let rule = bound::<Moments, f32, 2, 3>([0.9, 0.99, 0.01]);
                    update(p, g, [m, v], &rule);
                });
                assert!(got == want, "{level}, {n} elements");
            }
        }
    }

    #[test]
    fn nan_is_the_largest_and_the_smallest() {
        assert!(Real::max(f32::NAN, 1.0).is_nan() && Real::max(1.0, f64::NAN).is_nan());
        assert!(Real::min(f32::NAN, 1.0).is_nan() && Real::min(1.0, f64::NAN).is_nan());
        assert_eq!((Real::max(1.0, 2.0), Real::min(1.0, 2.0)), (2.0, 1.0));
        assert_eq!(
            [-3.0, 0.0, 2.0, f64::NAN].map(Real::sign),
            [-1.0, 0.0, 1.0, 0.0]
        );
    }

    #[test]
    #[should_panic(expected = "g.len() == n")]
    fn lengths_must_agree() {
        let rule = bound::<Moments, f32, 2, 3>([0.0; 3]);
        update(&mut [1.0], &[], [&mut [0.0], &mut [0.0]], &rule);
    }
}
