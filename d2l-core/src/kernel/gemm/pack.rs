//! Copies of the factors in the order in which the inner loops read them.
use super::super::{copy::columns, math::Float};
use std::{cell::Cell, thread::LocalKey};

/// Cuts the first axis (of `len`, stride `rs`) into groups of `width` and writes, for each, its `k`
/// columns (stride `cs`) one after the other; the last group is filled up with zeros.
pub fn pack<T: Float>(
    src: &[T],
    (len, rs): (usize, usize),
    (k, cs): (usize, usize),
    width: usize,
    out: &mut [T],
) {
    let whole = (len / width).min(out.len() / (width * k).max(1));
    if rs == 1 {
        let out = &mut out[..whole * width * k];
        match width {
            4 => side_by_side::<T, 4>(src, whole, k, cs, out),
            6 => side_by_side::<T, 6>(src, whole, k, cs, out),
            8 => side_by_side::<T, 8>(src, whole, k, cs, out),
            16 => side_by_side::<T, 16>(src, whole, k, cs, out),
            _ => side_by_side::<T, 32>(src, whole, k, cs, out),
        }
    }
    let first = if rs == 1 { whole } else { 0 };
    for (g, out) in out.chunks_exact_mut(width * k).enumerate().skip(first) {
        let (rows, here) = (&src[g * width * rs..], width.min(len - g * width));
        if cs == 1 {
            columns(here, rows, rs, out, width);
            continue;
        }
        if here < width {
            out.fill(T::ZERO);
        }
        for i in 0..here {
            for (p, out) in out[i..].iter_mut().step_by(width).enumerate() {
                *out = rows[i * rs + p * cs];
            }
        }
    }
}

/// Groups of `W` neighbours: column by column for all of them, so that the source is read in order.
fn side_by_side<T: Float, const W: usize>(
    src: &[T],
    groups: usize,
    k: usize,
    cs: usize,
    out: &mut [T],
) {
    let out = out.as_chunks_mut::<W>().0;
    for p in 0..if groups > 0 { k } else { 0 } {
        let row = src[p * cs..][..groups * W].as_chunks::<W>().0;
        let out = out[p..].iter_mut().step_by(k);
        out.zip(row).for_each(|(out, row)| *out = *row);
    }
}

/// A cache line of scratch memory.
#[derive(Clone, Copy)]
#[repr(align(64))]
#[expect(dead_code, reason = "only its bytes are used")]
pub struct Line([u64; 8]);

/// Scratch memory of one thread.
pub type Memory = Cell<Vec<Line>>;

/// A buffer that each thread keeps for its next product.
pub type Scratch = LocalKey<Memory>;

/// None so far.
pub const fn no_memory() -> Memory {
    Cell::new(Vec::new())
}

thread_local! {
    /// The packed block of the left factor.
    pub static LEFT: Memory = const { no_memory() };
    /// The packed panels of the right factor.
    pub static RIGHT: Memory = const { no_memory() };
}

/// Runs `f` with `len` numbers of scratch memory, whose contents are arbitrary.
pub fn with_scratch<T: Float>(scratch: &'static Scratch, len: usize, f: impl FnOnce(&mut [T])) {
    let mut lines = scratch.take();
    let need = (len * size_of::<T>()).div_ceil(size_of::<Line>());
    if lines.len() < need {
        lines.resize(need, Line([0; 8]));
    }
    // SAFETY: the lines are at least that many bytes, initialised and aligned for f32 and f64, the only
    // floats, for which every bit pattern is a value.
    f(unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), len) });
    scratch.set(lines);
}
