//! Everything that can be wrong with a module's definition and that only we can say well.
use super::parse::{Model, Shape};
use crate::diagnostics::{Errors, on};

pub fn check(model: &Model, errors: &mut Errors) {
    if let Some(l) = model.generics.lifetimes().next() {
        errors.push(on(
            l,
            "a module owns its parts: drop this lifetime (`Rc` or `Arc` shares a part between modules)",
        ));
    }
    if let Shape::Union(token) = &model.shape {
        errors.push(on(
            token,
            "a union cannot be a module: it does not know which field is alive",
        ));
    }
    for f in model.fields().filter(|f| f.hparam && f.skip) {
        errors.push(on(
            &f.ty,
            "a field is either `#[hparam]` or `#[module(skip)]`",
        ));
    }
}
