//! What a model makes of an input of some shape: shapes, parameters, arithmetic.
mod record;
mod shapes;

pub(crate) use record::record;
pub use shapes::{InputShape, InputShapes, Long};

use super::{Module, ModuleExt, Param, walk};
use d2l_core::{Tensor, no_grad};
use record::{Records, flops_of, recording};
use std::fmt;

/// One part of a model that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its dotted path; empty for the model itself.
    pub path: String,
    /// Its type: `Linear`, also of a lazy layer whose sizes are known by then.
    pub kind: String,
    /// The shape of its last result, if that was a tensor.
    pub output_shape: Option<Vec<usize>>,
    /// Numbers that are learned, in itself and all of its parts.
    pub num_parameters: usize,
    /// Its arithmetic, in itself and all of its parts; see [`d2l_core::flops`].
    pub flops: u64,
}

/// The rows of a model's parts; see [`Summarize::summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The model, then its parts, wholes before parts.
    pub rows: Vec<Row>,
    /// Numbers in the model that are learned or frozen, tied ones once.
    pub num_parameters: usize,
    /// Those of them that are frozen.
    pub num_frozen: usize,
    /// The arithmetic of one forward pass on inputs of the given shapes; see [`d2l_core::flops`].
    pub flops: u64,
}

/// The rows of one level; see [`Summarize::layer_summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSummary(pub Vec<Row>);

/// Summaries of models that can be cloned and called.
pub trait Summarize: Module + Clone {
    /// Output shapes, parameters and arithmetic of the whole model for inputs of these shapes.
    ///
    /// It is a copy of the model that is run, in evaluation mode and on zeros: no data is needed,
    /// the model stays as it is (lazy layers stay lazy, in training or not), and no random number is
    /// used up. The arithmetic is counted while it runs, that of the library's layers and that which
    /// the model's own `forward` does: two operations for each multiplication with its addition in
    /// products of matrices and convolutions, nothing for the rest; see [`d2l_core::flops`].
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let net = sequential![LazyLinear::new(256), ReLU, LazyLinear::new(10)];
    /// let summary = net.summary([2, 20]);
    /// assert_eq!(summary.num_parameters, 20 * 256 + 256 + 256 * 10 + 10);
    /// assert_eq!(summary.rows[3].output_shape.as_deref(), Some(&[2, 10][..]));
    /// assert_eq!(summary.flops, 2 * (2 * 256 * 20 + 2 * 10 * 256));
    /// assert_eq!(net.num_parameters(), 0); // still without shapes
    /// println!("{summary}");
    /// ```
    ///
    /// A `forward` of several arguments gets a tuple of shapes: `([2, 3], [2, 7])`; an optional one
    /// `Some([2])` or `None::<[usize; 1]>`; one of integers [`Long`]`([2, 9])`.
    ///
    /// # Panics
    /// If the model refuses inputs of these shapes.
    #[track_caller]
    fn summary(&self, shapes: impl InputShapes<Self>) -> Summary {
        let copy = self.clone();
        copy.eval();
        let (records, flops) = recording(|| no_grad(|| shapes.run(&copy)));
        Summary::of(&copy, &records, flops)
    }

    /// The book's `layer_summary`: a line with the output shape of each part of `net`, or of the
    /// model itself if it has no part of that name.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let net = sequential![Flatten, LazyLinear::new(10)];
    /// assert_eq!(net.layer_summary([1, 1, 28, 28]).to_string(), "\
    /// Flatten output shape:\t[1, 784]
    /// Linear output shape:\t[1, 10]");
    /// ```
    ///
    /// # Panics
    /// If the model refuses inputs of these shapes.
    #[track_caller]
    fn layer_summary(&self, shapes: impl InputShapes<Self>) -> LayerSummary {
        let mut rows = self.summary(shapes).rows;
        let in_net = rows.iter().any(|r| r.path.starts_with("net."));
        rows.retain(|r| {
            let name = if in_net {
                r.path.strip_prefix("net.")
            } else {
                Some(&*r.path)
            };
            name.is_some_and(|n| !n.is_empty() && !n.contains('.'))
        });
        LayerSummary(rows)
    }
}

impl<M: Module + Clone> Summarize for M {}

impl Summary {
    fn of<M: Module>(m: &M, records: &Records, flops: u64) -> Summary {
        let mut rows = Vec::new();
        walk::visit_distinct(m, &mut |path, m| {
            let record = records.get(path);
            rows.push(Row {
                path: path.to_string(),
                kind: kind(m),
                output_shape: record.map(|r| r.shape.clone()),
                num_parameters: m.num_parameters(),
                flops: flops_of(records, path),
            });
        });
        let parameters = m.parameters();
        let numel = |p: &Param| p.get().map_or(0, Tensor::numel);
        let frozen = |p: &&Param| p.get().is_some_and(|t| !t.requires_grad());
        Summary {
            num_parameters: parameters.iter().map(numel).sum(),
            num_frozen: parameters.iter().filter(frozen).map(numel).sum(),
            flops,
            rows,
        }
    }
}

/// The type as it is printed, which a lazy layer changes with its sizes.
fn kind(m: &dyn Module) -> String {
    let line = m.leaf_repr().unwrap_or_default();
    let printed = line.split('(').next().filter(|name| !name.is_empty());
    printed.unwrap_or(m.type_name()).to_string()
}

/// `1,234,567`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Row {
    /// Part, output shape, parameters, arithmetic.
    fn cells(&self) -> [String; 4] {
        let depth = self.path.split('.').filter(|s| !s.is_empty()).count();
        let name = self.path.rsplit('.').next().filter(|n| !n.is_empty());
        let name = name.map_or_else(String::new, |n| format!("({n}): "));
        let shape = self
            .output_shape
            .as_ref()
            .map_or("-".into(), |s| format!("{s:?}"));
        let or_dash = |n: u64| if n == 0 { "-".to_string() } else { grouped(n) };
        [
            format!("{}{name}{}", "  ".repeat(depth), self.kind),
            shape,
            or_dash(self.num_parameters as u64),
            or_dash(self.flops),
        ]
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["part", "output shape", "parameters", "FLOP"].map(String::from);
        let rows: Vec<_> = [head]
            .into_iter()
            .chain(self.rows.iter().map(Row::cells))
            .collect();
        let widths =
            [0, 1, 2, 3].map(|i| rows.iter().map(|r| r[i].len()).max().unwrap_or_default());
        for [part, shape, parameters, flops] in &rows {
            let [a, b, c, d] = widths;
            writeln!(f, "{part:a$}  {shape:b$}  {parameters:>c$}  {flops:>d$}")?;
        }
        let [all, frozen] = [self.num_parameters, self.num_frozen].map(|n| grouped(n as u64));
        write!(
            f,
            "{all} parameters, {frozen} of them frozen; {} FLOP",
            grouped(self.flops)
        )
    }
}

impl fmt::Display for LayerSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, row) in self.0.iter().enumerate() {
            let end = if i == 0 { "" } else { "\n" };
            let shape = row
                .output_shape
                .as_ref()
                .map_or("-".into(), |s| format!("{s:?}"));
            write!(f, "{end}{} output shape:\t{shape}", row.kind)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
