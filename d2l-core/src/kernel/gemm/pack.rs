//! Copies of the factors in the order in which the inner loops read them.
use super::super::{
    buffer::{Buffer, HUGE},
    copy::columns,
    math::Float,
};
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

/// From this size on scratch memory is a huge page, whose lines never compete for a place in the cache.
const LARGE: usize = 128 << 10;

/// Scratch memory of one thread.
pub type Memory = Cell<Option<Buffer>>;

/// None so far.
pub const fn no_memory() -> Memory {
    Cell::new(None)
}

/// A buffer that each thread keeps for its next product.
pub type Scratch = LocalKey<Memory>;

thread_local! {
    /// The packed block of the left factor.
    pub static LEFT: Memory = const { no_memory() };
    /// The packed panels of the right factor.
    pub static RIGHT: Memory = const { no_memory() };
}

/// Runs `f` with `len` numbers of scratch memory, whose contents are arbitrary.
pub fn with_scratch<T: Float>(scratch: &'static Scratch, len: usize, f: impl FnOnce(&mut [T])) {
    let need = len * size_of::<T>();
    let buffer = scratch.take().filter(|b| b.len() >= need);
    let buffer = buffer.unwrap_or_else(|| {
        Buffer::new(if need < LARGE {
            need
        } else {
            need.next_multiple_of(HUGE)
        })
    });
    // SAFETY: the buffer has at least that many bytes, initialised and aligned for f32 and f64, the only
    // floats, for which every bit pattern is a value; nobody else has it.
    f(unsafe { std::slice::from_raw_parts_mut(buffer.as_ptr().cast(), len) });
    scratch.set(Some(buffer));
}
