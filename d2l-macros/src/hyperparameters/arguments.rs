//! The arguments of a constructor, and what stands on them.
use super::rule::{Rule, doc};
use crate::{add_to_class::Method, diagnostics::Errors};
use syn::{Attribute, FnArg, Ident, Pat, PatType, Type};

/// The named arguments of a constructor.
pub fn arguments(m: &Method) -> impl Iterator<Item = (&Ident, &Type)> {
    m.args().filter_map(|a| Some((name(a)?, &*a.ty)))
}

fn name(a: &PatType) -> Option<&Ident> {
    match &*a.pat {
        Pat::Ident(p) => Some(&p.ident),
        _ => None,
    }
}

/// An argument with documentation or `#[hparam(..)]`.
pub struct Ruled {
    pub name: Ident,
    pub rule: Rule,
    /// The `#[hparam(..)]` itself.
    pub attribute: Option<Attribute>,
}

/// Documentation and `#[hparam(..)]` of every argument, taken away because no function may have
/// them.
pub fn take_rules(m: &mut Method, errors: &mut Errors) -> Vec<Ruled> {
    let typed = m.sig.inputs.iter_mut().filter_map(|a| match a {
        FnArg::Typed(a) => Some(a),
        FnArg::Receiver(_) => None,
    });
    typed.filter_map(|a| ruled(a, errors)).collect()
}

fn ruled(a: &mut PatType, errors: &mut Errors) -> Option<Ruled> {
    let is_hparam = |a: &Attribute| a.path().is_ident("hparam");
    let ours = |a: &Attribute| is_hparam(a) || a.path().is_ident("doc");
    if !a.attrs.iter().any(ours) {
        return None;
    }
    let (mine, others): (Vec<_>, Vec<_>) = std::mem::take(&mut a.attrs).into_iter().partition(ours);
    a.attrs = others;
    let mut rule = Rule::default();
    rule.doc = doc(&mine);
    for attribute in mine.iter().filter(|a| is_hparam(a)) {
        rule.read(attribute, errors);
    }
    Some(Ruled {
        name: name(a)?.clone(),
        rule,
        attribute: mine.into_iter().find(is_hparam),
    })
}
