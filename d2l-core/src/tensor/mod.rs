//! The tensor: a cheap handle on shaped numbers.
mod convert;
mod create;
mod device;
mod display;
mod dtype;
mod random;
mod shape;
mod view;
mod window;

pub use convert::Data;
pub use create::{IntoSteps, Steps};
pub use device::{Device, DeviceError};
pub use dtype::{DType, Element, default_dtype, set_default_dtype};
pub use shape::{IntoShape, MAX_DIM, Position};
pub use view::View;

pub(crate) use dtype::{float, moved, stored, wide};
pub(crate) use shape::{Dims, axes, axis, broadcast, checked_numel, sizes};
pub(crate) use window::{Window, spatial};

use crate::{
    autograd::Meta,
    kernel::{
        copy,
        storage::{Plain, Read, Storage, Write, write_read},
    },
};
use std::{
    ops::Range,
    sync::{Arc, Weak},
};

/// An n-dimensional array with an optional gradient; PyTorch's `torch.Tensor`.
///
/// A `Tensor` is a handle: `clone()` gives another handle on the same data, [`Tensor::copy`] new
/// data. Views (`transpose`, `i`, `reshape` where possible) share the data of what they view.
/// Element type and shape are known at run time.
///
/// ```
/// use d2l_core::{DType, Tensor};
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!((x.shape(), x.dtype()), (&[2, 2][..], DType::F32));
/// assert_eq!((&x * 2.0 + 1.0).to_vec::<f32>(), [3.0, 5.0, 7.0, 9.0]);
/// ```
#[derive(Clone)]
pub struct Tensor(Arc<Inner>);

/// A handle that does not keep its tensor alive.
#[derive(Clone)]
pub(crate) struct WeakTensor(Weak<Inner>);

impl WeakTensor {
    pub(crate) fn upgrade(&self) -> Option<Tensor> {
        self.0.upgrade().map(Tensor)
    }
}

struct Inner {
    storage: Arc<Storage>,
    offset: usize,
    shape: Dims,
    strides: Dims,
    dtype: DType,
    contiguous: bool,
    /// The tensor that this one is a part of: never itself a view.
    base: Option<Tensor>,
    meta: Meta,
}

impl Tensor {
    /// Sizes of the axes; empty for a single number (0-d).
    #[inline]
    pub fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    /// Size of one axis; negative ones count from the end.
    ///
    /// # Panics
    /// If there is no such axis; a single number has none.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3]).size(-1), 3);
    /// assert!(std::panic::catch_unwind(|| Tensor::from(1.0).size(-1)).is_err());
    /// ```
    #[track_caller]
    pub fn size(&self, axis: isize) -> usize {
        let a = crate::error::ok!(shape::axis("size", axis, self.dim()));
        match self.shape().get(a) {
            Some(&n) => n,
            None => panic!("size: a single number has no axis {axis}"),
        }
    }

    /// Number of axes.
    pub fn dim(&self) -> usize {
        self.0.shape.len()
    }

    /// Number of elements.
    pub fn numel(&self) -> usize {
        self.0.shape.numel()
    }

    /// Type of the elements.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// Where the elements are; the CPU, so far.
    pub fn device(&self) -> Device {
        Device::cpu()
    }

    /// Elements between neighbours along each axis.
    pub fn strides(&self) -> &[usize] {
        &self.0.strides
    }

    /// True if the elements lie in row-major order without gaps.
    pub fn is_contiguous(&self) -> bool {
        self.0.contiguous
    }

    /// True if both are handles on one tensor (not merely equal values).
    pub fn same(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// True if both look at the same memory, perhaps at different parts of it.
    pub fn shares_storage(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0.storage, &other.0.storage)
    }

    /// The same values in row-major order: this tensor itself if it is so already.
    pub fn contiguous(&self) -> Tensor {
        if self.is_contiguous() {
            self.clone()
        } else {
            self.copy()
        }
    }
}

/// What ops build on. Everything here is blind to gradients.
impl Tensor {
    pub(crate) fn dims(&self) -> &Dims {
        &self.0.shape
    }

    pub(crate) fn stride_dims(&self) -> &Dims {
        &self.0.strides
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.0.meta
    }

    pub(crate) fn downgrade(&self) -> WeakTensor {
        WeakTensor(Arc::downgrade(&self.0))
    }

    /// No other handle on this tensor and no other view of its data.
    pub(crate) fn is_unshared(&self) -> bool {
        Arc::strong_count(&self.0) == 1 && self.owns_storage()
    }

    /// No other view of its data, though perhaps other handles on this one.
    pub(crate) fn owns_storage(&self) -> bool {
        // A base that only its view knows is nobody else's.
        let own = match &self.0.base {
            Some(base) if Arc::strong_count(&base.0) == 1 => 2,
            _ => 1,
        };
        Arc::strong_count(&self.0.storage) == own
    }

    pub(crate) fn version(&self) -> u32 {
        self.0.storage.version()
    }

    /// How often a change of the data in place was recorded.
    pub(crate) fn history(&self) -> u32 {
        self.0.storage.history()
    }

    /// One more such change.
    pub(crate) fn next_history(&self) -> u32 {
        self.0.storage.next_history()
    }

    /// The tensor that this view is a part of.
    pub(crate) fn base(&self) -> Option<&Tensor> {
        self.0.base.as_ref()
    }

    /// The tensor whose data this is: that of which it is a view, or itself.
    pub(crate) fn origin(&self) -> &Tensor {
        self.base().unwrap_or(self)
    }

    /// A new contiguous tensor, written by `fill`, which must write every element.
    pub(crate) fn build<T: Plain>(
        dtype: DType,
        shape: Dims,
        fill: impl FnOnce(&mut [T]),
    ) -> Tensor {
        debug_assert_eq!(size_of::<T>(), dtype.size());
        Tensor::on(Storage::new(shape.numel(), fill), dtype, shape)
    }

    /// A contiguous tensor that is all of `storage`.
    fn on(storage: Storage, dtype: DType, shape: Dims) -> Tensor {
        let inner = Inner {
            storage: Arc::new(storage),
            offset: 0,
            shape,
            strides: shape.strides(),
            dtype,
            contiguous: true,
            base: None,
            meta: Meta::none(),
        };
        Tensor(Arc::new(inner))
    }

    /// Another look at the same data.
    pub(crate) fn strided(&self, offset: usize, shape: Dims, strides: Dims) -> Tensor {
        let contiguous = is_contiguous(&shape, &strides);
        let storage = self.0.storage.clone();
        // Nothing lies nowhere: an empty part may begin behind the end of the data.
        let offset = if shape.numel() == 0 { 0 } else { offset };
        Tensor(Arc::new(Inner {
            meta: Meta::none().seen_at(storage.history()),
            storage,
            offset,
            shape,
            strides,
            dtype: self.dtype(),
            contiguous,
            base: Some(self.origin().clone()),
        }))
    }

    /// The same data with other gradient bookkeeping, and no longer as a part of something.
    pub(crate) fn with_meta(&self, meta: Meta) -> Tensor {
        self.handle(None, meta)
    }

    fn handle(&self, base: Option<Tensor>, meta: Meta) -> Tensor {
        let Inner {
            ref storage,
            offset,
            shape,
            strides,
            dtype,
            contiguous,
            ..
        } = *self.0;
        Tensor(Arc::new(Inner {
            storage: storage.clone(),
            offset,
            shape,
            strides,
            dtype,
            contiguous,
            base,
            meta,
        }))
    }

    /// Sets the bookkeeping of a result: what it is a part of, and where it comes from.
    pub(crate) fn set_meta(&mut self, base: Option<Tensor>, meta: Meta) {
        let meta = meta.seen_at(self.history());
        match Arc::get_mut(&mut self.0) {
            Some(inner) => (inner.base, inner.meta) = (base, meta),
            None => *self = self.handle(base, meta),
        }
    }

    pub(crate) fn offset(&self) -> usize {
        self.0.offset
    }

    /// The elements of a contiguous tensor, to read.
    pub(crate) fn read<T: Plain>(&self) -> Elements<'_, T> {
        debug_assert!(self.is_contiguous() && size_of::<T>() == self.dtype().size());
        let start = self.0.offset;
        Elements {
            guard: self.0.storage.read(),
            range: start..start + self.numel(),
        }
    }

    /// All of the storage from this view's first element on, to read by strides.
    pub(crate) fn read_strided<T: Plain>(&self) -> Elements<'_, T> {
        let guard = self.0.storage.read::<T>();
        let range = self.0.offset.min(guard.len())..guard.len();
        Elements { guard, range }
    }

    /// The elements of a contiguous tensor, to change.
    pub(crate) fn write<T: Plain>(&self) -> ElementsMut<'_, T> {
        debug_assert!(self.is_contiguous() && size_of::<T>() == self.dtype().size());
        let start = self.0.offset;
        ElementsMut {
            guard: self.0.storage.write(),
            range: start..start + self.numel(),
        }
    }

    /// This tensor to change, by strides unless it is contiguous, and a contiguous one on other
    /// storage to read.
    pub(crate) fn write_with<'a, T: Plain>(
        &'a self,
        source: &'a Tensor,
    ) -> (ElementsMut<'a, T>, Elements<'a, T>) {
        debug_assert!(source.is_contiguous());
        let (w, r) = write_read::<T, T>(&self.0.storage, &source.0.storage);
        let (at, from) = (self.0.offset, source.0.offset);
        let end = if self.is_contiguous() {
            at + self.numel()
        } else {
            w.len()
        };
        (
            ElementsMut {
                guard: w,
                range: at..end,
            },
            Elements {
                guard: r,
                range: from..from + source.numel(),
            },
        )
    }

    /// New data with the same values, row-major, without gradient.
    pub(crate) fn raw_copy(&self) -> Tensor {
        moved!(self.dtype(), T => Tensor::build::<T>(self.dtype(), self.0.shape, |out| {
            let x = self.read_strided::<T>();
            copy::gather_strided(&x, 0, self.shape(), self.strides(), out);
        }))
    }
}

fn is_contiguous(shape: &Dims, strides: &Dims) -> bool {
    let mut step = 1;
    for (&size, &stride) in shape.iter().zip(strides.iter()).rev() {
        if size != 1 && stride != step {
            return shape.numel() == 0;
        }
        step *= size;
    }
    true
}

/// Read guard over a tensor's elements.
pub(crate) struct Elements<'a, T: Plain> {
    guard: Read<'a, T>,
    range: Range<usize>,
}

impl<T: Plain> std::ops::Deref for Elements<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.guard[self.range.clone()]
    }
}

/// Write guard over a tensor's elements.
pub(crate) struct ElementsMut<'a, T: Plain> {
    guard: Write<'a, T>,
    range: Range<usize>,
}

impl<T: Plain> std::ops::Deref for ElementsMut<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.guard[self.range.clone()]
    }
}

impl<T: Plain> std::ops::DerefMut for ElementsMut<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.guard[self.range.clone()]
    }
}
