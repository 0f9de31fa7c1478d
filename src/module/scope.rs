//! Where in the model an error happens.
use super::{
    Module, record,
    walk::{Part, walk_running},
};
use d2l_core::{
    Error, Tensor, flops,
    scope::{self, Scope},
};
use std::fmt::Display;

/// A running module.
struct Running<'a>(&'a dyn Module);

impl Scope for Running<'_> {
    fn name(&self) -> &'static str {
        self.0.type_name()
    }

    fn addr(&self) -> usize {
        addr(self.0)
    }

    fn find(&self, wanted: usize, type_name: &str) -> Option<String> {
        let mut found = None;
        walk_running(self.0, &mut |path, part| match part {
            Part::Module(m) if addr(m) == wanted && m.type_name() == type_name => {
                found.get_or_insert_with(|| path.to_string());
            }
            _ => {}
        });
        found
    }
}

#[inline]
fn addr(m: &dyn Module) -> usize {
    std::ptr::from_ref(m).cast::<()>() as usize
}

/// Panics with `error` and the place of `m` in the running model: `… (in net.0, LazyLinear)`.
///
/// # Panics
/// Always.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail(m: &dyn Module, error: impl Display) -> ! {
    let place = scope::describe(addr(m), m.type_name());
    panic!("{error} (in {place}){}{}", sizes(m), scope::previous())
}

/// The dotted path of `m` in the running model.
pub(super) fn path(m: &dyn Module) -> String {
    scope::place(addr(m), m.type_name())
}

/// A line with the sizes of a layer, if it has any.
fn sizes(m: &dyn Module) -> String {
    let line = m.leaf_repr().filter(|line| !line.ends_with("()"));
    line.map_or_else(String::new, |line| format!("\n  layer: {line}"))
}

/// What `forward` gives: a tensor, or several of which the first goes on to the next layer.
pub trait Gives {
    /// The tensor whose shape messages and summaries tell.
    fn first(&self) -> &Tensor;
}

impl Gives for Tensor {
    fn first(&self) -> &Tensor {
        self
    }
}

macro_rules! tuples {
    ($(($($more:ident),+))*) => { $(
        impl<G: Gives, $($more),+> Gives for (G, $($more),+) {
            fn first(&self) -> &Tensor {
                self.0.first()
            }
        }
    )* };
}
tuples!((A)(A, B)(A, B, C));

/// The result of `work`, by which the layer `m` gives the tensor `shown`: noted for the next message, and
/// for a summary that is being made.
///
/// # Errors
/// Those of `work`.
#[inline]
pub fn giving<M: Module, T, E>(
    m: &M,
    work: impl FnOnce() -> Result<T, E>,
    shown: impl FnOnce(&T) -> &Tensor,
) -> Result<T, E> {
    let before = flops::so_far();
    let result = work()?;
    note(m, shown(&result), usize::MAX, before);
    Ok(result)
}

/// Notes that `m` gave `y`, for the next message and for a summary: see [`scope::passed`].
#[inline]
fn note<M: Module>(m: &M, y: &Tensor, results: usize, before: Option<u64>) {
    scope::passed(addr(m), m.type_name(), y.shape(), results);
    record(m, y, before);
}

/// A layer's refusal on its way out of the containers it is in, each adding its part of the path;
/// the outermost raises it, at the user's line.
#[derive(Debug)]
pub struct Refusal(Box<Refused>);

#[derive(Debug)]
struct Refused {
    error: Error,
    path: String,
    layer: &'static str,
    /// A line about the layer, and one about what flowed before it.
    more: String,
}

impl Refusal {
    /// `layer` refused its input.
    pub fn new(layer: &dyn Module, error: Error) -> Refusal {
        Refusal(Box::new(Refused {
            error,
            path: String::new(),
            layer: layer.type_name(),
            more: sizes(layer) + &scope::previous(),
        }))
    }

    /// The layer is, or is in, the part called `name`.
    #[must_use]
    pub fn inside(mut self, name: impl Display) -> Refusal {
        let path = &mut self.0.path;
        *path = if path.is_empty() {
            name.to_string()
        } else {
            format!("{name}.{path}")
        };
        self
    }

    /// Panics with the error and the layer's place in the running model, of which `container` is a
    /// part.
    #[cold]
    #[track_caller]
    pub fn raise(self, container: &dyn Module) -> ! {
        let outer = scope::place(addr(container), container.type_name());
        let whole = if outer.is_empty() {
            self
        } else {
            self.inside(outer)
        };
        let Refused {
            error,
            path,
            layer,
            more,
        } = &*whole.0;
        let comma = if path.is_empty() { "" } else { ", " };
        panic!("{error} (in {path}{comma}{layer}){more}")
    }
}

/// Why a forward pass ends: an error of the layer's own, or the refusal of one of its parts.
pub trait Refuse {
    /// As `layer`'s refusal.
    fn by(self, layer: &dyn Module) -> Refusal;
}

impl Refuse for Error {
    fn by(self, layer: &dyn Module) -> Refusal {
        Refusal::new(layer, self)
    }
}

impl Refuse for Refusal {
    fn by(self, _: &dyn Module) -> Refusal {
        self
    }
}

/// What `#[add_to_class(..)] fn forward` runs its body in: the module's scope if the type is a
/// module; otherwise [`NoScope`] is found instead.
pub struct Scoped<'a, M: ?Sized>(pub &'a M);

impl<M: Module> Scoped<'_, M> {
    /// Runs `f` as a part of the module.
    #[inline]
    pub fn __enter<R>(self, f: impl FnOnce() -> R) -> R {
        scope::enter(&Running(self.0), f)
    }

    /// Runs `f` as a part of the module, whose result it gives.
    #[inline]
    pub fn __forward<T: Gives>(self, f: impl FnOnce() -> T) -> T {
        let (m, before) = (self.0, flops::so_far());
        let (y, results) = scope::enter_counted(&Running(m), f);
        note(m, y.first(), results, before);
        y
    }
}

/// The same for types that are no modules.
pub trait NoScope: Sized {
    /// Runs `f`.
    #[inline]
    fn __enter<R>(self, f: impl FnOnce() -> R) -> R {
        f()
    }

    /// Runs `f`.
    #[inline]
    fn __forward<T>(self, f: impl FnOnce() -> T) -> T {
        f()
    }
}

impl<M: ?Sized> NoScope for Scoped<'_, M> {}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::Mutex,
    };

    #[derive(Module)]
    struct Net {
        locked: Mutex<Linear>,
        free: Linear,
    }

    #[add_to_class(Net)]
    fn forward(&self, x: &Tensor) -> Tensor {
        let layer = self
            .locked
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        self.free.forward(&layer.forward(x))
    }

    fn message(net: &Net, width: usize) -> String {
        let x = Tensor::ones([1, width]);
        let panic = catch_unwind(AssertUnwindSafe(|| net.forward(&x))).unwrap_err();
        panic.downcast_ref::<String>().unwrap().clone()
    }

    #[test]
    fn a_message_does_not_wait_for_the_part_that_failed() {
        let net = Net {
            locked: Mutex::new(Linear::new(2, 2)),
            free: Linear::new(3, 1),
        };
        assert!(
            message(&net, 5).contains("(in Linear)\n  layer: Linear("),
            "{}",
            message(&net, 5)
        );
        assert!(
            message(&net, 2).contains("(in free, Linear)\n  layer: Linear(in_features=3, out_features=1, bias=True)\n  previous: Linear gave [1, 2]"),
            "{}",
            message(&net, 2)
        );
    }
}
