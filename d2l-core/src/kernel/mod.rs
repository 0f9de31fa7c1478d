//! Slices in, slices out: the numeric loops, the storage under a tensor and the thread pool.
//!
//! The only place in the workspace with `unsafe`; each block states why it is sound. Nothing in
//! here knows what a tensor is: strides, dtypes and gradients are the business of `ops`.
#![expect(
    unsafe_code,
    reason = "SIMD dispatch, storage and threads; see each SAFETY comment"
)]

pub(crate) mod buffer;
pub(crate) mod conv;
pub(crate) mod copy;
pub(crate) mod elementwise;
pub(crate) mod gemm;
pub(crate) mod index;
pub(crate) mod linalg;
pub(crate) mod math;
pub(crate) mod norm;
pub(crate) mod patches;
pub(crate) mod pool;
pub(crate) mod random;
pub(crate) mod reduce;
pub(crate) mod resample;
pub(crate) mod runs;
pub(crate) mod scan;
pub(crate) mod scope;
pub(crate) mod select;
pub(crate) mod simd;
pub(crate) mod softmax;
pub(crate) mod sort;
pub(crate) mod special;
pub(crate) mod storage;
pub(crate) mod threads;
pub(crate) mod update;
