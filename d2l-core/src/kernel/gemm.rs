//! Matrix products.
//!
//! Products that fit a cache are computed in place, whatever the strides; larger ones from packed
//! copies, block by block (the scheme of Goto and van de Geijn). Shapes and strides alone choose the
//! way, and each element of C is added up in one order, so the number of threads does not change a bit.
mod pack;
mod tile;
mod vector;

pub use pack::{Memory, no_memory, pack, with_scratch};
pub use tile::Tiles;
pub use vector::Vector;

use super::{
    copy::transpose,
    math::{Float, Num},
    simd::level,
    threads::{Shared, num_threads, parallel_ns},
};
use pack::{LEFT, RIGHT};
use tile::{Block, Dots, Kernel, Start};

/// Length of a block along the inner axis: a panel of B this long fits the first cache.
const KC: usize = 384;
/// Rows of a block of A, in tiles: with this length it fits half of the second cache.
const MC: usize = 32;
/// Columns of B that are packed at once, at most.
const NC: usize = 4096;
/// Up to this many products the plain loops are faster than anything that must be set up.
const TINY: usize = 128;
/// As many rows or columns are computed by dot products if both factors are contiguous along the
/// inner axis and it has at least [`LONG`] elements; up to four of them always. As many columns of a
/// row-major B are first made so.
const FEW: usize = 12;
const LONG: usize = 128;
/// A factor of up to this many bytes is read in place.
const IN_PLACE: usize = 32 << 10;
/// Multiply-adds per nanosecond, to judge whether threads pay.
const PER_NS: usize = 32;

/// A matrix inside a slice: element `(i, j)` is `data[i * rs + j * cs]`.
#[derive(Clone, Copy)]
pub struct Mat<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// From one row to the next.
    pub rs: usize,
    /// From one column to the next.
    pub cs: usize,
}

impl<'a, T> Mat<'a, T> {
    /// The transpose.
    fn t(self) -> Mat<'a, T> {
        Mat {
            data: self.data,
            rs: self.cs,
            cs: self.rs,
        }
    }

    /// The part from element `(i, j)` on.
    fn from(self, i: usize, j: usize) -> Mat<'a, T> {
        Mat {
            data: &self.data[i * self.rs + j * self.cs..],
            ..self
        }
    }

    /// Whether `rows` by `cols` elements lie within the slice.
    fn holds(&self, rows: usize, cols: usize) -> bool {
        rows == 0 || cols == 0 || (rows - 1) * self.rs + (cols - 1) * self.cs < self.data.len()
    }
}

/// `c = a b + bias`, or with `accumulate` `c += a b + bias`: `a` is `[m, k]`, `b` `[k, n]`, `c`
/// row-major `[m, n]`; `bias`, of length `n`, is added to every row.
///
/// # Panics
/// If a slice is too short for its sizes and strides.
#[expect(
    clippy::too_many_arguments,
    reason = "the sizes and factors of a product"
)]
pub fn gemm<T: Float>(
    m: usize,
    k: usize,
    n: usize,
    a: Mat<'_, T>,
    b: Mat<'_, T>,
    bias: Option<&[T]>,
    accumulate: bool,
    c: &mut [T],
) {
    assert!(
        a.holds(m, k) && b.holds(k, n) && c.len() == m * n && bias.is_none_or(|b| b.len() == n)
    );
    if m * n * k <= TINY {
        return tiny(k, n, a, b, bias, accumulate, c);
    }
    let few = if k < LONG { 4 } else { FEW };
    if n <= few && few < m && k >= LONG && a.cs == 1 && b.cs == 1 && b.rs > 1 {
        return with_scratch(&RIGHT, n * k, |columns| {
            transpose(k, n, b.data, b.rs, columns, k);
            let (data, rs, cs) = (&*columns, 1, k);
            gemm(m, k, n, a, Mat { data, rs, cs }, bias, accumulate, c);
        });
    }
    let dot = a.cs == 1 && b.rs == 1 && m.min(n) <= few;
    if dot || n == 1 || (accumulate && bias.is_some()) {
        begin(n, bias, accumulate, c);
        match () {
            () if dot => thin(m, k, n, a, b, c),
            () if n == 1 => general(1, k, m, b.t(), a.t(), None, true, c),
            () => general(m, k, n, a, b, None, true, c),
        }
    } else {
        general(m, k, n, a, b, bias, accumulate, c);
    }
}

/// Sets C to what the product is added to.
fn begin<T: Float>(n: usize, bias: Option<&[T]>, accumulate: bool, c: &mut [T]) {
    match bias {
        Some(bias) if accumulate => {
            for c in c.chunks_exact_mut(n) {
                c.iter_mut().zip(bias).for_each(|(c, &b)| *c = *c + b);
            }
        }
        Some(bias) => c.chunks_exact_mut(n).for_each(|c| c.copy_from_slice(bias)),
        None if accumulate => {}
        None => c.fill(T::ZERO),
    }
}

/// Plain loops.
fn tiny<T: Float>(
    k: usize,
    n: usize,
    a: Mat<'_, T>,
    b: Mat<'_, T>,
    bias: Option<&[T]>,
    accumulate: bool,
    c: &mut [T],
) {
    if n == 0 {
        return;
    }
    for (i, c) in c.chunks_exact_mut(n).enumerate() {
        for (j, c) in c.iter_mut().enumerate() {
            let mut s = bias.map_or(T::ZERO, |b| b[j]);
            for p in 0..k {
                s = s + a.data[i * a.rs + p * a.cs] * b.data[p * b.rs + j * b.cs];
            }
            *c = if accumulate { *c + s } else { s };
        }
    }
}

/// `c += a b` where both factors are contiguous along `k` and one of them is only a few vectors.
fn thin<T: Float>(m: usize, k: usize, n: usize, a: Mat<'_, T>, b: Mat<'_, T>, c: &mut [T]) {
    let kernel = T::kernel(level());
    // Many rows of one factor against each of the few of the other.
    let wide = n > m;
    let (many, few) = if wide {
        ((n, b.t()), (m, a))
    } else {
        ((m, a), (n, b.t()))
    };
    let (step, hop) = if wide { (1, n) } else { (n, 1) };
    let rows = (16 * PER_NS * 1024 / (k * few.0).max(1)).next_multiple_of(4);
    let chunks = many.0.div_ceil(rows);
    let out = Shared::new(c);
    parallel_ns(chunks, many.0 * few.0 * k / PER_NS, &|i| {
        let first = i * rows;
        // SAFETY: `gemm` checked the extents of A, B and C; each chunk has its own rows (or columns)
        // of C; the kernel is that of the level in use.
        unsafe {
            (kernel.dots)(&Dots {
                k,
                rows: rows.min(many.0 - first),
                cols: few.0,
                a: many.1.data[first * many.1.rs..].as_ptr(),
                ars: many.1.rs,
                b: few.1.data.as_ptr(),
                brs: few.1.rs,
                c: out.ptr().add(first * step),
                crs: step,
                ccs: hop,
            });
        }
    });
}

/// Any other product; at most one of `bias` and `accumulate`.
#[expect(clippy::too_many_arguments, reason = "as `gemm`")]
fn general<T: Float>(
    m: usize,
    k: usize,
    n: usize,
    a: Mat<'_, T>,
    b: Mat<'_, T>,
    bias: Option<&[T]>,
    accumulate: bool,
    c: &mut [T],
) {
    let kernel = T::kernel(level());
    let bytes = |rows, cols| rows * cols * size_of::<T>();
    let pack_b = b.cs != 1 || (m > 4 * kernel.mr && bytes(k, n) > IN_PLACE);
    let worth = if a.cs == 1 { 16 } else { 4 };
    let pack_a = n > worth * kernel.nr && bytes(m, k) > IN_PLACE;
    let kc = if pack_a || pack_b {
        k.div_ceil(k.div_ceil(KC))
    } else {
        k
    };
    let whole = Part {
        m,
        n,
        k,
        kc,
        ldc: n,
        bias,
        accumulate,
        pack_a,
        pack_b,
        kernel,
    };
    let ns = m * n * k / PER_NS;
    let (rows, cols) = whole.cut(ns);
    let across = n.div_ceil(cols);
    let out = Shared::new(c);
    parallel_ns(m.div_ceil(rows) * across, ns, &|chunk| {
        let (i, j) = (chunk / across * rows, chunk % across * cols);
        let part = Part {
            m: rows.min(m - i),
            n: cols.min(n - j),
            bias: bias.map(|b| &b[j..]),
            ..whole
        };
        // SAFETY: `gemm` checked the extents of A, B and C, and `i < m` and `j < n`; no other chunk
        // touches this part of C.
        unsafe { part.run(a.from(i, 0), b.from(0, j), out.ptr().add(i * n + j)) };
    });
}

/// A part of a product, which one thread computes from its own copies of the factors: what another
/// core has written is slow to read.
#[derive(Clone, Copy)]
struct Part<'a, T> {
    m: usize,
    n: usize,
    k: usize,
    /// Length of a block along `k`: the same for all parts, since sums depend on it.
    kc: usize,
    /// Row stride of C.
    ldc: usize,
    bias: Option<&'a [T]>,
    accumulate: bool,
    pack_a: bool,
    pack_b: bool,
    kernel: Kernel<T>,
}

impl<T: Float> Part<'_, T> {
    /// Rows and columns of the parts, one for each thread. This is the one place that may ask
    /// for the number of threads, since no element's sum depends on it.
    fn cut(&self, ns: usize) -> (usize, usize) {
        let (mr, nr, threads) = (self.kernel.mr, self.kernel.nr, num_threads());
        let parts = if ns < 16_000 || threads == 1 {
            1
        } else {
            threads
        };
        let (mut down, mut across) = (1, 1);
        while down * across < parts {
            // Few copies of the larger factor.
            if self.m * across > self.n * down {
                down *= 2;
            } else {
                across *= 2;
            }
        }
        let rows = self.m.div_ceil(down).next_multiple_of(mr);
        let cols = self.n.div_ceil(across).next_multiple_of(nr);
        (rows, cols)
    }

    /// Computes the part.
    ///
    /// # Safety
    /// `a` and `b` hold what the sizes say; `c` is valid for the part, and nobody else uses it.
    unsafe fn run(&self, a: Mat<'_, T>, b: Mat<'_, T>, c: *mut T) {
        let nr = self.kernel.nr;
        for j in (0..self.n).step_by(NC) {
            for p in (0..self.k).step_by(self.kc) {
                let (n, k) = (NC.min(self.n - j), self.kc.min(self.k - p));
                let (a, b) = (a.from(0, p), b.from(p, j));
                let start = match self.bias {
                    _ if self.accumulate || p > 0 => Start::C,
                    Some(bias) => Start::Row(bias[j..].as_ptr()),
                    None => Start::Zero,
                };
                let block = Block {
                    rows: self.m,
                    cols: n,
                    k,
                    a: a.data.as_ptr(),
                    ars: a.rs,
                    acs: a.cs,
                    a_packed: false,
                    b: b.data.as_ptr(),
                    brs: b.rs,
                    panel: nr,
                    b_packed: self.pack_b,
                    // SAFETY: `j < n`.
                    c: unsafe { c.add(j) },
                    ldc: self.ldc,
                    start,
                };
                if !self.pack_b {
                    // SAFETY: demanded of the caller; the kernel is that of the level in use.
                    unsafe { self.rows(a, block) };
                    continue;
                }
                with_scratch(&RIGHT, n.next_multiple_of(nr) * k, |packed| {
                    pack(b.data, (n, b.cs), (k, b.rs), nr, packed);
                    let (b, brs, panel) = (packed.as_ptr(), nr, k * nr);
                    // SAFETY: as above; the packed copy has `cols`, rounded up, times `k` elements.
                    unsafe {
                        self.rows(
                            a,
                            Block {
                                b,
                                brs,
                                panel,
                                ..block
                            },
                        )
                    };
                });
            }
        }
    }

    /// Computes a block, as many rows at a time as are packed at once.
    ///
    /// # Safety
    /// As [`Part::run`]; the parts of `block` are valid.
    unsafe fn rows(&self, a: Mat<'_, T>, block: Block<T>) {
        let mr = self.kernel.mr;
        if !self.pack_a {
            // SAFETY: demanded of the caller.
            return unsafe { (self.kernel.block)(&block) };
        }
        let step = self
            .m
            .div_ceil(self.m.div_ceil(MC * mr))
            .next_multiple_of(mr);
        for i in (0..self.m).step_by(step) {
            let (a, rows) = (a.from(i, 0), step.min(self.m - i));
            with_scratch(&LEFT, rows.next_multiple_of(mr) * block.k, |packed| {
                pack(a.data, (rows, a.rs), (block.k, a.cs), mr, packed);
                // SAFETY: demanded of the caller; `i < m`, and the packed copy has `rows`, rounded up,
                // times `k` elements.
                unsafe {
                    (self.kernel.block)(&Block {
                        rows,
                        a: packed.as_ptr(),
                        a_packed: true,
                        c: block.c.add(i * self.ldc),
                        ..block
                    })
                };
            });
        }
    }
}

/// `c = a b` for integers, wrapping around: the plain loops.
///
/// # Panics
/// If a slice is too short for its sizes and strides.
pub fn gemm_int<T: Num>(m: usize, k: usize, n: usize, a: Mat<'_, T>, b: Mat<'_, T>, c: &mut [T]) {
    assert_eq!(c.len(), m * n);
    c.fill(T::ZERO);
    for (i, c) in c.chunks_exact_mut(n.max(1)).enumerate() {
        for p in 0..k {
            let x = a.data[i * a.rs + p * a.cs];
            let row = &b.data[p * b.rs..];
            c.iter_mut()
                .enumerate()
                .for_each(|(j, c)| *c = c.plus(x.times(row[j * b.cs])));
        }
    }
}

#[cfg(test)]
mod tests;
