//! Choosing between two slices, element by element.
use super::{
    simd::{
        Level::{Avx2, Base},
        simd, up_to,
    },
    threads::for_chunks,
};

/// `out[i] = if mask[i] != 0 { a[i] } else { b[i] }`.
pub fn select<T: Copy + Send + Sync>(mask: &[u8], a: &[T], b: &[T], out: &mut [T]) {
    const CHUNK: usize = 1 << 15;
    let n = out.len();
    assert!(mask.len() == n && a.len() == n && b.len() == n);
    for_chunks(out, CHUNK, |i, out| {
        let n = out.len();
        select_simd(&mask[i..][..n], &a[i..][..n], &b[i..][..n], out);
    });
}

simd! {
    up to [up_to::<T>(Avx2, Base)]
    fn select_simd[T](mask: &[u8], a: &[T], b: &[T], out: &mut [T]) where [T: Copy] {
        let n = out.len();
        let (mask, a, b) = (&mask[..n], &a[..n], &b[..n]);
        for (i, o) in out.iter_mut().enumerate() {
            // Both are read whatever the mask says, so that there is no branch.
            let (a, b) = (a[i], b[i]);
            *o = if mask[i] != 0 { a } else { b };
        }
    }
}
