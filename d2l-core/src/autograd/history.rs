//! Changes in place that are recorded: a tensor's history is replaced, and its views follow.
//!
//! A view knows its base. A change of either is a change of the base: the base's new history is the
//! old one outside of the view and the change inside. Every view looks whether its history is older
//! than the last change, and if so becomes a part of the base as that is now.
use super::{Context, Meta, mode::is_grad_enabled, with_grad};
use crate::{
    Tensor,
    error::{Result, bail},
    ops::view::{Window, overlaps},
};

impl Tensor {
    /// Refuses a change in place that cannot be recorded: of a leaf, or of a part of an expanded tensor.
    pub(crate) fn check_in_place(&self, op: &'static str) -> Result<()> {
        let protected = |t: &Tensor| t.requires_grad() && t.is_leaf();
        if is_grad_enabled() && (protected(self) || protected(self.origin())) {
            let what = if protected(self) { "" } else { "a view of " };
            bail!(
                op,
                Autograd,
                "{what}a tensor that requires a gradient cannot be changed in place while operations are recorded; \
                 wrap the change in `no_grad`"
            );
        }
        let shared = |b: &Tensor| !b.is_contiguous() && overlaps(b.dims(), b.stride_dims());
        if is_grad_enabled() && self.base().is_some_and(shared) {
            bail!(
                op,
                Autograd,
                "a part of an expanded tensor cannot be changed in place while operations are recorded; \
                 change a `copy()`"
            );
        }
        Ok(())
    }

    /// Will a change in place by `source` be recorded?
    pub(crate) fn records_change(&self, source: &Tensor) -> bool {
        super::is_recording(&[self.origin(), source]) && self.dtype().is_float()
    }

    /// Records a change in place that has happened: the values were computed by `op` from the former
    /// ones and from `source`, with `rule` giving the gradients of these two.
    pub(crate) fn changed<F>(&self, op: &'static str, source: &Tensor, rule: F)
    where
        F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; 2] + Send + Sync + 'static,
    {
        if self.records_change(source) {
            let new = self.with_meta(Meta::none());
            self.adopt(&new.record(op, [self, source], rule));
        }
    }

    /// From now on this tensor's values, which were changed in place, come from where those of `new`
    /// come from.
    pub(crate) fn adopt(&self, new: &Tensor) {
        let new = match self.base() {
            None => new.clone(),
            Some(base) => Window::of(base, self).replaced(base, new),
        };
        let root = self.origin();
        root.meta().follow(new.meta(), root.next_history());
    }

    /// Makes sure that a view knows of every recorded change of its base.
    pub(crate) fn refresh(&self) {
        let Some(base) = self.base() else { return };
        let now = self.history();
        if self.meta().seen() != now && !(self.meta().requires_grad() && self.meta().is_leaf()) {
            let new = with_grad(true, || Window::of(base, self).part(base, self));
            self.meta().follow(new.meta(), now);
        }
    }
}
