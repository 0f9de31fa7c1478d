//! A formula as a graph in which equal expressions are one node, so that a function and its derivative
//! share what they have in common. The constructors simplify.
use proc_macro2::Span;
use std::collections::HashMap;
use syn::Path;

/// A node, by its place. Whatever a node is made of comes before it.
pub type Id = usize;

/// What a formula is given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Input {
    /// An argument.
    Argument(usize),
    /// A result of the formula itself, in its gradient.
    Result(usize),
    /// The gradient of a result.
    Gradient(usize),
    /// The gradient of the gradient by an argument.
    Second(usize),
}

/// A function of one number that the library has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Function {
    Abs,
    Cos,
    Erf,
    Exp,
    Expm1,
    Ln,
    Log1p,
    Sigmoid,
    Sin,
    Sqrt,
    Tanh,
}

/// A comparison of two numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Compare {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

/// `a < b` and its like.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Condition {
    pub compare: Compare,
    pub a: Id,
    pub b: Id,
}

/// Which function of another formula is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stage {
    /// Of the arguments.
    Value,
    /// Of arguments, results, gradients of the results.
    Gradient,
    /// Of all that and the gradients of the gradients.
    Second,
}

/// A call of another formula; its results are taken out by [`Node::Pick`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Call {
    /// Into [`Graph::paths`].
    pub path: usize,
    pub stage: Stage,
    /// How many arguments and results the formula has.
    pub arity: [usize; 2],
    pub arguments: Vec<Id>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    Input(Input),
    /// The bits of an f64.
    Number(u64),
    /// A constant of the program, into [`Graph::paths`].
    Constant(usize),
    Add(Id, Id),
    Sub(Id, Id),
    Mul(Id, Id),
    Div(Id, Id),
    Neg(Id),
    Powi(Id, i32),
    Powf(Id, Id),
    Function(Function, Id),
    Max(Id, Id),
    Min(Id, Id),
    Select(Condition, Id, Id),
    Call(Call),
    Pick(Id, usize),
}

#[derive(Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    /// Constants and functions of the program.
    pub paths: Vec<Path>,
    /// Which arguments are the same number for all elements.
    pub numbers: Vec<bool>,
    index: HashMap<Node, Id>,
}

use Node::*;

impl Graph {
    fn put(&mut self, node: Node) -> Id {
        if let Some(&id) = self.index.get(&node) {
            return id;
        }
        self.nodes.push(node.clone());
        self.index.insert(node, self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    pub fn input(&mut self, input: Input) -> Id {
        self.put(Input(input))
    }

    pub fn number(&mut self, value: f64) -> Id {
        // -0 is 0, so that there is one zero.
        self.put(Number((value + 0.0).to_bits()))
    }

    /// The place of `path` among the names of the program.
    pub fn path(&mut self, path: &Path) -> usize {
        let same = |p: &Path| quote::quote!(#p).to_string() == quote::quote!(#path).to_string();
        self.paths.iter().position(same).unwrap_or_else(|| {
            self.paths.push(path.clone());
            self.paths.len() - 1
        })
    }

    pub fn constant(&mut self, path: &Path) -> Id {
        let path = self.path(path);
        self.put(Constant(path))
    }

    /// Where a path of the program stands.
    pub fn span(&self, path: usize) -> Span {
        syn::spanned::Spanned::span(&self.paths[path])
    }

    pub fn value(&self, id: Id) -> Option<f64> {
        match self.nodes[id] {
            Number(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn is(&self, id: Id, value: f64) -> bool {
        self.value(id) == Some(value)
    }

    /// The nodes that `id` is made of.
    pub fn parts(&self, id: Id) -> Vec<Id> {
        match &self.nodes[id] {
            Input(_) | Number(_) | Constant(_) => vec![],
            Neg(a) | Powi(a, _) | Function(_, a) | Pick(a, _) => vec![*a],
            Add(a, b) | Sub(a, b) | Mul(a, b) | Div(a, b) | Powf(a, b) | Max(a, b) | Min(a, b) => {
                vec![*a, *b]
            }
            Select(c, t, e) => vec![c.a, c.b, *t, *e],
            Call(call) => call.arguments.clone(),
        }
    }

    /// Which nodes are needed for `roots`, and how often each is used. What `leaf` holds for counts as
    /// given.
    pub fn uses(&self, roots: &[Id], leaf: impl Fn(Id) -> bool) -> Vec<usize> {
        let mut uses = vec![0; self.nodes.len()];
        let mut open = roots.to_vec();
        while let Some(id) = open.pop() {
            uses[id] += 1;
            if uses[id] == 1 && !leaf(id) {
                open.extend(self.parts(id));
            }
        }
        uses
    }

    pub fn add(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => return self.number(x + y),
            (Some(0.0), _) => return b,
            (_, Some(0.0)) => return a,
            _ => {}
        }
        match (&self.nodes[a], &self.nodes[b]) {
            (_, &Neg(y)) => self.sub(a, y),
            (&Neg(x), _) => self.sub(b, x),
            (&Select(c, t, e), &Select(d, u, f)) if c == d => {
                let (t, e) = (self.add(t, u), self.add(e, f));
                self.select(c, t, e)
            }
            _ => self.put(Add(a.min(b), a.max(b))),
        }
    }

    pub fn sub(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => return self.number(x - y),
            (_, Some(0.0)) => return a,
            (Some(0.0), _) => return self.neg(b),
            _ => {}
        }
        match self.nodes[b] {
            Neg(y) => self.add(a, y),
            _ => self.put(Sub(a, b)),
        }
    }

    pub fn neg(&mut self, a: Id) -> Id {
        if let Some(x) = self.value(a) {
            return self.number(-x);
        }
        match self.nodes[a] {
            Neg(x) => x,
            Sub(x, y) => self.put(Sub(y, x)),
            _ => self.put(Neg(a)),
        }
    }

    pub fn mul(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => return self.number(x * y),
            (Some(_), None) => return self.mul(b, a),
            (_, Some(0.0)) => return b,
            (_, Some(1.0)) => return a,
            (_, Some(-1.0)) => return self.neg(a),
            _ => {}
        }
        match (&self.nodes[a], &self.nodes[b]) {
            (&Mul(p, q), &Number(y)) if self.value(q).is_some() => {
                let x = self.value(q).unwrap_or(1.0);
                let factor = self.number(x * f64::from_bits(y));
                self.mul(p, factor)
            }
            (&Neg(x), &Number(y)) => {
                let y = self.number(-f64::from_bits(y));
                self.mul(x, y)
            }
            (&Neg(x), _) => {
                let product = self.mul(x, b);
                self.neg(product)
            }
            (_, &Neg(y)) => {
                let product = self.mul(a, y);
                self.neg(product)
            }
            (_, Number(_)) => self.put(Mul(a, b)),
            _ => self.put(Mul(a.min(b), a.max(b))),
        }
    }

    pub fn div(&mut self, a: Id, b: Id) -> Id {
        if let (Some(x), Some(y)) = (self.value(a), self.value(b)) {
            return self.number(x / y);
        }
        if self.is(a, 0.0) {
            return a;
        }
        match self.value(b) {
            // The reciprocal of a power of two is exact.
            Some(y) if y.is_normal() && y.to_bits() << 12 == 0 => {
                let factor = self.number(1.0 / y);
                self.mul(a, factor)
            }
            _ => self.put(Div(a, b)),
        }
    }

    pub fn powi(&mut self, a: Id, n: i32) -> Id {
        match (self.value(a), n) {
            (_, 0) => self.number(1.0),
            (_, 1) => a,
            (Some(x), _) => self.number(x.powi(n)),
            (_, 2) => self.mul(a, a),
            _ => self.put(Powi(a, n)),
        }
    }

    pub fn powf(&mut self, a: Id, b: Id) -> Id {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => self.number(x.powf(y)),
            (_, Some(0.5)) => self.function(Function::Sqrt, a),
            (_, Some(y)) if y.fract() == 0.0 && y.abs() <= 4.0 => self.powi(a, y as i32),
            _ => self.put(Powf(a, b)),
        }
    }

    pub fn function(&mut self, f: Function, a: Id) -> Id {
        let Some(x) = self.value(a) else {
            return self.put(Function(f, a));
        };
        let value = match f {
            Function::Abs => x.abs(),
            Function::Cos => x.cos(),
            Function::Exp => x.exp(),
            Function::Expm1 => x.exp_m1(),
            Function::Ln => x.ln(),
            Function::Log1p => x.ln_1p(),
            Function::Sin => x.sin(),
            Function::Sqrt => x.sqrt(),
            Function::Tanh => x.tanh(),
            Function::Erf | Function::Sigmoid => {
                return self.put(Function(f, a));
            }
        };
        self.number(value)
    }

    pub fn max(&mut self, a: Id, b: Id) -> Id {
        self.put(Max(a, b))
    }

    pub fn min(&mut self, a: Id, b: Id) -> Id {
        self.put(Min(a, b))
    }

    pub fn condition(&mut self, compare: Compare, a: Id, b: Id) -> Condition {
        Condition { compare, a, b }
    }

    pub fn select(&mut self, c: Condition, t: Id, e: Id) -> Id {
        if t == e { t } else { self.put(Select(c, t, e)) }
    }

    pub fn call(&mut self, call: Call) -> Id {
        self.put(Call(call))
    }

    pub fn pick(&mut self, call: Id, k: usize) -> Id {
        self.put(Pick(call, k))
    }

    /// The `roots` with `from` replaced by `to`.
    pub fn replaced(&mut self, roots: &[Id], from: Id, to: Id) -> Vec<Id> {
        let uses = self.uses(roots, |id| id == from);
        let mut new: Vec<Id> = (0..uses.len()).collect();
        new[from] = to;
        for id in (0..uses.len()).filter(|&id| uses[id] > 0 && id != from) {
            let parts: Vec<Id> = self.parts(id).iter().map(|&p| new[p]).collect();
            new[id] = self.put(with_parts(self.nodes[id].clone(), &parts));
        }
        roots.iter().map(|&r| new[r]).collect()
    }

    /// Whether a node is the same number for all elements.
    pub fn is_fixed(&self, id: Id) -> bool {
        let uses = self.uses(&[id], |_| false);
        let varies = |(&n, node): (&usize, &Node)| match node {
            Input(Input::Argument(k)) => n > 0 && !self.numbers[*k],
            Input(_) => n > 0,
            _ => false,
        };
        !uses.iter().zip(&self.nodes).any(varies)
    }
}

/// The node with other parts, in the order of [`Graph::parts`].
fn with_parts(node: Node, p: &[Id]) -> Node {
    match node {
        Input(_) | Number(_) | Constant(_) => node,
        Neg(_) => Neg(p[0]),
        Powi(_, n) => Powi(p[0], n),
        Function(f, _) => Function(f, p[0]),
        Pick(_, k) => Pick(p[0], k),
        Add(..) => Add(p[0], p[1]),
        Sub(..) => Sub(p[0], p[1]),
        Mul(..) => Mul(p[0], p[1]),
        Div(..) => Div(p[0], p[1]),
        Powf(..) => Powf(p[0], p[1]),
        Max(..) => Max(p[0], p[1]),
        Min(..) => Min(p[0], p[1]),
        Select(c, ..) => Select(
            Condition {
                a: p[0],
                b: p[1],
                ..c
            },
            p[2],
            p[3],
        ),
        Call(call) => Call(Call {
            arguments: p.to_vec(),
            ..call
        }),
    }
}
