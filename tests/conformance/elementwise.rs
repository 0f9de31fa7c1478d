//! Elementwise functions of one, two and three tensors, and activations.
use super::args::{Args, Outcome, Value};
use d2l_core::{Operand, Tensor};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    if op == "where" {
        return Some(choice(a));
    }
    if let Some(y) = of_numbers(op, a) {
        return Some(y.into());
    }
    if !matches!(a.positional.first(), Some(Value::Tensor(_))) {
        return None;
    }
    unary(op, a.t(0))
        .map(Outcome::from)
        .or_else(|| with_options(op, a).map(Outcome::from))
        .or_else(|| activation(op, a).map(Outcome::from))
        .or_else(|| binary(op, a).map(Outcome::from))
        .or_else(|| decision(op, a).map(Outcome::from))
}

fn unary(op: &str, x: &Tensor) -> Option<Tensor> {
    Some(match op {
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "sinc" => x.sinc(),
        "deg2rad" => x.deg2rad(),
        "rad2deg" => x.rad2deg(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "exp2" => x.exp2(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "erf" => x.erf(),
        "erfc" => x.erfc(),
        "erfinv" => x.erfinv(),
        "lgamma" => x.lgamma(),
        "digamma" => x.digamma(),
        "rsqrt" => x.rsqrt(),
        "reciprocal" => x.reciprocal(),
        "floor" => x.floor(),
        "ceil" => x.ceil(),
        "round" => x.round(),
        "trunc" => x.trunc(),
        "frac" => x.frac(),
        "isnan" => x.isnan(),
        "isinf" => x.isinf(),
        "isfinite" => x.isfinite(),
        "isposinf" => x.isposinf(),
        "isneginf" => x.isneginf(),
        "signbit" => x.signbit(),
        "sgn" | "sign" => x.sign(),
        "positive" => x.clone(),
        "logical_not" => x.logical_not(),
        "bitwise_not" => x.bitwise_not(),
        _ => return None,
    })
}

fn with_options(op: &str, a: &Args) -> Option<Tensor> {
    let x = a.t(0);
    Some(match op {
        "round__decimals_0" | "round__decimals_3" | "round__decimals_neg_3" => {
            x.round_decimals(a.int(1, "decimals")? as i32)
        }
        "logit" => match a.float(1, "eps") {
            Some(eps) => x.logit_eps(eps),
            None => x.logit(),
        },
        "nan_to_num" => {
            let nan = a.float(1, "nan").unwrap_or(0.0);
            x.nan_to_num(nan, a.float(2, "posinf"), a.float(3, "neginf"))
        }
        "clamp" => match (a.operand(1, "min"), a.operand(2, "max")) {
            (Some(min), Some(max)) => x.clamp(min, max),
            (Some(min), None) => x.clamp_min(min),
            (None, max) => x.clamp_max(max?),
        },
        "lerp" => x.lerp(a.t(1), a.operand(2, "weight")?),
        "addcmul" => x.addcmul(
            a.t(1),
            a.t(2),
            a.operand(3, "value").unwrap_or(Operand::Int(1)),
        ),
        "addcdiv" => x.addcdiv(
            a.t(1),
            a.t(2),
            a.operand(3, "value").unwrap_or(Operand::Int(1)),
        ),
        "masked_fill" => x.masked_fill(a.t(1), a.operand(2, "value")?),
        "polygamma" => a.t(1).polygamma(a.int(0, "n")? as u32),
        "isclose" => {
            let (rtol, atol) = tolerances(a);
            x.isclose(a.t(1), rtol, atol, a.bool(4, "equal_nan").unwrap_or(false))
        }
        _ => return None,
    })
}

fn tolerances(a: &Args) -> (f64, f64) {
    (
        a.float(2, "rtol").unwrap_or(1e-5),
        a.float(3, "atol").unwrap_or(1e-8),
    )
}

fn decision(op: &str, a: &Args) -> Option<bool> {
    Some(match op {
        "allclose" => {
            let (rtol, atol) = tolerances(a);
            a.t(0).allclose(a.t(1), rtol, atol)
        }
        "equal" => a.t(0) == a.t(1),
        _ => return None,
    })
}

fn activation(op: &str, a: &Args) -> Option<Tensor> {
    let (x, number) = (a.t(0), |at, name, default| {
        a.float(at, name).unwrap_or(default)
    });
    Some(match op.strip_prefix("nn.functional.")? {
        "leaky_relu" => x.leaky_relu(number(1, "negative_slope", 0.01)),
        "prelu" => x.prelu(a.tensor(1, "weight")?),
        "hardtanh" => x.hardtanh(number(1, "min_val", -1.0), number(2, "max_val", 1.0)),
        "relu6" => x.relu6(),
        "hardsigmoid" => x.hardsigmoid(),
        "hardswish" => x.hardswish(),
        "threshold" => x.threshold(a.float(1, "threshold")?, a.float(2, "value")?),
        "softshrink" => x.softshrink(number(1, "lambd", 0.5)),
        "hardshrink" => x.hardshrink(number(1, "lambd", 0.5)),
        "elu" => x.elu(number(1, "alpha", 1.0)),
        "selu" => x.selu(),
        "celu" => x.celu(number(1, "alpha", 1.0)),
        "silu" => x.silu(),
        "mish" => x.mish(),
        "gelu" => match a.str(1, "approximate") {
            Some("tanh") => x.gelu_tanh(),
            None | Some("none") => x.gelu(),
            _ => return None,
        },
        "softplus" => x.softplus(number(1, "beta", 1.0), number(2, "threshold", 20.0)),
        "logsigmoid" => x.logsigmoid(),
        "softsign" => x.softsign(),
        "tanhshrink" => x.tanhshrink(),
        "glu" => x.glu(a.dim(1, "dim").unwrap_or(-1)),
        _ => return None,
    })
}

fn binary(op: &str, a: &Args) -> Option<Tensor> {
    let other = a.get(1, "other").or_else(|| a.get(1, "values"));
    let other = other.filter(|v| v.is_operand())?;
    let (x, y) = (a.t(0), other.operand());
    Some(match op {
        "atan2" => x.atan2(y),
        "hypot" => x.hypot(y),
        "logaddexp" => x.logaddexp(y),
        "logaddexp2" => x.logaddexp2(y),
        "xlogy" => x.xlogy(y),
        "copysign" => x.copysign(y),
        "heaviside" => x.heaviside(y),
        "fmod" => x.fmod(y),
        "remainder" => x.remainder(y),
        "__rmod__" => left(y, x).remainder(x),
        "__rpow__" => left(y, x).pow(x),
        "float_power" => x.float_power(y),
        "floor_divide" | "div__floor_rounding" => x.floor_divide(y),
        "div__trunc_rounding" => x.trunc_divide(y),
        "div__no_rounding_mode" | "true_divide" => x / y,
        // `min(x, 2)` is a reduction, of the axis 2.
        "min__binary" | "max__binary" if matches!(y, Operand::Int(_)) => {
            x.min_dim(a.dim(1, "dim")?).0
        }
        "maximum" | "max__binary" => x.maximum(y),
        "minimum" | "min__binary" => x.minimum(y),
        "fmax" => x.fmax(y),
        "fmin" => x.fmin(y),
        "clamp_min" => x.clamp_min(y),
        "clamp_max" => x.clamp_max(y),
        "logical_and" => x.logical_and(y),
        "logical_or" => x.logical_or(y),
        "logical_xor" => x.logical_xor(y),
        "bitwise_and" => x.bitwise_and(y),
        "bitwise_or" => x.bitwise_or(y),
        "bitwise_xor" => x.bitwise_xor(y),
        "bitwise_left_shift" => x.bitwise_left_shift(y),
        "bitwise_right_shift" => x.bitwise_right_shift(y),
        _ => return None,
    })
}

/// The left side of an operator, next to a tensor on the right.
fn left(value: Operand<'_>, right: &Tensor) -> Tensor {
    match value {
        Operand::Tensor(t) => t.clone(),
        Operand::Int(v) => Tensor::from(v).to_dtype(right.dtype()),
        Operand::Float(v) => Tensor::from(v).to_dtype(right.dtype()),
    }
}

/// Quotients of two plain numbers: the first one becomes a tensor.
fn of_numbers(op: &str, a: &Args) -> Option<Tensor> {
    let (Some(Value::Float(x)), Some(Value::Float(y))) =
        (a.positional.first(), a.positional.get(1))
    else {
        return None;
    };
    let x = Tensor::from(*x);
    Some(match op {
        "floor_divide" | "div__floor_rounding" => x.floor_divide(*y),
        "div__trunc_rounding" => x.trunc_divide(*y),
        "div__no_rounding_mode" | "true_divide" => x / *y,
        _ => return None,
    })
}

fn choice(a: &Args) -> Outcome {
    // A bool is not a number here.
    let truth = |at: usize| match a.positional[at] {
        Value::Bool(b) => Tensor::from(b),
        _ => Tensor::from(false),
    };
    let (x, y) = (truth(1), truth(2));
    Tensor::where_(
        a.t(0),
        side(&a.positional[1], &x),
        side(&a.positional[2], &y),
    )
    .into()
}

fn side<'a>(value: &'a Value, truth: &'a Tensor) -> Operand<'a> {
    match value {
        Value::Bool(_) => Operand::Tensor(truth),
        other => other.operand(),
    }
}
