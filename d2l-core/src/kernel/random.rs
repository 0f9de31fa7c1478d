//! Random numbers many at a time: Philox blocks and the Box–Muller transform.
#![expect(
    clippy::needless_range_loop,
    reason = "the loops count the lanes of several arrays"
)]

use super::{
    math::Float,
    simd::{
        Level::{Avx2, Base},
        simd, up_to,
    },
};

/// Words made at once: sixteen blocks of four.
pub(crate) const WORDS: usize = 64;
const BLOCKS: usize = WORDS / 4;

simd! {
    /// The words of [`BLOCKS`] blocks from counter `block` on (Philox 4×32-10).
    pub(crate) fn philox[](key: [u32; 2], path: u64, block: u64, out: &mut [u32; WORDS])
    where [] {
        let counter = |i: usize| block.wrapping_add(i as u64);
        let mut c: [[u32; BLOCKS]; 4] = [
            std::array::from_fn(|i| counter(i) as u32),
            std::array::from_fn(|i| (counter(i) >> 32) as u32),
            [path as u32; BLOCKS],
            [(path >> 32) as u32; BLOCKS],
        ];
        let [mut k0, mut k1] = key;
        for _ in 0..10 {
            for i in 0..BLOCKS {
                let a = 0xD251_1F53 * u64::from(c[0][i]);
                let b = 0xCD9E_8D57 * u64::from(c[2][i]);
                c[0][i] = (b >> 32) as u32 ^ c[1][i] ^ k0;
                c[1][i] = b as u32;
                c[2][i] = (a >> 32) as u32 ^ c[3][i] ^ k1;
                c[3][i] = a as u32;
            }
            (k0, k1) = (k0.wrapping_add(0x9E37_79B9), k1.wrapping_add(0xBB67_AE85));
        }
        for i in 0..BLOCKS {
            (0..4).for_each(|j| out[4 * i + j] = c[j][i]);
        }
    }
}

simd! {
    /// Standard normal numbers from pairs of words: `√(-2 ln(1-u)) · (cos, sin)(2πv)`. Without
    /// fused operations, so that every instruction set gives the same bits.
    pub(crate) fn normals[](words: &[u32; WORDS], out: &mut [f32; WORDS])
    where [] {
        const PAIRS: usize = WORDS / 2;
        let unit = |w: u32| (w >> 8) as f32 * (1.0 / (1 << 24) as f32);
        let (mut cos, mut sin) = ([0.0; PAIRS], [0.0; PAIRS]);
        for i in 0..PAIRS {
            let (u, v) = (unit(words[2 * i]), unit(words[2 * i + 1]));
            let radius = (-2.0 * (1.0 - u).ln_in::<false>()).sqrt();
            cos[i] = radius * v.cos_2pi_in::<false>();
            sin[i] = radius * v.sin_2pi_in::<false>();
        }
        for i in 0..PAIRS {
            out[2 * i] = cos[i];
            out[2 * i + 1] = sin[i];
        }
    }
}

/// Which elements dropout keeps: those whose word of a stream is not below `limit`. A word is found by
/// its place, so that it is the same whoever asks for it.
#[derive(Clone, Copy)]
pub(crate) struct Keep {
    pub(crate) key: [u32; 2],
    pub(crate) path: u64,
    pub(crate) limit: u64,
}

impl Keep {
    /// 1 for those of the elements from `start` on that are kept, 0 for the others.
    pub(crate) fn fill<T: Float>(self, start: usize, out: &mut [T]) {
        let mut words = [0; WORDS];
        let mut at = 0;
        while at < out.len() {
            let skip = (start + at) % WORDS;
            let n = (WORDS - skip).min(out.len() - at);
            let block = (start + at - skip) / 4;
            philox(self.key, self.path, block as u64, &mut words);
            kept(&words[skip..][..n], self.limit, &mut out[at..][..n]);
            at += n;
        }
    }
}

simd! {
    up to [up_to::<T>(Avx2, Base)]
    fn kept[T](words: &[u32], limit: u64, out: &mut [T])
    where [T: Float] {
        for (&w, o) in words.iter().zip(out) {
            *o = if u64::from(w) < limit { T::ZERO } else { T::ONE };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::simd::{levels, with_level};

    /// Known answers of Random123's `kat_vectors`.
    #[test]
    fn philox_gives_the_published_answers() {
        for level in levels() {
            let mut out = [0; WORDS];
            with_level(level, || philox([0; 2], 0, 0, &mut out));
            assert_eq!(
                out[..4],
                [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
            );
            with_level(level, || {
                philox([u32::MAX; 2], u64::MAX, u64::MAX, &mut out)
            });
            assert_eq!(
                out[..4],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
            );
        }
    }

    #[test]
    fn every_level_gives_the_same_normals() {
        let mut words = [0; WORDS];
        philox([1, 2], 3, 4, &mut words);
        let at = |level| {
            let mut out = [0.0; WORDS];
            with_level(level, || normals(&words, &mut out));
            out
        };
        let all: Vec<_> = levels().map(at).collect();
        assert!(all.windows(2).all(|w| w[0] == w[1]));
        assert!(all[0].iter().all(|z| z.abs() < 6.0));
    }
}
