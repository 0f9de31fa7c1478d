//! Values written to the places that `gather` would read.
use super::{
    operand::{IntoOperand, Operand},
    take::along,
};
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::math::Num,
    tensor::{Dims, axis, stored},
};

/// How [`Tensor::scatter_reduce`] combines the values that meet at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reduce {
    /// Their sum.
    Sum,
    /// Their mean; cut towards negative infinity for integers.
    Mean,
    /// Their product.
    Prod,
    /// The greatest.
    Amax,
    /// The least.
    Amin,
}

impl Tensor {
    /// A copy with `self[i][index[i][j]] = value[i][j]` for `dim` 1, and so on. `value` is a number
    /// or a tensor at least as large as `index`; which of several values for one place stays is the
    /// last in row-major order.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit, or a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let one_hot = Tensor::zeros([2, 3]).scatter(1, &Tensor::from([[2], [0]]), 1.0);
    /// assert_eq!(one_hot, Tensor::from([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]));
    /// ```
    #[track_caller]
    pub fn scatter(&self, dim: isize, index: &Tensor, value: impl IntoOperand) -> Tensor {
        let (at, source) = ok!(self.targets("scatter", dim, index, value.operand()));
        self.put_at(&at, &source)
    }

    /// A copy with `self[i][index[i][j]] += source[i][j]` for `dim` 1, and so on.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit, or a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let counts = Tensor::zeros([3]).scatter_add(0, &Tensor::from([0, 2, 2]), &Tensor::ones([3]));
    /// assert_eq!(counts, Tensor::from([1.0, 0.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn scatter_add(&self, dim: isize, index: &Tensor, source: &Tensor) -> Tensor {
        let (at, source) = ok!(self.targets("scatter_add", dim, index, Operand::Tensor(source)));
        self.add_at(&at, &source)
    }

    /// As [`Tensor::scatter_add`] with another way of combining the values; with `include_self` the
    /// value that is there already is one of them. Gradients of a maximum or minimum are shared
    /// equally among ties.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit, or a position is out of range.
    ///
    /// ```
    /// use d2l_core::{Reduce, Tensor};
    /// let (x, index) = (Tensor::from([1.0, 2.0]), Tensor::from([0, 0]));
    /// let y = x.scatter_reduce(0, &index, &Tensor::from([3.0, 5.0]), Reduce::Mean, false);
    /// assert_eq!(y, Tensor::from([4.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn scatter_reduce(
        &self,
        dim: isize,
        index: &Tensor,
        source: &Tensor,
        how: Reduce,
        include_self: bool,
    ) -> Tensor {
        let (at, source) = ok!(self.targets("scatter_reduce", dim, index, Operand::Tensor(source)));
        let start = if include_self {
            self.clone()
        } else {
            self.put_at(&at, &source.full_like(how.neutral(&source)))
        };
        match how {
            Reduce::Sum => start.add_at(&at, &source),
            Reduce::Mean => mean(&start, &at, &source, include_self),
            Reduce::Prod => product(&start, &at, &source),
            Reduce::Amax | Reduce::Amin => extreme(&start, &at, &source, how),
        }
    }

    /// Where the values go, and as many values as there are places.
    fn targets(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
        value: Operand<'_>,
    ) -> Result<(Tensor, Tensor)> {
        let a = axis(op, dim, self.dim())?;
        let at = along(op, self.dims(), a, index)?;
        let Operand::Tensor(source) = value else {
            let shape = *at.dims();
            return Ok((at, self.like(op, value, shape)?));
        };
        self.check_source(op, source)?;
        if at.numel() == 0 {
            return Ok((
                at.reshape(-1),
                Tensor::filled(Dims::new(&[0]), 0.0, self.dtype()),
            ));
        }
        let fits =
            source.dim() == at.dim() && source.shape().iter().zip(at.shape()).all(|(s, n)| s >= n);
        if !fits && (source.dim().max(at.dim()) > 1 || source.numel() < at.numel()) {
            bail!(
                op,
                Shape,
                "a source of shape {:?} is smaller than the positions {:?}",
                source.shape(),
                at.shape()
            );
        }
        let part = (0..at.dim().min(source.dim())).fold(source.clone(), |s, d| {
            s.narrow(d as isize, 0, at.shape()[d])
        });
        Ok((at, part))
    }
}

impl Reduce {
    /// The value that changes nothing.
    fn neutral(self, x: &Tensor) -> f64 {
        match self {
            Reduce::Sum | Reduce::Mean => 0.0,
            Reduce::Prod => 1.0,
            Reduce::Amax => stored!(x.dtype(), T => <T as Num>::LOWEST.to_f64()),
            Reduce::Amin => stored!(x.dtype(), T => <T as Num>::HIGHEST.to_f64()),
        }
    }
}

/// How many values meet at each place.
fn counts(at: &Tensor, like: &Tensor, own: bool) -> Tensor {
    let start = like.full_like(if own { 1.0 } else { 0.0 });
    let ones = Tensor::filled(*at.dims(), 1.0, like.dtype());
    crate::no_grad(|| start.add_at(at, &ones))
}

fn mean(start: &Tensor, at: &Tensor, source: &Tensor, own: bool) -> Tensor {
    let n = counts(at, start, own);
    let n = &n + n.eq(0).to_dtype(n.dtype());
    let sum = start.add_at(at, source);
    if sum.dtype().is_float() {
        return sum / n;
    }
    let remainder = |s: i64, n: i64| s.div_euclid(n);
    super::walk::zip::<i64, i64, i64>(
        &sum.long(),
        &n.long(),
        *sum.dims(),
        crate::DType::I64,
        remainder,
    )
    .to_dtype(sum.dtype())
}

/// Runs `f(target, value)` for every value.
fn fold<T: Num + crate::kernel::storage::Plain>(
    start: &Tensor,
    at: &Tensor,
    source: &Tensor,
    f: impl Fn(T, T) -> T,
) -> Tensor {
    let (start, at, source) = (
        start.contiguous_raw(),
        at.contiguous_raw(),
        source.contiguous_raw(),
    );
    Tensor::build::<T>(start.dtype(), *start.dims(), |out| {
        out.copy_from_slice(&start.read::<T>());
        let source = source.read::<T>();
        at.read::<i64>()
            .iter()
            .zip(&*source)
            .for_each(|(&i, &v)| out[i as usize] = f(out[i as usize], v));
    })
}

fn extreme(start: &Tensor, at: &Tensor, source: &Tensor, how: Reduce) -> Tensor {
    let out = stored!(start.dtype(), T => match how {
        Reduce::Amax => fold::<T>(start, at, source, <T as Num>::max_nan),
        _ => fold::<T>(start, at, source, <T as Num>::min_nan),
    });
    let (x, s, at) = (
        start.saved("scatter_reduce"),
        source.saved("scatter_reduce"),
        at.clone(),
    );
    out.record_output("scatter_reduce", [start, source], move |g, cx| {
        let y = cx.output();
        let (own, given) = (
            x.eq(y).to_dtype(g.dtype()),
            s.eq(y.pick(&at)).to_dtype(g.dtype()),
        );
        let share = g / own.add_at(&at, &given);
        [
            cx.needs(0, || &share * &own),
            cx.needs(1, || share.pick(&at) * &given),
        ]
    })
}

fn product(start: &Tensor, at: &Tensor, source: &Tensor) -> Tensor {
    let out = stored!(start.dtype(), T => fold::<T>(start, at, source, Num::times));
    let (x, s, at) = (
        start.saved("scatter_reduce"),
        source.saved("scatter_reduce"),
        at.clone(),
    );
    out.record("scatter_reduce", [start, source], move |g, cx| {
        let (own, given) = others(&x, &at, &s);
        cx.once(
            g,
            [cx.needs(0, || g * own), cx.needs(1, || g.pick(&at) * given)],
        )
    })
}

/// For every factor the product of the others at its place: a single 0 is left out by itself.
fn others(x: &Tensor, at: &Tensor, s: &Tensor) -> (Tensor, Tensor) {
    let one_for_zero = |t: &Tensor| t + t.eq(0).to_dtype(t.dtype());
    let zero = |t: &Tensor| t.eq(0).to_dtype(t.dtype());
    let (x, s) = (x.detach(), s.detach());
    let rest = crate::tensor::float!(x.dtype(), T => fold::<T>(&one_for_zero(&x), at, &one_for_zero(&s), Num::times));
    let zeros = zero(&x).add_at(at, &zero(&s));
    let without = |t: &Tensor, rest: &Tensor, zeros: &Tensor| {
        rest / one_for_zero(t) * zeros.eq(zero(t)).to_dtype(t.dtype())
    };
    (
        without(&x, &rest, &zeros),
        without(&s, &rest.pick(at), &zeros.pick(at)),
    )
}

#[cfg(test)]
mod tests {
    use super::Reduce;
    use crate::{Tensor, testing::gradcheck_test};

    fn index() -> Tensor {
        Tensor::from([[0, 2, 0], [1, 0, 2]])
    }

    gradcheck_test!(
        scatter,
        |x, s| x.scatter(1, &Tensor::from([[0, 2], [1, 0]]), s) * 2.0,
        [3, 4],
        [2, 3]; no empty, scalar
    );
    gradcheck_test!(
        scatter_add,
        |x, s| x.scatter_add(0, &index(), s) * 2.0,
        [3, 4],
        [2, 3]; no empty, scalar
    );
    gradcheck_test!(
        mean,
        |x, s| x.scatter_reduce(0, &index(), s, Reduce::Mean, true),
        [3, 4],
        [2, 3]; no empty, scalar
    );
    gradcheck_test!(
        mean_alone,
        |x, s| x.scatter_reduce(0, &index(), s, Reduce::Mean, false),
        [3, 4],
        [2, 3]; no empty, scalar
    );
    gradcheck_test!(
        prod,
        |x, s| x.scatter_reduce(1, &index(), s, Reduce::Prod, true),
        [3, 4],
        [2, 3]; no empty, scalar, second
    );
    gradcheck_test!(
        amax,
        |x, s| x.scatter_reduce(0, &Tensor::from([[0, 2, 1]]), s, Reduce::Amax, true),
        [3, 4],
        [1, 3]; no empty, scalar
    );
    gradcheck_test!(
        amin,
        |x, s| x.scatter_reduce(0, &Tensor::from([[0, 2, 1]]), s, Reduce::Amin, false),
        [3, 4],
        [1, 3]; no empty, scalar
    );

    #[test]
    fn the_gradient_of_a_product_survives_a_zero() {
        let s = Tensor::from([0.0, 3.0]).requires_grad_(true);
        let y =
            Tensor::from([2.0]).scatter_reduce(0, &Tensor::from([0, 0]), &s, Reduce::Prod, true);
        y.sum().backward();
        assert_eq!(s.grad().unwrap(), Tensor::from([6.0, 0.0]));
    }
}
