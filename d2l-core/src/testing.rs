//! Checking gradients against finite differences.
use crate::{DType, Tensor, no_grad, rng::Stream, tensor::Dims};

/// Compares the gradients of `f` at `inputs` with central differences, in f64. Results of any
/// shape are weighted with fixed random numbers.
///
/// # Errors
/// Names the first input element whose gradient differs by more than 1e-6 relative to 1 + |value|.
///
/// ```
/// use d2l_core::{Tensor, testing::gradcheck};
/// let x = Tensor::randn([3]);
/// assert!(gradcheck(|x| x[0].tanh() * &x[0], &[x]).is_ok());
/// ```
pub fn gradcheck(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) -> Result<(), String> {
    let xs: Vec<Tensor> = inputs
        .iter()
        .map(|x| x.detach().double().copy().requires_grad_(true))
        .collect();
    let y = f(&xs);
    let weights = numbers(y.shape(), 99);
    (&y * &weights).sum().backward();
    let value = || no_grad(|| (f(&xs).double() * &weights).sum().item());
    for (k, x) in xs.iter().enumerate() {
        let exact = x
            .grad()
            .unwrap_or_else(|| x.zeros_like())
            .contiguous()
            .to_vec::<f64>();
        for (i, g) in exact.iter().enumerate() {
            let numeric = difference(x, i, &value);
            if (g - numeric).abs() > 1e-6 * (1.0 + numeric.abs()) {
                return Err(format!(
                    "input {k}, element {i}: gradient {g}, difference quotient {numeric}"
                ));
            }
        }
    }
    Ok(())
}

/// The central difference of `value` as element `i` of `x` moves.
fn difference(x: &Tensor, i: usize, value: &dyn Fn() -> f64) -> f64 {
    const H: f64 = 1e-5;
    let flat = no_grad(|| x.reshape(-1));
    let at = flat.i(i).item();
    let moved = |to: f64| {
        no_grad(|| flat.set(i, to));
        value()
    };
    let (up, down) = (moved(at + H), moved(at - H));
    moved(at);
    (up - down) / (2.0 * H)
}

/// Fixed numbers with magnitudes in 0.2..1.5 and either sign: away from kinks at 0.
pub(crate) fn numbers(shape: &[usize], seed: u64) -> Tensor {
    let mut s = Stream::new(seed, shape.len() as u64);
    let dims = Dims::new(shape);
    Tensor::build::<f64>(DType::F64, dims, |out| {
        out.iter_mut().for_each(|o| {
            *o = (0.2 + 1.3 * s.uniform()) * if s.uniform() < 0.5 { -1.0 } else { 1.0 }
        });
    })
}

/// How an input lies in memory.
#[cfg(test)]
#[derive(Clone, Copy, Debug)]
enum Lie {
    Contiguous,
    Transposed,
    Expanded,
}

/// [`gradcheck`] with every input contiguous, transposed and expanded; reports the first failure.
#[cfg(test)]
pub(crate) fn check_layouts(
    f: impl Fn(&[Tensor]) -> Tensor,
    shapes: &[&[usize]],
) -> Result<(), String> {
    for lie in [Lie::Contiguous, Lie::Transposed, Lie::Expanded] {
        let bases: Vec<Tensor> = shapes
            .iter()
            .enumerate()
            .map(|(i, s)| numbers(&base_shape(s, lie), i as u64))
            .collect();
        let laid = |xs: &[Tensor]| {
            f(&xs
                .iter()
                .zip(shapes)
                .map(|(x, s)| lay(x, s, lie))
                .collect::<Vec<_>>())
        };
        gradcheck(laid, &bases).map_err(|e| format!("{lie:?} inputs: {e}"))?;
    }
    Ok(())
}

#[cfg(test)]
fn base_shape(shape: &[usize], lie: Lie) -> Vec<usize> {
    let mut s = shape.to_vec();
    match lie {
        Lie::Contiguous => {}
        Lie::Transposed => s.reverse(),
        Lie::Expanded => s.iter_mut().take(1).for_each(|n| *n = 1),
    }
    s
}

#[cfg(test)]
fn lay(x: &Tensor, shape: &[usize], lie: Lie) -> Tensor {
    match lie {
        Lie::Contiguous => x.clone(),
        Lie::Transposed => x.permute(
            (0..shape.len())
                .rev()
                .map(|a| a as isize)
                .collect::<Vec<_>>(),
        ),
        Lie::Expanded => x.expand(shape),
    }
}

/// A gradient test of one operation: `gradcheck_test!(name, |x, y| ..., [3, 4], [4])`.
#[cfg(test)]
macro_rules! gradcheck_test {
    ($name:ident, |$($x:ident),+| $body:expr, $($shape:tt),+ $(,)?) => {
        #[test]
        fn $name() {
            let f = |xs: &[$crate::Tensor]| -> $crate::Tensor {
                let [$($x),+] = xs else { panic!("one shape per argument") };
                $body
            };
            let shapes: &[&[usize]] = &[$(&$shape),+];
            if let Err(e) = $crate::testing::check_layouts(f, shapes) {
                panic!("{}: {e}", stringify!($name));
            }
        }
    };
}
#[cfg(test)]
pub(crate) use gradcheck_test;

#[cfg(test)]
mod tests {
    use super::gradcheck;
    use crate::{Tensor, grad};

    #[test]
    fn a_wrong_rule_is_caught() {
        let wrong = |x: &Tensor| x.exp().record("wrong", [x], |g, _| [Some(g.clone())]);
        let e = gradcheck(|x| wrong(&x[0]), &[Tensor::ones([1])]).unwrap_err();
        assert!(e.starts_with("input 0, element 0: gradient"), "{e}");
    }

    #[test]
    fn a_million_nodes_do_not_overflow() {
        let x = Tensor::from(1.0).requires_grad_(true);
        let mut y = x.clone();
        for _ in 0..1_000_000 {
            y = &y * 1.0;
        }
        y.backward();
        assert_eq!(x.grad().unwrap().item(), 1.0);
        let mut kept = x.clone();
        for _ in 0..1_000_000 {
            kept = kept.tanh();
        }
        drop(kept);
    }

    #[test]
    fn third_derivatives_work() {
        let f = |x: &Tensor| x * x * x * x;
        let third = grad(|x: &Tensor| grad(|x: &Tensor| grad(f)(x))(x));
        assert_eq!(third(&Tensor::from(2.0)).item(), 48.0);
    }
}
