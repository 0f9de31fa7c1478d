//! How much arithmetic a piece of program asks for.
//!
//! Counted are products: of matrices, in dense layers, `einsum` and `tensordot`, attention, convolutions
//! and transposed ones, forward and backward. A multiplication with the addition to its sum is two
//! operations; zeros of a padding are multiplied like any number. Not counted are biases, elementwise
//! functions, sums, norms, pools and factorisations. So does PyTorch's `torch.utils.flop_counter` count;
//! fvcore calls a multiplication with its addition one operation and adds a few for each element of a norm.
use std::cell::Cell;

thread_local!(static COUNT: Cell<Option<u64>> = const { Cell::new(None) });

/// The value of `f`, and how many operations it has asked for on this thread.
///
/// ```
/// use d2l_core::{Tensor, flops};
/// let (a, b) = (Tensor::ones([2, 3]), Tensor::ones([3, 5]));
/// let (y, n) = flops::count(|| a.matmul(&b).tanh());
/// assert_eq!((y.shape(), n), (&[2, 5][..], 2 * 2 * 3 * 5));
/// ```
pub fn count<R>(f: impl FnOnce() -> R) -> (R, u64) {
    struct Restore(Option<u64>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let inner = COUNT.get().unwrap_or_default();
            COUNT.set(self.0.map(|outer| outer.saturating_add(inner)));
        }
    }
    let _restore = Restore(COUNT.replace(Some(0)));
    let value = f();
    (value, COUNT.get().unwrap_or_default())
}

/// How many operations the innermost [`count`] has seen so far; `None` if nobody counts.
#[inline(never)] // a thread-local variable is cheap to reach in this crate alone: see `scope`
pub fn so_far() -> Option<u64> {
    COUNT.get()
}

/// Notes a product in which each of `results` numbers is a sum of `terms` products.
#[inline]
pub(crate) fn product(results: usize, terms: usize) {
    if let Some(n) = COUNT.get() {
        let more = 2 * (results as u64).saturating_mul(terms as u64);
        COUNT.set(Some(n.saturating_add(more)));
    }
}

#[cfg(test)]
mod tests {
    use super::count;
    use crate::{Causal, Conv, Tensor, einsum, scaled_dot_product_attention};

    fn ones<const N: usize>(shape: [usize; N]) -> Tensor {
        Tensor::ones(shape)
    }

    #[test]
    fn every_product_counts() {
        let of = |f: &dyn Fn() -> Tensor| count(f).1;
        assert_eq!(of(&|| ones([4]).matmul(&ones([4]))), 2 * 4);
        assert_eq!(
            of(&|| ones([7, 2, 3]).matmul(&ones([3, 5]))),
            2 * 7 * 2 * 3 * 5
        );
        let (x, w, b) = (ones([6, 2, 3]), ones([5, 3]), ones([5]));
        assert_eq!(of(&|| x.linear(&w, Some(&b))), 2 * 12 * 3 * 5);
        assert_eq!(
            of(&|| einsum("bij,bjk->bik", &[&ones([7, 2, 3]), &ones([7, 3, 5])])),
            420
        );
        assert_eq!(
            of(&|| ones([4, 3]).tensordot(&ones([3, 2]), 1)),
            2 * 4 * 3 * 2
        );
        let (q, k, v) = (ones([2, 4, 8]), ones([2, 6, 8]), ones([2, 6, 3]));
        let attention = 2 * 2 * 4 * 6 * (8 + 3);
        assert_eq!(
            of(&|| scaled_dot_product_attention(&q, &k, &v, Causal)),
            attention
        );
    }

    /// A result of 4 x 4, of three channels each seen through 5 x 5 in two groups.
    #[test]
    fn convolutions_count_both_ways() {
        let (x, w) = (ones([2, 6, 8, 8]), ones([4, 3, 5, 5]));
        let n = count(|| x.conv2d(&w, None, &Conv::new().groups(2))).1;
        assert_eq!(n, 2 * (2 * 4 * 4 * 4) * (3 * 25));
        let y = ones([2, 4, 4, 4]);
        let n = count(|| y.conv_transpose2d(&w, None, &Conv::new().groups(2))).1;
        assert_eq!(n, 2 * (2 * 4 * 4 * 4) * (3 * 25));
    }

    #[test]
    fn a_backward_pass_counts_and_other_functions_do_not() {
        let w = ones([3, 5]).requires_grad_(true);
        let x = ones([2, 3]);
        let (y, forward) = count(|| x.matmul(&w).relu().sum());
        let backward = count(|| y.backward()).1;
        assert_eq!((forward, backward), (60, 60)); // by `w` alone
        let x = ones([1, 2, 4, 4]);
        let others = count(|| {
            (&x + 1.0)
                .softmax(-1)
                .layer_norm([4], None, None, 1e-5)
                .mean()
        });
        assert_eq!(others.1, 0);
    }

    #[test]
    fn counts_nest_and_end() {
        let a = ones([2, 2]);
        let ((_, inner), outer) = count(|| {
            let _ = a.matmul(&a);
            count(|| a.matmul(&a))
        });
        assert_eq!((inner, outer), (16, 32));
        let _ = std::panic::catch_unwind(|| count(|| panic!("stops")));
        assert_eq!(super::so_far(), None);
    }
}
