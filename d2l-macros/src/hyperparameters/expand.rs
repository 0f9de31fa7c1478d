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
    types::{is_result, mentions, pretty, tuple},
};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, ReturnType, Type, ext::IdentExt, spanned::Spanned};

pub fn expand(t: &Target, m: &Method, call: &Call, rules: &[Ruled]) -> TokenStream {
    let p = paths::private(&t.krate);
    let (stored, ignored): (Vec<_>, Vec<_>) = arguments(m).partition(|(n, _)| call.stores(n));
    let (ty, cfgs) = (&t.place.self_ty, m.cfgs());
    let (ig, _, wh) = t.place.generics.split_for_impl();
    // asked for once, at the type; `Put` and `Take` are then lenient about it
    let checks = stored
        .iter()
        .map(|(_, a)| quote_spanned!(a.span()=> (&&&#p::hparams::Storable::<#a>::NEW).check();));
    let checked = checked(t, &stored);
    let puts = stored.iter().map(|(n, _)| {
        let key = n.unraw().to_string();
        let any = if checked.contains(n) {
            quote!(Some(&self.#n))
        } else {
            quote!(None)
        };
        quote!((&#p::hparams::Put(&self.#n)).show(#key, #p::Option::#any, show);)
    });
    let quiet = t
        .place
        .generics
        .params
        .is_empty()
        .then(|| quote!(#[diagnostic::do_not_recommend]));
    let rebuild = rebuild(t, m, &stored, &ignored, &p);
    let signature = signature(t, &stored, rules, &p);
    quote! {
        #cfgs #[doc(hidden)]
        #[allow(non_local_definitions, unused_variables, unused_imports, unused_mut, dead_code)]
        const _: () = {
            use #p::hparams::{
                AnyPut as _, AnyTake as _, IsStorable as _, IsStored as _, NestedPut as _,
                NestedTake as _, NoRules as _, NotStorable as _,
            };
            #[automatically_derived]
            #quiet
            impl #ig #p::hparams::HyperParameters for #ty #wh {
                fn visit_arguments(&self, show: &mut #p::hparams::Show<'_>) { #(#checks)* #(#puts)* }
                #signature
                #rebuild
            }
        };
    }
}

/// Types, defaults, rules and documentation.
fn signature(
    t: &Target,
    stored: &[(&Ident, &Type)],
    rules: &[Ruled],
    p: &TokenStream,
) -> TokenStream {
    let (ty, model) = (&t.place.self_ty, pretty(&t.place.self_ty));
    let none = Rule::default();
    let arguments = stored.iter().map(|(n, a)| {
        let rule = rules
            .iter()
            .find(|r| r.name == **n)
            .map_or(&none, |r| &r.rule);
        let (rule, spelled) = (rule.expand(n, a, p), pretty(a));
        quote!(.argument(#spelled, (&#p::hparams::Take::<#a>::new()).text(), #rule))
    });
    quote! {
        fn signature() -> #p::hparams::Signature {
            #p::hparams::Signature::new(#model)
                .of_type(<#p::hparams::RulesOf<#ty>>::ABOUT, <#p::hparams::RulesOf<#ty>>::RULES)
                #(#arguments)*
        }
    }
}

/// The rules are asked of the fields. (Of a generic type nobody knows whether it is `'static`.)
fn checked<'a>(t: &Target, stored: &'a [(&'a Ident, &'a Type)]) -> Vec<&'a Ident> {
    let params: Vec<_> = t.place.generics.type_params().map(|p| &p.ident).collect();
    let concrete = |a: &Type| !params.iter().any(|p| mentions(a, p));
    stored
        .iter()
        .filter(|(_, a)| concrete(a))
        .map(|s| s.0)
        .collect()
}

/// `Ignored` and `from_hparams`.
fn rebuild(
    t: &Target,
    m: &Method,
    stored: &[(&Ident, &Type)],
    ignored: &[(&Ident, &Type)],
    p: &TokenStream,
) -> TokenStream {
    let [reader, map, given] = ["reader", "map", "ignored"].map(local);
    let head = quote!(fn from_hparams(#map: &#p::hparams::Map, #given: Self::Ignored) -> #p::Result<Self, #p::hparams::HParamError>);
    if !ignored.iter().all(|(_, t)| is_owned(t)) {
        return quote! {
            type Ignored = #p::hparams::Borrowed;
            #head { match #given {} }
        };
    }
    let checked = checked(t, stored);
    let takes = stored.iter().map(|(n, a)| {
        let key = n.unraw().to_string();
        let check = checked
            .contains(n)
            .then(|| quote!(#reader.check(#key, &#n)?;));
        quote! {
            let #n: #a = (&#p::hparams::Take::<#a>::new()).get(&mut #reader, #key)?;
            #check
        }
    });
    let (names, types): (Vec<_>, Vec<_>) = ignored.iter().copied().unzip();
    let (pattern, ty) = match (&names[..], &types[..]) {
        ([name], [ty]) => (quote!(#name), quote!(#ty)),
        _ => (tuple(&names), tuple(&types)),
    };
    let made = made(t, m, &reader, p);
    quote! {
        type Ignored = #ty;
        #head {
            let #pattern = #given;
            let mut #reader = <Self as #p::hparams::HyperParameters>::signature().reader(#map);
            #(#takes)*
            #reader.finish()?;
            #made
        }
    }
}

/// The constructor's call, as a `Result`.
fn made(t: &Target, m: &Method, reader: &Ident, p: &TokenStream) -> TokenStream {
    let (ty, new) = (&t.place.self_ty, &m.sig.ident);
    let names = arguments(m).map(|a| a.0);
    let made = quote!(<#ty>::#new(#(#names),*));
    match &m.sig.output {
        ReturnType::Type(_, r) if is_result(r) => {
            quote!(#made.map_err(|e| #reader.refused(&#p::ToString::to_string(&e))))
        }
        _ => quote!(#p::Result::Ok(#made)),
    }
}

/// A variable that no argument can be mistaken for.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
