//! Images in another size.
use super::sizes::{float, tuple};
use crate::Module;
use d2l_core::{Interpolate, InterpolationMode, IntoShape};

/// The input in another size, by the nearest element or by interpolation (PyTorch's `nn.Upsample`):
/// [`Interpolate`] as a layer.
///
/// Shapes: `[n, channels, ..]` to the same with other sizes behind the channels.
///
/// ```
/// use d2l::{InterpolationMode, prelude::*};
/// let x = Tensor::from([[[1.0, 2.0]]]);
/// let y = Upsample::scale_factor(2).forward(&x);
/// assert_eq!(y, Tensor::from([[[1.0, 1.0, 2.0, 2.0]]]));
/// let y = Upsample::size(3).mode(InterpolationMode::Linear).align_corners(true).forward(&x);
/// assert_eq!(y, Tensor::from([[[1.0, 1.5, 2.0]]]));
/// ```
#[derive(Module, Debug)]
#[module(repr = Upsample::line)]
pub struct Upsample {
    #[module(skip)]
    to: Interpolate,
    mode: InterpolationMode,
    target: String,
}

impl Upsample {
    /// To this size of the axes behind the channels; a single one is for all.
    pub fn size(size: impl IntoShape) -> Upsample {
        let (entries, n) = size.entries();
        let sizes: Vec<String> = entries[..n].iter().map(isize::to_string).collect();
        Upsample::to(Interpolate::size(&entries[..n]), "size", &sizes)
    }

    /// By these factors of the axes behind the channels, rounded down; a single one is for all.
    pub fn scale_factor(factors: impl IntoFactors) -> Upsample {
        let factors = factors.factors();
        let texts: Vec<String> = factors.iter().map(|f| float(*f)).collect();
        Upsample::to(Interpolate::scale_factor(factors), "scale_factor", &texts)
    }

    fn to(to: Interpolate, name: &str, numbers: &[String]) -> Upsample {
        let value = match numbers {
            [one] => one.clone(),
            all => tuple(all),
        };
        Upsample {
            to,
            mode: InterpolationMode::default(),
            target: format!("{name}={value}"),
        }
    }

    /// How values between the elements are found (the nearest).
    #[must_use]
    pub fn mode(mut self, mode: InterpolationMode) -> Upsample {
        self.mode = mode;
        self.to = self.to.mode(mode);
        self
    }

    /// Whether the first and last elements stay where they are (no).
    #[must_use]
    pub fn align_corners(mut self, on: bool) -> Upsample {
        self.to = self.to.align_corners(on);
        self
    }

    /// Whether the step is the quotient of the sizes, after rounding, instead of that of the factor
    /// (no).
    #[must_use]
    pub fn recompute_scale_factor(mut self, on: bool) -> Upsample {
        self.to = self.to.recompute_scale_factor(on);
        self
    }

    fn line(&self) -> String {
        format!("Upsample({}, mode='{}')", self.target, self.mode)
    }
}

/// What reads as factors: `2`, `1.5`, `(2.0, 1.5)`, `[2.0, 1.5]`.
pub trait IntoFactors {
    /// The factors; one is for all axes.
    fn factors(self) -> Vec<f64>;
}

macro_rules! into_factors {
    ($($t:ty)*) => { $(
        impl IntoFactors for $t {
            fn factors(self) -> Vec<f64> { vec![f64::from(self)] }
        }
        impl IntoFactors for ($t, $t) {
            fn factors(self) -> Vec<f64> { vec![f64::from(self.0), f64::from(self.1)] }
        }
        impl IntoFactors for ($t, $t, $t) {
            fn factors(self) -> Vec<f64> {
                vec![f64::from(self.0), f64::from(self.1), f64::from(self.2)]
            }
        }
        impl<const N: usize> IntoFactors for [$t; N] {
            fn factors(self) -> Vec<f64> { self.map(f64::from).to_vec() }
        }
        impl IntoFactors for Vec<$t> {
            fn factors(self) -> Vec<f64> { self.into_iter().map(f64::from).collect() }
        }
    )* };
}
into_factors!(f64 f32 i32);

forward! {
    /// `x` in its new size.
    ///
    /// # Panics
    /// If the number of axes does not fit the mode or the sizes, an axis is or becomes empty, or an
    /// option does not fit the mode.
    Upsample, |this, x| this.to.try_forward(x)
}

#[cfg(test)]
mod tests {
    use crate::{InterpolationMode, prelude::*};

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        let line = |layer: Upsample| layer.repr().to_string();
        assert_eq!(
            line(Upsample::scale_factor(2)),
            "Upsample(scale_factor=2.0, mode='nearest')"
        );
        assert_eq!(
            line(Upsample::size((4, 5)).mode(InterpolationMode::Bilinear)),
            "Upsample(size=(4, 5), mode='bilinear')"
        );
    }
}
