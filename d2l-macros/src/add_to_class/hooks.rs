//! The hooks other than `forward`: what each looks like, and what is written next to it.
use super::{
    check,
    expand::{Written, header_hash, make_visible},
    parse::{Method, Target},
};
use crate::{
    diagnostics::{Errors, near, warning},
    paths,
    types::is_named,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Ident, PatType, ReturnType, Signature, Type, Visibility, parse_quote};

/// A hook's signature; `ret` is empty where any optimizer will do.
pub struct Spec {
    pub name: &'static str,
    pub args: &'static [(&'static str, &'static str)],
    pub ret: &'static str,
    marker: &'static str,
}

const SPECS: [Spec; 4] = [
    Spec {
        name: "loss",
        args: &[("y_hat", "Tensor"), ("y", "Tensor")],
        ret: "Tensor",
        marker: "LossOn",
    },
    Spec {
        name: "training_step",
        args: &[("batch", "Batch")],
        ret: "Tensor",
        marker: "StepOn",
    },
    Spec {
        name: "validation_step",
        args: &[("batch", "Batch")],
        ret: "Metrics",
        marker: "StepOn",
    },
    Spec {
        name: "configure_optimizers",
        args: &[],
        ret: "",
        marker: "OptimizersOn",
    },
];

impl Spec {
    /// As the user should write it.
    pub fn signature(&self) -> String {
        let args: String = self
            .args
            .iter()
            .map(|(n, t)| format!(", {n}: &{t}"))
            .collect();
        let ret = if self.ret.is_empty() { "SGD" } else { self.ret };
        format!("fn {}(&self{args}) -> {ret}", self.name)
    }

    /// The arguments in words.
    pub fn takes(&self) -> String {
        let args: Vec<_> = self
            .args
            .iter()
            .map(|(n, t)| format!("`{n}: &{t}`"))
            .collect();
        if args.is_empty() {
            "nothing".to_string()
        } else {
            args.join(" and ")
        }
    }
}

/// The hook of that name.
pub fn named(id: &Ident) -> Option<&'static Spec> {
    SPECS.iter().find(|s| id == s.name)
}

/// A warning about a method that is nearly called like a hook.
pub fn near_miss(m: &Method) -> Option<TokenStream> {
    m.sig.receiver()?;
    let name = m.sig.ident.to_string();
    let hook = near(&name, SPECS.iter().map(|s| s.name).chain(["forward"]))?;
    let note = format!(
        "`{name}` is an ordinary method; did you mean the hook `{hook}`? (if not: `#[add_to_class(.., method)]`)"
    );
    Some(warning(m.sig.ident.span(), &name, &note))
}

/// Writes `m` as hook `s`.
pub fn expand(s: &Spec, t: &Target, mut m: Method, errors: &mut Errors) -> Written {
    let p = paths::private(&t.krate);
    let (marker, same) = (marker(s, t, &m, &p), same_header(t, &m, &p));
    let side = quote!(#marker #same);
    if let Err(e) = check::shape(s, &m) {
        errors.push(e);
        // a hook of the right shape stays behind, so that this is the only error
        m.sig = standard(s, &m.sig.ident, &p);
        m.body = quote!(::core::unreachable!());
        return Written {
            method: Some(m),
            side,
        };
    }
    make_visible(&mut m);
    if spelled_as_expected(s, &m) {
        return Written {
            method: Some(m),
            side,
        };
    }
    let compared = compared(s, t, m, &p);
    Written {
        method: None,
        side: quote!(#side #compared),
    }
}

/// Records that the type has this hook.
fn marker(s: &Spec, t: &Target, m: &Method, p: &TokenStream) -> TokenStream {
    let (hook, marker) = (format_ident!("{}", s.name), format_ident!("{}", s.marker));
    let (cfgs, ty) = (m.cfgs(), &t.place.self_ty);
    let (ig, _, wh) = t.place.generics.split_for_impl();
    quote! {
        #cfgs #[automatically_derived] #[allow(non_local_definitions)] #[diagnostic::do_not_recommend]
        impl #ig #p::#marker<#ty> for #p::hook::#hook #wh {}
    }
}

/// For a generic type: the header must be `forward`'s, or else the hook might not be found.
fn same_header(t: &Target, m: &Method, p: &TokenStream) -> Option<TokenStream> {
    let hash = header_hash(t)?;
    let (cfgs, ty) = (m.cfgs(), &t.place.self_ty);
    let (ig, _, wh) = t.place.generics.split_for_impl();
    let check = quote_spanned!(m.sig.ident.span()=> same::<#ty>());
    Some(quote! {
        #cfgs #[allow(dead_code, non_local_definitions)]
        const _: () = {
            fn same<T: #p::SameHeader<#hash>>() {}
            fn check #ig () #wh { #check }
        };
    })
}

fn spelled_as_expected(s: &Spec, m: &Method) -> bool {
    let ReturnType::Type(_, ret) = &m.sig.output else {
        return false;
    };
    let ret_fits = match s.ret {
        "" => {
            matches!(&**ret, Type::Path(p) if p.path.segments.last().is_some_and(|s| s.ident.to_string().starts_with(char::is_uppercase)))
        }
        want => is_named(ret, want),
    };
    let argument_fits = |a: &PatType, want| {
        matches!(&*a.ty, Type::ImplTrait(_))
            || matches!(&*a.ty, Type::Reference(r) if r.mutability.is_none() && is_named(&r.elem, want))
    };
    (ret_fits || matches!(&**ret, Type::ImplTrait(_)))
        && m.args()
            .zip(s.args)
            .all(|(a, (_, want))| argument_fits(a, want))
}

/// An alias, or a wrong type: the user's function becomes the method of a trait that has the right
/// signature, for rustc to compare. (Nothing to say about an alias; E0053 with a suggestion at the
/// user's tokens for a wrong type.) The hook proper calls it and always has the right signature, so
/// its callers raise no second error.
fn compared(s: &Spec, t: &Target, mut m: Method, p: &TokenStream) -> TokenStream {
    let (id, tr, cfgs) = (m.sig.ident.clone(), format_ident!("{}", s.name), m.cfgs());
    let (ig, _, wh) = t.place.generics.split_for_impl();
    let (ty, sig) = (&t.place.self_ty, standard(s, &id, p));
    let vis = std::mem::replace(&mut m.vis, Visibility::Inherited);
    let (outside, inside): (Vec<_>, Vec<_>) = std::mem::take(&mut m.attrs)
        .into_iter()
        .partition(is_for_callers);
    m.attrs = inside;
    let names = s.args.iter().map(|(n, _)| format_ident!("_{n}"));
    let is_step = s.marker == "StepOn";
    let chosen = match (&m.sig.output, m.args().next().map(|a| &*a.ty)) {
        (ReturnType::Type(_, ret), _) if s.ret.is_empty() => Some(quote!(type Optimizer = #ret;)),
        (_, Some(Type::Reference(r))) if is_step => {
            let batch = &r.elem;
            Some(quote!(type Batch = #batch;))
        }
        _ => is_step.then(|| quote!(type Batch = #p::Batch;)),
    };
    let call = match s.marker {
        "OptimizersOn" => format_ident!("boxed"),
        "StepOn" => format_ident!("typed"),
        _ => id,
    };
    quote! {
        #cfgs #[allow(non_local_definitions)]
        impl #ig #ty #wh { #(#outside)* #vis #sig { <Self as #p::signature::#tr>::#call(self, #(#names),*) } }
        #cfgs #[allow(non_local_definitions)]
        impl #ig #p::signature::#tr for #ty #wh { #chosen #m }
    }
}

/// Is it said to callers, and so belongs on the function that they call?
fn is_for_callers(a: &Attribute) -> bool {
    ["doc", "must_use", "deprecated"]
        .iter()
        .any(|name| a.path().is_ident(name))
}

/// The hook's signature in full paths.
fn standard(s: &Spec, id: &Ident, p: &TokenStream) -> Signature {
    let args = s.args.iter().map(|(n, t)| {
        let (n, t) = (format_ident!("_{n}"), format_ident!("{t}"));
        quote!(#n: &#p::#t)
    });
    let ret = if s.ret.is_empty() {
        quote!(#p::Box<dyn #p::Optimizer>)
    } else {
        let ret = format_ident!("{}", s.ret);
        quote!(#p::#ret)
    };
    parse_quote!(fn #id(&self, #(#args),*) -> #ret)
}
