//! The inner loops: a tile of C in registers, and a block of tiles.
#![expect(
    clippy::needless_range_loop,
    reason = "the loops count rows and registers of a tile"
)]

use super::{
    super::{
        conv::tile::{Products, Taps, products, taps},
        simd::{Level, prefetch},
    },
    vector::{Portable, Vector},
};

/// What a tile of C starts from.
#[derive(Clone, Copy)]
pub enum Start<T> {
    /// Nothing.
    Zero,
    /// The row vector from here on (the bias).
    Row(*const T),
    /// What C holds.
    C,
}

/// A block of C and its factors, as raw parts. `a` has `rows` rows and `b` `cols` columns.
#[derive(Clone, Copy)]
pub struct Block<T> {
    /// Rows of C.
    pub rows: usize,
    /// Columns of C.
    pub cols: usize,
    /// The inner length.
    pub k: usize,
    /// The left factor.
    pub a: *const T,
    /// Its row stride; unused if packed.
    pub ars: usize,
    /// Its column stride; unused if packed.
    pub acs: usize,
    /// Whether `a` is packed: groups of MR rows, each with its columns one after the other.
    pub a_packed: bool,
    /// The right factor, whose rows are contiguous within a panel of NR columns.
    pub b: *const T,
    /// From one row of `b` to the next.
    pub brs: usize,
    /// From one panel of `b` to the next.
    pub panel: usize,
    /// Whether `b` is packed: panels are filled up, so that whole registers can be read.
    pub b_packed: bool,
    /// The block of C.
    pub c: *mut T,
    /// Row stride of C.
    pub ldc: usize,
    /// What is added to.
    pub start: Start<T>,
}

/// The inner loops of one level.
#[derive(Clone, Copy)]
pub struct Kernel<T> {
    /// Rows of the largest tile.
    pub mr: usize,
    /// Columns of the largest tile.
    pub nr: usize,
    /// Computes a block. Unsafe: all pointers must be valid and the level present.
    pub block: unsafe fn(&Block<T>),
    /// A product of rows with rows; see [`dots`]. Unsafe likewise.
    pub dots: unsafe fn(&Dots<T>),
    /// A convolution; see [`taps`]. Unsafe likewise.
    pub taps: unsafe fn(&Taps<T>),
    /// The products of a convolution's gradient; see [`products`]. Unsafe likewise.
    pub products: unsafe fn(&Products<'_, T>),
}

/// Number types that have inner loops.
pub trait Tiles: Sized {
    /// Those of a level, which the machine must have.
    fn kernel(level: Level) -> Kernel<Self>;
}

/// `c[i][j] += Σ_p a[i][p] b[j][p]`, as raw parts: the rows of both factors are contiguous.
#[derive(Clone, Copy)]
pub struct Dots<T> {
    /// The inner length.
    pub k: usize,
    /// Rows of `a`.
    pub rows: usize,
    /// Rows of `b`; better few.
    pub cols: usize,
    /// The left factor.
    pub a: *const T,
    /// Its row stride.
    pub ars: usize,
    /// The right factor.
    pub b: *const T,
    /// Its row stride.
    pub brs: usize,
    /// The result.
    pub c: *mut T,
    /// Its row stride.
    pub crs: usize,
    /// Its column stride.
    pub ccs: usize,
}

macro_rules! tiles {
    ($t:ident, $base:ty, $avx2:ident, $avx512:ident) => {
        impl Tiles for $t {
            fn kernel(level: Level) -> Kernel<$t> {
                #[cfg(target_arch = "x86_64")]
                use std::arch::x86_64::{$avx2, $avx512};
                match level {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => kernel!($t, $avx512, #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => kernel!($t, $avx2, #[target_feature(enable = "avx2,fma")]),
                    _ => kernel!($t, $base,),
                }
            }
        }
    };
}

/// The loops for one kind of register, compiled with its instructions.
macro_rules! kernel {
    ($t:ident, $v:ty, $(#[$features:meta])?) => {{
        $(#[$features])?
        unsafe fn run_block(x: &Block<$t>) {
            // SAFETY: demanded of the caller, here and below.
            unsafe { block::<$v>(x) }
        }
        $(#[$features])?
        unsafe fn run_dots(x: &Dots<$t>) {
            // SAFETY: as above.
            unsafe { dots::<$v>(x) }
        }
        $(#[$features])?
        unsafe fn run_taps(x: &Taps<$t>) {
            // SAFETY: as above.
            unsafe { taps::<$v>(x) }
        }
        $(#[$features])?
        unsafe fn run_products(x: &Products<'_, $t>) {
            // SAFETY: as above.
            unsafe { products::<$v>(x) }
        }
        Kernel {
            mr: <$v>::MR,
            nr: 2 * <$v>::LANES,
            block: run_block,
            dots: run_dots,
            taps: run_taps,
            products: run_products,
        }
    }};
}
tiles!(f32, Portable<f32, 4>, __m256, __m512);
tiles!(f64, Portable<f64, 2>, __m256d, __m512d);

/// A block of C, panel by panel of at most two registers' width.
///
/// # Safety
/// The pointers of `x` are valid for its sizes and strides, C is not aliased, the level is present.
#[inline(always)]
unsafe fn block<V: Vector>(x: &Block<V::Elem>) {
    let nr = 2 * V::LANES;
    for j in (0..x.cols).step_by(nr) {
        let cols = nr.min(x.cols - j);
        // SAFETY: `j < cols`, so all stay within what the caller vouches for.
        unsafe {
            let start = match x.start {
                Start::Row(r) => Start::Row(r.add(j)),
                other => other,
            };
            let x = Block {
                cols,
                b: x.b.add(j / nr * x.panel),
                c: x.c.add(j),
                start,
                ..*x
            };
            // A single register is rare, so that a full one counts as a part: one loop less.
            match (cols > V::LANES, cols == nr) {
                (true, true) => rows::<V, 2, false>(&x),
                (true, false) => rows::<V, 2, true>(&x),
                (false, _) => rows::<V, 1, true>(&x),
            }
        }
    }
}

/// One panel, from the top to the bottom. `PART`: the last register need not be full.
#[inline(always)]
unsafe fn rows<V: Vector, const NV: usize, const PART: bool>(x: &Block<V::Elem>) {
    let mut i = 0;
    while i < x.rows {
        let left = x.rows - i;
        // SAFETY: `MR <= left` rows from `i` on are within the block.
        i += unsafe {
            match left.min(V::MR) {
                8.. => tile::<V, 8, NV, PART>(x, i),
                6..8 => tile::<V, 6, NV, PART>(x, i),
                4..6 => tile::<V, 4, NV, PART>(x, i),
                2..4 => tile::<V, 2, NV, PART>(x, i),
                _ => tile::<V, 1, NV, PART>(x, i),
            }
        };
    }
}

/// `MR` rows from row `i` on; returns `MR`.
#[inline(always)]
unsafe fn tile<V: Vector, const MR: usize, const NV: usize, const PART: bool>(
    x: &Block<V::Elem>,
    i: usize,
) -> usize {
    // SAFETY: for both calls: within the block, as the caller vouches; packed groups hold `V::MR` rows.
    unsafe {
        let acc = if x.a_packed {
            (0..MR).for_each(|r| prefetch(x.c.add((i + r) * x.ldc)));
            let a = x.a.add(i / V::MR * V::MR * x.k + i % V::MR);
            product::<V, MR, NV, PART>(x, a, 1, V::MR)
        } else if PART && x.b_packed {
            product::<V, MR, NV, false>(x, x.a.add(i * x.ars), x.ars, x.acs)
        } else {
            product::<V, MR, NV, PART>(x, x.a.add(i * x.ars), x.ars, x.acs)
        };
        finish::<V, MR, NV, PART>(x, i, acc);
    }
    MR
}

/// The sum of `k` outer products.
#[inline(always)]
unsafe fn product<V: Vector, const MR: usize, const NV: usize, const PART: bool>(
    x: &Block<V::Elem>,
    a: *const V::Elem,
    ars: usize,
    acs: usize,
) -> [[V; NV]; MR] {
    // SAFETY: row `p` of `b` has `cols` elements, of which the last register reads only what is there;
    // `a` has `MR` rows of `k`.
    unsafe {
        let mut acc = [[V::splat(V::Elem::default()); NV]; MR];
        for p in 0..x.k {
            let row: [V; NV] = load_row::<V, NV, PART>(x.b.add(p * x.brs), x.cols);
            for r in 0..MR {
                let a = V::splat(*a.add(r * ars + p * acs));
                for v in 0..NV {
                    acc[r][v] = a.fma(row[v], acc[r][v]);
                }
            }
        }
        acc
    }
}

/// Adds what the tile starts from and writes it.
#[inline(always)]
unsafe fn finish<V: Vector, const MR: usize, const NV: usize, const PART: bool>(
    x: &Block<V::Elem>,
    i: usize,
    acc: [[V; NV]; MR],
) {
    // SAFETY: rows `i..i + MR` of C and `cols` elements of the start row are valid.
    unsafe {
        let first = x.c.add(i * x.ldc);
        let start = match x.start {
            Start::Zero => None,
            Start::Row(row) => Some((row, 0)),
            Start::C => Some((first.cast_const(), x.ldc)),
        };
        for r in 0..MR {
            for v in 0..NV {
                let sum = match start {
                    None => acc[r][v],
                    Some((row, stride)) => {
                        acc[r][v].add(load::<V, NV, PART>(row.add(r * stride), v, x.cols))
                    }
                };
                let c = first.add(r * x.ldc + v * V::LANES);
                if PART && v == NV - 1 {
                    sum.store_part(c, x.cols - v * V::LANES);
                } else {
                    sum.store(c);
                }
            }
        }
    }
}

/// The registers of a row of `cols` elements.
#[inline(always)]
unsafe fn load_row<V: Vector, const NV: usize, const PART: bool>(
    row: *const V::Elem,
    cols: usize,
) -> [V; NV] {
    // SAFETY: demanded of the caller.
    std::array::from_fn(|v| unsafe { load::<V, NV, PART>(row, v, cols) })
}

/// Register `v` of a row of `cols` elements.
#[inline(always)]
unsafe fn load<V: Vector, const NV: usize, const PART: bool>(
    row: *const V::Elem,
    v: usize,
    cols: usize,
) -> V {
    // SAFETY: the last register is cut to what is there.
    unsafe {
        let p = row.add(v * V::LANES);
        if PART && v == NV - 1 {
            V::load_part(p, cols - v * V::LANES)
        } else {
            V::load(p)
        }
    }
}

/// Computes [`Dots`]: four rows against two, so that there are always enough sums in flight.
///
/// # Safety
/// The pointers of `x` are valid for its sizes and strides, C is not aliased, the level is present.
#[inline(always)]
unsafe fn dots<V: Vector>(x: &Dots<V::Elem>) {
    for i in (0..x.rows).step_by(4) {
        for j in (0..x.cols).step_by(2) {
            let (rows, cols) = (4.min(x.rows - i), 2.min(x.cols - j));
            // SAFETY: that many rows from `i` on and columns from `j` on are within what the caller
            // vouches for.
            unsafe {
                match (rows, cols) {
                    (4, 2) => dot::<V, 4, 2, 1>(x, i, j),
                    (4, 1) => dot::<V, 4, 1, 2>(x, i, j),
                    _ => (0..rows * cols)
                        .for_each(|n| dot::<V, 1, 1, 4>(x, i + n / cols, j + n % cols)),
                }
            }
        }
    }
}

/// `R` times `C` dot products with `U` accumulators each.
#[inline(always)]
unsafe fn dot<V: Vector, const R: usize, const C: usize, const U: usize>(
    x: &Dots<V::Elem>,
    i: usize,
    j: usize,
) {
    // SAFETY: `p` and what is read from there stay below `k`; the rest is demanded of the caller.
    unsafe {
        let a: [_; R] = rows_from(x.a.add(i * x.ars), x.ars);
        let b: [_; C] = rows_from(x.b.add(j * x.brs), x.brs);
        let mut acc = [[[V::splat(V::Elem::default()); U]; C]; R];
        let mut p = 0;
        while p + U * V::LANES <= x.k {
            for u in 0..U {
                let at = p + u * V::LANES;
                let b: [V; C] = load_each(&b, at);
                for r in 0..R {
                    let a = V::load(a[r].add(at));
                    for c in 0..C {
                        acc[r][c][u] = a.fma(b[c], acc[r][c][u]);
                    }
                }
            }
            p += U * V::LANES;
        }
        while p < x.k {
            let n = V::LANES.min(x.k - p);
            let b: [V; C] = std::array::from_fn(|c| V::load_part(b[c].add(p), n));
            for r in 0..R {
                let a = V::load_part(a[r].add(p), n);
                for c in 0..C {
                    acc[r][c][0] = a.fma(b[c], acc[r][c][0]);
                }
            }
            p += n;
        }
        for r in 0..R {
            for c in 0..C {
                let out = x.c.add((i + r) * x.crs + (j + c) * x.ccs);
                *out = *out + sum(acc[r][c]);
            }
        }
    }
}

/// Where the first and the following rows begin.
#[inline(always)]
unsafe fn rows_from<T, const N: usize>(first: *const T, stride: usize) -> [*const T; N] {
    // SAFETY: the caller vouches for that many rows.
    std::array::from_fn(|n| unsafe { first.add(n * stride) })
}

/// A register from the `at`-th element of each row on.
#[inline(always)]
unsafe fn load_each<V: Vector, const N: usize>(rows: &[*const V::Elem; N], at: usize) -> [V; N] {
    // SAFETY: demanded of the caller.
    rows.map(|row| unsafe { V::load(row.add(at)) })
}

/// All lanes of all registers added up, in halves.
#[inline(always)]
unsafe fn sum<V: Vector, const U: usize>(mut acc: [V; U]) -> V::Elem {
    let mut lanes = [V::Elem::default(); 16];
    let mut n = U;
    // SAFETY: no register has more than 16 lanes.
    unsafe {
        while n > 1 {
            n /= 2;
            for u in 0..n {
                acc[u] = acc[u].add(acc[u + n]);
            }
        }
        acc[0].store(lanes.as_mut_ptr());
    }
    let mut n = V::LANES;
    while n > 1 {
        n /= 2;
        for i in 0..n {
            lanes[i] = lanes[i] + lanes[i + n];
        }
    }
    lanes[0]
}
