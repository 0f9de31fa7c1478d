//! Another handle on the same data that is a value of its own in the graph.
use crate::Tensor;

/// The identity, recorded.
pub(crate) fn alias(x: &Tensor) -> Tensor {
    x.strided(x.offset(), *x.dims(), *x.stride_dims())
        .record("alias", [x], |g, _| [Some(g.clone())])
}
