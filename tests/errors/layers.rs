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
    AdaptiveAvgPool1d: AdaptiveAvgPool1d::new(2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    AdaptiveAvgPool2d: AdaptiveAvgPool2d::new(2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    AdaptiveAvgPool3d: AdaptiveAvgPool3d::new(2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    AdaptiveMaxPool1d: AdaptiveMaxPool1d::new(2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    AdaptiveMaxPool2d: AdaptiveMaxPool2d::new(2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    AdaptiveMaxPool3d: AdaptiveMaxPool3d::new(2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    AlphaDropout: AlphaDropout::new(0.5), |l| l.forward(&ones([4, 3]));
    AvgPool1d: AvgPool1d::new(2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    AvgPool2d: AvgPool2d::new(2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    AvgPool3d: AvgPool3d::new(2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    BatchNorm1d: BatchNorm1d::new(3), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([2, 5, 8]));
    BatchNorm2d: BatchNorm2d::new(3), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([2, 5, 8, 8]));
    BatchNorm3d: BatchNorm3d::new(3), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([2, 5, 4, 4, 4]));
    Bilinear: Bilinear::new(2, 3, 4), |l| l.forward(&ones([5, 2]), &ones([5, 3])), |l| l.forward(&ones([5, 2]), &ones([5, 2]));
    CELU: CELU::new(), |l| l.forward(&ones([4, 3]));
    ChannelShuffle: ChannelShuffle::new(2), |l| l.forward(&ones([1, 4, 2])), |l| l.forward(&ones([1, 3, 2]));
    CircularPad1d: CircularPad1d::new(1), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([]));
    CircularPad2d: CircularPad2d::new(1), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([]));
    CircularPad3d: CircularPad3d::new(1), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([]));
    ConstantPad1d: ConstantPad1d::new(1, 2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([]));
    ConstantPad2d: ConstantPad2d::new(1, 2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([]));
    ConstantPad3d: ConstantPad3d::new(1, 2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([]));
    Conv1d: Conv1d::new(3, 2, 2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([2, 5, 8]));
    Conv2d: Conv2d::new(3, 2, 2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([2, 5, 8, 8]));
    Conv3d: Conv3d::new(3, 2, 2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([2, 5, 4, 4, 4]));
    ConvTranspose1d: ConvTranspose1d::new(3, 2, 2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([2, 5, 8]));
    ConvTranspose2d: ConvTranspose2d::new(3, 2, 2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([2, 5, 8, 8]));
    ConvTranspose3d: ConvTranspose3d::new(3, 2, 2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([2, 5, 4, 4, 4]));
    CosineSimilarity: CosineSimilarity::new(), |l| l.forward(&ones([4, 3]), &ones([4, 3])), |l| l.forward(&ones([4, 3]), &ones([4, 2]));
    Dense: Dense::new(2), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([]));
    Dropout: Dropout::new(0.5), |l| l.forward(&ones([4, 3]));
    Dropout1d: Dropout1d::new(0.5), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    Dropout2d: Dropout2d::new(0.5), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    Dropout3d: Dropout3d::new(0.5), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    ELU: ELU::new(), |l| l.forward(&ones([4, 3]));
    Embedding: Embedding::new(9, 2), |l| l.forward(&words([4, 3])), |l| l.forward(&ones([4, 3]));
    EmbeddingBag: EmbeddingBag::new(9, 2), |l| l.forward(&words([4, 3]), None, None), |l| l.forward(&words([]), None, None);
    FeatureAlphaDropout: FeatureAlphaDropout::new(0.5), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4]));
    Flatten: Flatten, |l| l.forward(&ones([4, 3, 2])), |l| l.forward(&ones([4]));
    Fold: Fold::new(3, 2), |l| l.forward(&ones([4, 4])), |l| l.forward(&ones([4, 3]));
    GELU: GELU::new(), |l| l.forward(&ones([4, 3]));
    GLU: GLU::new(), |l| l.forward(&ones([4, 2])), |l| l.forward(&ones([4, 3]));
    GRU: GRU::new(3, 2), |l| l.forward(&ones([5, 4, 3]), None).0, |l| l.forward(&ones([5, 4, 7]), None).0;
    GRUCell: GRUCell::new(3, 2), |l| l.forward(&ones([4, 3]), None), |l| l.forward(&ones([4, 7]), None);
    GroupNorm: GroupNorm::new(2, 4), |l| l.forward(&ones([3, 4])), |l| l.forward(&ones([3, 6]));
    Hardshrink: Hardshrink::new(), |l| l.forward(&ones([4, 3]));
    Hardsigmoid: Hardsigmoid, |l| l.forward(&ones([4, 3]));
    Hardswish: Hardswish, |l| l.forward(&ones([4, 3]));
    Hardtanh: Hardtanh::new(), |l| l.forward(&ones([4, 3]));
    Identity: Identity, |l| l.forward(&ones([4, 3]));
    InstanceNorm1d: InstanceNorm1d::new(3), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    InstanceNorm2d: InstanceNorm2d::new(3), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    InstanceNorm3d: InstanceNorm3d::new(3), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    LPPool1d: LPPool1d::new(2, 2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    LPPool2d: LPPool2d::new(2, 2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    LPPool3d: LPPool3d::new(2, 2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    LSTM: LSTM::new(3, 2), |l| l.forward(&ones([5, 4, 3]), None).0, |l| l.forward(&ones([5, 4, 7]), None).0;
    LSTMCell: LSTMCell::new(3, 2), |l| l.forward(&ones([4, 3]), None).0, |l| l.forward(&ones([4, 7]), None).0;
    Lambda: Lambda(|x| x * 2.0), |l| l.forward(&ones([4, 3]));
    LayerNorm: LayerNorm::new(3), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4, 2]));
    LazyBatchNorm1d: LazyBatchNorm1d::new(), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    LazyBatchNorm2d: LazyBatchNorm2d::new(), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    LazyBatchNorm3d: LazyBatchNorm3d::new(), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    LazyConv1d: LazyConv1d::new(2, 2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    LazyConv2d: LazyConv2d::new(2, 2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    LazyConv3d: LazyConv3d::new(2, 2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    LazyConvTranspose1d: LazyConvTranspose1d::new(2, 2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    LazyConvTranspose2d: LazyConvTranspose2d::new(2, 2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    LazyConvTranspose3d: LazyConvTranspose3d::new(2, 2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    LazyInstanceNorm1d: LazyInstanceNorm1d::new(), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    LazyInstanceNorm2d: LazyInstanceNorm2d::new(), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    LazyInstanceNorm3d: LazyInstanceNorm3d::new(), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    LazyLinear: LazyLinear::new(2), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([]));
    LeakyReLU: LeakyReLU::new(), |l| l.forward(&ones([4, 3]));
    Linear: Linear::new(3, 2), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4, 5]));
    LocalResponseNorm: LocalResponseNorm::new(2), |l| l.forward(&ones([2, 4, 3])), |l| l.forward(&ones([4]));
    LogSigmoid: LogSigmoid, |l| l.forward(&ones([4, 3]));
    LogSoftmax: LogSoftmax::new(1), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4]));
    MaxPool1d: MaxPool1d::new(2), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([3]));
    MaxPool2d: MaxPool2d::new(2), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([3]));
    MaxPool3d: MaxPool3d::new(2), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([3]));
    Mish: Mish, |l| l.forward(&ones([4, 3]));
    MultiheadAttention: MultiheadAttention::new(4, 2), |l| attend(l, 4), |l| attend(l, 6);
    PReLU: PReLU::new().num_parameters(3), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4, 2]));
    PairwiseDistance: PairwiseDistance::new(), |l| l.forward(&ones([4, 3]), &ones([4, 3])), |l| l.forward(&ones([4, 3]), &ones([4, 2]));
    PixelShuffle: PixelShuffle::new(2), |l| l.forward(&ones([4, 2, 2])), |l| l.forward(&ones([3, 2, 2]));
    PixelUnshuffle: PixelUnshuffle::new(2), |l| l.forward(&ones([1, 2, 2])), |l| l.forward(&ones([1, 3, 2]));
    PositionalEncoding: PositionalEncoding::new(4, 0.0), |l| l.forward(&ones([2, 3, 4])), |l| l.forward(&ones([2, 3, 6]));
    RMSNorm: RMSNorm::new(3), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4, 2]));
    RNN: RNN::new(3, 2), |l| l.forward(&ones([5, 4, 3]), None).0, |l| l.forward(&ones([5, 4, 7]), None).0;
    RNNCell: RNNCell::new(3, 2), |l| l.forward(&ones([4, 3]), None), |l| l.forward(&ones([4, 7]), None);
    RReLU: RReLU::new(), |l| l.forward(&ones([4, 3]));
    ReLU: ReLU, |l| l.forward(&ones([4, 3]));
    ReLU6: ReLU6, |l| l.forward(&ones([4, 3]));
    ReflectionPad1d: ReflectionPad1d::new(1), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([]));
    ReflectionPad2d: ReflectionPad2d::new(1), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([]));
    ReflectionPad3d: ReflectionPad3d::new(1), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([]));
    ReplicationPad1d: ReplicationPad1d::new(1), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([]));
    ReplicationPad2d: ReplicationPad2d::new(1), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([]));
    ReplicationPad3d: ReplicationPad3d::new(1), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([]));
    SELU: SELU, |l| l.forward(&ones([4, 3]));
    Sequential: sequential![Linear::new(3, 2), Tanh], |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4, 5]));
    SiLU: SiLU, |l| l.forward(&ones([4, 3]));
    Sigmoid: Sigmoid, |l| l.forward(&ones([4, 3]));
    Softmax: Softmax::new(1), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4]));
    Softmax2d: Softmax2d, |l| l.forward(&ones([4, 3, 2])), |l| l.forward(&ones([4]));
    Softmin: Softmin::new(1), |l| l.forward(&ones([4, 3])), |l| l.forward(&ones([4]));
    Softplus: Softplus::new(), |l| l.forward(&ones([4, 3]));
    Softshrink: Softshrink::new(), |l| l.forward(&ones([4, 3]));
    Softsign: Softsign, |l| l.forward(&ones([4, 3]));
    Tanh: Tanh, |l| l.forward(&ones([4, 3]));
    Tanhshrink: Tanhshrink, |l| l.forward(&ones([4, 3]));
    Threshold: Threshold::new(0.1, 2), |l| l.forward(&ones([4, 3]));
    Transformer: Transformer::new(4, 2), |l| transform(l, 4), |l| transform(l, 6);
    TransformerDecoder: TransformerDecoder::new(TransformerDecoderLayer::new(4, 2), 2), |l| l.forward(&ones([3, 5, 4]), &ones([3, 5, 4]), None, None), |l| l.forward(&ones([3, 5, 6]), &ones([3, 5, 4]), None, None);
    TransformerDecoderLayer: TransformerDecoderLayer::new(4, 2), |l| l.forward(&ones([3, 5, 4]), &ones([3, 5, 4]), None, None), |l| l.forward(&ones([3, 5, 6]), &ones([3, 5, 4]), None, None);
    TransformerEncoder: TransformerEncoder::new(TransformerEncoderLayer::new(4, 2), 2), |l| l.forward(&ones([3, 5, 4]), None), |l| l.forward(&ones([3, 5, 6]), None);
    TransformerEncoderLayer: TransformerEncoderLayer::new(4, 2), |l| l.forward(&ones([3, 5, 4]), None), |l| l.forward(&ones([3, 5, 6]), None);
    Unflatten: Unflatten::new(1, (2, 3)), |l| l.forward(&ones([2, 6])), |l| l.forward(&ones([2, 5]));
    Unfold: Unfold::new(2), |l| l.forward(&ones([1, 3, 3])), |l| l.forward(&ones([3]));
    Upsample: Upsample::scale_factor(2), |l| l.forward(&ones([1, 2, 3])), |l| l.forward(&ones([3]));
    ZeroPad1d: ZeroPad1d::new(1), |l| l.forward(&ones([2, 3, 8])), |l| l.forward(&ones([]));
    ZeroPad2d: ZeroPad2d::new(1), |l| l.forward(&ones([2, 3, 8, 8])), |l| l.forward(&ones([]));
    ZeroPad3d: ZeroPad3d::new(1), |l| l.forward(&ones([2, 3, 4, 4, 4])), |l| l.forward(&ones([]));
}

fn words<const N: usize>(shape: [usize; N]) -> Tensor {
    Tensor::ones(shape).long()
}

fn attend(l: &MultiheadAttention, features: usize) -> Tensor {
    let x = ones([3, 5, features]);
    l.forward(&x, &x, &x, None).0
}

fn transform(l: &Transformer, features: usize) -> Tensor {
    let x = ones([3, 5, features]);
    l.forward(&x, &x, None, None, None)
}

/// What else `d2l::nn` has: parts of layers, and lists that are not called.
const NO_LAYERS: [&str; 9] = [
    "Bias",
    "IntoFactors",
    "IntoLayer",
    "MaybeParam",
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
