//! What a hook, and a method of a trait, must look like.
use super::{hooks::Spec, parse::Method};
use crate::diagnostics::{at, on};
use syn::{ReceiverKind, Result, ReturnType, Safety, Visibility};

const HINT: &str = "write `#[add_to_class(.., method)]` if this is not meant to be a hook";

/// Hooks take `&self` and run as ordinary safe functions.
pub fn receiver(m: &Method, hook: &str) -> Result<()> {
    match m.sig.receiver().map(|r| (r, &r.kind)) {
        Some((_, ReceiverKind::Reference(_, _, None))) => {}
        Some((r, ReceiverKind::Reference(..))) => {
            return Err(on(
                r,
                format!(
                    "hook `{hook}` takes `&self`: many steps may share a model; keep what it changes in a `Cell`, a `RefCell` or a buffer ({HINT})"
                ),
            ));
        }
        Some((r, _)) => return Err(on(r, format!("hook `{hook}` takes `&self` ({HINT})"))),
        None => {
            let arguments = m.sig.paren_token.span.join();
            return Err(at(
                arguments,
                format!("hook `{hook}` takes `&self` first ({HINT})"),
            ));
        }
    }
    if let Some(a) = &m.sig.asyncness {
        return Err(on(a, format!("hook `{hook}` cannot be async ({HINT})")));
    }
    if let Safety::Unsafe(u) = &m.sig.safety {
        return Err(on(u, format!("hook `{hook}` cannot be unsafe ({HINT})")));
    }
    Ok(())
}

/// Number of arguments, a result, no type parameters. The types are compared by rustc.
pub fn shape(s: &Spec, m: &Method) -> Result<()> {
    receiver(m, s.name)?;
    let (name, write) = (s.name, s.signature());
    if m.args().count() != s.args.len() {
        let takes = s.takes();
        return Err(on(
            &m.sig.inputs,
            format!("hook `{name}` takes {takes} after `&self`: write `{write}`"),
        ));
    }
    if matches!(m.sig.output, ReturnType::Default) {
        let end = m.sig.paren_token.span.close();
        return Err(at(
            end,
            format!("hook `{name}` returns something: write `{write}`"),
        ));
    }
    if m.sig.generics.type_params().next().is_some() {
        return Err(on(
            &m.sig.generics,
            format!("hook `{name}` cannot be generic"),
        ));
    }
    Ok(())
}

/// A method of a trait is as visible as the trait.
pub fn visibility(m: &Method) -> Result<()> {
    match m.vis {
        Visibility::Inherited => Ok(()),
        _ => Err(on(
            &m.vis,
            "a method of a trait has the trait's visibility: leave this out",
        )),
    }
}
