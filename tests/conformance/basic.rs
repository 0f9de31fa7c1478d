//! Arithmetic, comparison and the elementwise functions of the first slice.
use super::args::{Args, Outcome, Value};
use d2l_core::{Operand, Tensor};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    let result = match a.positional.first()? {
        Value::Tensor(x) => unary(op, x).or_else(|| binary(op, x, a)),
        Value::Float(x) => sum_of(op, &Tensor::from(*x), a),
        _ => None,
    };
    result.map(Outcome::from)
}

fn unary(op: &str, x: &Tensor) -> Option<Tensor> {
    Some(match op {
        "abs" => x.abs(),
        "clone" => x.copy(),
        "exp" => x.exp(),
        "log" => x.log(),
        "log1p" => x.log1p(),
        "neg" => x.neg(),
        "sigmoid" => x.sigmoid(),
        "sqrt" => x.sqrt(),
        "square" => x.square(),
        "tanh" => x.tanh(),
        _ => return None,
    })
}

fn binary(op: &str, x: &Tensor, a: &Args) -> Option<Tensor> {
    if matches!(a.get(1, "other"), Some(Value::List(_) | Value::Str(_))) {
        return None;
    }
    let y = a.operand(1, "other").or_else(|| a.operand(1, "exponent"))?;
    sum_of(op, x, a).or_else(|| {
        Some(match op {
            "mul" | "__rmul__" => x * y,
            "__rdiv__" => left(y, x) / x,
            "pow" => x.pow(y),
            "eq" => x.eq(y),
            "ne" => x.ne(y),
            "lt" => x.lt(y),
            "le" => x.le(y),
            "gt" => x.gt(y),
            "ge" => x.ge(y),
            _ => return None,
        })
    })
}

/// Sums and differences, with a factor if there is one.
fn sum_of(op: &str, x: &Tensor, a: &Args) -> Option<Tensor> {
    if !["add", "__radd__", "sub", "rsub", "__rsub__"].contains(&op) {
        return None;
    }
    let y = a.operand(1, "other")?;
    let alpha = a.operand(2, "alpha");
    Some(match (op, alpha) {
        ("add" | "__radd__", None) => x + y,
        ("sub", None) => x - y,
        ("rsub" | "__rsub__", None) => left(y, x) - x,
        ("add", Some(alpha)) => x.add_scaled(&left(y, x), alpha),
        ("sub", Some(alpha)) => x.sub_scaled(&left(y, x), alpha),
        ("rsub", Some(alpha)) => left(y, x).sub_scaled(x, alpha),
        _ => return None,
    })
}

/// The other side as a tensor; a number takes the dtype it has next to `x`.
fn left(y: Operand<'_>, x: &Tensor) -> Tensor {
    match y {
        Operand::Tensor(y) => y.clone(),
        Operand::Int(v) => Tensor::from(v).to_dtype(x.dtype()),
        Operand::Float(v) if x.dtype().is_float() => Tensor::from(v).to_dtype(x.dtype()),
        Operand::Float(v) => Tensor::from(v),
    }
}
