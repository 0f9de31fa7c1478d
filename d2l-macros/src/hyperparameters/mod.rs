//! `save_hyperparameters!(..)` in a constructor: `Self { every argument, fields given }`, and
//! `HyperParameters`, with which a checkpoint calls the constructor again.
mod arguments;
mod check;
mod expand;
mod parse;
mod rule;

pub use rule::{Rule, doc};

use crate::{
    add_to_class::{Method, Target},
    diagnostics::{Errors, at},
};
use proc_macro2::{Span, TokenStream};

/// Replaces the macro in `m`'s body; the value is what is written beside the constructor.
pub fn expand(t: &Target, m: &mut Method, errors: &mut Errors) -> TokenStream {
    let rules = arguments::take_rules(m, errors);
    let Some(call) = parse::find_call(m, errors) else {
        check::no_rules(&rules, errors);
        return TokenStream::new();
    };
    check::rules(&rules, &call, errors);
    let sound = check::constructor(m, &call, errors);
    parse::replace_call(t, m, &call, sound);
    if !sound {
        return TokenStream::new();
    }
    expand::expand(t, m, &call, &rules)
}

/// The macro where nobody has replaced it.
pub fn outside() -> TokenStream {
    at(
        Span::call_site(),
        "`save_hyperparameters!` works in a constructor added with `#[add_to_class(..)]`, because it reads the constructor's arguments",
    )
    .into_compile_error()
}
