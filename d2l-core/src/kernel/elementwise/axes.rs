//! A walk over the elements of strided operands in row-major order.

/// Axes kept on the stack; deeper shapes are peeled by the caller.
pub const MAX_AXES: usize = 8;

/// The shape shared by `K` operands, with one stride per operand and axis, after neighbouring axes
/// that are contiguous for every operand have been merged. Row-major, last axis innermost; there are
/// always at least two axes.
pub struct Axes<const K: usize> {
    /// How many axes there are.
    pub rank: usize,
    /// Sizes, outermost first.
    pub shape: [usize; MAX_AXES],
    /// Strides in elements, one set per axis.
    pub strides: [[usize; K]; MAX_AXES],
}

impl<const K: usize> Axes<K> {
    /// Merges `shape`; an operand whose list of strides is empty has stride 0 everywhere. `None`
    /// if more than [`MAX_AXES`] axes remain.
    pub fn new(shape: &[usize], strides: [&[usize]; K]) -> Option<Axes<K>> {
        let mut axes = Axes {
            rank: 0,
            shape: [1; MAX_AXES],
            strides: [[0; K]; MAX_AXES],
        };
        for (d, &n) in shape.iter().enumerate() {
            if n != 1 && !axes.push(n, strides.map(|s| s.get(d).copied().unwrap_or(0))) {
                return None;
            }
        }
        while axes.rank < 2 {
            axes.shape.copy_within(..MAX_AXES - 1, 1);
            axes.strides.copy_within(..MAX_AXES - 1, 1);
            (axes.shape[0], axes.strides[0]) = (1, [0; K]);
            axes.rank += 1;
        }
        Some(axes)
    }

    fn push(&mut self, n: usize, s: [usize; K]) -> bool {
        if let Some(last) = self.rank.checked_sub(1)
            && (0..K).all(|k| self.strides[last][k] == s[k] * n)
        {
            self.shape[last] *= n;
            self.strides[last] = s;
            return true;
        }
        if self.rank == MAX_AXES {
            return false;
        }
        (self.shape[self.rank], self.strides[self.rank]) = (n, s);
        self.rank += 1;
        true
    }

    /// The innermost axis: its size and strides.
    pub fn inner(&self) -> (usize, [usize; K]) {
        (self.shape[self.rank - 1], self.strides[self.rank - 1])
    }

    /// Calls `f(rows, offsets, row_strides)` for each run of consecutive rows along the second axis
    /// from the end, for `rows` rows in all from row number `row` on. A row is one innermost axis.
    #[inline(always)]
    pub fn blocks(
        &self,
        mut row: usize,
        mut rows: usize,
        mut f: impl FnMut(usize, [usize; K], [usize; K]),
    ) {
        let axis = self.rank - 2;
        while rows > 0 {
            let (outer, at) = (row / self.shape[axis], row % self.shape[axis]);
            let n = rows.min(self.shape[axis] - at);
            let base = self.offsets(outer, axis);
            let strides = self.strides[axis];
            f(
                n,
                std::array::from_fn(|k| base[k] + at * strides[k]),
                strides,
            );
            row += n;
            rows -= n;
        }
    }

    /// The offsets of element number `i` of the first `axes` axes.
    fn offsets(&self, mut i: usize, axes: usize) -> [usize; K] {
        let mut offsets = [0; K];
        for d in (0..axes).rev() {
            let at = i % self.shape[d];
            i /= self.shape[d];
            (0..K).for_each(|k| offsets[k] += at * self.strides[d][k]);
        }
        offsets
    }
}
