//! The impls. Nothing here can fail; the attributes are not looked at again.
use super::parse::{Field, Model, Shape};
use crate::{
    paths,
    types::{borrows, mentions},
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
    let (structure, base) = (structure(model, sound, &p), has_base(model, &p));
    let (copy, rules) = (copy(model, sound, &p), rules(model, sound, &p));
    // keeps lists of "other types that implement `Field`" short; with bounds it would hide the cause
    let quiet = model
        .generics
        .params
        .is_empty()
        .then(|| quote!(#[diagnostic::do_not_recommend]));
    let clone = (!options.no_clone).then(|| clone(model, sound, &quiet, &p));
    let display = (!options.no_display).then(|| {
        quote! {
            #[automatically_derived]
            impl #ig ::core::fmt::Display for #ident #tg #wc {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #p::show(self, f) }
            }
        }
    });
    quote! {
        #[doc(hidden)]
        #[allow(non_local_definitions, unused_variables, unreachable_code)]
        const _: () = {
            #[automatically_derived]
            #quiet
            impl #ig #p::Field for #ident #tg #wc {
                fn visit_as(&self, name: &str, v: &mut dyn #p::Visitor) { v.module(name, self) }
                fn copy_with(&self, c: &mut #p::Copier) -> Self { #copy }
            }
            #[automatically_derived]
            #quiet
            impl #ig #p::Module for #ident #tg #wc { #structure }
            #[automatically_derived]
            #quiet
            impl #ig #p::HasBase for #ident #tg #wc { #base #rules }
            #display
            #clone
        };
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

/// The items of `impl Module`.
fn structure(model: &Model, sound: bool, p: &TokenStream) -> TokenStream {
    let name = model.ident.to_string();
    let (visit, hparams) = if sound {
        (visit(model, p), visit_hparams(model))
    } else {
        (quote!(), None)
    };
    let leaf = model.options.repr.as_ref().map(|path| {
        quote! { fn leaf_repr(&self) -> #p::Option<#p::String> { #p::Option::Some(#path(self)) } }
    });
    quote! {
        fn visit(&self, v: &mut dyn #p::Visitor) { #visit }
        fn type_name(&self) -> &'static str { #name }
        #hparams
        #leaf
    }
}

/// One call per field, spanned at the field's type: "`X` cannot be a field of a module" points there.
fn visit(model: &Model, p: &TokenStream) -> TokenStream {
    let visits = each(model, |_, fields, place| {
        let visits = fields.iter().filter(|f| f.visited()).map(|f| {
            let (name, place) = (&f.name, place(f));
            let visit = part(f, "visit", quote!(#place, #name, v), p);
            match f.frozen {
                Some(_) => quote!(#p::frozen(v, &mut |v| #visit);),
                None => quote!(#visit;),
            }
        });
        quote!(#(#visits)*)
    });
    quote! {
        #[allow(unused_imports)]
        use #p::{AnyPart as _, CopyPart as _, FieldPart as _, StoredPart as _};
        #visits
    }
}

/// `visit` or `copy` of a field, by what its type turns out to be. A type that holds a reference,
/// which is `Copy` whatever it points to, is only taken if it is a `Field`.
fn part(f: &Field, method: &str, arguments: TokenStream, p: &TokenStream) -> TokenStream {
    let ty = &f.ty;
    if borrows(ty) {
        let strict = if method == "copy" {
            "copy_with"
        } else {
            "visit_as"
        };
        let strict = Ident::new(strict, Span::call_site());
        let call = quote_spanned!(ty.span()=> <#ty as #p::Field>::#strict);
        return quote!(#call(#arguments));
    }
    let method = Ident::new(method, Span::call_site());
    let known = quote_spanned!(ty.span()=> (&&&&#p::Part::<#ty>::NEW).known());
    quote!((#known.#method)(#arguments))
}

/// The constants of `impl HasBase`.
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

/// `Module::visit_hparams`, if there are any.
fn visit_hparams(model: &Model) -> Option<TokenStream> {
    model.fields().find(|f| f.hparam.is_some())?;
    let body = each(model, |_, fields, place| {
        let shows = fields.iter().filter(|f| f.hparam.is_some()).map(|f| {
            let (name, place) = (&f.name, place(f));
            quote_spanned!(f.ty.span()=> show(#name, #place);)
        });
        quote!(#(#shows)*)
    });
    Some(quote! {
        fn visit_hparams(&self, show: &mut dyn ::core::ops::FnMut(&'static str, &dyn ::core::fmt::Debug)) { #body }
    })
}

/// The items of `impl HasBase`: the base class, and the learning rate if there is one.
fn has_base(model: &Model, p: &TokenStream) -> TokenStream {
    let base = model
        .options
        .base
        .as_ref()
        .map_or(quote!(#p::Plain), |b| quote!(#b));
    let is_struct = matches!(model.shape, Shape::Struct(_));
    match model
        .fields()
        .find(|f| is_struct && f.hparam.is_some() && f.name == "lr")
    {
        Some(Field { member, ty, .. }) => {
            let rate = quote_spanned!(ty.span()=> <#ty as #p::Rate>::get);
            quote! { type Base = #base; type Lr = #p::WithLr; fn lr(&self) -> f64 { #rate(&self.#member) } }
        }
        None => quote! { type Base = #base; type Lr = #p::NoLr; },
    }
}

/// The body of `Field::copy_with`.
fn copy(model: &Model, sound: bool, p: &TokenStream) -> TokenStream {
    if model.options.no_clone || !sound {
        let text = format!(
            "`{}` is `#[module(no_clone)]`: it cannot be cloned",
            model.ident
        );
        return quote!(::core::panic!(#text));
    }
    let body = each(model, |head, fields, place| {
        let values = fields.iter().map(|f| {
            let (member, ty, place) = (&f.member, &f.ty, place(f));
            if f.visited() {
                let copy = part(f, "copy", quote!(#place, c), p);
                return quote!(#member: #copy);
            }
            // rustc underlines the first type of the path: it gets the field's span
            let by = quote_spanned!(ty.span()=> <__ByClone as #p::CloneValue<#ty>>::clone);
            quote!(#member: #by(#place))
        });
        quote!(#head { #(#values),* })
    });
    quote! {
        #[allow(unused_imports)]
        use #p::{AnyPart as _, ByClone as __ByClone, CopyPart as _, FieldPart as _, StoredPart as _};
        #body
    }
}

/// `Clone` as an independent model, and a check of every part, so that a part without it is an
/// error here and not a panic later. (`visit` has reported parts that are no fields at all.)
fn clone(model: &Model, sound: bool, quiet: &Option<TokenStream>, p: &TokenStream) -> TokenStream {
    let ident = &model.ident;
    let generics = bounded(model, &quote!(#p::Cloneable));
    let (ig, tg, wc) = generics.split_for_impl();
    let checks = model.fields().filter(|f| f.visited() && sound).map(|f| {
        let ty = &f.ty;
        quote_spanned!(ty.span()=> (&&&#p::Cloning::<#ty>::NEW).check();)
    });
    quote! {
        #[automatically_derived]
        #quiet
        impl #ig #p::Cloneable for #ident #tg #wc {}
        #[automatically_derived]
        impl #ig ::core::clone::Clone for #ident #tg #wc {
            fn clone(&self) -> Self {
                #[allow(unused_imports)]
                use #p::{IsCloneable as _, IsField as _, IsNoField as _};
                #(#checks)*
                <Self as #p::Field>::copy_with(self, &mut #p::Copier::new())
            }
        }
    }
}

type Place<'a> = &'a dyn Fn(&Field) -> TokenStream;

/// `body` for the struct, or for every variant of the enum: given the constructor (`Self` or
/// `Self::Variant`), the fields, and how each is reached (as a reference).
fn each(
    model: &Model,
    body: impl Fn(TokenStream, &[Field], Place<'_>) -> TokenStream,
) -> TokenStream {
    let local = |f: &Field| match &f.member {
        Member::Named(id) => format_ident!("__{}", id, span = Span::mixed_site()),
        Member::Unnamed(i) => format_ident!("__{}", i.index, span = Span::mixed_site()),
    };
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
