//! `#[derive(Batch)]`: of a struct that holds one example, the struct that holds a batch of them.
mod check;
mod expand;
mod parse;

use crate::diagnostics::Errors;
use proc_macro2::TokenStream;
use quote::quote;

pub fn derive(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(input) = errors.take(syn::parse2(input)) else {
        return errors.emit();
    };
    let item = parse::parse(input, &mut errors);
    check::check(&item, &mut errors);
    // even after an error, so that uses of the batch's name are no errors too
    let sound = errors.is_empty();
    let (errors, written) = (errors.emit(), expand::expand(&item, sound));
    quote!(#errors #written)
}
