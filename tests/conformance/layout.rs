//! Tensors whose elements do not lie in row-major order.
use d2l_core::Tensor;

/// The same values with these strides. Strides that views of one block cannot have (elements that
/// overlap) become gaps with the axes in the same order. The memory in between is NaN.
pub fn laid_out(x: &Tensor, strides: &[usize]) -> Tensor {
    if x.numel() == 0 {
        return x.clone();
    }
    let mut axes: Vec<usize> = (0..x.dim())
        .filter(|&a| x.shape()[a] > 1 && strides[a] > 0)
        .collect();
    axes.sort_by_key(|&a| std::cmp::Reverse(strides[a]));
    let view = spread(&axes, x, strides);
    let view = in_order(view, &axes, x.dim());
    view.copy_(&once(x, strides));
    let out = view.expand(x.shape());
    assert!(
        out.to_le_bytes() == x.to_le_bytes(),
        "in the harness: layout {strides:?} of {:?}",
        x.shape()
    );
    out
}

/// `x` with one element along each axis of stride 0.
fn once(x: &Tensor, strides: &[usize]) -> Tensor {
    (0..x.dim())
        .filter(|&a| strides[a] == 0)
        .fold(x.clone(), |x, a| x.narrow(a as isize, 0, 1))
}

/// New memory whose axes are `axes`, outermost first, with the strides asked for.
fn spread(axes: &[usize], x: &Tensor, strides: &[usize]) -> Tensor {
    let shape = x.shape();
    let mut blocks = Vec::new();
    for (at, &axis) in axes.iter().enumerate() {
        let size = shape[axis];
        blocks.push(
            match at.checked_sub(1).map(|before| strides[axes[before]]) {
                None => size,
                Some(outer) if outer % strides[axis] == 0 && outer / strides[axis] >= size => {
                    outer / strides[axis]
                }
                Some(_) => size + 1,
            },
        );
    }
    blocks.push(axes.last().map_or(1, |&a| strides[a]));
    let memory = Tensor::full([blocks.iter().product::<usize>()], f64::NAN).to_dtype(x.dtype());
    let mut view = memory.reshape(&blocks);
    for (at, &axis) in axes.iter().enumerate() {
        view = view.narrow(at as isize, 0, shape[axis]);
    }
    view.narrow(-1, 0, 1).squeeze(-1)
}

/// Axes put where they belong, with the missing ones of size 1.
fn in_order(view: Tensor, axes: &[usize], dim: usize) -> Tensor {
    let mut order: Vec<usize> = (0..axes.len()).collect();
    order.sort_by_key(|&at| axes[at]);
    let view = view.permute(&order);
    (0..dim)
        .filter(|a| !axes.contains(a))
        .fold(view, |v, a| v.unsqueeze(a as isize))
}
