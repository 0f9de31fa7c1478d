//! A formula as text, for the documentation.
use super::graph::{Graph, Id, Input, Node, Stage};

/// How tightly the outermost operator of a text binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tight {
    Sum,
    Product,
    Power,
    Atom,
}

/// Writes formulas; what is used more than once gets a letter.
pub struct Show<'a> {
    graph: &'a Graph,
    arguments: &'a [String],
    uses: Vec<usize>,
    texts: Vec<Option<(String, Tight)>>,
    letters: Vec<(String, String)>,
}

/// The roots as text, and what the letters in it stand for: `t1 = ..`.
pub fn show(graph: &Graph, arguments: &[String], roots: &[Id]) -> (Vec<String>, Vec<String>) {
    let uses = graph.uses(roots, |_| false);
    let mut show = Show {
        graph,
        arguments,
        texts: vec![None; uses.len()],
        uses,
        letters: Vec::new(),
    };
    for id in 0..show.uses.len() {
        if show.uses[id] > 0 {
            show.write(id);
        }
    }
    let formulas = roots.iter().map(|&r| show.text(r, Tight::Sum)).collect();
    let meanings = show.letters.iter().map(|(l, text)| format!("{l} = {text}"));
    (formulas, meanings.collect())
}

impl Show<'_> {
    /// Finds the text of a node whose parts have theirs.
    fn write(&mut self, id: Id) {
        let (text, tight) = self.plain(id);
        let shared = self.uses[id] > 1 && tight < Tight::Atom && text.len() > 4;
        self.texts[id] = Some(if shared {
            let letter = format!("t{}", self.letters.len() + 1);
            self.letters.push((letter.clone(), text));
            (letter, Tight::Atom)
        } else {
            (text, tight)
        });
    }

    fn text(&self, id: Id, least: Tight) -> String {
        match &self.texts[id] {
            Some((text, tight)) if *tight >= least => text.clone(),
            Some((text, _)) => format!("({text})"),
            None => String::new(),
        }
    }

    fn plain(&self, id: Id) -> (String, Tight) {
        use Tight::*;
        let t = |id, least| self.text(id, least);
        let call = |name: &str, parts: &[Id]| {
            let parts: Vec<String> = parts.iter().map(|&p| self.text(p, Sum)).collect();
            (format!("{name}({})", parts.join(", ")), Atom)
        };
        match &self.graph.nodes[id] {
            Node::Input(Input::Argument(k)) => (self.arguments[*k].clone(), Atom),
            Node::Input(Input::Result(_)) => ("y".to_string(), Atom),
            Node::Input(Input::Gradient(0)) => ("g".to_string(), Atom),
            Node::Input(Input::Gradient(k) | Input::Second(k)) => (format!("g{k}"), Atom),
            Node::Number(bits) => number(f64::from_bits(*bits)),
            Node::Constant(path) => (crate::types::pretty(&self.graph.paths[*path]), Atom),
            Node::Add(a, b) => (format!("{} + {}", t(*a, Sum), t(*b, Sum)), Sum),
            Node::Sub(a, b) => (format!("{} - {}", t(*a, Sum), t(*b, Product)), Sum),
            Node::Mul(a, b) if self.graph.value(*b).is_some() => {
                (format!("{} {}", t(*b, Product), t(*a, Product)), Product)
            }
            Node::Mul(a, b) => (format!("{} {}", t(*a, Product), t(*b, Product)), Product),
            Node::Div(a, b) => (format!("{} / {}", t(*a, Product), t(*b, Power)), Product),
            Node::Neg(a) => (format!("-{}", t(*a, Product)), Sum),
            Node::Powi(a, n) => (format!("{}^{n}", t(*a, Atom)), Power),
            Node::Powf(a, b) => (format!("{}^{}", t(*a, Atom), t(*b, Atom)), Power),
            Node::Function(f, a) => call(f.name(), &[*a]),
            Node::Max(a, b) => call("max", &[*a, *b]),
            Node::Min(a, b) => call("min", &[*a, *b]),
            Node::Select(c, a, b) => {
                let (sign, x, y) = (c.compare.sign(), t(c.a, Sum), t(c.b, Sum));
                let (a, b) = (t(*a, Sum), t(*b, Sum));
                (
                    format!("(if {x} {sign} {y} {{ {a} }} else {{ {b} }})"),
                    Atom,
                )
            }
            Node::Call(c) => {
                let name = crate::types::pretty(&self.graph.paths[c.path]);
                let mark = match c.stage {
                    Stage::Value => "",
                    Stage::Gradient => "'",
                    Stage::Second => "''",
                };
                call(&format!("{name}{mark}"), &c.arguments[..c.arity[0]])
            }
            Node::Pick(c, k) => {
                let (text, _) = self.plain(*c);
                let one = matches!(&self.graph.nodes[*c], Node::Call(c) if c.arity == [1, 1]);
                (if one { text } else { format!("{text}.{k}") }, Atom)
            }
        }
    }
}

fn number(x: f64) -> (String, Tight) {
    let text = format!("{x}");
    let tight = if x < 0.0 { Tight::Sum } else { Tight::Atom };
    (text, tight)
}
