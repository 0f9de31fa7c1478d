//! Where in the model are we? A stack of the modules whose `forward` is running, kept so that an
//! error can name the path of the layer that refused. Entering costs two stores; the path is only
//! worked out when a message is written.
use std::{cell::Cell, ptr::null};

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
    outer: *const Frame<'static>,
}

thread_local!(static TOP: Cell<*const Frame<'static>> = const { Cell::new(null()) });
thread_local!(static LAST: Last = const { Last::nothing() });

/// The part that gave the last result, by identities alone: it may be gone when a message is written.
struct Last {
    /// How many results there were since the outermost module was entered.
    results: Cell<usize>,
    part: Cell<Part>,
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
            part: Cell::new((0, "")),
            within: Cell::new(None),
            axes: Cell::new(0),
            sizes: [const { Cell::new(0) }; MAX_AXES],
        }
    }

    fn sizes(&self) -> impl Iterator<Item = usize> {
        self.sizes[..self.axes.get()].iter().map(Cell::get)
    }

    fn note(&self, part: Part, shape: &[usize], top: &Frame<'_>) {
        self.results.set(self.results.get() + 1);
        self.part.set(part);
        self.within.set(top.position());
        self.axes.set(shape.len().min(MAX_AXES));
        for (to, from) in self.sizes.iter().zip(shape) {
            to.set(*from);
        }
    }
}

/// How many results were noted since the outermost module was entered.
pub fn results() -> usize {
    LAST.with(|last| last.results.get())
}

/// Notes that the part at `addr` gave a result of this shape, for the next message. Outside of a
/// running module nothing is noted; neither is what a part inside has just given, if that was after
/// `results` results.
pub fn passed(addr: usize, type_name: &'static str, shape: &[usize], results: usize) {
    // SAFETY: see `with_steps`.
    let Some(top) = (unsafe { TOP.get().as_ref() }) else {
        return;
    };
    LAST.with(|last| {
        let inner = last.results.get() > results;
        if !(inner && last.sizes().eq(shape.iter().copied())) {
            last.note((addr, type_name), shape, top);
        }
    });
}

impl Frame<'_> {
    /// The container that has just said an index, with that index.
    fn position(&self) -> Option<(Part, usize)> {
        let Step::Index(i) = self.step else {
            return None;
        };
        // SAFETY: see `with_steps`.
        match unsafe { self.outer.as_ref() }?.step {
            Step::Module(m) => Some(((m.addr(), m.name()), i)),
            Step::Index(_) => None,
        }
    }
}

/// Runs `f` with `module` on the stack.
pub fn enter<R>(module: &dyn Scope, f: impl FnOnce() -> R) -> R {
    push(Step::Module(module), f)
}

/// Runs `f` as element `i` of the container on top of the stack.
pub fn enter_index<R>(i: usize, f: impl FnOnce() -> R) -> R {
    push(Step::Index(i), f)
}

fn push<R>(step: Step<'_>, f: impl FnOnce() -> R) -> R {
    struct Pop(*const Frame<'static>);
    impl Drop for Pop {
        fn drop(&mut self) {
            TOP.set(self.0);
        }
    }
    let outer = TOP.get();
    if outer.is_null() {
        LAST.with(|last| last.results.set(0));
    }
    let frame = Frame { step, outer };
    let _pop = Pop(outer);
    TOP.set((&raw const frame).cast());
    f()
}

/// The steps from the outermost to the innermost, given to `f`.
fn with_steps<R>(f: impl FnOnce(&[&Step<'_>]) -> R) -> R {
    let mut steps = Vec::new();
    let mut at = TOP.get();
    while !at.is_null() {
        // SAFETY: a frame lives in `push`, whose `Pop` takes it off this thread's stack before it
        // goes, also when unwinding; so every frame reachable from `TOP` is alive.
        let frame = unsafe { &*at };
        steps.push(&frame.step);
        at = frame.outer;
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
    LAST.with(|last| {
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
        let (addr, name) = self.part.get();
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
