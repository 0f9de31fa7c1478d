//! The parts of a rule: options, state, formulas.
use crate::paths;
use syn::{
    Attribute, Block, Expr, Ident, Lit, Path, RangeLimits, Stmt, Token, UnOp, Visibility, braced,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

pub struct Item {
    pub attrs: Vec<Attribute>,
    pub krate: Path,
    pub vis: Visibility,
    pub ident: Ident,
    pub options: Vec<Opt>,
    pub state: Vec<State>,
    pub body: Vec<Stmt>,
}

/// `name: default in limits`.
pub struct Opt {
    pub attrs: Vec<Attribute>,
    pub ident: Ident,
    pub default: Option<Value>,
    pub limits: Option<Limits>,
}

/// What an option starts with.
pub enum Value {
    Number(f64),
    Flag(bool),
}

/// Which numbers an option may be.
pub struct Limits {
    pub min: f64,
    pub max: f64,
    /// Whether `max` itself is one.
    pub inclusive: bool,
}

/// `name: first value`, one number for each element; with `#[scalar]` one for the whole parameter.
pub struct State {
    pub ident: Ident,
    pub scalar: bool,
    pub start: Option<Expr>,
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Item> {
        let (mut krate, mut attrs) = (paths::default_crate(), Vec::new());
        for a in input.call(Attribute::parse_outer)? {
            if a.path().is_ident("optimizer") {
                a.parse_nested_meta(|m| {
                    if !m.path.is_ident("crate") {
                        return Err(m.error("unknown option; there is `crate = ..`"));
                    }
                    krate = m.value()?.call(Path::parse_mod_style)?;
                    Ok(())
                })?;
            } else {
                attrs.push(a);
            }
        }
        let vis = input.parse()?;
        input.parse::<Token![struct]>()?;
        let ident = input.parse()?;
        let options = list(input)?;
        let state = if input.peek(syn::token::Brace) {
            Vec::new()
        } else {
            state(input)?
        };
        let body;
        braced!(body in input);
        let body = body.call(Block::parse_within)?;
        if !input.is_empty() {
            return Err(input.error("nothing follows the formulas: they end the optimizer"));
        }
        Ok(Item {
            attrs,
            krate,
            vis,
            ident,
            options,
            state,
            body,
        })
    }
}

fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let content;
    braced!(content in input);
    let list = Punctuated::<T, Token![,]>::parse_terminated(&content)?;
    Ok(list.into_iter().collect())
}

fn state(input: ParseStream<'_>) -> syn::Result<Vec<State>> {
    let ahead = input.fork();
    if ahead.parse::<Ident>().is_ok_and(|i| i == "state") {
        input.parse::<Ident>()?;
        return list(input);
    }
    Err(input.error("expected `state { .. }`, or the formulas between braces"))
}

impl Parse for Opt {
    fn parse(input: ParseStream<'_>) -> syn::Result<Opt> {
        let attrs = input.call(Attribute::parse_outer)?;
        let ident = input.parse()?;
        let (mut default, mut limits) = (None, None);
        if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            default = Some(value(&input.parse()?)?);
        }
        if input.peek(Token![in]) {
            input.parse::<Token![in]>()?;
            limits = Some(range(&input.parse()?)?);
        }
        Ok(Opt {
            attrs,
            ident,
            default,
            limits,
        })
    }
}

impl Parse for State {
    fn parse(input: ParseStream<'_>) -> syn::Result<State> {
        let mut scalar = false;
        for a in input.call(Attribute::parse_outer)? {
            if a.path().is_ident("scalar") {
                scalar = true;
            } else if !a.path().is_ident("doc") {
                let text = "unknown attribute; state may be `#[scalar]`";
                return Err(syn::Error::new_spanned(a, text));
            }
        }
        let ident = input.parse()?;
        let mut start = None;
        if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            start = Some(input.parse()?);
        }
        Ok(State {
            ident,
            scalar,
            start,
        })
    }
}

fn value(e: &Expr) -> syn::Result<Value> {
    if let Expr::Lit(l) = e
        && let Lit::Bool(b) = &l.lit
    {
        return Ok(Value::Flag(b.value));
    }
    number(e).map(Value::Number)
}

/// A number written out, with or without a point.
pub fn number(e: &Expr) -> syn::Result<f64> {
    let read = match e {
        Expr::Lit(l) => match &l.lit {
            Lit::Float(f) if f.suffix().is_empty() => f.base10_parse().ok(),
            Lit::Int(i) if i.suffix().is_empty() => i.base10_digits().parse().ok(),
            _ => None,
        },
        Expr::Unary(u) if matches!(u.op, UnOp::Neg(_)) => return number(&u.expr).map(|v| -v),
        Expr::Group(g) => return number(&g.expr),
        Expr::Paren(p) => return number(&p.expr),
        _ => None,
    };
    read.filter(|v: &f64| v.is_finite())
        .ok_or_else(|| syn::Error::new_spanned(e, "write a number here, such as `0.9`"))
}

fn range(e: &Expr) -> syn::Result<Limits> {
    let Expr::Range(r) = e else {
        let text = "write the range of the option here, such as `0..1` or `0..=1`";
        return Err(syn::Error::new_spanned(e, text));
    };
    let end = |e: &Option<Box<Expr>>, open| e.as_ref().map_or(Ok(open), |e| number(e));
    Ok(Limits {
        min: end(&r.start, f64::NEG_INFINITY)?,
        max: end(&r.end, f64::INFINITY)?,
        inclusive: matches!(r.limits, RangeLimits::Closed(_)),
    })
}
