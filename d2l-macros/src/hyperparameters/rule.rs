//! `#[hparam(default = .., range = .., check = ..)]` on a field or an argument.
use crate::{
    diagnostics::{Errors, near, on, value},
    types::is_text,
};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Attribute, Expr, ExprLit, Ident, Lit, Meta, Type, ext::IdentExt, meta::ParseNestedMeta,
    spanned::Spanned,
};

/// What stands on a hyperparameter, with its documentation.
#[derive(Default)]
pub struct Rule {
    pub doc: String,
    default: Option<Expr>,
    range: Option<Expr>,
    check: Option<Expr>,
}

const OPTIONS: [&str; 3] = ["default", "range", "check"];

/// The documentation comment among `attrs`, line by line.
pub fn doc(attrs: &[Attribute]) -> String {
    let line = |a: &Attribute| match &a.meta {
        Meta::NameValue(m) if m.path.is_ident("doc") => text(&m.value),
        _ => None,
    };
    let lines: Vec<_> = attrs.iter().filter_map(line).collect();
    let lines = lines
        .iter()
        .map(|l| l.trim())
        .take_while(|l| !l.starts_with('#') && !l.starts_with("```"));
    lines.collect::<Vec<_>>().join("\n").trim().to_string()
}

fn text(e: &Expr) -> Option<String> {
    match e {
        Expr::Lit(ExprLit {
            lit: Lit::Str(s), ..
        }) => Some(s.value()),
        _ => None,
    }
}

impl Rule {
    /// The rule of one `#[hparam]`, added to this one.
    pub fn read(&mut self, a: &Attribute, errors: &mut Errors) {
        match &a.meta {
            Meta::Path(_) => {}
            Meta::List(_) => drop(errors.take(a.parse_nested_meta(|m| self.option(&m)))),
            Meta::NameValue(_) => errors.push(on(
                a,
                "write `#[hparam]` or `#[hparam(default = .., range = .., check = ..)]`",
            )),
        }
    }

    fn option(&mut self, m: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let name = m.path.get_ident().map(Ident::to_string).unwrap_or_default();
        let place = match &*name {
            "default" => &mut self.default,
            "range" => &mut self.range,
            "check" => &mut self.check,
            _ => return Err(m.error(unknown(&name))),
        };
        if place.is_some() {
            return Err(m.error(format!("`{name}` is given twice")));
        }
        *place = Some(value(m, &format!("{name} = .."))?);
        Ok(())
    }

    /// Is there neither a word of documentation nor an option?
    pub fn says_nothing(&self) -> bool {
        self.doc.is_empty() && self.default.is_none() && !self.checks()
    }

    /// Is there anything to ask of a value?
    pub fn checks(&self) -> bool {
        self.range.is_some() || self.check.is_some()
    }

    /// The `Rule` of the library for the value `name` of type `ty`.
    pub fn expand(&self, name: &Ident, ty: &Type, p: &TokenStream) -> TokenStream {
        let (name, doc) = (name.unraw().to_string(), &self.doc);
        if self.says_nothing() {
            return quote!(#p::hparams::Rule::none(#name));
        }
        let (default, check) = (self.default(ty, p), self.check(ty, p));
        quote! {
            #p::hparams::Rule { name: #name, doc: #doc, default: #default, check: #check }
        }
    }

    fn default(&self, ty: &Type, p: &TokenStream) -> TokenStream {
        let Some(value) = &self.default else {
            return quote!(#p::Option::None);
        };
        let is_literal = text(value).is_some();
        let value = if is_literal && !is_text(ty) {
            quote_spanned!(value.span()=> ::core::convert::Into::<#ty>::into(#value))
        } else {
            quote!(#value)
        };
        let store = quote_spanned!(ty.span()=> <#ty as #p::hparams::HParam>::to_value);
        quote!(#p::Option::Some(|| { let value: #ty = #value; #store(&value) }))
    }

    fn check(&self, ty: &Type, p: &TokenStream) -> TokenStream {
        if !self.checks() {
            return quote!(#p::Option::None);
        }
        let range = self.range.as_ref().map(|r| {
            let within = quote_spanned!(r.span()=> #p::hparams::within::<#ty, _>);
            quote!(#within(&(#r), value)?;)
        });
        let check = self.check.as_ref().map(|f| {
            let accepts = quote_spanned!(f.span()=> #p::hparams::accepts::<#ty, _>);
            quote!(#accepts(#f, value)?;)
        });
        quote!(#p::Option::Some(|value| { #range #check #p::Result::Ok(()) }))
    }
}

fn unknown(name: &str) -> String {
    match near(name, OPTIONS) {
        Some(meant) => format!("unknown option; did you mean `{meant} = ..`?"),
        None => "unknown option; in `#[hparam(..)]` there are `default = ..`, `range = ..` and `check = ..`".into(),
    }
}
