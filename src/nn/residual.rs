//! What the layers of transformers share: sub-layers with a connection around them.
use super::{Dropout, LayerNorm, Linear};
use crate::module::{Layer, Refusal};
use d2l_core::Tensor;
use std::sync::Arc;

/// A function of each element.
pub(super) type Activation = Arc<dyn Fn(&Tensor) -> Tensor + Send + Sync>;

/// A part of a layer and its name there.
pub(super) type Part<'a, L> = (&'a str, &'a L);

/// The part's output; its refusal says which part it was.
pub(super) fn pass(part: Part<'_, impl Layer>, x: &Tensor) -> Result<Tensor, Refusal> {
    part.1.try_forward(x).map_err(|r| r.inside(part.0))
}

/// How sub-layers are connected to what flows past them.
pub(super) struct Residual {
    pub(super) norm_first: bool,
}

impl Residual {
    /// `x + dropout(f(norm(x)))` if the norm comes first, `norm(x + dropout(f(x)))` if not.
    pub(super) fn around(
        &self,
        x: &Tensor,
        norm: Part<'_, LayerNorm>,
        dropout: Part<'_, Dropout>,
        f: impl FnOnce(&Tensor) -> Result<Tensor, Refusal>,
    ) -> Result<Tensor, Refusal> {
        if self.norm_first {
            Ok(x + pass(dropout, &f(&pass(norm, x)?)?)?)
        } else {
            pass(norm, &(x + pass(dropout, &f(x)?)?))
        }
    }
}

/// `linear2(dropout(activation(linear1(x))))`.
pub(super) fn feed_forward(
    x: &Tensor,
    linear1: &Linear,
    activation: &Activation,
    dropout: &Dropout,
    linear2: &Linear,
) -> Result<Tensor, Refusal> {
    let inner = activation(&pass(("linear1", linear1), x)?);
    pass(("linear2", linear2), &pass(("dropout", dropout), &inner)?)
}

/// The options that encoder and decoder layers share, as builder methods. `$attention`, `$norm` and
/// `$dropout` are all parts of that kind.
macro_rules! transformer_options {
    ($layer:ident, [$($attention:ident)*], [$($norm:ident)*], [$($dropout:ident)*]) => {
        impl $layer {
            /// The features between both linear layers (2048). These are drawn anew.
            #[must_use]
            pub fn dim_feedforward(self, n: usize) -> $layer {
                let d_model = self.linear1.weight.shape()[1];
                let bias = self.linear1.bias.get().is_some();
                $layer {
                    linear1: Linear::new(d_model, n).bias(bias),
                    linear2: Linear::new(n, d_model).bias(bias),
                    ..self
                }
            }

            /// The probability by which attention weights, features and results of sub-layers are
            /// dropped in training (0.1).
            ///
            /// # Panics
            /// If it is not between 0 and 1.
            #[must_use]
            #[track_caller]
            pub fn dropout(self, p: f64) -> $layer {
                $layer {
                    $($attention: self.$attention.dropout(p),)*
                    $($dropout: Dropout::new(p),)*
                    ..self
                }
            }

            /// The function between both linear layers (`Tensor::relu`).
            #[must_use]
            pub fn activation(
                self,
                f: impl Fn(&Tensor) -> Tensor + Send + Sync + 'static,
            ) -> $layer {
                $layer { activation: std::sync::Arc::new(f), ..self }
            }

            /// What norms add to the variance (1e-5).
            #[must_use]
            pub fn layer_norm_eps(self, eps: f64) -> $layer {
                $layer { $($norm: self.$norm.eps(eps),)* ..self }
            }

            /// Inputs and results are `[n, length, d_model]` instead of `[length, n, d_model]` (no).
            #[must_use]
            pub fn batch_first(self, on: bool) -> $layer {
                $layer { $($attention: self.$attention.batch_first(on),)* ..self }
            }

            /// Norms come before their sub-layers instead of after them (no).
            #[must_use]
            pub fn norm_first(self, on: bool) -> $layer {
                $layer { norm_first: on, ..self }
            }

            /// With or without biases, those of the norms included (with). Parameters are drawn anew.
            #[must_use]
            pub fn bias(self, on: bool) -> $layer {
                $layer {
                    $($attention: self.$attention.bias(on),)*
                    $($norm: self.$norm.bias(on),)*
                    linear1: self.linear1.bias(on),
                    linear2: self.linear2.bias(on),
                    ..self
                }
            }
        }
    };
}
pub(super) use transformer_options;
