//! Quantiles.
use super::operand::{IntoOperand, Operand};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::axis,
};

/// What a quantile between two elements is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interpolation {
    /// On the line between them.
    #[default]
    Linear,
    /// The lower one.
    Lower,
    /// The higher one.
    Higher,
    /// The nearer one; of two as near, that with the even place.
    Nearest,
    /// The mean of both.
    Midpoint,
}

macro_rules! quantile {
    ($nan:literal $ignore:literal: $all:ident $dim:ident $keep:ident $with:ident) => {
        impl Tensor {
            #[doc = concat!("The quantile `q`, a number in 0..=1 or a tensor of them, of all elements: the element at place")]
            #[doc = concat!("`q (n - 1)` in order, or between its neighbours. ", $nan)]
            /// The result has the shape of `q`.
            ///
            /// # Panics
            /// If `q` is outside 0..=1, has more than one axis or another dtype, for integers, or of nothing.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("let x = Tensor::from([4.0, 1.0, 2.0]);\nassert_eq!(x.", stringify!($all), "(0.75).item(), 3.0);")]
            #[doc = concat!("assert_eq!(x.", stringify!($all), "(Tensor::from([0.0, 0.5])), Tensor::from([1.0, 2.0]));")]
            /// ```
            #[track_caller]
            pub fn $all(&self, q: impl IntoOperand) -> Tensor {
                let flat = self.reshape(-1);
                ok!(quantile(stringify!($all), &flat, q.operand(), 0, Interpolation::Linear, $ignore))
            }

            #[doc = concat!("[`Tensor::", stringify!($all), "`] along axis `dim`, which disappears; an axis of `q` comes first.")]
            ///
            /// # Panics
            #[doc = concat!("If the axis does not exist or is empty, and as [`Tensor::", stringify!($all), "`].")]
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("let x = Tensor::from([[1.0, 3.0], [5.0, 9.0]]);\nassert_eq!(x.", stringify!($dim), "(0.5, 1), Tensor::from([2.0, 7.0]));")]
            /// ```
            #[track_caller]
            pub fn $dim(&self, q: impl IntoOperand, dim: isize) -> Tensor {
                ok!(quantile(stringify!($dim), self, q.operand(), dim, Interpolation::Linear, $ignore))
            }

            #[doc = concat!("[`Tensor::", stringify!($dim), "`] with the axis kept, with size 1.")]
            ///
            /// # Panics
            #[doc = concat!("As [`Tensor::", stringify!($dim), "`].")]
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([[1.0, 3.0]]).", stringify!($keep), "(0.5, 1), Tensor::from([[2.0]]));")]
            /// ```
            #[track_caller]
            pub fn $keep(&self, q: impl IntoOperand, dim: isize) -> Tensor {
                const OP: &str = stringify!($keep);
                let a = ok!(axis(OP, dim, self.dim()));
                let q = q.operand();
                let y = ok!(quantile(OP, self, q, dim, Interpolation::Linear, $ignore));
                if self.dim() == 0 { y } else { y.unsqueeze((a + axes_of(q)) as isize) }
            }

            #[doc = concat!("[`Tensor::", stringify!($dim), "`] with a choice of what lies between two elements.")]
            ///
            /// # Panics
            #[doc = concat!("As [`Tensor::", stringify!($dim), "`].")]
            ///
            /// ```
            /// use d2l_core::{Interpolation, Tensor};
            #[doc = concat!("let y = Tensor::from([1.0, 3.0]).", stringify!($with), "(0.9, 0, Interpolation::Lower);")]
            /// assert_eq!(y.item(), 1.0);
            /// ```
            #[track_caller]
            pub fn $with(&self, q: impl IntoOperand, dim: isize, how: Interpolation) -> Tensor {
                ok!(quantile(stringify!($with), self, q.operand(), dim, how, $ignore))
            }
        }
    };
}
quantile!("NaN, if there is one." false: quantile quantile_dim quantile_keepdim quantile_with);
quantile!("NaN are left out." true: nanquantile nanquantile_dim nanquantile_keepdim nanquantile_with);

/// The number of axes that `q` puts first.
fn axes_of(q: Operand<'_>) -> usize {
    match q {
        Operand::Tensor(q) => q.dim(),
        _ => 0,
    }
}

fn quantile(
    op: &'static str,
    x: &Tensor,
    q: Operand<'_>,
    dim: isize,
    how: Interpolation,
    ignore_nan: bool,
) -> Result<Tensor> {
    x.check_float(op)?;
    let a = axis(op, dim, x.dim())?;
    let (q, one) = (checked(op, x, q)?, axes_of(q) == 0);
    let rows = match x.dim() {
        0 => x.reshape([1]),
        d => x.permute((0..d).filter(|&i| i != a).chain([a]).collect::<Vec<_>>()),
    };
    let n = rows.size(-1);
    if n == 0 {
        bail!(op, Shape, "{:?} has no elements to choose from", x.shape());
    }
    let (sorted, _) = rows.sort(-1);
    let y = between(&sorted, ranks(&sorted, &q, ignore_nan), how);
    if one {
        return Ok(y.squeeze(-1));
    }
    let last = y.dim() - 1;
    Ok(y.permute([last].into_iter().chain(0..last).collect::<Vec<_>>()))
}

/// The quantiles as a 1-d tensor of the dtype of `x`.
fn checked(op: &'static str, x: &Tensor, q: Operand<'_>) -> Result<Tensor> {
    let q = match q {
        Operand::Tensor(q) => q.clone(),
        Operand::Float(q) => Tensor::full([0; 0], q).to_dtype(x.dtype()),
        Operand::Int(q) => Tensor::full([0; 0], q).to_dtype(x.dtype()),
    };
    if q.dtype() != x.dtype() || q.dim() > 1 {
        bail!(
            op,
            Value,
            "quantiles are a number or a 1-d tensor of {}, not {} {:?}",
            x.dtype(),
            q.dtype(),
            q.shape()
        );
    }
    if !(q.ge(0).all() && q.le(1).all()) {
        bail!(op, Value, "quantiles lie in 0..=1, not {q}");
    }
    Ok(q.reshape(-1))
}

/// The place of each quantile in each row; behind all numbers in a row with NaN.
fn ranks(sorted: &Tensor, q: &Tensor, ignore_nan: bool) -> Tensor {
    let last = sorted.size(-1) as f64 - 1.0;
    let nan = sorted.isnan();
    if ignore_nan {
        let numbers = nan.logical_not().sum_keepdim(-1).to_dtype(q.dtype());
        return q * (numbers - 1.0).clamp_min(0.0);
    }
    let ranks = (q * last).expand(sorted.dims().with(sorted.dim() - 1, q.numel()));
    ranks.masked_fill(&nan.any_keepdim(-1), last)
}

/// The values at these places, or between them.
fn between(sorted: &Tensor, ranks: Tensor, how: Interpolation) -> Tensor {
    let at = |places: &Tensor| sorted.gather(-1, &places.detach().to_dtype(DType::I64));
    match how {
        Interpolation::Lower => at(&ranks.floor()),
        Interpolation::Higher => at(&ranks.ceil()),
        Interpolation::Nearest => at(&ranks.round()),
        Interpolation::Midpoint => at(&ranks.floor()).lerp(&at(&ranks.ceil()), 0.5),
        Interpolation::Linear => {
            let weight = &ranks - ranks.floor().detach();
            at(&ranks.floor()).lerp(&at(&ranks.ceil()), &weight)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Interpolation;
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(quantile, |x| x.quantile(0.3), [3, 4]; no empty);
    gradcheck_test!(quantile_dim, |x| x.quantile_dim(0.3, 0), [3, 4]; no empty);
    gradcheck_test!(
        of_both,
        |x, q| x.quantile_keepdim(&(q.abs() * 0.5), 1),
        [2, 5],
        [3]; no empty, scalar
    );
    gradcheck_test!(nanquantile, |x| x.nanquantile_dim(0.8, -1), [3, 4]; no empty);

    #[test]
    fn the_choices_between_two_elements() {
        let x = Tensor::from([1.0, 2.0, 4.0]);
        let at = |how| x.quantile_with(0.75, 0, how).item();
        assert_eq!(at(Interpolation::Linear), 3.0);
        assert_eq!(at(Interpolation::Lower), 2.0);
        assert_eq!(at(Interpolation::Higher), 4.0);
        assert_eq!(at(Interpolation::Nearest), 4.0);
        assert_eq!(at(Interpolation::Midpoint), 3.0);
    }

    #[test]
    fn nan_is_the_quantile_or_is_left_out() {
        let x = Tensor::from([[1.0, f32::NAN, 3.0], [1.0, 2.0, 3.0]]);
        assert!(x.quantile_dim(0.0, 1).i(0).item().is_nan());
        assert_eq!(x.nanquantile_dim(0.5, 1), Tensor::from([2.0, 2.0]));
        assert!(Tensor::from([f32::NAN]).nanquantile(0.5).item().is_nan());
    }

    #[test]
    fn the_axis_of_several_quantiles_comes_first() {
        let q = Tensor::from([0.0, 0.5, 1.0, 0.25]);
        let x = Tensor::randn([2, 3, 5]);
        assert_eq!(x.quantile_dim(&q, 1).shape(), [4, 2, 5]);
        assert_eq!(x.quantile_keepdim(&q, 1).shape(), [4, 2, 1, 5]);
        assert_eq!(Tensor::from(2.0).quantile_keepdim(&q, 0).shape(), [4]);
    }

    #[test]
    #[should_panic(expected = "quantile: quantiles lie in 0..=1")]
    fn quantiles_beyond_one_are_refused() {
        let _ = Tensor::zeros([3]).quantile(1.5);
    }
}
