//! Whether all or any elements are true.
use super::over::Over;
use crate::{
    DType, IntoShape, Tensor,
    error::ok,
    kernel::reduce::{Max, Min},
    tensor::stored,
};

impl Tensor {
    /// True if any element is not 0; false of nothing. NaN is not 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert!(Tensor::from([0, 3]).any() && !Tensor::zeros([0]).any());
    /// ```
    pub fn any(&self) -> bool {
        let (x, _) = self.in_memory_order();
        stored!(x.dtype(), T => x.read::<T>().iter().any(|&v| v != T::default()))
    }

    /// [`Tensor::any`] over one axis or several, which disappear, as a `Bool` tensor.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3], [0, 0]]).any_dim(1), Tensor::from([true, false]));
    /// ```
    #[track_caller]
    pub fn any_dim(&self, dims: impl IntoShape) -> Tensor {
        any_over(self, &ok!(Over::dims("any_dim", self, &dims, false)))
    }

    /// [`Tensor::any_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3]]).any_keepdim(1), Tensor::from([[true]]));
    /// ```
    #[track_caller]
    pub fn any_keepdim(&self, dims: impl IntoShape) -> Tensor {
        any_over(self, &ok!(Over::dims("any_keepdim", self, &dims, true)))
    }

    /// True if no element is 0; true of nothing. NaN is not 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert!(!Tensor::from([0, 3]).all() && Tensor::zeros([0]).all());
    /// ```
    pub fn all(&self) -> bool {
        let (x, _) = self.in_memory_order();
        stored!(x.dtype(), T => x.read::<T>().iter().all(|&v| v != T::default()))
    }

    /// [`Tensor::all`] over one axis or several, which disappear, as a `Bool` tensor.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3], [4, 5]]).all_dim(1), Tensor::from([false, true]));
    /// ```
    #[track_caller]
    pub fn all_dim(&self, dims: impl IntoShape) -> Tensor {
        all_over(self, &ok!(Over::dims("all_dim", self, &dims, false)))
    }

    /// [`Tensor::all_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3]]).all_keepdim(1), Tensor::from([[false]]));
    /// ```
    #[track_caller]
    pub fn all_keepdim(&self, dims: impl IntoShape) -> Tensor {
        all_over(self, &ok!(Over::dims("all_keepdim", self, &dims, true)))
    }
}

fn any_over(x: &Tensor, over: &Over) -> Tensor {
    if over.n == 0 {
        return Tensor::filled(over.shape, 0.0, DType::Bool);
    }
    x.detach().bool().fold(over, Max).bool()
}

fn all_over(x: &Tensor, over: &Over) -> Tensor {
    if over.n == 0 {
        return Tensor::filled(over.shape, 1.0, DType::Bool);
    }
    x.detach().bool().fold(over, Min).bool()
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn of_nothing_all_is_true_and_any_false() {
        let x = Tensor::zeros([2, 0]);
        assert_eq!(x.all_dim(1), Tensor::from([true, true]));
        assert_eq!(x.any_dim(1), Tensor::from([false, false]));
        assert_eq!(x.all_dim(0).shape(), [0]);
    }

    #[test]
    fn nan_is_true() {
        let x = Tensor::from([[f32::NAN, 1.0], [0.0, 0.0]]);
        assert_eq!(x.all_dim(1), Tensor::from([true, false]));
        assert_eq!(x.any_keepdim([0, 1]), Tensor::from([[true]]));
        assert!(x.t().any() && !x.t().all());
    }
}
