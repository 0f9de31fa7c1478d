//! Statements, one by one.
use super::{
    expr::{Kind, Name, Names, Role, Typed, branches},
    lower::{Line, Lowering},
};
use crate::diagnostics::Errors;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;
use syn::{
    BinOp, Block, Expr, ExprIf, LitStr, Local, Pat, Stmt, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

impl Lowering<'_> {
    pub(super) fn block(&mut self, stmts: &[Stmt], names: &mut Names) -> Vec<Line> {
        stmts.iter().flat_map(|s| self.stmt(s, names)).collect()
    }

    /// A block in braces: what it declares ends with it.
    fn inner(&mut self, block: &Block, names: &Names) -> Vec<Line> {
        self.block(&block.stmts, &mut names.clone())
    }

    fn stmt(&mut self, s: &Stmt, names: &mut Names) -> Vec<Line> {
        match s {
            Stmt::Local(l) => self.declare(l, names),
            Stmt::Expr(Expr::If(i), _) => self.decide(i, names),
            Stmt::Expr(Expr::Assign(a), _) => self.assign(&a.left, &a.right, names),
            Stmt::Expr(Expr::Binary(b), _) if plain(&b.op).is_some() => {
                let (left, op, right) = (&b.left, plain(&b.op), &b.right);
                let whole: Expr = syn::parse_quote!(#left #op (#right));
                self.assign(&b.left, &whole, names)
            }
            Stmt::Macro(m) if m.mac.path.is_ident("assert") => self.assert(m, names),
            other => {
                self.refuse(
                    other,
                    "not part of a rule: there are `let`, assignments, `if` and `assert!`",
                );
                Vec::new()
            }
        }
    }

    fn declare(&mut self, l: &Local, names: &mut Names) -> Vec<Line> {
        let (Pat::Ident(pat), Some(init)) = (&l.pat, &l.init) else {
            self.refuse(&l.pat, "write `let name = value;`");
            return Vec::new();
        };
        let text = pat.ident.unraw().to_string();
        if names
            .get(&text)
            .is_some_and(|n| !matches!(n.role, Role::Local | Role::Gradient))
        {
            self.refuse(
                &pat.ident,
                format!("`{text}` has a meaning in this rule: choose another name"),
            );
            return Vec::new();
        }
        self.locals += 1;
        let span = Span::mixed_site().located_at(pat.ident.span());
        let ident = format_ident!("l{}_{}", self.locals, text, span = span);
        let before = names.clone();
        let (lines, kind) = self.bind(&ident, &init.expr, &before);
        let role = Role::Local;
        names.insert(text, Name { ident, kind, role });
        lines
    }

    /// `let ident = e`, and what it is.
    fn bind(&mut self, ident: &Ident, e: &Expr, names: &Names) -> (Vec<Line>, Kind) {
        if let Some((cond, [then, other])) = self.decision(e, names) {
            let (then, a) = self.bind_element(ident, then, names);
            let (other, _) = self.bind_element(ident, other, names);
            return (vec![Line::Either { cond, then, other }], a);
        }
        match self.probe(e, names) {
            Some(Kind::Number | Kind::Flag) => {
                let Some(value) = self.reader(names).read(e) else {
                    return (Vec::new(), Kind::Number);
                };
                let code = value.code;
                let line = match value.kind {
                    Kind::Flag => quote!(let mut #ident: bool = #code;),
                    _ => quote!(let mut #ident: f64 = #code;),
                };
                (vec![Line::Once(line)], value.kind)
            }
            _ => self.bind_element(ident, e, names),
        }
    }

    fn bind_element(&mut self, ident: &Ident, e: &Expr, names: &Names) -> (Vec<Line>, Kind) {
        if let Some((cond, [then, other])) = self.decision(e, names) {
            let (then, kind) = self.bind_element(ident, then, names);
            let (other, _) = self.bind_element(ident, other, names);
            return (vec![Line::Either { cond, then, other }], kind);
        }
        let mask = self.probe(e, names) == Some(Kind::Mask);
        let ty = if mask { quote!(bool) } else { quote!(T) };
        let line = self.each(e, names, |value| quote!(let mut #ident: #ty = #value;));
        (line, if mask { Kind::Mask } else { Kind::Element })
    }

    /// An `if` between values of elements that is decided once.
    fn decision<'e>(&mut self, e: &'e Expr, names: &Names) -> Option<(TokenStream, [&'e Expr; 2])> {
        let Expr::If(i) = e else { return None };
        if self.probe(&i.cond, names) != Some(Kind::Flag) || self.probe(e, names).is_some() {
            return None;
        }
        let values = branches(i, &mut Errors::default())?;
        let kinds = values.map(|v| self.value_kind(v, names));
        let element = kinds.contains(&Some(Kind::Element));
        if !element || kinds.contains(&None) {
            return None;
        }
        let cond = self.reader(names).read(&i.cond)?.code;
        Some((cond, values))
    }

    /// [`probe`](Self::probe), with decisions inside.
    fn value_kind(&mut self, e: &Expr, names: &Names) -> Option<Kind> {
        let inside = |s: &mut Self| s.decision(e, names).map(|_| Kind::Element);
        self.probe(e, names).or_else(|| inside(self))
    }

    fn each(
        &mut self,
        e: &Expr,
        names: &Names,
        line: impl Fn(TokenStream) -> TokenStream,
    ) -> Vec<Line> {
        let mut reader = self.reader(names);
        let Some(value) = reader.read(e) else {
            return Vec::new();
        };
        if value.kind == Kind::Flag {
            let text = "this is a flag, not a number";
            self.refuse(e, text);
            return Vec::new();
        }
        let code = line(reader.element(value));
        let numbers = reader.hoisted;
        let state = self.state_in(&code, names);
        vec![Line::Each {
            numbers,
            state,
            code,
        }]
    }

    /// The tensors of state that a line names.
    fn state_in(&mut self, code: &TokenStream, names: &Names) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let state = |n: &Name| match n.role {
            Role::State(k) => Some((n.ident.to_string(), k)),
            _ => None,
        };
        let known: Vec<_> = names.values().filter_map(state).collect();
        visit(code.clone(), &mut |ident| {
            found.extend(
                known
                    .iter()
                    .filter(|(text, _)| ident == text)
                    .map(|(_, k)| *k),
            );
        });
        self.used.extend(&found);
        found
    }

    fn assign(&mut self, left: &Expr, right: &Expr, names: &Names) -> Vec<Line> {
        let target = match left {
            Expr::Path(p) => p.path.get_ident().map(|i| i.unraw().to_string()),
            _ => None,
        };
        let Some(name) = target.as_ref().and_then(|t| names.get(t)).cloned() else {
            self.refuse(
                left,
                "an assignment is to `p`, `g`, state, or what a `let` declared",
            );
            return Vec::new();
        };
        match (name.role, name.kind) {
            (Role::Option | Role::Step, _) => {
                self.refuse(
                    left,
                    "this does not change within a rule: declare another name with `let`",
                );
                Vec::new()
            }
            (_, Kind::Element) => self.assign_element(&name, right, names),
            _ => self.assign_number(&name, right, names),
        }
    }

    fn assign_element(&mut self, name: &Name, right: &Expr, names: &Names) -> Vec<Line> {
        self.moves |= name.role == Role::Parameter;
        if let Some((cond, [then, other])) = self.decision(right, names) {
            let then = self.assign_element(name, then, names);
            let other = self.assign_element(name, other, names);
            return vec![Line::Either { cond, then, other }];
        }
        let ident = &name.ident;
        self.each(right, names, |value| quote!(#ident = #value;))
    }

    fn assign_number(&mut self, name: &Name, right: &Expr, names: &Names) -> Vec<Line> {
        let Some(value) = self.reader(names).read(right) else {
            return Vec::new();
        };
        if value.kind != name.kind {
            let (is, was) = (value.kind.text(), name.kind.text());
            self.refuse(
                right,
                format!("this is {is}, what it is assigned to is {was}"),
            );
            return Vec::new();
        }
        let (ident, code) = (&name.ident, value.code);
        let mut line = quote!(#ident = #code;);
        if let Role::Numbers(k) = name.role {
            self.used.insert(k);
            line.extend(quote!(cell.set_number(#k, #ident);));
        }
        vec![Line::Once(line)]
    }

    fn decide(&mut self, i: &ExprIf, names: &Names) -> Vec<Line> {
        let cond = self.reader(names).read(&i.cond);
        let then = self.inner(&i.then_branch, names);
        let other = match i.else_branch.as_ref().map(|(_, e)| &**e) {
            None => Vec::new(),
            Some(Expr::Block(b)) => self.inner(&b.block, names),
            Some(Expr::If(i)) => self.decide(i, names),
            Some(e) => {
                self.refuse(e, "write a block after `else`");
                Vec::new()
            }
        };
        match cond {
            Some(Typed {
                kind: Kind::Flag,
                code: cond,
                ..
            }) => {
                vec![Line::Either { cond, then, other }]
            }
            Some(c) if c.kind == Kind::Mask => {
                let text = "this differs from element to element: choose between values, `p = if .. { a } else { b };`";
                self.refuse(&i.cond, text);
                Vec::new()
            }
            Some(c) => {
                self.refuse(
                    &i.cond,
                    format!("this is {}, not a condition", c.kind.text()),
                );
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    fn assert(&mut self, m: &syn::StmtMacro, names: &Names) -> Vec<Line> {
        let parsed = m.mac.parse_body::<Assertion>();
        let Some(a) = self.errors.take(parsed) else {
            return Vec::new();
        };
        match self.reader(names).read(&a.cond) {
            Some(Typed {
                kind: Kind::Flag,
                code,
                ..
            }) => {
                let text = a.text;
                vec![Line::Once(quote!(if !#code { cell.refuse(#text); }))]
            }
            Some(_) => {
                self.refuse(&a.cond, "a rule asserts what is the same for all elements");
                Vec::new()
            }
            None => Vec::new(),
        }
    }
}

/// `cond, "text"`.
struct Assertion {
    cond: Expr,
    text: LitStr,
}

impl Parse for Assertion {
    fn parse(input: ParseStream<'_>) -> syn::Result<Assertion> {
        let cond = input.parse()?;
        input.parse::<Token![,]>()?;
        let text = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        if !input.is_empty() {
            return Err(input.error("write `assert!(condition, \"what is wrong\")`"));
        }
        Ok(Assertion { cond, text })
    }
}

/// The operator in `a op= b`.
fn plain(op: &BinOp) -> Option<TokenStream> {
    Some(match op {
        BinOp::AddAssign(_) => quote!(+),
        BinOp::SubAssign(_) => quote!(-),
        BinOp::MulAssign(_) => quote!(*),
        BinOp::DivAssign(_) => quote!(/),
        _ => return None,
    })
}

fn visit(code: TokenStream, f: &mut impl FnMut(&Ident)) {
    for token in code {
        match token {
            proc_macro2::TokenTree::Ident(i) => f(&i),
            proc_macro2::TokenTree::Group(g) => visit(g.stream(), f),
            _ => {}
        }
    }
}
