//! Elements picked by a mask, and where a tensor is not zero.
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
        let at = ok!(true_positions("masked_select", &mask.expand(shape)));
        self.expand(shape).pick(&at)
    }

    /// The positions of the elements that are not 0, one row of `dim()` numbers for each; PyTorch's
    /// `nonzero`, also `argwhere`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3], [4, 0]]).nonzero(), Tensor::from([[0, 1], [1, 0]]));
    /// ```
    pub fn nonzero(&self) -> Tensor {
        let at = ok!(true_positions("nonzero", &self.detach().bool())).to_vec::<i64>();
        let (shape, strides) = (self.shape(), self.dims().strides());
        Tensor::build::<i64>(DType::I64, Dims::new(&[at.len(), shape.len()]), |out| {
            for (row, &i) in out.chunks_exact_mut(shape.len().max(1)).zip(&at) {
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
}

/// The flat positions at which a mask is true.
pub(crate) fn true_positions(op: &'static str, mask: &Tensor) -> Result<Tensor> {
    if mask.dtype() != DType::Bool {
        bail!(op, DType, "a mask is a bool tensor, not {}", mask.dtype());
    }
    let mask = mask.contiguous_raw();
    let at: Vec<i64> = mask
        .read::<u8>()
        .iter()
        .zip(0..)
        .filter(|p| *p.0 != 0)
        .map(|p| p.1)
        .collect();
    let n = at.len();
    Ok(Tensor::from_vec(at, n))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        masked_select,
        |x| x.masked_select(&Tensor::from([true, false, true])) * 2.0,
        [2, 3]; no empty
    );

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
}
