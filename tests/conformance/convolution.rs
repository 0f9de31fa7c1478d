//! Convolutions, pooling, normalisation and vision of `nn.functional`.
use super::args::{Args, Outcome, Value};
use d2l_core::{Conv, IntoOutput, Pool, Tensor};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    let name = op.strip_prefix("nn.functional.")?;
    if name.starts_with("conv") {
        return convolution(name, a);
    }
    if name.starts_with("adaptive") {
        return Some(match target(a)? {
            Target::Sizes(sizes) => adaptive(name, a, sizes)?,
            Target::Options(sizes) => adaptive(name, a, sizes)?,
        });
    }
    // Other operations may have anything in the place of a kernel size.
    if name.contains("pool") {
        pool(name, a)
    } else {
        None
    }
}

/// The output size of an adaptive pool.
enum Target {
    Sizes(Vec<isize>),
    Options(Vec<Option<usize>>),
}

fn target(a: &Args) -> Option<Target> {
    let keeps = |v: &Value| matches!(v, Value::None);
    let size = |v: &Value| (!keeps(v)).then(|| usize::try_from(v.int()).ok()).flatten();
    Some(match a.get(1, "output_size")? {
        Value::List(list) if list.iter().any(keeps) => {
            Target::Options(list.iter().map(size).collect())
        }
        _ => Target::Sizes(a.dims(1, "output_size")?),
    })
}

fn adaptive(name: &str, a: &Args, sizes: impl IntoOutput) -> Option<Outcome> {
    let (x, indices) = (a.t(0), a.bool(2, "return_indices") == Some(true));
    Some(match (name, indices) {
        ("adaptive_avg_pool1d", _) => x.adaptive_avg_pool1d(sizes).into(),
        ("adaptive_avg_pool2d", _) => x.adaptive_avg_pool2d(sizes).into(),
        ("adaptive_avg_pool3d", _) => x.adaptive_avg_pool3d(sizes).into(),
        ("adaptive_max_pool1d", false) => x.adaptive_max_pool1d(sizes).into(),
        ("adaptive_max_pool2d", false) => x.adaptive_max_pool2d(sizes).into(),
        ("adaptive_max_pool3d", false) => x.adaptive_max_pool3d(sizes).into(),
        ("adaptive_max_pool1d", true) => x.adaptive_max_pool1d_with_indices(sizes).into(),
        ("adaptive_max_pool2d", true) => x.adaptive_max_pool2d_with_indices(sizes).into(),
        ("adaptive_max_pool3d", true) => x.adaptive_max_pool3d_with_indices(sizes).into(),
        _ => return None,
    })
}

/// The order is kernel, stride, padding, and then dilation, ceil mode, indices for maxima or ceil mode,
/// padding counts, divisor for means.
fn pool(name: &str, a: &Args) -> Option<Outcome> {
    let x = a.t(0);
    let (greatest, last) = (name.starts_with("max"), usize::MAX);
    let mut pool = Pool::new(a.dims(1, "kernel_size")?);
    if let Some(stride) = a.dims(2, "stride").filter(|s| !s.is_empty()) {
        pool = pool.stride(stride);
    }
    pool = pool.padding(a.dims(3, "padding").unwrap_or(vec![0]));
    let (dilation, ceil) = if greatest { (4, 5) } else { (last, 4) };
    pool = pool.dilation(a.dims(dilation, "dilation").unwrap_or(vec![1]));
    pool = pool.ceil_mode(a.bool(ceil, "ceil_mode") == Some(true));
    if greatest {
        let indices = a.bool(6, "return_indices") == Some(true);
        return Some(match (name, indices) {
            ("max_pool1d", false) => x.max_pool1d(&pool).into(),
            ("max_pool2d", false) => x.max_pool2d(&pool).into(),
            ("max_pool3d", false) => x.max_pool3d(&pool).into(),
            ("max_pool1d", true) => x.max_pool1d_with_indices(&pool).into(),
            ("max_pool2d", true) => x.max_pool2d_with_indices(&pool).into(),
            ("max_pool3d", true) => x.max_pool3d_with_indices(&pool).into(),
            _ => return None,
        });
    }
    pool = pool.count_include_pad(a.bool(5, "count_include_pad") != Some(false));
    if let Some(divisor) = a.int(6, "divisor_override") {
        pool = pool.divisor_override(divisor);
    }
    Some(match name {
        "avg_pool1d" => x.avg_pool1d(&pool).into(),
        "avg_pool2d" => x.avg_pool2d(&pool).into(),
        "avg_pool3d" => x.avg_pool3d(&pool).into(),
        _ => return None,
    })
}

fn convolution(name: &str, a: &Args) -> Option<Outcome> {
    type Method = fn(&Tensor, &Tensor, Option<&Tensor>, &Conv) -> Tensor;
    let (method, transposed): (Method, bool) = match name {
        "conv1d" => (Tensor::conv1d, false),
        "conv2d" => (Tensor::conv2d, false),
        "conv3d" => (Tensor::conv3d, false),
        "conv_transpose1d" => (Tensor::conv_transpose1d, true),
        "conv_transpose2d" => (Tensor::conv_transpose2d, true),
        "conv_transpose3d" => (Tensor::conv_transpose3d, true),
        _ => return None,
    };
    let options = options(a, transposed);
    Some(method(a.t(0), a.t(1), a.tensor(2, "bias"), &options).into())
}

/// The order is stride, padding, dilation, groups, or if transposed stride, padding, output padding,
/// groups, dilation.
fn options(a: &Args, transposed: bool) -> Conv {
    let (groups, dilation) = if transposed { (6, 7) } else { (6, 5) };
    let mut options = Conv::new();
    if let Some(stride) = a.dims(3, "stride") {
        options = options.stride(stride);
    }
    options = match a.get(4, "padding") {
        Some(Value::Str(name)) if name == "same" => options.padding("same"),
        Some(Value::Str(name)) if name == "valid" => options.padding("valid"),
        Some(Value::Str(_)) => options.padding("neither"),
        _ => options.padding(a.dims(4, "padding").unwrap_or(vec![0])),
    };
    if let Some(dilation) = a.dims(dilation, "dilation") {
        options = options.dilation(dilation);
    }
    if let Some(more) = a.dims(if transposed { 5 } else { usize::MAX }, "output_padding") {
        options = options.output_padding(more);
    }
    // A negative number of groups cannot be written; zero is as wrong.
    let groups = a.int(groups, "groups").unwrap_or(1);
    options.groups(usize::try_from(groups).unwrap_or(0))
}
