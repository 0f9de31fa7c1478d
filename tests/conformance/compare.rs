//! When a result counts as right.
use d2l_core::{DType, Tensor};

/// How far a result may be off.
#[derive(Clone, Copy)]
pub enum Rule {
    /// f32: 8 times the error of PyTorch's own f32 result plus a floor.
    Single { error: f64 },
    /// To the last bit.
    Exact,
    /// f64: relative to the largest value of the tensor.
    Double { relative: f64 },
}

/// The floor of the f64 rule: where every true value is zero, rounding noise of summands of about 1
/// cannot be told from zero.
const NOISE: f64 = 1e-13;

impl Rule {
    fn allowed(self, largest: f64) -> f64 {
        match self {
            Rule::Single { error } => 8.0 * error + 1e-6 * largest + 1e-7,
            Rule::Exact => 0.0,
            Rule::Double { relative } => relative * largest + NOISE,
        }
    }
}

pub fn shapes(name: &str, got: &Tensor, want: &Tensor) -> Result<(), String> {
    if got.shape() != want.shape() {
        return Err(format!(
            "{name}: shape {:?} instead of {:?}",
            got.shape(),
            want.shape()
        ));
    }
    Ok(())
}

/// Compares two tensors of one shape: floats by the rule, everything else exactly.
pub fn values(name: &str, got: &Tensor, want: &Tensor, rule: Rule) -> Result<(), String> {
    if !want.dtype().is_float() {
        let same = got.to_dtype(DType::I64) == want.to_dtype(DType::I64);
        return if same {
            Ok(())
        } else {
            Err(format!("{name}: {got} instead of {want}"))
        };
    }
    let (got, want) = (
        got.to_dtype(DType::F64).to_vec::<f64>(),
        want.to_dtype(DType::F64).to_vec::<f64>(),
    );
    let largest = want
        .iter()
        .filter(|w| w.is_finite())
        .fold(0.0, |m: f64, w| m.max(w.abs()));
    let allowed = rule.allowed(largest);
    let wrong = |g: f64, w: f64| !(g == w || g.is_nan() && w.is_nan() || (g - w).abs() <= allowed);
    let at = got.iter().zip(&want).position(|(&g, &w)| wrong(g, w));
    at.map_or(Ok(()), |i| {
        let (g, w) = (got[i], want[i]);
        Err(format!(
            "{name}: element {i} is {g:?} instead of {w:?}: off by {:.3e}, allowed {allowed:.3e}",
            (g - w).abs()
        ))
    })
}

/// A triangle of the matrices, the rest zero.
pub fn triangle(g: &Tensor, upper: bool) -> Tensor {
    let (rows, columns) = (g.size(-2), g.size(-1));
    let keep = |i: usize, j: usize| if upper { i <= j } else { i >= j };
    let mask = (0..rows * columns)
        .map(|at| f64::from(u8::from(keep(at / columns, at % columns))))
        .collect();
    g * Tensor::from_vec::<f64>(mask, [rows, columns]).to_dtype(g.dtype())
}
