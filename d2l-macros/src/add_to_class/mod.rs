//! `#[add_to_class(..)]`: one function, or a block of them, goes into a type; hooks are made known.
mod check;
mod expand;
mod forward;
mod hooks;
mod parse;

pub use parse::{Method, Target};

use crate::diagnostics::{Errors, at, on};
use parse::{Args, Block};
use proc_macro2::{Span, TokenStream};
use quote::quote;

pub fn add_to_class(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    let out = if parse::is_block(&item) {
        block(args, item, &mut errors)
    } else {
        function(args, item, &mut errors)
    };
    let out = out.unwrap_or_default();
    let errors = errors.emit();
    quote!(#out #errors)
}

fn function(args: Args, item: TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    let method = errors.take(syn::parse2::<Method>(item));
    if args.place.is_none() && errors.is_empty() {
        errors.push(at(
            Span::call_site(),
            "which type? write `#[add_to_class(Net)]`, or `#[add_to_class(impl<T: Layer> Net<T>)]` if it is generic",
        ));
    }
    Some(expand::function(&args.target()?, method?, errors))
}

fn block(args: Args, item: TokenStream, errors: &mut Errors) -> Option<TokenStream> {
    if let Some(place) = &args.place {
        errors.push(on(
            &place.self_ty,
            "an `impl` block names its type itself: leave it out here",
        ));
    }
    let block = errors.take(syn::parse2::<Block>(item))?;
    Some(expand::block(args, block, errors))
}
