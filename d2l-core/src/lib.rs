//! The tensor and the automatic differentiation under `d2l`.
//!
//! ```
//! use d2l_core::Tensor;
//! let w = Tensor::from([[2.0], [-3.4]]).requires_grad_(true);
//! let x = Tensor::from([[1.0, 0.5], [0.0, 2.0]]);
//! let y = x.matmul(&w).square().mean();
//! y.backward();
//! assert_eq!(w.grad().unwrap().shape(), [2, 1]);
//! ```
//!
//! Floor plan, each part knowing only those before it: `kernel` (slices, storage, threads), `tensor`
//! (the handle), `autograd` (the graph), `ops` (one operation, one file).
#![deny(missing_docs)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod autograd;
mod error;
pub mod flops;
mod kernel;
mod ops;
mod options;
pub mod rng;
mod tensor;
pub mod testing;

pub use autograd::{
    Arity, Context, Differentiable, Function, HookHandle, detect_anomaly, grad, hessian, hvp,
    is_grad_enabled, jacobian, jvp, no_grad, value_and_grad, vjp,
};
pub use error::{Error, ErrorKind, Result};
pub use ops::*;
pub use rng::manual_seed;
pub use tensor::{
    DType, Data, Device, DeviceError, Element, IntoShape, IntoSteps, MAX_DIM, Position, Steps,
    Tensor, View, default_dtype, set_default_dtype,
};

/// What the code of `optimizer!` is written with.
#[doc(hidden)]
pub mod update {
    pub use crate::{
        kernel::update::{Formula, Loop, Loops, Real},
        ops::update_,
    };
}

/// Names the running module in error messages.
pub mod scope {
    pub(crate) use crate::kernel::scope::suffix;
    pub use crate::kernel::scope::{
        Scope, describe, enter, enter_counted, enter_index, passed, place, previous,
    };
}

/// Threads, memory and instruction sets.
pub mod runtime {
    use crate::kernel::{buffer, simd, threads};

    /// How many threads an operation may use: `D2L_NUM_THREADS`, else one per core.
    pub fn num_threads() -> usize {
        threads::num_threads()
    }

    /// Sets [`num_threads`]. Results do not depend on it, not even in the last bit.
    ///
    /// # Panics
    /// If `n` is 0.
    #[track_caller]
    pub fn set_num_threads(n: usize) {
        assert!(n > 0, "set_num_threads: at least one thread is needed");
        threads::set_num_threads(n);
    }

    /// The instruction set in use: `base`, `avx2` or `avx512`; `D2L_SIMD` can lower it.
    pub fn simd_level() -> String {
        simd::level().to_string()
    }

    /// Gives cached memory back to the system.
    pub fn empty_cache() {
        buffer::empty_cache();
    }

    /// How many buffers have come fresh from the system so far; constant in a warm training loop.
    pub fn fresh_buffers() -> usize {
        buffer::fresh_buffers()
    }
}
