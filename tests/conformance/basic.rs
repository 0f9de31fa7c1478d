//! Arithmetic, comparison and the elementwise functions of the first slice.
use super::args::{Args, Outcome};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    Some(match op {
        "exp" => a.t(0).exp().into(),
        _ => return None,
    })
}
