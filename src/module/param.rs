//! A learnable tensor with an identity.
use super::init::{Constant, Initializer, Normal, Uniform, Zeros};
use d2l_core::{IntoOperand, IntoShape, Operand, Tensor, no_grad};
use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering::Relaxed},
    },
};

/// A parameter: a tensor that the optimizer changes; PyTorch's `nn.Parameter`.
///
/// `clone()` gives another handle on the *same* parameter, which is how weights are tied and how an
/// optimizer gets them. A lazy one has no shape before its layer's first forward; an initialiser
/// chosen earlier is kept and runs then. It derefs to its [`Tensor`].
///
/// ```
/// use d2l::{init::Zeros, prelude::*};
/// let w = Param::lazy();
/// w.fill_(0.5); // kept for later
/// assert!(!w.is_initialized());
/// w.materialize([2, 1], Zeros); // what a layer does when it learns the shape
/// assert_eq!(w.to_vec::<f32>(), [0.5, 0.5]);
///
/// let tied = w.clone();
/// tied.fill_(1.0);
/// assert_eq!(w.to_vec::<f32>(), [1.0, 1.0]);
/// ```
#[derive(Clone)]
pub struct Param(Arc<Inner>);

struct Inner {
    tensor: OnceLock<Tensor>,
    /// Initialisers that wait for the shape.
    pending: Mutex<Vec<Arc<dyn Initializer>>>,
    /// What to call it while it has no shape.
    name: &'static str,
    /// What is known of its shape before it has one.
    expected: Option<Vec<Option<usize>>>,
    training: AtomicBool,
    grad: AtomicU8,
}

/// Has anybody decided whether the parameter is learned? It is, unless they said no.
const OPEN: u8 = 0;
const LEARNED: u8 = 1;
const FROZEN: u8 = 2;

impl Param {
    /// A parameter with this value, which it shares with `value`.
    ///
    /// # Panics
    /// If the dtype is not a floating one.
    #[track_caller]
    pub fn new(value: Tensor) -> Param {
        let p = Param::lazy();
        let _ = p.0.tensor.set(value.detach().requires_grad_(true));
        p
    }

    /// What a buffer is inside: a tensor of any dtype that is never learned.
    pub(super) fn fixed(value: Tensor) -> Param {
        let p = Param::lazy();
        p.requires_grad_(false);
        let _ = p.0.tensor.set(value.detach());
        p
    }

    /// A parameter whose shape is not known yet.
    pub fn lazy() -> Param {
        Param::with("a parameter", None, Vec::new(), true)
    }

    /// The same, with a name for messages and what is known of its shape: a file with another one
    /// is refused. `Param::lazy_named("LazyLinear.weight", [Some(2), None])`
    pub fn lazy_named(name: &'static str, expected: impl Into<Vec<Option<usize>>>) -> Param {
        Param::with(name, Some(expected.into()), Vec::new(), true)
    }

    fn with(
        name: &'static str,
        expected: Option<Vec<Option<usize>>>,
        pending: Vec<Arc<dyn Initializer>>,
        training: bool,
    ) -> Param {
        Param(Arc::new(Inner {
            tensor: OnceLock::new(),
            pending: Mutex::new(pending),
            name,
            expected,
            training: AtomicBool::new(training),
            grad: AtomicU8::new(OPEN),
        }))
    }

    /// A parameter of this shape that starts as `init` says.
    pub(crate) fn started(shape: impl IntoShape, init: impl Initializer) -> Param {
        let p = Param::lazy();
        p.materialize(shape, init);
        p
    }

    /// Has it a shape and values?
    pub fn is_initialized(&self) -> bool {
        self.get().is_some()
    }

    /// The tensor, if it has one already.
    pub fn get(&self) -> Option<&Tensor> {
        self.0.tensor.get()
    }

    /// Makes the tensor in this shape, unless there is one: `default` fills it, and after it the
    /// initialisers that were chosen earlier, in their order.
    pub fn materialize(&self, shape: impl IntoShape, default: impl Initializer) -> &Tensor {
        self.0.tensor.get_or_init(|| {
            let t = Tensor::zeros(shape);
            default.init(&t);
            let chosen = std::mem::take(&mut *self.pending());
            chosen.iter().for_each(|init| init.init(&t));
            t.requires_grad_(!self.is_frozen())
        })
    }

    /// Runs `init` now, or as soon as the shape is known. See [`init`](super::init).
    ///
    /// # Panics
    /// If the shape is known and the initialiser refuses it.
    #[track_caller]
    pub fn init(&self, init: impl Initializer) -> &Param {
        match self.get() {
            // no `no_grad`: its closure would hide the caller
            Some(t) => init.init(&t.detach()),
            None => self.pending().push(Arc::new(init)),
        }
        self
    }

    /// Normal distribution with this mean and standard deviation; waits for the shape if need be.
    pub fn normal_(&self, mean: impl Into<f64>, std: impl Into<f64>) -> &Param {
        self.init(Normal(mean.into(), std.into()))
    }

    /// Uniform distribution on `[low, high)`; waits for the shape if need be.
    pub fn uniform_(&self, low: impl Into<f64>, high: impl Into<f64>) -> &Param {
        self.init(Uniform(low.into(), high.into()))
    }

    /// The same value everywhere; waits for the shape if need be.
    pub fn fill_(&self, value: impl Into<f64>) -> &Param {
        self.init(Constant(value.into()))
    }

    /// Zero everywhere; waits for the shape if need be.
    pub fn zero_(&self) -> &Param {
        self.init(Zeros)
    }

    /// Forgets the gradient, if there is any.
    pub fn zero_grad(&self) {
        if let Some(t) = self.get() {
            t.zero_grad();
        }
    }

    /// Whether it is learned: `freeze` and `unfreeze` of one parameter. PyTorch's
    /// `requires_grad_`; before there is a shape the choice is kept.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let net = LazyLinear::new(1);
    /// net.weight.requires_grad_(false);
    /// net.forward(&Tensor::ones([2, 3])).sum().backward();
    /// assert!(net.weight.grad().is_none() && net.bias.grad().is_some());
    /// ```
    pub fn requires_grad_(&self, on: bool) -> &Param {
        self.0
            .grad
            .store(if on { LEARNED } else { FROZEN }, Relaxed);
        if let Some(t) = self.get() {
            t.requires_grad_(on);
        }
        self
    }

    /// [`requires_grad_`](Param::requires_grad_)`(false)`, if nobody has decided yet.
    pub(super) fn start_frozen(&self) {
        if self.0.grad.load(Relaxed) == OPEN {
            self.requires_grad_(false);
        }
    }

    fn is_frozen(&self) -> bool {
        self.0.grad.load(Relaxed) == FROZEN
    }

    /// The same for every handle on one parameter.
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<()>() as usize
    }

    /// Are both handles on one parameter?
    pub fn same(&self, other: &Param) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Takes the values of `t`, and its shape if none is known. (The caller has compared shapes.)
    pub(super) fn load(&self, t: &Tensor) {
        let old = self.0.tensor.get_or_init(|| {
            self.pending().clear();
            t.detach().copy().requires_grad_(!self.is_frozen())
        });
        no_grad(|| old.copy_(t));
    }

    /// A parameter of its own with the same value, or the same pending initialisers.
    pub(super) fn independent(&self) -> Param {
        let copy = Param::with(
            self.0.name,
            self.0.expected.clone(),
            self.pending().clone(),
            self.is_training(),
        );
        copy.0.grad.store(self.0.grad.load(Relaxed), Relaxed);
        if let Some(t) = self.get() {
            let t = t.detach().copy().requires_grad_(t.requires_grad());
            let _ = copy.0.tensor.set(t);
        }
        copy
    }

    /// What is known of the shape before there is one; `None` for a size that is open.
    pub(super) fn expected(&self) -> Option<&[Option<usize>]> {
        self.0.expected.as_deref()
    }

    /// The mode its model was last put in; lets any model with parameters know.
    pub(super) fn is_training(&self) -> bool {
        self.0.training.load(Relaxed)
    }

    pub(super) fn set_training(&self, on: bool) {
        self.0.training.store(on, Relaxed);
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Vec<Arc<dyn Initializer>>> {
        self.0
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Param {
    type Target = Tensor;

    /// # Panics
    /// Before there is a tensor.
    #[track_caller]
    fn deref(&self) -> &Tensor {
        match self.get() {
            Some(t) => t,
            None => panic!(
                "`{}` has no shape yet: it waits for the first forward of its layer (or for `load_state_dict`)",
                self.0.name
            ),
        }
    }
}

/// A parameter stands wherever a tensor or a number may: `x.matmul(&w) + &self.b`.
impl IntoOperand for Param {
    #[track_caller]
    fn operand(&self) -> Operand<'_> {
        Operand::Tensor(self)
    }
}

impl From<Tensor> for Param {
    #[track_caller]
    fn from(value: Tensor) -> Param {
        Param::new(value)
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(t) => write!(f, "Param({t:?})"),
            None => f.write_str("Param(lazy)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initialisers_run_in_order_when_the_shape_is_known() {
        let p = Param::lazy();
        p.uniform_(5.0, 6.0)
            .zero_()
            .init(|t: &Tensor| drop(t.fill_(3.0)));
        assert_eq!(*p.materialize([2], Constant(1.0)), Tensor::from([3.0, 3.0]));
        assert!(p.requires_grad());
        // a second shape is not looked at
        assert_eq!(p.materialize([9], Zeros).shape(), [2]);
        assert_eq!(*p.fill_(4.0).get().unwrap(), Tensor::from([4.0, 4.0]));
    }

    #[test]
    fn a_seed_gives_the_same_start_now_and_later() {
        let start = |lazy: bool| {
            d2l_core::manual_seed(7);
            let p = Param::lazy();
            if lazy {
                p.normal_(0.0, 0.01);
            }
            p.materialize([1000], Zeros);
            if !lazy {
                p.normal_(0.0, 0.01);
            }
            p.to_vec::<f32>()
        };
        assert_eq!(start(true), start(false));
        assert!(start(true).iter().all(|x| x.abs() < 0.1 && *x != 0.0));
    }

    #[test]
    fn a_copy_keeps_what_is_pending_and_shares_nothing() {
        let p = Param::lazy();
        p.fill_(2.0);
        let copy = p.independent();
        copy.fill_(5.0);
        p.materialize([1], Zeros);
        copy.materialize([1], Zeros);
        assert_eq!((p.item(), copy.item()), (2.0, 5.0));
        assert!(p.same(&p.clone()) && !p.same(&copy) && p.id() != copy.id());
    }

    #[test]
    #[should_panic(expected = "`LazyLinear.weight` has no shape yet")]
    fn without_a_shape_it_says_what_it_waits_for() {
        let _ = Param::lazy_named("LazyLinear.weight", [Some(1), None]).shape();
    }
}
