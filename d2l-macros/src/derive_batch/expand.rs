//! The batch's struct, and how it is made of examples.
use super::parse::{Field, Item};
use crate::paths;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ext::IdentExt, spanned::Spanned};

impl Field {
    /// The name of the field that holds the lengths of this one.
    pub fn lengths(&self) -> Ident {
        format_ident!("{}_len", self.ident.unraw(), span = self.ident.span())
    }
}

pub fn expand(item: &Item, sound: bool) -> TokenStream {
    let p = paths::private(&item.krate);
    let fields = if sound { item.collated() } else { Vec::new() };
    let (definition, item_impl) = (
        definition(item, &fields, &p),
        collate(item, &fields, sound, &p),
    );
    let conversions = conversions(item, &fields, &p);
    quote! {
        #definition
        #[doc(hidden)]
        #[allow(non_local_definitions, unused_variables)]
        const _: () = { #item_impl #conversions };
    }
}

/// The tensors in order: each field, a padded one followed by its lengths.
fn tensors<'a>(fields: &'a [&Field]) -> impl Iterator<Item = Ident> + 'a {
    fields.iter().flat_map(|f| {
        let lengths = f.pad.as_ref().map(|_| f.lengths());
        [Some(f.ident.clone()), lengths].into_iter().flatten()
    })
}

fn definition(item: &Item, fields: &[&Field], p: &TokenStream) -> TokenStream {
    let (vis, batch) = (&item.vis, &item.batch);
    let about = format!("A batch of examples [`{}`].", item.ident);
    let members = fields.iter().map(|f| {
        let (vis, id) = (&f.vis, &f.ident);
        let (own, name) = (format!("`{id}` of every example."), f.lengths());
        let lengths = f.pad.as_ref().map(|_| {
            let about = format!("How long `{id}` of every example was.");
            quote!(#[doc = #about] #vis #name: #p::Tensor,)
        });
        quote!(#[doc = #own] #vis #id: #p::Tensor, #lengths)
    });
    quote! {
        #[doc = #about]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #batch { #(#members)* }
    }
}

/// `impl Example`: one call for each field, at its type.
fn collate(item: &Item, fields: &[&Field], sound: bool, p: &TokenStream) -> TokenStream {
    let (ident, batch, name) = (&item.ident, &item.batch, item.ident.to_string());
    let (ig, tg, wc) = item.generics.split_for_impl();
    let (values, tensors) = (fields.iter().map(|f| field(f, &name, p)), tensors(fields));
    let body = if sound {
        quote!(#(#values)* #batch { #(#tensors),* })
    } else {
        quote!(::core::unreachable!())
    };
    quote! {
        #[automatically_derived]
        impl #ig #p::Example for #ident #tg #wc {
            type Batch = #batch;
            fn collate(examples: &[&Self]) -> #batch { #body }
        }
    }
}

fn field(f: &Field, item: &str, p: &TokenStream) -> TokenStream {
    let (id, ty, lengths) = (&f.ident, &f.ty, f.lengths());
    let name = format!("{item}: field `{}`", id.unraw());
    let (values, of) = match &f.with {
        Some(with) => {
            let call = quote_spanned!(with.span()=> #p::collate::with::<_, #ty>);
            let made = quote!(#call(examples, |e| &e.#id, #with).iter().collect::<#p::Vec<_>>());
            (made, quote!(<#p::Tensor as #p::collate::Collate>))
        }
        None => (
            quote!(#p::collate::values(examples, |e| &e.#id)),
            quote_spanned!(ty.span()=> <#ty as #p::collate::Collate>),
        ),
    };
    match &f.pad {
        Some(fill) => quote! {
            let (#id, #lengths) = #p::collate::padded(#name, #of::pad(&#values, #p::collate::Fill::fill(#fill)));
        },
        None => quote!(let #id = #p::collate::stacked(#name, #of::stack(&#values));),
    }
}

/// To and from the list of tensors that loaders and hooks work with.
fn conversions(item: &Item, fields: &[&Field], p: &TokenStream) -> TokenStream {
    let (batch, name) = (&item.batch, item.batch.to_string());
    let tensors: Vec<_> = tensors(fields).collect();
    let (n, position) = (tensors.len(), 0..tensors.len());
    quote! {
        #[automatically_derived]
        impl #p::TypedBatch for #batch {
            fn read(batch: &#p::Batch) -> Self {
                #p::collate::expect(#name, #n, batch);
                #batch { #(#tensors: ::core::clone::Clone::clone(&batch[#position])),* }
            }
        }
        #[automatically_derived]
        impl ::core::convert::From<#p::Batch> for #batch {
            fn from(batch: #p::Batch) -> Self { <Self as #p::TypedBatch>::read(&batch) }
        }
        #[automatically_derived]
        impl ::core::convert::From<#batch> for #p::Batch {
            fn from(batch: #batch) -> Self { #p::Batch(#p::vec![#(batch.#tensors),*]) }
        }
    }
}
