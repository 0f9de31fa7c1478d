//! Variance and standard deviation.
use super::over::{Over, reductions};
use crate::{
    Tensor,
    error::Result,
    kernel::reduce::moments::{Moments, merge_axis, moments_axis},
    tensor::float,
};

/// The six forms of one statistic.
macro_rules! spread {
    ($f:ident $what:literal $r:ty, $first:tt:
     $all:ident $dim:ident $keep:ident $c:ident $c_dim:ident $c_keep:ident; $of:literal $biased:literal) => {
        reductions! {
            $f::bessel, () -> $r;

            #[doc = concat!($what, " of all elements, with Bessel's correction: the variance is")]
            /// `Σ (x - mean)² / (n - 1)`, NaN of fewer than two.
            ///
            /// # Panics
            /// For integers and bools.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([1.0, 2.0, 3.0]).", stringify!($all), "()", $first, ".item(), ", $of, ");")]
            /// ```
            $all;

            #[doc = concat!("[`Tensor::", stringify!($all), "`] over one axis or several, which disappear.")]
            ///
            /// # Panics
            /// If an axis does not exist or is given twice, or for integers and bools.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([[1.0, 2.0, 3.0]]).", stringify!($dim), "(1)", $first, ", Tensor::from([", $of, "]));")]
            /// ```
            $dim;

            #[doc = concat!("[`Tensor::", stringify!($dim), "`] with the axes kept, with size 1.")]
            ///
            /// # Panics
            /// If an axis does not exist or is given twice, or for integers and bools.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([[1.0, 2.0, 3.0]]).", stringify!($keep), "(1)", $first, ", Tensor::from([[", $of, "]]));")]
            /// ```
            $keep;
        }

        reductions! {
            $f::corrected, (correction: impl Into<f64>) -> $r;

            #[doc = concat!("[`Tensor::", stringify!($all), "`] with another correction than 1: the variance is")]
            /// `Σ (x - mean)² / max(0, n - correction)`; 0 gives the biased form (PyTorch's `unbiased=False`).
            ///
            /// # Panics
            /// For integers and bools.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([1.0, 3.0]).", stringify!($c), "(0)", $first, ".item(), ", $biased, ");")]
            /// ```
            $c;

            #[doc = concat!("[`Tensor::", stringify!($c), "`] over one axis or several, which disappear.")]
            ///
            /// # Panics
            /// If an axis does not exist or is given twice, or for integers and bools.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([[1.0, 3.0]]).", stringify!($c_dim), "(0, 1)", $first, ", Tensor::from([", $biased, "]));")]
            /// ```
            $c_dim;

            #[doc = concat!("[`Tensor::", stringify!($c_dim), "`] with the axes kept, with size 1.")]
            ///
            /// # Panics
            /// If an axis does not exist or is given twice, or for integers and bools.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([[1.0, 3.0]]).", stringify!($c_keep), "(0, 1)", $first, ", Tensor::from([[", $biased, "]]));")]
            /// ```
            $c_keep;
        }
    };
}
spread!(var "The variance" Tensor, "":
    var var_dim var_keepdim var_correction var_correction_dim var_correction_keepdim; "1.0" "1.0");
spread!(std "The standard deviation, whose gradient at 0 is 0," Tensor, "":
    std std_dim std_keepdim std_correction std_correction_dim std_correction_keepdim; "1.0" "1.0");
spread!(var_mean "The variance and the mean, in one pass," (Tensor, Tensor), ".0":
    var_mean var_mean_dim var_mean_keepdim
    var_mean_correction var_mean_correction_dim var_mean_correction_keepdim; "1.0" "1.0");
spread!(std_mean "The standard deviation and the mean, in one pass," (Tensor, Tensor), ".0":
    std_mean std_mean_dim std_mean_keepdim
    std_mean_correction std_mean_correction_dim std_mean_correction_keepdim; "1.0" "1.0");

/// With the correction and with Bessel's.
macro_rules! statistics {
    ($($name:ident: $r:ty = |$op:ident, $x:ident, $over:ident, $c:ident| $body:expr;)*) => { $(
        mod $name {
            use super::*;
            pub(super) fn corrected($op: &'static str, $x: &Tensor, $over: &Over, $c: f64) -> Result<$r> {
                $x.check_float($op)?;
                Ok($body)
            }
            pub(super) fn bessel(op: &'static str, x: &Tensor, over: &Over) -> Result<$r> {
                corrected(op, x, over, 1.0)
            }
        }
    )* };
}
statistics! {
    var: Tensor = |op, x, over, c| variance_and_mean(op, x, over, c).0;
    std: Tensor = |op, x, over, c| variance_and_mean(op, x, over, c).0.root(op);
    var_mean: (Tensor, Tensor) = |op, x, over, c| variance_and_mean(op, x, over, c);
    std_mean: (Tensor, Tensor) = |op, x, over, c| {
        let (var, mean) = variance_and_mean(op, x, over, c);
        (var.root(op), mean)
    };
}

fn variance_and_mean(
    op: &'static str,
    x: &Tensor,
    over: &Over,
    correction: f64,
) -> (Tensor, Tensor) {
    let (mean, square) = moments(x, over);
    let freedom = (over.n as f64 - correction).max(0.0);
    let var = square / freedom;
    let (saved, near, own) = (x.saved(op), mean.saved(op), over.clone());
    let var = var.record(op, [x], move |g, _| {
        let apart = &*saved - differentiable_mean(&saved, &near, &own);
        [Some(own.spread(&(g * (2.0 / freedom))) * apart)]
    });
    let (own, shape) = (over.clone(), *x.dims());
    let mean = mean.record(op, [x], move |g, _| {
        [Some(own.spread(&(g / own.n as f64)).expand(shape))]
    });
    (var, mean)
}

/// The known mean, unless second derivatives are asked for.
fn differentiable_mean(x: &Tensor, mean: &Tensor, over: &Over) -> Tensor {
    match crate::autograd::is_recording(&[x]) {
        true => x.mean_keepdim(&over.axes),
        false => over.spread(mean),
    }
}

/// Means and sums of squared deviations, without gradient; NaN of nothing.
#[allow(clippy::unnecessary_cast, reason = "one body for both types")]
fn moments(x: &Tensor, over: &Over) -> (Tensor, Tensor) {
    let (own, order) = x.in_memory_order();
    let folded: Vec<usize> = (0..order.len())
        .filter(|&i| over.axes.contains(&order[i]))
        .collect();
    let all = fold_moments(&own, &folded);
    let kept = folded.iter().fold(*own.dims(), |d, &a| d.with(a, 1));
    let part = |f: fn(&Moments) -> f64| {
        let t = float!(own.dtype(), T => Tensor::build::<T>(own.dtype(), kept, |out| {
            let value = |m: &Moments| if m.count == 0.0 { f64::NAN } else { f(m) };
            out.iter_mut().zip(&all).for_each(|(o, m)| *o = value(m) as T);
        }));
        t.as_laid_out(over, &order)
    };
    (part(|m| m.mean), part(|m| m.square))
}

/// Runs of neighbouring axes one after the other, from the last.
fn fold_moments(x: &Tensor, axes: &[usize]) -> Vec<Moments> {
    let mut runs = axes.chunk_by(|a, b| a + 1 == *b).rev();
    let sizes = |shape: &[usize], run: &[usize]| {
        let (from, to) = run.first().map_or((0, 0), |&f| (f, f + run.len()));
        [&shape[..from], &shape[from..to], &shape[to..]].map(|s| s.iter().product::<usize>())
    };
    let last = runs.next().unwrap_or(&[]);
    let [outer, n, inner] = sizes(x.shape(), last);
    let mut all = vec![Moments::default(); outer * inner];
    float!(x.dtype(), T => moments_axis(&x.read::<T>(), outer, n, inner, &mut all));
    let mut shape = last.iter().fold(*x.dims(), |d, &a| d.with(a, 1));
    for run in runs {
        let [outer, n, inner] = sizes(&shape, run);
        let mut merged = vec![Moments::default(); outer * inner];
        merge_axis(&all, outer, n, inner, &mut merged);
        all = merged;
        shape = run.iter().fold(shape, |d, &a| d.with(a, 1));
    }
    all
}

impl Tensor {
    /// The root of a variance; at 0 its gradient is 0.
    fn root(&self, op: &'static str) -> Tensor {
        self.detach().sqrt().record_output(op, [self], |g, cx| {
            let y = cx.output();
            [Some((g / (y * 2.0)).masked_fill(&y.eq(0), 0))]
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, testing::gradcheck_test};
    gradcheck_test!(var, |x| x.var(), [3, 4]; no scalar);
    gradcheck_test!(var_dim, |x| x.var_dim([0, 2]), [2, 3, 4]; no scalar);
    gradcheck_test!(var_biased, |x| x.var_correction_keepdim(0, -1), [3, 4]);
    gradcheck_test!(std, |x| x.std(), [3, 4]; no scalar);
    gradcheck_test!(std_dim, |x| x.std_correction_dim(0.5, 0), [3, 4]);
    gradcheck_test!(
        var_mean,
        |x| x.var_mean_dim(1).0 * x.var_mean_dim(1).1,
        [3, 4]; no scalar
    );
    gradcheck_test!(std_mean, |x| x.std_mean().0 + x.std_mean().1, [3, 4]; no scalar);

    #[test]
    fn several_axes_of_any_view_agree_with_the_flat_form() {
        let x = Tensor::arange(120).reshape([2, 3, 4, 5]).double();
        for view in [x.clone(), x.permute([3, 1, 0, 2]), x.narrow(3, 1, 3)] {
            let n = (view.size(1) * view.size(3)) as isize;
            let rows = view.permute([1, 3, 0, 2]).reshape([n, -1]);
            let (var, mean) = view.var_mean_dim([0, 2]);
            let (flat_var, flat_mean) = rows.var_mean_dim(1);
            assert!(var.reshape(-1).allclose(&flat_var, 1e-12, 0.0));
            assert!(mean.reshape(-1).allclose(&flat_mean, 1e-12, 0.0));
        }
    }

    #[test]
    fn far_from_zero_nothing_cancels() {
        let x = Tensor::from([10_000.0, 10_001.0, 10_002.0]);
        assert_eq!(x.var().item(), 1.0);
    }

    #[test]
    fn of_too_few_there_is_no_variance() {
        assert!(Tensor::from([3.0]).var().item().is_nan());
        assert!(Tensor::zeros([0]).var().item().is_nan());
        let x = Tensor::zeros([2, 0]).var_mean_dim(1);
        assert!(x.0.isnan().all() && x.1.isnan().all());
    }

    #[test]
    fn without_spread_the_gradient_is_zero() {
        let x = Tensor::ones([3]).requires_grad_(true);
        x.std().backward();
        assert_eq!(x.grad().unwrap(), Tensor::zeros([3]));
    }

    #[test]
    fn second_derivatives_agree_with_the_formula() {
        let x = Tensor::with_dtype([1.0, 2.0, 4.0], DType::F64);
        let first = |x: &Tensor| crate::grad(|x: &Tensor| x.var())(x).i(0);
        let want = Tensor::with_dtype([2.0 / 3.0, -1.0 / 3.0, -1.0 / 3.0], DType::F64);
        assert!(crate::grad(first)(&x).allclose(&want, 1e-12, 0.0));
    }

    #[test]
    #[should_panic(expected = "var: needs a float tensor, not i64")]
    fn integers_are_refused() {
        let _ = Tensor::from([1, 2]).var();
    }
}
