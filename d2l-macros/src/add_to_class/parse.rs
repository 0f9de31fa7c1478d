//! Where the function goes, and the function, of which only the signature is looked at.
use crate::{
    diagnostics::{Errors, at, on},
    paths,
    types::pretty,
};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, FnArg, GenericArgument, Generics, Ident, ImplItem, PatType, Path, PathArguments,
    Result, Signature, Token, Type, Visibility, braced,
    parse::{Parse, ParseStream, Parser},
};

/// `Net`, `impl<T: Layer> Net<T>` or `impl Display for Net`.
#[derive(Clone)]
pub struct Place {
    pub generics: Generics,
    pub trait_: Option<Path>,
    pub self_ty: Type,
}

/// What stands between the parentheses of the attribute.
pub struct Args {
    pub place: Option<Place>,
    pub krate: Path,
    /// Not a hook, even if named like one.
    pub method: bool,
    /// The extension trait to write for a type of another crate.
    pub ext: Option<Ident>,
}

/// [`Args`] with a place.
pub struct Target {
    pub place: Place,
    pub krate: Path,
    pub method: bool,
    pub ext: Option<Ident>,
}

impl Args {
    /// Takes what can be understood; says what cannot.
    pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Args {
        let mut args = Args {
            place: None,
            krate: paths::default_crate(),
            method: false,
            ext: None,
        };
        let parser = |input: ParseStream<'_>| args.fill(input, errors);
        if let Err(e) = parser.parse2(tokens) {
            errors.push(e);
        }
        args
    }

    fn fill(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
        let only_options = input.peek(Token![crate]) && input.peek2(Token![=]);
        if !input.is_empty() && !only_options {
            self.place = Some(input.call(place)?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        while !input.is_empty() {
            if let Err(e) = self.option(input) {
                errors.push(e);
                skip_to_comma(input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn option(&mut self, input: ParseStream<'_>) -> Result<()> {
        if input.parse::<Option<Token![crate]>>()?.is_some() {
            input.parse::<Token![=]>()?;
            self.krate = input.call(Path::parse_mod_style)?;
            return Ok(());
        }
        let id: Ident = input.parse()?;
        if id == "method" {
            self.method = true;
        } else if id == "ext" {
            // even without a name: then the function is no inherent method
            self.ext = Some(Ident::new("Extension", id.span()));
            if !input.peek(Token![=]) || !input.peek2(Ident) {
                return Err(on(
                    id,
                    "this option needs the name of a trait: write `ext = Name`",
                ));
            }
            input.parse::<Token![=]>()?;
            self.ext = Some(input.parse()?);
        } else {
            return Err(on(
                id,
                "unknown option; there are `method` (not a hook even if named like one), `ext = TraitName` (for a type of another crate) and `crate = path`",
            ));
        }
        Ok(())
    }

    pub fn target(self) -> Option<Target> {
        let Args {
            place,
            krate,
            method,
            ext,
        } = self;
        Some(Target {
            place: place?,
            krate,
            method,
            ext,
        })
    }
}

fn skip_to_comma(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn place(input: ParseStream<'_>) -> Result<Place> {
    if input.peek(Token![impl]) {
        return header(input);
    }
    let self_ty = input.parse()?;
    if let Some(id) = undeclared(&self_ty) {
        let ty = pretty(&self_ty);
        return Err(on(
            id,
            format!(
                "`{id}` is not declared: write `#[add_to_class(impl<{id}> {ty})]`, with the bounds it needs"
            ),
        ));
    }
    Ok(Place {
        generics: Generics::default(),
        trait_: None,
        self_ty,
    })
}

/// `impl<..> [Trait for] Type [where ..]`
fn header(input: ParseStream<'_>) -> Result<Place> {
    input.parse::<Token![impl]>()?;
    let mut generics = if input.peek(Token![<]) && !input.peek2(Token![<]) {
        input.parse()?
    } else {
        Generics::default()
    };
    let mut self_ty = input.parse()?;
    let mut trait_ = None;
    if let Some(for_) = input.parse::<Option<Token![for]>>()? {
        trait_ = match std::mem::replace(&mut self_ty, input.parse()?) {
            Type::Path(p) if p.qself.is_none() => Some(p.path),
            other => {
                return Err(on(
                    quote!(#other #for_),
                    "expected the name of a trait before `for`",
                ));
            }
        };
    }
    generics.where_clause = input.parse()?;
    Ok(Place {
        generics,
        trait_,
        self_ty,
    })
}

/// `Net<T>` with nothing in front: a one-letter type is surely meant to be a parameter.
fn undeclared(ty: &Type) -> Option<&Ident> {
    let Type::Path(p) = ty else { return None };
    let PathArguments::AngleBracketed(list) = &p.path.segments.last()?.arguments else {
        return None;
    };
    let letter = |i: &&Ident| {
        let s = i.to_string();
        s.len() == 1 && s.starts_with(char::is_uppercase)
    };
    list.args.iter().find_map(|a| match a {
        GenericArgument::Type(Type::Path(p)) => p.path.get_ident().filter(letter),
        _ => None,
    })
}

/// A function whose body stays tokens: it may be unfinished while it is typed, and parsing it again
/// would be work for nothing.
#[derive(Clone)]
pub struct Method {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub sig: Signature,
    pub body: TokenStream,
    pub brace: Span,
}

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> Result<Method> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        if !starts_function(input) {
            return Err(at(
                input.span(),
                "`#[add_to_class]` goes on a function with a body, or (without a type) on an `impl` block",
            ));
        }
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(on(&sig, "this function needs a body"));
        }
        let content;
        let brace = braced!(content in input).span.join();
        Ok(Method {
            attrs,
            vis,
            sig,
            body: content.parse()?,
            brace,
        })
    }
}

fn starts_function(input: ParseStream<'_>) -> bool {
    let modifier = input.peek(Token![const]) || input.peek(Token![async]);
    input.peek(Token![fn]) || modifier || input.peek(Token![unsafe]) || input.peek(Token![extern])
}

impl ToTokens for Method {
    fn to_tokens(&self, out: &mut TokenStream) {
        let Method {
            attrs,
            vis,
            sig,
            body,
            brace,
        } = self;
        quote!(#(#attrs)* #vis #sig).to_tokens(out);
        braces(body.clone(), *brace).to_tokens(out);
    }
}

/// `{ body }`, with the user's braces.
pub fn braces(body: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, body);
    group.set_span(span);
    group
}

impl Method {
    /// Whatever is written beside the function comes and goes with it.
    pub fn cfgs(&self) -> TokenStream {
        let cfgs = self.attrs.iter().filter(|a| a.path().is_ident("cfg"));
        quote!(#(#cfgs)*)
    }

    /// Is it under the attribute `name`?
    pub fn has(&self, name: &str) -> bool {
        self.attrs.iter().any(|a| a.path().is_ident(name))
    }

    /// The arguments without `self`.
    pub fn args(&self) -> impl Iterator<Item = &PatType> {
        self.sig.inputs.iter().filter_map(|a| match a {
            FnArg::Typed(t) => Some(t),
            FnArg::Receiver(_) => None,
        })
    }
}

/// `impl Net { .. }`
pub struct Block {
    pub attrs: Vec<Attribute>,
    pub place: Place,
    pub items: Vec<Item>,
}

pub enum Item {
    Function(Box<Method>),
    Other(Box<ImplItem>),
}

/// Is this an `impl` block, as opposed to a function? (By its tokens, since parsing copies them all.)
pub fn is_block(item: &TokenStream) -> bool {
    let mut tokens = item.clone().into_iter();
    loop {
        match tokens.next() {
            Some(TokenTree::Punct(p)) if p.as_char() == '#' => drop(tokens.next()),
            Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::None => {
                return is_block(&g.stream());
            }
            first => return matches!(first, Some(TokenTree::Ident(id)) if id == "impl"),
        }
    }
}

impl Parse for Block {
    fn parse(input: ParseStream<'_>) -> Result<Block> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let place = header(input)?;
        let content;
        braced!(content in input);
        attrs.extend(content.call(Attribute::parse_inner)?);
        let mut items = Vec::new();
        while !content.is_empty() {
            items.push(content.parse()?);
        }
        Ok(Block {
            attrs,
            place,
            items,
        })
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Item> {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        ahead.parse::<Visibility>()?;
        if ahead.parse::<Signature>().is_ok() {
            input.parse().map(|m| Item::Function(Box::new(m)))
        } else {
            input.parse().map(|i| Item::Other(Box::new(i)))
        }
    }
}
