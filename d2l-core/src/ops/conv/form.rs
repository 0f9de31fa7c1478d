//! A convolution as one trilinear form in input, weight and output: each of the three functions is its
//! derivative by one of them, so each one's rule is the other two.
use crate::{
    Tensor, flops,
    kernel::conv as kernel,
    tensor::{Dims, float},
};

/// The sizes of a convolution, and how many of its axes are real.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub shape: kernel::Shape,
    pub axes: usize,
}

impl Form {
    fn dims(&self, first: usize, second: usize, size: impl Fn(&kernel::Axis) -> usize) -> Dims {
        let mut sizes = vec![first, second];
        sizes.extend(self.shape.axes[3 - self.axes..].iter().map(size));
        Dims::new(&sizes)
    }

    fn input(&self) -> Dims {
        let s = &self.shape;
        self.dims(s.batch, s.groups * s.inputs, |a| a.input)
    }

    fn weight(&self) -> Dims {
        let s = &self.shape;
        self.dims(s.groups * s.outputs, s.inputs, |a| a.kernel)
    }

    fn output(&self) -> Dims {
        let s = &self.shape;
        self.dims(s.batch, s.groups * s.outputs, |a| a.output)
    }

    /// The arithmetic of each of the three functions: a product for every element of the output and
    /// every element of the weight that it sees.
    fn count(&self) {
        let s = &self.shape;
        let window: usize = s.axes.iter().map(|a| a.kernel).product();
        flops::product(self.output().numel(), s.inputs * window);
    }
}

/// The gradient of a bias: the sum over everything but the channels.
fn over_channels(g: &Tensor) -> Tensor {
    let others = (0..g.dim() as isize).filter(|&a| a != 1);
    g.sum_dim(others.collect::<Vec<_>>())
}

/// A kernel's direction: source, weight and bias give the result.
macro_rules! direction {
    ($run:path, $form:expr, $source:expr, $w:expr, $b:expr, $dims:expr) => {{
        $form.count();
        let (source, w) = ($source.contiguous_raw(), $w.contiguous_raw());
        float!(source.dtype(), T => Tensor::build::<T>(source.dtype(), $dims, |out| {
            let b = $b.map(|b| b.contiguous_raw());
            let b = b.as_ref().map(|b| b.read::<T>());
            $run(&$form.shape, &source.read::<T>(), &w.read::<T>(), b.as_deref(), out);
        }))
    }};
}

/// The output.
pub(super) fn forward(form: Form, x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Tensor {
    let out = direction!(kernel::forward, form, x, w, b, form.output());
    let (sx, sw) = (x.saved("conv"), w.saved("conv"));
    let by_x = move |g: &Tensor| transpose(form, g, &sw, None);
    let by_w = move |g: &Tensor| by_weight(form, &sx, g);
    match b {
        None => out.record("conv", [x, w], move |g, cx| {
            [cx.needs(0, || by_x(g)), cx.needs(1, || by_w(g))]
        }),
        Some(b) => out.record("conv", [x, w, b], move |g, cx| {
            [
                cx.needs(0, || by_x(g)),
                cx.needs(1, || by_w(g)),
                cx.needs(2, || over_channels(g)),
            ]
        }),
    }
}

/// The derivative by the input, given that by the output: the transposed convolution of `y`.
pub(super) fn transpose(form: Form, y: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Tensor {
    let out = direction!(kernel::backward, form, y, w, b, form.input());
    let (sy, sw) = (y.saved("conv_transpose"), w.saved("conv_transpose"));
    let by_y = move |g: &Tensor| forward(form, g, &sw, None);
    let by_w = move |g: &Tensor| by_weight(form, g, &sy);
    match b {
        None => out.record("conv_transpose", [y, w], move |g, cx| {
            [cx.needs(0, || by_y(g)), cx.needs(1, || by_w(g))]
        }),
        Some(b) => out.record("conv_transpose", [y, w, b], move |g, cx| {
            [
                cx.needs(0, || by_y(g)),
                cx.needs(1, || by_w(g)),
                cx.needs(2, || over_channels(g)),
            ]
        }),
    }
}

/// The derivative by the weight.
fn by_weight(form: Form, x: &Tensor, y: &Tensor) -> Tensor {
    form.count();
    let (cx, cy) = (x.contiguous_raw(), y.contiguous_raw());
    let out = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), form.weight(), |out| {
        kernel::weight(&form.shape, &cx.read::<T>(), &cy.read::<T>(), out);
    }));
    let (sx, sy) = (x.saved("conv_weight"), y.saved("conv_weight"));
    out.record("conv_weight", [x, y], move |g, cx| {
        [
            cx.needs(0, || transpose(form, &sy, g, None)),
            cx.needs(1, || forward(form, &sx, g, None)),
        ]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Conv, testing::gradcheck_test};
    const PLAIN: Conv = Conv::new();
    gradcheck_test!(
        grouped,
        |x, w| x.conv2d(w, None, &PLAIN.groups(2)),
        [4, 3, 3],
        [2, 2, 2, 2]; no empty, scalar);
}
