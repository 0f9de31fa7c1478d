//! `impl HyperParameters`.
use super::{
    check::is_owned,
    parse::{Call, arguments},
};
use crate::{
    add_to_class::{Method, Target},
    paths,
    types::{is_result, pretty, tuple},
};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, ReturnType, Type, ext::IdentExt, spanned::Spanned};

pub fn expand(t: &Target, m: &Method, call: &Call) -> TokenStream {
    let p = paths::private(&t.krate);
    let (stored, ignored): (Vec<_>, Vec<_>) = arguments(m).partition(|(n, _)| call.stores(n));
    let (ty, cfgs) = (&t.place.self_ty, m.cfgs());
    let (ig, _, wh) = t.place.generics.split_for_impl();
    // asked for once, at the type; `Put` and `Take` are then lenient about it
    let checks = stored.iter().map(|(_, a)| {
        let check = quote_spanned!(a.span()=> #p::hparams::check::<#a>);
        quote!(#check();)
    });
    let puts = stored.iter().map(|(n, _)| {
        let key = n.unraw().to_string();
        quote!(map.insert(#key.to_string(), (&#p::hparams::Put(&self.#n)).value());)
    });
    let quiet = t
        .place
        .generics
        .params
        .is_empty()
        .then(|| quote!(#[diagnostic::do_not_recommend]));
    let rebuild = rebuild(t, m, &stored, &ignored, &p);
    quote! {
        #cfgs #[doc(hidden)]
        #[allow(non_local_definitions, unused_variables, unused_imports, unused_mut, dead_code, clippy::all, clippy::pedantic)]
        const _: () = {
            use #p::hparams::{AnyPut as _, AnyTake as _};
            fn checks #ig () #wh { #(#checks)* }
            #[automatically_derived]
            #quiet
            impl #ig #p::hparams::HyperParameters for #ty #wh {
                fn hparams(&self) -> #p::hparams::Map {
                    let mut map = #p::hparams::Map::new();
                    #(#puts)*
                    map
                }
                #rebuild
            }
        };
    }
}

/// `Ignored` and `from_hparams`.
fn rebuild(
    t: &Target,
    m: &Method,
    stored: &[(&Ident, &Type)],
    ignored: &[(&Ident, &Type)],
    p: &TokenStream,
) -> TokenStream {
    let head = quote!(fn from_hparams(map: &#p::hparams::Map, ignored: Self::Ignored) -> #p::Result<Self, #p::hparams::HParamError>);
    if !ignored.iter().all(|(_, t)| is_owned(t)) {
        return quote! {
            type Ignored = #p::hparams::Borrowed;
            #head { match ignored {} }
        };
    }
    let model = pretty(&t.place.self_ty);
    let takes = stored.iter().map(|(n, a)| {
        let key = n.unraw().to_string();
        quote!(let #n: #a = (&#p::hparams::Take::<#a>::new()).get(&mut reader, #key)?;)
    });
    let (names, types): (Vec<_>, Vec<_>) = ignored.iter().copied().unzip();
    let (pattern, ty) = match (&names[..], &types[..]) {
        ([name], [ty]) => (quote!(#name), quote!(#ty)),
        _ => (tuple(&names), tuple(&types)),
    };
    let made = made(t, m, p);
    quote! {
        type Ignored = #ty;
        #head {
            let #pattern = ignored;
            let mut reader = #p::hparams::Reader::new(map, #model);
            #(#takes)*
            reader.finish()?;
            #made
        }
    }
}

/// The constructor's call, as a `Result`.
fn made(t: &Target, m: &Method, p: &TokenStream) -> TokenStream {
    let (ty, new) = (&t.place.self_ty, &m.sig.ident);
    let names = arguments(m).map(|a| a.0);
    let made = quote!(<#ty>::#new(#(#names),*));
    match &m.sig.output {
        ReturnType::Type(_, r) if is_result(r) => {
            quote!(#made.map_err(|e| reader.refused(&#p::ToString::to_string(&e))))
        }
        _ => quote!(#p::Result::Ok(#made)),
    }
}
