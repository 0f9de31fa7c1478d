//! Sorting, searching and counting.
use super::args::{Args, Outcome, Value};
use d2l_core::Tensor;

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    match op {
        "isin" => return Some(isin(a)?.into()),
        "searchsorted" => return Some(searchsorted(a)?.into()),
        _ if !matches!(a.positional.first(), Some(Value::Tensor(_))) => return None,
        _ => {}
    }
    let x = a.t(0);
    let flag = |at, name| a.bool(at, name).unwrap_or(false);
    let dim = |at| a.dim(at, "dim").unwrap_or(-1);
    Some(match op {
        "sort" => match flag(2, "descending") {
            true => x.sort_descending(dim(1)).into(),
            false => x.sort(dim(1)).into(),
        },
        "argsort" => match flag(2, "descending") {
            true => x.argsort_descending(dim(1)).into(),
            false => x.argsort(dim(1)).into(),
        },
        "msort" => x.msort().into(),
        "topk" => {
            let k = a.int(1, "k")? as usize;
            match a.bool(3, "largest").unwrap_or(true) {
                true => x.topk(k, dim(2)).into(),
                false => x.topk_smallest(k, dim(2)).into(),
            }
        }
        "argwhere" => x.nonzero().into(),
        "nonzero" => match flag(1, "as_tuple") {
            true => x.nonzero_tuple().into(),
            false => x.nonzero().into(),
        },
        "bincount" => {
            let least = a.int(2, "minlength").unwrap_or(0) as usize;
            x.bincount_with(a.tensor(1, "weights"), least).into()
        }
        "histc" => {
            let bins = a.int(1, "bins").unwrap_or(100) as usize;
            let edge = |at, name| a.float(at, name).unwrap_or(0.0);
            x.histc(bins, edge(2, "min"), edge(3, "max")).into()
        }
        "bucketize" => match flag(3, "right") {
            true => x.bucketize_right(a.t(1)).into(),
            false => x.bucketize(a.t(1)).into(),
        },
        "unique" => {
            let all = match a.dim(usize::MAX, "dim") {
                Some(dim) => x.unique_dim_all(dim),
                None => x.unique_all(),
            };
            asked_for(a, all)
        }
        "unique_consecutive" => {
            let all = match a.dim(usize::MAX, "dim") {
                Some(dim) => x.unique_consecutive_dim_all(dim),
                None => x.unique_consecutive_all(),
            };
            asked_for(a, all)
        }
        _ => return None,
    })
}

/// Values, and inverse and counts if they are wanted.
fn asked_for(a: &Args, (values, inverse, counts): (Tensor, Tensor, Tensor)) -> Outcome {
    let wants = |name| a.bool(usize::MAX, name).unwrap_or(false);
    let mut out = vec![values];
    out.extend(wants("return_inverse").then_some(inverse));
    out.extend(wants("return_counts").then_some(counts));
    out.into()
}

fn isin(a: &Args) -> Option<Tensor> {
    let number;
    let x = match a.positional.first()? {
        Value::Tensor(x) => x,
        Value::Float(v) => {
            number = Tensor::from(*v);
            &number
        }
        v => {
            number = Tensor::from(v.int());
            &number
        }
    };
    let found = x.isin(a.operand(1, "test_elements")?);
    Some(match a.bool(usize::MAX, "invert") {
        Some(true) => found.logical_not(),
        _ => found,
    })
}

fn searchsorted(a: &Args) -> Option<Tensor> {
    let sequence = match a.tensor(usize::MAX, "sorter") {
        Some(order) => a.t(0).gather(-1, order),
        None => a.t(0).clone(),
    };
    let values = a.operand(1, "input")?;
    let right =
        a.bool(usize::MAX, "right") == Some(true) || a.str(usize::MAX, "side") == Some("right");
    Some(match right {
        true => sequence.searchsorted_right(values),
        false => sequence.searchsorted(values),
    })
}
