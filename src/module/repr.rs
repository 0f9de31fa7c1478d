//! A model as text, in PyTorch's layout.
use super::{Layer, Module, Param, SyncLayer, Visitor};
use std::fmt;

/// The printed tree of a module; see [`ModuleExt::repr`](super::ModuleExt::repr).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repr {
    /// `Sequential`, `Vec`, …; of a leaf the whole line.
    kind: String,
    /// What stands between the parentheses, or on a line of its own.
    settings: String,
    parts: Vec<(String, Repr)>,
    leaf: bool,
}

impl Repr {
    pub(super) fn of<M: Module + ?Sized>(m: &M) -> Repr {
        let mut root = Collect(Vec::new());
        m.visit_as("", &mut root);
        root.last(m.type_name())
    }

    fn group(kind: &str) -> Repr {
        Repr {
            kind: kind.to_string(),
            settings: String::new(),
            parts: Vec::new(),
            leaf: false,
        }
    }

    fn leaf(line: &str) -> Repr {
        Repr {
            leaf: true,
            ..Repr::group(line)
        }
    }

    fn module(m: &dyn Module) -> Repr {
        if let Some(line) = m.leaf_repr() {
            return Repr::leaf(&line);
        }
        let mut parts = Collect(Vec::new());
        m.visit(&mut parts);
        let settings: Vec<_> = m
            .hparam_list()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Repr {
            settings: settings.join(", "),
            parts: parts.0,
            ..Repr::group(m.type_name())
        }
    }

    fn param(p: &Param) -> Repr {
        let shape = p
            .get()
            .map_or("lazy".to_string(), |t| format!("{:?}", t.shape()));
        Repr::leaf(&format!("Param({shape})"))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        let Repr {
            kind,
            settings,
            parts,
            ..
        } = self;
        if self.leaf {
            return f.write_str(kind);
        }
        if parts.is_empty() {
            return write!(f, "{kind}({settings})");
        }
        let space = "  ".repeat(indent + 1);
        writeln!(f, "{kind}(")?;
        if !settings.is_empty() {
            writeln!(f, "{space}{settings}")?;
        }
        for (name, part) in parts {
            write!(f, "{space}({name}): ")?;
            part.write(f, indent + 1)?;
            writeln!(f)?;
        }
        write!(f, "{})", "  ".repeat(indent))
    }
}

impl fmt::Display for Repr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

/// Prints the tree of `m`: `Display` of every type under `#[derive(Module)]`.
///
/// # Errors
/// Those of `f`.
pub fn show<M: Module + ?Sized>(m: &M, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    Repr::of(m).write(f, 0)
}

/// A part of unknown type is printed as its tree.
macro_rules! display {
    ($($object:ty)*) => { $(
        impl fmt::Display for $object {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(self, f)
            }
        }
    )* };
}
display!(dyn Module dyn Layer dyn SyncLayer);

/// The parts of one level. Containers of nothing but plain data are left out.
struct Collect(Vec<(String, Repr)>);

impl Collect {
    fn last(mut self, type_name: &str) -> Repr {
        let part = self.0.pop().map(|(_, part)| part);
        part.unwrap_or_else(|| Repr::group(type_name))
    }
}

impl Visitor for Collect {
    fn module(&mut self, name: &str, m: &dyn Module) {
        self.0.push((name.to_string(), Repr::module(m)));
    }

    fn group(
        &mut self,
        name: &str,
        kind: &'static str,
        children: &mut dyn FnMut(&mut dyn Visitor),
    ) {
        let mut inside = Collect(Vec::new());
        children(&mut inside);
        if !inside.0.is_empty() {
            self.0.push((
                name.to_string(),
                Repr {
                    parts: inside.0,
                    ..Repr::group(kind)
                },
            ));
        }
    }

    fn param(&mut self, name: &str, p: &Param) {
        self.0.push((name.to_string(), Repr::param(p)));
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[derive(Module)]
    struct Scratch {
        #[hparam]
        lr: f32,
        w: Param,
        b: Param,
        sizes: Vec<usize>,
    }

    #[derive(Module)]
    struct Nested {
        net: Sequential,
        blocks: Vec<Linear>,
        unused: Option<Linear>,
        width: usize,
    }

    #[test]
    fn the_tree_is_pytorchs() {
        let net = sequential![Linear::new(20, 64), ReLU];
        let nested = Nested {
            net,
            blocks: vec![Linear::new(1, 1)],
            unused: None,
            width: 3,
        };
        let expected = "\
Nested(
  (net): Sequential(
    (0): Linear(in_features=20, out_features=64, bias=True)
    (1): ReLU()
  )
  (blocks): Vec(
    (0): Linear(in_features=1, out_features=1, bias=True)
  )
)";
        assert_eq!(nested.to_string(), expected);
        assert_eq!(nested.repr().to_string(), expected);
        assert_eq!(nested.width, 3);
    }

    #[test]
    fn a_module_of_parameters_lists_them() {
        let w = Param::new(Tensor::ones([2, 1]));
        let model = Scratch {
            lr: 0.1,
            w,
            b: Param::lazy(),
            sizes: vec![1],
        };
        let expected = "Scratch(\n  lr=0.1\n  (w): Param([2, 1])\n  (b): Param(lazy)\n)";
        assert_eq!(model.to_string(), expected);
        let object: &dyn Module = &model;
        assert_eq!(object.to_string(), expected);
    }
}
