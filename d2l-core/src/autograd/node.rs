//! Nodes of the graph: one per recorded operation.
//!
//! A node knows where the gradients of its inputs go (its edges) and how to compute them (its
//! rule, a closure freed as soon as backward has passed). Nodes are numbered as they are made, so
//! an operation's number is above those of everything it was computed from.
use super::{
    Saved,
    anomaly::{self, Place},
    backward::Pending,
    hooks::Hooks,
    mode::is_grad_enabled,
    node_ref::NodeRef,
    saved::unchanged,
};
use crate::{
    Tensor,
    error::{Error, ErrorKind, Result, bail, fail},
};
use smallvec::SmallVec;
use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
};

/// Where a gradient flows to.
#[derive(Clone)]
pub(crate) enum Edge {
    Node(NodeRef),
    /// A tensor the user asked a gradient for, with its number.
    Leaf(Tensor, u64),
}

impl Edge {
    /// The place in the order in which gradients are complete: highest first.
    pub(crate) fn seq(&self) -> u64 {
        match self {
            Edge::Node(n) => n.get().head.seq,
            Edge::Leaf(_, seq) => *seq,
        }
    }

    pub(super) fn hooks(&self) -> &Hooks {
        match self {
            Edge::Node(n) => &n.get().head.hooks,
            Edge::Leaf(leaf, _) => &leaf.meta().hooks,
        }
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

fn next_seq() -> u64 {
    NEXT.fetch_add(1, Relaxed)
}

pub(super) fn lock<T: ?Sized>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in a rule leaves nothing half-done: the value is still good.
    m.lock().unwrap_or_else(|e| e.into_inner())
}

/// The gradient side of a tensor.
pub(crate) struct Meta {
    requires_grad: AtomicBool,
    /// Number of a leaf; 0 until it first needs one.
    seq: AtomicU64,
    node: Mutex<Option<NodeRef>>,
    /// The recorded changes in place that `node` knows of.
    seen: AtomicU32,
    grad: Mutex<Option<Tensor>>,
    hooks: Hooks,
}

impl Meta {
    pub(crate) const fn none() -> Meta {
        Meta {
            requires_grad: AtomicBool::new(false),
            seq: AtomicU64::new(0),
            node: Mutex::new(None),
            seen: AtomicU32::new(0),
            grad: Mutex::new(None),
            hooks: Hooks::none(),
        }
    }

    pub(crate) fn of_node(node: Arc<Node>) -> Meta {
        Meta {
            requires_grad: AtomicBool::new(true),
            node: Mutex::new(Some(NodeRef::new(node))),
            ..Meta::none()
        }
    }

    pub(crate) fn requires_grad(&self) -> bool {
        self.requires_grad.load(Relaxed)
    }

    pub(crate) fn set_requires_grad(&self, on: bool) {
        self.requires_grad.store(on, Relaxed);
    }

    pub(crate) fn is_leaf(&self) -> bool {
        lock(&self.node).is_none()
    }

    pub(crate) fn node(&self) -> Option<NodeRef> {
        lock(&self.node).clone()
    }

    pub(crate) fn seen(&self) -> u32 {
        self.seen.load(Relaxed)
    }

    pub(crate) fn seen_at(self, history: u32) -> Meta {
        self.seen.store(history, Relaxed);
        self
    }

    /// Takes over where the values come from, as of the `history`-th recorded change.
    pub(crate) fn follow(&self, other: &Meta, history: u32) {
        let old = std::mem::replace(&mut *lock(&self.node), other.node());
        self.set_requires_grad(other.requires_grad());
        self.seen.store(history, Relaxed);
        drop(old); // outside of the lock
    }

    pub(crate) fn grad(&self) -> MutexGuard<'_, Option<Tensor>> {
        lock(&self.grad)
    }

    /// `f` of the hooks of a leaf, or of what an operation computed: those are its node's.
    pub(super) fn with_hooks<R>(&self, f: impl FnOnce(&Hooks) -> R) -> R {
        match self.node() {
            Some(node) => f(&node.get().head.hooks),
            None => f(&self.hooks),
        }
    }

    fn leaf_seq(&self) -> u64 {
        let seq = self.seq.load(Relaxed);
        if seq != 0 {
            return seq;
        }
        let new = next_seq();
        self.seq
            .compare_exchange(0, new, Relaxed, Relaxed)
            .map_or_else(|seq| seq, |_| new)
    }
}

impl Tensor {
    pub(crate) fn edge(&self) -> Option<Edge> {
        if !self.requires_grad() {
            return None;
        }
        let meta = self.meta();
        Some(match meta.node() {
            Some(node) => Edge::Node(node),
            None => Edge::Leaf(self.clone(), meta.leaf_seq()),
        })
    }

    /// Records that `out` was computed by `op` from `inputs`, with `rule` giving the gradients of
    /// the inputs from that of `out`. Nothing is recorded if no input needs a gradient.
    ///
    /// The rule computes only what [`Context::needs`]; made of tensor operations, it can itself be
    /// differentiated.
    pub(crate) fn record<const N: usize, F>(
        self,
        op: &'static str,
        inputs: [&Tensor; N],
        rule: F,
    ) -> Tensor
    where
        F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; N] + Send + Sync + 'static,
    {
        self.attach(op, &inputs, false, rule)
    }

    /// As [`Tensor::record`], for rules that use the result itself: it is kept and found in
    /// [`Context::output`].
    pub(crate) fn record_output<const N: usize, F>(
        self,
        op: &'static str,
        inputs: [&Tensor; N],
        rule: F,
    ) -> Tensor
    where
        F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; N] + Send + Sync + 'static,
    {
        self.attach(op, &inputs, true, rule)
    }

    /// [`Tensor::record`], or [`Tensor::record_output`] if `output`, for a number of inputs that is
    /// known only here.
    ///
    /// # Panics
    /// If there are more than [`MAX_INPUTS`].
    pub(crate) fn record_all<F>(
        self,
        op: &'static str,
        inputs: &[&Tensor],
        output: bool,
        rule: F,
    ) -> Tensor
    where
        F: Fn(&Tensor, &Context<'_>) -> Gradients + Send + Sync + 'static,
    {
        assert!(inputs.len() <= MAX_INPUTS);
        self.attach(op, inputs, output, rule)
    }

    fn attach<const N: usize, F>(
        self,
        op: &'static str,
        inputs: &[&Tensor],
        keep: bool,
        rule: F,
    ) -> Tensor
    where
        F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; N] + Send + Sync + 'static,
    {
        const { assert!(N <= MAX_INPUTS) };
        let Some(head) = Head::new(op, &self, inputs, keep) else {
            return self;
        };
        let rule = Mutex::new(Some(Plain(rule)));
        self.computed_by(Arc::new(OpNode { head, rule }), inputs)
    }

    fn computed_by(mut self, node: Arc<Node>, inputs: &[&Tensor]) -> Tensor {
        // A result in the memory of its only input is a view of it.
        let base = match inputs {
            [x] if x.shares_storage(&self) => Some(x.origin().clone()),
            _ => None,
        };
        self.set_meta(base, Meta::of_node(node));
        self
    }
}

/// Will operations on these inputs be recorded?
pub(crate) fn is_recording(inputs: &[&Tensor]) -> bool {
    is_grad_enabled() && inputs.iter().any(|t| t.requires_grad())
}

/// Inputs of an operation that can have gradients.
pub(crate) const MAX_INPUTS: usize = 8;

pub(crate) type Gradients = [Option<Tensor>; MAX_INPUTS];

/// The backward rule in a node: absent once it has been freed. Only these few lines are compiled for
/// every operation.
pub(crate) trait Rule: Send {
    /// The gradients of the inputs, unless the rule was freed.
    fn run(&self, grad: &Tensor, cx: &Context<'_>) -> Option<Gradients>;
    /// Frees the rule.
    fn clear(&mut self);
}

struct Plain<F, const N: usize>(F);

impl<F, const N: usize> Rule for Option<Plain<F, N>>
where
    F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; N] + Send + Sync + 'static,
{
    fn run(&self, grad: &Tensor, cx: &Context<'_>) -> Option<Gradients> {
        Some(spread((self.as_ref()?.0)(grad, cx)))
    }

    fn clear(&mut self) {
        *self = None;
    }
}

#[inline(never)]
fn spread<const N: usize>(grads: [Option<Tensor>; N]) -> Gradients {
    let mut all = [const { None }; MAX_INPUTS];
    all.iter_mut().zip(grads).for_each(|(a, g)| *a = g);
    all
}

/// A recorded operation.
pub(crate) type Node = OpNode<dyn Rule>;

pub(crate) struct OpNode<R: Rule + ?Sized> {
    head: Head,
    rule: Mutex<R>,
}

/// Where the gradients of the inputs go; most operations have few.
type Edges = SmallVec<[Option<Edge>; 3]>;

/// All of a node but its rule.
struct Head {
    op: &'static str,
    place: Option<Box<Place>>,
    seq: u64,
    edges: Edges,
    hooks: Hooks,
    output: Mutex<Option<Saved>>,
}

impl Head {
    /// The node of `out`, which is kept if `keep`; none if no input needs a gradient.
    fn new(op: &'static str, out: &Tensor, inputs: &[&Tensor], keep: bool) -> Option<Head> {
        if !is_recording(inputs) {
            return None;
        }
        let output = keep.then(|| Saved::new(op, out.with_meta(Meta::none())));
        // The leaves' numbers are taken before the node's own.
        let edges = inputs.iter().map(|x| x.edge()).collect();
        Some(Head {
            op,
            place: anomaly::place(op, out),
            seq: next_seq(),
            edges,
            hooks: Hooks::none(),
            output: Mutex::new(output),
        })
    }
}

impl Node {
    /// Adds the gradients of the inputs to those on their way, given the gradient of the output;
    /// those of inputs numbered below `floor` are not wanted. Fails if what was saved is gone or was
    /// changed.
    pub(super) fn run(
        self: &Arc<Self>,
        grad: &Tensor,
        floor: u64,
        pending: &mut Pending,
    ) -> Result<()> {
        let head = &self.head;
        let edge = |i: usize| head.edges.get(i)?.as_ref().filter(|e| e.seq() >= floor);
        let grads = unchanged(|| {
            let cx = Context {
                op: head.op,
                needs: &|i| edge(i).is_some(),
                sum: &|i| pending.sum(edge(i)?),
                output: self.output(),
            };
            lock(&self.rule).run(grad, &cx)
        })?;
        let Some(grads) = grads else {
            bail!(
                "backward",
                Autograd,
                "the graph behind `{}` was freed by an earlier backward; call `backward_retain_graph` the first time",
                head.op
            )
        };
        for (i, grad) in grads.into_iter().enumerate() {
            if let (Some(edge), Some(grad)) = (edge(i), grad) {
                anomaly::check(head.op, head.place.as_deref(), i, &grad);
                pending.add(edge, grad);
            }
        }
        Ok(())
    }

    /// The saved result; it takes part in the graph only while a second derivative is recorded.
    fn output(self: &Arc<Self>) -> Option<Tensor> {
        let output = lock(&self.head.output);
        output.as_ref().map(|o| match is_grad_enabled() {
            true => o.with_meta(Meta::of_node(self.clone())),
            false => Tensor::clone(o),
        })
    }

    /// Frees what was saved.
    pub(crate) fn release(&self) {
        lock(&self.rule).clear();
        let output = lock(&self.head.output).take();
        drop(output); // outside of the lock
    }
}

/// What a backward rule may ask.
pub struct Context<'a> {
    op: &'static str,
    needs: &'a dyn Fn(usize) -> bool,
    sum: &'a dyn Fn(usize) -> Option<Tensor>,
    output: Option<Tensor>,
}

impl Context<'_> {
    /// `f()` if input `i` needs a gradient.
    #[inline]
    pub fn needs(&self, i: usize, f: impl FnOnce() -> Tensor) -> Option<Tensor> {
        (self.needs)(i).then(f)
    }

    /// The gradients of input `i` from elsewhere, summed so far, for a rule that adds its own to them
    /// in place and returns `None`. Absent if there are none yet, if something else sees the sum, or
    /// if a second derivative is recorded.
    pub(crate) fn sum(&self, i: usize) -> Option<Tensor> {
        if is_grad_enabled() {
            return None;
        }
        (self.sum)(i)
    }

    /// Whether input `i` needs a gradient.
    pub(crate) fn is_needed(&self, i: usize) -> bool {
        (self.needs)(i)
    }

    /// The result of the operation, for rules that were recorded with it.
    pub(crate) fn output(&self) -> &Tensor {
        self.output.as_ref().expect("recorded with its output")
    }

    /// For rules made of plain kernels: marks their results so that differentiating them again is
    /// an error instead of a silent zero.
    pub(crate) fn once<const N: usize>(
        &self,
        grad: &Tensor,
        grads: [Option<Tensor>; N],
    ) -> [Option<Tensor>; N] {
        self.no_more("second", grad, grads)
    }

    /// The same for the rule of a gradient.
    pub(crate) fn twice<const N: usize>(
        &self,
        grad: &Tensor,
        grads: [Option<Tensor>; N],
    ) -> [Option<Tensor>; N] {
        self.no_more("third", grad, grads)
    }

    fn no_more<const N: usize>(
        &self,
        order: &'static str,
        grad: &Tensor,
        grads: [Option<Tensor>; N],
    ) -> [Option<Tensor>; N] {
        let op = self.op;
        if !is_grad_enabled() {
            return grads;
        }
        let leaf = if grad.requires_grad() {
            grad.clone()
        } else {
            Tensor::from(0.0).requires_grad_(true)
        };
        grads.map(|g| {
            g.map(|g| {
                g.record(
                    "double backward",
                    [&leaf],
                    move |_, _| -> [Option<Tensor>; 1] {
                        fail(&Error::new(
                            "backward",
                            ErrorKind::Autograd,
                            format!("{order} derivatives of `{op}` are not supported"),
                        ))
                    },
                )
            })
        })
    }
}
