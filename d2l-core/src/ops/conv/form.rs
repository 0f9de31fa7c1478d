//! A convolution as one trilinear form in input, weight and output: each of the three functions is its
//! derivative by one of them, so each one's rule is the other two.
use crate::{
    Tensor,
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
}

/// The gradient of a bias: the sum over everything but the channels.
fn over_channels(g: &Tensor) -> Tensor {
    let others = (0..g.dim() as isize).filter(|&a| a != 1);
    g.sum_dim(others.collect::<Vec<_>>())
}

/// A kernel's direction: source, weight and bias give the result.
macro_rules! direction {
    ($run:path, $form:expr, $source:expr, $w:expr, $b:expr, $dims:expr) => {{
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
    use super::*;
    use crate::{Conv, grad, testing::gradcheck_test};

    const ONE: kernel::Axis = kernel::Axis {
        input: 1,
        output: 1,
        kernel: 1,
        stride: 1,
        dilation: 1,
        padding: 0,
    };
    const FORM: Form = Form {
        shape: kernel::Shape {
            batch: 2,
            groups: 1,
            inputs: 2,
            outputs: 3,
            axes: [
                ONE,
                ONE,
                kernel::Axis {
                    input: 5,
                    output: 3,
                    kernel: 2,
                    stride: 2,
                    padding: 1,
                    ..ONE
                },
            ],
        },
        axes: 1,
    };
    gradcheck_test!(
        by_input_and_output,
        |x, y| by_weight(FORM, x, y),
        [2, 2, 5],
        [2, 3, 3]; no empty, scalar
    );

    #[test]
    fn second_derivatives_are_convolutions_too() {
        let (x, w) = (Tensor::from([[1.0, 3.0]]), Tensor::from([[[2.0]]]));
        let f = |x: &Tensor, w: &Tensor| x.conv1d(w, None, &Conv::new()).square().sum();
        // f = Σ (w x)², by x: 2 w² x, by w: 2 w Σ x²; of their sums once more.
        let by_x = grad(|x: &Tensor, w: &Tensor| grad(f)((x, w)).0.sum())((&x, &w));
        assert_eq!(by_x, (Tensor::from([[8.0, 8.0]]), Tensor::from([[[32.0]]])));
        let by_w = grad(|x: &Tensor, w: &Tensor| grad(f)((x, w)).1.sum())((&x, &w));
        assert_eq!(
            by_w,
            (Tensor::from([[8.0, 24.0]]), Tensor::from([[[20.0]]]))
        );
    }
}
