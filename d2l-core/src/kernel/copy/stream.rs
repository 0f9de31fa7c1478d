//! Results that are larger than the cache, written past it.

/// Elements that are computed before they are sent on: they stay in the first cache.
const TILE: usize = 1024;
/// Results of this many bytes push everything else out of the cache, and every line of theirs would be
/// read before it is written.
const LARGE: usize = 32 << 20;

/// Whether `out` is better written by [`stream`].
pub fn is_large<R>(out: &[R]) -> bool {
    size_of_val(out) >= LARGE
}

/// Calls `f(start, piece)` for pieces that cover `out`, and writes what it gives past the cache.
pub fn stream<R: Copy>(out: &mut [R], f: &dyn Fn(usize, &mut [R])) {
    let Some(&any) = out.first() else { return };
    let mut tile = [any; TILE];
    for (i, out) in out.chunks_mut(TILE).enumerate() {
        let tile = &mut tile[..out.len()];
        f(i * TILE, tile);
        copy_past(tile, out);
    }
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: every x86-64 has it; what was written past the cache is there for whoever is told next.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

/// Copies whole lines past the cache.
fn copy_past<R: Copy>(from: &[R], to: &mut [R]) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    if to.as_ptr().addr().is_multiple_of(16) && size_of_val(from).is_multiple_of(16) {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
        assert_eq!(from.len(), to.len());
        let (source, target) = (
            from.as_ptr().cast::<__m128i>(),
            to.as_mut_ptr().cast::<__m128i>(),
        );
        for i in 0..size_of_val(from) / 16 {
            // SAFETY: within both slices, which have the same length; the target is aligned.
            unsafe { _mm_stream_si128(target.add(i), _mm_loadu_si128(source.add(i))) };
        }
        return;
    }
    to.copy_from_slice(from);
}

#[cfg(test)]
mod tests {
    use super::{TILE, stream};

    #[test]
    fn every_element_is_written() {
        for n in [0, 1, 7, TILE - 1, TILE, 3 * TILE + 4, 3 * TILE + 5] {
            for skip in 0..3 {
                let mut out = vec![-1.0f32; n + skip];
                let fill = |at: usize, out: &mut [f32]| {
                    out.iter_mut()
                        .enumerate()
                        .for_each(|(i, o)| *o = (at + i) as f32);
                };
                stream(&mut out[skip..], &fill);
                assert!(out[..skip].iter().all(|&o| o == -1.0));
                assert!(out[skip..].iter().enumerate().all(|(i, &o)| o == i as f32));
            }
        }
    }
}
