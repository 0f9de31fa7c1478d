//! What a chapter of the book needs: `use d2l::prelude::*`.
pub use crate::{
    board::ProgressBoard,
    data::{Batch, DataLoader, DataModule, FashionMNIST, SyntheticRegressionData, TensorDataset},
    loss::{CrossEntropyLoss, L2Loss, MSELoss},
    module::{
        Base, Classifier, Classify, CompleteFor, Forward, HyperParameters, Inherited, Layer,
        Metrics, Model, Module, ModuleExt, Optimizer, Param, Trainable, accuracy,
        init::{Constant, Normal, Uniform, Zeros},
    },
    nn::*,
    optim::{ParamGroup, SGD, clip_grad_norm_},
    sequential,
    train::{Checkpoint, Fit, Trainer},
};
pub use d2l_core::{
    Conv, DType, Device, Ellipsis, NewAxis, Pool, Tensor, cat, detect_anomaly, grad, hessian, hvp,
    jacobian, jvp, manual_seed, no_grad, stack, value_and_grad, vjp,
};
pub use d2l_macros::{Module, add_to_class, save_hyperparameters};
