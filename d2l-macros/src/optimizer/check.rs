//! Names and defaults that cannot be.
use super::parse::{Item, Opt, Value};
use crate::diagnostics::{Errors, on};
use std::collections::HashSet;
use syn::{Ident, ext::IdentExt};

/// What formulas and methods are called already.
const TAKEN: [&str; 12] = [
    "p",
    "g",
    "t",
    "new",
    "step",
    "zero_grad",
    "param_groups",
    "num_groups",
    "option",
    "set_option",
    "set_lr",
    "end_epoch",
];

pub fn check(item: &Item, errors: &mut Errors) {
    first(item, errors);
    item.options.iter().skip(1).for_each(|o| option(o, errors));
    let mut seen = HashSet::new();
    let names = item.options.iter().map(|o| &o.ident);
    for name in names.chain(item.state.iter().map(|s| &s.ident)) {
        unique(name, &mut seen, errors);
    }
}

fn first(item: &Item, errors: &mut Errors) {
    match item.options.first() {
        Some(lr) if lr.ident == "lr" => {
            if lr.default.is_some() {
                errors.push(on(&lr.ident, "`lr` has no default: `new` takes it"));
            }
        }
        _ => errors.push(on(
            &item.ident,
            "the first option is the learning rate: write `{ lr, .. }`",
        )),
    }
}

fn option(o: &Opt, errors: &mut Errors) {
    match (&o.default, &o.limits) {
        (None, _) => errors.push(on(
            &o.ident,
            format!("this option needs a default: write `{}: 0.9`", o.ident),
        )),
        (Some(Value::Flag(_)), Some(_)) => {
            errors.push(on(&o.ident, "a flag has no range"));
        }
        (Some(Value::Number(v)), Some(l)) => {
            let fits = *v >= l.min && (*v < l.max || *v == l.max && l.inclusive);
            if !fits {
                errors.push(on(&o.ident, "the default is outside of the range"));
            }
        }
        (Some(Value::Number(v)), None) if *v < 0.0 => errors.push(on(
            &o.ident,
            "options are at least 0 unless they say otherwise: write `: -1 in -1..`",
        )),
        _ => {}
    }
}

fn unique(name: &Ident, seen: &mut HashSet<String>, errors: &mut Errors) {
    let text = name.unraw().to_string();
    if TAKEN.contains(&text.as_str()) {
        errors.push(on(name, format!("the name `{text}` is taken")));
    } else if !seen.insert(text) {
        errors.push(on(
            name,
            "there is an option or a state of this name already",
        ));
    }
}
