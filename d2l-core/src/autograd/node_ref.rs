//! Handles on nodes, and how a long graph is dropped.
use super::node::Node;
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

/// A handle on a node; every one is of this type, so that dropping the last one can be put off.
///
/// A chain of a million nodes must not be dropped by a million nested calls. Up to a depth a node is
/// dropped at once, with all that its edges and its rule hold; deeper ones are put on a list that
/// the outermost drop works off.
#[derive(Clone)]
pub(crate) struct NodeRef(Option<Arc<Node>>);

const DEPTH: u32 = 64;

thread_local! {
    static DROPPING: Cell<u32> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Arc<Node>>> = const { RefCell::new(Vec::new()) };
}

impl NodeRef {
    pub(super) fn new(node: Arc<Node>) -> NodeRef {
        NodeRef(Some(node))
    }

    pub(crate) fn get(&self) -> &Arc<Node> {
        self.0.as_ref().expect("taken only by drop")
    }
}

impl Drop for NodeRef {
    fn drop(&mut self) {
        if let Some(node) = self.0.take()
            && Arc::strong_count(&node) == 1
        {
            drop_last(node);
        }
    }
}

fn drop_last(node: Arc<Node>) {
    let depth = DROPPING.get();
    if depth >= DEPTH {
        return WAITING.with_borrow_mut(|w| w.push(node));
    }
    DROPPING.set(depth + 1);
    drop(node);
    while depth == 0
        && let Some(next) = WAITING.with_borrow_mut(Vec::pop)
    {
        drop(next);
    }
    DROPPING.set(depth);
}
