//! What a constructor must be for a checkpoint to call it.
use super::{
    arguments::{Ruled, arguments},
    parse::Call,
};
use crate::{
    add_to_class::Method,
    diagnostics::{Errors, on},
    types::{has_elided, name_lifetimes},
};
use syn::{Pat, Type};

/// `#[hparam(..)]` where nothing is stored.
pub fn no_rules(rules: &[Ruled], errors: &mut Errors) {
    for a in rules.iter().filter_map(|r| r.attribute.as_ref()) {
        let text =
            "`#[hparam]` goes on an argument of a constructor that calls `save_hyperparameters!`";
        errors.push(on(a, text));
    }
}

/// `#[hparam(..)]` on an argument that is not stored.
pub fn rules(rules: &[Ruled], call: &Call, errors: &mut Errors) {
    for r in rules.iter().filter(|r| !call.stores(&r.name)) {
        if let Some(a) = &r.attribute {
            let text = format!(
                "`{}` is not stored, so there is no hyperparameter with these rules",
                r.name
            );
            errors.push(on(a, text));
        }
    }
}

/// Notes what is wrong; false if `HyperParameters` cannot be written.
pub fn constructor(m: &Method, call: &Call, errors: &mut Errors) -> bool {
    for i in call
        .ignore
        .iter()
        .filter(|i| !arguments(m).any(|a| a.0 == *i))
    {
        errors.push(on(
            i,
            format!("`{i}` is not an argument of this constructor"),
        ));
    }
    let before = errors.count();
    if let Some(r) = m.sig.receiver() {
        errors.push(on(
            r,
            "`save_hyperparameters!` belongs in a constructor, which has no `self`",
        ));
    }
    if m.sig.generics.type_params().next().is_some() {
        let text = "a constructor with its own type parameters cannot be called from a checkpoint";
        errors.push(on(&m.sig.generics, text));
    }
    for a in m.args().filter(|a| !matches!(&*a.pat, Pat::Ident(_))) {
        errors.push(on(&a.pat, "a hyperparameter needs a name"));
    }
    for (name, ty) in arguments(m).filter(|(n, t)| call.stores(n) && !is_owned(t)) {
        let text = format!(
            "`{name}` cannot be rebuilt from a checkpoint: give it a type that owns its value, or leave it out with `ignore = [{name}]`"
        );
        errors.push(on(ty, text));
    }
    errors.count() == before
}

/// Can a value of this type be named and kept?
pub fn is_owned(ty: &Type) -> bool {
    name_lifetimes(&mut ty.clone()) && !has_elided(ty)
}
