//! Indexing, slicing, gathering, scattering and diagonals.
use super::args::{Args, Outcome, Value};
use d2l_core::{Ellipsis, NewAxis, Reduce, Tensor, TensorIndex};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    part(op, a)
        .or_else(|| picked(op, a))
        .or_else(|| placed(op, a))
        .or_else(|| scattered(op, a))
        .or_else(|| matrix(op, a))
        .map(Outcome::from)
}

/// Views.
fn part(op: &str, a: &Args) -> Option<Tensor> {
    Some(match op {
        "__getitem__" => a.t(0).i(indices(&a.positional[1])?),
        "narrow" => {
            let (start, len) = (a.dim(2, "start")?, a.dim(3, "length")?);
            a.t(0).narrow(a.dim(1, "dim")?, start, len as usize)
        }
        "select" => a.t(0).select(a.dim(1, "dim")?, a.dim(2, "index")?),
        "slice" => {
            let (start, end, step) = run(a, 2)?;
            let dim = a.dim(1, "dim").unwrap_or(0);
            let first = a.t(0).transpose(0, dim);
            first
                .i(TensorIndex::Slice(start, end, step))
                .transpose(0, dim)
        }
        "diagonal" | "linalg.diagonal" => {
            let first = if op == "diagonal" { 0 } else { -2 };
            let (offset, dim1, dim2) = diagonal(a, 1, first);
            a.t(0).diagonal(offset, dim1, dim2)
        }
        _ => return None,
    })
}

/// Copies of elements that positions or masks pick.
fn picked(op: &str, a: &Args) -> Option<Tensor> {
    let x = first(a)?;
    Some(match op {
        "gather" => x.gather(a.dim(1, "dim")?, a.tensor(2, "index")?),
        "index_select" => x.index_select(a.dim(1, "dim")?, a.tensor(2, "index")?),
        "take" => x.take(a.tensor(1, "index")?),
        "take_along_dim" => {
            let index = a.tensor(1, "indices")?;
            match a.dim(2, "dim") {
                Some(dim) => x.take_along_dim(index, dim),
                None => x.reshape(-1).take_along_dim(&index.reshape(-1), 0),
            }
        }
        "masked_select" => x.masked_select(a.tensor(1, "mask")?),
        _ => return None,
    })
}

/// Copies with other elements in some places.
fn placed(op: &str, a: &Args) -> Option<Tensor> {
    let x = first(a)?;
    let dim = || a.dim(1, "dim");
    Some(match op {
        "index_add" => {
            let alpha = a.float(usize::MAX, "alpha").unwrap_or(1.0);
            x.index_add(dim()?, a.t(2), a.tensor(3, "source")?, alpha)
        }
        "index_copy" => x.index_copy(dim()?, a.t(2), a.tensor(3, "source")?),
        "index_fill" => x.index_fill(dim()?, a.t(2), a.operand(3, "value")?),
        "index_put" => {
            let accumulate = a.bool(3, "accumulate").unwrap_or(false);
            x.index_put(indices(&a.positional[1])?, a.t(2), accumulate)
        }
        "put" => x.put(a.t(1), a.t(2), a.bool(3, "accumulate").unwrap_or(false)),
        "masked_scatter" => x.masked_scatter(a.t(1), a.tensor(2, "source")?),
        "select_scatter" => x.select_scatter(a.t(1), a.dim(2, "dim")?, a.dim(3, "index")?),
        "slice_scatter" => {
            let (start, end, step) = run(a, 3)?;
            x.slice_scatter(a.t(1), a.dim(2, "dim").unwrap_or(0), start, end, step)
        }
        "diagonal_scatter" => {
            let (offset, dim1, dim2) = diagonal(a, 2, 0);
            x.diagonal_scatter(a.t(1), offset, dim1, dim2)
        }
        _ => return None,
    })
}

fn scattered(op: &str, a: &Args) -> Option<Tensor> {
    if !op.starts_with("scatter") {
        return None;
    }
    let (x, dim, index) = (a.t(0), a.dim(1, "dim")?, a.tensor(2, "index")?);
    let value = || a.operand(3, "src").or_else(|| a.operand(3, "value"));
    let source = || a.tensor(3, "src");
    Some(match (op, a.str(4, "reduce")) {
        ("scatter", None) => x.scatter(dim, index, value()?),
        ("scatter", Some("add")) => x.scatter_add(dim, index, source()?),
        ("scatter", Some("multiply")) => {
            x.scatter_reduce(dim, index, source()?, Reduce::Prod, true)
        }
        ("scatter_add", _) => x.scatter_add(dim, index, source()?),
        (_, Some(how)) => {
            let how = match how {
                "sum" => Reduce::Sum,
                "mean" => Reduce::Mean,
                "prod" => Reduce::Prod,
                "amax" => Reduce::Amax,
                "amin" => Reduce::Amin,
                _ => return None,
            };
            let include = a.bool(usize::MAX, "include_self").unwrap_or(true);
            x.scatter_reduce(dim, index, source()?, how, include)
        }
        _ => return None,
    })
}

fn matrix(op: &str, a: &Args) -> Option<Tensor> {
    let x = first(a)?;
    let diagonal = || a.dim(1, "diagonal").unwrap_or(0);
    Some(match op {
        "diag" => x.diag(diagonal()),
        "diagflat" => x.diagflat(a.dim(1, "offset").unwrap_or(0)),
        "trace" => x.trace(),
        "tril" => x.tril(diagonal()),
        "triu" => x.triu(diagonal()),
        _ => return None,
    })
}

fn first(a: &Args) -> Option<&Tensor> {
    match a.positional.first() {
        Some(Value::Tensor(x)) => Some(x),
        _ => None,
    }
}

/// Offset and axes of a diagonal.
fn diagonal(a: &Args, at: usize, first: isize) -> (isize, isize, isize) {
    (
        a.dim(at, "offset").unwrap_or(0),
        a.dim(at + 1, "dim1").unwrap_or(first),
        a.dim(at + 2, "dim2").unwrap_or(first + 1),
    )
}

/// Start, end and step of a slice.
fn run(a: &Args, at: usize) -> Option<(Option<isize>, Option<isize>, usize)> {
    let step = a.dim(at + 2, "step").unwrap_or(1);
    let step = usize::try_from(step).ok()?;
    Some((a.dim(at, "start"), a.dim(at + 1, "end"), step))
}

/// An index, or a tuple of them.
fn indices(value: &Value) -> Option<Vec<TensorIndex<'_>>> {
    match value {
        Value::List(list) => list.iter().map(index).collect(),
        one => Some(vec![index(one)?]),
    }
}

fn index(value: &Value) -> Option<TensorIndex<'_>> {
    let end = |i: Option<i64>| i.map(|i| i as isize);
    Some(match value {
        Value::Int(i) => (*i).into(),
        Value::Slice([from, to, step]) => {
            let step = usize::try_from(step.unwrap_or(1)).ok()?;
            TensorIndex::Slice(end(*from), end(*to), step)
        }
        Value::Ellipsis => Ellipsis.into(),
        Value::None => NewAxis.into(),
        Value::Tensor(t) => t.into(),
        Value::Positions(list) => list.iter().map(Value::int).collect::<Vec<i64>>().into(),
        _ => return None,
    })
}
