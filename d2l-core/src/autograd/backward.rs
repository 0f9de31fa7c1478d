//! The backward pass: gradients flow from a result to the leaves, without recursion.
use super::{mode::with_grad, node::Edge};
use crate::{
    Tensor,
    error::{Error, ErrorKind, Result, bail, fail, ok},
};

/// How a pass treats the graph.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    /// Keep what was saved, for another pass.
    pub(crate) retain: bool,
    /// Record the pass itself, for second derivatives.
    pub(crate) create_graph: bool,
}

/// Gradients on their way, in ascending order of the number of where they go.
struct Pending(Vec<(u64, Edge, Tensor)>);

impl Pending {
    fn add(&mut self, edge: &Edge, grad: Tensor) {
        let seq = edge.seq();
        match self.0.binary_search_by_key(&seq, |p| p.0) {
            Ok(i) => accumulate(&mut self.0[i].2, grad),
            Err(i) => self.0.insert(i, (seq, edge.clone(), grad)),
        }
    }
}

/// `sum += grad`, in place if nobody else can see it.
fn accumulate(sum: &mut Tensor, grad: Tensor) {
    if sum.is_unshared() && sum.is_contiguous() && !sum.requires_grad() && !grad.requires_grad() {
        sum.add_(&grad);
    } else {
        *sum = &*sum + &grad;
    }
}

/// Sends `grad` of `root` backwards; `at` receives the complete gradient of every leaf.
///
/// A node's number is above those of all nodes it feeds gradients to, so the pending entry with the
/// highest number has received everything it will get.
fn run(root: &Tensor, grad: Tensor, options: Options, at: &mut dyn FnMut(&Edge, &Tensor) -> bool) {
    let Some(edge) = root.edge() else { return };
    let mut pending = Pending(Vec::with_capacity(8));
    pending.add(&edge, grad);
    with_grad(options.create_graph, || {
        while let Some((_, edge, grad)) = pending.0.pop() {
            if at(&edge, &grad) {
                continue;
            }
            match edge {
                Edge::Leaf(leaf, _) => leaf.accumulate_grad(grad),
                Edge::Node(node) => {
                    node.get().run(&grad, &mut |e, g| pending.add(e, g));
                    if !options.retain {
                        node.get().release();
                    }
                }
            }
        }
    });
}

/// The gradients of `root` with respect to `inputs`; nothing is accumulated anywhere else.
pub(crate) fn gradients(root: &Tensor, inputs: &[Tensor], options: Options) -> Vec<Tensor> {
    let seqs: Vec<_> = inputs.iter().map(|t| t.edge().map(|e| e.seq())).collect();
    let mut found = vec![None; inputs.len()];
    run(root, root.ones_like(), options, &mut |edge, grad| {
        let at = seqs.iter().position(|s| *s == Some(edge.seq()));
        if let Some(i) = at {
            found[i] = Some(grad.clone());
        }
        at.is_some() || matches!(edge, Edge::Leaf(..))
    });
    found
        .into_iter()
        .zip(inputs)
        .map(|(g, x)| g.unwrap_or_else(|| x.zeros_like()))
        .collect()
}

impl Tensor {
    /// Computes the gradient of this single number with respect to every leaf it depends on and
    /// adds it to the leaves' [`Tensor::grad`]. What the graph saved is freed.
    ///
    /// # Panics
    /// If it is not a single number, needs no gradient, or its graph was freed before.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1.0, 2.0]).requires_grad_(true);
    /// (&x * &x).sum().backward();
    /// assert_eq!(x.grad(), Some(Tensor::from([2.0, 4.0])));
    /// ```
    #[track_caller]
    pub fn backward(&self) {
        ok!(self.start(None, Options::default()));
    }

    /// [`Tensor::backward`] for a tensor of any shape, with `v` as the gradient of the final result
    /// with respect to it (the vector of a vector–Jacobian product).
    ///
    /// # Panics
    /// As `backward`, and if the shape of `v` differs.
    #[track_caller]
    pub fn backward_with(&self, v: &Tensor) {
        ok!(self.start(Some(v), Options::default()));
    }

    /// [`Tensor::backward`] that keeps the graph for another pass.
    ///
    /// # Panics
    /// As `backward`.
    #[track_caller]
    pub fn backward_retain_graph(&self) {
        ok!(self.start(
            None,
            Options {
                retain: true,
                ..Options::default()
            }
        ));
    }

    fn start(&self, v: Option<&Tensor>, options: Options) -> Result<()> {
        if !self.requires_grad() {
            bail!(
                "backward",
                Autograd,
                "the tensor does not depend on anything that requires a gradient"
            );
        }
        let grad = match v {
            Some(v) if v.shape() != self.shape() => {
                bail!(
                    "backward",
                    Shape,
                    "the given gradient has shape {:?}, the tensor {:?}",
                    v.shape(),
                    self.shape()
                )
            }
            Some(v) => v.to_dtype(self.dtype()),
            None if self.numel() != 1 => {
                bail!(
                    "backward",
                    Shape,
                    "a tensor of shape {:?} is not a single number: reduce it, or use `backward_with`",
                    self.shape()
                )
            }
            None => self.ones_like(),
        };
        run(self, grad, options, &mut |_, _| false);
        Ok(())
    }

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
        self.meta().requires_grad()
    }

    /// True if the tensor was not computed by a recorded operation.
    pub fn is_leaf(&self) -> bool {
        self.meta().is_leaf()
    }

    /// The gradient accumulated by `backward`, `None` before. Only leaves keep theirs.
    pub fn grad(&self) -> Option<Tensor> {
        self.meta().grad().clone()
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
            self.with_meta(super::Meta::none())
        } else {
            self.clone()
        }
    }

    fn accumulate_grad(&self, grad: Tensor) {
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
            None if grad.is_contiguous() && grad.owns_storage() => *slot = Some(grad),
            None => *slot = Some(grad.copy()),
        }
    }
}
