//! Gradients against central differences, in f64.
use crate::{
    DType, Tensor,
    autograd::{Options, gradients, with_grad},
    no_grad,
    rng::Stream,
    tensor::Dims,
};

/// [`GradCheck::check`] with the default tolerances.
///
/// # Errors
/// As there.
///
/// ```
/// use d2l_core::{Tensor, testing::gradcheck};
/// let x = Tensor::randn([3]);
/// assert!(gradcheck(|x| x[0].tanh() * &x[0], &[x]).is_ok());
/// ```
pub fn gradcheck<O: Outputs>(f: impl Fn(&[Tensor]) -> O, inputs: &[Tensor]) -> Result<(), String> {
    GradCheck::new().check(f, inputs)
}

/// [`GradCheck::check_second`] with the default tolerances.
///
/// # Errors
/// As there.
///
/// ```
/// use d2l_core::{Tensor, testing::gradgradcheck};
/// let x = Tensor::randn([3]);
/// assert!(gradgradcheck(|x| x[0].tanh() * &x[0], &[x]).is_ok());
/// ```
pub fn gradgradcheck<O: Outputs>(
    f: impl Fn(&[Tensor]) -> O,
    inputs: &[Tensor],
) -> Result<(), String> {
    GradCheck::new().check_second(f, inputs)
}

/// A comparison of gradients with difference quotients `(f(x + eps) - f(x - eps)) / (2 eps)`;
/// PyTorch's `torch.autograd.gradcheck` with its names, and stricter tolerances.
///
/// ```
/// use d2l_core::{Tensor, testing::GradCheck};
/// let rough = GradCheck::new().eps(1e-3).atol(1e-4).rtol(1e-4);
/// rough.check(|x| x[0].max_dim(1), &[Tensor::randn([3, 4])]).unwrap();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GradCheck {
    eps: f64,
    atol: f64,
    rtol: f64,
}

impl Default for GradCheck {
    fn default() -> GradCheck {
        GradCheck {
            eps: 1e-5,
            atol: 1e-6,
            rtol: 1e-6,
        }
    }
}

impl GradCheck {
    /// Steps of 1e-5, tolerances of 1e-6.
    pub fn new() -> GradCheck {
        GradCheck::default()
    }

    /// How far an element is moved to either side.
    pub fn eps(mut self, eps: f64) -> GradCheck {
        self.eps = eps;
        self
    }

    /// The allowed difference for a gradient of 0.
    pub fn atol(mut self, atol: f64) -> GradCheck {
        self.atol = atol;
        self
    }

    /// What is allowed on top, relative to the difference quotient.
    pub fn rtol(mut self, rtol: f64) -> GradCheck {
        self.rtol = rtol;
        self
    }

    /// Compares the gradients of `f` with respect to every element of every float input. The inputs
    /// are converted to f64; integers and bools are passed on as they are. Every element of every
    /// float output counts, with a random weight that is the same each time.
    ///
    /// # Errors
    /// Says how many elements are wrong, and which one is most. NaN is wrong.
    pub fn check<O: Outputs>(
        &self,
        f: impl Fn(&[Tensor]) -> O,
        inputs: &[Tensor],
    ) -> Result<(), String> {
        let xs: Vec<Tensor> = inputs.iter().map(variable).collect();
        let variables = floats(xs.iter().cloned());
        let ys = floats(f(&xs).tensors());
        let weights = weights(&ys);
        let roots = ys.iter().zip(weights.iter().cloned()).collect();
        let exact = gradients(roots, &variables, Options::default());
        let value = || {
            let ys = floats(f(&xs).tensors());
            let terms = ys.iter().zip(&weights).map(|(y, w)| (y * w).sum().item());
            terms.sum::<f64>()
        };
        let mut report = Report::default();
        for (k, x) in xs.iter().enumerate().filter(|x| x.1.requires_grad()) {
            let at = variables.iter().position(|v| v.same(x));
            let exact = &exact[at.expect("a float is a variable")];
            if exact.shape() != x.shape() {
                return Err(format!(
                    "the gradient of input {k} has shape {:?}, the input {:?}",
                    exact.shape(),
                    x.shape()
                ));
            }
            self.compare(k, x, exact, &value, &mut report);
        }
        report.result()
    }

    /// Compares second derivatives: [`GradCheck::check`] of the gradients of `f`, as functions of
    /// the inputs and of the gradients of the outputs. PyTorch's `gradgradcheck`.
    ///
    /// # Errors
    /// As `check`; input `inputs.len() + i` is the gradient of output `i`.
    ///
    /// # Panics
    /// If an operation in `f` has no second derivative.
    pub fn check_second<O: Outputs>(
        &self,
        f: impl Fn(&[Tensor]) -> O,
        inputs: &[Tensor],
    ) -> Result<(), String> {
        let outputs = |xs: &[Tensor]| floats(f(xs).tensors());
        let first = |all: &[Tensor]| {
            let (xs, grads) = all.split_at(inputs.len());
            let options = Options {
                retain: true,
                create_graph: true,
            };
            with_grad(true, || {
                let ys = outputs(xs);
                let roots = ys.iter().zip(grads.iter().cloned()).collect();
                gradients(roots, &floats(xs.iter().cloned()), options)
            })
        };
        let doubles: Vec<Tensor> = inputs.iter().map(variable).collect();
        let grads = weights(&no_grad(|| outputs(&doubles)));
        self.check(first, &[inputs, &grads].concat())
    }

    fn compare(
        &self,
        input: usize,
        x: &Tensor,
        exact: &Tensor,
        value: &dyn Fn() -> f64,
        report: &mut Report,
    ) {
        let exact = exact.detach().contiguous().to_vec::<f64>();
        for (element, exact) in exact.into_iter().enumerate() {
            let numeric = self.difference(x, element, value);
            let excess = (exact - numeric).abs() - self.atol - self.rtol * numeric.abs();
            report.add(excess, || {
                let at = position(element, x.shape());
                format!(
                    "input {input}, element {at:?}: gradient {exact}, difference quotient {numeric}"
                )
            });
        }
    }

    /// The central difference of `value` as element `i` of `x` moves.
    fn difference(&self, x: &Tensor, i: usize, value: &dyn Fn() -> f64) -> f64 {
        no_grad(|| {
            let element = x.reshape(-1).i(i);
            let at = element.item();
            let moved = |to: f64| {
                element.fill_(to);
                value()
            };
            let (up, down) = (moved(at + self.eps), moved(at - self.eps));
            moved(at);
            (up - down) / (2.0 * self.eps)
        })
    }
}

/// What was compared, and the worst of it.
#[derive(Default)]
struct Report {
    compared: usize,
    wrong: usize,
    worst: Option<(f64, String)>,
}

impl Report {
    fn add(&mut self, excess: f64, what: impl FnOnce() -> String) {
        self.compared += 1;
        if excess <= 0.0 {
            return;
        }
        self.wrong += 1;
        let excess = if excess.is_nan() {
            f64::INFINITY
        } else {
            excess
        };
        if self.worst.as_ref().is_none_or(|w| excess > w.0) {
            self.worst = Some((excess, what()));
        }
    }

    fn result(self) -> Result<(), String> {
        match self.worst {
            None => Ok(()),
            Some((_, what)) => Err(format!(
                "{} of {} gradients are wrong, most of all {what}",
                self.wrong, self.compared
            )),
        }
    }
}

/// The index of element `i` in row-major order.
fn position(mut i: usize, shape: &[usize]) -> Vec<usize> {
    let mut at: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&n| {
            let here = i % n;
            i /= n;
            here
        })
        .collect();
    at.reverse();
    at
}

/// What a checked function may return: a tensor, or several as a tuple, an array or a `Vec`.
pub trait Outputs {
    /// All of them.
    fn tensors(self) -> Vec<Tensor>;
}

impl Outputs for Tensor {
    fn tensors(self) -> Vec<Tensor> {
        vec![self]
    }
}

impl Outputs for (Tensor, Tensor) {
    fn tensors(self) -> Vec<Tensor> {
        vec![self.0, self.1]
    }
}

impl Outputs for (Tensor, Tensor, Tensor) {
    fn tensors(self) -> Vec<Tensor> {
        vec![self.0, self.1, self.2]
    }
}

impl<const N: usize> Outputs for [Tensor; N] {
    fn tensors(self) -> Vec<Tensor> {
        self.into()
    }
}

impl Outputs for Vec<Tensor> {
    fn tensors(self) -> Vec<Tensor> {
        self
    }
}

/// An input to differentiate by, if it is one.
fn variable(x: &Tensor) -> Tensor {
    let x = x.detach();
    if x.dtype().is_float() {
        x.double().copy().requires_grad_(true)
    } else {
        x
    }
}

fn floats(tensors: impl IntoIterator<Item = Tensor>) -> Vec<Tensor> {
    tensors
        .into_iter()
        .filter(|t| t.dtype().is_float())
        .collect()
}

fn weights(ys: &[Tensor]) -> Vec<Tensor> {
    ys.iter()
        .zip(99..)
        .map(|(y, seed)| numbers(y.shape(), seed))
        .collect()
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

#[cfg(test)]
mod tests {
    use super::{GradCheck, gradcheck, gradgradcheck};
    use crate::Tensor;

    fn wrong(x: &Tensor) -> Tensor {
        x.exp().record("wrong", [x], |g, _| [Some(g.clone())])
    }

    #[test]
    fn a_wrong_rule_is_caught_and_the_worst_element_named() {
        let x = Tensor::from([[0.0, 1.0], [2.0, 0.0]]);
        let e = gradcheck(|x| wrong(&x[0]), &[x]).unwrap_err();
        let start = "2 of 4 gradients are wrong, most of all input 0, element [1, 0]: gradient";
        assert!(e.starts_with(start), "{e}");
    }

    #[test]
    fn nan_and_a_wrong_shape_are_wrong() {
        let nan = |x: &Tensor| x.copy().record("nan", [x], |g, _| [Some(g * f64::NAN)]);
        let e = gradcheck(|x| nan(&x[0]), &[Tensor::ones([1])]).unwrap_err();
        assert!(e.starts_with("1 of 1 gradients are wrong"), "{e}");
        let sum = |x: &Tensor| x.copy().record("sum", [x], |g, _| [Some(g.sum())]);
        let e = gradcheck(|x| sum(&x[0]), &[Tensor::ones([2])]).unwrap_err();
        assert_eq!(e, "the gradient of input 0 has shape [], the input [2]");
    }

    #[test]
    fn every_output_counts_and_integers_pass() {
        let (x, at) = (Tensor::randn([3, 2]), Tensor::from([2, 0]));
        let right = |x: &[Tensor]| (x[0].index_select(0, &x[1]), x[0].max_dim(1).1, x[0].exp());
        gradcheck(right, &[x.copy(), at]).unwrap();
        assert!(gradcheck(|x| (x[0].exp(), wrong(&x[0])), &[x]).is_err());
    }

    #[test]
    fn tolerances_are_settable() {
        let nearly = |x: &Tensor| x.copy().record("nearly", [x], |g, _| [Some(g * 1.01)]);
        let x = [Tensor::ones([2])];
        assert!(gradcheck(|x| nearly(&x[0]), &x).is_err());
        assert!(
            GradCheck::new()
                .rtol(0.02)
                .check(|x| nearly(&x[0]), &x)
                .is_ok()
        );
        assert!(
            GradCheck::new()
                .atol(0.02)
                .check(|x| nearly(&x[0]), &x)
                .is_ok()
        );
        // A parabola's central difference is exact, that of a cube is off by eps².
        let coarse = GradCheck::new().eps(0.1);
        assert!(coarse.check(|x| x[0].square(), &x).is_ok());
        assert!(coarse.check(|x| x[0].pow(3), &x).is_err());
    }

    #[test]
    fn a_wrong_second_derivative_is_caught() {
        let cut = |x: &Tensor| {
            let saved = x.detach();
            x.exp()
                .record("cut", [x], move |g, _| [Some(g * saved.exp())])
        };
        let x = [Tensor::randn([2])];
        assert!(gradcheck(|x| cut(&x[0]), &x).is_ok());
        let e = gradgradcheck(|x| cut(&x[0]), &x).unwrap_err();
        assert!(e.starts_with("2 of 4 gradients are wrong"), "{e}");
        assert!(gradgradcheck(|x| x[0].exp(), &x).is_ok());
    }
}
