//! Where in the model are we? A stack of the modules whose `forward` is running, kept so that an
//! error can name the path of the layer that refused. Entering costs two stores; the path is only
//! worked out when a message is written.
use std::{
    cell::Cell,
    ptr::{from_ref, null},
};

/// A module, as far as a message needs it.
pub trait Scope {
    /// Name of its type, `LazyLinear`.
    fn name(&self) -> &'static str;
    /// Its address: identifies it among the parts of a model together with its type.
    fn addr(&self) -> usize;
    /// The dotted path of the part at `addr` with that type: empty for itself, `None` if absent.
    fn find(&self, addr: usize, type_name: &str) -> Option<String>;
}

enum Step<'a> {
    Module(&'a dyn Scope),
    /// Position in a container whose elements may have no address of their own.
    Index(usize),
}

struct Frame<'a> {
    step: Step<'a>,
    outer: Cell<*const Frame<'static>>,
}

thread_local!(static HERE: Here = const { Here { top: Cell::new(null()), last: Last::nothing() } });

/// What this thread is at.
struct Here {
    top: Cell<*const Frame<'static>>,
    last: Last,
}

/// The part that gave the last result, by identities alone: it may be gone when a message is written.
struct Last {
    /// How many results there were since the outermost module was entered.
    results: Cell<usize>,
    addr: Cell<usize>,
    name: Cell<&'static str>,
    /// Its container and its position there, if it has no address of its own.
    within: Cell<Option<(Part, usize)>>,
    axes: Cell<usize>,
    sizes: [Cell<usize>; MAX_AXES],
}

/// Address and type.
type Part = (usize, &'static str);

/// Longer shapes than the library has are cut off.
const MAX_AXES: usize = 8;

impl Last {
    const fn nothing() -> Last {
        Last {
            results: Cell::new(0),
            addr: Cell::new(0),
            name: Cell::new(""),
            within: Cell::new(None),
            axes: Cell::new(0),
            sizes: [const { Cell::new(0) }; MAX_AXES],
        }
    }

    fn sizes(&self) -> impl Iterator<Item = usize> {
        self.sizes[..self.axes.get()].iter().map(Cell::get)
    }

    #[inline(always)] // its arguments are in registers
    fn note(&self, addr: usize, name: &'static str, shape: &[usize], top: &Frame<'_>) {
        self.results.set(self.results.get() + 1);
        self.addr.set(addr);
        self.name.set(name);
        self.axes.set(shape.len().min(MAX_AXES));
        // Not as many as there are: that would be a call of `memcpy`, dearer than all else here.
        for (axis, size) in self.sizes.iter().enumerate() {
            size.set(shape.get(axis).copied().unwrap_or(0));
        }
        match top.step {
            Step::Module(_) => self.within.set(None),
            Step::Index(i) => self.set_within(top, i),
        }
    }

    #[inline(never)]
    fn set_within(&self, top: &Frame<'_>, i: usize) {
        self.within.set(top.container().map(|c| (c, i)));
    }
}

/// Notes that the part at `addr` gave a result of this shape, for the next message. Outside of a
/// running module nothing is noted; neither is what a part inside has just given, if that was after
/// `results` results.
#[inline(never)]
pub fn passed(addr: usize, type_name: &'static str, shape: &[usize], results: usize) {
    // A closure for `with` would have the arguments written to memory and read back.
    // SAFETY: this thread's own, which needs no drop and so lives as long as the thread.
    let Here { top, last } = unsafe { &*HERE.with(from_ref) };
    // SAFETY: see `with_steps`.
    let Some(top) = (unsafe { top.get().as_ref() }) else {
        return;
    };
    let inner = last.results.get() > results;
    if !(inner && last.sizes().eq(shape.iter().copied())) {
        last.note(addr, type_name, shape, top);
    }
}

impl Frame<'_> {
    /// The module around this step.
    fn container(&self) -> Option<Part> {
        // SAFETY: see `with_steps`.
        match unsafe { self.outer.get().as_ref() }?.step {
            Step::Module(m) => Some((m.addr(), m.name())),
            Step::Index(_) => None,
        }
    }
}

/// Runs `f` with `module` on the stack.
#[inline]
pub fn enter<R>(module: &dyn Scope, f: impl FnOnce() -> R) -> R {
    push(Step::Module(module), f).0
}

/// [`enter`], and how many results there were before, counted from the outermost module on.
#[inline]
pub fn enter_counted<R>(module: &dyn Scope, f: impl FnOnce() -> R) -> (R, usize) {
    push(Step::Module(module), f)
}

/// Runs `f` as element `i` of the container on top of the stack.
pub fn enter_index<R>(i: usize, f: impl FnOnce() -> R) -> R {
    push(Step::Index(i), f).0
}

#[inline]
fn push<R>(step: Step<'_>, f: impl FnOnce() -> R) -> (R, usize) {
    struct Pop(*const Frame<'static>);
    impl Drop for Pop {
        #[inline]
        fn drop(&mut self) {
            leave(self.0);
        }
    }
    let outer = Cell::new(null());
    let frame = Frame { step, outer };
    let results = join(&frame);
    let _pop = Pop(frame.outer.get());
    (f(), results)
}

// The functions that touch `HERE` are compiled in this crate alone: where code is made small instead of
// fast, a thread-local variable is reached through a pointer to a function.

/// Puts `frame` on the stack; gives the number of results so far.
#[inline(never)]
fn join(frame: &Frame<'_>) -> usize {
    HERE.with(|Here { top, last }| {
        frame.outer.set(top.get());
        if top.get().is_null() {
            last.results.set(0);
        }
        top.set(from_ref(frame).cast());
        last.results.get()
    })
}

/// Takes the top of the stack off, below which is `outer`.
#[inline(never)]
fn leave(outer: *const Frame<'static>) {
    HERE.with(|here| here.top.set(outer));
}

/// The steps from the outermost to the innermost, given to `f`.
fn with_steps<R>(f: impl FnOnce(&[&Step<'_>]) -> R) -> R {
    let mut steps = Vec::new();
    let mut at = HERE.with(|here| here.top.get());
    while !at.is_null() {
        // SAFETY: a frame lives in `push`, whose `Pop` takes it off this thread's stack before it
        // goes, also when unwinding; so every frame reachable from the top is alive.
        let frame = unsafe { &*at };
        steps.push(&frame.step);
        at = frame.outer.get();
    }
    steps.reverse();
    f(&steps)
}

/// The dotted path alone of the part at `addr` of the running model; empty if no module runs.
pub fn place(addr: usize, type_name: &str) -> String {
    with_steps(|s| {
        if s.is_empty() {
            String::new()
        } else {
            segments(s, Some((addr, type_name))).0.join(".")
        }
    })
}

/// ` (in net.0, LazyLinear)` for the innermost running module and a line about what flowed before, or
/// nothing outside of any.
pub(crate) fn suffix() -> String {
    with_steps(|s| path(s, None))
        .map(|p| format!(" (in {p}){}", previous()))
        .unwrap_or_default()
}

/// A line about the last result within the running model: `previous: net.0 gave [4, 8]`.
pub fn previous() -> String {
    HERE.with(|Here { last, .. }| {
        let place = with_steps(|steps| match steps.first() {
            Some(Step::Module(outermost)) if last.results.get() > 0 => Some(last.place(*outermost)),
            _ => None,
        });
        let shape: Vec<usize> = last.sizes().collect();
        place.map_or_else(String::new, |p| format!("\n  previous: {p} gave {shape:?}"))
    })
}

impl Last {
    /// The dotted path in `model`; the type alone of a part that is not found there.
    fn place(&self, model: &dyn Scope) -> String {
        let (addr, name) = (self.addr.get(), self.name.get());
        let found = match self.within.get() {
            None => model.find(addr, name),
            Some(((addr, name), i)) => model.find(addr, name).map(|path| {
                let dot = if path.is_empty() { "" } else { "." };
                format!("{path}{dot}{i}")
            }),
        };
        found
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| name.to_string())
    }
}

/// `net.0, LazyLinear` for the part at `addr` of the running model; only the type if no module runs.
pub fn describe(addr: usize, type_name: &str) -> String {
    with_steps(|s| path(s, Some((addr, type_name)))).unwrap_or_else(|| type_name.to_string())
}

/// The path through `steps` and on to `leaf`, followed by the type of its end.
fn path(steps: &[&Step<'_>], leaf: Option<(usize, &str)>) -> Option<String> {
    let (segments, name) = segments(steps, leaf);
    let comma = if segments.is_empty() { "" } else { ", " };
    Some(format!("{}{comma}{}", segments.join("."), name?))
}

fn segments(steps: &[&Step<'_>], leaf: Option<(usize, &str)>) -> (Vec<String>, Option<String>) {
    let (mut segments, mut at, mut name) = (Vec::new(), None::<&dyn Scope>, None);
    let mut indexed = false;
    for step in steps {
        match step {
            Step::Index(i) => segments.push(i.to_string()),
            Step::Module(m) => {
                segments.extend(segment(at, m.addr(), m.name(), indexed));
                (at, name) = (Some(*m), Some(m.name().to_string()));
            }
        }
        indexed = matches!(step, Step::Index(_));
    }
    if let Some((addr, type_name)) = leaf {
        segments.extend(segment(at, addr, type_name, indexed));
        name = Some(type_name.to_string());
    }
    (segments, name)
}

/// How `parent` calls its part, unless a container has just said its index.
fn segment(
    parent: Option<&dyn Scope>,
    addr: usize,
    type_name: &str,
    indexed: bool,
) -> Option<String> {
    let parent = parent.filter(|_| !indexed)?;
    parent.find(addr, type_name).filter(|s| !s.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Named(&'static str, usize, Vec<(usize, &'static str)>);
    impl Scope for Named {
        fn name(&self) -> &'static str {
            self.0
        }
        fn addr(&self) -> usize {
            self.1
        }
        fn find(&self, addr: usize, _: &str) -> Option<String> {
            self.2.iter().find(|p| p.0 == addr).map(|p| p.1.to_string())
        }
    }

    #[test]
    fn the_path_follows_fields_and_indices() {
        let net = Named("Net", 1, vec![(2, "body")]);
        let body = Named("Sequential", 2, vec![]);
        assert_eq!(suffix(), "");
        enter(&net, || {
            assert_eq!(suffix(), " (in Net)");
            enter(&body, || {
                assert_eq!(suffix(), " (in body, Sequential)");
                enter_index(3, || assert_eq!(describe(9, "Linear"), "body.3, Linear"));
            });
        });
        assert_eq!(describe(9, "Linear"), "Linear");
    }

    #[test]
    fn unwinding_leaves_the_scope() {
        let net = Named("Net", 1, vec![]);
        let _ =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| enter(&net, || panic!("x"))));
        assert_eq!(suffix(), "");
    }
}
