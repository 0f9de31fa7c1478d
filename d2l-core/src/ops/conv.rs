//! Convolutions (cross-correlations, as everywhere in deep learning) and transposed ones.
mod form;
mod options;

pub use options::{Conv, Padding};

use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::conv as kernel,
    tensor::spatial,
};
use form::{Form, forward, transpose};
use options::Kind;

macro_rules! convolutions {
    ($($(#[$doc:meta])* $name:ident $try_name:ident $run:ident $axes:literal;)*) => {
        impl Tensor { $(
            $(#[$doc])*
            ///
            /// # Panics
            /// If channels, groups or sizes do not fit, or a dtype is not the input's.
            #[track_caller]
            pub fn $name(&self, weight: &Tensor, bias: Option<&Tensor>, options: &Conv) -> Tensor {
                ok!(self.$try_name(weight, bias, options))
            }

            #[doc = concat!("[`Tensor::", stringify!($name), "`] as a `Result`.")]
            ///
            /// # Errors
            /// If channels, groups, sizes or dtypes do not fit.
            pub fn $try_name(&self, weight: &Tensor, bias: Option<&Tensor>, options: &Conv) -> Result<Tensor> {
                let call = Call { op: stringify!($name), axes: $axes, x: self, w: weight, b: bias, options };
                call.$run()
            }
        )* }
    };
}
convolutions! {
    /// Convolution over the last axis: `x [n, c, l]` or `[c, l]`, `weight [out, c / groups, k]`,
    /// `bias [out]`; PyTorch's `nn.functional.conv1d`. Book 7.2.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::from([[1.0, 2.0, 4.0]]), Tensor::from([[[-1.0, 1.0]]]));
    /// assert_eq!(x.conv1d(&w, None, &Conv::new()), Tensor::from([[1.0, 2.0]]));
    /// ```
    conv1d try_conv1d forward 1;
    /// Convolution over the last two axes: `x [n, c, h, w]` or `[c, h, w]`,
    /// `weight [out, c / groups, kh, kw]`, `bias [out]`; PyTorch's `nn.functional.conv2d`:
    /// `y[o, i, j] = bias[o] + Σ weight[o, c, a, b] x[c, i + a, j + b]`. Book 7.2.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// let w = Tensor::arange(4).float().reshape([1, 1, 2, 2]);
    /// assert_eq!(x.conv2d(&w, None, &Conv::new()), Tensor::from([[[19.0, 25.0], [37.0, 43.0]]]));
    /// ```
    conv2d try_conv2d forward 2;
    /// Convolution over the last three axes: `x [n, c, d, h, w]` or `[c, d, h, w]`; PyTorch's
    /// `nn.functional.conv3d`.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::ones([1, 2, 3, 3]), Tensor::ones([1, 1, 2, 2, 2]));
    /// assert_eq!(x.conv3d(&w, None, &Conv::new()), Tensor::full([1, 1, 2, 2], 8.0));
    /// ```
    conv3d try_conv3d forward 3;
    /// Transposed convolution over the last axis: `x [n, c, l]` or `[c, l]`,
    /// `weight [c, out / groups, k]`; PyTorch's `nn.functional.conv_transpose1d`.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::from([[1.0, 2.0]]), Tensor::from([[[1.0, 10.0]]]));
    /// assert_eq!(x.conv_transpose1d(&w, None, &Conv::new()), Tensor::from([[1.0, 12.0, 20.0]]));
    /// ```
    conv_transpose1d try_conv_transpose1d transpose 1;
    /// Transposed convolution over the last two axes: every input element adds a copy of the kernel to
    /// the output, `stride` apart; what the gradient of [`Tensor::conv2d`] does. `x [n, c, h, w]` or
    /// `[c, h, w]`, `weight [c, out / groups, kh, kw]`; PyTorch's `nn.functional.conv_transpose2d`.
    /// Book 14.10.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let x = Tensor::from([[[0.0, 1.0], [2.0, 3.0]]]);
    /// let k = x.unsqueeze(0);
    /// let y = x.conv_transpose2d(&k, None, &Conv::new());
    /// assert_eq!(y, Tensor::from([[[0.0, 0.0, 1.0], [0.0, 4.0, 6.0], [4.0, 12.0, 9.0]]]));
    /// ```
    conv_transpose2d try_conv_transpose2d transpose 2;
    /// Transposed convolution over the last three axes; PyTorch's `nn.functional.conv_transpose3d`.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::ones([1, 1, 1, 2]), Tensor::ones([1, 2, 2, 1, 1]));
    /// assert_eq!(x.conv_transpose3d(&w, None, &Conv::new()), Tensor::ones([2, 2, 1, 2]));
    /// ```
    conv_transpose3d try_conv_transpose3d transpose 3;
}

/// The arguments of a convolution.
struct Call<'a> {
    op: &'static str,
    axes: usize,
    x: &'a Tensor,
    w: &'a Tensor,
    b: Option<&'a Tensor>,
    options: &'a Conv,
}

impl Call<'_> {
    fn forward(&self) -> Result<Tensor> {
        let (x, w, groups) = (self.x, self.w, self.options.groups);
        self.check(0)?;
        let channels = x.size(-1 - self.axes as isize);
        if channels != groups * w.shape()[1] || w.shape()[0] % groups != 0 {
            return self.misfit(channels, groups * w.shape()[1], w.shape()[0]);
        }
        let sizes = spatial(x.shape(), self.axes);
        let form = self.form(w.shape()[0], w.shape()[1], self.along(sizes, false)?);
        Ok(self.batched(|x| forward(form, x, w, self.b)))
    }

    fn transpose(&self) -> Result<Tensor> {
        let (x, w, groups) = (self.x, self.w, self.options.groups);
        self.check(1)?;
        let channels = x.size(-1 - self.axes as isize);
        if channels != w.shape()[0] || channels % groups != 0 {
            return self.misfit(channels, w.shape()[0], channels);
        }
        let sizes = spatial(x.shape(), self.axes);
        let form = self.form(channels, w.shape()[1], self.along(sizes, true)?);
        Ok(self.batched(|x| transpose(form, x, w, self.b)))
    }

    /// Dtypes and numbers of axes, and that there are as many biases as output channels, which are
    /// axis `out` of the weight.
    fn check(&self, out: usize) -> Result<()> {
        let (op, x, w, n) = (self.op, self.x, self.w, self.axes);
        x.check_float(op)?;
        if let Some(t) = [Some(w), self.b]
            .into_iter()
            .flatten()
            .find(|t| t.dtype() != x.dtype())
        {
            let (a, b) = (x.dtype(), t.dtype());
            bail!(
                op,
                DType,
                "the input is {a}, but the parameters are {b} (convert with `to_dtype`)"
            );
        }
        if w.dim() != n + 2 || (x.dim() != n + 1 && x.dim() != n + 2) {
            let (x, w) = (x.shape(), w.shape());
            bail!(
                op,
                Shape,
                "input {x:?} and weight {w:?} should have {} or {}, and {} axes",
                n + 1,
                n + 2,
                n + 2
            );
        }
        if self.options.groups == 0 {
            bail!(op, Value, "0 groups; at least 1 is needed");
        }
        let outputs = w.shape()[out] * if out == 1 { self.options.groups } else { 1 };
        if let Some(b) = self.b.filter(|b| b.shape() != [outputs]) {
            bail!(
                op,
                Shape,
                "bias {:?} does not fit {outputs} output channels (weight {:?})",
                b.shape(),
                w.shape()
            );
        }
        Ok(())
    }

    fn misfit(&self, channels: usize, wanted: usize, divided: usize) -> Result<Tensor> {
        let (x, w, groups) = (self.x.shape(), self.w.shape(), self.options.groups);
        if channels != wanted {
            bail!(
                self.op,
                Shape,
                "input {x:?} has {channels} channels, but weight {w:?} with {groups} groups takes {wanted}"
            );
        }
        bail!(
            self.op,
            Value,
            "{groups} groups do not divide {divided} channels (input {x:?}, weight {w:?})"
        )
    }

    /// The axes of the convolution whose input, or if `transposed` whose output, has these sizes.
    fn along(&self, sizes: [usize; 3], transposed: bool) -> Result<[kernel::Axis; 3]> {
        let (op, n, o) = (self.op, self.axes, self.options);
        let stride = o.stride.along(op, "stride", n, 1, 1)?;
        let dilation = o.dilation.along(op, "dilation", n, 1, 1)?;
        let more = o.output_padding.along(op, "output_padding", n, 0, 0)?;
        let kernel = spatial(self.w.shape(), n);
        let around = self.padding(stride, dilation, kernel)?;
        let mut axes = [None; 3];
        for i in 0..3 {
            let (front, back) = around[i];
            let axis = kernel::Axis {
                input: sizes[i],
                output: sizes[i],
                kernel: kernel[i],
                stride: stride[i],
                dilation: dilation[i],
                padding: front,
            };
            axes[i] = if transposed {
                longer(axis, back, more[i])
            } else {
                shorter(axis, back)
            };
        }
        match axes {
            [Some(a), Some(b), Some(c)] => Ok([a, b, c]),
            _ => self.no_output(),
        }
    }

    fn no_output(&self) -> Result<[kernel::Axis; 3]> {
        let (x, w, o) = (self.x.shape(), self.w.shape(), self.options);
        bail!(
            self.op,
            Shape,
            "no output: kernel {:?} does not fit input {:?} with {o}",
            &w[2..],
            &x[x.len() - self.axes..]
        )
    }

    /// Zeros in front and behind.
    fn padding(
        &self,
        stride: [usize; 3],
        dilation: [usize; 3],
        kernel: [usize; 3],
    ) -> Result<[(usize, usize); 3]> {
        let op = self.op;
        match self.options.padding.0 {
            Kind::Zeros(sizes) => Ok(sizes.along(op, "padding", self.axes, 0, 0)?.map(|p| (p, p))),
            Kind::Named("valid") => Ok([(0, 0); 3]),
            Kind::Named("same") if stride != [1; 3] => bail!(
                op,
                Value,
                "padding \"same\" needs stride 1, not {:?}",
                &stride[3 - self.axes..]
            ),
            Kind::Named("same") => Ok(std::array::from_fn(|i| {
                let all = dilation[i] * kernel[i].saturating_sub(1);
                (all / 2, all - all / 2)
            })),
            Kind::Named(name) => bail!(
                op,
                Value,
                "padding {name:?} is neither \"same\" nor \"valid\""
            ),
        }
    }

    fn form(&self, outputs: usize, inputs: usize, axes: [kernel::Axis; 3]) -> Form {
        let groups = self.options.groups;
        let batch = if self.x.dim() == self.axes + 2 {
            self.x.shape()[0]
        } else {
            1
        };
        Form {
            shape: kernel::Shape {
                batch,
                groups,
                inputs,
                outputs: outputs / groups,
                axes,
            },
            axes: self.axes,
        }
    }

    /// `f` of the input as a batch.
    fn batched(&self, f: impl FnOnce(&Tensor) -> Tensor) -> Tensor {
        if self.x.dim() == self.axes + 2 {
            f(self.x)
        } else {
            f(&self.x.unsqueeze(0)).squeeze(0)
        }
    }
}

/// With the output that `a.input` has.
fn shorter(a: kernel::Axis, back: usize) -> Option<kernel::Axis> {
    let window = a.dilation.checked_mul(a.kernel.checked_sub(1)?)?;
    let room = a.input.checked_add(a.padding)?.checked_add(back)?;
    let output = room.checked_sub(window)?.checked_sub(1)? / a.stride + 1;
    Some(kernel::Axis { output, ..a })
}

/// With the input that has the output `a.output`; `more` chooses among several.
fn longer(a: kernel::Axis, back: usize, more: usize) -> Option<kernel::Axis> {
    let window = a.dilation.checked_mul(a.kernel.checked_sub(1)?)?;
    let reach = a
        .stride
        .checked_mul(a.output.checked_sub(1)?)?
        .checked_add(window)?;
    let input = (reach + more + 1).checked_sub(a.padding + back)?;
    let allowed = more == 0 || more < a.stride.max(a.dilation);
    (input > 0 && allowed).then_some(kernel::Axis { input, ..a })
}

#[cfg(test)]
mod tests {
    use crate::{Conv, Tensor, testing::gradcheck_test};
    const PLAIN: Conv = Conv::new();
    gradcheck_test!(
        conv1d,
        |x, w, b| x.conv1d(w, Some(b), &PLAIN.padding("same")),
        [2, 3, 4],
        [2, 3, 3],
        [2]; no empty, scalar);
    gradcheck_test!(
        conv2d,
        |x, w, b| x.conv2d(w, Some(b), &PLAIN.stride((2, 1)).padding((1, 2)).dilation(2)),
        [2, 2, 5, 4],
        [3, 2, 2, 3],
        [3]; no empty, scalar);
    gradcheck_test!(
        conv3d,
        |x, w| x.conv3d(w, None, &PLAIN.stride(2)),
        [1, 3, 3, 4],
        [2, 1, 2, 2, 1]; no empty, scalar);
    gradcheck_test!(
        transposed,
        |x, w, b| x.conv_transpose2d(
            w,
            Some(b),
            &PLAIN
                .stride((2, 1))
                .padding(1)
                .output_padding((1, 0))
                .groups(2)
        ),
        [2, 2, 3, 3],
        [2, 2, 3, 2],
        [4]; no empty, scalar);

    #[test]
    fn mistakes_are_named() {
        let refused = |x: &[usize], w: &[usize], options: &Conv| {
            let (x, w) = (Tensor::zeros(x), Tensor::zeros(w));
            x.try_conv2d(&w, None, options).unwrap_err().to_string()
        };
        assert_eq!(
            refused(&[1, 3, 5, 5], &[4, 2, 3, 3], &PLAIN),
            "conv2d: input [1, 3, 5, 5] has 3 channels, but weight [4, 2, 3, 3] with 1 groups takes 2"
        );
        assert_eq!(
            refused(&[1, 4, 5, 5], &[3, 2, 3, 3], &PLAIN.groups(2)),
            "conv2d: 2 groups do not divide 3 channels (input [1, 4, 5, 5], weight [3, 2, 3, 3])"
        );
        assert_eq!(
            refused(&[1, 1, 5, 5], &[1, 1, 3, 3], &PLAIN.stride((1, 0))),
            "conv2d: stride 0 is less than 1"
        );
        assert_eq!(
            refused(
                &[1, 1, 5, 5],
                &[1, 1, 3, 3],
                &PLAIN.stride(2).padding("same")
            ),
            "conv2d: padding \"same\" needs stride 1, not [2, 2]"
        );
        assert_eq!(
            refused(
                &[1, 1, 2, 8],
                &[1, 1, 5, 3],
                &PLAIN.padding((1, 0)).dilation(2)
            ),
            "conv2d: no output: kernel [5, 3] does not fit input [2, 8] with stride 1, padding [1, 0], dilation 2"
        );
        // A default is none less for being given as a list, as layers do.
        assert_eq!(
            refused(
                &[1, 1, 2, 8],
                &[1, 1, 5, 3],
                &PLAIN.dilation([1, 1]).output_padding([0, 0])
            ),
            "conv2d: no output: kernel [5, 3] does not fit input [2, 8] with stride 1, padding 0"
        );
    }
}
