//! The macros of `d2l`. Each one is parse → check → expand: the first stage turns tokens into a
//! model with our meaning, the second says everything that is wrong with it, the third cannot
//! fail. After an error the impls are still written, so that nothing else in the program complains.
//!
//! The user's pages are on the re-exports in `d2l`.
mod add_to_class;
mod derive_batch;
mod derive_module;
mod diagnostics;
mod elementwise;
mod fused;
mod hyperparameters;
mod optimizer;
mod paths;
mod types;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/module.md")]
#[proc_macro_derive(Module, attributes(module, hparam))]
pub fn derive_module(input: TokenStream) -> TokenStream {
    derive_module::derive(input.into()).into()
}

#[doc = include_str!("../docs/batch.md")]
#[proc_macro_derive(Batch, attributes(batch))]
pub fn derive_batch(input: TokenStream) -> TokenStream {
    derive_batch::derive(input.into()).into()
}

#[doc = include_str!("../docs/add_to_class.md")]
#[proc_macro_attribute]
pub fn add_to_class(args: TokenStream, item: TokenStream) -> TokenStream {
    add_to_class::add_to_class(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/save_hyperparameters.md")]
#[proc_macro]
pub fn save_hyperparameters(_: TokenStream) -> TokenStream {
    hyperparameters::outside().into()
}

#[doc = include_str!("../docs/optimizer.md")]
#[proc_macro]
pub fn optimizer(input: TokenStream) -> TokenStream {
    optimizer::optimizer(input.into()).into()
}

#[doc = include_str!("../docs/elementwise.md")]
#[proc_macro_attribute]
pub fn elementwise(args: TokenStream, item: TokenStream) -> TokenStream {
    elementwise::elementwise(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/fused.md")]
#[proc_macro]
pub fn fused(input: TokenStream) -> TokenStream {
    fused::fused(input.into()).into()
}
