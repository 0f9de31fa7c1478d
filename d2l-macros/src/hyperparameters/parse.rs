//! Finds `save_hyperparameters!(..)` in a body and puts the struct literal in its place.
use super::arguments::arguments;
use crate::{
    add_to_class::{Method, Target},
    diagnostics::{Errors, on},
    paths,
};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{
    AttrStyle, Attribute, FieldValue, Ident, Member, Meta, Result, Token, bracketed,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// What stands between the parentheses.
#[derive(Default)]
pub struct Call {
    fields: Vec<FieldValue>,
    pub ignore: Vec<Ident>,
    /// Could not be read; the error is noted.
    broken: bool,
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

/// The last call in the body.
pub fn find_call(m: &Method, errors: &mut Errors) -> Option<Call> {
    let names: Vec<Ident> = arguments(m).map(|a| a.0.clone()).collect();
    let nothing = || Call {
        ignore: names.clone(),
        broken: true,
        ..Call::default()
    };
    let mut found = None;
    replace(m.body.clone(), &mut |tokens, _| {
        found = Some(errors.take(syn::parse2(tokens)).unwrap_or_else(nothing));
        TokenStream::new()
    });
    found
}

/// Puts the struct literal in the place of every call; if a checkpoint can be written, the value is
/// asked for its rules.
pub fn replace_call(t: &Target, m: &mut Method, call: &Call, sound: bool) {
    let names: Vec<Ident> = arguments(m).map(|a| a.0.clone()).collect();
    let p = paths::private(&t.krate);
    let checked = sound && m.sig.constness.is_none();
    if checked && m.sig.asyncness.is_none() && !m.has("track_caller") {
        m.attrs.push(Attribute {
            pound_token: Default::default(),
            style: AttrStyle::Outer,
            bracket_token: Default::default(),
            meta: Meta::Path(Ident::new("track_caller", Span::call_site()).into()),
        });
    }
    let replaced = replace(m.body.clone(), &mut |_, span| {
        if call.broken {
            return quote_spanned!(span=> { let _ = (#(&#names),*); ::core::unreachable!() });
        }
        let stored = names.iter().filter(|n| call.stores(n) && !call.gives(n));
        let fields = &call.fields;
        // the given fields first: they may still borrow the arguments
        let literal = quote_spanned!(span=> Self { #(#fields,)* #(#stored),* });
        if checked {
            quote_spanned!(span=> #p::hparams::built(#literal))
        } else {
            literal
        }
    });
    m.body = replaced.unwrap_or_default();
}

/// Puts something in the place of every `save_hyperparameters ! (..)`, at any depth; `None` if there
/// is none.
fn replace(
    tokens: TokenStream,
    with: &mut dyn FnMut(TokenStream, Span) -> TokenStream,
) -> Option<TokenStream> {
    let (mut out, mut found) = (Vec::new(), false);
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
                    found = true;
                } else {
                    out.extend([Some(id.into()), bang].into_iter().flatten());
                }
            }
            TokenTree::Group(g) => match replace(g.stream(), with) {
                None => out.push(g.into()),
                Some(stream) => {
                    let mut inner = Group::new(g.delimiter(), stream);
                    inner.set_span(g.span());
                    out.push(inner.into());
                    found = true;
                }
            },
            other => out.push(other),
        }
    }
    found.then(|| out.into_iter().collect())
}
