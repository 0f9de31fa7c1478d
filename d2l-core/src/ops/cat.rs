//! Joining tensors along an axis.
use super::slice::TensorIndex;
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{axis, stored},
};

/// The tensors one after the other along axis `dim`; PyTorch's `torch.cat`.
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
    ok!(try_cat(tensors, dim))
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
    let list: Vec<Tensor> = tensors.iter().map(|t| t.unsqueeze(dim)).collect();
    ok!(try_cat(&list.iter().collect::<Vec<_>>(), dim))
}

fn try_cat(tensors: &[&Tensor], dim: isize) -> Result<Tensor> {
    let Some(first) = tensors.first() else {
        bail!("cat", Value, "no tensors to join")
    };
    let at = axis("cat", dim, first.dim())?;
    for t in tensors {
        if t.dim() != first.dim()
            || t.dim() == 0
            || t.dims().with(at, 0) != first.dims().with(at, 0)
        {
            bail!(
                "cat",
                Shape,
                "{:?} and {:?} differ elsewhere than at axis {at}",
                first.shape(),
                t.shape()
            );
        }
    }
    let dtype = tensors
        .iter()
        .fold(first.dtype(), |d, t| d.promote(t.dtype()));
    let parts: Vec<Tensor> = tensors.iter().map(|t| t.to_dtype(dtype)).collect();
    let joined = join(&parts, at);
    // The rule has a fixed number of inputs, so the graph is built pair by pair: each part adds
    // its own piece to a value that starts as plain numbers.
    let mut start = 0;
    let mut out = joined;
    for p in &parts {
        let n = p.shape()[at];
        out = piece(out, p, at, start, n);
        start += n;
    }
    Ok(out)
}

/// `out`, recorded as depending on `part` at `start..start + n` of axis `at`, besides what it
/// depends on already.
fn piece(out: Tensor, part: &Tensor, at: usize, start: usize, n: usize) -> Tensor {
    if !part.requires_grad() && !out.requires_grad() {
        return out;
    }
    let view = out.view_as(out.offset(), *out.dims(), *out.stride_dims());
    view.record("cat", [&out, part], move |g, cx| {
        let mut index = vec![TensorIndex::Slice(None, None, 1); g.dim()];
        index[at] = TensorIndex::Slice(Some(start as isize), Some((start + n) as isize), 1);
        [cx.needs(0, || g.clone()), cx.needs(1, || g.i(index))]
    })
}

fn join(parts: &[Tensor], at: usize) -> Tensor {
    let parts: Vec<Tensor> = parts.iter().map(Tensor::contiguous_raw).collect();
    let first = &parts[0];
    let total = parts.iter().map(|p| p.shape()[at]).sum();
    let inner: usize = first.shape()[at + 1..].iter().product();
    let shape = first.dims().with(at, total);
    stored!(first.dtype(), T => Tensor::build::<T>(first.dtype(), shape, |out| {
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

impl<'a> super::slice::Index<'a> for Vec<TensorIndex<'a>> {
    fn list(self) -> Vec<TensorIndex<'a>> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{cat, stack};
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(joined, |a, b| cat(&[a, b, a], 1) * 2.0, [3, 4], [3, 2]; no scalar);
    gradcheck_test!(stacked, |a, b| stack(&[a, b], 0) * 2.0, [3, 4], [3, 4]);

    #[test]
    #[should_panic(expected = "cat: [2, 3] and [2] differ elsewhere than at axis 0")]
    fn shapes_must_agree() {
        let _ = cat(&[&Tensor::zeros([2, 3]), &Tensor::zeros([2])], 0);
    }
}
