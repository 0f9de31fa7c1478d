//! Views: another handle on the same data, parts of a tensor, and where a view lies in its base.
use crate::{
    Tensor,
    autograd::Meta,
    kernel::copy,
    tensor::{Dims, moved},
};

/// The identity, recorded.
pub(crate) fn alias(x: &Tensor) -> Tensor {
    x.strided(x.offset(), *x.dims(), *x.stride_dims())
        .record("alias", [x], |g, _| [Some(g.clone())])
}

/// The part of `x` that `pick` picks, recorded as `op`. Of any tensor of that shape `pick` must give
/// the same part, as a view without repetitions.
pub(crate) fn part<F>(x: &Tensor, op: &'static str, pick: F) -> Tensor
where
    F: Fn(&Tensor) -> Tensor + Clone + Send + Sync + 'static,
{
    let shape = *x.dims();
    pick(x).record(op, [x], move |g, cx| match cx.sum(0) {
        // One part of many costs its own size, not that of the whole.
        Some(sum) => {
            pick(&sum).add_(g);
            [None]
        }
        None => [Some(unpart(g, op, shape, pick.clone()))],
    })
}

/// Zeros of `shape` with `g` where `pick` picks: the transpose of [`part`].
fn unpart<F>(g: &Tensor, op: &'static str, shape: Dims, pick: F) -> Tensor
where
    F: Fn(&Tensor) -> Tensor + Clone + Send + Sync + 'static,
{
    let out = Tensor::filled(shape, 0.0, g.dtype());
    pick(&out).overwrite(g);
    out.record(op, [g], move |h, _| [Some(part(h, op, pick.clone()))])
}

/// Where a view lies in its base, and how that lies in memory.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    offset: usize,
    shape: Dims,
    strides: Dims,
    base: Dims,
    base_strides: Dims,
}

impl Window {
    pub(crate) fn of(base: &Tensor, view: &Tensor) -> Window {
        Window {
            offset: view.offset().saturating_sub(base.offset()),
            shape: *view.dims(),
            strides: *view.stride_dims(),
            base: *base.dims(),
            base_strides: *base.stride_dims(),
        }
    }

    /// `view`, recorded as what the window shows of `base`.
    pub(crate) fn part(self, base: &Tensor, view: &Tensor) -> Tensor {
        view.with_meta(Meta::none())
            .record("view", [base], move |g, _| [Some(self.put(g))])
    }

    /// `base`, recorded as what it was outside of the window, and `new` inside.
    pub(crate) fn replaced(self, base: &Tensor, new: &Tensor) -> Tensor {
        let rule = move |g: &Tensor, cx: &crate::Context<'_>| {
            [cx.needs(0, || self.clear(g)), cx.needs(1, || self.take(g))]
        };
        base.with_meta(Meta::none())
            .record("set", [base, new], rule)
    }

    /// What the window shows of `h`, which has the shape of the base.
    fn take(self, h: &Tensor) -> Tensor {
        self.show(&self.laid_out(h))
            .record("view", [h], move |g, _| [Some(self.put(g))])
    }

    /// Zeros of the shape of the base, plus `g` in the window.
    fn put(self, g: &Tensor) -> Tensor {
        let zeros = Tensor::filled(Dims::new(&[self.span()]), 0.0, g.dtype());
        let flat = if overlaps(&self.shape, &self.strides) {
            // Which number of the memory each element is.
            let at = self.show(&Tensor::arange(self.span()));
            zeros.index_add(0, &at.reshape(-1), &g.detach().reshape(-1), 1.0)
        } else {
            self.show(&zeros).overwrite(g);
            zeros
        };
        self.whole(&flat)
            .record("view", [g], move |h, _| [Some(self.take(h))])
    }

    /// `h`, which has the shape of the base, with zeros in the window.
    fn clear(self, h: &Tensor) -> Tensor {
        let flat = self.laid_out(&h.raw_copy());
        self.show(&flat)
            .overwrite(&Tensor::filled(self.shape, 0.0, h.dtype()));
        self.whole(&flat)
            .record("set", [h], move |g, _| [Some(self.clear(g))])
    }

    /// The values of `h` in memory as the base lies there, as a row.
    fn laid_out(self, h: &Tensor) -> Tensor {
        let h = h.detach().contiguous_raw();
        if self.base_strides == self.base.strides() {
            return h.strided(h.offset(), Dims::new(&[h.numel()]), Dims::new(&[1]));
        }
        moved!(h.dtype(), T => Tensor::build::<T>(h.dtype(), Dims::new(&[self.span()]), |out| {
            out.fill(0 as T);
            copy::scatter_strided(&h.read::<T>(), out, 0, &self.base, &self.base_strides);
        }))
    }

    fn show(self, flat: &Tensor) -> Tensor {
        flat.strided(flat.offset() + self.offset, self.shape, self.strides)
    }

    fn whole(self, flat: &Tensor) -> Tensor {
        flat.strided(flat.offset(), self.base, self.base_strides)
    }

    /// The elements of memory from the base's first to its last.
    fn span(self) -> usize {
        let last = |(n, stride): (&usize, &usize)| n.saturating_sub(1) * stride;
        let ends = self.base.iter().zip(self.base_strides.iter()).map(last);
        if self.base.numel() == 0 {
            0
        } else {
            1 + ends.sum::<usize>()
        }
    }
}

/// Whether two elements of a view may be at one place.
pub(crate) fn overlaps(shape: &Dims, strides: &Dims) -> bool {
    let mut axes: Vec<_> = shape
        .iter()
        .zip(strides.iter())
        .filter(|a| *a.0 > 1)
        .collect();
    axes.sort_unstable_by_key(|a| a.1);
    let mut reach = 0;
    axes.iter().any(|&(&n, &stride)| {
        let clash = stride <= reach;
        reach += (n - 1) * stride;
        clash
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(alias, |x| super::alias(x) * 2.0, [3, 4]);

    gradcheck_test!(
        a_view_changed_in_place,
        |x, y| {
            let x = x * 2.0;
            x.i((.., 1..3)).mul_(y);
            x.square()
        },
        [3, 4],
        [3, 2]; no empty, scalar);
    gradcheck_test!(
        results_that_lie_in_views_of_raw_memory,
        |x, y| {
            let joined = crate::cat(&[x, y, x], 1);
            joined.i(0).mul_(3.0);
            let sums = x.sum_keepdim(0);
            sums.i((.., 1..)).mul_(2.0);
            joined.sum_dim(1).unsqueeze(1) * sums
        },
        [3, 4],
        [3, 2]; no empty, scalar);
    gradcheck_test!(
        a_view_of_a_changed_base,
        |x| {
            let x = x * 2.0;
            let (row, wide) = (x.i(1), x.unsqueeze(0).expand([2, 3, 4]));
            x.add_(x.i(2));
            row * wide
        },
        [3, 4]; no empty, scalar);
}
