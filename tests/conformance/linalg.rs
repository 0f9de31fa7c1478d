//! Products of matrices and linear algebra.
use super::args::{Args, Outcome, Value};
use d2l_core::{MatrixNorm, Operand, Tensor, einsum, multi_dot};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    product(op, a)
        .or_else(|| sum(op, a))
        .or_else(|| solution(op, a))
        .or_else(|| norm(op, a))
        .map(Outcome::from)
        .or_else(|| factors(op, a))
}

fn product(op: &str, a: &Args) -> Option<Tensor> {
    Some(match op {
        "matmul" => a.t(0).matmul(a.t(1)),
        "__rmatmul__" => a.t(1).matmul(a.t(0)),
        "mm" => a.t(0).mm(a.t(1)),
        "mv" => a.t(0).mv(a.t(1)),
        "bmm" => a.t(0).bmm(a.t(1)),
        "dot" => a.t(0).dot(a.t(1)),
        "vdot" => a.t(0).vdot(a.t(1)),
        "linalg.vecdot" => a.t(0).vecdot(a.t(1), a.dim(2, "dim").unwrap_or(-1)),
        "inner" => a.t(0).inner(a.t(1)),
        "outer" => a.t(0).outer(a.t(1)),
        "kron" => a.t(0).kron(a.t(1)),
        "tensordot" => match a.get(2, "dims")? {
            Value::List(lists) => {
                let list = |i: usize| lists.get(i).map(axes).unwrap_or_default();
                a.t(0).tensordot_dims(a.t(1), list(0), list(1))
            }
            n => a.t(0).tensordot(a.t(1), n.int() as usize),
        },
        "einsum" => einsum(a.str(0, "equation")?, &a.tensors(1, "operands")?),
        "linalg.multi_dot" => multi_dot(&a.tensors(0, "tensors")?),
        "linalg.matrix_power" => a.t(0).matrix_power(a.int(1, "n")?),
        "linalg.cross" => a.t(0).cross(a.t(1), a.dim(2, "dim").unwrap_or(-1)),
        "cdist" => a.t(0).cdist(a.t(1), a.float(2, "p").unwrap_or(2.0)),
        "nn.functional.linear" => a.t(0).linear(a.t(1), a.tensor(2, "bias")),
        "nn.functional.bilinear" => a.t(0).bilinear(a.t(1), a.t(2), a.tensor(3, "bias")),
        "linalg.vander" => {
            let n = a.int(usize::MAX, "N").map(|n| n as usize);
            a.t(0).vander(n.unwrap_or(a.t(0).size(-1)))
        }
        _ => return None,
    })
}

fn axes(list: &Value) -> Vec<isize> {
    match list {
        Value::List(list) => list.iter().map(|v| v.int() as isize).collect(),
        one => vec![one.int() as isize],
    }
}

/// A product added to something.
fn sum(op: &str, a: &Args) -> Option<Tensor> {
    let factor = |name| a.float(usize::MAX, name).unwrap_or(1.0);
    let (beta, alpha) = (factor("beta"), factor("alpha"));
    Some(match op {
        "addmm" | "addmm__decomposed" => a.t(0).addmm(a.t(1), a.t(2), beta, alpha),
        "addmv" => a.t(0).addmv(a.t(1), a.t(2), beta, alpha),
        "addr" => a.t(0).addr(a.t(1), a.t(2), beta, alpha),
        "addbmm" => a.t(0).addbmm(a.t(1), a.t(2), beta, alpha),
        "baddbmm" => a.t(0).baddbmm(a.t(1), a.t(2), beta, alpha),
        _ => return None,
    })
}

fn solution(op: &str, a: &Args) -> Option<Tensor> {
    let upper = a.has("upper") && a.bool(usize::MAX, "upper") == Some(true);
    Some(match op {
        "linalg.solve" => a.t(0).solve(a.t(1)),
        "linalg.inv" => a.t(0).inv(),
        "linalg.pinv" => match (a.operand(usize::MAX, "atol"), a.operand(1, "rtol")) {
            (None, None) => a.t(0).pinv(),
            (atol, rtol) => a.t(0).pinv_tol(or_zero(atol), or_zero(rtol)),
        },
        "linalg.det" | "det" => a.t(0).det(),
        "logdet" => a.t(0).logdet(),
        "linalg.solve_triangular" => {
            let unit = a.bool(usize::MAX, "unitriangular").unwrap_or(false);
            match a.bool(usize::MAX, "left") {
                Some(false) => a.t(0).solve_triangular_right(a.t(1), upper, unit),
                _ => a.t(0).solve_triangular(a.t(1), upper, unit),
            }
        }
        "cholesky_solve" => a.t(1).cholesky_solve(a.t(0), upper),
        "cholesky_inverse" => a.t(0).cholesky_inverse(upper),
        "linalg.cholesky" if upper => a.t(0).mt().cholesky().mt(),
        "linalg.cholesky" => a.t(0).cholesky(),
        "matrix_exp" => a.t(0).matrix_exp(),
        "linalg.matrix_rank" => match (a.operand(usize::MAX, "atol"), a.operand(1, "rtol")) {
            (None, None) => a.t(0).matrix_rank(),
            (atol, rtol) => a.t(0).matrix_rank_tol(or_zero(atol), or_zero(rtol)),
        },
        "linalg.cond" => a.t(0).cond(),
        "linalg.svdvals" => a.t(0).svdvals(),
        "linalg.eigvalsh" => lower(a).eigvalsh(),
        _ => return None,
    })
}

fn or_zero(tolerance: Option<Operand<'_>>) -> Operand<'_> {
    tolerance.unwrap_or(Operand::Int(0))
}

/// The matrices with the triangle to be read below the diagonal.
fn lower(a: &Args) -> Tensor {
    match a.str(1, "UPLO") {
        Some("U") => a.t(0).mt(),
        _ => a.t(0).clone(),
    }
}

fn factors(op: &str, a: &Args) -> Option<Outcome> {
    Some(match op {
        "linalg.eigh" => lower(a).eigh().into(),
        "linalg.qr" => match a.str(1, "mode") {
            Some("complete") => a.t(0).qr_complete().into(),
            Some("r") => return None,
            _ => a.t(0).qr().into(),
        },
        "linalg.svd" => match a.bool(1, "full_matrices") {
            Some(false) => a.t(0).svd().into(),
            _ => a.t(0).svd_full().into(),
        },
        "linalg.slogdet" | "slogdet" => a.t(0).slogdet().into(),
        "linalg.lstsq__grad_oriented" => a.t(0).lstsq(a.t(1)).into(),
        _ => return None,
    })
}

fn norm(op: &str, a: &Args) -> Option<Tensor> {
    if !op.contains("norm") || op.starts_with("nn.") {
        return None;
    }
    let Some(Value::Tensor(x)) = a.positional.first() else {
        return None;
    };
    let keep = a.bool(3, "keepdim").unwrap_or(false);
    let dims = a.dims(2, "dim").filter(|d| !d.is_empty());
    let given = a.get(1, "ord");
    match op {
        "linalg.vector_norm" => Some(vector(x, given.map_or(2.0, Value::float), dims, keep)),
        "linalg.matrix_norm" => {
            let dims = dims.map_or([-2, -1], |d| [d[0], d[1]]);
            Some(matrix(x, order(given), dims, keep))
        }
        "norm__nuc" => {
            let dims = a.dims(2, "dim").map_or([0, 1], |d| [d[0], d[1]]);
            Some(matrix(x, MatrixNorm::Nuclear, dims, keep))
        }
        "linalg.norm" | "linalg.norm__subgradients_at_zero" => Some(match (given, dims) {
            (None, dims) => vector(x, 2.0, dims, keep),
            (Some(Value::Str(_)), Some(d)) => matrix(x, order(given), [d[0], d[1]], keep),
            (Some(p), Some(d)) if d.len() == 1 => vector(x, p.float(), Some(d), keep),
            (Some(p), Some(d)) => matrix(x, p.float().into(), [d[0], d[1]], keep),
            (Some(_), None) if keep && x.dim() == 2 => matrix(x, order(given), [0, 1], true),
            (Some(p), None) if keep && x.dim() == 1 => vector(x, p.float(), None, true),
            (Some(_), None) => x.norm_ord(order(given)),
        }),
        _ => None,
    }
}

fn order(given: Option<&Value>) -> MatrixNorm {
    match given {
        Some(Value::Str(s)) if s == "nuc" => MatrixNorm::Nuclear,
        None | Some(Value::Str(_)) => MatrixNorm::Frobenius,
        Some(p) => p.float().into(),
    }
}

fn vector(x: &Tensor, p: f64, dims: Option<Vec<isize>>, keep: bool) -> Tensor {
    match (dims, keep) {
        (Some(dims), false) => x.norm_p_dim(p, dims),
        (Some(dims), true) => x.norm_p_keepdim(p, dims),
        (None, false) => x.norm_p(p),
        (None, true) => x.norm_p_keepdim(p, [0isize; 0]),
    }
}

fn matrix(x: &Tensor, norm: MatrixNorm, dims: [isize; 2], keep: bool) -> Tensor {
    match keep {
        false => x.matrix_norm_dim(norm, dims),
        true => x.matrix_norm_keepdim(norm, dims),
    }
}
