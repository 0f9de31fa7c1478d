//! The impls. Nothing here can fail; the attributes are not looked at again.
use super::parse::{Field, Model, Shape};
use crate::{
    paths,
    types::{borrows, is_generic, mentions},
};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Generics, Ident, Member, parse_quote, spanned::Spanned};

/// `sound` is false after an error: then the bodies are empty, for the impls to be harmless.
pub fn expand(model: &Model, sound: bool) -> TokenStream {
    let p = paths::private(&model.options.krate);
    let generics = bounded(model, &quote!(#p::Field));
    let (ig, tg, wc) = generics.split_for_impl();
    let Model { ident, options, .. } = model;
    let (name, fields) = (ident.to_string(), sound.then(|| fields(model, &p)));
    let (base, rules) = (base(model, &p), rules(model, sound, &p));
    // keeps lists of "other types that implement `Field`" short; with bounds it would hide the cause
    let quiet = model
        .generics
        .params
        .is_empty()
        .then(|| quote!(#[diagnostic::do_not_recommend]));
    let leaf = options.repr.as_ref().map(|path| {
        quote! { fn leaf_repr(&self) -> #p::Option<#p::String> { #p::Option::Some(#path(self)) } }
    });
    let fields = fields.unwrap_or_else(|| quote!(#p::Option::None));
    let clone = (!options.no_clone).then(|| clone(model, sound, &quiet, &p));
    let display = (!options.no_display).then(|| {
        quote! {
            #[automatically_derived]
            #[allow(non_local_definitions)]
            impl #ig ::core::fmt::Display for #ident #tg #wc {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #p::show(self, f) }
            }
        }
    });
    quote! {
        #[automatically_derived]
        #quiet
        #[doc(hidden)]
        #[allow(non_local_definitions)]
        impl #ig #p::Field for #ident #tg #wc {
            fn visit_as(&self, name: &str, v: &mut dyn #p::Visitor) { v.module(name, self) }
            fn copy_with(&self, c: &mut #p::Copier) -> Self { #p::copied(self, c) }
        }
        #[automatically_derived]
        #quiet
        #[doc(hidden)]
        #[allow(non_local_definitions, unused_imports, unused_variables, unreachable_code)]
        impl #ig #p::Structure for #ident #tg #wc {
            #base
            const NAME: &'static str = #name;
            #rules
            fn fields(&self, r: &mut #p::Round<'_>) -> #p::Option<Self> { #fields }
            #leaf
        }
        #display
        #clone
    }
}

/// The bounds are on the parameters, not on the fields' types: `Vec<Tree<T>>: Field` would recurse
/// for ever.
fn bounded(model: &Model, part: &TokenStream) -> Generics {
    let mut generics = model.generics.clone();
    let params: Vec<Ident> = generics.type_params().map(|t| t.ident.clone()).collect();
    let bounds = generics.make_where_clause();
    for t in &params {
        let used = |f: &Field| mentions(&f.ty, t);
        bounds
            .predicates
            .push(if model.fields().any(|f| f.visited() && used(f)) {
                parse_quote!(#t: #part)
            } else if !model.options.no_clone && model.fields().any(used) {
                parse_quote!(#t: ::core::clone::Clone + 'static)
            } else {
                parse_quote!(#t: 'static)
            });
    }
    generics
}

/// The body of `Structure::fields`: one round over all fields serves to show and to copy them.
fn fields(model: &Model, p: &TokenStream) -> TokenStream {
    let no_clone = model.options.no_clone;
    let rounds = each(model, |head, fields, place| {
        let (mut copied, mut calls) = (Vec::new(), Vec::new());
        for f in fields {
            match round(model, f, place(f), p) {
                Some(call) if no_clone => calls.push(quote!(#call;)),
                Some(call) => copied.push((f, call)),
                None => {}
            }
        }
        if no_clone {
            return quote!(#(#calls)* __None);
        }
        let (members, locals): (Vec<_>, Vec<_>) =
            copied.iter().map(|(f, _)| (&f.member, local(f))).unzip();
        let calls = copied.iter().map(|(_, call)| call);
        let copies = (!copied.is_empty()).then(|| {
            quote! {
                let (#(__Some(#locals),)*) = (#(#calls,)*) else { return __None };
            }
        });
        quote!(#copies __Some(#head { #(#members: #locals),* }))
    });
    quote! {
        use #p::fields::*;
        #rounds
    }
}

/// What is done with a field, spanned at its type, where "`X` cannot be a field of a module" points.
fn round(model: &Model, f: &Field, place: TokenStream, p: &TokenStream) -> Option<TokenStream> {
    let (name, ty, no_clone) = (&f.name, &f.ty, model.options.no_clone);
    if f.visited() {
        let part = part(model, f, place, p);
        return Some(match f.frozen {
            Some(_) => quote!(r.frozen(|r| #part)),
            None => part,
        });
    }
    let round = match &f.hparam {
        Some(_) => {
            let at = ty.span().resolved_at(Span::call_site());
            if is_rate(model, f) {
                quote_spanned!(at=> r.lr(<#ty as #p::Rate>::get(#place), #place))
            } else {
                quote_spanned!(at=> r.hparam(#name, #place))
            }
        }
        None if no_clone => return None,
        None => quote!(r),
    };
    if no_clone {
        return Some(round);
    }
    // rustc underlines the first type of the path: it gets the field's span
    let value = quote_spanned!(ty.span()=> <__ByClone as #p::CloneValue<#ty>>::round);
    Some(quote!(#value(#place, #round)))
}

/// A part, by what its type turns out to be. A type that holds a reference, which is `Copy` whatever
/// it points to, is only taken if it is a `Field`. (Whether a type parameter can be cloned is asked by
/// `Clone`, which has the bounds for it.)
fn part(model: &Model, f: &Field, place: TokenStream, p: &TokenStream) -> TokenStream {
    let (ty, name) = (&f.ty, &f.name);
    let known = if borrows(ty) {
        quote_spanned!(ty.span()=> <#ty as #p::Field>::round)
    } else if model.options.no_clone || is_generic(&model.generics, &f.ty) {
        quote_spanned!(ty.span()=> #p::part::<#ty>().known())
    } else {
        quote_spanned!(ty.span()=> #p::part::<#ty>().cloneable())
    };
    quote!(#known(#place, #name, r))
}

/// The constants of `impl Structure`.
fn rules(model: &Model, sound: bool, p: &TokenStream) -> TokenStream {
    let named = |f: &Field| match (&f.member, &f.hparam) {
        (Member::Named(id), Some(rule)) if sound && !rule.says_nothing() => {
            Some(rule.expand(id, &f.ty, p))
        }
        _ => None,
    };
    let rules: Vec<_> = model.fields().filter_map(named).collect();
    let rules = (!rules.is_empty())
        .then(|| quote!(const RULES: &'static [#p::hparams::Rule] = &[#(#rules),*];));
    let doc = Some(&model.doc).filter(|doc| !doc.is_empty());
    let about = doc.map(|doc| quote!(const ABOUT: &'static str = #doc;));
    quote!(#rules #about)
}

/// The base class, and whether there is a learning rate.
fn base(model: &Model, p: &TokenStream) -> TokenStream {
    let plain = || quote!(#p::Plain);
    let base = model
        .options
        .base
        .as_ref()
        .map_or_else(plain, |b| quote!(#b));
    let lr = if model.fields().any(|f| is_rate(model, f)) {
        quote!(WithLr)
    } else {
        quote!(NoLr)
    };
    quote!(type Base = #base; type Lr = #p::#lr;)
}

/// Is it the learning rate of the default optimizer?
fn is_rate(model: &Model, f: &Field) -> bool {
    matches!(model.shape, Shape::Struct(_)) && f.hparam.is_some() && f.name == "lr"
}

/// `Clone` as an independent model, and a check of the parts whose types are generic or borrow, so that
/// one without it is an error here and not a panic later. (`fields` has asked the others.)
fn clone(model: &Model, sound: bool, quiet: &Option<TokenStream>, p: &TokenStream) -> TokenStream {
    let ident = &model.ident;
    let generics = bounded(model, &quote!(#p::Cloneable));
    let (ig, tg, wc) = generics.split_for_impl();
    let unasked = |ty: &syn::Type| is_generic(&model.generics, ty) || borrows(ty);
    let asked = |f: &&Field| f.visited() && sound && unasked(&f.ty);
    let checks: Vec<_> = model
        .fields()
        .filter(asked)
        .map(|f| {
            let ty = &f.ty;
            quote_spanned!(ty.span()=> (&&&#p::Cloning::<#ty>::NEW).check();)
        })
        .collect();
    let checks = (!checks.is_empty()).then(|| {
        quote! {
            #[allow(unused_imports)]
            use #p::{IsCloneable as _, IsField as _, IsNoField as _};
            #(#checks)*
        }
    });
    quote! {
        #[automatically_derived]
        #quiet
        #[doc(hidden)]
        #[allow(non_local_definitions)]
        impl #ig #p::Cloneable for #ident #tg #wc {}
        #[automatically_derived]
        #[allow(non_local_definitions)]
        impl #ig ::core::clone::Clone for #ident #tg #wc {
            fn clone(&self) -> Self { #checks #p::cloned(self) }
        }
    }
}

type Place<'a> = &'a dyn Fn(&Field) -> TokenStream;

/// A variable for the field: a reference to it in the pattern of a variant, then its copy.
fn local(f: &Field) -> Ident {
    match &f.member {
        Member::Named(id) => format_ident!("__{}", id, span = Span::mixed_site()),
        Member::Unnamed(i) => format_ident!("__{}", i.index, span = Span::mixed_site()),
    }
}

/// `body` for the struct, or for every variant of the enum: given the constructor (`Self` or
/// `Self::Variant`), the fields, and how each is reached (as a reference).
fn each(
    model: &Model,
    body: impl Fn(TokenStream, &[Field], Place<'_>) -> TokenStream,
) -> TokenStream {
    match &model.shape {
        Shape::Union(_) => quote!(),
        Shape::Struct(fields) => body(quote!(Self), fields, &|f| {
            let member = &f.member;
            quote!(&self.#member)
        }),
        Shape::Enum(variants) if variants.is_empty() => quote!(match *self {}),
        Shape::Enum(variants) => {
            let arms = variants.iter().map(|(v, fields)| {
                let (members, locals): (Vec<_>, Vec<_>) =
                    fields.iter().map(|f| (&f.member, local(f))).unzip();
                let body = body(quote!(Self::#v), fields, &|f| {
                    let local = local(f);
                    quote!(#local)
                });
                quote!(Self::#v { #(#members: #locals),* } => { #body })
            });
            quote!(match self { #(#arms)* })
        }
    }
}
