//! Counting what a piece of code asks of the buffer pool.
use crate::kernel::buffer;

/// The memory that a piece of code has asked for on its own thread, be it new or used before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// How many buffers.
    pub buffers: usize,
    /// Their sizes in all.
    pub bytes: usize,
    /// What is still held when the code has run, less what was held before and is no more.
    pub kept: i64,
}

/// Runs `f`; gives its result and what it has asked of the buffer pool.
///
/// ```
/// use d2l_core::{Tensor, testing::requests};
/// let x = Tensor::ones([100]);
/// let (y, asked) = requests(|| (&x + &x) * 3.0);
/// assert_eq!(y.numel(), 100);
/// assert_eq!((asked.buffers, asked.bytes, asked.kept), (2, 800, 400));
/// ```
pub fn requests<R>(f: impl FnOnce() -> R) -> (R, Requests) {
    let before = buffer::counts();
    let result = f();
    let after = buffer::counts();
    let bytes = after.bytes - before.bytes;
    let asked = Requests {
        buffers: after.buffers - before.buffers,
        bytes,
        kept: bytes as i64 - (after.returned - before.returned) as i64,
    };
    (result, asked)
}

#[cfg(test)]
mod tests {
    use super::requests;
    use crate::Tensor;

    #[test]
    fn parts_of_a_tensor_cost_their_own_size_on_the_way_back() {
        let asked = |steps: usize| {
            let x = Tensor::ones([steps, 1000]).requires_grad_(true);
            let y = x
                .unbind(0)
                .iter()
                .fold(Tensor::zeros([1000]), |sum, row| sum + row);
            let backward = requests(|| y.sum().backward()).1.bytes;
            assert_eq!(x.grad(), Some(Tensor::ones([steps, 1000])));
            backward
        };
        // Ten times the steps are ten times the memory, not a hundred times.
        assert!(asked(100) <= 11 * asked(10), "{} {}", asked(100), asked(10));
    }
}
