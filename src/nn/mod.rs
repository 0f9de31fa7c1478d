//! Layers: one file each, a record with a short `forward`.
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
mod bias;
mod container;
mod dense;
mod embedding;
mod embedding_bag;
mod flatten;
mod gru;
mod gru_cell;
mod identity;
mod lambda;
mod lazy;
mod lazy_linear;
mod linear;
mod lstm;
mod lstm_cell;
mod module_dict;
mod module_list;
mod multihead_attention;
mod parameter_list;
mod positional_encoding;
mod recurrent;
mod rnn;
mod rnn_cell;
mod sequential;

pub use activation::{ReLU, Sigmoid, Tanh};
pub use bias::Bias;
pub use dense::Dense;
pub use embedding::Embedding;
pub use embedding_bag::EmbeddingBag;
pub use flatten::Flatten;
pub use gru::GRU;
pub use gru_cell::GRUCell;
pub use identity::Identity;
pub use lambda::Lambda;
pub use lazy_linear::LazyLinear;
pub use linear::Linear;
pub use lstm::LSTM;
pub use lstm_cell::LSTMCell;
pub use module_dict::ModuleDict;
pub use module_list::ModuleList;
pub use multihead_attention::MultiheadAttention;
pub use parameter_list::ParameterList;
pub use positional_encoding::PositionalEncoding;
pub use recurrent::RecurrentWeights;
pub use rnn::{Nonlinearity, RNN};
pub use rnn_cell::RNNCell;
pub use sequential::{IntoLayer, Sequential};
