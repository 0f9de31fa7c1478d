//! Reductions, cumulative operations and statistics.
use super::args::{Args, Outcome, Value};
use d2l_core::{Interpolation, Operand, Tensor, cat};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    if !matches!(a.positional.first(), Some(Value::Tensor(_))) {
        return None;
    }
    // `dtype` is the dtype to compute in.
    let x = match a.dtype(usize::MAX, "dtype") {
        Some(dtype) => a.t(0).to_dtype(dtype),
        None => a.t(0).clone(),
    };
    over_axes(op, &x, a)
        .or_else(|| truth(op, &x, a))
        .or_else(|| along_axis(op, &x, a))
        .or_else(|| spread(op, &x, a))
        .or_else(|| cumulative(op, &x, a))
        .or_else(|| statistics(op, &x, a))
}

/// The form for these arguments: over everything, or over axes that disappear or stay. `dim` is at
/// position `$at`, `keepdim` after it.
macro_rules! reduce {
    ($x:expr, $a:expr, $at:expr, $all:ident $dim:ident $keep:ident $(, $arg:expr)*) => {
        match ($a.dims($at, "dim"), $a.bool($at + 1, "keepdim").unwrap_or(false)) {
            (None, false) => $x.$all($($arg),*),
            (dims, true) => $x.$keep($($arg,)* dims.unwrap_or_default()),
            (Some(dims), false) => $x.$dim($($arg,)* dims),
        }
    };
}

fn over_axes(op: &str, x: &Tensor, a: &Args) -> Option<Outcome> {
    Some(match op {
        "sum" => reduce!(x, a, 1, sum sum_dim sum_keepdim).into(),
        "mean" => reduce!(x, a, 1, mean mean_dim mean_keepdim).into(),
        "nansum" => reduce!(x, a, 1, nansum nansum_dim nansum_keepdim).into(),
        "nanmean" => reduce!(x, a, 1, nanmean nanmean_dim nanmean_keepdim).into(),
        "prod" => reduce!(x, a, 1, prod prod_dim prod_keepdim).into(),
        "amax" => reduce!(x, a, 1, amax amax_dim amax_keepdim).into(),
        "amin" => reduce!(x, a, 1, amin amin_dim amin_keepdim).into(),
        "aminmax" => reduce!(x, a, 1, aminmax aminmax_dim aminmax_keepdim).into(),
        "count_nonzero" => {
            reduce!(x, a, 1, count_nonzero count_nonzero_dim count_nonzero_keepdim).into()
        }
        "logsumexp" => match a.bool(2, "keepdim") {
            Some(true) => x.logsumexp_keepdim(a.dims(1, "dim")?).into(),
            _ => x.logsumexp(a.dims(1, "dim")?).into(),
        },
        "norm" | "norm__fro" | "norm__inf" => match a.get(1, "p") {
            None => reduce!(x, a, 2, norm norm_dim norm_keepdim).into(),
            Some(Value::Str(p)) if p == "fro" => {
                reduce!(x, a, 2, norm norm_dim norm_keepdim).into()
            }
            Some(Value::Str(_)) => return None,
            Some(p) => reduce!(x, a, 2, norm_p norm_p_dim norm_p_keepdim, p.float()).into(),
        },
        "dist" => x.dist_p(a.t(1), a.float(2, "p").unwrap_or(2.0)).into(),
        "sum_to_size" => x.sum_to_size(sizes(a)?).into(),
        _ => return None,
    })
}

/// Sizes, as one list or one by one.
fn sizes(a: &Args) -> Option<Vec<i64>> {
    match a.get(1, "size")? {
        Value::List(_) => a.ints(1, "size"),
        _ => Some(a.positional[1..].iter().map(Value::int).collect()),
    }
}

fn truth(op: &str, x: &Tensor, a: &Args) -> Option<Outcome> {
    // No axes: every element by itself.
    let none = || a.dims(1, "dim").is_some_and(|d| d.is_empty());
    Some(match op {
        "all" | "any" if none() => x.bool().into(),
        "all" if a.has("dim") || a.has("keepdim") => {
            reduce!(x, a, 1, all_everywhere all_dim all_keepdim).into()
        }
        "any" if a.has("dim") || a.has("keepdim") => {
            reduce!(x, a, 1, any_everywhere any_dim any_keepdim).into()
        }
        "all" => Tensor::from(x.all()).into(),
        "any" => Tensor::from(x.any()).into(),
        _ => return None,
    })
}

/// `all()` and `any()` give a `bool` here.
trait Everywhere {
    fn all_everywhere(&self) -> Tensor;
    fn any_everywhere(&self) -> Tensor;
}

impl Everywhere for Tensor {
    fn all_everywhere(&self) -> Tensor {
        Tensor::from(self.all())
    }

    fn any_everywhere(&self) -> Tensor {
        Tensor::from(self.any())
    }
}

/// A method that keeps its axis, or the one that does not.
macro_rules! keep_or_not {
    ($x:expr, $keep:expr, $dim:ident $keepdim:ident ($($arg:expr),*)) => {
        if $keep.unwrap_or(false) { $x.$keepdim($($arg),*) } else { $x.$dim($($arg),*) }
    };
}

fn along_axis(op: &str, x: &Tensor, a: &Args) -> Option<Outcome> {
    let (dim, keep) = (a.get(1, "dim").is_some(), || a.bool(2, "keepdim"));
    let d = || a.dim(1, "dim").unwrap_or(-1);
    let ones = |t: Tensor| match keep() {
        Some(true) => t.reshape(vec![1; x.dim()]),
        _ => t,
    };
    Some(match op {
        "max__reduction_no_dim" | "max" if !dim => x.max().into(),
        "min__reduction_no_dim" | "min" if !dim => x.min().into(),
        "max__reduction_with_dim" => keep_or_not!(x, keep(), max_dim max_keepdim(d())).into(),
        "min__reduction_with_dim" => keep_or_not!(x, keep(), min_dim min_keepdim(d())).into(),
        "argmax" if !dim => ones(x.argmax()).into(),
        "argmin" if !dim => ones(x.argmin()).into(),
        "argmax" => keep_or_not!(x, keep(), argmax_dim argmax_keepdim(d())).into(),
        "argmin" => keep_or_not!(x, keep(), argmin_dim argmin_keepdim(d())).into(),
        "median" if !dim => x.median().into(),
        "nanmedian" if !dim => x.nanmedian().into(),
        "median" => keep_or_not!(x, keep(), median_dim median_keepdim(d())).into(),
        "nanmedian" => keep_or_not!(x, keep(), nanmedian_dim nanmedian_keepdim(d())).into(),
        "mode" => keep_or_not!(x, keep(), mode mode_keepdim(d())).into(),
        "kthvalue" => {
            let (k, d) = (a.int(1, "k")? as usize, a.dim(2, "dim").unwrap_or(-1));
            keep_or_not!(x, a.bool(3, "keepdim"), kthvalue kthvalue_keepdim(k, d)).into()
        }
        _ => return None,
    })
}

/// `dim` at position 1, `keepdim` at 3; a correction, or `unbiased` in its place or at 2.
macro_rules! corrected {
    ($x:expr, $a:expr, $all:ident $dim:ident $keep:ident, $c:expr) => {
        match (axes($a), $a.bool(3, "keepdim").unwrap_or(false)) {
            (None, false) => $x.$all($c),
            (dims, true) => $x.$keep($c, dims.unwrap_or_default()),
            (Some(dims), false) => $x.$dim($c, dims),
        }
    };
}

fn axes(a: &Args) -> Option<Vec<isize>> {
    match a.get(1, "dim") {
        Some(Value::Bool(_)) => None,
        _ => a.dims(1, "dim"),
    }
}

fn correction(a: &Args) -> f64 {
    let unbiased = match a.get(1, "dim") {
        Some(Value::Bool(b)) => Some(*b),
        _ => a.bool(2, "unbiased"),
    };
    let from_unbiased = || unbiased.map_or(1.0, |u| f64::from(u8::from(u)));
    a.float(usize::MAX, "correction")
        .unwrap_or_else(from_unbiased)
}

fn spread(op: &str, x: &Tensor, a: &Args) -> Option<Outcome> {
    let c = || correction(a);
    Some(match op.strip_suffix("__unbiased").unwrap_or(op) {
        "var" => {
            corrected!(x, a, var_correction var_correction_dim var_correction_keepdim, c()).into()
        }
        "std" => {
            corrected!(x, a, std_correction std_correction_dim std_correction_keepdim, c()).into()
        }
        "var_mean" => corrected!(
            x, a, var_mean_correction var_mean_correction_dim var_mean_correction_keepdim, c()
        )
        .into(),
        "std_mean" => corrected!(
            x, a, std_mean_correction std_mean_correction_dim std_mean_correction_keepdim, c()
        )
        .into(),
        _ => return None,
    })
}

fn cumulative(op: &str, x: &Tensor, a: &Args) -> Option<Outcome> {
    let d = a.get(1, "dim").and_then(|v| match v {
        Value::Int(d) => Some(*d as isize),
        _ => None,
    });
    Some(match op {
        "cumsum" => x.cumsum(d?).into(),
        "cumprod" => x.cumprod(d?).into(),
        "logcumsumexp" => x.logcumsumexp(d?).into(),
        "cummax" => x.cummax(d?).into(),
        "cummin" => x.cummin(d?).into(),
        "diff" => difference(x, a)?.into(),
        "trapezoid" | "trapz" => match a.tensor(1, "x") {
            Some(at) => x.trapezoid(at, integral_dim(a)).into(),
            None => x.trapezoid(step(a), integral_dim(a)).into(),
        },
        "cumulative_trapezoid" => match a.tensor(1, "x") {
            Some(at) => x.cumulative_trapezoid(at, integral_dim(a)).into(),
            None => x.cumulative_trapezoid(step(a), integral_dim(a)).into(),
        },
        _ => return None,
    })
}

fn integral_dim(a: &Args) -> isize {
    a.dim(usize::MAX, "dim").unwrap_or(-1)
}

fn step(a: &Args) -> f64 {
    a.float(usize::MAX, "dx").unwrap_or(1.0)
}

/// What is prepended and appended is, unless no difference is taken.
fn difference(x: &Tensor, a: &Args) -> Option<Tensor> {
    let n = usize::try_from(a.int(1, "n").unwrap_or(1)).ok()?;
    let dim = a.dim(2, "dim").unwrap_or(-1);
    let around = [a.tensor(3, "prepend"), Some(x), a.tensor(4, "append")];
    let parts: Vec<&Tensor> = around.into_iter().flatten().collect();
    Some(if n == 0 || parts.len() == 1 {
        x.diff(n, dim)
    } else {
        cat(&parts, dim).diff(n, dim)
    })
}

fn statistics(op: &str, x: &Tensor, a: &Args) -> Option<Outcome> {
    Some(match op {
        "cov" => {
            let correction = a.int(usize::MAX, "correction").unwrap_or(1);
            let weights = |name| a.tensor(usize::MAX, name);
            x.cov_with(correction, weights("fweights"), weights("aweights"))
                .into()
        }
        "corrcoef" => x.corrcoef().into(),
        "quantile" => quantile(x, a, |x, q, d, how| x.quantile_with(q, d, how))?.into(),
        "nanquantile" => quantile(x, a, |x, q, d, how| x.nanquantile_with(q, d, how))?.into(),
        _ => return None,
    })
}

fn quantile(
    x: &Tensor,
    a: &Args,
    f: impl Fn(&Tensor, Operand<'_>, isize, Interpolation) -> Tensor,
) -> Option<Tensor> {
    let (q, dim) = (a.operand(1, "q")?, a.dim(2, "dim"));
    let how = match a.str(usize::MAX, "interpolation") {
        None | Some("linear") => Interpolation::Linear,
        Some("lower") => Interpolation::Lower,
        Some("higher") => Interpolation::Higher,
        Some("nearest") => Interpolation::Nearest,
        Some("midpoint") => Interpolation::Midpoint,
        Some(_) => return None,
    };
    let y = match dim {
        Some(dim) => f(x, q, dim, how),
        None => f(&x.reshape(-1), q, 0, how),
    };
    if a.bool(3, "keepdim") != Some(true) {
        return Some(y);
    }
    let mut shape = x.shape().to_vec();
    match dim {
        Some(d) if d < 0 && !shape.is_empty() => *shape.iter_mut().nth_back((-1 - d) as usize)? = 1,
        Some(d) if !shape.is_empty() => *shape.get_mut(d as usize)? = 1,
        _ => shape.fill(1),
    }
    if let Operand::Tensor(q) = q {
        shape.splice(0..0, q.shape().iter().copied());
    }
    Some(y.reshape(shape))
}
