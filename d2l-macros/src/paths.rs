//! Where the generated code finds the library.
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, parse_quote};

/// `::d2l`, unless the user says `crate = path`.
pub fn default_crate() -> Path {
    parse_quote!(::d2l)
}

/// The one module through which generated code names anything of the library.
pub fn private(krate: &Path) -> TokenStream {
    quote!(#krate::__private)
}
