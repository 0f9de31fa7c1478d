//! What programs write with `#[elementwise]` and `fused!` against difference quotients: every function
//! that a formula may call, and every form that it may have. The formulas of the core are checked where
//! they are, by the same test.
use d2l::prelude::*;
use d2l_core::testing::{gradcheck, gradgradcheck};

const SHIFT: f64 = 0.75;

#[elementwise(test = -2.0..2.0)]
fn smooth(x: f32) -> f32 {
    exp(-x * x) + x.exp_m1() * sin(x) + cos(2.0 * x) * erf(x) + sigmoid(x) / (1.5 + tanh(x))
}

/// Without slope at some edges of what it is made of, so checked inside of them alone.
#[elementwise]
fn positive(x: f32, y: f32) -> f32 {
    x.powf(y) + ln(x) * y.sqrt() + (x * y).ln_1p() - x.powi(-3) + y.powi(5) / SHIFT
}

#[elementwise(test = -3.0..3.0)]
fn kinked(x: f32, y: f32) -> f32 {
    (x - y).abs() + x.max(0.1) * y.min(0.2) + if x < y { x * y } else { y }
}

/// Neither branch has a value everywhere.
#[elementwise(test = -3.0..3.0)]
fn guarded(x: f32) -> f32 {
    if x > 0.0 {
        x.sqrt() * x.ln()
    } else if x > -100.0 {
        (-x).exp()
    } else {
        1.0 / x
    }
}

#[elementwise(test = 0.3..2.0)]
fn scaled(x: f32, #[scalar] a: f32, y: f32, #[scalar] b: f32) -> f32 {
    let (u, v) = (a * x, b * y);
    u * v / (u + v)
}

#[elementwise(test = -2.0..2.0)]
fn polar(x: f32, angle: f32) -> (f32, f32) {
    (x * cos(angle), x * sin(angle))
}

#[elementwise(test = -2.0..2.0)]
fn nested(x: f32, y: f32) -> f32 {
    let (a, b) = polar(smooth(x), y);
    kinked(a, 3.0 + b * b) * scaled(2.0 + x.abs(), 1.5, 3.0, 2.0)
}

/// First and second derivatives of a function of two tensors.
fn check(name: &str, f: impl Fn(&Tensor, &Tensor) -> Tensor, shapes: [&[usize]; 2]) {
    manual_seed(7);
    let inputs = shapes.map(|shape| Tensor::rand(shape) + 0.3);
    let f = |x: &[Tensor]| f(&x[0], &x[1]);
    gradcheck(f, &inputs).unwrap_or_else(|e| panic!("{name}: {e}"));
    gradgradcheck(f, &inputs).unwrap_or_else(|e| panic!("{name}: second derivatives: {e}"));
}

#[test]
fn fused_formulas_agree_with_difference_quotients() {
    let shift = 0.25;
    let shapes: [[&[usize]; 2]; 4] = [
        [&[3, 4], &[3, 4]],
        [&[3, 4], &[4]],
        [&[3, 1], &[4]],
        [&[], &[4]],
    ];
    for shapes in shapes {
        check(
            "each",
            |x, y| fused!(|x, y| (x * y).tanh() + shift * x.powf(y)),
            shapes,
        );
        check(
            "sum",
            |x, y| fused!(|x, y| (x.exp() / (y + SHIFT)).sum()),
            shapes,
        );
        check(
            "mean",
            |x, y| fused!(|x, y| (x - y).square().mean()),
            shapes,
        );
        check("rows", |x, y| fused!(|x, y| (x * ln(y)).sum(-1)), shapes);
        check(
            "means",
            |x, y| fused!(|x, y| if x > 0.7 { x * y } else { y * y }.mean(-1)),
            shapes,
        );
        check(
            "tanh alone",
            |x, y| fused!(|x, y| tanh(x + y).sum()),
            shapes,
        );
        check("positive", positive, shapes);
        check("called", |x, y| fused!(|x, y| nested(x, y)), shapes);
    }
}

#[test]
fn a_branch_that_is_not_taken_leaves_no_nan() {
    let x = Tensor::from([-1e4, -1.0, 0.0, 1.0, 1e4]).requires_grad_(true);
    let y = fused!(|x| if x > 0.0 {
        x.ln() * x.sqrt()
    } else {
        x.exp() / (x - 1.0)
    });
    y.sum().backward();
    let slopes = x.grad().unwrap();
    assert!(
        !y.isnan().any() && !slopes.isnan().any(),
        "{y:?} {slopes:?}"
    );
}
