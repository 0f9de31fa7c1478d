//! Random numbers from counters.
//!
//! A stream is keyed by a seed and a path and numbered from zero (Philox 4×32-10, Salmon et al.,
//! "Parallel random numbers: as easy as 1, 2, 3", 2011): what it yields depends on nothing else, so
//! results do not depend on threads or workers, and its state is three integers.
use crate::kernel::random::{WORDS, normals, philox};
use rand::TryRng;
use std::{cell::Cell, convert::Infallible};

/// A counter-based stream of random numbers; implements the traits of `rand`.
///
/// ```
/// use d2l_core::rng::Stream;
/// let (mut a, mut b) = (Stream::new(7, 0), Stream::new(7, 0));
/// assert_eq!(a.permutation(10), b.permutation(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
    path: u64,
    /// The next block of four words that is not in `buffer`.
    block: u64,
    buffer: [u32; WORDS],
    used: usize,
}

impl Stream {
    /// The stream of this seed and path, at its beginning.
    pub fn new(seed: u64, path: u64) -> Stream {
        Stream {
            key: [seed as u32, (seed >> 32) as u32],
            path,
            block: 0,
            buffer: [0; WORDS],
            used: WORDS,
        }
    }

    /// Key and path: where the stream is found again.
    pub(crate) fn place(&self) -> ([u32; 2], u64) {
        (self.key, self.path)
    }

    #[inline]
    fn next(&mut self) -> u32 {
        if self.used == WORDS {
            self.refill();
        }
        self.used += 1;
        self.buffer[self.used - 1]
    }

    fn refill(&mut self) {
        philox(self.key, self.path, self.block, &mut self.buffer);
        self.block = self.block.wrapping_add(WORDS as u64 / 4);
        self.used = 0;
    }

    /// An integer below `n`, without bias (Lemire's method).
    #[inline]
    fn below(&mut self, n: u32) -> u32 {
        let mut m = u64::from(self.next()) * u64::from(n);
        if (m as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (m as u32) < threshold {
                m = u64::from(self.next()) * u64::from(n);
            }
        }
        (m >> 32) as u32
    }

    /// `0..n` in random order (Fisher–Yates).
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut out: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            let j = self.range(0, i as i64 + 1) as usize;
            out.swap(i, j);
        }
        out
    }

    /// An integer in `low..high`.
    pub(crate) fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = high.wrapping_sub(low) as u64;
        match u32::try_from(span) {
            Ok(n) => low + i64::from(self.below(n)),
            // The bias of a 128-bit product is below 2^-64.
            Err(_) => {
                low.wrapping_add(((u128::from(self.next_pair()) * u128::from(span)) >> 64) as i64)
            }
        }
    }

    fn next_pair(&mut self) -> u64 {
        u64::from(self.next()) | u64::from(self.next()) << 32
    }

    /// A float in `[0, 1)` with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        (self.next_pair() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    pub(crate) fn fill_uniform(self, out: Floats<'_>, low: f64, high: f64) {
        match out {
            Floats::F32(o) => self.uniforms(o, low as f32, high as f32),
            Floats::F64(o) => self.uniforms(o, low, high),
        }
    }

    fn uniforms<T: Sample>(mut self, out: &mut [T], low: T, high: T) {
        for o in out {
            let v = low + T::uniform(&mut self) * (high - low);
            *o = if v < high { v } else { low }; // rounding may reach `high`
        }
    }

    pub(crate) fn fill_normal(mut self, out: Floats<'_>, mean: f64, std: f64) {
        match out {
            Floats::F32(o) => self.normals_f32(o, mean as f32, std as f32),
            Floats::F64(o) => o.iter_mut().for_each(|o| *o = mean + std * self.normal()),
        }
    }

    fn normals_f32(&mut self, out: &mut [f32], mean: f32, std: f32) {
        let mut z = [0.0; WORDS];
        for chunk in out.chunks_mut(WORDS) {
            self.refill();
            normals(&self.buffer, &mut z);
            chunk
                .iter_mut()
                .zip(&z)
                .for_each(|(o, z)| *o = mean + std * z);
        }
    }

    /// A standard normal number (Box–Muller; of each pair only one is used).
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

impl TryRng for Stream {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next())
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_pair())
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(4) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A float slice of either width.
pub(crate) enum Floats<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
}

impl<'a> From<&'a mut [f32]> for Floats<'a> {
    fn from(x: &'a mut [f32]) -> Self {
        Floats::F32(x)
    }
}

impl<'a> From<&'a mut [f64]> for Floats<'a> {
    fn from(x: &'a mut [f64]) -> Self {
        Floats::F64(x)
    }
}

trait Sample:
    Copy
    + PartialOrd
    + std::ops::Add<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Sub<Output = Self>
{
    fn uniform(s: &mut Stream) -> Self;
}

impl Sample for f32 {
    #[inline]
    fn uniform(s: &mut Stream) -> f32 {
        (s.next() >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }
}

impl Sample for f64 {
    fn uniform(s: &mut Stream) -> f64 {
        s.uniform()
    }
}

thread_local! {
    /// Seed and number of streams handed out: the default generator of this thread.
    static DEFAULT: Cell<(u64, u64)> = Cell::new((thread_seed(), 0));
}

/// The main thread starts from seed 0; another from a seed of its own, so that threads do not
/// repeat each other.
fn thread_seed() -> u64 {
    static STARTED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let n = STARTED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Restarts this thread's default generator; PyTorch's `torch.manual_seed`.
///
/// ```
/// use d2l_core::{Tensor, manual_seed};
/// manual_seed(1);
/// let a = Tensor::randn([3]);
/// manual_seed(1);
/// assert_eq!(a, Tensor::randn([3]));
/// ```
pub fn manual_seed(seed: u64) {
    DEFAULT.set((seed, 0));
}

/// Seed and position of this thread's default generator, for a checkpoint.
pub fn default_state() -> (u64, u64) {
    DEFAULT.get()
}

/// Restores what [`default_state`] gave.
pub fn set_default_state(state: (u64, u64)) {
    DEFAULT.set(state);
}

/// The next stream of the default generator.
pub(crate) fn next_stream() -> Stream {
    let (seed, n) = DEFAULT.get();
    DEFAULT.set((seed, n + 1));
    Stream::new(seed, n)
}

/// A fresh key for streams of one's own, drawn from the default generator.
pub fn next_seed() -> u64 {
    next_stream().next_pair()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_holds_every_index_once() {
        let mut p = Stream::new(3, 1).permutation(1000);
        assert_ne!(p[..10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        p.sort_unstable();
        assert!(p.iter().copied().eq(0..1000));
    }

    #[test]
    fn normals_have_their_moments() {
        let mut x = vec![0f32; 100_001];
        Stream::new(1, 0).fill_normal((&mut x[..]).into(), 1.0, 2.0);
        let mean = x.iter().map(|&v| f64::from(v)).sum::<f64>() / x.len() as f64;
        let var = x
            .iter()
            .map(|&v| (f64::from(v) - mean).powi(2))
            .sum::<f64>()
            / x.len() as f64;
        assert!(
            (mean - 1.0).abs() < 0.03 && (var - 4.0).abs() < 0.1,
            "{mean} {var}"
        );
    }

    #[test]
    fn rand_distributions_work_on_a_stream() {
        use rand::RngExt;
        let x: f32 = Stream::new(5, 0).random_range(2.0..3.0);
        assert!((2.0..3.0).contains(&x));
    }
}
