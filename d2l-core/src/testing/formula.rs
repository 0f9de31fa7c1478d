//! The test that `#[elementwise(test = low..high)]` writes.
use super::GradCheck;
use crate::{
    __private::{Argument, apply},
    DType, Tensor,
    kernel::elementwise::formula::Formula,
};
use std::ops::Range;

/// Points at which a formula is compared.
const POINTS: usize = 61;

/// Compares formula `F`, its arguments drawn from `range`: the gradient and the second derivatives with
/// difference quotients in f64, f32 with f64 within 1e-5 of the size of the values.
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
    if let Err(e) = GradCheck::new().check(call, &inputs) {
        panic!("{}: {e}", F::NAME);
    }
    if let Err(e) = GradCheck::new().check_second(call, &inputs) {
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
