//! Products.
use super::over::{Over, reductions};
use crate::{Tensor, error::Result, kernel::reduce::Prod};

reductions! {
    product, () -> Tensor;

    /// The product of all elements, 1 of none; integers wrap around, bools are multiplied as `I64`.
    /// Gradient: the product of the others, also where one is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([2.0, 3.0]).prod().item(), 6.0);
    /// ```
    prod;

    /// [`Tensor::prod`] over one axis or several, which disappear.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[2, 3], [4, 5]]).prod_dim(1), Tensor::from([6, 20]));
    /// ```
    prod_dim;

    /// [`Tensor::prod_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[2, 3], [4, 5]]).prod_keepdim(0), Tensor::from([[8, 15]]));
    /// ```
    prod_keepdim;
}

fn product(op: &'static str, x: &Tensor, over: &Over) -> Result<Tensor> {
    let y = x.fold(over, Prod);
    let (saved, over) = (x.saved(op), over.clone());
    Ok(y.record(op, [x], move |g, _| {
        [Some(over.spread(g) * products_of_others(&saved, &over))]
    }))
}

/// For every element the product of all others: of those before it and those after it.
fn products_of_others(x: &Tensor, over: &Over) -> Tensor {
    let rest: Vec<usize> = (0..x.dim()).filter(|a| !over.axes.contains(a)).collect();
    let order: Vec<usize> = rest.iter().chain(&over.axes).copied().collect();
    let moved = x.permute(&order);
    let rows = moved.reshape([x.numel() / over.n.max(1), over.n]);
    let others = before(&rows) * before(&rows.flip(1)).flip(1);
    let mut back = order.clone();
    (0..order.len()).for_each(|i| back[order[i]] = i);
    others.reshape(moved.shape()).permute(&back)
}

/// Along rows, the product of the elements before each.
fn before(rows: &Tensor) -> Tensor {
    rows.neighbour::<false>(1, 1.0).cumprod(1)
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(prod, |x| x.prod(), [3, 4]);
    gradcheck_test!(prod_dim, |x| x.prod_dim([0, 2]), [2, 3, 2]; no scalar);
    gradcheck_test!(prod_keepdim, |x| x.prod_keepdim(1), [2, 3, 2]; no scalar);

    #[test]
    fn the_gradient_of_a_product_survives_a_zero() {
        let x = Tensor::from([2.0, 0.0, 3.0]).requires_grad_(true);
        x.prod().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([0.0, 6.0, 0.0]));
    }

    #[test]
    fn a_product_of_nothing_is_one_and_integers_wrap() {
        assert_eq!(Tensor::zeros([0]).prod().item(), 1.0);
        let big = Tensor::from([i64::MAX, 2]);
        assert_eq!(big.prod(), Tensor::from(i64::MAX.wrapping_mul(2)));
        assert_eq!(Tensor::from([true, true]).prod(), Tensor::from(1));
    }
}
