//! Several tensors made into grids, products and blocks.
use crate::{
    Tensor, cat,
    error::{Result, bail, ok},
    stack,
    tensor::{Dims, broadcast},
};

/// The tensors expanded to the shape they broadcast to; views.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// ```
/// use d2l_core::{Tensor, broadcast_tensors};
/// let all = broadcast_tensors(&[&Tensor::zeros([3, 1]), &Tensor::zeros([4])]);
/// assert!(all.iter().all(|t| t.shape() == [3, 4]));
/// ```
#[track_caller]
pub fn broadcast_tensors(tensors: &[&Tensor]) -> Vec<Tensor> {
    let common =
        |shape: Result<Dims>, t: &&Tensor| broadcast("broadcast_tensors", &shape?, t.dims());
    let shape = ok!(tensors.iter().fold(Ok(Dims::new(&[])), common));
    tensors.iter().map(|t| t.expand(shape)).collect()
}

/// The coordinates of a grid: result `k` holds, at `[i, j, …]`, the element of vector `k` that the
/// `k`-th of these indices names. Views. PyTorch's `torch.meshgrid(.., indexing="ij")`.
///
/// # Panics
/// If there are none, their dtypes differ, or one has more than one axis.
///
/// ```
/// use d2l_core::{Tensor, meshgrid};
/// let grid = meshgrid(&[&Tensor::from([1, 2]), &Tensor::from([3, 4, 5])]);
/// assert_eq!(grid[0], Tensor::from([[1, 1, 1], [2, 2, 2]]));
/// assert_eq!(grid[1], Tensor::from([[3, 4, 5], [3, 4, 5]]));
/// ```
#[track_caller]
pub fn meshgrid(tensors: &[&Tensor]) -> Vec<Tensor> {
    ok!(check_vectors("meshgrid", tensors));
    let shape: Vec<usize> = tensors.iter().map(|t| t.numel()).collect();
    let lay = |(k, t): (usize, &&Tensor)| {
        let mut line = vec![1; shape.len()];
        line[k] = t.numel();
        t.reshape(line).expand(&shape)
    };
    tensors.iter().enumerate().map(lay).collect()
}

/// [`meshgrid`] with the first two axes exchanged, as for x and y of a picture; PyTorch's
/// `torch.meshgrid(.., indexing="xy")`.
///
/// # Panics
/// As [`meshgrid`].
///
/// ```
/// use d2l_core::{Tensor, meshgrid_xy};
/// let grid = meshgrid_xy(&[&Tensor::from([1, 2]), &Tensor::from([3, 4, 5])]);
/// assert_eq!(grid[0], Tensor::from([[1, 2], [1, 2], [1, 2]]));
/// ```
#[track_caller]
pub fn meshgrid_xy(tensors: &[&Tensor]) -> Vec<Tensor> {
    let grid = meshgrid(tensors);
    match tensors.len() {
        1 => grid,
        _ => grid.iter().map(|t| t.transpose(0, 1)).collect(),
    }
}

/// All combinations of one element of each vector, one combination per row, the last vector running
/// fastest. A single vector is given back as it is.
///
/// # Panics
/// As [`meshgrid`].
///
/// ```
/// use d2l_core::{Tensor, cartesian_prod};
/// let rows = cartesian_prod(&[&Tensor::from([1, 2]), &Tensor::from([3, 4])]);
/// assert_eq!(rows, Tensor::from([[1, 3], [1, 4], [2, 3], [2, 4]]));
/// ```
#[track_caller]
pub fn cartesian_prod(tensors: &[&Tensor]) -> Tensor {
    ok!(check_vectors("cartesian_prod", tensors));
    if let [one] = tensors {
        return (*one).clone();
    }
    let columns: Vec<Tensor> = meshgrid(tensors).iter().map(Tensor::flatten).collect();
    stack(&columns.iter().collect::<Vec<_>>(), 1)
}

fn check_vectors(op: &'static str, tensors: &[&Tensor]) -> Result<()> {
    let Some(first) = tensors.first() else {
        bail!(op, Value, "no tensors")
    };
    for t in tensors {
        if t.dim() > 1 {
            bail!(op, Shape, "{:?} is not a vector", t.shape());
        }
        if t.dtype() != first.dtype() {
            bail!(op, DType, "{} and {} differ", first.dtype(), t.dtype());
        }
    }
    Ok(())
}

/// The matrices along the diagonal of a larger one, zeros elsewhere. Vectors are matrices of one row.
///
/// # Panics
/// If a tensor has more than two axes, or there are none.
///
/// ```
/// use d2l_core::{Tensor, block_diag};
/// let x = block_diag(&[&Tensor::from([[1, 2], [3, 4]]), &Tensor::from(5)]);
/// assert_eq!(x, Tensor::from([[1, 2, 0], [3, 4, 0], [0, 0, 5]]));
/// ```
#[track_caller]
pub fn block_diag(tensors: &[&Tensor]) -> Tensor {
    let blocks: Vec<Tensor> = tensors.iter().map(|t| t.atleast_2d()).collect();
    ok!(check_matrices(&blocks));
    let width: usize = blocks.iter().map(|b| b.shape()[1]).sum();
    let mut left = 0;
    let row = |b: &Tensor| {
        let right = width - left - b.shape()[1];
        let row = b.pad([left as isize, right as isize], 0);
        left += b.shape()[1];
        row
    };
    let rows: Vec<Tensor> = blocks.iter().map(row).collect();
    cat(&rows.iter().collect::<Vec<_>>(), 0)
}

fn check_matrices(blocks: &[Tensor]) -> Result<()> {
    if blocks.is_empty() {
        bail!("block_diag", Value, "no tensors");
    }
    match blocks.iter().find(|b| b.dim() > 2) {
        Some(b) => bail!("block_diag", Shape, "{:?} is not a matrix", b.shape()),
        None => Ok(()),
    }
}

impl Tensor {
    /// All choices of `r` elements of a vector, in its order, one choice per row.
    ///
    /// # Panics
    /// For other than vectors.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let pairs = Tensor::from([7, 8, 9]).combinations(2);
    /// assert_eq!(pairs, Tensor::from([[7, 8], [7, 9], [8, 9]]));
    /// ```
    #[track_caller]
    pub fn combinations(&self, r: usize) -> Tensor {
        ok!(self.choices(r, 1))
    }

    /// [`Tensor::combinations`] in which an element may be chosen again.
    ///
    /// # Panics
    /// For other than vectors.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let pairs = Tensor::from([7, 8]).combinations_with_replacement(2);
    /// assert_eq!(pairs, Tensor::from([[7, 7], [7, 8], [8, 8]]));
    /// ```
    #[track_caller]
    pub fn combinations_with_replacement(&self, r: usize) -> Tensor {
        ok!(self.choices(r, 0))
    }

    /// Rows of positions that grow by at least `step`.
    fn choices(&self, r: usize, step: usize) -> Result<Tensor> {
        if self.dim() != 1 {
            bail!("combinations", Shape, "{:?} is not a vector", self.shape());
        }
        if r == 0 {
            return Ok(Tensor::filled(Dims::new(&[0]), 0.0, self.dtype()));
        }
        let rows = positions(self.numel(), r, step);
        let n = rows.len();
        let picked = self.index_select(0, &Tensor::from_vec(rows, n));
        Ok(picked.reshape([n / r, r]))
    }
}

/// All rows of `r` positions below `n`, each at least `step` above the one before it, in order.
fn positions(n: usize, r: usize, step: usize) -> Vec<i64> {
    let mut row: Vec<usize> = (0..r).map(|i| i * step).collect();
    let mut rows = Vec::new();
    if n == 0 || row[r - 1] >= n {
        return rows;
    }
    loop {
        rows.extend(row.iter().map(|&i| i as i64));
        // The last place that can still grow; those behind it follow as closely as they may.
        let grows = (0..r).rev().find(|&i| row[i] + (r - 1 - i) * step + 1 < n);
        let Some(i) = grows else { return rows };
        let first = row[i] + 1;
        (i..r).for_each(|k| row[k] = first + (k - i) * step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gradcheck_test;
    gradcheck_test!(meshes, |a, b| meshgrid(&[a, b]), [3], [4]);
    gradcheck_test!(meshes_xy, |a, b| meshgrid_xy(&[a, b]), [3], [4]);
    gradcheck_test!(
        choices_with_repetition,
        |x| x.flatten().combinations_with_replacement(2).square(),
        [2, 2]
    );
    gradcheck_test!(blocks, |a, b| block_diag(&[a, b, a]) * 2.0, [2, 3], [3, 1]);
    gradcheck_test!(
        products,
        |x| cartesian_prod(&[&x.flatten(), &x.flatten()]).square(),
        [2, 2]
    );
    gradcheck_test!(choices, |x| x.flatten().combinations(2).square(), [2, 2]);
    gradcheck_test!(
        grids,
        |a, b| {
            let all = broadcast_tensors(&[a, b]);
            &all[0] * &all[1]
        },
        [3, 1],
        [1, 4]
    );

    #[test]
    fn there_are_as_many_choices_as_the_binomial_says() {
        let x = Tensor::arange(6);
        assert_eq!(x.combinations(3).shape(), [20, 3]);
        assert_eq!(x.combinations_with_replacement(3).shape(), [56, 3]);
        assert_eq!(x.combinations(7).shape(), [0, 7]);
        assert_eq!(x.combinations(0).shape(), [0]);
        assert_eq!(
            Tensor::arange(0).combinations_with_replacement(2).shape(),
            [0, 2]
        );
    }
}
