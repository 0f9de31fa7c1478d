//! Looking at a tensor's elements as an `ndarray`, without copying.
use super::{Element, Elements, Tensor};
use crate::{error::ok, kernel::storage};
use ndarray::{ArrayD, ArrayViewD, IxDyn, ShapeBuilder};
use std::marker::PhantomData;

/// A read guard on a tensor's elements; while it lives, changes in place wait.
pub struct View<'a, T: Element> {
    tensor: &'a Tensor,
    elements: Elements<'a, T::Stored>,
    of: PhantomData<T>,
}

impl Tensor {
    /// The elements, to read in place.
    ///
    /// # Panics
    /// If `T` is not the tensor's own type.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let rows = x.t();
    /// let view = rows.view::<f32>();
    /// assert_eq!(view.array()[[0, 1]], 3.0);
    /// ```
    #[track_caller]
    pub fn view<T: Viewable>(&self) -> View<'_, T> {
        ok!(self.check_type::<T>("view"));
        View {
            tensor: self,
            elements: self.read_strided(),
            of: PhantomData,
        }
    }

    /// A copy of the elements as an `ndarray`.
    ///
    /// # Panics
    /// If `T` is not the tensor's own type.
    #[track_caller]
    pub fn to_ndarray<T: Element>(&self) -> ArrayD<T> {
        let data = self.to_vec::<T>();
        ArrayD::from_shape_vec(IxDyn(self.shape()), data)
            .expect("as many elements as the shape says")
    }
}

impl<T: Viewable> View<'_, T> {
    /// The elements as an `ndarray` view.
    pub fn array(&self) -> ArrayViewD<'_, T> {
        let shape = IxDyn(self.tensor.shape()).strides(IxDyn(self.tensor.strides()));
        ArrayViewD::from_shape(shape, T::slice(&self.elements))
            .expect("a tensor's strides stay inside its storage")
    }
}

/// An element type whose values lie in memory as themselves: all but the small integers.
pub trait Viewable: Element {
    /// Stored values as values.
    fn slice(stored: &[Self::Stored]) -> &[Self];
}

macro_rules! viewable {
    ($($t:ty)*) => { $(
        impl Viewable for $t {
            fn slice(stored: &[$t]) -> &[$t] { stored }
        }
    )* };
}
viewable!(f32 f64 i64 u8);

impl Viewable for bool {
    fn slice(stored: &[u8]) -> &[bool] {
        storage::as_bools(stored)
    }
}
