//! What a model makes of an input of some shape: shapes, parameters, arithmetic.
use super::{Forward, Module, ModuleExt, Param, scope, walk};
use d2l_core::{DType, Tensor, no_grad, rng};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
};

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
    /// Floating-point operations of its own: multiplications and additions of matrices.
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
    /// Of one forward pass on inputs of the given shapes.
    pub flops: u64,
}

/// The rows of one level; see [`Summarize::layer_summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSummary(pub Vec<Row>);

struct Record {
    shape: Vec<usize>,
    flops: u64,
}

thread_local! {
    static RECORDING: Cell<bool> = const { Cell::new(false) };
    static RECORDS: RefCell<HashMap<String, Record>> = RefCell::default();
}

/// Is a summary being made on this thread?
#[inline]
pub(super) fn is_recording() -> bool {
    RECORDING.get()
}

/// Notes that the running module `m` has made `y`.
#[cold]
pub(super) fn record(m: &dyn Module, y: &Tensor, flops: u64) {
    let path = scope::path(m);
    RECORDS.with_borrow_mut(|records| {
        let flops = flops + records.get(&path).map_or(0, |r| r.flops);
        let shape = y.shape().to_vec();
        records.insert(path, Record { shape, flops });
    });
}

/// [`record`] of a container, if anybody listens.
pub(crate) fn record_container(m: &dyn Module, y: &Tensor) {
    if is_recording() {
        record(m, y, 0);
    }
}

/// Runs `f` and gives what was recorded meanwhile. Random numbers that it draws come again.
fn recording(f: impl FnOnce()) -> HashMap<String, Record> {
    struct Restore((u64, u64));
    impl Drop for Restore {
        fn drop(&mut self) {
            rng::set_default_state(self.0);
            RECORDING.set(false);
        }
    }
    let _restore = Restore(rng::default_state());
    RECORDS.take();
    RECORDING.set(true);
    f();
    RECORDS.take()
}

/// Summaries of models that can be cloned and called.
pub trait Summarize: Module + Clone {
    /// Output shapes, parameters and arithmetic of the whole model for inputs of these shapes.
    ///
    /// It is a copy of the model that is run, in evaluation mode and on zeros: no data is needed,
    /// the model stays as it is (lazy layers stay lazy), and no random number is used up. The
    /// arithmetic is what layers say of themselves: two operations for each multiplication with
    /// addition in dense layers and convolutions.
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
        let records = recording(|| no_grad(|| shapes.run(&copy)));
        Summary::of(&copy, &records)
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
    fn of<M: Module>(m: &M, records: &HashMap<String, Record>) -> Summary {
        let mut rows = Vec::new();
        walk::visit_distinct(m, &mut |path, m| {
            let record = records.get(path);
            rows.push(Row {
                path: path.to_string(),
                kind: kind(m),
                output_shape: record.map(|r| r.shape.clone()),
                num_parameters: m.num_parameters(),
                flops: record.map_or(0, |r| r.flops),
            });
        });
        let parameters = m.parameters();
        let numel = |p: &Param| p.get().map_or(0, Tensor::numel);
        let frozen = |p: &&Param| p.get().is_some_and(|t| !t.requires_grad());
        Summary {
            num_parameters: parameters.iter().map(numel).sum(),
            num_frozen: parameters.iter().filter(frozen).map(numel).sum(),
            flops: records.values().map(|r| r.flops).sum(),
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

/// The shape of one argument of `forward`.
pub trait InputShape {
    /// The argument.
    type Arg<'a>;
    /// Zeros of this shape, if the argument is there.
    fn zeros(&self) -> Option<Tensor>;
    /// The argument that these zeros are.
    fn arg(zeros: &Option<Tensor>) -> Self::Arg<'_>;
}

/// The shape of an argument of integers, such as the words of a text.
#[derive(Clone, Copy, Debug)]
pub struct Long<const N: usize>(pub [usize; N]);

/// The shapes of all arguments of the `forward` of `M`: one, or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not the shapes of the inputs of `{M}`",
    label = "not the shapes of its inputs",
    note = "write `[2, 3]` for one argument, `([2, 3], [2])` for two, `Long([2, 9])` for integers"
)]
pub trait InputShapes<M: ?Sized> {
    /// Calls `forward` on zeros of these shapes.
    #[track_caller]
    fn run(&self, m: &M);
}

macro_rules! input_shape {
    ($([$($g:tt)*] $shape:ty, |$s:ident| $zeros:expr;)*) => { $(
        impl<$($g)*> InputShape for $shape {
            type Arg<'a> = &'a Tensor;

            fn zeros(&self) -> Option<Tensor> {
                let $s = self;
                Some($zeros)
            }

            fn arg(zeros: &Option<Tensor>) -> &Tensor {
                match zeros {
                    Some(t) => t,
                    None => unreachable!("`zeros` makes a tensor"),
                }
            }
        }

        impl<M: for<'a> Forward<(&'a Tensor,)>, $($g)*> InputShapes<M> for $shape {
            fn run(&self, m: &M) {
                let $s = self;
                m.call((&$zeros,));
            }
        }
    )* };
}

input_shape! {
    [const N: usize] [usize; N], |s| Tensor::zeros(*s);
    [] Vec<usize>, |s| Tensor::zeros(s.clone());
    [] &[usize], |s| Tensor::zeros(*s);
    [const N: usize] Long<N>, |s| Tensor::zeros(s.0).to_dtype(DType::I64);
}

impl<S: InputShape> InputShape for Option<S> {
    type Arg<'a> = Option<&'a Tensor>;

    fn zeros(&self) -> Option<Tensor> {
        self.as_ref()?.zeros()
    }

    fn arg(zeros: &Option<Tensor>) -> Option<&Tensor> {
        zeros.as_ref()
    }
}

macro_rules! tuples {
    ($(($($t:ident $i:tt),+))*) => { $(
        impl<M: for<'a> Forward<($($t::Arg<'a>,)+)>, $($t: InputShape),+> InputShapes<M> for ($($t,)+) {
            fn run(&self, m: &M) {
                let zeros = ($(self.$i.zeros(),)+);
                m.call(($($t::arg(&zeros.$i),)+));
            }
        }
    )* };
}

tuples! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) }

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use std::rc::Rc;

    #[derive(Module)]
    struct Pair {
        #[module(frozen)]
        left: LazyLinear,
        shared: Rc<LazyLinear>,
        again: Rc<LazyLinear>,
        scale: Param,
    }

    #[add_to_class(Pair)]
    fn forward(&self, x: &Tensor, rows: &Tensor, other: Option<&Tensor>) -> Tensor {
        let y = self.left.forward(x).index_select(0, rows);
        let y = self.again.forward(&self.shared.forward(&y)) * &*self.scale;
        other.map_or(y.clone(), |o| y + o)
    }

    fn pair() -> Pair {
        let shared = Rc::new(LazyLinear::new(4));
        Pair {
            left: LazyLinear::new(4),
            again: shared.clone(),
            shared,
            scale: Param::new(Tensor::ones([4])),
        }
    }

    #[test]
    fn shared_layers_count_once_and_work_twice() {
        let summary = pair().summary(([3, 2], Long([5]), None::<[usize; 1]>));
        let expected = "\
part                        output shape  parameters  FLOP
Pair                        [5, 4]                36     -
  (left): Linear            [3, 4]                12    48
  (shared): Linear          [5, 4]                20   320
36 parameters, 12 of them frozen; 368 FLOP";
        let shown = summary.to_string();
        let lines: Vec<_> = shown
            .lines()
            .map(|l| l.split_whitespace().collect::<Vec<_>>())
            .collect();
        let wanted: Vec<_> = expected
            .lines()
            .map(|l| l.split_whitespace().collect::<Vec<_>>())
            .collect();
        assert_eq!(lines, wanted, "{shown}");
        let with = pair().summary(([3, 2], Long([5]), Some([5, 4])));
        assert_eq!(with.rows[0].output_shape, Some(vec![5, 4]));
    }

    #[test]
    fn the_model_and_the_random_numbers_stay_as_they_are() {
        let net = sequential![LazyLinear::new(3), ReLU, ReLU, LazyLinear::new(2)];
        manual_seed(3);
        let expected = Tensor::rand([4]);
        manual_seed(3);
        let summary = net.summary([2, 5]);
        assert_eq!(Tensor::rand([4]), expected);
        assert!(net.is_training() && !net.get::<LazyLinear>(0).unwrap().weight.is_initialized());
        let shapes: Vec<_> = summary
            .rows
            .iter()
            .map(|r| r.output_shape.clone().unwrap())
            .collect();
        assert_eq!(shapes, [[2, 2], [2, 3], [2, 3], [2, 3], [2, 2]]);
        assert_eq!(summary.rows[2].kind, "ReLU");
    }

    #[test]
    #[should_panic(expected = "(in 0, Linear)")]
    fn a_shape_that_does_not_fit_is_refused_as_in_forward() {
        sequential![Linear::new(3, 2)].summary([1, 4]);
    }

    #[test]
    fn numbers_are_grouped() {
        let groups = [0, 999, 1000, 61_706, 1_234_567].map(super::grouped);
        assert_eq!(groups, ["0", "999", "1,000", "61,706", "1,234,567"]);
    }
}
