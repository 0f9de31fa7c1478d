//! Norms of vectors.
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axes},
};

impl Tensor {
    /// `(Σ |x|ᵖ)^(1/p)` over all elements: the Euclidean norm for 2; for `∞` and `-∞` the largest and
    /// the smallest absolute value, for 0 the number of elements that are not 0. The gradient is 0
    /// where the norm is 0, and shared equally among ties. PyTorch's `linalg.vector_norm`.
    ///
    /// # Panics
    /// For integers, and for `±∞` and negative `p` if there are no elements.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([3.0, -4.0]);
    /// assert_eq!(x.vector_norm(2.0).item(), 5.0);
    /// assert_eq!(x.vector_norm(f64::INFINITY).item(), 4.0);
    /// ```
    #[track_caller]
    pub fn vector_norm(&self, p: f64) -> Tensor {
        let all: Vec<usize> = (0..self.dim()).collect();
        ok!(norm(self, p, &all)).reshape([0; 0])
    }

    /// [`Tensor::vector_norm`] over one axis or several, which disappear.
    ///
    /// # Panics
    /// As [`Tensor::vector_norm`], and if an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[3.0, 4.0], [0.0, 2.0]]);
    /// assert_eq!(x.vector_norm_dim(2.0, 1), Tensor::from([5.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn vector_norm_dim(&self, p: f64, dims: impl IntoShape) -> Tensor {
        let list = ok!(self.norm_axes(dims));
        let left = list.iter().rev().fold(*self.dims(), |d, &a| d.remove(a));
        ok!(norm(self, p, &list)).reshape(left)
    }

    /// [`Tensor::vector_norm`] over one axis or several, which stay with size 1.
    ///
    /// # Panics
    /// As [`Tensor::vector_norm_dim`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3.0, 4.0]]).vector_norm_keepdim(1.0, 1), Tensor::from([[7.0]]));
    /// ```
    #[track_caller]
    pub fn vector_norm_keepdim(&self, p: f64, dims: impl IntoShape) -> Tensor {
        ok!(norm(self, p, &ok!(self.norm_axes(dims))))
    }

    fn norm_axes(&self, dims: impl IntoShape) -> Result<Vec<usize>> {
        let list = axes("vector_norm", dims, self.dim())?;
        Ok(if self.dim() == 0 { vec![] } else { list })
    }
}

/// The norm over sorted `axes`, which stay with size 1.
fn norm(x: &Tensor, p: f64, axes: &[usize]) -> Result<Tensor> {
    x.check_float("vector_norm")?;
    let n: usize = axes.iter().map(|&a| x.shape()[a]).product();
    if n == 0 && (p < 0.0 || p == f64::INFINITY) {
        bail!(
            "vector_norm",
            Shape,
            "of order {p} is not defined without elements: {:?}",
            x.shape()
        );
    }
    let y = value(&x.detach(), p, axes);
    let (saved, list) = (x.saved("vector_norm"), axes.to_vec());
    Ok(y.record_output("vector_norm", [x], move |g, cx| {
        [Some(gradient(g, &saved, cx.output(), p, &list))]
    }))
}

fn value(x: &Tensor, p: f64, axes: &[usize]) -> Tensor {
    let kept = axes.iter().fold(*x.dims(), |d, &a| d.with(a, 1));
    let sum = |terms: Tensor| match axes.is_empty() {
        true => terms,
        false => terms.sum_keepdim(axes.iter().map(|&a| a as isize).collect::<Vec<_>>()),
    };
    match p {
        0.0 => sum(x.ne(0.0).to_dtype(x.dtype())),
        1.0 => sum(x.abs()),
        2.0 => sum(x.square()).sqrt(),
        _ if p.is_infinite() => extreme(&x.abs(), p > 0.0, axes).reshape(kept),
        _ => sum(x.abs().pow(p)).pow(1.0 / p),
    }
}

/// The largest or smallest element over several axes.
fn extreme(x: &Tensor, largest: bool, axes: &[usize]) -> Tensor {
    let others = (0..x.dim()).filter(|a| !axes.contains(a));
    let order: Vec<isize> = others
        .chain(axes.iter().copied())
        .map(|a| a as isize)
        .collect();
    let left: Vec<usize> = order[..x.dim() - axes.len()]
        .iter()
        .map(|&a| x.shape()[a as usize])
        .collect();
    let n = axes.iter().map(|&a| x.shape()[a]).product();
    let runs = x
        .permute(order)
        .reshape(Dims::new(&left).insert(left.len(), n));
    if largest {
        runs.max_dim(-1).0
    } else {
        runs.min_dim(-1).0
    }
}

/// `G x |x|^(p-2) / norm^(p-1)` and its limits; made of operations, so that it can be differentiated.
fn gradient(g: &Tensor, x: &Tensor, norm: &Tensor, p: f64, axes: &[usize]) -> Tensor {
    let unless_zero = |t: Tensor, of: &Tensor| t.masked_fill(&of.eq(0.0), 0.0);
    match p {
        0.0 => x.zeros_like(),
        1.0 => x.sign() * g,
        2.0 => x * unless_zero(g / norm, norm),
        _ if p.is_infinite() => {
            let ties = x.abs().eq(norm);
            let count = value(&ties.to_dtype(x.dtype()), 1.0, axes);
            x.sign().kept(&ties) * (g / count)
        }
        _ => {
            let slope = unless_zero(x.abs().pow(p - 1.0), x) * x.sign();
            slope * unless_zero(g / norm.pow(p - 1.0), norm)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(euclidean, |x| x.vector_norm_dim(2.0, 1), [3, 4]; no scalar);
    gradcheck_test!(manhattan, |x| x.vector_norm(1.0), [3, 4]);
    gradcheck_test!(cubic, |x| x.vector_norm_keepdim(3.0, [0, 2]), [3, 4, 2]; no scalar);
    gradcheck_test!(negative, |x| x.vector_norm(-0.5), [3]; no empty);
    gradcheck_test!(least, |x| x.vector_norm(f64::NEG_INFINITY), [3]; no empty);

    #[test]
    fn the_gradient_at_zero_is_zero() {
        for p in [0.5, 1.0, 2.0, 3.0, -1.0, f64::INFINITY] {
            let x = Tensor::zeros([3]).requires_grad_(true);
            x.vector_norm(p).backward();
            assert_eq!(x.grad().unwrap(), Tensor::zeros([3]), "{p}");
        }
    }

    #[test]
    #[should_panic(expected = "vector_norm: of order inf is not defined without elements: [0]")]
    fn nothing_has_no_largest_element() {
        let _ = Tensor::zeros([0]).vector_norm(f64::INFINITY);
    }
}
