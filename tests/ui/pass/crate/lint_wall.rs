//! What the macros write passes lints that users may deny.
#![deny(
    missing_docs,
    unused,
    unused_qualifications,
    single_use_lifetimes,
    unused_lifetimes,
    unused_import_braces,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    keyword_idents,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    non_ascii_idents,
    redundant_lifetimes,
    rust_2018_idioms,
    unit_bindings,
    unsafe_code,
    unused_extern_crates,
    unused_results,
    variant_size_differences,
    nonstandard_style,
    future_incompatible,
    warnings
)]
use d2l::prelude::*;

/// A model with every attribute.
#[derive(Module)]
#[module(base = Classifier)]
pub(crate) struct Net<A: Layer> {
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
#[derive(Clone, Copy)]
pub(crate) struct Plain;

fn finite(x: &f32) -> bool {
    x.is_finite()
}

/// An example.
#[derive(Batch)]
pub(crate) struct Example {
    /// Words.
    #[batch(pad = 0)]
    pub(crate) words: Vec<i64>,
    /// Not in the batch.
    #[batch(skip)]
    pub(crate) comment: &'static str,
    /// The length of a text.
    #[batch(with = length)]
    pub(crate) text: String,
}

fn length(text: &String) -> Tensor {
    Tensor::from(i64::try_from(text.len()).unwrap_or(0))
}

/// Two kinds.
#[derive(Module)]
pub(crate) enum Kind {
    /// Nothing.
    Empty,
    /// Something.
    Full(LazyLinear, #[hparam] usize),
}

/// A constructor.
#[add_to_class(impl<A: Layer> Net<A>)]
pub(crate) fn new(lr: f32, net: A) -> Self {
    save_hyperparameters!(net, kind: Some(Plain), label: None, ignore = [net])
}

/// The prediction.
#[add_to_class(impl<A: Layer> Net<A>)]
pub(crate) fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

/// Spelled with a path.
#[add_to_class(impl<A: Layer> Net<A>)]
pub(crate) fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    if self.label.is_some() {
        return y_hat.clone();
    }
    Classifier::loss(self, y_hat, y)
}

/// Of the fields of a batch.
#[add_to_class(impl<A: Layer> Net<A>)]
pub(crate) fn validation_step(&self, batch: &ExampleBatch) -> Metrics {
    Metrics::new().with("n", batch.words.sum().item())
}

/// Out of the ordinary.
#[add_to_class(impl<A: Layer> Net<A>)]
pub(crate) fn configure_optimizers(&self) -> Box<dyn Optimizer> {
    Box::new(SGD::new(self.parameters(), f64::from(self.lr)))
}

fn main() {
    let kinds = [Kind::Empty, Kind::Full(LazyLinear::new(1), 2)];
    assert!(matches!(kinds[0], Kind::Empty) && matches!(kinds[1], Kind::Full(_, 2)));
    let net = Net::new(0.5, LazyLinear::new(2));
    let batch = Batch(vec![Tensor::ones([2, 3]), Tensor::from([0, 1])]);
    assert!(net.training_step(&batch).item() > 0.0);
    assert_eq!(net.clone().hparams().len(), 1);
    assert!(net.kind.is_some());
    let example = Example {
        words: vec![1],
        comment: "",
        text: "ab".into(),
    };
    assert_eq!(example.comment, "");
    let batch = DataLoader::new(vec![example], 1).iter().next();
    let batch = batch.map(ExampleBatch::from).expect("a batch");
    assert_eq!((batch.words_len, batch.text), (Tensor::from([1]), Tensor::from([2])));
    assert_eq!(batch.words.shape(), [1, 1]);
    net.configure_optimizers().zero_grad();
    assert_eq!(
        kinds[1].named_parameters().len(),
        kinds[1].clone().parameters().len()
    );
}
