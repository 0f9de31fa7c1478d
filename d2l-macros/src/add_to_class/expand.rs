//! Putting functions into their type.
use super::{
    check, forward, hooks,
    parse::{Args, Block, Item, Method, Target},
};
use crate::{diagnostics::Errors, hyperparameters, types::mentions};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, Generics, Ident, Signature, Type, Visibility, parse_quote};

/// A function ready to stand in its impl (unless it went elsewhere), and what stands beside it.
pub struct Written {
    pub method: Option<Method>,
    pub side: TokenStream,
}

/// `#[add_to_class(Net)] fn ..`
pub fn function(t: &Target, mut m: Method, errors: &mut Errors) -> TokenStream {
    strip_prefix(&t.place.self_ty, &mut m);
    if let Some(name) = &t.ext {
        return extension(t, name, m);
    }
    let cfgs = m.cfgs();
    let Written { method, side } = written(t, m, errors);
    let (head, wh) = (header(t), &t.place.generics.where_clause);
    let method = method.map(|m| quote!(#cfgs #[allow(non_local_definitions)] #head #wh { #m }));
    quote!(#method #side)
}

/// `#[add_to_class] impl Net { fn forward .. fn loss .. }`
pub fn block(args: Args, block: Block, errors: &mut Errors) -> TokenStream {
    let Args { krate, method, .. } = args;
    let Block {
        attrs,
        place,
        items,
    } = block;
    let t = Target {
        place,
        krate,
        method,
        ext: None,
    };
    let (mut kept, mut side) = (TokenStream::new(), TokenStream::new());
    for item in items {
        match item {
            Item::Other(other) => other.to_tokens(&mut kept),
            Item::Function(m) => {
                let w = written(&t, *m, errors);
                w.method.to_tokens(&mut kept);
                side.extend(w.side);
            }
        }
    }
    let (head, wh) = (header(&t), &t.place.generics.where_clause);
    quote!(#(#attrs)* #[allow(non_local_definitions)] #head #wh { #kept } #side)
}

/// `fn Net__forward` is `forward` of `Net`: a notebook keeps one item per name, and the second
/// class's `forward` would replace the first's.
fn strip_prefix(ty: &Type, m: &mut Method) {
    let Type::Path(p) = ty else { return };
    let Some(last) = p.path.segments.last() else {
        return;
    };
    let name = m.sig.ident.to_string();
    if let Some(short) = name.strip_prefix(&format!("{}__", last.ident))
        && let Ok(mut short) = syn::parse_str::<Ident>(short)
    {
        short.set_span(m.sig.ident.span());
        m.sig.ident = short;
    }
}

/// An extension trait with this one method, for a type of another crate.
fn extension(t: &Target, name: &Ident, mut m: Method) -> TokenStream {
    let (cfgs, sig) = (m.cfgs(), m.sig.clone());
    let vis = std::mem::replace(&mut m.vis, Visibility::Inherited);
    let docs = m.attrs.iter().filter(|a| a.path().is_ident("doc"));
    let docs = quote!(#(#docs)*);
    let (ig, _, wh) = t.place.generics.split_for_impl();
    let ty = &t.place.self_ty;
    let used = used_params(&t.place.generics, &sig);
    let (tig, tg, _) = used.split_for_impl();
    quote! {
        #cfgs #docs #vis trait #name #tig { #docs #sig; }
        #cfgs #[allow(non_local_definitions)] impl #ig #name #tg for #ty #wh { #m }
    }
}

/// The type parameters that the signature names.
fn used_params(generics: &Generics, sig: &Signature) -> Generics {
    let named = |p: &GenericParam| match p {
        GenericParam::Type(t) => mentions(sig, &t.ident),
        GenericParam::Const(c) => mentions(sig, &c.ident),
        GenericParam::Lifetime(_) => false,
    };
    Generics {
        params: generics
            .params
            .iter()
            .filter(|p| named(p))
            .cloned()
            .collect(),
        ..Generics::default()
    }
}

fn header(t: &Target) -> TokenStream {
    let (ig, _, _) = t.place.generics.split_for_impl();
    let (tr, ty) = (
        t.place.trait_.as_ref().map(|p| quote!(#p for)),
        &t.place.self_ty,
    );
    quote!(impl #ig #tr #ty)
}

fn written(t: &Target, mut m: Method, errors: &mut Errors) -> Written {
    let saved = hyperparameters::expand(t, &mut m, errors);
    if t.place.trait_.is_some() {
        errors.take(check::visibility(&m));
        m.vis = Visibility::Inherited;
        return Written {
            method: Some(m),
            side: saved,
        };
    }
    if t.method {
        return Written {
            method: Some(m),
            side: saved,
        };
    }
    let Written { method, side } = hook(t, m, errors);
    Written {
        method,
        side: quote!(#saved #side),
    }
}

fn hook(t: &Target, mut m: Method, errors: &mut Errors) -> Written {
    if m.sig.ident == "forward" {
        let side = forward::expand(t, &mut m, errors);
        return Written {
            method: Some(m),
            side,
        };
    }
    if let Some(spec) = hooks::named(&m.sig.ident) {
        return hooks::expand(spec, t, m, errors);
    }
    let side = hooks::near_miss(&m).unwrap_or_default();
    Written {
        method: Some(m),
        side,
    }
}

/// Lookup skips what it cannot see: a private hook in another module would be ignored in silence.
pub fn make_visible(m: &mut Method) {
    if matches!(m.vis, Visibility::Inherited) {
        m.vis = parse_quote!(pub(crate));
    }
}

/// Identifies the `impl<..>` header of a generic type.
pub fn header_hash(t: &Target) -> Option<u64> {
    let (params, wh) = (&t.place.generics.params, &t.place.generics.where_clause);
    let fnv = |h: u64, b: u8| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
    let text = || quote!(#params #wh).to_string();
    (!params.is_empty()).then(|| text().bytes().fold(0xcbf2_9ce4_8422_2325, fnv))
}
