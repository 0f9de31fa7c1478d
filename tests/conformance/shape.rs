//! Shapes and creation.
use super::args::{Args, Outcome, Value};
use d2l_core::{
    Cut, PadMode, Patches, Tensor, block_diag, broadcast_tensors, cartesian_prod, cat,
    column_stack, dstack, hstack, meshgrid, meshgrid_xy, stack, vstack,
};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    let tensor = of_shape(op, a)
        .or_else(|| of_order(op, a))
        .or_else(|| of_copies(op, a))
        .or_else(|| of_images(op, a))
        .or_else(|| of_lists(op, a))
        .or_else(|| created(op, a));
    tensor.map(Outcome::from).or_else(|| several(op, a))
}

fn of_shape(op: &str, a: &Args) -> Option<Tensor> {
    let sizes = |name| a.dims(1, name);
    Some(match op {
        "reshape" => a.t(0).reshape(sizes("shape")?),
        "view" => a.t(0).view_shape(sizes("shape")?),
        "reshape_as" => a.t(0).reshape_as(a.t(1)),
        "view_as" => a.t(0).view_as(a.t(1)),
        "ravel" => a.t(0).flatten(),
        "flatten" => {
            let (start, end) = (a.dim(1, "start_dim"), a.dim(2, "end_dim"));
            a.t(0).flatten_dims(start.unwrap_or(0), end.unwrap_or(-1))
        }
        "unflatten" => a.t(0).unflatten(a.dim(1, "dim")?, a.dims(2, "sizes")?),
        "expand" => a.t(0).expand(sizes("size")?),
        "broadcast_to" => a.t(0).broadcast_to(sizes("size")?),
        "expand_as" => a.t(0).expand_as(a.t(1)),
        "squeeze" | "squeeze__multiple" => match sizes("dim") {
            Some(dims) => a.t(0).squeeze(dims),
            None => a.t(0).squeeze_all(),
        },
        "unsqueeze" => a.t(0).unsqueeze(a.dim(1, "dim")?),
        "unfold" => {
            let (size, step) = (a.int(2, "size")?, a.int(3, "step")?);
            a.t(0)
                .unfold(a.dim(1, "dimension")?, size as usize, step as usize)
        }
        _ => return None,
    })
}

fn of_order(op: &str, a: &Args) -> Option<Tensor> {
    Some(match op {
        "permute" => a.t(0).permute(a.dims(1, "dims")?),
        "transpose" | "swapaxes" | "swapdims" => {
            a.t(0).transpose(a.dim(1, "dim0")?, a.dim(2, "dim1")?)
        }
        "movedim" | "moveaxis" => a
            .t(0)
            .movedim(a.dims(1, "source")?, a.dims(2, "destination")?),
        "t" | "T" => a.t(0).t(),
        "mT" => a.t(0).mt(),
        "flip" => a.t(0).flip(a.dims(1, "dims")?),
        "fliplr" => a.t(0).fliplr(),
        "flipud" => a.t(0).flipud(),
        "rot90" => {
            let dims = a.dims(2, "dims").map_or([0, 1], |d| [d[0], d[1]]);
            a.t(0).rot90(a.dim(1, "k").unwrap_or(1), dims)
        }
        "roll" => match (a.dims(1, "shifts")?, a.dims(2, "dims")) {
            (shifts, None) if shifts.len() == 1 => a.t(0).roll_flat(shifts[0]),
            (shifts, dims) => a.t(0).roll(shifts, dims.unwrap_or_default()),
        },
        _ => return None,
    })
}

fn of_copies(op: &str, a: &Args) -> Option<Tensor> {
    Some(match op {
        "repeat" => a.t(0).repeat(a.dims(1, "repeats")?),
        "tile" => a.t(0).tile(a.dims(1, "dims")?),
        "repeat_interleave" => {
            let repeats = a.operand(1, "repeats")?;
            match a.dim(2, "dim") {
                Some(dim) => a.t(0).repeat_interleave(repeats, dim),
                None => a.t(0).flatten().repeat_interleave(repeats, 0),
            }
        }
        "combinations" => {
            let r = a.int(1, "r").unwrap_or(2) as usize;
            match a.bool(2, "with_replacement") {
                Some(true) => a.t(0).combinations_with_replacement(r),
                _ => a.t(0).combinations(r),
            }
        }
        _ => return None,
    })
}

fn of_images(op: &str, a: &Args) -> Option<Tensor> {
    Some(match op {
        "constant_pad_nd" => {
            let value = a.float(2, "value").unwrap_or(0.0);
            a.t(0).pad(a.dims(1, "pad")?, value)
        }
        "nn.functional.pixel_shuffle" => a.t(0).pixel_shuffle(a.int(1, "upscale_factor")? as usize),
        "nn.functional.pixel_unshuffle" => a
            .t(0)
            .pixel_unshuffle(a.int(1, "downscale_factor")? as usize),
        "nn.functional.channel_shuffle" => a.t(0).channel_shuffle(a.int(1, "groups")? as usize),
        "nn.functional.unfold" => a.t(0).im2col(patches(a, 1)?),
        "nn.functional.fold" => a.t(0).col2im(pair(a, 1, "output_size")?, patches(a, 2)?),
        _ if op.starts_with("nn.functional.pad") => a.t(0).pad(a.dims(1, "pad")?, mode(a)?),
        _ => return None,
    })
}

fn mode(a: &Args) -> Option<PadMode> {
    Some(match a.str(2, "mode") {
        None | Some("constant") => PadMode::Constant(a.float(3, "value").unwrap_or(0.0)),
        Some("reflect") => PadMode::Reflect,
        Some("replicate") => PadMode::Replicate,
        Some("circular") => PadMode::Circular,
        _ => return None,
    })
}

fn pair(a: &Args, at: usize, name: &str) -> Option<[i64; 2]> {
    a.ints(at, name).map(|v| match v[..] {
        [one] => [one; 2],
        _ => [v[0], v[1]],
    })
}

/// Kernel, dilation, padding and stride, from this argument on.
fn patches(a: &Args, at: usize) -> Option<Patches> {
    Some(
        Patches::new(pair(a, at, "kernel_size")?)
            .dilation(pair(a, at + 1, "dilation").unwrap_or([1; 2]))
            .padding(pair(a, at + 2, "padding").unwrap_or([0; 2]))
            .stride(pair(a, at + 3, "stride").unwrap_or([1; 2])),
    )
}

fn of_lists(op: &str, a: &Args) -> Option<Tensor> {
    let list = || a.tensors(0, "tensors");
    Some(match op {
        "cat" | "concat" => cat(&list()?, a.dim(1, "dim").unwrap_or(0)),
        "stack" => stack(&list()?, a.dim(1, "dim").unwrap_or(0)),
        "hstack" => hstack(&list()?),
        "vstack" => vstack(&list()?),
        "dstack" => dstack(&list()?),
        "column_stack" => column_stack(&list()?),
        "block_diag" => block_diag(&a.rest(0)),
        "cartesian_prod" => cartesian_prod(&a.rest(0)),
        _ => return None,
    })
}

/// Operations with several results.
fn several(op: &str, a: &Args) -> Option<Outcome> {
    let dim = |at| a.dim(at, "dim").unwrap_or(0);
    let list = match op {
        "split" | "split__list_args" => a.t(0).split(cut(a, "split_size_or_sections")?, dim(2)),
        "split_with_sizes" => a.t(0).split(cut(a, "split_sizes")?, dim(2)),
        "chunk" => a.t(0).chunk(a.int(1, "chunks")? as usize, dim(2)),
        "tensor_split" => a.t(0).tensor_split(cut(a, "indices_or_sections")?, dim(2)),
        "hsplit" => a.t(0).hsplit(cut(a, "indices_or_sections")?),
        "vsplit" => a.t(0).vsplit(cut(a, "indices_or_sections")?),
        "dsplit" => a.t(0).dsplit(cut(a, "indices_or_sections")?),
        "unbind" => a.t(0).unbind(dim(1)),
        "broadcast_tensors" => broadcast_tensors(&a.rest(0)),
        "meshgrid__list_of_tensors" | "meshgrid__variadic_tensors" => {
            let list = match &a.positional[0] {
                Value::List(_) => a.tensors(0, "tensors")?,
                _ => a.rest(0),
            };
            match a.str(usize::MAX, "indexing") {
                Some("xy") => meshgrid_xy(&list),
                _ => meshgrid(&list),
            }
        }
        "atleast_1d" | "atleast_2d" | "atleast_3d" => {
            let form = match op {
                "atleast_1d" => Tensor::atleast_1d,
                "atleast_2d" => Tensor::atleast_2d,
                _ => Tensor::atleast_3d,
            };
            a.tensors(0, "tensors")?.into_iter().map(form).collect()
        }
        _ => return None,
    };
    Some(list.into())
}

fn cut(a: &Args, name: &str) -> Option<Cut> {
    Some(match a.get(1, name)? {
        Value::List(_) => Cut::from(a.ints(1, name)?),
        _ => Cut::from(a.int(1, name)?),
    })
}

fn created(op: &str, a: &Args) -> Option<Tensor> {
    let x = match op {
        "arange" => arange(a)?,
        "linspace" | "logspace" => {
            let (start, end) = (a.float(0, "start")?, a.float(1, "end")?);
            let n = usize::try_from(a.int(2, "steps")?).ok()?;
            match op {
                "linspace" => Tensor::linspace(start, end, n),
                _ => Tensor::logspace(start, end, n, a.float(3, "base").unwrap_or(10.0)),
            }
        }
        "eye" => match (a.dim(0, "n")?, a.dim(1, "m")) {
            (n, Some(m)) => Tensor::eye([n, m]),
            (n, None) => Tensor::eye(n),
        },
        "zeros" => Tensor::zeros(a.dims(0, "size")?),
        "ones" => Tensor::ones(a.dims(0, "size")?),
        "full" => full(a.dims(0, "size")?, a.get(1, "fill_value")?)?,
        "zeros_like" => a.t(0).zeros_like(),
        "ones_like" => a.t(0).ones_like(),
        "full_like" => a.t(0).full_like(a.float(1, "fill_value")?),
        "nn.functional.one_hot" => a.t(0).one_hot(a.int(1, "num_classes").unwrap_or(-1)),
        "tril_indices" | "triu_indices" => {
            let size = |at, name| a.int(at, name).and_then(|n| usize::try_from(n).ok());
            let (rows, columns) = (size(0, "row")?, size(1, "col")?);
            let offset = a.int(2, "offset").unwrap_or(0);
            match op {
                "tril_indices" => Tensor::tril_indices(rows, columns, offset),
                _ => Tensor::triu_indices(rows, columns, offset),
            }
        }
        _ => return None,
    };
    Some(match a.dtype(usize::MAX, "dtype") {
        Some(dtype) => x.to_dtype(dtype),
        None => x,
    })
}

/// Integers count in integers; next to a float everything is one.
fn arange(a: &Args) -> Option<Tensor> {
    let float = |v: Option<&Value>| matches!(v, Some(Value::Float(_)));
    let (first, second) = (a.get(0, "start"), a.get(1, "end"));
    let from_zero = second.is_none();
    if float(first) || float(second) || float(a.get(2, "step")) {
        let (first, second) = (a.float(0, "start")?, a.float(1, "end"));
        let (start, end) = if from_zero {
            (0.0, first)
        } else {
            (first, second?)
        };
        return Some(Tensor::arange((
            start,
            end,
            a.float(2, "step").unwrap_or(1.0),
        )));
    }
    let (first, second) = (a.int(0, "start")?, a.int(1, "end"));
    let (start, end) = if from_zero {
        (0, first)
    } else {
        (first, second?)
    };
    Some(Tensor::arange((start, end, a.int(2, "step").unwrap_or(1))))
}

fn full(shape: Vec<isize>, value: &Value) -> Option<Tensor> {
    Some(match value {
        Value::Bool(v) => Tensor::full(shape, *v),
        Value::Int(v) => Tensor::full(shape, *v),
        other => Tensor::full(shape, other.float()),
    })
}
