//! Types that the user wrote, as syntax.
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Generics, Ident, Lifetime, PathArguments, Type};

/// Writes every elided lifetime of `ty` out as `'__b`; false if `ty` cannot stand in an impl header.
pub fn name_lifetimes(ty: &mut Type) -> bool {
    match ty {
        Type::Reference(r) => {
            if r.lifetime.as_ref().is_none_or(|l| l.ident == "_") {
                r.lifetime = Some(named());
            }
            name_lifetimes(&mut r.elem)
        }
        Type::Tuple(t) => t.elems.iter_mut().all(name_lifetimes),
        Type::Array(a) => name_lifetimes(&mut a.elem),
        Type::Slice(s) => name_lifetimes(&mut s.elem),
        Type::Paren(p) => name_lifetimes(&mut p.elem),
        Type::Group(g) => name_lifetimes(&mut g.elem),
        Type::Path(p) => p
            .path
            .segments
            .iter_mut()
            .all(|s| name_in(&mut s.arguments)),
        Type::TraitObject(_) | Type::FnPtr(_) | Type::Never(_) => true,
        _ => false, // `impl Trait`, `_`, macros
    }
}

fn name_in(arguments: &mut PathArguments) -> bool {
    let PathArguments::AngleBracketed(list) = arguments else {
        return true;
    };
    list.args.iter_mut().all(|a| match a {
        GenericArgument::Lifetime(l) => {
            if l.ident == "_" {
                *l = named();
            }
            true
        }
        GenericArgument::Type(t) => name_lifetimes(t),
        GenericArgument::AssocType(t) => name_lifetimes(&mut t.ty),
        _ => true,
    })
}

fn named() -> Lifetime {
    Lifetime::new("'__b", Span::call_site())
}

/// Does `tokens` use the lifetime that [`name_lifetimes`] writes?
fn uses_named(tokens: &TokenStream) -> bool {
    tokens.to_string().contains("'__b")
}

/// Does `ty` borrow from something unnamed (`-> &Tensor`), or can nobody tell?
pub fn has_elided(ty: &Type) -> bool {
    let mut ty = ty.clone();
    !name_lifetimes(&mut ty) || uses_named(&quote!(#ty))
}

/// Does `ty` hold values of any of the type parameters?
pub fn is_generic(generics: &Generics, ty: &Type) -> bool {
    generics.type_params().any(|t| mentions(ty, &t.ident))
}

/// Does `ty` hold values of the type parameter `id`? (`PhantomData<T>` does not.)
pub fn mentions(ty: impl ToTokens, id: &Ident) -> bool {
    fn go(tokens: TokenStream, id: &Ident) -> bool {
        let mut phantom = 0; // angle brackets open since `PhantomData`
        let (mut just_named, mut arrow) = (false, false);
        tokens.into_iter().any(|t| match t {
            TokenTree::Ident(i) => {
                just_named = i == "PhantomData";
                phantom == 0 && i == *id
            }
            TokenTree::Group(g) => phantom == 0 && go(g.stream(), id),
            TokenTree::Punct(p) => {
                match p.as_char() {
                    '<' if just_named || phantom > 0 => phantom += 1,
                    '>' if phantom > 0 && !arrow => phantom -= 1,
                    _ => {}
                }
                arrow = p.as_char() == '-';
                just_named &= p.as_char() == ':';
                false
            }
            TokenTree::Literal(_) => false,
        })
    }
    go(ty.to_token_stream(), id)
}

/// Does `ty` read as `name`, perhaps with a path before it?
pub fn is_named(ty: &Type, name: &str) -> bool {
    let last = |p: &syn::TypePath| p.path.segments.last().cloned();
    matches!(ty, Type::Path(p) if last(p).is_some_and(|s| s.ident == name && s.arguments.is_none()))
}

/// Is `ty` spelled `Result<..>`?
pub fn is_result(ty: &Type) -> bool {
    matches!(ty, Type::Path(p) if p.path.segments.last().is_some_and(|s| s.ident == "Result"))
}

/// Is `ty` spelled `&str`?
pub fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Reference(r) if is_named(&r.elem, "str"))
}

/// Does `ty` hold a reference? (What a function takes and returns is not held.)
pub fn borrows(ty: &Type) -> bool {
    match ty {
        Type::Reference(_) => true,
        Type::FnPtr(_) => false,
        Type::Tuple(t) => t.elems.iter().any(borrows),
        Type::Array(a) => borrows(&a.elem),
        Type::Paren(p) => borrows(&p.elem),
        Type::Group(g) => borrows(&g.elem),
        Type::Path(p) => p.path.segments.iter().any(|s| match &s.arguments {
            PathArguments::AngleBracketed(list) => list
                .args
                .iter()
                .any(|a| matches!(a, GenericArgument::Type(t) if borrows(t))),
            _ => false,
        }),
        _ => false,
    }
}

/// `(A,)`, `(A, B)`, …
pub fn tuple<T: ToTokens>(items: impl IntoIterator<Item = T>) -> TokenStream {
    let items: Vec<T> = items.into_iter().collect();
    if let [one] = &items[..] {
        quote!((#one,))
    } else {
        quote!((#(#items),*))
    }
}

/// The tokens as a person would write them: `Option<&Tensor>`.
pub fn pretty(tokens: impl ToTokens) -> String {
    let mut s = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" ::", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
    ] {
        s = s.replace(from, to);
    }
    s.replace("& ", "&").replace(" ,", ",").replace(" :", ":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn mentions_looks_past_phantom_data() {
        let t: Ident = parse_quote!(T);
        assert!(mentions(quote!(Vec<(T, u8)>), &t));
        assert!(mentions(quote!((PhantomData<u8>, T)), &t));
        assert!(!mentions(quote!(std::marker::PhantomData<(T, Vec<T>)>), &t));
        assert!(!mentions(quote!(PhantomData<fn(Vec<u8>) -> T>), &t));
        assert!(!mentions(quote!(PhantomData::<Vec<T>>), &t));
    }

    #[test]
    fn elided_lifetimes_are_found_inside() {
        assert!(has_elided(&parse_quote!(Option<&Tensor>)));
        assert!(has_elided(&parse_quote!(Iter<'_, u8>)));
        assert!(!has_elided(&parse_quote!((Tensor, &'static str))));
    }

    #[test]
    fn pretty_reads_like_source() {
        let args: syn::PatType = {
            let f: syn::ItemFn = parse_quote!(
                fn f(v: Option<&'a Vec<std::rc::Rc<u8>>>) {}
            );
            let Some(syn::FnArg::Typed(t)) = f.sig.inputs.first().cloned() else {
                unreachable!()
            };
            t
        };
        assert_eq!(pretty(args), "v: Option<&'a Vec<std::rc::Rc<u8>>>");
    }
}
