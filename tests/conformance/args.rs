//! The arguments of a reference call, decoded, and its results.
use d2l_core::{DType, Operand, Tensor};
use std::collections::BTreeMap;

/// One argument as Python wrote it.
#[derive(Clone)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Tensor(Tensor),
    DType(DType),
    /// A list or tuple; in an index, a tuple of indices.
    List(Vec<Value>),
    /// `start:stop:step`, only in an index.
    Slice([Option<i64>; 3]),
    /// `...`, only in an index.
    Ellipsis,
    /// A list of positions, only in an index.
    Positions(Vec<Value>),
    /// An activation given as a function.
    Function(String),
}

/// What `op(*args, **kwargs)` was called with.
///
/// Every accessor looks at position `at` first, then for the keyword `name`; what is missing or
/// `None` is `None`. One of the wrong kind is an error of the harness or of the mapping.
pub struct Args {
    pub positional: Vec<Value>,
    pub keywords: BTreeMap<String, Value>,
}

/// Panics with a mark that tells a broken mapping from a refusal of the library.
#[track_caller]
fn wrong(what: &str) -> ! {
    panic!("{HARNESS} {what}")
}

/// How messages of the harness itself begin.
pub const HARNESS: &str = "in the mapping:";

impl Args {
    /// The argument, unless it is missing or `None`.
    pub fn get(&self, at: usize, name: &str) -> Option<&Value> {
        let value = self.positional.get(at).or_else(|| self.keywords.get(name));
        value.filter(|v| !matches!(v, Value::None))
    }

    /// True if an argument other than `None` has this keyword.
    pub fn has(&self, name: &str) -> bool {
        self.get(usize::MAX, name).is_some()
    }

    /// The tensor at this position.
    #[track_caller]
    pub fn t(&self, at: usize) -> &Tensor {
        match self.positional.get(at) {
            Some(Value::Tensor(t)) => t,
            _ => wrong(&format!("argument {at} is not a tensor")),
        }
    }

    #[track_caller]
    pub fn tensor(&self, at: usize, name: &str) -> Option<&Tensor> {
        self.get(at, name).map(|v| match v {
            Value::Tensor(t) => t,
            _ => wrong(&format!("{name} is not a tensor")),
        })
    }

    /// A list of tensors; a single tensor is a list of one.
    #[track_caller]
    pub fn tensors(&self, at: usize, name: &str) -> Option<Vec<&Tensor>> {
        self.get(at, name).map(|v| v.each(Value::tensor))
    }

    /// All positional arguments from `at` on, as tensors.
    #[track_caller]
    pub fn rest(&self, at: usize) -> Vec<&Tensor> {
        self.positional[at..].iter().map(Value::tensor).collect()
    }

    /// A number or tensor, as the library's operand; `None` for anything else, so that mappings may
    /// ask before they know the operation.
    #[track_caller]
    pub fn operand(&self, at: usize, name: &str) -> Option<Operand<'_>> {
        let value = self.get(at, name)?;
        let number = matches!(value, Value::Int(_) | Value::Float(_) | Value::Bool(_));
        (number || matches!(value, Value::Tensor(_))).then(|| value.operand())
    }

    #[track_caller]
    pub fn bool(&self, at: usize, name: &str) -> Option<bool> {
        self.get(at, name).map(|v| match v {
            Value::Bool(b) => *b,
            _ => wrong(&format!("{name} is not a bool")),
        })
    }

    /// A whole number; a tensor of one number counts.
    #[track_caller]
    pub fn int(&self, at: usize, name: &str) -> Option<i64> {
        self.get(at, name).map(Value::int)
    }

    /// A size or dimension.
    #[track_caller]
    pub fn dim(&self, at: usize, name: &str) -> Option<isize> {
        self.int(at, name).map(|i| i as isize)
    }

    /// A number.
    #[track_caller]
    pub fn float(&self, at: usize, name: &str) -> Option<f64> {
        self.get(at, name).map(Value::float)
    }

    #[track_caller]
    pub fn str(&self, at: usize, name: &str) -> Option<&str> {
        self.get(at, name).map(|v| match v {
            Value::Str(s) | Value::Function(s) => s.as_str(),
            _ => wrong(&format!("{name} is not a string")),
        })
    }

    /// Whole numbers; a single one is a list of one.
    #[track_caller]
    pub fn ints(&self, at: usize, name: &str) -> Option<Vec<i64>> {
        self.get(at, name).map(|v| v.each(Value::int))
    }

    /// Dimensions or sizes (−1 allowed); a single one is a list of one.
    #[track_caller]
    pub fn dims(&self, at: usize, name: &str) -> Option<Vec<isize>> {
        self.get(at, name).map(|v| v.each(|v| v.int() as isize))
    }

    /// Sizes, none negative; a single one is a list of one.
    #[track_caller]
    pub fn sizes(&self, at: usize, name: &str) -> Option<Vec<usize>> {
        let size =
            |v: &Value| usize::try_from(v.int()).unwrap_or_else(|_| wrong("a negative size"));
        self.get(at, name).map(|v| v.each(size))
    }

    /// Numbers; a single one is a list of one.
    #[track_caller]
    pub fn floats(&self, at: usize, name: &str) -> Option<Vec<f64>> {
        self.get(at, name).map(|v| v.each(Value::float))
    }

    #[track_caller]
    pub fn dtype(&self, at: usize, name: &str) -> Option<DType> {
        self.get(at, name).map(|v| match v {
            Value::DType(d) => *d,
            _ => wrong(&format!("{name} is not a dtype")),
        })
    }
}

impl Value {
    #[track_caller]
    fn each<'a, T>(&'a self, f: impl Fn(&'a Value) -> T) -> Vec<T> {
        match self {
            Value::List(list) => list.iter().map(f).collect(),
            one => vec![f(one)],
        }
    }

    #[track_caller]
    pub fn tensor(&self) -> &Tensor {
        match self {
            Value::Tensor(t) => t,
            _ => wrong("not a tensor"),
        }
    }

    #[track_caller]
    pub fn int(&self) -> i64 {
        match self {
            Value::Int(i) => *i,
            Value::Bool(b) => i64::from(*b),
            Value::Tensor(t) => t.item() as i64,
            _ => wrong("not a whole number"),
        }
    }

    #[track_caller]
    pub fn float(&self) -> f64 {
        match self {
            Value::Float(x) => *x,
            Value::Tensor(t) => t.item(),
            other => other.int() as f64,
        }
    }

    /// Whether this is a number or a tensor.
    pub fn is_operand(&self) -> bool {
        use Value::{Bool, Float, Int, Tensor};
        matches!(self, Bool(_) | Float(_) | Int(_) | Tensor(_))
    }

    #[track_caller]
    pub fn operand(&self) -> Operand<'_> {
        match self {
            Value::Tensor(t) => Operand::Tensor(t),
            Value::Float(x) => Operand::Float(*x),
            other => Operand::Int(other.int()),
        }
    }
}

/// One result.
pub enum Output {
    Tensor(Tensor),
    Bool(bool),
}

/// What a call gave, in PyTorch's order; nested lists flattened.
pub struct Outcome(pub Vec<Output>);

impl From<Tensor> for Outcome {
    fn from(t: Tensor) -> Outcome {
        Outcome(vec![Output::Tensor(t)])
    }
}

impl From<bool> for Outcome {
    fn from(b: bool) -> Outcome {
        Outcome(vec![Output::Bool(b)])
    }
}

impl From<Vec<Tensor>> for Outcome {
    fn from(list: Vec<Tensor>) -> Outcome {
        Outcome(list.into_iter().map(Output::Tensor).collect())
    }
}

impl From<(Tensor, Tensor)> for Outcome {
    fn from((a, b): (Tensor, Tensor)) -> Outcome {
        vec![a, b].into()
    }
}

impl From<(Tensor, Tensor, Tensor)> for Outcome {
    fn from((a, b, c): (Tensor, Tensor, Tensor)) -> Outcome {
        vec![a, b, c].into()
    }
}
