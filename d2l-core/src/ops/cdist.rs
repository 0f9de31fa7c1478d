//! Distances between all pairs of rows.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, broadcast},
};

impl Tensor {
    /// The distances of all rows of `[.., p, n]` from all rows of `other`, `[.., r, n]`, as `[.., p,
    /// r]`: the `order`-norms of their differences, as in [`Tensor::vector_norm`]. Batches broadcast. The
    /// gradient of equal rows is 0. Differences are taken before they are squared, so that close rows
    /// keep their distance; PyTorch's `cdist` with `donot_use_mm_for_euclid_dist`.
    ///
    /// # Panics
    /// If there are fewer than two axes, row lengths or dtypes differ, the batches do not broadcast, or
    /// `order` is negative.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (x, y) = (Tensor::from([[0.0, 0.0], [3.0, 0.0]]), Tensor::from([[3.0, 4.0]]));
    /// assert_eq!(x.cdist(&y, 2.0), Tensor::from([[5.0], [4.0]]));
    /// ```
    #[track_caller]
    pub fn cdist(&self, other: &Tensor, order: f64) -> Tensor {
        let (batch, n) = ok!(check(self, other, order));
        let full = |t: &Tensor| {
            let rows = t.size(-2);
            t.expand(batch.insert(batch.len(), rows).insert(batch.len() + 1, n))
        };
        let (a, b) = (full(self), full(other));
        if order == 2.0 {
            euclidean(&a, &b)
        } else if n == 0 {
            a.matmul(&b.mt())
        } else {
            (a.unsqueeze(-2) - b.unsqueeze(-3)).vector_norm_dim(order, -1)
        }
    }
}

fn check(a: &Tensor, b: &Tensor, order: f64) -> Result<(Dims, usize)> {
    const OP: &str = "cdist";
    let ((_, n), (_, m)) = (a.check_matrix(OP)?, b.check_matrix(OP)?);
    if n != m {
        bail!(
            OP,
            Shape,
            "{:?} and {:?} do not fit: rows of {n} and {m} numbers",
            a.shape(),
            b.shape()
        );
    }
    if a.dtype() != b.dtype() {
        bail!(
            OP,
            DType,
            "dtypes {} and {} differ (convert with `to_dtype`)",
            a.dtype(),
            b.dtype()
        );
    }
    if order.is_nan() || order < 0.0 {
        bail!(OP, Value, "the order {order} is negative or NaN");
    }
    Ok((broadcast(OP, &a.batch(), &b.batch())?, n))
}

/// Without a tensor of all differences.
fn euclidean(a: &Tensor, b: &Tensor) -> Tensor {
    let (p, r, n) = (a.size(-2), b.size(-2), a.size(-1));
    let (packed, _) = a
        .double()
        .detach()
        .each_pair(&b.double().detach(), p * r, |a, b, out| {
            for (at, o) in out.iter_mut().enumerate() {
                let (x, y) = (&a[at / r * n..][..n], &b[at % r * n..][..n]);
                *o = x
                    .iter()
                    .zip(y)
                    .map(|(x, y)| (x - y) * (x - y))
                    .sum::<f64>()
                    .sqrt();
            }
            Ok(())
        });
    let out = packed.part(0, &[p, r]).to_dtype(a.dtype());
    let (x, y) = (a.saved("cdist"), b.saved("cdist"));
    out.record_output("cdist", [a, b], move |g, cx| {
        let d = cx.output();
        let pull = (g / d).masked_fill(&d.eq(0.0), 0.0);
        let by_a = || &*x * pull.sum_dim(-1).unsqueeze(-1) - pull.matmul(&y);
        let by_b = || &*y * pull.sum_dim(-2).unsqueeze(-1) - pull.mt().matmul(&x);
        [cx.needs(0, by_a), cx.needs(1, by_b)]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        euclidean,
        |a, b| a.cdist(&(b + 3.0), 2.0),
        [2, 3, 4],
        [2, 4]; no scalar
    );
    gradcheck_test!(cubic, |a, b| a.cdist(&(b + 3.0), 3.0), [3, 2], [2, 2, 2]; no scalar);

    #[test]
    fn the_gradient_of_equal_rows_is_zero() {
        let x = Tensor::ones([1, 2]).requires_grad_(true);
        x.cdist(&Tensor::ones([1, 2]), 2.0).sum().backward();
        assert_eq!(x.grad().unwrap(), Tensor::zeros([1, 2]));
    }
}
