//! Expressions: of which kind each is, and its Rust.
use super::parse::number;
use crate::diagnostics::{Errors, near, on};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashMap;
use syn::{BinOp, Block, Expr, ExprIf, Lit, Path, Stmt, UnOp, ext::IdentExt};

/// What a value is: the same for a whole step, or one for each element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Number,
    Flag,
    Element,
    /// A comparison of elements.
    Mask,
}

/// What a name stands for.
#[derive(Clone)]
pub struct Name {
    pub ident: Ident,
    pub kind: Kind,
    pub role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Option,
    /// The parameter, state, or the gradient: may be assigned.
    State(usize),
    Numbers(usize),
    Parameter,
    Gradient,
    Step,
    Local,
}

pub type Names = HashMap<String, Name>;

/// An expression, understood.
#[derive(Clone)]
pub struct Typed {
    pub kind: Kind,
    pub code: TokenStream,
    /// A number written out.
    literal: bool,
}

/// Reads expressions; collects the numbers that elements need, to be computed before the loop.
pub struct Reader<'a> {
    pub names: &'a Names,
    pub private: &'a TokenStream,
    pub errors: &'a mut Errors,
    /// Name in the loop, and value.
    pub hoisted: Vec<(Ident, TokenStream)>,
    /// How many numbers were hoisted in all.
    pub count: &'a mut usize,
}

/// Functions of elements, with the number of their arguments; numbers have these too.
const OF_ELEMENTS: [(&str, usize); 5] =
    [("abs", 1), ("max", 2), ("min", 2), ("sign", 1), ("sqrt", 1)];
/// Functions of numbers alone. `single` rounds to f32.
const OF_NUMBERS: [(&str, usize); 9] = [
    ("cos", 1),
    ("exp", 1),
    ("floor", 1),
    ("ln", 1),
    ("powf", 2),
    ("powi", 2),
    ("sin", 1),
    ("single", 1),
    ("tanh", 1),
];

impl Reader<'_> {
    fn refuse(&mut self, at: impl ToTokens, text: impl std::fmt::Display) -> Option<Typed> {
        self.errors.push(on(at, text));
        None
    }

    pub fn read(&mut self, e: &Expr) -> Option<Typed> {
        match e {
            Expr::Lit(l) => match &l.lit {
                Lit::Bool(b) => typed(Kind::Flag, quote!(#b)),
                _ => self.literal(e),
            },
            Expr::Paren(p) => self.read(&p.expr),
            Expr::Group(g) => self.read(&g.expr),
            Expr::Path(p) if p.qself.is_none() => self.name(&p.path),
            Expr::Unary(u) => self.unary(e, u),
            Expr::Binary(b) => self.binary(b),
            Expr::MethodCall(c) => {
                let args: Vec<_> = std::iter::once(&*c.receiver).chain(&c.args).collect();
                self.call(&c.method, &args)
            }
            Expr::Call(c) => match &*c.func {
                Expr::Path(f) if f.path.get_ident().is_some() => {
                    let args: Vec<_> = c.args.iter().collect();
                    self.call(f.path.require_ident().ok()?, &args)
                }
                _ => self.refuse(&c.func, "not a function of formulas"),
            },
            Expr::If(i) => self.choice(i),
            _ => self.refuse(
                e,
                "not part of a formula: there are numbers, names, `+ - * /`, comparisons, functions and `if`",
            ),
        }
    }

    fn literal(&mut self, e: &Expr) -> Option<Typed> {
        let value = self.errors.take(number(e))?;
        Some(Typed {
            kind: Kind::Number,
            code: quote!(#value),
            literal: true,
        })
    }

    fn name(&mut self, path: &Path) -> Option<Typed> {
        let Some(ident) = path.get_ident() else {
            return typed(
                Kind::Number,
                quote!(::core::convert::Into::<f64>::into(#path)),
            );
        };
        let text = ident.unraw().to_string();
        if let Some(name) = self.names.get(&text) {
            return typed(name.kind, name.ident.to_token_stream());
        }
        if text
            .chars()
            .all(|c| c.is_uppercase() || c.is_numeric() || c == '_')
        {
            return typed(
                Kind::Number,
                quote!(::core::convert::Into::<f64>::into(#path)),
            );
        }
        let hint = match near(&text, self.names.keys().map(String::as_str)) {
            Some(known) => format!("; did you mean `{known}`?"),
            None => {
                let mut known: Vec<_> = self.names.keys().map(String::as_str).collect();
                known.sort_unstable();
                format!("; there are {}", known.join(", "))
            }
        };
        self.refuse(ident, format!("`{text}` is no name of this rule{hint}"))
    }

    fn unary(&mut self, e: &Expr, u: &syn::ExprUnary) -> Option<Typed> {
        let x = self.read(&u.expr)?;
        let code = &x.code;
        match (&u.op, x.kind) {
            (UnOp::Neg(_), Kind::Number) if x.literal => self.literal(e),
            (UnOp::Neg(_), Kind::Number | Kind::Element) => typed(x.kind, quote!((-#code))),
            (UnOp::Not(_), Kind::Flag | Kind::Mask) => typed(x.kind, quote!((!#code))),
            (op, kind) => self.refuse(op, format!("this operator is not for {}", kind.text())),
        }
    }

    fn binary(&mut self, b: &syn::ExprBinary) -> Option<Typed> {
        use Kind::*;
        let (l, r) = (self.read(&b.left), self.read(&b.right));
        let (l, r, op) = (l?, r?, &b.op);
        let (of_numbers, of_elements, result) = match op {
            BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) => {
                (Number, Element, [Number, Element])
            }
            BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_)
            | BinOp::Eq(_)
            | BinOp::Ne(_) => (Number, Element, [Flag, Mask]),
            BinOp::And(_) | BinOp::Or(_) => (Flag, Mask, [Flag, Mask]),
            _ => return self.refuse(op, "this operator is not part of formulas"),
        };
        for (x, at) in [(&l, &b.left), (&r, &b.right)] {
            if x.kind != of_numbers && x.kind != of_elements {
                let text = format!("this is {}, not {}", x.kind.text(), of_numbers.text());
                return self.refuse(at, text);
            }
        }
        let elements = [l.kind, r.kind].contains(&of_elements);
        if elements && of_elements == Mask && l.kind != r.kind {
            return self.refuse(
                op,
                "one side is a flag, the other a condition on each element",
            );
        }
        let (l, r) = if elements {
            (self.element(l), self.element(r))
        } else {
            (l.code, r.code)
        };
        typed(result[usize::from(elements)], quote!((#l #op #r)))
    }

    /// The value in the loop.
    pub fn element(&mut self, x: Typed) -> TokenStream {
        let (p, code) = (self.private, x.code);
        match x.kind {
            Kind::Number if x.literal => quote!(<T as #p::optimizer::Real>::of(#code)),
            Kind::Number => {
                let ident = format_ident!("n{}", *self.count, span = Span::mixed_site());
                *self.count += 1;
                self.hoisted.push((ident.clone(), code));
                ident.into_token_stream()
            }
            _ => code,
        }
    }

    fn call(&mut self, f: &Ident, args: &[&Expr]) -> Option<Typed> {
        let text = f.unraw().to_string();
        let known = OF_ELEMENTS.iter().chain(&OF_NUMBERS).find(|k| k.0 == text);
        let Some(&(name, arity)) = known else {
            let names: Vec<_> = OF_ELEMENTS.iter().chain(&OF_NUMBERS).map(|k| k.0).collect();
            let text = format!(
                "`{text}` is no function of formulas; there are {}",
                names.join(", ")
            );
            return self.refuse(f, text);
        };
        if args.len() != arity {
            return self.refuse(
                f,
                format!(
                    "`{name}` takes {arity} argument(s), here are {}",
                    args.len()
                ),
            );
        }
        let values: Vec<_> = args.iter().map(|a| self.read(a)).collect();
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        for (v, at) in values.iter().zip(args) {
            if !matches!(v.kind, Kind::Number | Kind::Element) {
                return self.refuse(at, format!("this is {}, not a number", v.kind.text()));
            }
        }
        if values.iter().all(|v| v.kind == Kind::Number) {
            return typed(Kind::Number, self.of_numbers(name, &values));
        }
        match (name, args) {
            ("powi", [_, n]) => self.power(values.into_iter().next()?, n),
            _ if OF_ELEMENTS.iter().any(|k| k.0 == name) => {
                let (p, f) = (self.private, format_ident!("{name}"));
                let values: Vec<_> = values.into_iter().map(|v| self.element(v)).collect();
                typed(
                    Kind::Element,
                    quote!(<T as #p::optimizer::Real>::#f(#(#values),*)),
                )
            }
            _ => self.refuse(
                f,
                format!("`{name}` is for numbers that are the same for all elements"),
            ),
        }
    }

    fn of_numbers(&self, name: &str, values: &[Typed]) -> TokenStream {
        let (p, values) = (self.private, values.iter().map(|v| &v.code));
        // PyTorch's powers are those of floats, whatever the exponent.
        let f = format_ident!("{}", if name == "powi" { "powf" } else { name });
        if name == "single" {
            quote!(f64::from((#(#values)*) as f32))
        } else if OF_ELEMENTS.iter().any(|k| k.0 == name) {
            quote!(<f64 as #p::optimizer::Real>::#f(#(#values),*))
        } else {
            quote!(f64::#f(#(#values),*))
        }
    }

    /// A written power of an element.
    fn power(&mut self, x: Typed, n: &Expr) -> Option<Typed> {
        match number(n) {
            Ok(n) if n.fract() == 0.0 && (1.0..=8.0).contains(&n) => {
                let (x, times) = (x.code, 1..n as usize);
                let factors = times.map(|_| quote!(*x));
                typed(Kind::Element, quote!({ let x: T = #x; x #(#factors)* }))
            }
            _ => self.refuse(
                n,
                "the power of an element is an integer from 1 to 8, written out",
            ),
        }
    }

    /// `if` that gives a value.
    fn choice(&mut self, i: &ExprIf) -> Option<Typed> {
        let cond = self.read(&i.cond);
        let [then, other] = branches(i, self.errors)?;
        let (then, other) = (self.read(then), self.read(other));
        let (cond, then, other) = (cond?, then?, other?);
        let c = &cond.code;
        match (cond.kind, then.kind, other.kind) {
            (Kind::Flag, a, b) if a == b && a != Kind::Element => {
                let (a_code, b_code) = (then.code, other.code);
                typed(a, quote!((if #c { #a_code } else { #b_code })))
            }
            (Kind::Mask, Kind::Number | Kind::Element, Kind::Number | Kind::Element) => {
                let (a, b) = (self.element(then), self.element(other));
                typed(Kind::Element, quote!((if #c { #a } else { #b })))
            }
            (Kind::Flag, Kind::Number | Kind::Element, Kind::Number | Kind::Element) => self.refuse(
                i.if_token,
                "this is decided once for all elements: choose between whole statements, or in a `let` or an assignment of its own",
            ),
            (Kind::Number | Kind::Element, ..) => {
                self.refuse(&i.cond, format!("this is {}, not a condition", cond.kind.text()))
            }
            (.., a, b) => self.refuse(
                i.if_token,
                format!("one branch is {}, the other {}", a.text(), b.text()),
            ),
        }
    }
}

fn typed(kind: Kind, code: TokenStream) -> Option<Typed> {
    Some(Typed {
        kind,
        code,
        literal: false,
    })
}

impl Kind {
    pub fn text(self) -> &'static str {
        match self {
            Kind::Number => "a number",
            Kind::Flag => "a flag",
            Kind::Element => "a number for each element",
            Kind::Mask => "a condition on each element",
        }
    }
}

/// The values of `if .. { a } else { b }`.
pub fn branches<'a>(i: &'a ExprIf, errors: &mut Errors) -> Option<[&'a Expr; 2]> {
    let Some((_, other)) = &i.else_branch else {
        errors.push(on(i.if_token, "an `if` that gives a value has an `else`"));
        return None;
    };
    let other = match &**other {
        Expr::Block(b) => value(&b.block, errors)?,
        other => other,
    };
    Some([value(&i.then_branch, errors)?, other])
}

fn value<'a>(block: &'a Block, errors: &mut Errors) -> Option<&'a Expr> {
    match &block.stmts[..] {
        [Stmt::Expr(e, None)] => Some(e),
        _ => {
            errors.push(on(block, "write one value between the braces"));
            None
        }
    }
}
