//! Layers: one file each, a record with a short `forward`.
//!
//! # Lazy layers
//!
//! `LazyLinear`, `LazyConv2d`, `LazyBatchNorm1d`, … learn a size from their first input (book 6.3). What
//! one does before that first forward has a meaning:
//!
//! | before the first forward | what it does |
//! |---|---|
//! | initialise | the wish is kept and carried out when the shape is known |
//! | clone | an independent layer with the same settings and wishes |
//! | save, `state_dict` | leaves out parameters without a shape |
//! | load, `load_state_dict` | gives them the shapes of the file |
//! | count | counts what has a shape |
//! | make an optimizer | it finds the parameters once they have a shape |
//! | freeze, `requires_grad_(false)` | is kept |
//! | tie | both places get one parameter, with the shape that comes first |
//! | print | says the name of the lazy layer; afterwards that of the layer |
//! | `summary(shape)` | runs a copy: nothing gets a shape |
//!
//! ```
//! use d2l::prelude::*;
//! let net = sequential![LazyConv2d::new(2, 3), Flatten, LazyLinear::new(1)];
//! let mut sgd = SGD::new(net.parameters(), 0.1);
//! assert_eq!(net.num_parameters(), 0);
//! net.forward(&Tensor::ones([4, 1, 5, 5])).sum().backward();
//! sgd.step();
//! assert_eq!(net.num_parameters(), (2 * 9 + 2) + (18 + 1));
//! assert_eq!(net.get::<Linear>(2).unwrap().weight.shape(), [1, 18]);
//! ```
/// The `forward` of a leaf layer: the method, and the trait by which it is a `Layer`, from a
/// `Result`. Unlike `#[add_to_class]` it opens no scope, so that `#[track_caller]` reaches the user's
/// line, and a container can raise the error at its own caller's.
macro_rules! forward {
    ($(#[$meta:meta])* $layer:ident, |$this:ident, $x:ident| $result:expr) => {
        impl $layer {
            $(#[$meta])*
            #[track_caller]
            pub fn forward(&self, x: &d2l_core::Tensor) -> d2l_core::Tensor {
                match self.try_forward(x) {
                    Ok(y) => y,
                    Err(e) => $crate::module::fail(self, e),
                }
            }

            fn try_forward(&self, x: &d2l_core::Tensor) -> Result<d2l_core::Tensor, d2l_core::Error> {
                $crate::module::giving(self, || self.result(x), |y| y)
            }

            fn result(&self, $x: &d2l_core::Tensor) -> Result<d2l_core::Tensor, d2l_core::Error> {
                let $this = self;
                $result
            }
        }

        impl<'a> $crate::module::Forward<(&'a d2l_core::Tensor,)> for $layer {
            type Output = d2l_core::Tensor;

            #[track_caller]
            fn call(&self, (x,): (&'a d2l_core::Tensor,)) -> d2l_core::Tensor {
                self.forward(x)
            }

            fn try_call(&self, (x,): (&'a d2l_core::Tensor,)) -> Result<d2l_core::Tensor, $crate::module::Refusal> {
                self.try_forward(x).map_err(|e| $crate::module::Refusal::new(self, e))
            }
        }
    };
}

/// The `forward` of a layer of several arguments; as `forward!`, and the layer may be made of others,
/// whose refusals it passes on. `|y|` picks the tensor of the result that messages and summaries show.
/// References among the arguments live for `'a`.
macro_rules! forward_with {
    (
        $(#[$meta:meta])*
        $layer:ident $(<$($mask:ident),+>)?,
        |$this:ident, $x:ident $(, $arg:ident: $ty:ty)* $(,)?| -> $out:ty, |$y:ident| $shown:expr, $result:expr
    ) => {
        impl $layer {
            $(#[$meta])*
            #[track_caller]
            pub fn forward<'a $($(, $mask: Into<d2l_core::AttentionMask>)+)?>(
                &self, $x: &'a d2l_core::Tensor $(, $arg: $ty)*
            ) -> $out {
                match self.try_forward($x $(, $arg)*) {
                    Ok(y) => y,
                    Err(refusal) => refusal.raise(self),
                }
            }

            fn try_forward<'a $($(, $mask: Into<d2l_core::AttentionMask>)+)?>(
                &self, $x: &'a d2l_core::Tensor $(, $arg: $ty)*
            ) -> Result<$out, $crate::module::Refusal> {
                let $this = self;
                let work = || {
                    let result = $result;
                    result.map_err(|e| $crate::module::Refuse::by(e, self))
                };
                $crate::module::giving(self, work, |$y| $shown)
            }
        }

        impl<'a $($(, $mask: Into<d2l_core::AttentionMask>)+)?>
            $crate::module::Forward<(&'a d2l_core::Tensor, $($ty,)*)> for $layer
        {
            type Output = $out;

            #[track_caller]
            fn call(&self, ($x, $($arg,)*): (&'a d2l_core::Tensor, $($ty,)*)) -> $out {
                self.forward($x $(, $arg)*)
            }

            fn try_call(
                &self, ($x, $($arg,)*): (&'a d2l_core::Tensor, $($ty,)*)
            ) -> Result<$out, $crate::module::Refusal> {
                self.try_forward($x $(, $arg)*)
            }
        }
    };
}

mod activation;
mod activation_with;
mod adaptive_pool;
mod avg_pool;
mod bilinear;
mod channel_norm;
mod container;
mod conv;
mod dense;
mod dropout;
mod embedding;
mod embedding_bag;
mod flatten;
mod fold;
mod group_norm;
mod gru;
mod gru_cell;
mod identity;
mod lambda;
mod layer_norm;
mod lazy;
mod lazy_linear;
mod linear;
mod local_response_norm;
mod lp_pool;
mod lstm;
mod lstm_cell;
mod max_pool;
mod maybe;
mod module_dict;
mod module_list;
mod multihead_attention;
mod pad;
mod parameter_list;
mod pixel_shuffle;
mod positional_encoding;
mod prelu;
mod recurrent;
mod residual;
mod rms_norm;
mod rnn;
mod rnn_cell;
mod sequential;
mod similarity;
mod sizes;
mod softmax;
mod transformer;
mod transformer_decoder;
mod transformer_decoder_layer;
mod transformer_encoder;
mod transformer_encoder_layer;
mod unflatten;
mod upsample;

pub use activation::{
    Hardsigmoid, Hardswish, LogSigmoid, Mish, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softsign, Tanh,
    Tanhshrink,
};
pub use activation_with::{
    CELU, ELU, GELU, GLU, Hardshrink, Hardtanh, LeakyReLU, RReLU, Softplus, Softshrink, Threshold,
};
pub use adaptive_pool::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
};
pub use avg_pool::{AvgPool1d, AvgPool2d, AvgPool3d};
pub use bilinear::Bilinear;
pub use channel_norm::{
    BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d,
    LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d, LazyInstanceNorm1d, LazyInstanceNorm2d,
    LazyInstanceNorm3d,
};
pub use conv::{
    Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, LazyConv1d,
    LazyConv2d, LazyConv3d, LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d,
};
pub use dense::Dense;
pub use dropout::{AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout};
pub use embedding::Embedding;
pub use embedding_bag::EmbeddingBag;
pub use flatten::Flatten;
pub use fold::{Fold, Unfold};
pub use group_norm::GroupNorm;
pub use gru::GRU;
pub use gru_cell::GRUCell;
pub use identity::Identity;
pub use lambda::Lambda;
pub use layer_norm::LayerNorm;
pub use lazy_linear::LazyLinear;
pub use linear::Linear;
pub use local_response_norm::LocalResponseNorm;
pub use lp_pool::{LPPool1d, LPPool2d, LPPool3d};
pub use lstm::LSTM;
pub use lstm_cell::LSTMCell;
pub use max_pool::{MaxPool1d, MaxPool2d, MaxPool3d};
pub use maybe::{Bias, MaybeParam};
pub use module_dict::ModuleDict;
pub use module_list::ModuleList;
pub use multihead_attention::MultiheadAttention;
pub use pad::{
    CircularPad1d, CircularPad2d, CircularPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d,
    ReflectionPad1d, ReflectionPad2d, ReflectionPad3d, ReplicationPad1d, ReplicationPad2d,
    ReplicationPad3d, ZeroPad1d, ZeroPad2d, ZeroPad3d,
};
pub use parameter_list::ParameterList;
pub use pixel_shuffle::{ChannelShuffle, PixelShuffle, PixelUnshuffle};
pub use positional_encoding::PositionalEncoding;
pub use prelu::PReLU;
pub use recurrent::RecurrentWeights;
pub use rms_norm::RMSNorm;
pub use rnn::{Nonlinearity, RNN};
pub use rnn_cell::RNNCell;
pub use sequential::{IntoLayer, Sequential};
pub use similarity::{CosineSimilarity, PairwiseDistance};
pub use softmax::{LogSoftmax, Softmax, Softmax2d, Softmin};
pub use transformer::Transformer;
pub use transformer_decoder::TransformerDecoder;
pub use transformer_decoder_layer::TransformerDecoderLayer;
pub use transformer_encoder::TransformerEncoder;
pub use transformer_encoder_layer::TransformerEncoderLayer;
pub use unflatten::Unflatten;
pub use upsample::{IntoFactors, Upsample};
