//! Everything that can be wrong with a module's definition and that only we can say well.
use super::parse::{Field, Model, Shape};
use crate::diagnostics::{Errors, on};
use std::collections::HashMap;

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
    for f in model.fields() {
        field(f, errors);
    }
    match &model.shape {
        Shape::Struct(fields) => distinct(fields, errors),
        Shape::Enum(variants) => variants.iter().for_each(|v| distinct(&v.1, errors)),
        Shape::Union(_) => {}
    }
}

/// Options that contradict each other.
fn field(f: &Field, errors: &mut Errors) {
    if f.hparam.is_some() && f.skip {
        let text = "a field is either `#[hparam]` or `#[module(skip)]`";
        errors.push(on(&f.ty, text));
    }
    if let Some(frozen) = f.frozen.as_ref().filter(|_| !f.visited()) {
        let text = "only a part can be frozen, and this field is none: leave `frozen` out";
        errors.push(on(frozen, text));
    }
    let Some(rename) = &f.rename else { return };
    if !f.visited() {
        let text =
            "`rename` gives the name in the state dict, where this field is not: leave it out";
        errors.push(on(rename, text));
    }
    let value = rename.value();
    if value.is_empty() || value.contains(|c: char| c == '.' || c.is_whitespace() || c.is_control())
    {
        let text = "a name in a state dict has at least one character, no `.` and no blank: write `rename = \"weight\"`";
        errors.push(on(rename, text));
    }
}

/// Two parts of one name would be one entry of the state dict.
fn distinct(fields: &[Field], errors: &mut Errors) {
    let mut seen = HashMap::new();
    for f in fields.iter().filter(|f| f.visited()) {
        let Some(first) = seen.insert(&f.name, f) else {
            continue;
        };
        let Some(rename) = f.rename.as_ref().or(first.rename.as_ref()) else {
            continue; // the same field twice: rustc says so
        };
        let text = format!("another part of this module is called `{}` too", f.name);
        errors.push(on(rename, text));
    }
}
