//! Rust expressions → graph. Only what can be differentiated is taken; all else is an error at the user's
//! tokens, and reading goes on with a number in its place.
use super::{
    functions::{Known, known, meant, names},
    graph::{Call, Compare, Condition, Graph, Id, Input, Stage},
};
use crate::diagnostics::{Errors, at, on};
use quote::ToTokens;
use std::collections::HashMap;
use syn::{
    BinOp, Block, Expr, ExprBinary, ExprIf, ExprUnary, Ident, Lit, Local, Pat, Path, Stmt, UnOp,
    spanned::Spanned,
};

/// What reads formulas: a graph under construction and the names that it knows.
#[derive(Default)]
pub struct Reader {
    pub graph: Graph,
    pub errors: Errors,
    scopes: Vec<HashMap<String, Vec<Id>>>,
    /// Where names that nobody knows are numbers of the surrounding program: their expressions, which are
    /// arguments from number `first` on.
    pub captured: Option<Captured>,
}

/// Numbers of the surrounding program.
pub struct Captured {
    pub first: usize,
    pub numbers: Vec<Expr>,
}

impl Reader {
    /// A reader that knows these arguments; the flag says which are numbers.
    pub fn new<'a>(arguments: impl Iterator<Item = (&'a Ident, bool)>) -> Reader {
        let mut reader = Reader::default();
        let mut scope = HashMap::new();
        for (k, (name, number)) in arguments.enumerate() {
            reader.graph.numbers.push(number);
            let id = reader.graph.input(Input::Argument(k));
            scope.insert(name.to_string(), vec![id]);
        }
        reader.scopes.push(scope);
        reader
    }

    /// Notes an error; a number stands in for what is wrong.
    fn refuse(&mut self, error: syn::Error) -> Vec<Id> {
        self.errors.push(error);
        vec![self.graph.number(1.0)]
    }

    /// The `n` values of a block: one, or those of a tuple.
    pub fn block(&mut self, block: &Block, n: usize) -> Vec<Id> {
        self.scopes.push(HashMap::new());
        let (mut last, mut sound) = (None, true);
        for statement in &block.stmts {
            last = match statement {
                Stmt::Local(local) => {
                    self.local(local);
                    None
                }
                Stmt::Expr(Expr::Return(r), _) => {
                    let message = "the last expression is the value: no `return`";
                    Some(self.refuse(at(r.return_token.span(), message)))
                }
                Stmt::Expr(e, None) => Some(self.values(e, n)),
                other => {
                    let message = match other {
                        Stmt::Expr(Expr::Assign(_), _) => {
                            "a name has one value: write `let` with a new one"
                        }
                        Stmt::Expr(Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_), _) => {
                            "a loop has no derivative here: write its steps out"
                        }
                        _ => "only `let` and one last expression can stand here",
                    };
                    self.refuse(on(other, message));
                    sound = false;
                    None
                }
            };
        }
        self.scopes.pop();
        match last {
            Some(values) => values,
            None if sound => self.refuse(at(
                block.brace_token.span.close(),
                "the value is missing here",
            )),
            None => vec![self.graph.number(1.0); n],
        }
    }

    fn local(&mut self, local: &Local) {
        let Some(init) = &local.init else {
            self.refuse(on(local, "a value is missing: write `let name = value;`"));
            return;
        };
        if let Some((_, other)) = &init.diverge {
            self.refuse(on(
                other,
                "a formula has no `else` here: its `let` always matches",
            ));
        }
        let Some(names) = self.names(&local.pat) else {
            return;
        };
        let values = self.values(&init.expr, names.len());
        if names.len() != values.len() {
            let (n, m) = (names.len(), values.len());
            self.refuse(on(&local.pat, format!("{n} names for {m} values")));
            return;
        }
        let scope = self.scopes.last_mut().expect("a block has a scope");
        for (name, value) in names.into_iter().zip(values) {
            scope.insert(name.to_string(), vec![value]);
        }
    }

    /// The names that a `let` gives: one, or a tuple.
    fn names(&mut self, pat: &Pat) -> Option<Vec<Ident>> {
        if let Pat::Ident(p) = pat
            && let Some(word) = p.mutability
        {
            self.refuse(on(word, "a name has one value: no `mut`"));
            return Some(vec![p.ident.clone()]);
        }
        let one = |p: &Pat| match p {
            Pat::Ident(p) if p.by_ref.is_none() && p.mutability.is_none() && p.subpat.is_none() => {
                Some(p.ident.clone())
            }
            Pat::Wild(w) => Some(Ident::new("_", w.span())),
            _ => None,
        };
        let inner = match pat {
            Pat::Type(t) if is_float(&t.ty) => &*t.pat,
            other => other,
        };
        let names = match inner {
            Pat::Tuple(t) => t.elems.iter().map(one).collect(),
            p => one(p).map(|name| vec![name]),
        };
        if names.is_none() {
            let message = "only `let name = ..` and `let (a, b) = ..` can be differentiated";
            self.refuse(on(pat, message));
        }
        names
    }

    /// One value.
    fn expr(&mut self, e: &Expr) -> Id {
        let values = self.values(e, 1);
        match values[..] {
            [one] => one,
            _ => {
                let message = format!("{} values where one is needed", values.len());
                self.refuse(on(e, message))[0]
            }
        }
    }

    /// The values of an expression: one, or those of a tuple; `n` are wanted of a call.
    pub fn values(&mut self, e: &Expr, n: usize) -> Vec<Id> {
        match e {
            Expr::Tuple(t) if !t.elems.is_empty() => t.elems.iter().map(|e| self.expr(e)).collect(),
            Expr::Paren(p) => self.values(&p.expr, n),
            Expr::Group(g) => self.values(&g.expr, n),
            Expr::Block(b) if b.label.is_none() => self.block(&b.block, n),
            Expr::If(i) => self.choice(i, n),
            Expr::Call(c) => match &*c.func {
                Expr::Path(p) if p.qself.is_none() => {
                    let arguments: Vec<&Expr> = c.args.iter().collect();
                    self.call(&p.path, &arguments, n)
                }
                other => self.refuse(on(other, "the name of a function is expected here")),
            },
            Expr::MethodCall(m) => {
                let arguments: Vec<&Expr> = std::iter::once(&*m.receiver).chain(&m.args).collect();
                vec![self.method(&m.method, &arguments)]
            }
            Expr::Lit(l) => self.literal(&l.lit),
            Expr::Path(p) if p.qself.is_none() => self.name(e, &p.path),
            Expr::Field(_) if self.captured.is_some() => vec![self.capture(e)],
            Expr::Unary(u) => self.unary(u),
            Expr::Binary(b) => self.binary(b),
            Expr::Let(_) | Expr::Match(_) => self.refuse(on(
                e,
                "a pattern has no derivative: write `if` with a comparison",
            )),
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => {
                self.refuse(on(e, "a loop has no derivative here: write its steps out"))
            }
            Expr::Return(_) => self.refuse(on(e, "the last expression is the value: no `return`")),
            Expr::Cast(c) => self.refuse(at(
                c.as_token.span(),
                "a formula has one type of numbers: no `as`",
            )),
            other => self.refuse(on(other, "this cannot be differentiated")),
        }
    }

    fn literal(&mut self, lit: &Lit) -> Vec<Id> {
        match lit {
            Lit::Float(f) if matches!(f.suffix(), "" | "f32" | "f64") => match f.base10_parse() {
                Ok(v) => vec![self.graph.number(v)],
                Err(e) => self.refuse(e),
            },
            Lit::Int(i) if matches!(i.suffix(), "f32" | "f64") => match i.base10_parse() {
                Ok(v) => vec![self.graph.number(v)],
                Err(e) => self.refuse(e),
            },
            Lit::Int(i) => self.refuse(at(i.span(), format!("write `{}.0`", i.base10_digits()))),
            other => self.refuse(on(other, "this is not a number")),
        }
    }

    fn name(&mut self, e: &Expr, path: &Path) -> Vec<Id> {
        if let Some(name) = path.get_ident() {
            let name = name.to_string();
            if let Some(values) = self.scopes.iter().rev().find_map(|s| s.get(&name)) {
                return values.clone();
            }
        }
        if is_constant(path) {
            return vec![self.graph.constant(path)];
        }
        if self.captured.is_some() {
            return vec![self.capture(e)];
        }
        let name = crate::types::pretty(path);
        let message = format!("`{name}` is no argument, no `let` and no constant (in capitals)");
        self.refuse(on(path, message))
    }

    /// A number of the surrounding program as one more argument.
    fn capture(&mut self, e: &Expr) -> Id {
        let Some(captured) = &mut self.captured else {
            return self.graph.number(1.0);
        };
        let text = |e: &Expr| e.to_token_stream().to_string();
        let known = captured.numbers.iter().position(|n| text(n) == text(e));
        let k = known.unwrap_or_else(|| {
            captured.numbers.push(e.clone());
            captured.numbers.len() - 1
        });
        let k = captured.first + k;
        if self.graph.numbers.len() <= k {
            self.graph.numbers.push(true);
        }
        self.graph.input(Input::Argument(k))
    }

    fn unary(&mut self, u: &ExprUnary) -> Vec<Id> {
        match u.op {
            UnOp::Neg(_) => {
                let a = self.expr(&u.expr);
                vec![self.graph.neg(a)]
            }
            op => {
                self.expr(&u.expr);
                self.refuse(on(op, "this operator has no derivative"))
            }
        }
    }

    fn binary(&mut self, b: &ExprBinary) -> Vec<Id> {
        let (x, y) = (self.expr(&b.left), self.expr(&b.right));
        vec![match b.op {
            BinOp::Add(_) => self.graph.add(x, y),
            BinOp::Sub(_) => self.graph.sub(x, y),
            BinOp::Mul(_) => self.graph.mul(x, y),
            BinOp::Div(_) => self.graph.div(x, y),
            op if Compare::of(&op).is_some() => {
                return self.refuse(on(op, "a comparison is no number: it stands after `if`"));
            }
            op => return self.refuse(on(op, "this operator has no derivative")),
        }]
    }

    fn choice(&mut self, i: &ExprIf, n: usize) -> Vec<Id> {
        let condition = self.condition(&i.cond);
        let then = self.block(&i.then_branch, n);
        let Some((_, other)) = &i.else_branch else {
            return self.refuse(on(
                i.if_token,
                "an `else` is missing: a formula always has a value",
            ));
        };
        let other = self.values(other, n);
        if then.len() != other.len() {
            let message = format!("{} values here, {} in the `else`", then.len(), other.len());
            return self.refuse(on(i.if_token, message));
        }
        let Some(c) = condition else { return then };
        let pairs = then.into_iter().zip(other);
        pairs.map(|(t, e)| self.graph.select(c, t, e)).collect()
    }

    fn condition(&mut self, e: &Expr) -> Option<Condition> {
        match e {
            Expr::Paren(p) => self.condition(&p.expr),
            Expr::Binary(b) if Compare::of(&b.op).is_some() => {
                let (x, y) = (self.expr(&b.left), self.expr(&b.right));
                Compare::of(&b.op).map(|compare| Condition {
                    compare,
                    a: x,
                    b: y,
                })
            }
            Expr::Binary(b) if matches!(b.op, BinOp::And(_) | BinOp::Or(_)) => {
                self.refuse(on(
                    b.op,
                    "one comparison at a time: put an `if` inside of the other",
                ));
                None
            }
            other => {
                self.refuse(on(
                    other,
                    "a comparison of two numbers is expected here, such as `x > 0.0`",
                ));
                None
            }
        }
    }

    fn method(&mut self, name: &Ident, arguments: &[&Expr]) -> Id {
        match known(&name.to_string()) {
            Some(f) => self.apply(f, name, arguments),
            None => {
                for e in arguments {
                    self.expr(e);
                }
                self.refuse(unknown(name))[0]
            }
        }
    }

    /// A call that should give `results` values.
    fn call(&mut self, path: &Path, arguments: &[&Expr], results: usize) -> Vec<Id> {
        if let Some(name) = path.get_ident() {
            if let Some(f) = known(&name.to_string()) {
                return vec![self.apply(f, name, arguments)];
            }
            if meant(&name.to_string()).is_some() {
                return self.refuse(unknown(name));
            }
        }
        let arguments: Vec<Id> = arguments.iter().map(|e| self.expr(e)).collect();
        let arity = [arguments.len(), results];
        let path = self.graph.path(path);
        let call = self.graph.call(Call {
            path,
            stage: Stage::Value,
            arity,
            arguments,
        });
        (0..results).map(|k| self.graph.pick(call, k)).collect()
    }

    fn apply(&mut self, f: Known, name: &Ident, arguments: &[&Expr]) -> Id {
        if arguments.len() != f.arity() {
            let s = if f.arity() == 1 { "" } else { "s" };
            let (n, given) = (f.arity(), arguments.len());
            let message = format!("`{name}` takes {n} number{s} in all, not {given}");
            return self.refuse(at(name.span(), message))[0];
        }
        if matches!(f, Known::Powi) {
            let x = self.expr(arguments[0]);
            return match exponent(arguments[1]) {
                Some(n) => self.graph.powi(x, n),
                None => {
                    let message = "the exponent is a literal such as `3`; `powf` takes any number";
                    self.refuse(on(arguments[1], message))[0]
                }
            };
        }
        let x: Vec<Id> = arguments.iter().map(|e| self.expr(e)).collect();
        f.apply(&mut self.graph, &x)
    }
}

/// The error for a function without a derivative.
fn unknown(name: &Ident) -> syn::Error {
    let help = match meant(&name.to_string()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!(
            "there are {}, and other elementwise functions by path",
            names()
        ),
    };
    at(
        name.span(),
        format!("no derivative is known for `{name}`: {help}"),
    )
}

/// A literal whole number.
fn exponent(e: &Expr) -> Option<i32> {
    match e {
        Expr::Lit(l) => match &l.lit {
            Lit::Int(i) => i.base10_parse().ok().filter(|n: &i32| *n <= 64),
            _ => None,
        },
        Expr::Unary(u) if matches!(u.op, UnOp::Neg(_)) => exponent(&u.expr).map(|n| -n),
        Expr::Paren(p) => exponent(&p.expr),
        _ => None,
    }
}

/// Is the last part of the path in capitals?
fn is_constant(path: &Path) -> bool {
    let last = path.segments.last().map(|s| s.ident.to_string());
    last.is_some_and(|s| s.contains(char::is_uppercase) && !s.contains(char::is_lowercase))
}

/// Is this the type of the numbers of a formula?
pub fn is_float(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(p) if p.qself.is_none() && p.path.is_ident("f32"))
}
