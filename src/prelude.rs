//! What a chapter of the book needs: `use d2l::prelude::*`.
pub use crate::{
    board::ProgressBoard,
    data::{Batch, DataLoader, DataModule, FashionMNIST, SyntheticRegressionData, TensorDataset},
    loss::*,
    metrics::*,
    module::{
        Base, Classifier, Classify, CompleteFor, Forward, HyperParameters, Inherited, Layer, Long,
        Metrics, Model, Module, ModuleExt, Optimizer, Param, Summarize, Trainable, accuracy,
        init::{self, Constant, Normal, Uniform, Zeros},
    },
    nn::*,
    optim::*,
    sequential,
    train::{Checkpoint, Fit, Trainer},
};
pub use d2l_core::{
    AttentionMask, Bag, Causal, Conv, DType, Device, Ellipsis, InterpolationMode, MatrixNorm,
    NewAxis, PadMode, Pool, Tensor, block_diag, cartesian_prod, cat, column_stack, detect_anomaly,
    dstack, einsum, grad, hessian, hstack, hvp, jacobian, jvp, manual_seed, meshgrid, meshgrid_xy,
    multi_dot, no_grad, scaled_dot_product_attention, stack, value_and_grad, vjp, vstack,
};
pub use d2l_macros::{
    Batch, Module, add_to_class, elementwise, fused, optimizer, save_hyperparameters,
};
