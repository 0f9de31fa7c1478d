//! The cross product, and the matrix of powers.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    stack,
    tensor::axis,
};

impl Tensor {
    /// The cross product along axis `dim`, of size 3; the other sizes broadcast. PyTorch's
    /// `linalg.cross`.
    ///
    /// # Panics
    /// If the numbers of axes differ, the axis has another size than 3, or shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (x, y) = (Tensor::from([1, 0, 0]), Tensor::from([0, 1, 0]));
    /// assert_eq!(x.cross(&y, -1), Tensor::from([0, 0, 1]));
    /// ```
    #[track_caller]
    pub fn cross(&self, other: &Tensor, dim: isize) -> Tensor {
        ok!(check(self, other, dim));
        let turned = |t: &Tensor, by: [i64; 3]| t.index_select(dim, &Tensor::from(by));
        let (next, last) = ([1, 2, 0], [2, 0, 1]);
        let one = ok!(turned(self, next).try_mul(turned(other, last)));
        one - turned(self, last) * turned(other, next)
    }

    /// The matrix whose columns are the powers 0 to `n - 1` of the numbers in the last axis: `[.., m]`
    /// gives `[.., m, n]`. PyTorch's `linalg.vander`; `torch.vander` has the columns in reverse.
    ///
    /// # Panics
    /// For a number without axes, or if `n` is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let v = Tensor::from([2, 3]).vander(3);
    /// assert_eq!(v, Tensor::from([[1, 2, 4], [1, 3, 9]]));
    /// ```
    #[track_caller]
    pub fn vander(&self, n: usize) -> Tensor {
        if self.dim() == 0 || n == 0 {
            ok!(no_powers(self, n));
        }
        let mut powers = vec![self.ones_like()];
        for k in 1..n {
            powers.push(&powers[k - 1] * self);
        }
        stack(&powers.iter().collect::<Vec<_>>(), -1)
    }
}

fn check(a: &Tensor, b: &Tensor, dim: isize) -> Result<()> {
    let at = axis("cross", dim, a.dim())?;
    if a.dim() != b.dim() || a.dim() == 0 {
        bail!(
            "cross",
            Shape,
            "{:?} and {:?} differ in the number of axes",
            a.shape(),
            b.shape()
        );
    }
    if [a, b].iter().any(|t| t.shape()[at] != 3) {
        bail!(
            "cross",
            Shape,
            "axis {at} of {:?} and {:?} does not have size 3",
            a.shape(),
            b.shape()
        );
    }
    Ok(())
}

fn no_powers(x: &Tensor, n: usize) -> Result<()> {
    bail!(
        "vander",
        Shape,
        "{n} powers of {:?}: at least one power of a vector is needed",
        x.shape()
    )
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(cross, |a, b| a.cross(b, 0), [3, 4], [3, 1]; no empty, scalar);
    gradcheck_test!(vander, |x| x.vander(4), [2, 3]; no scalar);

    #[test]
    #[should_panic(expected = "cross: axis 1 of [3, 2] and [3, 2] does not have size 3")]
    fn the_axis_has_three_entries() {
        let _ = Tensor::ones([3, 2]).cross(&Tensor::ones([3, 2]), 1);
    }
}
