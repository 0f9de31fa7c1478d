//! Every layer of the library, in one list: what it gave is told by the next message, and what it refuses
//! is refused by path, layer and shapes, at the user's line.
use super::*;
use std::collections::BTreeSet;

/// A layer in a model that fails behind it.
#[derive(Module)]
struct Around<L> {
    layer: L,
    call: fn(&L) -> Tensor,
}

#[add_to_class(impl<L: Module> Around<L>)]
fn forward(&self, x: &Tensor) -> Tensor {
    (self.call)(&self.layer).reshape([-1]).matmul(x)
}

fn ones<const N: usize>(shape: [usize; N]) -> Tensor {
    Tensor::ones(shape)
}

/// What is said when something goes wrong behind the layer.
fn previous<L: Module>(name: &str, layer: L, call: fn(&L) -> Tensor) {
    let shape = call(&layer).shape().to_vec();
    let model = Around { layer, call };
    // no matrix has as many rows
    let x = ones([shape.iter().product::<usize>() + 1, 1]);
    let panic = panics(|| drop(model.forward(&x)));
    let last = panic.message.lines().last().unwrap_or_default();
    let said = last
        .strip_prefix("  previous: layer")
        .unwrap_or_else(|| panic!("{name}: {last}"));
    // a container gives what its last part gave
    assert!(
        said.ends_with(&format!(" gave {shape:?}")),
        "{name}: {said}"
    );
}

/// What is said when the layer does not take its input.
fn refused<L: Module>(name: &str, layer: L, call: fn(&L) -> Tensor) {
    let model = Around { layer, call };
    let panic = panics(|| drop(model.forward(&ones([1]))));
    assert!(
        panic.message.lines().count() <= 6,
        "{name}: {}",
        panic.message
    );
    assert!(
        panic.message.contains("(in layer"),
        "{name}: {}",
        panic.message
    );
    panic.at(file!());
}

/// `Name: a layer, a call, a call that it refuses;` (the last left out by layers that take anything).
macro_rules! layers {
    ($($name:ident: $layer:expr, $call:expr $(, $refuses:expr)?;)*) => {
        const LAYERS: &[&str] = &[$(stringify!($name)),*];

        #[test]
        fn every_layer_says_what_it_gave() {
            $(previous(stringify!($name), $layer, $call);)*
        }

        #[test]
        fn every_layer_refuses_by_path_at_the_line_of_the_user() {
            $($(refused(stringify!($name), $layer, $refuses);)?)*
        }
    };
}

layers! {
    Dense: Dense::new(2), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([]));
    Embedding: Embedding::new(9, 2), |l| l.forward(&words([4, 3])), |l| l.forward(&ones([4, 3]));
    EmbeddingBag: EmbeddingBag::new(9, 2), |l| l.forward(&words([4, 3]), None, None), |l| l.forward(&words([]), None, None);
    Flatten: Flatten, |l| l.forward(&ones([4, 3, 2])), |l| l.forward(&ones([4]));
    GRU: GRU::new(3, 2), |l| l.forward(&ones([5, 4, 3]), None).0, |l| l.forward(&ones([5, 4, 7]), None).0;
    GRUCell: GRUCell::new(3, 2), |l| l.forward(&ones([4, 3]), None), |l| l.forward(&ones([4, 7]), None);
    Identity: Identity, |l| l.forward(&ones([4, 3]));
    LSTM: LSTM::new(3, 2), |l| l.forward(&ones([5, 4, 3]), None).0, |l| l.forward(&ones([5, 4, 7]), None).0;
    LSTMCell: LSTMCell::new(3, 2), |l| l.forward(&ones([4, 3]), None).0, |l| l.forward(&ones([4, 7]), None).0;
    Lambda: Lambda(|x| x * 2.0), |l| l.forward(&ones([4, 3]));
    LazyLinear: LazyLinear::new(2), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([]));
    Linear: Linear::new(3, 2), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4, 5]));
    MultiheadAttention: MultiheadAttention::new(4, 2), |l| attend(l, 4), |l| attend(l, 6);
    PositionalEncoding: PositionalEncoding::new(4, 0.0), |l| l.forward(&ones([2, 3, 4])), |l| l.forward(&ones([2, 3, 6]));
    RNN: RNN::new(3, 2), |l| l.forward(&ones([5, 4, 3]), None).0, |l| l.forward(&ones([5, 4, 7]), None).0;
    RNNCell: RNNCell::new(3, 2), |l| l.forward(&ones([4, 3]), None), |l| l.forward(&ones([4, 7]), None);
    ReLU: ReLU, |l| l.forward(&ones([4, 3]));
    Sequential: sequential![Linear::new(3, 2), Tanh], |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4, 5]));
    Sigmoid: Sigmoid, |l| l.forward(&ones([4, 3]));
    Tanh: Tanh, |l| l.forward(&ones([4, 3]));
}

fn words<const N: usize>(shape: [usize; N]) -> Tensor {
    Tensor::ones(shape).long()
}

fn attend(l: &MultiheadAttention, features: usize) -> Tensor {
    let x = ones([3, 5, features]);
    l.forward(&x, &x, &x, None).0
}

/// What else `d2l::nn` has: parts of layers, and lists that are not called.
const NO_LAYERS: [&str; 7] = [
    "Bias",
    "IntoLayer",
    "ModuleDict",
    "ModuleList",
    "Nonlinearity",
    "ParameterList",
    "RecurrentWeights",
];

#[test]
fn every_layer_is_listed() {
    let text = fs::read_to_string("../src/nn/mod.rs").unwrap();
    let listed = text
        .split("pub use ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next());
    let word = |c: char| !c.is_alphanumeric() && c != '_';
    let names = listed.flat_map(|path| path.rsplit("::").next().unwrap_or_default().split(word));
    // types; functions and macros are in small letters
    let names: BTreeSet<&str> = names
        .filter(|n| n.starts_with(char::is_uppercase))
        .collect();
    let known: BTreeSet<&str> = LAYERS.iter().chain(&NO_LAYERS).copied().collect();
    assert_eq!(names, known);
}
