//! From Rust values to tensors.
use super::{DType, Element, IntoShape, Tensor, moved, shape::Dims, sizes, stored};
use crate::{
    error::{Result, bail, ok},
    ops::cast,
};
use ndarray::{ArrayBase, Data as NdData, Dimension};

/// Nested numbers: what a tensor can be written as. Implemented for numbers and bools, and for
/// arrays, slices and `Vec`s of such.
pub trait Data {
    /// The innermost numbers.
    type Item: Element;
    /// Appends the numbers in row-major order.
    fn numbers(&self, out: &mut Vec<Self::Item>);
    /// Appends the sizes, outermost first.
    ///
    /// # Errors
    /// If rows differ in length.
    fn sizes(&self, out: &mut Vec<usize>) -> Result<()>;
}

macro_rules! scalar_data {
    ($($t:ty)*) => { $(
        impl Data for $t {
            type Item = $t;
            fn numbers(&self, out: &mut Vec<$t>) { out.push(*self) }
            fn sizes(&self, _: &mut Vec<usize>) -> Result<()> { Ok(()) }
        }
    )* };
}
scalar_data!(f32 f64 i32 i64 usize u8 bool);

macro_rules! list_data {
    ($([$($g:tt)*] $t:ty;)*) => { $(
        impl<$($g)*> Data for $t {
            type Item = D::Item;
            fn numbers(&self, out: &mut Vec<D::Item>) { self.iter().for_each(|x| x.numbers(out)) }
            fn sizes(&self, out: &mut Vec<usize>) -> Result<()> { list_sizes(&self[..], out) }
        }
    )* };
}
list_data! { [D: Data, const N: usize] [D; N]; [D: Data] Vec<D>; [D: Data] &[D]; [D: Data, const N: usize] &[D; N]; [D: Data] &Vec<D>; }

fn list_sizes<D: Data>(list: &[D], out: &mut Vec<usize>) -> Result<()> {
    out.push(list.len());
    let depth = out.len();
    let mut first = Vec::new();
    for (i, row) in list.iter().enumerate() {
        let mut sizes = Vec::new();
        row.sizes(&mut sizes)?;
        if i == 0 {
            first = sizes;
        } else if sizes != first {
            bail!(
                "Tensor::from",
                Shape,
                "row {i} at depth {depth} has sizes {sizes:?}, the first has {first:?}"
            );
        }
        if first.is_empty() {
            break; // numbers: nothing can differ
        }
    }
    out.extend(first);
    Ok(())
}

impl<D: Data> From<D> for Tensor {
    /// Floats become the default dtype, signed integers `I64`, `u8` `U8`, `bool` `Bool`.
    ///
    /// # Panics
    /// If rows differ in length.
    #[track_caller]
    fn from(data: D) -> Tensor {
        Tensor::with_dtype(data, D::Item::literal())
    }
}

impl Tensor {
    /// Like [`Tensor::from`], in the given shape.
    ///
    /// # Panics
    /// If `shape` does not hold as many numbers as there are.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::new([1, 2, 3, 4], [2, 2]), Tensor::from([[1, 2], [3, 4]]));
    /// ```
    #[track_caller]
    pub fn new(data: impl Data, shape: impl IntoShape) -> Tensor {
        ok!(Tensor::from(data).try_reshape(shape))
    }

    /// A tensor of exactly this dtype; f64 literals keep every bit in `F64`.
    ///
    /// # Panics
    /// If rows differ in length.
    #[track_caller]
    pub fn with_dtype<D: Data>(data: D, dtype: DType) -> Tensor {
        let (mut numbers, mut sizes) = (Vec::new(), Vec::new());
        ok!(data.sizes(&mut sizes));
        data.numbers(&mut numbers);
        cast::raw(&Tensor::build_from(&numbers, Dims::new(&sizes)), dtype)
    }

    /// A tensor of the dtype of `T`, whatever the default dtype.
    ///
    /// # Panics
    /// If `shape` does not hold as many numbers as there are.
    #[track_caller]
    pub fn from_vec<T: Element>(data: Vec<T>, shape: impl IntoShape) -> Tensor {
        let shape = ok!(sizes("from_vec", &shape));
        assert!(
            shape.numel() == data.len(),
            "from_vec: {} numbers do not fill shape {shape:?}",
            data.len()
        );
        Tensor::build_from(&data, shape)
    }

    fn build_from<T: Element>(numbers: &[T], shape: Dims) -> Tensor {
        Tensor::build::<T::Stored>(T::DTYPE, shape, |out| {
            out.iter_mut()
                .zip(numbers)
                .for_each(|(o, x)| *o = x.store())
        })
    }

    /// The elements in row-major order.
    ///
    /// # Panics
    /// If `T` is not the tensor's own type.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).t().to_vec::<i64>(), [1, 3, 2, 4]);
    /// ```
    #[track_caller]
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        ok!(self.check_type::<T>("to_vec"));
        let x = if self.is_contiguous() {
            self.clone()
        } else {
            self.raw_copy()
        };
        x.read::<T::Stored>().iter().map(|&v| T::load(v)).collect()
    }

    /// The only element, as `f64`.
    ///
    /// # Panics
    /// If there is not exactly one.
    #[track_caller]
    pub fn item(&self) -> f64 {
        assert!(
            self.numel() == 1,
            "item: a tensor of shape {:?} is not a single number",
            self.shape()
        );
        match self.dtype() {
            DType::F32 => f64::from(self.read_strided::<f32>()[0]),
            DType::F64 => self.read_strided::<f64>()[0],
            DType::I64 => self.read_strided::<i64>()[0] as f64,
            DType::U8 | DType::Bool => f64::from(self.read_strided::<u8>()[0]),
        }
    }

    /// The elements in row-major order as little-endian bytes, for files.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        let x = if self.is_contiguous() {
            self.clone()
        } else {
            self.raw_copy()
        };
        let mut bytes = Vec::with_capacity(x.numel() * x.dtype().size());
        moved!(x.dtype(), T => {
            for v in x.read::<T>().iter() {
                bytes.extend_from_slice(&v.to_le_bytes());
            }
        });
        bytes
    }

    /// A tensor of what [`Tensor::to_le_bytes`] gave.
    ///
    /// # Errors
    /// If the number of bytes is not that of the shape, or a bool is neither 0 nor 1.
    ///
    /// ```
    /// use d2l_core::{DType, Tensor};
    /// let x = Tensor::from([1.5, -2.0]);
    /// assert_eq!(Tensor::from_le_bytes(&x.to_le_bytes(), DType::F32, [2]), Ok(x));
    /// ```
    pub fn from_le_bytes(bytes: &[u8], dtype: DType, shape: impl IntoShape) -> Result<Tensor> {
        const OP: &str = "from_le_bytes";
        let shape = sizes(OP, &shape)?;
        if shape.numel().checked_mul(dtype.size()) != Some(bytes.len()) {
            bail!(OP, Shape, "{} bytes are not {dtype} {shape:?}", bytes.len());
        }
        if dtype == DType::Bool && bytes.iter().any(|&b| b > 1) {
            bail!(OP, Value, "a bool is stored as a byte other than 0 and 1");
        }
        Ok(moved!(dtype, T => Tensor::build::<T>(dtype, shape, |out| {
            let chunks = bytes.chunks_exact(size_of::<T>());
            out.iter_mut().zip(chunks).for_each(|(o, b)| *o = T::from_le_bytes(b.try_into().expect("a chunk of this size")));
        })))
    }

    pub(crate) fn check_type<T: Element>(&self, op: &'static str) -> Result<()> {
        if T::DTYPE != self.dtype() {
            bail!(
                op,
                DType,
                "the tensor is {}, not {} (convert with `to_dtype`)",
                self.dtype(),
                T::DTYPE
            );
        }
        Ok(())
    }
}

impl<T: Element, S: NdData<Elem = T>, D: Dimension> From<&ArrayBase<S, D>> for Tensor {
    /// Copies an `ndarray`; the dtype is kept.
    #[track_caller]
    fn from(array: &ArrayBase<S, D>) -> Tensor {
        let numbers: Vec<T> = array.iter().copied().collect();
        Tensor::build_from(&numbers, Dims::new(array.shape()))
    }
}

impl<T: Element, D: Dimension> From<ndarray::Array<T, D>> for Tensor {
    /// Copies an `ndarray`; the dtype is kept.
    #[track_caller]
    fn from(array: ndarray::Array<T, D>) -> Tensor {
        Tensor::from(&array)
    }
}

impl From<&Tensor> for Tensor {
    /// Another handle on the same tensor.
    fn from(tensor: &Tensor) -> Tensor {
        tensor.clone()
    }
}

impl PartialEq for Tensor {
    /// Same dtype, same shape, same values (NaN differs from itself).
    fn eq(&self, other: &Tensor) -> bool {
        if self.dtype() != other.dtype() || self.shape() != other.shape() {
            return false;
        }
        let (a, b) = (self.detach().contiguous(), other.detach().contiguous());
        stored!(a.dtype(), T => *a.read::<T>() == *b.read::<T>())
    }
}
