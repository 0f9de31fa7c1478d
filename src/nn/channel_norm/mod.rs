//! Layers that normalise every channel: what batch and instance normalisation share.
mod batch;
mod instance;

pub use batch::{
    BatchNorm1d, BatchNorm2d, BatchNorm3d, LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d,
};
pub use instance::{
    InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, LazyInstanceNorm1d, LazyInstanceNorm2d,
    LazyInstanceNorm3d,
};

use super::{
    Bias, MaybeParam, lazy,
    sizes::{float, python},
};
use crate::module::{
    Buffer, Param,
    init::{Constant, Zeros},
};
use d2l_core::{Error, ErrorKind, Tensor};

/// What the constructor was told.
#[derive(Clone, Copy, Debug)]
struct Settings {
    /// The layer, for messages.
    name: &'static str,
    /// Unknown in a lazy layer.
    features: Option<usize>,
    eps: f64,
    momentum: Option<f64>,
}

impl Settings {
    #[track_caller]
    fn new(name: &'static str, features: Option<usize>) -> Settings {
        assert!(features != Some(0), "{name}: num_features must not be 0");
        Settings {
            name,
            features,
            eps: 1e-5,
            momentum: Some(0.1),
        }
    }

    #[track_caller]
    fn set_eps(&mut self, eps: f64) {
        assert!(eps > 0.0, "{}: eps {eps} is not positive", self.name);
        self.eps = eps;
    }

    /// A parameter of one number for each channel, if there is to be one.
    fn parameter(&self, name: &'static str, value: f64, on: bool) -> MaybeParam {
        if !on {
            return MaybeParam::none();
        }
        let p = Param::lazy_named(name, [self.features]);
        if let Some(n) = self.features {
            p.materialize([n], Constant(value));
        }
        MaybeParam::new(p)
    }

    /// A running statistic, if there is to be one.
    fn statistic(&self, name: &'static str, value: f64, on: bool) -> Buffer {
        if !on {
            return Buffer::none();
        }
        let buffer = Buffer::lazy_named(name, [self.features]);
        if let Some(n) = self.features {
            buffer.materialize([n], Constant(value));
        }
        buffer
    }
}

/// A layer's parts.
struct Parts<'a> {
    settings: Settings,
    weight: &'a MaybeParam,
    bias: &'a Bias,
    mean: &'a Buffer,
    var: &'a Buffer,
    counter: &'a Buffer,
    training: bool,
}

impl Parts<'_> {
    /// Refuses another number of axes, and learns the channels if nothing is known.
    fn learn(
        &self,
        op: &'static str,
        x: &Tensor,
        dims: [usize; 2],
        axis: usize,
    ) -> Result<(), Error> {
        if !dims.contains(&x.dim()) {
            let [least, most] = dims.map(|d| d.to_string());
            let wanted = if least == most {
                least
            } else {
                least + " or " + &most
            };
            let why = format!("input {:?} has {} axes, not {wanted}", x.shape(), x.dim());
            return Err(Error::new(op, ErrorKind::Shape, why));
        }
        let parameters = [self.weight, self.bias].iter().all(|p| p.is_known());
        if parameters && self.mean.is_initialized() && self.var.is_initialized() {
            return Ok(());
        }
        let n = lazy::size_of(op, x, Some(axis), "channels")?;
        if let Some(w) = self.weight.get() {
            w.materialize([n], Constant(1.0));
        }
        if let Some(b) = self.bias.get() {
            b.materialize([n], Zeros);
        }
        self.mean.materialize([n], Zeros);
        self.var.materialize([n], Constant(1.0));
        Ok(())
    }

    fn running(&self) -> Option<(&Tensor, &Tensor)> {
        self.mean.get().zip(self.var.get())
    }

    /// As PyTorch prints it; a lazy layer as what it is once its sizes are known.
    fn line(&self) -> String {
        let Settings {
            name,
            features,
            eps,
            momentum,
        } = self.settings;
        let known = self.weight.tensor().or(self.mean.get());
        let n = known.map(Tensor::numel).or(features);
        format!(
            "{}({}, eps={}, momentum={}, affine={}, track_running_stats={})",
            n.map_or(name, |_| name.trim_start_matches("Lazy")),
            n.unwrap_or(0),
            float(eps),
            momentum.map_or("None".into(), float),
            python(self.weight.get().is_some()),
            python(self.mean.is_some())
        )
    }
}

/// A layer that normalises channels by `$forward`, and its lazy form; `$default`: has it parameters
/// and statistics, unless told otherwise?
macro_rules! channel_norm {
    ($(
        $(#[$doc:meta])*
        $name:ident, $default:literal, $forward:ident($axes:literal),
        $(#[$lazy_doc:meta])*
        $lazy:ident;
    )*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            /// The scale `[num_features]`, 1 at first; none without `affine(true)`.
            pub weight: MaybeParam,
            /// The shift `[num_features]`, 0 at first; none without `affine(true)`, or with
            /// `bias(false)`.
            pub bias: Bias,
            /// `[num_features]`, 0 at first; none without `track_running_stats(true)`.
            pub running_mean: Buffer,
            /// `[num_features]`, 1 at first; none without `track_running_stats(true)`.
            pub running_var: Buffer,
            /// How many batches were seen in training, `[]`; none without
            /// `track_running_stats(true)`.
            pub num_batches_tracked: Buffer,
            settings: Settings,
            mode: Mode,
        }

        impl $name {
            /// A layer with PyTorch's defaults.
            ///
            /// # Panics
            /// For 0 channels.
            #[track_caller]
            pub fn new(num_features: usize) -> $name {
                $name::of(Settings::new(stringify!($name), Some(num_features)))
            }

            fn of(settings: Settings) -> $name {
                let layer = $name {
                    weight: MaybeParam::none(),
                    bias: Bias::none(),
                    running_mean: Buffer::none(),
                    running_var: Buffer::none(),
                    num_batches_tracked: Buffer::none(),
                    settings,
                    mode: Mode::default(),
                };
                layer.affine($default).track_running_stats($default)
            }

            fn parts(&self) -> Parts<'_> {
                Parts {
                    settings: self.settings,
                    weight: &self.weight,
                    bias: &self.bias,
                    mean: &self.running_mean,
                    var: &self.running_var,
                    counter: &self.num_batches_tracked,
                    training: self.mode.is_training(),
                }
            }

            fn line(&self) -> String {
                self.parts().line()
            }
        }

        lazy_twin! {
            $(#[$lazy_doc])*
            $lazy($name)
        }

        impl $lazy {
            /// A layer with PyTorch's defaults.
            pub fn new() -> $lazy {
                $lazy($name::of(Settings::new(stringify!($lazy), None)))
            }
        }

        impl Default for $lazy {
            fn default() -> $lazy {
                $lazy::new()
            }
        }

        builders! { $name, $default, this => this }
        builders! { $lazy, $default, this => this.0 }

        forward! {
            /// The normalised input; in training the running statistics move.
            ///
            /// # Panics
            /// If the number of axes, the channels or the dtype of `x` do not fit, or there is a single
            /// value where mean and variance are taken.
            $name, |this, x| $forward(this.parts(), x, $axes)
        }

        forward! {
            /// The normalised input; the first call fixes `num_features`.
            ///
            /// # Panics
            /// If the number of axes, the channels or the dtype of `x` do not fit, or there is a single
            /// value where mean and variance are taken.
            $lazy, |this, x| $forward(this.parts(), x, $axes)
        }
    )* };
}
use channel_norm;

/// The settings of all of these layers; `$layer` is the one that a form holds.
macro_rules! builders {
    ($name:ident, $default:literal, $this:ident => $layer:expr) => {
        impl $name {
            /// What is added to the variance (1e-5).
            ///
            /// # Panics
            /// If it is not positive.
            #[must_use]
            #[track_caller]
            pub fn eps(mut self, eps: f64) -> $name {
                let $this = &mut self;
                $layer.settings.set_eps(eps);
                self
            }

            /// How far the running statistics move towards those of a batch (0.1); `None` for the mean
            /// of all batches.
            #[must_use]
            pub fn momentum(mut self, momentum: impl Into<Option<f64>>) -> $name {
                let $this = &mut self;
                $layer.settings.momentum = momentum.into();
                self
            }

            /// With or without scale and shift
            #[doc = concat!("(", stringify!($default), ").")]
            #[must_use]
            pub fn affine(mut self, on: bool) -> $name {
                let $this = &mut self;
                let s = $layer.settings;
                $layer.weight = s.parameter(concat!(stringify!($name), ".weight"), 1.0, on);
                $layer.bias = s.parameter(concat!(stringify!($name), ".bias"), 0.0, on);
                self
            }

            /// With or without the shift, where there is a scale (with).
            #[must_use]
            pub fn bias(mut self, on: bool) -> $name {
                let $this = &mut self;
                let on = on && $layer.weight.get().is_some();
                let name = concat!(stringify!($name), ".bias");
                $layer.bias = $layer.settings.parameter(name, 0.0, on);
                self
            }

            /// Whether running statistics are kept in training and used in evaluation; if not, inputs
            /// are normalised by their own in evaluation, too
            #[doc = concat!("(", stringify!($default), ").")]
            #[must_use]
            pub fn track_running_stats(mut self, on: bool) -> $name {
                let $this = &mut self;
                let s = $layer.settings;
                $layer.running_mean =
                    s.statistic(concat!(stringify!($name), ".running_mean"), 0.0, on);
                $layer.running_var =
                    s.statistic(concat!(stringify!($name), ".running_var"), 1.0, on);
                $layer.num_batches_tracked = if on {
                    Buffer::new(Tensor::from(0))
                } else {
                    Buffer::none()
                };
                self
            }
        }
    };
}
use builders;
