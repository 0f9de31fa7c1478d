//! `forward` anchors the dispatch: beside it all hooks of the type are looked up by name, the
//! type's own (inherent) ones first, inherited ones otherwise.
use super::{
    check,
    expand::{header_hash, make_visible},
    parse::{Method, Target, braces},
};
use crate::{
    diagnostics::Errors,
    paths,
    types::{has_elided, is_named, name_lifetimes, pretty, tuple},
};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, ReturnType, Type, parse_quote};

/// What is written next to `forward`; `m` itself gets its scope.
pub fn expand(t: &Target, m: &mut Method, errors: &mut Errors) -> TokenStream {
    let p = paths::private(&t.krate);
    if let Err(e) = check::receiver(m, "forward") {
        errors.push(e);
        return placeholder(t, m, &p);
    }
    let side = Anchor::of(m)
        .map(|a| a.expand(t, m, &p))
        .unwrap_or_default();
    make_visible(m);
    enter_scope(m, &p);
    side
}

/// Stands in for a refused `forward`, so that "has no `forward`" does not follow.
fn placeholder(t: &Target, m: &Method, p: &TokenStream) -> TokenStream {
    let (cfgs, ty) = (m.cfgs(), &t.place.self_ty);
    let (ig, _, wh) = t.place.generics.split_for_impl();
    quote! {
        #cfgs #[allow(non_local_definitions)]
        impl #ig #p::ForwardOn<#ty> for #p::hook::forward #wh {
            type Args<'b> = ();
            type Output = #p::Tensor;
            fn call<'b>(_: &#ty, _: ()) -> #p::Tensor { ::core::unreachable!() }
            fn hooks() -> #p::HookTable<#ty> { ::core::unreachable!() }
        }
    }
}

/// A `forward` that can be called through a trait.
struct Anchor {
    /// The argument types as a tuple, elided lifetimes named.
    args: TokenStream,
    names: Vec<Ident>,
    output: Type,
}

impl Anchor {
    /// A generic `forward` is fine as a method, but there is no one `Forward<..>` to implement for
    /// it; neither is there for a result that borrows.
    fn of(m: &Method) -> Option<Anchor> {
        let mut args: Vec<Type> = m.args().map(|a| (*a.ty).clone()).collect();
        if !m.sig.generics.params.is_empty() || !args.iter_mut().all(name_lifetimes) {
            return None;
        }
        let output: Type = match &m.sig.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, t) => (**t).clone(),
        };
        let name = |i| format_ident!("__a{i}", span = Span::mixed_site());
        let names = (0..args.len()).map(name).collect();
        (!has_elided(&output)).then(|| Anchor {
            args: tuple(&args),
            names,
            output,
        })
    }

    fn expand(&self, t: &Target, m: &Method, p: &TokenStream) -> TokenStream {
        let (cfgs, dispatch) = (m.cfgs(), self.dispatch(t, m, p));
        let (ty, (ig, _, wh)) = (&t.place.self_ty, t.place.generics.split_for_impl());
        let same = header_hash(t).map(|h| {
            quote! {
                #cfgs
                #[doc(hidden)]
                #[allow(non_local_definitions)]
                impl #ig #p::SameHeader<#h> for #ty #wh {}
            }
        });
        quote!(#cfgs #dispatch #same)
    }

    /// The table of hooks. `for<'__b>`: a bound that may be false is then only looked at where it is
    /// used, so a layer that the trainer cannot drive, or a plain struct with a `forward`, is no
    /// error in itself.
    fn dispatch(&self, t: &Target, m: &Method, p: &TokenStream) -> TokenStream {
        let Anchor {
            args,
            names,
            output,
        } = self;
        let (pattern, call, ty) = (tuple(names), call(t, m), &t.place.self_ty);
        let (ig, _, wh) = t.place.generics.split_for_impl();
        let model = pretty(ty);
        let signature = m.args().map(pretty).collect::<Vec<_>>().join(", ");
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            #[doc(hidden)]
            #[allow(non_local_definitions, unused_imports, unused_parens)]
            impl #ig #p::ForwardOn<#ty> for #p::hook::forward #wh {
                type Args<'__b> = #args;
                type Output = #output;
                fn call<'__b>(m: &#ty, #pattern: Self::Args<'__b>) -> #output { #call(m, #(#names),*) }
                fn hooks() -> #p::HookTable<#ty> where for<'__b> #ty: #p::Hooks {
                    use #p::Inherited as _;
                    #p::HookTable {
                        model: #model,
                        forward: #signature,
                        loss: <#ty>::loss,
                        training_step: <#ty>::training_step,
                        validation_step: <#ty>::validation_step,
                        configure_optimizers: #p::boxed(<#ty>::configure_optimizers),
                    }
                }
            }
        }
    }
}

/// The user's function as a path.
fn call(t: &Target, m: &Method) -> TokenStream {
    let ty = &t.place.self_ty;
    quote_spanned!(m.sig.ident.span()=> <#ty>::forward)
}

/// Runs the body as part of the module, so that an error inside can say where in the model it is.
/// The user's tokens stay as they are and appear once. (A closure would hide the caller that
/// `#[track_caller]` asks for, so there it is left out.)
fn enter_scope(m: &mut Method, p: &TokenStream) {
    let output = match &m.sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, t) if contains_impl(t) => return,
        arrow => Some(arrow.clone()),
    };
    if m.sig.constness.is_some() || m.has("track_caller") {
        return;
    }
    let body = braces(std::mem::take(&mut m.body), m.brace);
    let gives = matches!(&m.sig.output, ReturnType::Type(_, t) if gives_tensor(t));
    let run = format_ident!("{}", if gives { "__forward" } else { "__enter" });
    m.body = quote! {
        #[allow(unused_imports)]
        use #p::NoScope as _;
        #p::Scoped(self).#run(|| #output #body)
    };
}

/// `Tensor`, or a tuple that begins with one (up to the length for which there is a `Gives`).
fn gives_tensor(ty: &Type) -> bool {
    match ty {
        Type::Tuple(t) => t.elems.len() <= 4 && t.elems.first().is_some_and(gives_tensor),
        _ => is_named(ty, "Tensor"),
    }
}

/// `impl Trait`, which a closure cannot return by that name.
fn contains_impl(ty: &Type) -> bool {
    fn go(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|t| match t {
            TokenTree::Ident(i) => i == "impl",
            TokenTree::Group(g) => go(g.stream()),
            _ => false,
        })
    }
    go(ty.to_token_stream())
}
