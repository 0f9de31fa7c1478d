//! Conversion between dtypes.
use super::walk;
use crate::{DType, Tensor, tensor::stored};

impl Tensor {
    /// The values as another dtype: this tensor itself if it has it already. Floats are truncated
    /// towards zero on the way to integers; anything but 0 is `true`. The gradient is converted back.
    ///
    /// ```
    /// use d2l_core::{DType, Tensor};
    /// assert_eq!(Tensor::from([1.7, -1.7]).to_dtype(DType::I64), Tensor::from([1, -1]));
    /// ```
    pub fn to_dtype(&self, dtype: DType) -> Tensor {
        if dtype == self.dtype() {
            return self.clone();
        }
        let out = raw(self, dtype);
        if !dtype.is_float() {
            return out;
        }
        let from = self.dtype();
        out.record("to_dtype", [self], move |g, _| [Some(g.to_dtype(from))])
    }

    /// As `F32`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2]).float(), Tensor::from([1.0, 2.0]));
    /// ```
    pub fn float(&self) -> Tensor {
        self.to_dtype(DType::F32)
    }

    /// As `F64`.
    ///
    /// ```
    /// use d2l_core::{DType, Tensor};
    /// assert_eq!(Tensor::from([0.5]).double(), Tensor::with_dtype([0.5], DType::F64));
    /// ```
    pub fn double(&self) -> Tensor {
        self.to_dtype(DType::F64)
    }

    /// As `I64`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.9, -1.9]).long(), Tensor::from([1, -1]));
    /// ```
    pub fn long(&self) -> Tensor {
        self.to_dtype(DType::I64)
    }

    /// As `Bool`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 0.5]).bool(), Tensor::from([false, true]));
    /// ```
    pub fn bool(&self) -> Tensor {
        self.to_dtype(DType::Bool)
    }
}

/// The conversion without gradient.
#[allow(clippy::unnecessary_cast, reason = "one body for all types")]
pub(crate) fn raw(x: &Tensor, dtype: DType) -> Tensor {
    if x.dtype() == dtype {
        return x.clone();
    }
    match dtype {
        DType::F32 => stored!(x.dtype(), T => walk::map::<T, f32>(x, dtype, |v| v as f32)),
        DType::F64 => stored!(x.dtype(), T => walk::map::<T, f64>(x, dtype, |v| v as f64)),
        DType::I64 => stored!(x.dtype(), T => walk::map::<T, i64>(x, dtype, |v| v as i64)),
        // Through I64, so that values wrap around as in PyTorch.
        DType::U8 => walk::map::<i64, u8>(&raw(x, DType::I64), dtype, |v| v as u8),
        DType::Bool => x.ne(0),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(to_dtype, |x| x.to_dtype(crate::DType::F64) * 2.0, [3, 4]);
}
