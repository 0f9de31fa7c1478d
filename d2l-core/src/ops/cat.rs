//! Joining tensors along an axis.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{axis, moved},
};

/// The tensors one after the other along axis `dim`; PyTorch's `torch.cat`. Dtypes promote. Empty
/// vectors (shape `[0]`) are skipped, whatever the shape of the others.
///
/// # Panics
/// If there are none, or their shapes differ elsewhere than at `dim`.
///
/// ```
/// use d2l_core::{Tensor, cat};
/// let x = Tensor::from([[1, 2]]);
/// assert_eq!(cat(&[&x, &x], 0), Tensor::from([[1, 2], [1, 2]]));
/// ```
#[track_caller]
pub fn cat(tensors: &[&Tensor], dim: isize) -> Tensor {
    ok!(try_cat("cat", tensors, dim))
}

/// The tensors side by side along a new axis `dim`; PyTorch's `torch.stack`.
///
/// # Panics
/// If there are none or their shapes differ.
///
/// ```
/// use d2l_core::{Tensor, stack};
/// let (a, b) = (Tensor::from([1, 2]), Tensor::from([3, 4]));
/// assert_eq!(stack(&[&a, &b], 1), Tensor::from([[1, 3], [2, 4]]));
/// ```
#[track_caller]
pub fn stack(tensors: &[&Tensor], dim: isize) -> Tensor {
    ok!(try_stack(tensors, dim))
}

/// The tensors one after the other along the second axis, vectors along their only one; PyTorch's
/// `torch.hstack`.
///
/// # Panics
/// As [`cat`].
///
/// ```
/// use d2l_core::{Tensor, hstack};
/// let (a, b) = (Tensor::from([[1], [2]]), Tensor::from([[3], [4]]));
/// assert_eq!(hstack(&[&a, &b]), Tensor::from([[1, 3], [2, 4]]));
/// ```
#[track_caller]
pub fn hstack(tensors: &[&Tensor]) -> Tensor {
    let vectors = tensors.first().is_some_and(|t| t.dim() < 2);
    ok!(joined(
        "hstack",
        tensors,
        Tensor::atleast_1d,
        isize::from(!vectors)
    ))
}

/// The tensors one below the other, vectors as rows; PyTorch's `torch.vstack`.
///
/// # Panics
/// As [`cat`].
///
/// ```
/// use d2l_core::{Tensor, vstack};
/// let (a, b) = (Tensor::from([1, 2]), Tensor::from([3, 4]));
/// assert_eq!(vstack(&[&a, &b]), Tensor::from([[1, 2], [3, 4]]));
/// ```
#[track_caller]
pub fn vstack(tensors: &[&Tensor]) -> Tensor {
    ok!(joined("vstack", tensors, Tensor::atleast_2d, 0))
}

/// The tensors one behind the other along the third axis ([`Tensor::atleast_3d`] gives it); PyTorch's
/// `torch.dstack`.
///
/// # Panics
/// As [`cat`].
///
/// ```
/// use d2l_core::{Tensor, dstack};
/// let (a, b) = (Tensor::from([1, 2]), Tensor::from([3, 4]));
/// assert_eq!(dstack(&[&a, &b]), Tensor::from([[[1, 3], [2, 4]]]));
/// ```
#[track_caller]
pub fn dstack(tensors: &[&Tensor]) -> Tensor {
    ok!(joined("dstack", tensors, Tensor::atleast_3d, 2))
}

/// The tensors side by side, numbers and vectors as columns; PyTorch's `torch.column_stack`.
///
/// # Panics
/// As [`cat`].
///
/// ```
/// use d2l_core::{Tensor, column_stack};
/// let (a, b) = (Tensor::from([1, 2]), Tensor::from([3, 4]));
/// assert_eq!(column_stack(&[&a, &b]), Tensor::from([[1, 3], [2, 4]]));
/// ```
#[track_caller]
pub fn column_stack(tensors: &[&Tensor]) -> Tensor {
    let column = |t: &Tensor| match t.dim() {
        0 | 1 => t.reshape([-1, 1]),
        _ => t.clone(),
    };
    ok!(joined("column_stack", tensors, column, 1))
}

/// The tensors with axes added by `form`, joined.
fn joined(
    op: &'static str,
    tensors: &[&Tensor],
    form: impl Fn(&Tensor) -> Tensor,
    dim: isize,
) -> Result<Tensor> {
    let list: Vec<Tensor> = tensors.iter().map(|t| form(t)).collect();
    try_cat(op, &list.iter().collect::<Vec<_>>(), dim)
}

fn try_stack(tensors: &[&Tensor], dim: isize) -> Result<Tensor> {
    const OP: &str = "stack";
    let Some(first) = tensors.first() else {
        bail!(OP, Value, "no tensors to join")
    };
    let at = axis(OP, dim, first.dim() + 1)?;
    if let Some(other) = tensors.iter().find(|t| t.dims() != first.dims()) {
        let (a, b) = (first.shape(), other.shape());
        bail!(OP, Shape, "{a:?} and {b:?} differ");
    }
    joined(OP, tensors, |t| t.unsqueeze(at as isize), at as isize)
}

fn try_cat(op: &'static str, tensors: &[&Tensor], dim: isize) -> Result<Tensor> {
    let kept: Vec<&Tensor> = tensors
        .iter()
        .copied()
        .filter(|t| t.shape() != [0])
        .collect();
    let Some(&first) = kept.first().or(tensors.first()) else {
        bail!(op, Value, "no tensors to join")
    };
    let at = axis(op, dim, first.dim())?;
    for t in &kept {
        let fits = t.dim() == first.dim() && t.dim() > 0;
        if !fits || t.dims().with(at, 0) != first.dims().with(at, 0) {
            let (a, b) = (first.shape(), t.shape());
            bail!(
                op,
                Shape,
                "{a:?} and {b:?} differ elsewhere than at axis {at}"
            );
        }
    }
    let dtype = (tensors.iter()).fold(first.dtype(), |d, t| d.promote(t.dtype()));
    let parts = if kept.is_empty() {
        &tensors[..1]
    } else {
        &kept
    };
    let parts: Vec<Tensor> = parts.iter().map(|t| t.to_dtype(dtype)).collect();
    Ok(recorded(op, join(&parts, at), &parts, at))
}

/// The rule has a fixed number of inputs, so the graph is built pair by pair: each part adds its
/// own piece to a value that starts as plain numbers.
fn recorded(op: &'static str, mut out: Tensor, parts: &[Tensor], at: usize) -> Tensor {
    let mut start = 0;
    for part in parts {
        let n = part.shape()[at];
        if part.requires_grad() || out.requires_grad() {
            let view = out.strided(out.offset(), *out.dims(), *out.stride_dims());
            out = view.record(op, [&out, part], move |g, cx| {
                let piece = || g.narrow(at as isize, start, n);
                [cx.needs(0, || g.clone()), cx.needs(1, piece)]
            });
        }
        start += n;
    }
    out
}

fn join(parts: &[Tensor], at: usize) -> Tensor {
    let parts: Vec<Tensor> = parts.iter().map(Tensor::contiguous_raw).collect();
    let first = &parts[0];
    let total = parts.iter().map(|p| p.shape()[at]).sum();
    let inner: usize = first.shape()[at + 1..].iter().product();
    let shape = first.dims().with(at, total);
    moved!(first.dtype(), T => Tensor::build::<T>(first.dtype(), shape, |out| {
        let mut start = 0;
        for p in &parts {
            let len = p.shape()[at] * inner;
            if len == 0 { continue }
            let rows = out.chunks_exact_mut(total * inner);
            rows.zip(p.read::<T>().chunks_exact(len)).for_each(|(o, x)| o[start..start + len].copy_from_slice(x));
            start += len;
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::{cat, column_stack, dstack, hstack, stack, vstack};
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(joined, |a, b| cat(&[a, b, a], 1) * 2.0, [3, 4], [3, 2]; no scalar);
    gradcheck_test!(stacked, |a, b| stack(&[a, b], 0) * 2.0, [3, 4], [3, 4]);
    gradcheck_test!(
        stacks,
        |a, b| hstack(&[&vstack(&[a, b]), &vstack(&[b, a])]),
        [3, 4],
        [3, 4]
    );
    gradcheck_test!(
        deep,
        |a, b| dstack(&[a, &column_stack(&[b])]) * 2.0,
        [3, 4],
        [3, 4]
    );

    #[test]
    fn empty_vectors_are_skipped() {
        let (x, nothing) = (Tensor::ones([2, 3]), Tensor::zeros([0]));
        assert_eq!(cat(&[&nothing, &x, &nothing], 1), x);
        assert_eq!(cat(&[&nothing, &nothing], 0), nothing);
        assert_eq!(cat(&[&Tensor::zeros([2, 0]), &x], 1), x);
    }

    #[test]
    #[should_panic(expected = "stack: [2, 3] and [3, 2] differ")]
    fn only_equal_shapes_are_stacked() {
        let _ = stack(&[&Tensor::zeros([2, 3]), &Tensor::zeros([3, 2])], 0);
    }

    #[test]
    #[should_panic(expected = "cat: [2, 3] and [2] differ elsewhere than at axis 0")]
    fn shapes_must_agree() {
        let _ = cat(&[&Tensor::zeros([2, 3]), &Tensor::zeros([2])], 0);
    }
}
