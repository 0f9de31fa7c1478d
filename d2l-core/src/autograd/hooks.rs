//! Functions of the user that gradients pass on their way.
use super::node::lock;
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::WeakTensor,
};
use std::sync::{Arc, Mutex, OnceLock, Weak};

type OnGrad = Arc<dyn Fn(&Tensor) -> Option<Tensor> + Send + Sync>;
type OnComplete = Arc<dyn Fn(&Tensor) + Send + Sync>;

#[derive(Default)]
struct List {
    registered: u64,
    on_grad: Vec<(u64, OnGrad)>,
    on_complete: Vec<(u64, OnComplete)>,
    /// Tensors that keep their gradient although they are computed.
    retained: Vec<WeakTensor>,
}

impl List {
    fn number(&mut self) -> u64 {
        self.registered += 1;
        self.registered
    }
}

/// The hooks of one tensor; nothing until the first is registered.
pub(crate) struct Hooks(OnceLock<Arc<Mutex<List>>>);

impl Hooks {
    pub(super) const fn none() -> Hooks {
        Hooks(OnceLock::new())
    }

    /// What the hooks make of a complete gradient.
    pub(super) fn run(&self, grad: Tensor) -> Tensor {
        match self.0.get() {
            None => grad,
            Some(list) => run(list, grad),
        }
    }

    /// Tells that `leaf.grad()` has all of this pass.
    pub(super) fn announce(&self, leaf: &Tensor) {
        if let Some(list) = self.0.get() {
            // Called outside of the lock: a hook may remove itself.
            let hooks = lock(list).on_complete.clone();
            hooks.iter().for_each(|(_, hook)| hook(leaf));
        }
    }

    pub(super) fn retain(&self, tensor: &Tensor) {
        if !self.retains(tensor) {
            self.change(|list| list.retained.push(tensor.downgrade()));
        }
    }

    pub(super) fn retains(&self, tensor: &Tensor) -> bool {
        let is = |w: &WeakTensor| w.upgrade().is_some_and(|t| t.same(tensor));
        self.0
            .get()
            .is_some_and(|l| lock(l).retained.iter().any(is))
    }

    fn change<R>(&self, f: impl FnOnce(&mut List) -> R) -> R {
        f(&mut lock(self.0.get_or_init(Arc::default)))
    }

    fn register(&self, add: impl FnOnce(&mut List, u64)) -> HookHandle {
        let id = self.change(|list| {
            let id = list.number();
            add(list, id);
            id
        });
        let list = self.0.get().map(Arc::downgrade).unwrap_or_default();
        HookHandle { list, id }
    }
}

fn run(list: &Mutex<List>, grad: Tensor) -> Tensor {
    let (hooks, retained) = {
        let list = lock(list);
        (list.on_grad.clone(), list.retained.clone())
    };
    let grad = hooks.iter().fold(grad, |g, (_, hook)| match hook(&g) {
        None => g,
        Some(new) => ok!(checked(new, &g)),
    });
    for tensor in retained.iter().filter_map(WeakTensor::upgrade) {
        tensor.accumulate_grad(grad.clone());
    }
    grad
}

fn checked(new: Tensor, old: &Tensor) -> Result<Tensor> {
    if (new.shape(), new.dtype()) != (old.shape(), old.dtype()) {
        bail!(
            "register_hook",
            Shape,
            "the hook made {} {:?} of a gradient that is {} {:?}",
            new.dtype(),
            new.shape(),
            old.dtype(),
            old.shape()
        );
    }
    Ok(new)
}

/// A registered hook; dropping it leaves the hook in place.
#[derive(Clone)]
pub struct HookHandle {
    list: Weak<Mutex<List>>,
    id: u64,
}

impl HookHandle {
    /// Takes the hook away.
    pub fn remove(&self) {
        let Some(list) = self.list.upgrade() else {
            return;
        };
        let mut list = lock(&list);
        let gone = list.on_grad.extract_if(.., |h| h.0 == self.id).count();
        if gone == 0 {
            list.on_complete.retain(|h| h.0 != self.id);
        }
    }
}

impl std::fmt::Debug for HookHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HookHandle({})", self.id)
    }
}

impl Tensor {
    /// Calls `hook` with the gradient with respect to this tensor, once per backward pass, when it
    /// is complete; what the hook returns, if anything, takes the gradient's place. Several hooks
    /// are called in the order of their registration. PyTorch's `Tensor.register_hook`.
    ///
    /// A hook that holds a handle on its own tensor keeps it alive for ever.
    ///
    /// # Panics
    /// If the tensor needs no gradient. In `backward`, if the hook returns another shape or dtype.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1.0, 2.0]).requires_grad_(true);
    /// let handle = x.register_hook(|g| Some(g * 10.0));
    /// x.sum().backward();
    /// handle.remove();
    /// x.sum().backward();
    /// assert_eq!(x.grad(), Some(Tensor::from([11.0, 11.0])));
    /// ```
    #[track_caller]
    pub fn register_hook(
        &self,
        hook: impl Fn(&Tensor) -> Option<Tensor> + Send + Sync + 'static,
    ) -> HookHandle {
        ok!(self.check_requires_grad("register_hook"));
        let add = |list: &mut List, id| list.on_grad.push((id, Arc::new(hook)));
        self.meta().with_hooks(|hooks| hooks.register(add))
    }

    /// Calls `hook` with this leaf as soon as a backward pass has added all of its gradient to
    /// [`Tensor::grad`], while the pass goes on elsewhere: the moment to send it to other machines,
    /// or to update the parameter and free the gradient. PyTorch's
    /// `register_post_accumulate_grad_hook`.
    ///
    /// # Panics
    /// If the tensor needs no gradient or is not a leaf.
    ///
    /// ```
    /// use d2l_core::{Tensor, no_grad};
    /// let w = Tensor::from([1.0, 2.0]).requires_grad_(true);
    /// w.register_post_accumulate_grad_hook(|w| {
    ///     no_grad(|| w.add_scaled_(&w.grad().unwrap(), -0.5));
    ///     w.zero_grad();
    /// });
    /// w.square().sum().backward();
    /// assert_eq!((w.grad(), w), (None, Tensor::from([0.0, 0.0])));
    /// ```
    #[track_caller]
    pub fn register_post_accumulate_grad_hook(
        &self,
        hook: impl Fn(&Tensor) + Send + Sync + 'static,
    ) -> HookHandle {
        const OP: &str = "register_post_accumulate_grad_hook";
        ok!(self.check_requires_grad(OP));
        ok!(self.check_leaf(OP));
        let add = |list: &mut List, id| list.on_complete.push((id, Arc::new(hook)));
        self.meta().with_hooks(|hooks| hooks.register(add))
    }

    fn check_leaf(&self, op: &'static str) -> Result<()> {
        if !self.is_leaf() {
            bail!(
                op,
                Autograd,
                "the tensor is computed from others, which accumulate no gradient; use `register_hook`"
            );
        }
        Ok(())
    }
}
