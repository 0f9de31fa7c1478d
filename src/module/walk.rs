//! The one walk over a model: everything in it with its dotted path.
use super::{Mode, Module, Param, Visitor};
use d2l_core::Tensor;
use std::collections::HashSet;

/// Calls `f` with every module of the tree and its dotted path: wholes before parts, `m` itself
/// (with an empty path) first.
pub fn visit_modules<M: Module + ?Sized>(m: &M, f: &mut dyn FnMut(&str, &dyn Module)) {
    walk(m, &mut |path, part| {
        if let Part::Module(m) = part {
            f(path, m);
        }
    });
}

/// [`visit_modules`] with a shared module once, at its first place.
pub(super) fn visit_distinct<M: Module + ?Sized>(m: &M, f: &mut dyn FnMut(&str, &dyn Module)) {
    let mut seen = HashSet::new();
    visit_modules(m, &mut |path, m| {
        // modules of no size have no address of their own
        let key = (std::ptr::from_ref(m).cast::<()>() as usize, m.type_name());
        if size_of_val(m) == 0 || seen.insert(key) {
            f(path, m);
        }
    });
}

/// Calls `f` with the dotted path of every place of a parameter; a tied one comes several times.
pub fn visit_parameters<M: Module + ?Sized>(m: &M, f: &mut dyn FnMut(&str, &Param)) {
    walk(m, &mut |path, part| {
        if let Part::Param(p) = part {
            f(path, p);
        }
    });
}

/// What a walk comes across.
pub(super) enum Part<'a> {
    Module(&'a dyn Module),
    Param(&'a Param),
    Buffer(&'a Tensor),
    LazyBuffer(&'a Param),
    Mode(&'a Mode),
}

/// Calls `f` with everything in the tree and its dotted path, `m` itself first.
pub(super) fn walk<M: Module + ?Sized>(m: &M, f: &mut dyn FnMut(&str, Part<'_>)) {
    m.visit_as(
        "",
        &mut Walker {
            path: String::new(),
            waits: true,
            f,
        },
    );
}

/// [`walk`] in a model that is in use: what is locked is left out.
pub(super) fn walk_running(m: &dyn Module, f: &mut dyn FnMut(&str, Part<'_>)) {
    m.visit_as(
        "",
        &mut Walker {
            path: String::new(),
            waits: false,
            f,
        },
    );
}

/// Keeps the path.
struct Walker<'a> {
    path: String,
    waits: bool,
    f: &'a mut dyn FnMut(&str, Part<'_>),
}

impl Walker<'_> {
    /// Shows `part` and what is in it, one segment further down.
    fn below(&mut self, name: &str, part: Option<Part<'_>>, inside: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if !self.path.is_empty() && !name.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        if let Some(part) = part {
            (self.f)(&self.path, part);
        }
        inside(self);
        self.path.truncate(length);
    }
}

impl Visitor for Walker<'_> {
    fn module(&mut self, name: &str, m: &dyn Module) {
        self.below(name, Some(Part::Module(m)), |w| m.visit(w));
    }

    fn group(&mut self, name: &str, _: &'static str, children: &mut dyn FnMut(&mut dyn Visitor)) {
        self.below(name, None, |w| children(w));
    }

    fn param(&mut self, name: &str, p: &Param) {
        self.below(name, Some(Part::Param(p)), |_| {});
    }

    fn buffer(&mut self, name: &str, t: &Tensor) {
        self.below(name, Some(Part::Buffer(t)), |_| {});
    }

    fn lazy_buffer(&mut self, name: &str, b: &Param) {
        self.below(name, Some(Part::LazyBuffer(b)), |_| {});
    }

    fn mode(&mut self, m: &Mode) {
        (self.f)(&self.path, Part::Mode(m));
    }

    fn waits(&self) -> bool {
        self.waits
    }
}
