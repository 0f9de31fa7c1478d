//! Values written to the places that `gather` would read.
use super::{
    operand::{IntoOperand, Operand},
    walk,
};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    kernel::math::Num,
    no_grad,
    tensor::stored,
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
        let out = self.copy();
        ok!(out.try_scatter("scatter", dim, index, value.operand(), false));
        out
    }

    /// [`Tensor::scatter`] in place.
    ///
    /// # Panics
    /// As [`Tensor::scatter`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([3]);
    /// x.scatter_(0, &Tensor::from([2]), 1.0);
    /// assert_eq!(x, Tensor::from([0.0, 0.0, 1.0]));
    /// ```
    #[track_caller]
    pub fn scatter_(&self, dim: isize, index: &Tensor, value: impl IntoOperand) -> Tensor {
        ok!(self.try_scatter("scatter_", dim, index, value.operand(), false));
        self.clone()
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
        let out = self.copy();
        ok!(out.try_scatter("scatter_add", dim, index, source.into(), true));
        out
    }

    /// [`Tensor::scatter_add`] in place.
    ///
    /// # Panics
    /// As [`Tensor::scatter_add`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let counts = Tensor::zeros([3]);
    /// counts.scatter_add_(0, &Tensor::from([0, 2, 2]), &Tensor::ones([3]));
    /// assert_eq!(counts, Tensor::from([1.0, 0.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn scatter_add_(&self, dim: isize, index: &Tensor, source: &Tensor) -> Tensor {
        ok!(self.try_scatter("scatter_add_", dim, index, source.into(), true));
        self.clone()
    }

    fn try_scatter(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
        value: Operand<'_>,
        add: bool,
    ) -> Result<()> {
        let Targets { axis, at, source } = self.targets(op, dim, index, value)?;
        self.in_order(op, |x| {
            x.reshape(x.dims().lifted())
                .put_along(op, axis, &at, &source, add);
            Ok(())
        })
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
        let value = Operand::Tensor(source);
        let to = ok!(self.targets("scatter_reduce", dim, index, value));
        let start = self.reshape(self.dims().lifted()).copy();
        if !include_self {
            let neutral = to.source.detach().full_like(how.neutral(&to.source));
            start.put_along("scatter_reduce", to.axis, &to.at, &neutral, false);
        }
        let out = match how {
            Reduce::Sum => to.added(&start, &to.source),
            Reduce::Mean => to.mean(&start, include_self),
            Reduce::Prod => to.product(&start),
            Reduce::Amax | Reduce::Amin => to.extreme(&start, how),
        };
        out.reshape(*self.dims())
    }

    /// [`Tensor::scatter_reduce`] in place.
    ///
    /// # Panics
    /// As [`Tensor::scatter_reduce`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::{Reduce, Tensor};
    /// let (x, index) = (Tensor::from([1.0, 2.0]), Tensor::from([0, 0]));
    /// x.scatter_reduce_(0, &index, &Tensor::from([3.0, 5.0]), Reduce::Prod, true);
    /// assert_eq!(x, Tensor::from([15.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn scatter_reduce_(
        &self,
        dim: isize,
        index: &Tensor,
        source: &Tensor,
        how: Reduce,
        include_self: bool,
    ) -> Tensor {
        ok!(self.update("scatter_reduce_", &[source], &|x| {
            x.scatter_reduce(dim, index, source, how, include_self)
        }));
        self.clone()
    }

    fn targets(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
        value: Operand<'_>,
    ) -> Result<Targets> {
        let (axis, at) = self.places(op, dim, index)?;
        let Operand::Tensor(source) = value else {
            let source = self.number(value).expand(*at.dims());
            return Ok(Targets { axis, at, source });
        };
        self.check_source(op, source)?;
        if at.numel() == 0 {
            let source = source
                .detach()
                .reshape(-1)
                .narrow(0, 0, 0)
                .reshape(*at.dims());
            return Ok(Targets { axis, at, source });
        }
        let source = source.reshape(source.dims().lifted());
        let larger = source.shape().iter().zip(at.shape()).all(|(s, n)| s >= n);
        if source.dim() != at.dim() || !larger {
            bail!(
                op,
                Shape,
                "a source of shape {:?} is smaller than the positions {:?}",
                source.shape(),
                at.shape()
            );
        }
        let cut = |s: Tensor, d: usize| s.narrow(d as isize, 0, at.shape()[d]);
        let source = (0..at.dim()).fold(source, cut);
        Ok(Targets { axis, at, source })
    }
}

/// Where the values go, and as many values as there are places.
struct Targets {
    axis: usize,
    at: Tensor,
    source: Tensor,
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

impl Targets {
    /// `x` plus `values` at the places.
    fn added(&self, x: &Tensor, values: &Tensor) -> Tensor {
        let out = x.copy();
        out.put_along("scatter_add", self.axis, &self.at, values, true);
        out
    }

    fn of(&self, x: &Tensor) -> Tensor {
        x.gathered(self.axis, &self.at)
    }

    fn mean(&self, start: &Tensor, own: bool) -> Tensor {
        let sum = self.added(start, &self.source);
        let n = no_grad(|| {
            let zeros = start.detach().full_like(f64::from(u8::from(own)));
            self.added(&zeros, &self.source.detach().full_like(1.0))
                .maximum(1)
        });
        if sum.dtype().is_float() {
            return sum / n;
        }
        let (sum, n) = (sum.long(), n.long());
        let quotient =
            walk::zip::<i64, i64, i64>(&sum, &n, *sum.dims(), DType::I64, |s, n| s.div_euclid(n));
        quotient.to_dtype(start.dtype())
    }

    fn extreme(&self, start: &Tensor, how: Reduce) -> Tensor {
        let (out, from) = (start.raw_copy(), self.source.contiguous_raw());
        stored!(out.dtype(), T => match how {
            Reduce::Amax => out.fold_along::<T>(self.axis, &self.at, &from, <T as Num>::max_nan),
            _ => out.fold_along::<T>(self.axis, &self.at, &from, <T as Num>::min_nan),
        });
        let (x, s) = (
            start.saved("scatter_reduce"),
            self.source.saved("scatter_reduce"),
        );
        let to = self.detached();
        out.record_output("scatter_reduce", [start, &self.source], move |g, cx| {
            let y = cx.output();
            let own = x.eq(y).to_dtype(g.dtype());
            let given = s.eq(to.of(y)).to_dtype(g.dtype());
            let share = g / to.added(&own, &given);
            [
                cx.needs(0, || &share * &own),
                cx.needs(1, || to.of(&share) * &given),
            ]
        })
    }

    fn product(&self, start: &Tensor) -> Tensor {
        let out = self.raw_product(start, &self.source);
        let (x, s) = (
            start.saved("scatter_reduce"),
            self.source.saved("scatter_reduce"),
        );
        let to = self.detached();
        out.record("scatter_reduce", [start, &self.source], move |g, cx| {
            let (own, given) = to.others(&x, &s);
            cx.once(
                g,
                [cx.needs(0, || g * own), cx.needs(1, || to.of(g) * given)],
            )
        })
    }

    fn raw_product(&self, start: &Tensor, source: &Tensor) -> Tensor {
        let (out, from) = (start.raw_copy(), source.contiguous_raw());
        stored!(out.dtype(), T => out.fold_along::<T>(self.axis, &self.at, &from, <T as Num>::times));
        out
    }

    /// For every factor the product of the others at its place: a single 0 is left out by itself.
    fn others(&self, x: &Tensor, s: &Tensor) -> (Tensor, Tensor) {
        let zero = |t: &Tensor| t.eq(0).to_dtype(t.dtype());
        let one_for_zero = |t: &Tensor| t + zero(t);
        let (x, s) = (x.detach(), s.detach());
        let rest = self.raw_product(&one_for_zero(&x), &one_for_zero(&s));
        let zeros = self.added(&zero(&x), &zero(&s));
        let without = |t: &Tensor, rest: &Tensor, zeros: &Tensor| {
            rest / one_for_zero(t) * zeros.eq(zero(t)).to_dtype(t.dtype())
        };
        (
            without(&x, &rest, &zeros),
            without(&s, &self.of(&rest), &self.of(&zeros)),
        )
    }

    /// The places alone, for a rule.
    fn detached(&self) -> Targets {
        Targets {
            axis: self.axis,
            at: self.at.clone(),
            source: self.source.detach(),
        }
    }
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
