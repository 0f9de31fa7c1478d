//! Points moved by affine maps.
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, sizes},
};

impl Tensor {
    /// The points that these affine maps `[n, 2, 3]` send the points of an image of the size
    /// `[n, channels, height, width]` to: `[n, height, width, 2]`, for [`Tensor::grid_sample`]
    /// (PyTorch's `nn.functional.affine_grid`). Maps `[n, 3, 4]` are for volumes.
    ///
    /// # Panics
    /// If shapes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[[[1.0, 2.0], [3.0, 4.0]]]]);
    /// let mirror = Tensor::from([[[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]);
    /// let y = x.grid_sample(&mirror.affine_grid([1, 1, 2, 2], false));
    /// assert_eq!(y, Tensor::from([[[[2.0, 1.0], [4.0, 3.0]]]]));
    /// ```
    #[track_caller]
    pub fn affine_grid(&self, size: impl IntoShape, align_corners: bool) -> Tensor {
        let size = ok!(sizes("affine_grid", &size));
        ok!(affine(self, size, align_corners))
    }
}

fn affine(maps: &Tensor, size: Dims, align: bool) -> Result<Tensor> {
    const OP: &str = "affine_grid";
    maps.check_float(OP)?;
    let axes = size.len().wrapping_sub(2);
    let fits = (2..=3).contains(&axes)
        && maps.shape() == [size[0], axes, axes + 1]
        && size.iter().all(|&n| n > 0);
    if !fits {
        bail!(
            OP,
            Shape,
            "maps {:?} and size {size:?} do not fit",
            maps.shape()
        );
    }
    let spread = &size[2..];
    let points = spread.iter().product::<usize>();
    let mut base = Vec::with_capacity(points * (axes + 1));
    let strides = Dims::new(spread).strides();
    for p in 0..points {
        let at = |a: usize| coordinate(p / strides[a] % spread[a], spread[a], align);
        base.extend((0..axes).rev().map(at));
        base.push(1.0);
    }
    let base = Tensor::from_vec::<f64>(base, [points, axes + 1]).to_dtype(maps.dtype());
    let grid = base.matmul(&maps.transpose(1, 2));
    Ok(grid.reshape([&[size[0]], spread, &[axes]].concat()))
}

/// The coordinate of element `i` of `n`.
fn coordinate(i: usize, n: usize, align: bool) -> f64 {
    match (align, n) {
        (_, 1) => 0.0,
        (true, _) => 2.0 * i as f64 / (n - 1) as f64 - 1.0,
        (false, _) => (2.0 * i as f64 + 1.0) / n as f64 - 1.0,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        affine_grid,
        |x| x.affine_grid([2, 1, 3, 2], true),
        [2, 2, 3]; no empty, scalar
    );
}
