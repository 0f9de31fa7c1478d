//! `optimizer!`: an update rule written as formulas becomes an optimizer whose step is one pass over
//! each parameter.
//!
//! `lower` sorts what happens once for each step (numbers, decisions) from what happens to each
//! element; `expand` writes one formula for each way through the decisions.
mod check;
mod expand;
mod expr;
mod lower;
mod parse;
mod statement;

use crate::diagnostics::Errors;
use proc_macro2::TokenStream;
use quote::quote;

pub fn optimizer(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(item) = errors.take(syn::parse2::<parse::Item>(input)) else {
        return errors.emit();
    };
    check::check(&item, &mut errors);
    let body = lower::lower(&item, &mut errors);
    // even after an error, so that uses of the optimizer's name are no errors too
    let sound = errors.is_empty();
    let (errors, written) = (errors.emit(), expand::expand(&item, &body, sound));
    quote!(#errors #written)
}
