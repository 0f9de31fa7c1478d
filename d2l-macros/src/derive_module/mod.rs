//! `#[derive(Module)]`: the structure of a model, and nothing about its behaviour.
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
    let model = parse::parse(input, &mut errors);
    check::check(&model, &mut errors);
    // even after an error: with the impls in place the rest of the program does not add its own
    let sound = errors.is_empty();
    let borrows = model.generics.lifetimes().next().is_some(); // then no impl could hold
    let (errors, impls) = (
        errors.emit(),
        (!borrows).then(|| expand::expand(&model, sound)),
    );
    quote!(#errors #impls)
}
