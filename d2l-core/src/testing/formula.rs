//! The test that `#[elementwise(test = low..high)]` writes.
use super::GradCheck;
use crate::{
    __private::{Argument, apply},
    DType, Tensor,
    autograd::{Options, gradients},
    kernel::elementwise::formula::Formula,
};
use std::ops::Range;

/// Points at which a formula is compared.
const POINTS: usize = 61;

/// Arguments at which branches end, functions overflow and their slopes vanish.
const EDGES: [f64; 9] = [0.0, -0.0, 1e-30, 1.0, -1.0, 50.0, -50.0, 1e4, -1e4];
/// The difference that is allowed for a gradient of 0: what rounding leaves of a difference quotient.
const ROUNDING: f64 = 1e-8;

/// Compares formula `F`, its arguments drawn from `range`: the gradient and the second derivatives with
/// difference quotients in f64 within 1e-6 of their size, f32 with f64 within 1e-5 of the size of the
/// values. The range must keep away from kinks, or the points happen to (they are the same each time): at
/// a kink the gradient is that of one of the sides. No NaN may come out of a branch that was not taken:
/// where the value is finite, the gradient is a number, and so are second derivatives where that is finite.
///
/// # Panics
/// With the first difference.
#[track_caller]
pub fn check_formula<F: Formula<N, M>, const N: usize, const M: usize>(range: Range<f64>) {
    let inputs: Vec<Tensor> = (0..N).map(|k| spread(k, &range)).collect();
    let numbers: Vec<f64> = (0..N)
        .map(|k| point(7 * k + POINTS * (N + 20), &range))
        .collect();
    let call = |x: &[Tensor]| -> Vec<Tensor> {
        let argument = |k: usize| match F::NUMBERS[k] {
            true => Argument::Number(numbers[k]),
            false => Argument::Tensor(&x[k]),
        };
        apply::<F, N, M>(std::array::from_fn(argument)).to_vec()
    };
    let strict = GradCheck::new().atol(ROUNDING);
    if let Err(e) = strict.check(call, &inputs) {
        panic!("{}: {e}", F::NAME);
    }
    if let Err(e) = strict.check_second(call, &inputs) {
        panic!("{}: second derivatives: {e}", F::NAME);
    }
    let narrow: Vec<Tensor> = inputs.iter().map(|x| x.to_dtype(DType::F32)).collect();
    let wide: Vec<Tensor> = narrow.iter().map(|x| x.to_dtype(DType::F64)).collect();
    for (y, exact) in call(&narrow).iter().zip(call(&wide)) {
        let y = y.to_dtype(DType::F64);
        assert!(
            y.allclose(&exact, 1e-5, 1e-5),
            "{}: f32 {y:?} is not f64 {exact:?}",
            F::NAME
        );
    }
    for dtype in [DType::F32, DType::F64] {
        check_edges(F::NAME, N, dtype, &call);
    }
}

/// Calls with every [`EDGES`] as each argument, the others being another one.
fn check_edges(name: &str, n: usize, dtype: DType, call: &dyn Fn(&[Tensor]) -> Vec<Tensor>) {
    for (i, &edge) in EDGES.iter().enumerate() {
        for other in EDGES[i..].iter().chain(&EDGES[..i]) {
            for k in 0..n {
                let at = |j| if j == k { edge } else { *other };
                let x: Vec<Tensor> = (0..n)
                    .map(|j| Tensor::with_dtype(at(j), dtype).requires_grad_(true))
                    .collect();
                check_edge(name, &x, &call(&x));
            }
        }
    }
}

fn check_edge(name: &str, x: &[Tensor], y: &[Tensor]) {
    let finite = |t: &[Tensor]| t.iter().all(|t| t.item().is_finite());
    let sum = |t: &[Tensor]| t[1..].iter().fold(t[0].clone(), |sum, t| sum + t);
    let sound = |what: &str, t: &[Tensor]| {
        let nan = t.iter().any(|t| t.item().is_nan());
        assert!(!nan, "{name}: NaN in the {what} at {x:?}");
    };
    if !finite(y) {
        return;
    }
    let options = Options {
        retain: true,
        create_graph: true,
    };
    let gradient = |y: Tensor| gradients(vec![(&y, y.ones_like())], x, options);
    let first = gradient(sum(y));
    sound("gradient", &first);
    let slope = sum(&first);
    if slope.item().is_finite() && slope.requires_grad() {
        sound("second derivatives", &gradient(slope));
    }
}

/// Numbers all over the range, none of them round.
fn spread(k: usize, range: &Range<f64>) -> Tensor {
    let points = (0..POINTS).map(|i| point(i * (k + 1) + 17 * k, range));
    Tensor::from_vec(points.collect::<Vec<f64>>(), POINTS).to_dtype(DType::F64)
}

fn point(i: usize, range: &Range<f64>) -> f64 {
    let part = (0.377 + 0.618_033_988_749_894_9 * i as f64).fract();
    range.start + part * (range.end - range.start)
}
