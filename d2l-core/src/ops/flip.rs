//! Axes run through backwards.
use crate::{
    IntoShape, Tensor,
    error::{Error, ErrorKind, Result, bail, fail, ok},
    tensor::{axes, axis, moved},
};

impl Tensor {
    /// The elements in reverse order along the axes `dims`; a copy, as in PyTorch.
    ///
    /// # Panics
    /// If there is no such axis, or one is named twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).flip(1), Tensor::from([[2, 1], [4, 3]]));
    /// ```
    #[track_caller]
    pub fn flip(&self, dims: impl IntoShape) -> Tensor {
        let none = dims.entries().1 == 0;
        let dims = ok!(axes("flip", &dims, self.dim()));
        if none || self.dim() == 0 {
            return self.copy();
        }
        self.flipped("flip", dims)
    }

    /// Each row reversed, left to right: [`Tensor::flip`] of axis 1.
    ///
    /// # Panics
    /// With fewer than two axes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).fliplr(), Tensor::from([[2, 1], [4, 3]]));
    /// ```
    #[track_caller]
    pub fn fliplr(&self) -> Tensor {
        if self.dim() < 2 {
            let why = format!("{:?} has fewer than two axes", self.shape());
            fail(&Error::new("fliplr", ErrorKind::Shape, why));
        }
        self.flipped("fliplr", vec![1])
    }

    /// The rows in reverse order, up to down: [`Tensor::flip`] of axis 0.
    ///
    /// # Panics
    /// For a single number.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).flipud(), Tensor::from([[3, 4], [1, 2]]));
    /// ```
    #[track_caller]
    pub fn flipud(&self) -> Tensor {
        if self.dim() < 1 {
            let why = "a single number has no rows";
            fail(&Error::new("flipud", ErrorKind::Shape, why));
        }
        self.flipped("flipud", vec![0])
    }

    /// A quarter turn in the plane of two axes, from the first towards the second, `k` times.
    ///
    /// # Panics
    /// If an axis does not exist, or both are the same.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).rot90(1, [0, 1]), Tensor::from([[2, 4], [1, 3]]));
    /// ```
    #[track_caller]
    pub fn rot90(&self, k: isize, dims: [isize; 2]) -> Tensor {
        let [a, b] = ok!(plane(self, dims));
        match k.rem_euclid(4) {
            0 => self.copy(),
            1 => self.flip(b).transpose(a, b),
            2 => self.flip([a, b]),
            _ => self.flip(a).transpose(a, b),
        }
    }

    fn flipped(&self, op: &'static str, dims: Vec<usize>) -> Tensor {
        let x = self.contiguous_raw();
        let out = moved!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
            reverse(&x.read::<T>(), x.shape(), &dims, out);
        }));
        out.record(op, [self], move |g, _| [Some(g.flipped(op, dims.clone()))])
    }
}

fn plane(x: &Tensor, dims: [isize; 2]) -> Result<[isize; 2]> {
    let [a, b] = [
        axis("rot90", dims[0], x.dim())?,
        axis("rot90", dims[1], x.dim())?,
    ];
    if a == b {
        bail!(
            "rot90",
            Index,
            "{dims:?} are no two axes of {:?}",
            x.shape()
        );
    }
    Ok([a as isize, b as isize])
}

/// `x`, any number of blocks of the last axes of `shape`, reversed along those of the sorted `dims`.
fn reverse<T: Copy>(x: &[T], shape: &[usize], dims: &[usize], out: &mut [T]) {
    let Some((&next, rest)) = dims.split_first() else {
        return out.copy_from_slice(x);
    };
    if x.is_empty() {
        return;
    }
    let inner = shape[next + 1..].iter().product();
    let block = shape[next] * inner;
    for (x, out) in x.chunks_exact(block).zip(out.chunks_exact_mut(block)) {
        if inner == 1 {
            out.iter_mut()
                .zip(x.iter().rev())
                .for_each(|(o, &v)| *o = v);
            continue;
        }
        let pairs = x.chunks_exact(inner).rev().zip(out.chunks_exact_mut(inner));
        pairs.for_each(|(x, out)| reverse(x, shape, rest, out));
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(by_name, |x| x.fliplr() * x.flipud(), [3, 4]; no scalar);
    gradcheck_test!(flip, |x| x.flip([0, -1]).square(), [2, 3, 2]; no scalar);
    gradcheck_test!(turn, |x| x.rot90(3, [0, 1]).square(), [3, 4]; no scalar);

    #[test]
    fn every_choice_of_axes_is_flipped() {
        let x = Tensor::arange(24).reshape([2, 3, 4]);
        let y = x.flip([0, 2]);
        assert_eq!(y.i((0, 1, 0)).item(), x.i((1, 1, 3)).item());
        assert_eq!(x.flip([0, 1, 2]).flatten(), x.flatten().flip(0));
        assert_eq!(x.flip(1).flip(1), x);
        assert_eq!(x.rot90(-1, [1, 2]), x.rot90(3, [1, 2]));
        assert_eq!(Tensor::zeros([0, 2]).flip([0, 1]).shape(), [0, 2]);
    }
}
