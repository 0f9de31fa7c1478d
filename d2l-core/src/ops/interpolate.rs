//! Other sizes of signals, images and volumes.
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    kernel::resample::{self, Taps},
    options::names,
    tensor::float,
};
use std::sync::Arc;

const OP: &str = "interpolate";

/// How values between the elements are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InterpolationMode {
    /// The element at `floor(i · scale)`, as in PyTorch and OpenCV.
    #[default]
    Nearest,
    /// The nearest element.
    NearestExact,
    /// Straight lines between the elements of a signal.
    Linear,
    /// Straight lines along both axes of an image.
    Bilinear,
    /// Straight lines along the three axes of a volume.
    Trilinear,
    /// Cubic curves along both axes of an image.
    Bicubic,
    /// The mean of the elements that an element of the result covers.
    Area,
}

names! {
    InterpolationMode {
        "nearest" => Nearest, "nearest-exact" => NearestExact, "linear" => Linear, "area" => Area,
        "bilinear" => Bilinear, "trilinear" => Trilinear, "bicubic" => Bicubic,
    }
}

#[derive(Clone, Debug)]
enum Target {
    Sizes(Vec<isize>),
    Factors(Vec<f64>),
}

/// Brings `[n, channels, ..]` to another size (PyTorch's `nn.functional.interpolate` and
/// `nn.Upsample`).
#[derive(Clone, Debug)]
pub struct Interpolate {
    target: Target,
    mode: InterpolationMode,
    align_corners: bool,
    recompute: bool,
    antialias: bool,
}

impl Interpolate {
    /// To these sizes of the axes behind the channels; a single one is for all.
    ///
    /// ```
    /// use d2l_core::{Interpolate, Tensor};
    /// let x = Tensor::from([[[1.0, 2.0]]]);
    /// assert_eq!(Interpolate::size(4).forward(&x), Tensor::from([[[1.0, 1.0, 2.0, 2.0]]]));
    /// ```
    pub fn size(size: impl IntoShape) -> Interpolate {
        let (entries, n) = size.entries();
        Interpolate::to(Target::Sizes(entries[..n].to_vec()))
    }

    /// By these factors of the axes behind the channels, rounded down; a single one is for all.
    ///
    /// ```
    /// use d2l_core::{Interpolate, Tensor};
    /// let x = Tensor::zeros([1, 1, 4, 4]);
    /// assert_eq!(Interpolate::scale_factor([1.5, 0.5]).forward(&x).shape(), [1, 1, 6, 2]);
    /// ```
    pub fn scale_factor(factors: impl AsRef<[f64]>) -> Interpolate {
        Interpolate::to(Target::Factors(factors.as_ref().to_vec()))
    }

    fn to(target: Target) -> Interpolate {
        Interpolate {
            target,
            mode: InterpolationMode::Nearest,
            align_corners: false,
            recompute: false,
            antialias: false,
        }
    }

    /// How values between the elements are found (the nearest).
    ///
    /// ```
    /// use d2l_core::{Interpolate, InterpolationMode, Tensor};
    /// let y = Interpolate::size(1).mode(InterpolationMode::Area).forward(&Tensor::from([[[1.0, 2.0]]]));
    /// assert_eq!(y, Tensor::from([[[1.5]]]));
    /// ```
    #[must_use]
    pub fn mode(mut self, mode: InterpolationMode) -> Interpolate {
        self.mode = mode;
        self
    }

    /// Whether the first and last elements stay where they are (no: the outer edges of elements do).
    ///
    /// ```
    /// use d2l_core::{Interpolate, InterpolationMode, Tensor};
    /// let y = Interpolate::size(3).mode(InterpolationMode::Linear).align_corners(true);
    /// assert_eq!(y.forward(&Tensor::from([[[1.0, 2.0]]])), Tensor::from([[[1.0, 1.5, 2.0]]]));
    /// ```
    #[must_use]
    pub fn align_corners(mut self, yes: bool) -> Interpolate {
        self.align_corners = yes;
        self
    }

    /// Whether the step is the quotient of the sizes, after rounding, instead of that of the factor
    /// (no).
    ///
    /// ```
    /// use d2l_core::{Interpolate, InterpolationMode, Tensor};
    /// let by = Interpolate::scale_factor([1.7]).mode(InterpolationMode::Linear);
    /// let x = Tensor::from([[[0.0, 1.0, 2.0]]]);
    /// assert_ne!(by.forward(&x), by.clone().recompute_scale_factor(true).forward(&x));
    /// ```
    #[must_use]
    pub fn recompute_scale_factor(mut self, yes: bool) -> Interpolate {
        self.recompute = yes;
        self
    }

    /// Whether a smaller image sees all elements of the larger one, bilinear and bicubic (no).
    ///
    /// ```
    /// use d2l_core::{Interpolate, InterpolationMode, Tensor};
    /// let x = Tensor::from([[[[0.0, 0.0, 0.0, 1.0]]]]);
    /// let to = Interpolate::size([1, 1]).mode(InterpolationMode::Bilinear);
    /// assert_eq!(to.forward(&x).item(), 0.0);
    /// assert!(to.antialias(true).forward(&x).item() > 0.1);
    /// ```
    #[must_use]
    pub fn antialias(mut self, yes: bool) -> Interpolate {
        self.antialias = yes;
        self
    }

    /// The tensor `x [n, channels, ..]` in the other size.
    ///
    /// # Panics
    /// If the number of axes does not fit the mode or the sizes, an axis is or becomes empty, or an
    /// option does not fit the mode.
    ///
    /// ```
    /// use d2l_core::{Interpolate, InterpolationMode, Tensor};
    /// let x = Tensor::from([[[[1.0, 2.0], [3.0, 4.0]]]]);
    /// let y = Interpolate::size([1, 1]).mode(InterpolationMode::Bilinear).forward(&x);
    /// assert_eq!(y.item(), 2.5);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        ok!(self.try_forward(x))
    }

    /// [`Interpolate::forward`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Interpolate::forward`].
    pub fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        x.check_float(OP)?;
        self.check_axes(x)?;
        self.check_options()?;
        let mut out = x.clone();
        for (i, (size, factor)) in self.sizes(x)?.into_iter().enumerate() {
            let n = x.shape()[i + 2];
            if n == 0 || size == 0 {
                bail!(
                    OP,
                    Shape,
                    "axis {} of {:?} is or becomes empty",
                    i + 2,
                    x.shape()
                );
            }
            let single = x.dtype() == crate::DType::F32;
            let axis = Axis {
                n,
                size,
                factor,
                align: self.align_corners,
                single,
            };
            out = resampled(&out, i + 2, Arc::new(axis.taps(self.mode, self.antialias)));
        }
        Ok(out)
    }

    fn check_axes(&self, x: &Tensor) -> Result<()> {
        let needed = match self.mode {
            InterpolationMode::Linear => 3..=3,
            InterpolationMode::Bilinear | InterpolationMode::Bicubic => 4..=4,
            InterpolationMode::Trilinear => 5..=5,
            _ => 3..=5,
        };
        if !needed.contains(&x.dim()) {
            bail!(
                OP,
                Shape,
                "{:?} is for tensors of {} to {} axes, not {:?}",
                self.mode,
                needed.start(),
                needed.end(),
                x.shape()
            );
        }
        Ok(())
    }

    fn check_options(&self) -> Result<()> {
        use InterpolationMode::{Area, Bicubic, Bilinear, Nearest, NearestExact};
        if self.align_corners && matches!(self.mode, Nearest | NearestExact | Area) {
            bail!(OP, Value, "corners cannot be aligned by {:?}", self.mode);
        }
        if self.antialias && !matches!(self.mode, Bilinear | Bicubic) {
            bail!(
                OP,
                Value,
                "antialias is for Bilinear and Bicubic, not {:?}",
                self.mode
            );
        }
        Ok(())
    }

    /// The new sizes, and the factors that determine the step.
    fn sizes(&self, x: &Tensor) -> Result<Vec<(usize, Option<f64>)>> {
        let own = &x.shape()[2..];
        let given = match &self.target {
            Target::Sizes(s) => s.len(),
            Target::Factors(f) => f.len(),
        };
        if given != own.len() && given != 1 {
            bail!(OP, Shape, "{given} sizes do not fit {:?}", x.shape());
        }
        let each = |i: usize| i.min(given - 1);
        let size = |i: usize| match &self.target {
            Target::Sizes(s) => (s[each(i)].max(0) as usize, None),
            Target::Factors(f) => {
                let factor = f[each(i)];
                let kept = (!self.recompute).then_some(factor);
                ((own[i] as f64 * factor).floor().max(0.0) as usize, kept)
            }
        };
        Ok((0..own.len()).map(size).collect())
    }
}

/// One axis and what becomes of it.
struct Axis {
    n: usize,
    size: usize,
    factor: Option<f64>,
    align: bool,
    /// Whether positions are computed in single precision.
    single: bool,
}

impl Axis {
    /// Elements of the input per element of the result.
    fn step(&self) -> f64 {
        if self.align {
            return match self.size {
                1 => 0.0,
                size => (self.n - 1) as f64 / (size - 1) as f64,
            };
        }
        match self.factor {
            Some(factor) if factor > 0.0 => factor.recip(),
            _ => self.n as f64 / self.size as f64,
        }
    }

    /// Where the centre of element `i` of the result lies.
    fn source(&self, i: usize) -> f64 {
        if self.align {
            return self.step() * i as f64;
        }
        self.step() * (i as f64 + 0.5) - 0.5
    }

    fn taps(&self, mode: InterpolationMode, antialias: bool) -> Taps {
        let last = self.n as isize - 1;
        let inside = |k: isize| k.clamp(0, last) as usize;
        Taps::new((0..self.size).map(|i| match mode {
            InterpolationMode::Nearest => vec![(inside(self.floor(i as f64)), 1.0)],
            InterpolationMode::NearestExact => vec![(inside(self.floor(i as f64 + 0.5)), 1.0)],
            InterpolationMode::Area => self.covered(i),
            InterpolationMode::Bicubic if antialias => self.filtered(i, 2.0, resample::bicubic),
            _ if antialias => self.filtered(i, 1.0, |x| (1.0 - x.abs()).max(0.0)),
            InterpolationMode::Bicubic => {
                let at = self.source(i);
                let (first, t) = (at.floor() as isize - 1, at - at.floor());
                let weights = resample::cubic(t).into_iter().enumerate();
                weights
                    .map(|(k, w)| (inside(first + k as isize), w))
                    .collect()
            }
            _ => {
                let at = self.source(i).max(0.0);
                let (first, t) = (at.floor() as isize, at - at.floor());
                vec![(inside(first), 1.0 - t), (inside(first + 1), t)]
            }
        }))
    }

    /// The element at a multiple of the step, in the precision of PyTorch.
    fn floor(&self, times: f64) -> isize {
        if self.single {
            return (self.step() as f32 * times as f32).floor() as isize;
        }
        (self.step() * times).floor() as isize
    }

    /// The elements that element `i` of the result covers, wholly or in part.
    fn covered(&self, i: usize) -> Vec<(usize, f64)> {
        let range = i * self.n / self.size..((i + 1) * self.n).div_ceil(self.size);
        let weight = 1.0 / range.len() as f64;
        range.map(|k| (k, weight)).collect()
    }

    /// All elements below a filter of this reach, widened by the step.
    fn filtered(&self, i: usize, reach: f64, filter: impl Fn(f64) -> f64) -> Vec<(usize, f64)> {
        let step = self.step();
        let (width, centre) = (step.max(1.0), step * (i as f64 + 0.5));
        let first = (centre - reach * width + 0.5).max(0.0) as usize;
        let end = ((centre + reach * width + 0.5) as usize).min(self.n);
        let weight = |k: usize| filter((k as f64 - centre + 0.5) / width);
        let total: f64 = (first..end).map(weight).sum();
        (first..end).map(|k| (k, weight(k) / total)).collect()
    }
}

fn resampled(x: &Tensor, axis: usize, taps: Arc<Taps>) -> Tensor {
    let (values, shape) = (x.contiguous_raw(), x.dims().with(axis, taps.len()));
    let (n, inner) = (x.shape()[axis], x.shape()[axis + 1..].iter().product());
    let out = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
        resample::along(&values.read::<T>(), n, inner, &taps, out);
    }));
    out.record(OP, [x], move |g, _| {
        [Some(resampled(g, axis, Arc::new(taps.transposed(n))))]
    })
}

#[cfg(test)]
mod tests {
    use super::{Interpolate, InterpolationMode};
    use crate::testing::gradcheck_test;
    gradcheck_test!(nearest, |x| Interpolate::size(5).forward(x), [1, 2, 3]; no empty, scalar);
    gradcheck_test!(
        bilinear,
        |x| Interpolate::scale_factor([1.7])
            .recompute_scale_factor(true)
            .mode(InterpolationMode::Bilinear)
            .forward(x),
        [1, 2, 3, 2]; no empty, scalar
    );
    gradcheck_test!(
        bicubic,
        |x| Interpolate::size([5, 2])
            .mode(InterpolationMode::Bicubic)
            .align_corners(true)
            .forward(x),
        [1, 2, 3, 4]; no empty, scalar
    );
    gradcheck_test!(
        antialias,
        |x| Interpolate::size([2, 2])
            .mode(InterpolationMode::Bicubic)
            .antialias(true)
            .forward(x),
        [1, 2, 5, 4]; no empty, scalar
    );
    gradcheck_test!(
        area,
        |x| Interpolate::size([2, 3])
            .mode(InterpolationMode::Area)
            .forward(x),
        [1, 2, 5, 4]; no empty, scalar
    );

    #[test]
    #[should_panic(expected = "interpolate: corners cannot be aligned by Area")]
    fn options_must_fit_the_mode() {
        let to = Interpolate::size(2)
            .mode(InterpolationMode::Area)
            .align_corners(true);
        let _ = to.forward(&crate::Tensor::zeros([1, 1, 3]));
    }
}
