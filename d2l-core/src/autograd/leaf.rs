//! What a tensor knows of its gradient: whether it asks for one, and the sum of those it got.
use super::Meta;
use crate::{
    Tensor,
    error::{Error, ErrorKind, Result, bail, fail, ok},
};

impl Tensor {
    /// Asks for a gradient of this tensor (or no longer); returns a handle on it.
    ///
    /// # Panics
    /// If it is not a float tensor, or was computed from others.
    #[track_caller]
    pub fn requires_grad_(&self, on: bool) -> Tensor {
        let name = "requires_grad_";
        if on && !self.dtype().is_float() {
            fail(&Error::new(
                name,
                ErrorKind::DType,
                format!("a {} tensor cannot have a gradient", self.dtype()),
            ));
        }
        if !on && !self.meta().is_leaf() {
            fail(&Error::new(
                name,
                ErrorKind::Autograd,
                "the tensor is computed from others; use `detach()`",
            ));
        }
        self.meta().set_requires_grad(on);
        self.clone()
    }

    /// True if `backward` from here, or from what is computed from here, reaches a leaf.
    pub fn requires_grad(&self) -> bool {
        self.refresh();
        self.meta().requires_grad()
    }

    /// True if the tensor was not computed by a recorded operation.
    pub fn is_leaf(&self) -> bool {
        self.refresh();
        self.meta().is_leaf()
    }

    /// The gradient accumulated by `backward`, `None` before. Only leaves keep theirs, and results
    /// that were asked to with [`Tensor::retain_grad`].
    pub fn grad(&self) -> Option<Tensor> {
        self.meta().grad().clone()
    }

    /// Lets a computed tensor keep its gradient, too: the next `backward` leaves it in
    /// [`Tensor::grad`]. Leaves do so anyway.
    ///
    /// # Panics
    /// If the tensor needs no gradient.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1.0, 2.0]).requires_grad_(true);
    /// let y = &x * 3.0;
    /// y.retain_grad();
    /// y.square().sum().backward();
    /// assert_eq!(y.grad(), Some(Tensor::from([6.0, 12.0])));
    /// ```
    #[track_caller]
    pub fn retain_grad(&self) {
        ok!(self.check_requires_grad("retain_grad"));
        if !self.is_leaf() {
            self.meta().with_hooks(|hooks| hooks.retain(self));
        }
    }

    /// True if a computed tensor keeps its gradient; PyTorch's `retains_grad`.
    pub fn retains_grad(&self) -> bool {
        !self.is_leaf() && self.meta().with_hooks(|hooks| hooks.retains(self))
    }

    pub(super) fn check_requires_grad(&self, op: &'static str) -> Result<()> {
        if !self.requires_grad() {
            bail!(
                op,
                Autograd,
                "the tensor needs no gradient; ask for one with `requires_grad_(true)`"
            );
        }
        Ok(())
    }

    /// Forgets the gradient.
    pub fn zero_grad(&self) {
        let old = self.meta().grad().take();
        drop(old); // outside of the lock
    }

    /// Replaces the gradient.
    ///
    /// # Panics
    /// If shape or dtype differ from the tensor's.
    #[track_caller]
    pub fn set_grad(&self, grad: &Tensor) {
        if (grad.shape(), grad.dtype()) != (self.shape(), self.dtype()) {
            let why = format!(
                "{} {:?} is no gradient of {} {:?}",
                grad.dtype(),
                grad.shape(),
                self.dtype(),
                self.shape()
            );
            fail(&Error::new("set_grad", ErrorKind::Shape, why));
        }
        *self.meta().grad() = Some(grad.clone());
    }

    /// The same data, cut off from the graph.
    pub fn detach(&self) -> Tensor {
        if self.requires_grad() {
            self.with_meta(Meta::none())
        } else {
            self.clone()
        }
    }

    /// The gradient of a leaf in one pass: added to the sum, and announced.
    pub(super) fn complete_grad(&self, grad: Tensor) {
        self.accumulate_grad(grad);
        self.meta().with_hooks(|hooks| hooks.announce(self));
    }

    pub(super) fn accumulate_grad(&self, grad: Tensor) {
        let mut slot = self.meta().grad();
        match &mut *slot {
            Some(sum)
                if sum.owns_storage()
                    && sum.is_contiguous()
                    && !sum.requires_grad()
                    && !grad.requires_grad() =>
            {
                sum.add_(&grad);
            }
            Some(sum) => *sum = &*sum + &grad,
            // A gradient that something else shares is copied, so that changing it in place
            // (clipping) changes nothing else.
            None if grad.is_contiguous() && grad.is_unshared() => *slot = Some(grad),
            None => *slot = Some(grad.copy()),
        }
    }
}
