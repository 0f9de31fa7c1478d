//! Finds `save_hyperparameters!(..)` in a body and puts the struct literal in its place.
use crate::{
    add_to_class::Method,
    diagnostics::{Errors, on},
};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{
    FieldValue, Ident, Member, Pat, Result, Token, Type, bracketed,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// What stands between the parentheses.
#[derive(Default)]
pub struct Call {
    fields: Vec<FieldValue>,
    pub ignore: Vec<Ident>,
}

impl Call {
    /// Is this argument kept? Names that begin with `_` never are.
    pub fn stores(&self, name: &Ident) -> bool {
        !self.ignore.contains(name) && !name.to_string().starts_with('_')
    }

    fn gives(&self, name: &Ident) -> bool {
        let named = |f: &FieldValue| matches!(&f.member, Member::Named(n) if n == name);
        self.fields.iter().any(named)
    }
}

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> Result<Call> {
        let mut call = Call::default();
        while !input.is_empty() {
            if input.peek(Ident) && input.peek2(Token![=]) {
                call.ignore = input.call(ignore)?;
            } else {
                call.fields.push(input.parse()?);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(call)
    }
}

fn ignore(input: ParseStream<'_>) -> Result<Vec<Ident>> {
    let key: Ident = input.parse()?;
    if key != "ignore" {
        return Err(on(
            key,
            "unknown option; did you mean `ignore = [..]`, or `field: value`?",
        ));
    }
    input.parse::<Token![=]>()?;
    let list;
    bracketed!(list in input);
    Ok(Punctuated::<Ident, Token![,]>::parse_terminated(&list)?
        .into_iter()
        .collect())
}

/// The named arguments of a constructor.
pub fn arguments(m: &Method) -> impl Iterator<Item = (&Ident, &Type)> {
    m.args().filter_map(|a| match &*a.pat {
        Pat::Ident(p) => Some((&p.ident, &*a.ty)),
        _ => None,
    })
}

/// The last call in the body, all of them replaced.
pub fn replace_call(m: &mut Method, errors: &mut Errors) -> Option<Call> {
    let names: Vec<Ident> = arguments(m).map(|a| a.0.clone()).collect();
    let mut found = None;
    let body = std::mem::take(&mut m.body);
    m.body = replace(body, &mut |tokens, span| {
        let call = errors
            .take(syn::parse2::<Call>(tokens))
            .unwrap_or_else(|| Call {
                ignore: names.clone(),
                ..Call::default()
            });
        let stored = names.iter().filter(|n| call.stores(n) && !call.gives(n));
        let fields = &call.fields;
        // the given fields first: they may still borrow the arguments
        let literal = quote_spanned!(span=> Self { #(#fields,)* #(#stored),* });
        found = Some(call);
        literal
    });
    found
}

/// `save_hyperparameters ! (..)` at any depth, by its tokens.
fn replace(
    tokens: TokenStream,
    with: &mut dyn FnMut(TokenStream, Span) -> TokenStream,
) -> TokenStream {
    let mut out = TokenStream::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let bang = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == '!');
        match token {
            TokenTree::Ident(id)
                if id == "save_hyperparameters" && rest.peek().is_some_and(bang) =>
            {
                let bang = rest.next();
                if let Some(TokenTree::Group(g)) =
                    rest.next_if(|t| matches!(t, TokenTree::Group(_)))
                {
                    out.extend(with(g.stream(), id.span()));
                } else {
                    out.extend([Some(id.into()), bang].into_iter().flatten());
                }
            }
            TokenTree::Group(g) => {
                let mut inner = Group::new(g.delimiter(), replace(g.stream(), with));
                inner.set_span(g.span());
                out.extend([TokenTree::Group(inner)]);
            }
            other => out.extend([other]),
        }
    }
    out
}
