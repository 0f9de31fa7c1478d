//! The inner loops of convolutions: tiles in registers, on grids in which a tap is a distance.
#![expect(
    clippy::needless_range_loop,
    reason = "the loops count rows and registers of a tile"
)]
use super::super::gemm::Vector;

/// `c[i][q] = start[i] + Σ_j a[i][j] source[q + offsets[j]]`, as raw parts.
pub struct Taps<T> {
    /// Rows of `a` and `c`.
    pub rows: usize,
    /// The inner length.
    pub k: usize,
    /// Groups of MR rows, each with its columns one after the other, filled up with zeros.
    pub a: *const T,
    /// From one group to the next.
    pub group: usize,
    /// The grid.
    pub source: *const T,
    /// Where each tap reads, from the position it contributes to.
    pub offsets: *const usize,
    /// The result.
    pub c: *mut T,
    /// Its row stride.
    pub ldc: usize,
    /// Columns of `c`: a multiple of [`unit`].
    pub positions: usize,
    /// What rows start from; what `c` holds if `None`.
    pub start: Option<*const T>,
}

/// How many positions the loops take at a time for so many rows.
pub fn unit(rows: usize, mr: usize, nr: usize) -> usize {
    match rows % mr {
        rest if rest % 2 == 1 => 4 * nr,
        rest if rest % 4 == 2 => 2 * nr,
        _ => nr,
    }
}

/// Rows of a panel of the grid that fits the first cache.
const PANEL: usize = 256;

/// Computes [`Taps`]. Few rows are computed in wide tiles, so that there are always enough sums in
/// flight.
///
/// # Safety
/// The pointers are valid for the sizes, strides and offsets, `c` is not aliased, the level is present.
#[inline(always)]
pub unsafe fn taps<V: Vector>(x: &Taps<V::Elem>) {
    let whole = x.rows - x.rows % V::MR;
    let four = whole + (x.rows - whole) / 4 * 4;
    let two = four + (x.rows - four) / 2 * 2;
    // SAFETY: rows below `rows` and positions below `positions`, a multiple of each width.
    unsafe {
        if four > 0 {
            // As many panels of the grid as fit the first cache, for all rows.
            let (width, some) = (2 * V::LANES, PANEL.div_ceil(x.k.max(1)));
            for first in (0..x.positions).step_by(some * width) {
                let end = x.positions.min(first + some * width);
                for i in (0..whole).step_by(V::MR) {
                    for q in (first..end).step_by(width) {
                        match V::MR {
                            8 => tap_tile::<V, 8, 2>(x, i, q),
                            6 => tap_tile::<V, 6, 2>(x, i, q),
                            _ => tap_tile::<V, 4, 2>(x, i, q),
                        }
                    }
                }
                if four > whole {
                    for q in (first..end).step_by(width) {
                        tap_tile::<V, 4, 2>(x, whole, q);
                    }
                }
            }
        }
        if two > four {
            for q in (0..x.positions).step_by(4 * V::LANES) {
                tap_tile::<V, 2, 4>(x, four, q);
            }
        }
        if x.rows > two {
            for q in (0..x.positions).step_by(8 * V::LANES) {
                tap_tile::<V, 1, 8>(x, two, q);
            }
        }
    }
}

#[inline(always)]
unsafe fn tap_tile<V: Vector, const R: usize, const N: usize>(
    x: &Taps<V::Elem>,
    i: usize,
    q: usize,
) {
    // SAFETY: demanded of the caller, for `R` rows from `i` and `N` registers from `q` on.
    unsafe {
        let a = x.a.add(i / V::MR * x.group + i % V::MR);
        let source = x.source.add(q);
        let c = x.c.add(i * x.ldc + q);
        let mut acc = [[V::splat(V::Elem::default()); N]; R];
        for r in 0..R {
            for v in 0..N {
                acc[r][v] = match x.start {
                    Some(start) => V::splat(*start.add(i + r)),
                    None => V::load(c.add(r * x.ldc + v * V::LANES)),
                };
            }
        }
        for j in 0..x.k {
            let source = source.add(*x.offsets.add(j));
            let b: [V; N] = neighbours(source);
            for r in 0..R {
                let a = V::splat(*a.add(j * V::MR + r));
                for v in 0..N {
                    acc[r][v] = a.fma(b[v], acc[r][v]);
                }
            }
        }
        for r in 0..R {
            for v in 0..N {
                acc[r][v].store(c.add(r * x.ldc + v * V::LANES));
            }
        }
    }
}

/// The registers from `first` on.
#[inline(always)]
unsafe fn neighbours<V: Vector, const N: usize>(first: *const V::Elem) -> [V; N] {
    // SAFETY: demanded of the caller.
    std::array::from_fn(|v| unsafe { V::load(first.add(v * V::LANES)) })
}

/// `sums[i][j] += Σ_l Σ_p source[lines[l].1 + offsets[i] + p] b[lines[l].0 + p][j]`, as raw parts.
pub struct Products<'a, T> {
    /// Rows of `sums`: taps.
    pub rows: usize,
    /// Columns of `sums`: channels.
    pub columns: usize,
    /// Where runs of `n` positions begin, in a panel of `b` (in elements) and on the grid.
    pub lines: &'a [(usize, usize)],
    /// Positions of a run.
    pub n: usize,
    /// The grid.
    pub source: *const T,
    /// Where each tap reads.
    pub offsets: *const usize,
    /// Panels of NR columns, filled up with zeros, each with its positions one after the other.
    pub b: *const T,
    /// From one panel to the next.
    pub panel: usize,
    /// The result.
    pub sums: *mut T,
    /// Its row stride: at least `columns`, a multiple of NR.
    pub lds: usize,
}

/// Computes [`Products`].
///
/// # Safety
/// The pointers are valid for the sizes, strides and offsets, `sums` is not aliased, the level is
/// present.
#[inline(always)]
pub unsafe fn products<V: Vector>(x: &Products<'_, V::Elem>) {
    for j in (0..x.columns).step_by(2 * V::LANES) {
        // SAFETY: `j` is the first column of a panel.
        unsafe {
            if x.columns - j > V::LANES {
                product_rows::<V, 2>(x, j);
            } else {
                product_rows::<V, 1>(x, j);
            }
        }
    }
}

#[inline(always)]
unsafe fn product_rows<V: Vector, const N: usize>(x: &Products<'_, V::Elem>, j: usize) {
    let mut i = 0;
    while i < x.rows {
        let left = x.rows - i;
        // SAFETY: that many rows are left.
        i += unsafe {
            match left.min(V::MR) {
                8.. => product_tile::<V, 8, N>(x, i, j),
                6..8 => product_tile::<V, 6, N>(x, i, j),
                4..6 => product_tile::<V, 4, N>(x, i, j),
                2..4 => product_tile::<V, 2, N>(x, i, j),
                _ => product_tile::<V, 1, N>(x, i, j),
            }
        };
    }
}

/// `R` rows from row `i` on; returns `R`.
#[inline(always)]
unsafe fn product_tile<V: Vector, const R: usize, const N: usize>(
    x: &Products<'_, V::Elem>,
    i: usize,
    j: usize,
) -> usize {
    let nr = 2 * V::LANES;
    // SAFETY: demanded of the caller, for `R` rows from `i` and `N` registers from `j` on.
    unsafe {
        let mut taps = [x.source; R];
        for r in 0..R {
            taps[r] = x.source.add(*x.offsets.add(i + r));
        }
        let b = x.b.add(j / nr * x.panel);
        let mut acc = [[V::splat(V::Elem::default()); N]; R];
        for &(from, at) in x.lines {
            let b = b.add(from);
            for p in 0..x.n {
                let b: [V; N] = neighbours(b.add(p * nr));
                for r in 0..R {
                    let a = V::splat(*taps[r].add(at + p));
                    for v in 0..N {
                        acc[r][v] = a.fma(b[v], acc[r][v]);
                    }
                }
            }
        }
        for r in 0..R {
            for v in 0..N {
                let sums = x.sums.add((i + r) * x.lds + j + v * V::LANES);
                acc[r][v].add(V::load(sums)).store(sums);
            }
        }
    }
    R
}
