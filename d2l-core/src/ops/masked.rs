//! Elements picked by a mask, and where a tensor is not zero.
use super::operand::{IntoOperand, Operand};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, broadcast},
};

impl Tensor {
    /// The elements where `mask` (`Bool`, broadcast) is true, in row-major order, as a 1-d tensor.
    ///
    /// # Panics
    /// If `mask` is not `Bool` or does not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1, 5], [7, 2]]);
    /// assert_eq!(x.masked_select(&x.gt(3)), Tensor::from([5, 7]));
    /// ```
    #[track_caller]
    pub fn masked_select(&self, mask: &Tensor) -> Tensor {
        let shape = ok!(broadcast("masked_select", self.dims(), mask.dims()));
        let at = ok!(mask.expand(shape).true_positions("masked_select"));
        self.expand(shape).pick(&at)
    }

    /// [`Tensor::masked_fill`] in place: the mask broadcasts to this tensor.
    ///
    /// # Panics
    /// As [`Tensor::masked_fill`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1.0, -2.0]);
    /// x.masked_fill_(&x.lt(0.0), 0.0);
    /// assert_eq!(x, Tensor::from([1.0, 0.0]));
    /// ```
    #[track_caller]
    pub fn masked_fill_(&self, mask: &Tensor, value: impl IntoOperand) -> Tensor {
        let value = value.operand();
        let others = match value {
            Operand::Tensor(t) => vec![t],
            _ => vec![],
        };
        ok!(self.update("masked_fill_", &others, &|x| x.masked_fill(mask, value)));
        self.clone()
    }

    /// The positions of the elements that are not 0, one row of `dim()` numbers for each, in
    /// row-major order.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3], [4, 0]]).nonzero(), Tensor::from([[0, 1], [1, 0]]));
    /// ```
    pub fn nonzero(&self) -> Tensor {
        let at = ok!(self.detach().bool().true_positions("nonzero"));
        let (shape, strides) = (self.shape(), self.dims().strides());
        let dims = Dims::new(&[at.numel(), shape.len()]);
        Tensor::build::<i64>(DType::I64, dims, |out| {
            let rows = out.chunks_exact_mut(shape.len().max(1));
            for (row, &i) in rows.zip(&*at.read::<i64>()) {
                for (o, (&n, &s)) in row.iter_mut().zip(shape.iter().zip(strides.iter())) {
                    *o = (i as usize / s % n) as i64;
                }
            }
        })
    }

    /// The positions of the elements that are not 0, one 1-d tensor for each axis, as an index takes
    /// them; a number counts as one element of one axis. PyTorch's `nonzero(as_tuple=True)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[0, 3], [4, 0]]);
    /// assert_eq!(x.nonzero_tuple(), [Tensor::from([0, 1]), Tensor::from([1, 0])]);
    /// ```
    pub fn nonzero_tuple(&self) -> Vec<Tensor> {
        let x = match self.dim() {
            0 => self.detach().reshape(1),
            _ => self.detach(),
        };
        let columns = x.nonzero().t().contiguous();
        (0..x.dim()).map(|a| columns.i(a)).collect()
    }

    /// The flat positions at which this mask is true.
    pub(crate) fn true_positions(&self, op: &'static str) -> Result<Tensor> {
        if self.dtype() != DType::Bool {
            bail!(op, DType, "a mask is a bool tensor, not {}", self.dtype());
        }
        let mask = self.contiguous_raw();
        let mask = mask.read::<u8>();
        let n = mask.iter().filter(|&&m| m != 0).count();
        Ok(Tensor::build::<i64>(DType::I64, Dims::new(&[n]), |out| {
            let at = mask.iter().zip(0..).filter(|m| *m.0 != 0);
            out.iter_mut().zip(at).for_each(|(o, (_, i))| *o = i);
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        masked_select,
        |x| x.masked_select(&Tensor::from([true, false, true])) * 2.0,
        [2, 3]; no empty);
    gradcheck_test!(
        masked_fill,
        |x, v| {
            let y = x * 2.0;
            y.masked_fill_(&Tensor::from([true, false, true]), v.sum());
            y.square()
        },
        [2, 3],
        [1]; no empty, scalar);

    #[test]
    fn a_number_has_one_position_without_coordinates() {
        assert_eq!(Tensor::from(3).nonzero().shape(), [1, 0]);
        assert_eq!(Tensor::from(0).nonzero().shape(), [0, 0]);
    }

    #[test]
    #[should_panic(expected = "masked_select: a mask is a bool tensor, not i64")]
    fn a_mask_is_bool() {
        let _ = Tensor::zeros([2]).masked_select(&Tensor::from([1, 0]));
    }

    #[test]
    #[should_panic(expected = "masked_fill_: the result has shape [2, 3], which does not fit [3]")]
    fn a_mask_in_place_does_not_widen() {
        let _ = Tensor::zeros([3]).masked_fill_(&Tensor::ones([2, 3]).bool(), 1.0);
    }
}
