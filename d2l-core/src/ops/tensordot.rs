//! Contractions, Kronecker products, chains and powers of matrices.
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    tensor::axis,
};

impl Tensor {
    /// Sums of products over the last `n` axes of this tensor and the first `n` of the other, whose
    /// sizes agree or are 1; the axes that remain follow each other. PyTorch's `tensordot` with a number.
    ///
    /// # Panics
    /// If the sizes differ, there are fewer axes, or the dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (a, b) = (Tensor::ones([2, 3, 4]), Tensor::ones([3, 4, 5]));
    /// assert_eq!(a.tensordot(&b, 2), Tensor::full([2, 5], 12.0));
    /// ```
    #[track_caller]
    pub fn tensordot(&self, other: &Tensor, n: usize) -> Tensor {
        if n > self.dim().min(other.dim()) {
            ok!(too_many(self, other, n));
        }
        let last: Vec<usize> = (self.dim() - n..self.dim()).collect();
        let first: Vec<usize> = (0..n).collect();
        ok!(contracted(self, &last, other, &first))
    }

    /// Sums of products over pairs of axes: `dims[i]` of this tensor with `other_dims[i]` of the other.
    /// PyTorch's `tensordot` with two lists.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice, the sizes of a pair differ, or the dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (a, b) = (Tensor::ones([2, 3, 4]), Tensor::ones([4, 5, 2]));
    /// assert_eq!(a.tensordot_dims(&b, [0, 2], [2, 0]), Tensor::full([3, 5], 8.0));
    /// ```
    #[track_caller]
    pub fn tensordot_dims(
        &self,
        other: &Tensor,
        dims: impl IntoShape,
        other_dims: impl IntoShape,
    ) -> Tensor {
        let of_a = ok!(pair_axes(self, &dims));
        let of_b = ok!(pair_axes(other, &other_dims));
        ok!(contracted(self, &of_a, other, &of_b))
    }

    /// The Kronecker product: every element of this tensor times all of the other, as blocks. The
    /// shapes are multiplied, axes missing in front count as 1.
    ///
    /// # Panics
    /// Beyond four axes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1, 2]]).kron(&Tensor::from([[1, 1], [0, 1]]));
    /// assert_eq!(x, Tensor::from([[1, 1, 2, 2], [0, 1, 0, 2]]));
    /// ```
    #[track_caller]
    pub fn kron(&self, other: &Tensor) -> Tensor {
        let n = self.dim().max(other.dim());
        if n > 4 {
            ok!(too_wide(self, other));
        }
        let padded = |t: &Tensor| [vec![1; n - t.dim()], t.shape().to_vec()].concat();
        let (a, b) = (padded(self), padded(other));
        let apart = |shape: &[usize], first: bool| -> Vec<usize> {
            let pair = |&s: &usize| if first { [s, 1] } else { [1, s] };
            shape.iter().flat_map(pair).collect()
        };
        let product = self.reshape(apart(&a, true)) * other.reshape(apart(&b, false));
        product.reshape(a.iter().zip(&b).map(|(a, b)| a * b).collect::<Vec<_>>())
    }

    /// The product of `n` copies of each square matrix: the identity for 0, powers of the inverse for
    /// negative `n`. PyTorch's `linalg.matrix_power`.
    ///
    /// # Panics
    /// If the matrices are not square, or `n` is negative and one is singular.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[1.0, 1.0], [0.0, 1.0]]);
    /// assert_eq!(a.matrix_power(5), Tensor::from([[1.0, 5.0], [0.0, 1.0]]));
    /// assert_eq!(a.matrix_power(-1), Tensor::from([[1.0, -1.0], [0.0, 1.0]]));
    /// ```
    #[track_caller]
    pub fn matrix_power(&self, n: i64) -> Tensor {
        let size = ok!(self.check_square("matrix_power"));
        if n == 0 {
            let one = Tensor::eye(size).to_dtype(self.dtype());
            return one.expand(*self.dims()).copy();
        }
        let mut square = if n < 0 {
            ok!(self.try_inv())
        } else {
            self.clone()
        };
        let (mut left, mut power) = (n.unsigned_abs(), None);
        while left > 0 {
            if left % 2 == 1 {
                power = Some(power.map_or(square.clone(), |p: Tensor| p.matmul(&square)));
            }
            left /= 2;
            if left > 0 {
                square = square.matmul(&square);
            }
        }
        power.expect("`n` is not 0")
    }
}

/// The product of a chain of matrices, in the order that takes the fewest multiplications. The first may
/// be a vector, taken as a row, the last too, as a column. PyTorch's `linalg.multi_dot`.
///
/// # Panics
/// If there are fewer than two, one is not a matrix, or sizes or dtypes do not fit.
///
/// ```
/// use d2l_core::{Tensor, multi_dot};
/// let (a, b, c) = (Tensor::ones([2, 3]), Tensor::ones([3, 4]), Tensor::ones([4]));
/// assert_eq!(multi_dot(&[&a, &b, &c]), Tensor::from([12.0, 12.0]));
/// ```
#[track_caller]
pub fn multi_dot(matrices: &[&Tensor]) -> Tensor {
    ok!(check_chain(matrices));
    let n = matrices.len();
    let row = matrices[0].dim() == 1;
    let column = matrices[n - 1].dim() == 1;
    let mut chain: Vec<Tensor> = matrices.iter().map(|&m| m.clone()).collect();
    if row {
        chain[0] = chain[0].unsqueeze(0);
    }
    if column {
        chain[n - 1] = chain[n - 1].unsqueeze(1);
    }
    let mut sizes: Vec<usize> = chain.iter().map(|m| m.shape()[0]).collect();
    sizes.push(chain[n - 1].shape()[1]);
    let y = ok!(multiply(&chain, 0, n - 1, &splits(&sizes)));
    let y = if row { y.squeeze(-2) } else { y };
    if column { y.squeeze(-1) } else { y }
}

/// Where to cut each part `i..=j` of the chain.
fn splits(sizes: &[usize]) -> Vec<Vec<usize>> {
    let n = sizes.len() - 1;
    let (mut cost, mut cut) = (vec![vec![0usize; n]; n], vec![vec![0; n]; n]);
    for len in 1..n {
        for i in 0..n - len {
            let j = i + len;
            let price = |k: usize| {
                let own = sizes[i]
                    .saturating_mul(sizes[k + 1])
                    .saturating_mul(sizes[j + 1]);
                cost[i][k]
                    .saturating_add(cost[k + 1][j])
                    .saturating_add(own)
            };
            let best = (i..j)
                .min_by_key(|&k| price(k))
                .expect("the part has two matrices");
            (cost[i][j], cut[i][j]) = (price(best), best);
        }
    }
    cut
}

fn multiply(chain: &[Tensor], i: usize, j: usize, cut: &[Vec<usize>]) -> Result<Tensor> {
    if i == j {
        return Ok(chain[i].clone());
    }
    let k = cut[i][j];
    multiply(chain, i, k, cut)?.try_matmul(&multiply(chain, k + 1, j, cut)?)
}

fn check_chain(matrices: &[&Tensor]) -> Result<()> {
    let n = matrices.len();
    if n < 2 {
        bail!("multi_dot", Value, "needs at least two matrices, not {n}");
    }
    for (i, m) in matrices.iter().enumerate() {
        let end = i == 0 || i == n - 1;
        if m.dim() != 2 && !(end && m.dim() == 1) {
            bail!(
                "multi_dot",
                Shape,
                "number {i}, {:?}, is not a matrix",
                m.shape()
            );
        }
    }
    for (i, pair) in matrices.windows(2).enumerate() {
        let (columns, rows) = (pair[0].size(-1), pair[1].shape()[0]);
        if columns != rows {
            bail!(
                "multi_dot",
                Shape,
                "numbers {i} and {}, {:?} and {:?}, do not fit: sizes {columns} and {rows} differ",
                i + 1,
                pair[0].shape(),
                pair[1].shape()
            );
        }
    }
    Ok(())
}

fn too_many(a: &Tensor, b: &Tensor, n: usize) -> Result<()> {
    bail!(
        "tensordot",
        Shape,
        "{:?} and {:?} do not both have {n} axes",
        a.shape(),
        b.shape()
    )
}

fn too_wide(a: &Tensor, b: &Tensor) -> Result<()> {
    bail!(
        "kron",
        Shape,
        "{:?} and {:?}: at most four axes are supported",
        a.shape(),
        b.shape()
    )
}

/// The axes as given, checked.
fn pair_axes(x: &Tensor, list: &dyn IntoShape) -> Result<Vec<usize>> {
    let (entries, n) = list.entries();
    let list = entries[..n].iter().map(|&a| axis("tensordot", a, x.dim()));
    let list = list.collect::<Result<Vec<_>>>()?;
    if (0..n).any(|i| list[..i].contains(&list[i])) {
        bail!(
            "tensordot",
            Index,
            "an axis appears twice in {:?}",
            &entries[..n]
        );
    }
    Ok(list)
}

fn contracted(a: &Tensor, of_a: &[usize], b: &Tensor, of_b: &[usize]) -> Result<Tensor> {
    let (mut x, mut y) = (a.clone(), b.clone());
    for (&i, &j) in of_a.iter().zip(of_b) {
        // A size of 1 broadcasts: the sum can be taken before the product.
        match (x.shape()[i], y.shape()[j]) {
            (1, _) => y = y.sum_keepdim(j as isize),
            (_, 1) => x = x.sum_keepdim(i as isize),
            _ => {}
        }
    }
    let equal = |(&i, &j): (&usize, &usize)| x.shape()[i] == y.shape()[j];
    if of_a.len() != of_b.len() || !of_a.iter().zip(of_b).all(equal) {
        bail!(
            "tensordot",
            Shape,
            "{:?} and {:?} do not fit at axes {of_a:?} and {of_b:?}",
            a.shape(),
            b.shape()
        );
    }
    product(&x, of_a, &y, of_b)
}

/// The product, summed over pairs of axes of one size.
fn product(a: &Tensor, of_a: &[usize], b: &Tensor, of_b: &[usize]) -> Result<Tensor> {
    let free = |t: &Tensor, used: &[usize]| -> Vec<usize> {
        (0..t.dim()).filter(|i| !used.contains(i)).collect()
    };
    let (front, back) = (free(a, of_a), free(b, of_b));
    let size = |t: &Tensor, axes: &[usize]| axes.iter().map(|&i| t.shape()[i]).product::<usize>();
    let (m, k, n) = (size(a, &front), size(a, of_a), size(b, &back));
    let order = |x: &[usize], y: &[usize]| -> Vec<isize> {
        x.iter().chain(y).map(|&i| i as isize).collect()
    };
    let left = a.permute(order(&front, of_a)).reshape([m, k]);
    let right = b.permute(order(of_b, &back)).reshape([k, n]);
    let sizes = front
        .iter()
        .map(|&i| a.shape()[i])
        .chain(back.iter().map(|&j| b.shape()[j]));
    Ok(left.try_matmul(&right)?.reshape(sizes.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::multi_dot;
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        last_axes,
        |a, b| a.tensordot(b, 2),
        [2, 3, 4],
        [3, 4, 5]; no scalar
    );
    gradcheck_test!(
        tensordot,
        |a, b| a.tensordot_dims(b, [0, 2], [1, 0]),
        [2, 3, 4],
        [4, 2]; no scalar);
    gradcheck_test!(kron, |a, b| a.kron(b), [2, 3], [2]);
    gradcheck_test!(power, |a| a.matrix_power(3), [2, 3, 3]; no scalar);
    gradcheck_test!(chain, |a, b, c| multi_dot(&[a, b, c]), [4], [4, 5], [5, 2]; no scalar);

    #[test]
    fn the_cheapest_order_is_found() {
        // (10 × 100)(100 × 5)(5 × 50): the first product first.
        assert_eq!(super::splits(&[10, 100, 5, 50])[0][2], 1);
        assert_eq!(super::splits(&[50, 5, 100, 10])[0][2], 0);
    }

    #[test]
    #[should_panic(expected = "multi_dot: numbers 0 and 1, [2, 3] and [4, 5], do not fit")]
    fn a_chain_must_fit() {
        let _ = multi_dot(&[&Tensor::ones([2, 3]), &Tensor::ones([4, 5])]);
    }

    #[test]
    #[should_panic(expected = "tensordot: [2, 3] and [4] do not fit at axes [1] and [0]")]
    fn contracted_sizes_must_agree() {
        let _ = Tensor::ones([2, 3]).tensordot(&Tensor::ones([4]), 1);
    }
}
