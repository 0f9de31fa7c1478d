//! `impl HyperParameters`.
use super::{
    arguments::{Ruled, arguments},
    check::is_owned,
    parse::Call,
    rule::Rule,
};
use crate::{
    add_to_class::{Method, Target},
    paths,
    types::{is_generic, is_result, pretty, tuple},
};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, ReturnType, Type, spanned::Spanned};

pub fn expand(t: &Target, m: &Method, call: &Call, rules: &[Ruled]) -> TokenStream {
    let p = paths::private(&t.krate);
    let (stored, ignored): (Vec<_>, Vec<_>) = arguments(m).partition(|(n, _)| call.stores(n));
    let (ty, model, cfgs) = (&t.place.self_ty, pretty(&t.place.self_ty), m.cfgs());
    let (ig, _, wh) = t.place.generics.split_for_impl();
    let quiet = t
        .place
        .generics
        .params
        .is_empty()
        .then(|| quote!(#[diagnostic::do_not_recommend]));
    let (kind, made) = made(t, m, &stored, &ignored, rules, &p);
    let [now, given, a] = ["now", "ignored", "a"].map(local);
    quote! {
        #cfgs
        #[automatically_derived]
        #quiet
        #[allow(non_local_definitions, unused_imports, unused_variables)]
        impl #ig #p::hparams::HyperParameters for #ty #wh {
            type Ignored = #kind;
            fn arguments(
                #now: #p::Option<&Self>, #given: #p::Option<Self::Ignored>, #a: &mut #p::hparams::Arguments<'_>
            ) -> #p::Option<Self> {
                use #p::arguments::*;
                #a.of(#model, <#p::hparams::RulesOf<#ty>>::RULES);
                #made
            }
        }
    }
}

/// The ignored arguments' type, and how all arguments are gone over, for the constructor to be called
/// with what comes back.
fn made(
    t: &Target,
    m: &Method,
    stored: &[(&Ident, &Type)],
    ignored: &[(&Ident, &Type)],
    rules: &[Ruled],
    p: &TokenStream,
) -> (TokenStream, TokenStream) {
    let [given, a] = ["ignored", "a"].map(local);
    let nexts: Vec<_> = stored.iter().map(|s| next(t, s, rules, p)).collect();
    if !ignored.iter().all(|(_, t)| is_owned(t)) {
        let made = quote!(#(#nexts;)* match #given? {});
        return (quote!(#p::hparams::Borrowed), made);
    }
    let (names, types): (Vec<_>, Vec<_>) = ignored.iter().copied().unzip();
    let (pattern, kind) = match (&names[..], &types[..]) {
        ([name], [ty]) => (quote!(#name), quote!(#ty)),
        _ => (tuple(&names), tuple(&types)),
    };
    let stored = stored.iter().map(|s| s.0);
    let (ty, new, names) = (&t.place.self_ty, &m.sig.ident, arguments(m).map(|a| a.0));
    let made = quote!(<#ty>::#new(#(#names),*));
    let made = match &m.sig.output {
        ReturnType::Type(_, r) if is_result(r) => quote!(#a.made(#made)),
        _ => quote!(__Some(#made)),
    };
    let made = quote! {
        let (#(__Some(#stored),)* __Some(()), __Some(#pattern)) =
            (#(#nexts,)* #a.finish(), #given)
        else { return __None };
        #made
    };
    (kind, made)
}

/// One argument. A type that cannot be stored is told at the type.
fn next(t: &Target, (n, ty): &(&Ident, &Type), rules: &[Ruled], p: &TokenStream) -> TokenStream {
    let [now, a] = ["now", "a"].map(local);
    let rule = rules.iter().find(|r| r.name == **n).map(|r| &r.rule);
    let rule = rule.unwrap_or(&Rule::default()).expand(n, ty, p);
    // of a generic type nobody knows whether it is `'static`, so its rules are not asked
    let ask = match is_generic(&t.place.generics, ty) {
        true => "known",
        false => "ruled",
    };
    let ask = Ident::new(ask, ty.span());
    let (spelled, known) = (
        pretty(ty),
        quote_spanned!(ty.span()=> #p::hparams::arg::<#ty>().#ask()),
    );
    quote! {
        #known(#a, #spelled, #rule, match #now {
            __Some(now) => __Some(&now.#n), __None => __None
        })
    }
}

/// A variable that no argument can be mistaken for.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
