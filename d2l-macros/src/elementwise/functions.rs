//! The functions that a formula may call by name.
use super::graph::{Compare, Function, Graph, Id};
use crate::diagnostics::near;

/// What a name stands for, with the number of its arguments.
#[derive(Clone, Copy)]
pub enum Known {
    One(Function),
    Powi,
    Powf,
    Max,
    Min,
    Clamp,
    Recip,
    Square,
}

const NAMES: [(&str, Known); 22] = [
    ("abs", Known::One(Function::Abs)),
    ("clamp", Known::Clamp),
    ("cos", Known::One(Function::Cos)),
    ("erf", Known::One(Function::Erf)),
    ("exp", Known::One(Function::Exp)),
    ("exp_m1", Known::One(Function::Expm1)),
    ("expm1", Known::One(Function::Expm1)),
    ("ln", Known::One(Function::Ln)),
    ("ln_1p", Known::One(Function::Log1p)),
    ("log", Known::One(Function::Ln)),
    ("log1p", Known::One(Function::Log1p)),
    ("max", Known::Max),
    ("min", Known::Min),
    ("pow", Known::Powf),
    ("powf", Known::Powf),
    ("powi", Known::Powi),
    ("recip", Known::Recip),
    ("sigmoid", Known::One(Function::Sigmoid)),
    ("sin", Known::One(Function::Sin)),
    ("sqrt", Known::One(Function::Sqrt)),
    ("square", Known::Square),
    ("tanh", Known::One(Function::Tanh)),
];

pub fn known(name: &str) -> Option<Known> {
    NAMES.iter().find(|n| n.0 == name).map(|n| n.1)
}

/// The known name that `name` is probably a slip of.
pub fn meant(name: &str) -> Option<&'static str> {
    near(name, NAMES.iter().map(|n| n.0))
}

/// All names, for messages.
pub fn names() -> String {
    NAMES.map(|n| n.0).join(", ")
}

impl Known {
    pub fn arity(self) -> usize {
        match self {
            Known::One(_) | Known::Recip | Known::Square => 1,
            Known::Clamp => 3,
            _ => 2,
        }
    }

    /// The node for arguments of the right number; `powi` has a literal and is not made here.
    pub fn apply(self, graph: &mut Graph, x: &[Id]) -> Id {
        match self {
            Known::One(f) => graph.function(f, x[0]),
            Known::Recip => {
                let one = graph.number(1.0);
                graph.div(one, x[0])
            }
            Known::Square => graph.mul(x[0], x[0]),
            Known::Powi | Known::Powf => graph.powf(x[0], x[1]),
            Known::Max => graph.max(x[0], x[1]),
            Known::Min => graph.min(x[0], x[1]),
            Known::Clamp => {
                let above = graph.max(x[0], x[1]);
                graph.min(above, x[2])
            }
        }
    }
}

impl Function {
    /// Its name in formulas.
    pub fn name(self) -> &'static str {
        match self {
            Function::Abs => "abs",
            Function::Cos => "cos",
            Function::Erf => "erf",
            Function::Exp => "exp",
            Function::Expm1 => "expm1",
            Function::Ln => "ln",
            Function::Log1p => "log1p",
            Function::Sigmoid => "sigmoid",
            Function::Sin => "sin",
            Function::Sqrt => "sqrt",
            Function::Tanh => "tanh",
        }
    }

    /// The library's method of a number for it.
    pub fn method(self) -> &'static str {
        match self {
            Function::Abs => "abs",
            Function::Cos => "cos_in",
            Function::Erf => "erf_in",
            Function::Exp => "exp_in",
            Function::Expm1 => "expm1_in",
            Function::Ln => "ln_in",
            Function::Log1p => "log1p_in",
            Function::Sigmoid => "sigmoid_in",
            Function::Sin => "sin_in",
            Function::Sqrt => "sqrt_in",
            Function::Tanh => "tanh_in",
        }
    }
}

impl Compare {
    /// The comparison that an operator writes.
    pub fn of(op: &syn::BinOp) -> Option<Compare> {
        Some(match op {
            syn::BinOp::Lt(_) => Compare::Less,
            syn::BinOp::Le(_) => Compare::LessEqual,
            syn::BinOp::Gt(_) => Compare::Greater,
            syn::BinOp::Ge(_) => Compare::GreaterEqual,
            syn::BinOp::Eq(_) => Compare::Equal,
            syn::BinOp::Ne(_) => Compare::NotEqual,
            _ => return None,
        })
    }

    /// The sign between the two sides.
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Less => "<",
            Compare::LessEqual => "<=",
            Compare::Greater => ">",
            Compare::GreaterEqual => ">=",
            Compare::Equal => "==",
            Compare::NotEqual => "!=",
        }
    }
}
