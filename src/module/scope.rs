//! Where in the model an error happens.
use super::{Module, visit_modules};
use d2l_core::scope::{self, Scope};
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
        visit_modules(self.0, &mut |path, m| {
            if addr(m) == wanted && m.type_name() == type_name {
                found.get_or_insert_with(|| path.to_string());
            }
        });
        found
    }
}

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
    panic!("{error} (in {})", scope::describe(addr(m), m.type_name()))
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
}

/// The same for types that are no modules.
pub trait NoScope: Sized {
    /// Runs `f`.
    #[inline]
    fn __enter<R>(self, f: impl FnOnce() -> R) -> R {
        f()
    }
}

impl<M: ?Sized> NoScope for Scoped<'_, M> {}
