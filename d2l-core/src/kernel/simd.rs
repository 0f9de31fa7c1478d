//! Run-time choice of the instruction set: one portable body, one shell per level.
//!
//! A kernel is written once inside [`simd!`]; the macro compiles it up to three times and picks a shell
//! by [`level`]. The body sees the constant `FMA`: whether a fused multiply-add is an instruction here
//! (elsewhere it would be a library call). So results may differ in the last bit between levels,
//! never between thread counts.
use std::{
    fmt,
    sync::atomic::{AtomicU8, Ordering::Relaxed},
};

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// What the target guarantees: SSE2 on x86-64, NEON on aarch64.
    Base = 1,
    /// AVX2 with FMA.
    Avx2,
    /// AVX-512 F, VL, DQ and BW.
    Avx512,
}

impl Level {
    const ALL: [Level; 3] = [Level::Base, Level::Avx2, Level::Avx512];

    /// The value of `D2L_SIMD` that asks for this level.
    fn name(self) -> &'static str {
        match self {
            Level::Base => "base",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whether [`Level::Base`] has fused multiply-add.
pub const BASE_FMA: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

/// The level in use: the best one that the machine has, or the lower one that the environment
/// variable `D2L_SIMD` (`base`, `avx2`, `avx512`) asks for. Read once.
#[inline]
pub fn level() -> Level {
    #[cfg(test)]
    if let Some(level) = FORCED.get() {
        return level;
    }
    static FOUND: AtomicU8 = AtomicU8::new(0);
    match FOUND.load(Relaxed) {
        1 => Level::Base,
        2 => Level::Avx2,
        3 => Level::Avx512,
        _ => detect(&FOUND),
    }
}

#[cold]
fn detect(found: &AtomicU8) -> Level {
    let asked = std::env::var("D2L_SIMD").unwrap_or_default();
    let asked = Level::ALL.into_iter().find(|l| l.name() == asked);
    let level = machine().min(asked.unwrap_or(Level::Avx512));
    found.store(level as u8, Relaxed);
    level
}

/// The best level of this machine.
#[cfg(target_arch = "x86_64")]
fn machine() -> Level {
    use std::arch::is_x86_feature_detected as has;
    // Miri interprets the portable loops.
    if cfg!(miri) || !(has!("avx2") && has!("fma")) {
        return Level::Base;
    }
    let wide = has!("avx512f") && has!("avx512vl") && has!("avx512dq") && has!("avx512bw");
    if wide { Level::Avx512 } else { Level::Avx2 }
}

#[cfg(not(target_arch = "x86_64"))]
fn machine() -> Level {
    Level::Base
}

/// Asks for the cache line at `p`, which need not be valid.
#[inline(always)]
pub fn prefetch<T>(p: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, whatever the address; every x86-64 has it.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(p.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = p;
}

#[cfg(test)]
thread_local! {
    static FORCED: std::cell::Cell<Option<Level>> = const { std::cell::Cell::new(None) };
}

/// Runs `f` at `level` on this thread (and on pool threads working for it). Tests only; `level` must
/// be one of [`levels`].
#[cfg(test)]
pub fn with_level<R>(level: Level, f: impl FnOnce() -> R) -> R {
    assert!(level <= machine());
    let before = FORCED.replace(Some(level));
    let result = f();
    FORCED.set(before);
    result
}

/// Every level that this machine can run, lowest first.
#[cfg(test)]
pub fn levels() -> impl Iterator<Item = Level> {
    Level::ALL.into_iter().filter(|&l| l <= machine())
}

/// The highest level that a loop over `T` is compiled for, unless it says otherwise. AVX-512 is for
/// f32, in which models compute.
pub const fn highest<T>() -> Level {
    up_to::<T>(Level::Avx512, Level::Avx2)
}

/// `single` for loops over f32, `other` for wider and narrower numbers: each level is one more copy of
/// the loop in every program, which rarely used ones are not worth.
pub const fn up_to<T>(single: Level, other: Level) -> Level {
    if size_of::<T>() == 4 { single } else { other }
}

/// Compiles a generic function for several levels and dispatches by [`level`].
///
/// `simd! { pub fn name[T, F](x: &[T], f: F) -> T where [T: Float, F: Fn(T) -> T] { body } }`:
/// type parameters in square brackets, their bounds after `where`, plain names as arguments. The
/// body may use the constant `FMA`. The levels end at [`highest`] of the first type parameter, or at
/// what `up to [level]` in front of it all says: `Avx2` where the memory sets the pace.
macro_rules! simd {
    ($(#[$attr:meta])* $vis:vis fn $name:ident[$first:ident $($rest:tt)*] $($more:tt)*) => {
        simd! {
            up to [$crate::kernel::simd::highest::<$first>()]
            $(#[$attr])* $vis fn $name[$first $($rest)*] $($more)*
        }
    };
    ($(#[$attr:meta])* $vis:vis fn $name:ident[] $($more:tt)*) => {
        simd! {
            up to [$crate::kernel::simd::Level::Avx512]
            $(#[$attr])* $vis fn $name[] $($more)*
        }
    };
    (up to [$most:expr] $(#[$attr:meta])* $vis:vis fn $name:ident[$($g:ident),*]
        ($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? where [$($bounds:tt)*] $body:block) => {
        $(#[$attr])*
        #[inline]
        $vis fn $name<$($g),*>($($arg: $ty),*) $(-> $ret)? where $($bounds)* {
            #[allow(clippy::extra_unused_type_parameters, clippy::too_many_arguments)]
            #[inline(always)]
            fn body<const FMA: bool, $($g),*>($($arg: $ty),*) $(-> $ret)? where $($bounds)* $body

            #[cfg(target_arch = "x86_64")]
            #[allow(clippy::too_many_arguments)]
            #[target_feature(enable = "avx2,fma")]
            fn avx2<$($g),*>($($arg: $ty),*) $(-> $ret)? where $($bounds)* {
                body::<true, $($g),*>($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[allow(clippy::too_many_arguments)]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
            fn avx512<$($g),*>($($arg: $ty),*) $(-> $ret)? where $($bounds)* {
                body::<true, $($g),*>($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            {
                use $crate::kernel::simd::{Level as Shell, level};
                // The conditions on constants stand alone: shells behind a false one are not compiled.
                if const { $most as u8 >= Shell::Avx512 as u8 } {
                    if level() == Shell::Avx512 {
                        // SAFETY: `level` never exceeds what the machine was found to have.
                        return unsafe { avx512::<$($g),*>($($arg),*) };
                    }
                }
                if const { $most as u8 >= Shell::Avx2 as u8 } {
                    if level() >= Shell::Avx2 {
                        // SAFETY: as above.
                        return unsafe { avx2::<$($g),*>($($arg),*) };
                    }
                }
            }
            body::<{ $crate::kernel::simd::BASE_FMA }, $($g),*>($($arg),*)
        }
    };
}
pub(crate) use simd;

#[cfg(test)]
mod tests {
    use super::*;

    simd! {
        fn dot[T](a: &[T], b: &[T]) -> T where [T: super::super::math::Float] {
            a.iter().zip(b).fold(T::ZERO, |s, (&a, &b)| a.fma::<FMA>(b, s))
        }
    }

    #[test]
    fn every_level_runs_its_own_shell() {
        for l in levels() {
            with_level(l, || {
                assert_eq!(level(), l);
                assert_eq!(dot(&[1.0f32, 2.0], &[3.0, 4.0]), 11.0);
                // Fused: the product 1 - 2^-26 is not rounded to 1 before 1 is taken away.
                let e = 2f32.powi(-13);
                let fused = dot(&[-1.0, 1.0 - e], &[1.0, 1.0 + e]) == -(e * e);
                assert_eq!(fused, BASE_FMA || l > Level::Base);
            });
        }
    }

    #[test]
    fn names_are_those_of_the_environment_variable() {
        assert_eq!(
            Level::ALL.map(|l| l.to_string()),
            ["base", "avx2", "avx512"]
        );
    }
}
