//! Elementwise loops whose inputs are views: broadcast, sliced or transposed.
use super::{
    super::{simd::simd, threads::for_chunks},
    CHUNK,
    axes::Axes,
    serial, zip_loop,
};

/// `out[i] = f(x[i])` where `out` is contiguous of `shape` and `x` is read through `strides`.
///
/// # Panics
/// If `x` is too short for its strides.
pub fn map_strided<A, R, F>(out: &mut [R], shape: &[usize], x: &[A], strides: &[usize], f: F)
where
    A: Copy + Sync,
    R: Send,
    F: Fn(A) -> R + Copy + Sync,
{
    zip_strided(out, shape, x, strides, &[()], &[], move |x, ()| f(x));
}

/// `out[i] = f(a[i], b[i])` where `out` is contiguous of `shape` and the inputs are read through their
/// strides (0 broadcasts an axis; an empty list means 0 everywhere).
///
/// # Panics
/// If an input is too short for its strides.
pub fn zip_strided<A, B, R, F>(out: &mut [R], shape: &[usize], a: &[A], sa: &[usize], b: &[B], sb: &[usize], f: F)
where
    A: Copy + Sync,
    B: Copy + Sync,
    R: Send,
    F: Fn(A, B) -> R + Copy + Sync,
{
    assert_eq!(out.len(), shape.iter().product::<usize>());
    if out.is_empty() {
        return;
    }
    let Some(axes) = Axes::new(shape, [sa, sb]) else {
        // Too many axes: peel off the outermost.
        let stride = |s: &[usize]| s.first().copied().unwrap_or(0);
        let tail = |s| <[usize]>::get(s, 1..).unwrap_or(&[]);
        let n = out.len() / shape[0];
        for (i, out) in out.chunks_exact_mut(n).enumerate() {
            let (a, b) = (&a[i * stride(sa)..], &b[i * stride(sb)..]);
            zip_strided(out, &shape[1..], a, tail(sa), b, tail(sb), f);
        }
        return;
    };
    let (n, strides) = axes.inner();
    if serial(out.len()) {
        rows(out, &axes, 0, a, b, f);
    } else if n <= CHUNK {
        for_chunks(out, CHUNK / n * n, |i, out| rows(out, &axes, i / n, a, b, f));
    } else {
        let mut rows = out.chunks_exact_mut(n);
        axes.blocks(0, rows.len(), |count, [oa, ob], [ra, rb]| {
            for (r, out) in rows.by_ref().take(count).enumerate() {
                let (oa, ob) = (oa + r * ra, ob + r * rb);
                for_chunks(out, CHUNK, |i, out| {
                    let (a, b) = (&a[oa + i * strides[0]..], &b[ob + i * strides[1]..]);
                    block(out, out.len(), a, [0, strides[0]], b, [0, strides[1]], f);
                });
            }
        });
    }
}

/// The rows from number `row` on that fill `out`.
fn rows<A, B, R, F>(mut out: &mut [R], axes: &Axes<2>, row: usize, a: &[A], b: &[B], f: F)
where
    A: Copy,
    B: Copy,
    F: Fn(A, B) -> R + Copy,
{
    let (n, [sa, sb]) = axes.inner();
    axes.blocks(row, out.len() / n, |rows, [oa, ob], [ra, rb]| {
        let (part, rest) = std::mem::take(&mut out).split_at_mut(rows * n);
        block(part, n, &a[oa..], [ra, sa], &b[ob..], [rb, sb], f);
        out = rest;
    });
}

simd! {
    /// Rows of `n` elements; `[row, element]` strides.
    fn block[A, B, R, F](out: &mut [R], n: usize, a: &[A], sa: [usize; 2], b: &[B], sb: [usize; 2], f: F)
    where [A: Copy, B: Copy, F: Fn(A, B) -> R + Copy] {
        for (i, out) in out.chunks_exact_mut(n).enumerate() {
            let (a, b) = (&a[i * sa[0]..], &b[i * sb[0]..]);
            match (sa[1], sb[1]) {
                (1, 1) => zip_loop(&a[..n], &b[..n], out, f),
                (1, 0) => {
                    let b = b[0];
                    a[..n].iter().zip(out).for_each(|(&a, o)| *o = f(a, b));
                }
                (0, 1) => {
                    let a = a[0];
                    b[..n].iter().zip(out).for_each(|(&b, o)| *o = f(a, b));
                }
                (sa, sb) => {
                    for (j, o) in out.iter_mut().enumerate() {
                        *o = f(a[j * sa], b[j * sb]);
                    }
                }
            }
        }
    }
}
