//! `save_hyperparameters!(..)` in a constructor: `Self { every argument, fields given }`, and
//! `HyperParameters`, with which a checkpoint calls the constructor again.
mod check;
mod expand;
mod parse;

use crate::{
    add_to_class::{Method, Target},
    diagnostics::{Errors, at},
};
use proc_macro2::{Span, TokenStream};

/// Replaces the macro in `m`'s body; the value is what is written beside the constructor.
pub fn expand(t: &Target, m: &mut Method, errors: &mut Errors) -> TokenStream {
    let Some(call) = parse::replace_call(m, errors) else {
        return TokenStream::new();
    };
    if !check::constructor(m, &call, errors) {
        return TokenStream::new();
    }
    expand::expand(t, m, &call)
}

/// The macro where nobody has replaced it.
pub fn outside() -> TokenStream {
    at(
        Span::call_site(),
        "`save_hyperparameters!` works in a constructor added with `#[add_to_class(..)]`, because it reads the constructor's arguments",
    )
    .into_compile_error()
}
