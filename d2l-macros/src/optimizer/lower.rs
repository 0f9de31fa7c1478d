//! What a rule does once for each step, what it does to each element, and the decisions between, each
//! taken once.
use super::{
    expr::{Kind, Name, Names, Reader, Role, Typed},
    parse::{Item, State, Value},
};
use crate::{
    diagnostics::{Errors, on},
    paths,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::BTreeSet;
use syn::{Expr, ext::IdentExt};

/// How many loops a rule may have.
const MAX_PATHS: usize = 16;
/// How much state a loop may have: as many kernels there are.
const MAX_STATE: usize = 4;

pub enum Line {
    /// Done once.
    Once(TokenStream),
    /// Done to each element, with these numbers and these tensors of state.
    Each {
        numbers: Vec<(Ident, TokenStream)>,
        state: BTreeSet<usize>,
        code: TokenStream,
    },
    /// Decided once.
    Either {
        cond: TokenStream,
        then: Vec<Line>,
        other: Vec<Line>,
    },
}

pub struct Body {
    pub lines: Vec<Line>,
    /// What state starts with, in the order of the declaration.
    pub starts: Vec<TokenStream>,
}

/// The identifier of a name in what is written.
pub fn local(name: &Ident) -> Ident {
    format_ident!(
        "v_{}",
        name.unraw(),
        span = Span::mixed_site().located_at(name.span())
    )
}

pub fn lower(item: &Item, errors: &mut Errors) -> Body {
    let mut lowering = Lowering {
        private: paths::private(&item.krate),
        errors,
        count: 0,
        locals: 0,
        used: BTreeSet::new(),
        moves: false,
    };
    let mut names = options(item);
    let starts = item
        .state
        .iter()
        .map(|s| lowering.start(s, &names))
        .collect();
    state(item, &mut names);
    let lines = lowering.block(&item.body, &mut names);
    lowering.whole(item, &lines);
    Body { lines, starts }
}

fn options(item: &Item) -> Names {
    let name = |ident: &Ident, kind, role| {
        let text = ident.unraw().to_string();
        let ident = local(ident);
        (text, Name { ident, kind, role })
    };
    let mut names: Names = item
        .options
        .iter()
        .map(|o| match o.default {
            Some(Value::Flag(_)) => name(&o.ident, Kind::Flag, Role::Option),
            _ => name(&o.ident, Kind::Number, Role::Option),
        })
        .collect();
    let given = |text: &str| Ident::new(text, item.ident.span());
    names.extend([name(&given("t"), Kind::Number, Role::Step)]);
    names
}

fn state(item: &Item, names: &mut Names) {
    for (k, s) in item.state.iter().enumerate() {
        let (kind, role) = match s.scalar {
            true => (Kind::Number, Role::Numbers(k)),
            false => (Kind::Element, Role::State(k)),
        };
        let ident = local(&s.ident);
        names.insert(s.ident.unraw().to_string(), Name { ident, kind, role });
    }
    for (text, role) in [("p", Role::Parameter), ("g", Role::Gradient)] {
        let ident = local(&Ident::new(text, item.ident.span()));
        let kind = Kind::Element;
        names.insert(text.to_string(), Name { ident, kind, role });
    }
}

/// The way from statements to lines; the statements themselves are in `statement`.
pub(super) struct Lowering<'a> {
    pub(super) private: TokenStream,
    pub(super) errors: &'a mut Errors,
    /// Numbers that were computed before the loop.
    pub(super) count: usize,
    /// `let`s.
    pub(super) locals: usize,
    /// The state that formulas name.
    pub(super) used: BTreeSet<usize>,
    /// Whether the parameter is assigned.
    pub(super) moves: bool,
}

impl Lowering<'_> {
    pub(super) fn reader<'a>(&'a mut self, names: &'a Names) -> Reader<'a> {
        Reader {
            names,
            private: &self.private,
            errors: self.errors,
            hoisted: Vec::new(),
            count: &mut self.count,
        }
    }

    pub(super) fn refuse(&mut self, at: impl ToTokens, text: impl std::fmt::Display) {
        self.errors.push(on(at, text));
    }

    /// What a value would be; mistakes are not reported yet.
    pub(super) fn probe(&mut self, e: &Expr, names: &Names) -> Option<Kind> {
        let (mut errors, mut count) = (Errors::default(), 0);
        let mut reader = Reader {
            names,
            private: &self.private,
            errors: &mut errors,
            hoisted: Vec::new(),
            count: &mut count,
        };
        reader.read(e).map(|t| t.kind)
    }

    fn start(&mut self, s: &State, options: &Names) -> TokenStream {
        let zero = quote!(0.0);
        let Some(e) = &s.start else { return zero };
        match self.reader(options).read(e) {
            Some(Typed {
                kind: Kind::Number,
                code,
                ..
            }) => code,
            Some(other) => {
                self.refuse(
                    e,
                    format!("state starts with a number, this is {}", other.kind.text()),
                );
                zero
            }
            None => zero,
        }
    }

    /// What can only be said of all formulas together.
    fn whole(&mut self, item: &Item, lines: &[Line]) {
        if !self.errors.is_empty() {
            return;
        }
        for (k, s) in item.state.iter().enumerate() {
            if !self.used.contains(&k) {
                self.refuse(&s.ident, "no formula names this state");
            }
        }
        if !self.moves {
            self.refuse(
                &item.ident,
                "no formula changes the parameter: `p = p - ..`",
            );
        }
        match ways(lines) {
            None => self.refuse(
                &item.ident,
                format!("more than {MAX_PATHS} ways through the decisions: each would be a loop of its own"),
            ),
            Some(ways) if ways.iter().any(|w| w.len() > MAX_STATE) => self.refuse(
                &item.ident,
                format!("a step with more than {MAX_STATE} tensors of state is not possible"),
            ),
            Some(_) => {}
        }
    }
}

/// The state of each way through the decisions, unless there are too many.
fn ways(lines: &[Line]) -> Option<Vec<BTreeSet<usize>>> {
    let mut ways = vec![BTreeSet::new()];
    for line in lines {
        match line {
            Line::Once(_) => {}
            Line::Each { state, .. } => ways.iter_mut().for_each(|w| w.extend(state)),
            Line::Either { then, other, .. } => {
                let branches = [self::ways(then)?, self::ways(other)?].concat();
                let joined =
                    |w: &BTreeSet<usize>| branches.iter().map(move |b| w | b).collect::<Vec<_>>();
                ways = ways.iter().flat_map(joined).collect();
            }
        }
        if ways.len() > MAX_PATHS {
            return None;
        }
    }
    Some(ways)
}
