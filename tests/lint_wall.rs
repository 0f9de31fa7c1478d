//! What the macros write passes the lints that users may deny. Every macro is used in every way; `clippy`
//! sees this module as it sees the user's.
#![deny(
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    keyword_idents,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_docs,
    nonstandard_style,
    redundant_lifetimes,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    warnings
)]
// Text of this module, not of the macros.
#![allow(
    clippy::ptr_arg, // a field is given by reference, as it is
    clippy::struct_field_names, // `net`, as in the book
    clippy::type_complexity, // many shapes in few lines
    clippy::wildcard_imports, // a prelude is meant for it
)]
use d2l::prelude::*;
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    fmt,
    marker::PhantomData,
    rc::Rc,
    sync::{Arc, Mutex},
    time::Duration,
};

/// A model with every attribute.
#[derive(Module)]
#[module(base = Classifier)]
pub struct Net<A: Layer> {
    /// The learning rate.
    #[hparam(default = 0.5, range = 0.0.., check = finite)]
    lr: f32,
    /// The layers.
    #[module(frozen, rename = "body")]
    net: A,
    /// Plain data.
    kind: Option<Plain>,
    /// Not a part.
    #[module(skip)]
    label: Option<String>,
}

/// Plain.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

#[allow(clippy::trivially_copy_pass_by_ref)] // what a check looks like
const fn finite(x: &f32) -> bool {
    x.is_finite()
}

/// A constructor.
#[add_to_class(impl<A: Layer> Net<A>)]
pub fn new(lr: f32, net: A) -> Self {
    save_hyperparameters!(net, kind: Some(Plain), label: None, ignore = [net])
}

/// The prediction.
#[add_to_class(impl<A: Layer> Net<A>)]
#[must_use]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

/// The objective.
#[add_to_class(impl<A: Layer> Net<A>)]
#[must_use]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    if self.label.is_some() || self.kind.is_none() {
        return y_hat.clone();
    }
    Classifier::loss(self, y_hat, y)
}

/// Of the fields of a batch.
#[add_to_class(impl<A: Layer> Net<A>)]
#[must_use]
pub fn validation_step(&self, batch: &ExampleBatch) -> Metrics {
    Metrics::new().with("n", batch.words.sum().item())
}

/// Out of the ordinary.
#[add_to_class(impl<A: Layer> Net<A>)]
#[must_use]
pub fn configure_optimizers(&self) -> Box<dyn Optimizer> {
    Box::new(SGD::new(self.parameters(), f64::from(self.lr)))
}

/// A model in one block, with several inputs and results.
#[derive(Module)]
#[module(no_clone, no_display)]
pub struct Block {
    first: LazyLinear,
    last: Sequential,
}

#[add_to_class]
impl Block {
    /// Made of closures, too.
    #[must_use]
    pub fn new() -> Self {
        let last = sequential![ReLU, |x: &Tensor| x * 2.0, LazyLinear::new(1)];
        save_hyperparameters!(first: LazyLinear::new(2), last)
    }

    /// The prediction, and what it is made of.
    #[must_use]
    pub fn forward(&self, x: &Tensor, more: Option<&Tensor>) -> (Tensor, Tensor) {
        let y = self.first.forward(x);
        let y = more.map_or_else(|| y.clone(), |m| &y + m);
        (self.last.forward(&y), y)
    }

    /// Not the hook.
    pub const LAYERS: usize = 3;
}

impl Default for Block {
    fn default() -> Self {
        Self::new()
    }
}

/// A trait's method.
#[add_to_class(impl fmt::Display for Block)]
fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("Block")
}

/// No hook, and nearly called like one.
#[add_to_class(Block, method)]
#[must_use]
pub const fn losses(&self) -> usize {
    Self::LAYERS - 1
}

/// For another crate's type.
#[add_to_class(Vec<f32>, ext = Total)]
pub fn total(&self) -> f32 {
    self.iter().sum()
}

/// Settings that are checked, of a struct that is no module.
#[derive(Debug)]
pub struct Settings {
    rate: f64,
    names: Vec<String>,
}

/// With rules on the arguments.
///
/// # Errors
/// If there is no name.
#[add_to_class(Settings)]
pub fn new(
    /// How fast.
    #[hparam(default = 0.1, range = 0.0..=1.0)]
    rate: f64,
    /// Who.
    #[hparam(default = vec!["a".to_string()])]
    names: Vec<String>,
) -> Result<Self, String> {
    if names.is_empty() {
        return Err("no name".to_string());
    }
    Ok(save_hyperparameters!())
}

/// Nothing.
#[derive(Module, Default)]
pub struct Unit;

/// One.
#[derive(Module)]
pub struct Newtype(pub Param);

/// Several.
#[derive(Module)]
pub struct Tuple(
    pub Newtype,
    pub fn(f32) -> f32,
    pub Unit,
    #[module(skip)] pub Rc<str>,
);

/// Every container.
#[derive(Module)]
pub struct Containers {
    /// Of one.
    pub one: (Option<Newtype>, Box<Newtype>, Rc<Newtype>, Arc<Newtype>),
    /// Of many.
    pub many: (
        Vec<Newtype>,
        [Newtype; 2],
        HashMap<String, Newtype>,
        BTreeMap<u8, Newtype>,
    ),
    /// That change.
    pub changing: (RefCell<Newtype>, Mutex<Newtype>, Tensor),
    /// Of any type.
    pub any: (Box<dyn Module>, Box<dyn Layer>),
    /// Nested.
    pub nested: Vec<Option<Vec<(Newtype, Unit)>>>,
    /// Plain.
    pub plain: (Duration, PhantomData<u8>, &'static str),
}

/// With constants and bounds.
#[derive(Module)]
pub struct Generic<M, T, const N: usize>
where
    M: Module,
{
    /// Parts.
    pub parts: [M; N],
    /// No values.
    pub of: PhantomData<T>,
}

/// Two kinds, and itself.
#[derive(Module)]
pub enum Kind {
    /// Nothing.
    Empty,
    /// Something.
    Full(LazyLinear, #[hparam] usize),
    /// With names.
    Named {
        /// A part.
        part: Box<Self>,
        /// A setting.
        #[hparam]
        r#type: u8,
    },
}

/// An example.
#[derive(Batch)]
pub struct Example {
    /// Words.
    #[batch(pad = 0)]
    pub words: Vec<i64>,
    /// Not in the batch.
    #[batch(skip)]
    pub comment: &'static str,
    /// The length of a text.
    #[batch(with = length)]
    pub text: String,
    /// Its score.
    #[batch(label)]
    pub score: f32,
}

fn length(text: &String) -> Tensor {
    Tensor::from(i64::try_from(text.len()).unwrap_or(0))
}

#[cfg(test)]
#[allow(clippy::redundant_clone)] // the clone is what is tested
mod tests {
    use super::*;

    fn part() -> Newtype {
        Newtype(Param::new(Tensor::ones([2])))
    }

    #[test]
    fn models_behind_the_wall_work() {
        let net = Net::new(0.5, LazyLinear::new(2));
        let batch = Batch(vec![Tensor::ones([2, 3]), Tensor::from([0, 1])]);
        assert!(net.training_step(&batch).item() > 0.0);
        assert_eq!(net.clone().hparams().len(), 1);
        net.configure_optimizers().zero_grad();
        let block = Block::default();
        let (y, inner) = block.forward(&Tensor::ones([4, 3]), None);
        assert_eq!((y.shape(), inner.shape()), (&[4, 1][..], &[4, 2][..]));
        assert_eq!(
            (block.to_string(), block.losses(), Block::LAYERS),
            ("Block".to_string(), 2, 3)
        );
        assert!((vec![1.0_f32, 2.0].total() - 3.0).abs() < 1e-6);
    }

    #[test]
    fn settings_behind_the_wall_work() {
        let settings = Settings::parse_from(["--rate", "0.5"]).expect("a rate");
        assert!((settings.rate - 0.5).abs() < 1e-9 && settings.names == ["a"]);
        assert_eq!(Settings::new(0.1, vec![]).unwrap_err(), "no name");
    }

    #[test]
    fn shapes_behind_the_wall_have_their_parts() {
        let tuple = Tuple(part(), f32::sin, Unit, "text".into());
        assert_eq!((tuple.clone().num_parameters(), tuple.1(0.0)), (2, 0.0));
        let generic = Generic::<_, u8, 2> {
            parts: [part(), part()],
            of: PhantomData,
        };
        assert_eq!(generic.clone().num_parameters(), 4);
        let inner = Box::new(Kind::Full(LazyLinear::new(1), 2));
        let kinds = [
            Kind::Empty,
            Kind::Named {
                part: inner,
                r#type: 1,
            },
        ];
        let counts = kinds.clone().map(|k| k.named_parameters().len());
        assert_eq!(counts, [0, 2]);
        let all = Containers {
            one: (
                Some(part()),
                Box::new(part()),
                Rc::new(part()),
                Arc::new(part()),
            ),
            many: (
                vec![part()],
                [part(), part()],
                std::iter::once(("a".to_string(), part())).collect(),
                std::iter::once((1, part())).collect(),
            ),
            changing: (RefCell::new(part()), Mutex::new(part()), Tensor::ones([1])),
            any: (Box::new(part()), Box::new(Linear::new(1, 1))),
            nested: vec![None, Some(vec![(part(), Unit)])],
            plain: (Duration::ZERO, PhantomData, ""),
        };
        assert_eq!(all.clone().named_parameters().len(), 15);
    }

    #[test]
    fn examples_behind_the_wall_are_stacked() {
        let example = Example {
            words: vec![1],
            comment: "",
            text: "ab".into(),
            score: 0.5,
        };
        assert_eq!(example.comment, "");
        let batch = DataLoader::new(vec![example], 1).iter().next();
        let batch = batch.map(ExampleBatch::from).expect("a batch");
        assert_eq!(
            (batch.words_len, batch.text),
            (Tensor::from([1]), Tensor::from([2]))
        );
        assert_eq!(
            (batch.words.shape(), batch.score.shape()),
            (&[1, 1][..], &[1][..])
        );
    }
}
