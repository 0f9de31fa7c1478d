//! Nodes of the graph: one per recorded operation.
//!
//! A node knows where the gradients of its inputs go (its edges) and how to compute them (its
//! rule, a closure freed as soon as backward has passed). Nodes are numbered as they are made, so
//! an operation's number is above those of everything it was computed from.
use super::{Saved, mode::is_grad_enabled};
use crate::{
    Tensor,
    error::{Error, ErrorKind, fail},
};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

/// Where a gradient flows to.
#[derive(Clone)]
pub(crate) enum Edge {
    Node(Arc<dyn Node>),
    /// A tensor the user asked a gradient for, with its number.
    Leaf(Tensor, u64),
}

impl Edge {
    /// The place in the order in which gradients are complete: highest first.
    pub(crate) fn seq(&self) -> u64 {
        match self {
            Edge::Node(n) => n.seq(),
            Edge::Leaf(_, seq) => *seq,
        }
    }
}

/// A recorded operation.
pub(crate) trait Node: Send + Sync {
    fn seq(&self) -> u64;
    /// Sends the gradients of the inputs to `sink`, given the gradient of the output.
    fn run(self: Arc<Self>, grad: &Tensor, sink: &mut dyn FnMut(&Edge, Tensor));
    /// Frees what was saved.
    fn release(&self);
}

static NEXT: AtomicU64 = AtomicU64::new(1);

fn next_seq() -> u64 {
    NEXT.fetch_add(1, Relaxed)
}

fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in a rule leaves nothing half-done: the value is still good.
    m.lock().unwrap_or_else(|e| e.into_inner())
}

/// The gradient side of a tensor.
pub(crate) struct Meta {
    requires_grad: AtomicBool,
    /// Number of a leaf; 0 until it first needs one.
    seq: AtomicU64,
    node: Option<Arc<dyn Node>>,
    grad: Mutex<Option<Tensor>>,
}

impl Meta {
    pub(crate) const fn none() -> Meta {
        Meta { requires_grad: AtomicBool::new(false), seq: AtomicU64::new(0), node: None, grad: Mutex::new(None) }
    }

    pub(crate) fn of_node(node: Arc<dyn Node>) -> Meta {
        Meta { requires_grad: AtomicBool::new(true), node: Some(node), ..Meta::none() }
    }

    pub(crate) fn requires_grad(&self) -> bool {
        self.requires_grad.load(Relaxed)
    }

    pub(crate) fn set_requires_grad(&self, on: bool) {
        self.requires_grad.store(on, Relaxed);
    }

    pub(crate) fn is_leaf(&self) -> bool {
        self.node.is_none()
    }

    pub(crate) fn grad(&self) -> MutexGuard<'_, Option<Tensor>> {
        lock(&self.grad)
    }

    fn leaf_seq(&self) -> u64 {
        let seq = self.seq.load(Relaxed);
        if seq != 0 {
            return seq;
        }
        let new = next_seq();
        self.seq.compare_exchange(0, new, Relaxed, Relaxed).map_or_else(|seq| seq, |_| new)
    }
}

impl Tensor {
    pub(crate) fn edge(&self) -> Option<Edge> {
        let meta = self.meta();
        if !meta.requires_grad() {
            return None;
        }
        Some(match &meta.node {
            Some(node) => Edge::Node(node.clone()),
            None => Edge::Leaf(self.clone(), meta.leaf_seq()),
        })
    }

    /// Records that `out` was computed by `op` from `inputs`, with `rule` giving the gradients of
    /// the inputs from that of `out`. Nothing is recorded if no input needs a gradient.
    ///
    /// The rule computes only what [`Context::needs`]; made of tensor operations, it can itself be
    /// differentiated.
    pub(crate) fn record<const N: usize, F>(self, op: &'static str, inputs: [&Tensor; N], rule: F) -> Tensor
    where
        F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; N] + Send + Sync + 'static,
    {
        if !is_recording(&inputs) {
            return self;
        }
        self.attach(op, inputs, None, rule)
    }

    /// As [`Tensor::record`], for rules that use the result itself: it is kept and found in
    /// [`Context::output`].
    pub(crate) fn record_output<const N: usize, F>(self, op: &'static str, inputs: [&Tensor; N], rule: F) -> Tensor
    where
        F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; N] + Send + Sync + 'static,
    {
        if !is_recording(&inputs) {
            return self;
        }
        let output = Saved::new(op, self.with_meta(Meta::none()));
        self.attach(op, inputs, Some(output), rule)
    }

    fn attach<const N: usize, F>(mut self, op: &'static str, inputs: [&Tensor; N], output: Option<Saved>, rule: F) -> Tensor
    where
        F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; N] + Send + Sync + 'static,
    {
        // The leaves' numbers are taken before the node's own.
        let edges = inputs.map(Tensor::edge);
        let state = Mutex::new(Some(State { rule, output }));
        let node = Arc::new(OpNode { op, seq: next_seq(), edges, state });
        self.set_meta(Meta::of_node(node));
        self
    }
}

/// Will operations on these inputs be recorded?
pub(crate) fn is_recording(inputs: &[&Tensor]) -> bool {
    inputs.iter().any(|t| t.meta().requires_grad()) && is_grad_enabled()
}

struct State<F> {
    rule: F,
    output: Option<Saved>,
}

struct OpNode<F: Send + 'static, const N: usize> {
    op: &'static str,
    seq: u64,
    edges: [Option<Edge>; N],
    state: Mutex<Option<State<F>>>,
}

impl<F, const N: usize> Node for OpNode<F, N>
where
    F: Fn(&Tensor, &Context<'_>) -> [Option<Tensor>; N] + Send + Sync + 'static,
{
    fn seq(&self) -> u64 {
        self.seq
    }

    fn run(self: Arc<Self>, grad: &Tensor, sink: &mut dyn FnMut(&Edge, Tensor)) {
        let state = lock(&self.state);
        let Some(State { rule, output }) = &*state else {
            let why = format!("the graph behind `{}` was freed by an earlier backward; call `backward_retain_graph` the first time", self.op);
            fail(&Error::new("backward", ErrorKind::Autograd, why))
        };
        let needs = |i: usize| self.edges[i].is_some();
        // The result takes part in the graph only while a second derivative is being recorded.
        let output = output.as_ref().map(|o| match is_grad_enabled() {
            true => o.with_meta(Meta::of_node(self.clone())),
            false => Tensor::clone(o),
        });
        let grads = rule(grad, &Context { op: self.op, needs: &needs, output });
        for (edge, grad) in self.edges.iter().zip(grads) {
            if let (Some(edge), Some(grad)) = (edge, grad) {
                sink(edge, grad);
            }
        }
    }

    fn release(&self) {
        let state = lock(&self.state).take();
        drop(state); // outside of the lock
    }
}

/// What a backward rule may ask.
pub struct Context<'a> {
    op: &'static str,
    needs: &'a dyn Fn(usize) -> bool,
    output: Option<Tensor>,
}

impl Context<'_> {
    /// `f()` if input `i` needs a gradient.
    #[inline]
    pub fn needs(&self, i: usize, f: impl FnOnce() -> Tensor) -> Option<Tensor> {
        (self.needs)(i).then(f)
    }

    /// The result of the operation, for rules that were recorded with it.
    pub(crate) fn output(&self) -> &Tensor {
        self.output.as_ref().expect("recorded with its output")
    }

    /// For rules made of plain kernels: marks their results so that differentiating them again is
    /// an error instead of a silent zero.
    pub(crate) fn once<const N: usize>(&self, grad: &Tensor, grads: [Option<Tensor>; N]) -> [Option<Tensor>; N] {
        let op = self.op;
        if !is_grad_enabled() {
            return grads;
        }
        let leaf = grad.requires_grad().then(|| grad.clone()).unwrap_or_else(|| Tensor::from(0.0).requires_grad_(true));
        grads.map(|g| g.map(|g| g.record("double backward", [&leaf], move |_, _| -> [Option<Tensor>; 1] {
            fail(&Error::new("backward", ErrorKind::Autograd, format!("second derivatives of `{op}` are not supported")))
        })))
    }
}

// ---- dropping ---------------------------------------------------------------------------------
// A chain of a million nodes must not be dropped by a million nested calls. Up to a depth nodes
// drop what they hold at once; deeper ones hand it to a list that the outermost works off.

const DEPTH: u32 = 64;

thread_local! {
    static DROPPING: Cell<u32> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

impl<F: Send + 'static, const N: usize> Drop for OpNode<F, N> {
    fn drop(&mut self) {
        let edges = std::mem::replace(&mut self.edges, [const { None }; N]);
        let state = self.state.get_mut().unwrap_or_else(|e| e.into_inner()).take();
        drop_later((state, edges));
    }
}

fn drop_later<T: 'static>(parts: T) {
    let depth = DROPPING.get();
    if depth >= DEPTH {
        WAITING.with_borrow_mut(|w| w.push(Box::new(parts)));
        return;
    }
    DROPPING.set(depth + 1);
    drop(parts);
    while depth == 0
        && let Some(next) = WAITING.with_borrow_mut(Vec::pop)
    {
        drop(next);
    }
    DROPPING.set(depth);
}
