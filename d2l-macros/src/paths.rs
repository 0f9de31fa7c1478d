//! Where the generated code finds the library.
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Path, PathSegment};

/// `::d2l`, unless the user says `crate = path`.
pub fn default_crate() -> Path {
    Path {
        leading_colon: Some(Default::default()),
        segments: [PathSegment::from(Ident::new("d2l", Span::call_site()))]
            .into_iter()
            .collect(),
    }
}

/// The one module through which generated code names anything of the library.
pub fn private(krate: &Path) -> TokenStream {
    quote!(#krate::__private)
}
