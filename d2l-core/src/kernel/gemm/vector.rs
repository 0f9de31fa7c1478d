//! The few register operations that a matrix product needs, for each instruction set.
//!
//! The compiler does not keep a large tile of accumulators in registers by itself, so this is the one
//! kernel written with intrinsics (behind this trait). Everything is inlined into a `target_feature`
//! shell.
use super::super::{math::Float, simd::BASE_FMA};

/// A register of `LANES` numbers.
///
/// # Safety
/// Every method needs the instruction set of its type to be present; pointers must be valid for the
/// elements that are read or written (`n` of them for the `_part` methods, else `LANES`).
#[allow(clippy::missing_safety_doc)]
pub trait Vector: Copy {
    /// Numbers per register.
    const LANES: usize;
    /// Rows of the largest tile, whose rows are two registers wide.
    const MR: usize;
    /// The type of a number.
    type Elem: Float;
    /// All lanes `x`.
    unsafe fn splat(x: Self::Elem) -> Self;
    /// Reads all lanes.
    unsafe fn load(p: *const Self::Elem) -> Self;
    /// Reads the first `n` lanes; the others are 0.
    unsafe fn load_part(p: *const Self::Elem, n: usize) -> Self;
    /// Writes all lanes.
    unsafe fn store(self, p: *mut Self::Elem);
    /// Writes the first `n` lanes.
    unsafe fn store_part(self, p: *mut Self::Elem, n: usize);
    /// `self * b + c`.
    unsafe fn fma(self, b: Self, c: Self) -> Self;
    /// `self + b`.
    unsafe fn add(self, b: Self) -> Self;
}

/// A register of the base level, left to the compiler.
#[derive(Clone, Copy)]
pub struct Portable<T, const L: usize>([T; L]);

impl<T: Float, const L: usize> Vector for Portable<T, L> {
    const LANES: usize = L;
    const MR: usize = 4;
    type Elem = T;
    #[inline(always)]
    unsafe fn splat(x: T) -> Self {
        Portable([x; L])
    }
    #[inline(always)]
    unsafe fn load(p: *const T) -> Self {
        // SAFETY: demanded of the caller; an array of numbers is as aligned as a number.
        Portable(unsafe { p.cast::<[T; L]>().read() })
    }
    #[inline(always)]
    unsafe fn load_part(p: *const T, n: usize) -> Self {
        let mut x = [T::ZERO; L];
        for (i, x) in x.iter_mut().enumerate() {
            if i < n {
                // SAFETY: demanded of the caller.
                *x = unsafe { p.add(i).read() };
            }
        }
        Portable(x)
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut T) {
        // SAFETY: as in `load`.
        unsafe { p.cast::<[T; L]>().write(self.0) }
    }
    #[inline(always)]
    unsafe fn store_part(self, p: *mut T, n: usize) {
        for (i, &x) in self.0.iter().enumerate() {
            if i < n {
                // SAFETY: demanded of the caller.
                unsafe { p.add(i).write(x) }
            }
        }
    }
    #[inline(always)]
    unsafe fn fma(self, b: Self, mut c: Self) -> Self {
        for i in 0..L {
            c.0[i] = self.0[i].fma::<BASE_FMA>(b.0[i], c.0[i]);
        }
        c
    }
    #[inline(always)]
    unsafe fn add(mut self, b: Self) -> Self {
        for i in 0..L {
            self.0[i] = self.0[i] + b.0[i];
        }
        self
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Vector;
    use std::arch::x86_64::*;

    /// Implements [`Vector`] by the intrinsics of one register type.
    macro_rules! vector {
        ($v:ty, $t:ty, $lanes:literal, $mr:literal rows, $set1:ident $load:ident $store:ident $fma:ident $add:ident,
            |$p:ident, $n:ident| $load_part:expr, |$q:ident, $m:ident, $x:ident| $store_part:expr) => {
            impl Vector for $v {
                const LANES: usize = $lanes;
                const MR: usize = $mr;
                type Elem = $t;
                #[inline(always)]
                unsafe fn splat(x: $t) -> Self {
                    // SAFETY: the trait demands the instruction set.
                    unsafe { $set1(x) }
                }
                #[inline(always)]
                unsafe fn load(p: *const $t) -> Self {
                    // SAFETY: demanded of the caller.
                    unsafe { $load(p) }
                }
                #[inline(always)]
                unsafe fn load_part($p: *const $t, $n: usize) -> Self {
                    // SAFETY: masked lanes are not touched; the rest is demanded of the caller.
                    unsafe { $load_part }
                }
                #[inline(always)]
                unsafe fn store(self, p: *mut $t) {
                    // SAFETY: demanded of the caller.
                    unsafe { $store(p, self) }
                }
                #[inline(always)]
                unsafe fn store_part(self, $q: *mut $t, $m: usize) {
                    let $x = self;
                    // SAFETY: as in `load_part`.
                    unsafe { $store_part }
                }
                #[inline(always)]
                unsafe fn fma(self, b: Self, c: Self) -> Self {
                    // SAFETY: the trait demands the instruction set.
                    unsafe { $fma(self, b, c) }
                }
                #[inline(always)]
                unsafe fn add(self, b: Self) -> Self {
                    // SAFETY: the trait demands the instruction set.
                    unsafe { $add(self, b) }
                }
            }
        };
    }

    vector!(__m512, f32, 16, 8 rows, _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_fmadd_ps _mm512_add_ps,
        |p, n| _mm512_maskz_loadu_ps(bits(n) as __mmask16, p),
        |p, n, x| _mm512_mask_storeu_ps(p, bits(n) as __mmask16, x));
    vector!(__m512d, f64, 8, 8 rows, _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_fmadd_pd _mm512_add_pd,
        |p, n| _mm512_maskz_loadu_pd(bits(n) as __mmask8, p),
        |p, n, x| _mm512_mask_storeu_pd(p, bits(n) as __mmask8, x));
    vector!(__m256, f32, 8, 6 rows, _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_fmadd_ps _mm256_add_ps,
        |p, n| _mm256_maskload_ps(p, mask32(n)),
        |p, n, x| _mm256_maskstore_ps(p, mask32(n), x));
    vector!(__m256d, f64, 4, 6 rows, _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_fmadd_pd _mm256_add_pd,
        |p, n| _mm256_maskload_pd(p, mask64(n)),
        |p, n, x| _mm256_maskstore_pd(p, mask64(n), x));

    #[inline(always)]
    fn bits(n: usize) -> u32 {
        (1 << n) - 1
    }

    #[inline(always)]
    unsafe fn mask32(n: usize) -> __m256i {
        // SAFETY: the caller has AVX2.
        unsafe {
            _mm256_cmpgt_epi32(
                _mm256_set1_epi32(n as i32),
                _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
            )
        }
    }

    #[inline(always)]
    unsafe fn mask64(n: usize) -> __m256i {
        // SAFETY: the caller has AVX2.
        unsafe { _mm256_cmpgt_epi64(_mm256_set1_epi64x(n as i64), _mm256_setr_epi64x(0, 1, 2, 3)) }
    }
}
