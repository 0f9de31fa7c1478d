//! The backward pass: gradients flow from results to the leaves, without recursion.
use super::{anomaly, mode::with_grad, node::Edge};
use crate::{
    Tensor,
    error::{Result, bail, ok},
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
pub(super) struct Pending(Vec<(u64, Edge, Tensor)>);

impl Pending {
    pub(super) fn add(&mut self, edge: &Edge, grad: Tensor) {
        let seq = edge.seq();
        match self.0.binary_search_by_key(&seq, |p| p.0) {
            Ok(i) => accumulate(&mut self.0[i].2, grad),
            Err(i) => self.0.insert(i, (seq, edge.clone(), grad)),
        }
    }

    /// What has arrived for `edge` so far, if it may be changed in place.
    pub(super) fn sum(&self, edge: &Edge) -> Option<Tensor> {
        let at = self.0.binary_search_by_key(&edge.seq(), |p| p.0);
        let sum = &self.0[at.ok()?].2;
        is_own(sum).then(|| sum.clone())
    }
}

/// Can nobody else see it?
fn is_own(sum: &Tensor) -> bool {
    sum.is_unshared() && sum.is_contiguous() && !sum.requires_grad()
}

/// `sum += grad`, in place if nobody else can see it.
fn accumulate(sum: &mut Tensor, grad: Tensor) {
    if is_own(sum) && !grad.requires_grad() {
        sum.add_(&grad);
    } else {
        *sum = &*sum + &grad;
    }
}

/// Sends the gradients of `roots` backwards; `at` receives the complete gradient of every place and
/// says whether it ends there. Places numbered below `floor` are not visited.
///
/// A node's number is above those of all nodes it feeds gradients to, so the pending entry with the
/// highest number has received everything it will get.
fn run(
    roots: Vec<(&Tensor, Tensor)>,
    options: Options,
    floor: u64,
    at: &mut dyn FnMut(&Edge, &Tensor) -> bool,
) -> Result<()> {
    let mut pending = Pending(Vec::with_capacity(8));
    with_grad(options.create_graph, || {
        for (root, grad) in roots {
            if let Some(edge) = root.edge() {
                pending.add(&edge, grad);
            }
        }
        while let Some((seq, edge, grad)) = pending.0.pop()
            && seq >= floor
        {
            let grad = edge.hooks().run(grad);
            if at(&edge, &grad) {
                continue;
            }
            match edge {
                Edge::Leaf(leaf, _) => leaf.complete_grad(grad),
                Edge::Node(node) => {
                    let node = node.get();
                    node.run(&grad, floor, &mut pending)?;
                    if !options.retain {
                        node.release();
                    }
                }
            }
        }
        Ok(())
    })?;
    anomaly::end_of_pass();
    Ok(())
}

/// The gradients of `Σ grad · root` over `roots` with respect to `inputs`, none of which may be
/// computed from another one; nothing is accumulated anywhere else.
#[track_caller]
pub(crate) fn gradients(
    roots: Vec<(&Tensor, Tensor)>,
    inputs: &[Tensor],
    options: Options,
) -> Vec<Tensor> {
    let seqs: Vec<_> = inputs.iter().map(|t| t.edge().map(|e| e.seq())).collect();
    // Whatever depends on an input was made after it.
    let floor = seqs.iter().flatten().copied().min().unwrap_or(u64::MAX);
    let mut found = vec![None; inputs.len()];
    ok!(run(roots, options, floor, &mut |edge, grad| {
        let at = seqs.iter().position(|s| *s == Some(edge.seq()));
        if let Some(i) = at {
            found[i] = Some(grad.clone());
        }
        at.is_some() || matches!(edge, Edge::Leaf(..))
    }));
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
                "the tensor does not depend on anything that requires a gradient; was it computed under \
                 `no_grad`, from a `detach()`, or without `requires_grad_(true)`?"
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
        run(vec![(self, grad)], options, 0, &mut |_, _| false)
    }
}
