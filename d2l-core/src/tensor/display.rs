//! Tensors as text: nested brackets, four decimals, long ones shortened as in NumPy.
use super::{DType, Tensor};
use std::fmt::{self, Write};

/// Up to this many elements everything is shown, beyond it [`EDGE`] at each end of an axis.
const FULL: usize = 1000;
const EDGE: usize = 3;
const DECIMALS: usize = 4;

impl fmt::Display for Tensor {
    /// `[[1.0000, 2.0000], …`; `{:.2}` sets the number of decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = Cells::new(self, f.precision().unwrap_or(DECIMALS));
        let mut out = String::new();
        cells.axis(&mut out, 0, 0)?;
        f.write_str(&out)
    }
}

impl fmt::Debug for Tensor {
    /// `Tensor([1.0000, 2.0000], shape=[2], f32)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Tensor({self}, shape={:?}, {}",
            self.shape(),
            self.dtype()
        )?;
        f.write_str(if self.requires_grad() {
            ", requires_grad)"
        } else {
            ")"
        })
    }
}

struct Cells {
    texts: Vec<String>,
    width: usize,
    shape: Vec<usize>,
    short: bool,
}

impl Cells {
    fn new(x: &Tensor, decimals: usize) -> Cells {
        let short = x.numel() > FULL;
        let all = x.detach().contiguous();
        let mut cells = Cells {
            texts: vec![String::new(); x.numel()],
            width: 0,
            shape: x.shape().to_vec(),
            short,
        };
        let values = numbers(&all);
        let scientific = needs_exponent(x.dtype(), values.iter().copied());
        cells.visit(0, 0, &mut |texts, i| {
            texts[i] = text(x.dtype(), values[i], decimals, scientific)
        });
        cells.width = cells.texts.iter().map(String::len).max().unwrap_or(0);
        cells
    }

    /// Calls `f` on every element that is shown.
    fn visit(&mut self, axis: usize, at: usize, f: &mut dyn FnMut(&mut Vec<String>, usize)) {
        if axis == self.shape.len() {
            return f(&mut self.texts, at);
        }
        for i in self.indices(axis).into_iter().flatten() {
            self.visit(axis + 1, at * self.shape[axis] + i, f);
        }
    }

    /// The shown indices of an axis, `None` for a gap.
    fn indices(&self, axis: usize) -> Vec<Option<usize>> {
        let n = self.shape[axis];
        if !self.short || n <= 2 * EDGE {
            return (0..n).map(Some).collect();
        }
        (0..EDGE)
            .map(Some)
            .chain([None])
            .chain((n - EDGE..n).map(Some))
            .collect()
    }

    fn axis(&self, out: &mut String, axis: usize, at: usize) -> fmt::Result {
        if axis == self.shape.len() {
            return write!(
                out,
                "{:>1$}",
                self.texts[at],
                if axis == 0 { 0 } else { self.width }
            );
        }
        out.push('[');
        for (k, i) in self.indices(axis).into_iter().enumerate() {
            if k > 0 {
                self.separate(out, axis);
            }
            match i {
                Some(i) => self.axis(out, axis + 1, at * self.shape[axis] + i)?,
                None => out.push_str("..."),
            }
        }
        out.push(']');
        Ok(())
    }

    /// A comma, and for rows as many line breaks as there are axes below.
    fn separate(&self, out: &mut String, axis: usize) {
        let below = self.shape.len() - 1 - axis;
        out.push(',');
        if below == 0 {
            return out.push(' ');
        }
        out.extend(std::iter::repeat_n('\n', below));
        out.extend(std::iter::repeat_n(' ', axis + 1));
    }
}

fn numbers(x: &Tensor) -> Vec<f64> {
    match x.dtype() {
        DType::F32 => x.read::<f32>().iter().map(|&v| f64::from(v)).collect(),
        DType::F64 => x.read::<f64>().to_vec(),
        DType::I64 => x.read::<i64>().iter().map(|&v| v as f64).collect(),
        DType::U8 | DType::Bool => x.read::<u8>().iter().map(|&v| f64::from(v)).collect(),
    }
}

/// Very large, very small or very different magnitudes read better as powers of ten.
fn needs_exponent(dtype: DType, values: impl Iterator<Item = f64>) -> bool {
    let sizes = values.map(f64::abs).filter(|v| v.is_finite() && *v > 0.0);
    let (low, high) = sizes.fold((f64::INFINITY, 0.0f64), |(l, h), v| (l.min(v), h.max(v)));
    dtype.is_float() && high > 0.0 && (!(1e-4..=1e8).contains(&high) || high / low > 1e8)
}

fn text(dtype: DType, v: f64, decimals: usize, scientific: bool) -> String {
    match dtype {
        DType::Bool => (v != 0.0).to_string(),
        DType::U8 | DType::I64 => format!("{v:.0}"),
        _ if v.is_nan() => "nan".into(),
        _ if scientific && v.is_finite() => format!("{v:.decimals$e}"),
        _ => format!("{v:.decimals$}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn a_matrix_is_aligned() {
        let x = Tensor::from([[1.0, -2.5], [10.0, 0.0]]);
        assert_eq!(x.to_string(), "[[ 1.0000, -2.5000],\n [10.0000,  0.0000]]");
        assert_eq!(format!("{x:.1}"), "[[ 1.0, -2.5],\n [10.0,  0.0]]");
    }

    #[test]
    fn integers_bools_scalars_and_empties() {
        assert_eq!(Tensor::from([1, -20]).to_string(), "[  1, -20]");
        assert_eq!(Tensor::from([true, false]).to_string(), "[ true, false]");
        assert_eq!(Tensor::from(1.5).to_string(), "1.5000");
        assert_eq!(Tensor::zeros([0, 3]).to_string(), "[]");
        assert_eq!(
            format!("{:?}", Tensor::from([1.0])),
            "Tensor([1.0000], shape=[1], f32)"
        );
    }

    #[test]
    fn a_long_tensor_is_shortened() {
        assert_eq!(
            Tensor::arange(2000).to_string(),
            "[   0,    1,    2, ..., 1997, 1998, 1999]"
        );
    }

    #[test]
    fn extreme_values_use_exponents() {
        assert_eq!(
            Tensor::from([1e-9, 1.0]).to_string(),
            "[1.0000e-9,  1.0000e0]"
        );
        assert_eq!(
            Tensor::from([f32::NAN, f32::INFINITY]).to_string(),
            "[nan, inf]"
        );
    }
}
