//! Tensors as text: nested brackets, four decimals, long ones shortened, as in PyTorch and NumPy.
use super::{DType, Tensor};
use std::{fmt, iter::repeat_n};

/// Up to this many elements everything is shown, beyond it [`EDGE`] at each end of an axis.
const FULL: usize = 1000;
const EDGE: usize = 3;
const DECIMALS: usize = 4;
/// Columns of a line.
const LINE: usize = 80;

impl fmt::Display for Tensor {
    /// `[[1.0000, 2.0000], …`; `{:.2}` sets the number of decimals. More than a thousand elements are
    /// shortened to three at each end of every axis, and powers of ten are used where the shown
    /// magnitudes are far from one or from each other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(self, f.precision(), 0))
    }
}

impl fmt::Debug for Tensor {
    /// `Tensor([1.0000, 2.0000], shape=[2], f32)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAME: &str = "Tensor(";
        let numbers = text(self, f.precision(), NAME.len());
        let (shape, dtype) = (self.shape(), self.dtype());
        write!(f, "{NAME}{numbers}, shape={shape:?}, {dtype}")?;
        f.write_str(if self.requires_grad() {
            ", requires_grad)"
        } else {
            ")"
        })
    }
}

/// The numbers, behind a prefix of this many columns.
fn text(x: &Tensor, decimals: Option<usize>, prefix: usize) -> String {
    let shown: Vec<Shown> = (x.shape().iter())
        .map(|&n| Shown::new(n, x.numel() > FULL))
        .collect();
    let cells = cells(x, &offsets(x, &shown), decimals.unwrap_or(DECIMALS));
    let width = cells.iter().map(String::len).max().unwrap_or(0);
    let mut out = String::new();
    let mut table = Table {
        cells: cells.into_iter(),
        width,
        prefix,
    };
    table.block(&mut out, &shown, 0);
    out
}

/// Which positions of an axis are shown.
struct Shown {
    size: usize,
    gap: bool,
}

impl Shown {
    fn new(size: usize, short: bool) -> Shown {
        Shown {
            size,
            gap: short && size > 2 * EDGE,
        }
    }

    fn positions(&self) -> impl Iterator<Item = usize> {
        let head = if self.gap { EDGE } else { self.size };
        (0..head).chain(self.size - if self.gap { EDGE } else { 0 }..self.size)
    }

    /// What stands in a row: positions, and `false` for the gap.
    fn items(&self) -> impl Iterator<Item = bool> {
        let head = if self.gap { EDGE } else { self.size };
        let (gap, tail) = (usize::from(self.gap), if self.gap { EDGE } else { 0 });
        repeat_n(true, head)
            .chain(repeat_n(false, gap))
            .chain(repeat_n(true, tail))
    }
}

/// Where the shown elements lie.
fn offsets(x: &Tensor, shown: &[Shown]) -> Vec<usize> {
    let axes = shown.iter().zip(x.strides());
    axes.fold(vec![0], |at, (axis, &stride)| {
        let along = |o| axis.positions().map(move |i| o + i * stride);
        at.into_iter().flat_map(along).collect()
    })
}

/// The elements at these offsets as texts.
fn cells(x: &Tensor, offsets: &[usize], decimals: usize) -> Vec<String> {
    macro_rules! each {
        ($t:ty, $f:expr) => {{
            let elements = x.read_strided::<$t>();
            offsets.iter().map(|&o| elements[o]).map($f).collect()
        }};
    }
    let floats: Vec<f64> = match x.dtype() {
        DType::I64 => return each!(i64, |v| v.to_string()),
        DType::U8 => return each!(u8, |v| v.to_string()),
        DType::Bool => return each!(u8, |v| (v != 0).to_string()),
        DType::F32 => each!(f32, f64::from),
        DType::F64 => each!(f64, |v| v),
    };
    let scientific = needs_exponent(&floats);
    let write = |&v: &f64| float_text(v, decimals, scientific);
    floats.iter().map(write).collect()
}

/// PyTorch's and NumPy's rule: numbers that four decimals would not show well.
fn needs_exponent(values: &[f64]) -> bool {
    let sizes = values.iter().map(|v| v.abs());
    let sizes = sizes.filter(|v| v.is_finite() && *v > 0.0);
    let (low, high) = sizes.fold((f64::INFINITY, 0.0f64), |(l, h), v| (l.min(v), h.max(v)));
    high > 0.0 && (high > 1e8 || low < 1e-4 || high / low > 1e3)
}

fn float_text(v: f64, decimals: usize, scientific: bool) -> String {
    match v {
        _ if v.is_nan() => "nan".into(),
        _ if scientific && v.is_finite() => {
            let text = format!("{v:.decimals$e}");
            let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
            let (sign, power) = match power.strip_prefix('-') {
                Some(power) => ('-', power),
                None => ('+', power),
            };
            format!("{digits}e{sign}{power:0>2}")
        }
        _ => format!("{v:.decimals$}"),
    }
}

/// The shown elements, taken one after the other.
struct Table {
    cells: std::vec::IntoIter<String>,
    width: usize,
    prefix: usize,
}

impl Table {
    /// The axes `shown`, inside of `depth` brackets.
    fn block(&mut self, out: &mut String, shown: &[Shown], depth: usize) {
        let [axis, below @ ..] = shown else {
            let cell = self.cells.next().unwrap_or_default();
            out.extend(repeat_n(' ', self.width - cell.len()));
            return out.push_str(&cell);
        };
        let in_line = (LINE.saturating_sub(self.prefix + depth) / (self.width + 2)).max(1);
        out.push('[');
        for (k, element) in axis.items().enumerate() {
            let breaks = match below.len() {
                0 => usize::from(k % in_line == 0),
                n => n,
            };
            self.separate(out, if k == 0 { None } else { Some(breaks) }, depth);
            match element {
                true => self.block(out, below, depth + 1),
                false => out.push_str("..."),
            }
        }
        out.push(']');
    }

    /// A comma and so many line breaks, except before the first.
    fn separate(&self, out: &mut String, breaks: Option<usize>, depth: usize) {
        match breaks {
            None => {}
            Some(0) => out.push_str(", "),
            Some(n) => {
                out.push(',');
                out.extend(repeat_n('\n', n));
                out.extend(repeat_n(' ', self.prefix + depth + 1));
            }
        }
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
        let text = format!("{:?}", Tensor::from([[1], [2]]));
        assert_eq!(text, "Tensor([[1],\n        [2]], shape=[2, 1], i64)");
    }

    #[test]
    fn integers_bools_scalars_and_empties() {
        assert_eq!(Tensor::from([1, -20]).to_string(), "[  1, -20]");
        assert_eq!(
            Tensor::from(i64::MIN + 1).to_string(),
            "-9223372036854775807"
        );
        assert_eq!(Tensor::from([true, false]).to_string(), "[ true, false]");
        assert_eq!(Tensor::from(1.5).to_string(), "1.5000");
        assert_eq!(Tensor::zeros([0, 3]).to_string(), "[]");
        assert_eq!(Tensor::zeros([2, 0]).to_string(), "[[],\n []]");
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
        let x = Tensor::arange(100_000).reshape([2, 500, 100]);
        let block = |first: usize| {
            let row = |i: usize| {
                let at = first + i * 100;
                let [a, b, c] = [0, 1, 2].map(|k| at + k);
                let [d, e, f] = [97, 98, 99].map(|k| at + k);
                format!("[{a:5}, {b:5}, {c:5}, ..., {d:5}, {e:5}, {f:5}]")
            };
            let rows = [0, 1, 2].map(row).join(",\n  ");
            let last = [497, 498, 499].map(row).join(",\n  ");
            format!("[{rows},\n  ...,\n  {last}]")
        };
        assert_eq!(
            x.to_string(),
            format!("[{},\n\n {}]", block(0), block(50_000))
        );
        // Other layouts show the same, without being copied.
        assert_eq!(
            x.transpose(0, 2).copy().to_string(),
            x.transpose(0, 2).to_string()
        );
    }

    #[test]
    fn long_rows_are_wrapped() {
        let text = Tensor::arange(200).reshape([4, 50]).to_string();
        assert!(text.lines().all(|line| line.len() <= 81), "{text}");
        assert_eq!(text.lines().count(), 4 * 4);
        assert!(
            text.lines().nth(1).unwrap().starts_with("   15,  16,"),
            "{text}"
        );
    }

    #[test]
    fn extreme_values_use_exponents() {
        assert_eq!(
            Tensor::from([1e-9, 1.0]).to_string(),
            "[1.0000e-09, 1.0000e+00]"
        );
        assert_eq!(
            Tensor::from([1.0, 1e3]).to_string(),
            "[   1.0000, 1000.0000]"
        );
        assert_eq!(
            Tensor::from([0.0, 2e8]).to_string(),
            "[0.0000e+00, 2.0000e+08]"
        );
        assert_eq!(
            Tensor::from([f32::NAN, f32::INFINITY]).to_string(),
            "[nan, inf]"
        );
        let tiny = Tensor::with_dtype([-1e-200, f64::NEG_INFINITY], crate::DType::F64);
        assert_eq!(tiny.to_string(), "[-1.0000e-200,         -inf]");
    }
}
