//! The models of the training runs.
use d2l::prelude::*;
use serde_json::Value as Json;

/// A model with its forward pass; the labels are for a decoder to be fed with.
pub trait Net {
    /// Its parts.
    fn module(&self) -> &dyn Module;

    /// What the loss is computed of.
    fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor;
}

/// The model that `net` describes; `None` if there is no mapping.
pub fn build(net: &Json) -> Option<Box<dyn Net>> {
    let args = &net["args"];
    Some(match (net["kind"].as_str()?, args["cell"].as_str()) {
        ("Sequential", _) => Box::new(chain(net["layers"].as_array()?)?),
        ("RecurrentLM", Some("GRU")) => Box::new(RecurrentLM::<GRU>::new(args)?),
        ("RecurrentLM", Some("LSTM")) => Box::new(RecurrentLM::<LSTM>::new(args)?),
        ("RecurrentTagger", Some("GRU")) => Box::new(RecurrentTagger::<GRU>::new(args)?),
        ("RecurrentTagger", Some("LSTM")) => Box::new(RecurrentTagger::<LSTM>::new(args)?),
        ("ResNetish", _) => Box::new(ResNetish::new(args)?),
        ("Seq2Seq", _) => Box::new(Seq2Seq::new(args)?),
        ("TransformerLM", _) => Box::new(TransformerLM::new(args)?),
        _ => return None,
    })
}

fn size(args: &Json, name: &str) -> Option<usize> {
    Some(args[name].as_u64()? as usize)
}

/// Layers by name and arguments.
fn chain(layers: &[Json]) -> Option<Sequential> {
    let mut net = Sequential::new();
    for layer in layers {
        let arg = |i: usize| layer["args"][i].as_u64().map(|n| n as usize);
        let padding = layer["kwargs"]["padding"].as_u64().unwrap_or(0) as usize;
        match layer["type"].as_str()? {
            "AvgPool2d" => net.push(AvgPool2d::new(arg(0)?).stride(arg(1)?)),
            "Conv2d" => net.push(Conv2d::new(arg(0)?, arg(1)?, arg(2)?).padding(padding)),
            "Flatten" => net.push(Flatten),
            "Linear" => net.push(Linear::new(arg(0)?, arg(1)?)),
            "MaxPool2d" => net.push(MaxPool2d::new(arg(0)?).stride(arg(1)?)),
            "ReLU" => net.push(ReLU),
            "Sigmoid" => net.push(Sigmoid),
            "Tanh" => net.push(Tanh),
            _ => return None,
        };
    }
    Some(net)
}

impl Net for Sequential {
    fn module(&self) -> &dyn Module {
        self
    }

    fn forward(&self, x: &Tensor, _: &Tensor) -> Tensor {
        Sequential::forward(self, x)
    }
}

/// A recurrent layer, batch first.
trait Recurrent: Module {
    /// So many layers, in one direction or both.
    fn make(input: usize, hidden: usize, layers: usize, both: bool) -> Self;

    /// The outputs at all times.
    fn outputs(&self, x: &Tensor) -> Tensor;
}

macro_rules! recurrent {
    ($($layer:ident)*) => { $(
        impl Recurrent for $layer {
            fn make(input: usize, hidden: usize, layers: usize, both: bool) -> $layer {
                $layer::new(input, hidden)
                    .num_layers(layers)
                    .bidirectional(both)
                    .batch_first(true)
            }

            fn outputs(&self, x: &Tensor) -> Tensor {
                self.forward(x, None).0
            }
        }
    )* };
}
recurrent!(LSTM GRU);

#[derive(Module)]
struct RecurrentLM<R: Recurrent> {
    emb: Option<Embedding>,
    rnn: R,
    fc: Linear,
    vocab: usize,
}

impl<R: Recurrent> RecurrentLM<R> {
    fn new(args: &Json) -> Option<RecurrentLM<R>> {
        let (vocab, embed) = (size(args, "vocab")?, size(args, "embed")?);
        let (hidden, layers) = (size(args, "hidden")?, size(args, "layers")?);
        let input = if embed > 0 { embed } else { vocab };
        Some(RecurrentLM {
            emb: (embed > 0).then(|| Embedding::new(vocab, embed)),
            rnn: R::make(input, hidden, layers, false),
            fc: Linear::new(hidden, vocab),
            vocab,
        })
    }
}

impl<R: Recurrent> Net for RecurrentLM<R> {
    fn module(&self) -> &dyn Module {
        self
    }

    fn forward(&self, x: &Tensor, _: &Tensor) -> Tensor {
        let x = match &self.emb {
            Some(emb) => emb.forward(x),
            None => x.one_hot(self.vocab).to_dtype(d2l::default_dtype()),
        };
        self.fc.forward(&self.rnn.outputs(&x))
    }
}

#[derive(Module)]
struct RecurrentTagger<R: Recurrent> {
    emb: Embedding,
    rnn: R,
    fc: Linear,
}

impl<R: Recurrent> RecurrentTagger<R> {
    fn new(args: &Json) -> Option<RecurrentTagger<R>> {
        let (embed, hidden) = (size(args, "embed")?, size(args, "hidden")?);
        Some(RecurrentTagger {
            emb: Embedding::new(size(args, "vocab")?, embed),
            rnn: R::make(embed, hidden, 1, true),
            fc: Linear::new(4 * hidden, size(args, "classes")?),
        })
    }
}

impl<R: Recurrent> Net for RecurrentTagger<R> {
    fn module(&self) -> &dyn Module {
        self
    }

    fn forward(&self, x: &Tensor, _: &Tensor) -> Tensor {
        let out = self.rnn.outputs(&self.emb.forward(x));
        let ends = cat(&[&out.i((.., 0)), &out.i((.., -1))], 1);
        self.fc.forward(&ends)
    }
}

#[derive(Module)]
struct ResNetish {
    stem: Conv2d,
    stem_bn: BatchNorm2d,
    conv1a: Conv2d,
    bn1a: BatchNorm2d,
    conv1b: Conv2d,
    bn1b: BatchNorm2d,
    conv2a: Conv2d,
    bn2a: BatchNorm2d,
    conv2b: Conv2d,
    bn2b: BatchNorm2d,
    skip2: Conv2d,
    fc: Linear,
}

impl ResNetish {
    fn new(args: &Json) -> Option<ResNetish> {
        let (cin, c) = (size(args, "cin")?, size(args, "c")?);
        let conv = |from, to| Conv2d::new(from, to, 3).padding(1);
        Some(ResNetish {
            stem: conv(cin, c).bias(false),
            stem_bn: BatchNorm2d::new(c),
            conv1a: conv(c, c),
            bn1a: BatchNorm2d::new(c),
            conv1b: conv(c, c),
            bn1b: BatchNorm2d::new(c),
            conv2a: conv(c, 2 * c).stride(2),
            bn2a: BatchNorm2d::new(2 * c),
            conv2b: conv(2 * c, 2 * c),
            bn2b: BatchNorm2d::new(2 * c),
            skip2: Conv2d::new(c, 2 * c, 1).stride(2),
            fc: Linear::new(2 * c, size(args, "classes")?),
        })
    }
}

impl Net for ResNetish {
    fn module(&self) -> &dyn Module {
        self
    }

    fn forward(&self, x: &Tensor, _: &Tensor) -> Tensor {
        let normed = |conv: &Conv2d, bn: &BatchNorm2d, x: &Tensor| bn.forward(&conv.forward(x));
        let x = normed(&self.stem, &self.stem_bn, x).relu();
        let y = normed(&self.conv1a, &self.bn1a, &x).relu();
        let x = (normed(&self.conv1b, &self.bn1b, &y) + x).relu();
        let y = normed(&self.conv2a, &self.bn2a, &x).relu();
        let x = (normed(&self.conv2b, &self.bn2b, &y) + self.skip2.forward(&x)).relu();
        self.fc.forward(&x.mean_dim([2, 3]))
    }
}

#[derive(Module)]
struct TransformerLM {
    pos: Param,
    emb: Embedding,
    layers: ModuleList<TransformerEncoderLayer>,
    fc: Linear,
}

impl TransformerLM {
    fn new(args: &Json) -> Option<TransformerLM> {
        let (vocab, d) = (size(args, "vocab")?, size(args, "d")?);
        let (heads, ff) = (size(args, "heads")?, size(args, "ff")?);
        let layer = TransformerEncoderLayer::new(d, heads)
            .dim_feedforward(ff)
            .dropout(0.0)
            .batch_first(true)
            .norm_first(args["norm_first"].as_bool()?);
        let layer = match args["activation"].as_str()? {
            "gelu" => layer.activation(Tensor::gelu),
            _ => layer,
        };
        Some(TransformerLM {
            pos: Param::new(Tensor::zeros([size(args, "T")?, d])),
            emb: Embedding::new(vocab, d),
            layers: (0..size(args, "layers")?).map(|_| layer.clone()).collect(),
            fc: Linear::new(d, vocab),
        })
    }
}

impl Net for TransformerLM {
    fn module(&self) -> &dyn Module {
        self
    }

    fn forward(&self, x: &Tensor, _: &Tensor) -> Tensor {
        let x = self.emb.forward(x) + &*self.pos;
        let out = self
            .layers
            .iter()
            .fold(x, |x, layer| layer.forward(&x, Causal));
        self.fc.forward(&out)
    }
}

#[derive(Module)]
struct Seq2Seq {
    pos: Param,
    src: Embedding,
    tgt: Embedding,
    tr: Transformer,
    fc: Linear,
}

impl Seq2Seq {
    fn new(args: &Json) -> Option<Seq2Seq> {
        let (vocab, d, layers) = (
            size(args, "vocab")?,
            size(args, "d")?,
            size(args, "layers")?,
        );
        let tr = Transformer::new(d, size(args, "heads")?)
            .num_encoder_layers(layers)
            .num_decoder_layers(layers)
            .dim_feedforward(size(args, "ff")?)
            .dropout(0.0)
            .batch_first(true);
        Some(Seq2Seq {
            pos: Param::new(Tensor::zeros([size(args, "T")?, d])),
            src: Embedding::new(vocab, d),
            tgt: Embedding::new(vocab, d),
            tr,
            fc: Linear::new(d, vocab),
        })
    }
}

impl Net for Seq2Seq {
    fn module(&self) -> &dyn Module {
        self
    }

    fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        let first = Tensor::zeros([y.size(0), 1]).long();
        let before = cat(&[&first, &y.i((.., ..-1))], 1);
        let src = self.src.forward(x) + &*self.pos;
        let tgt = self.tgt.forward(&before) + &*self.pos;
        self.fc
            .forward(&self.tr.forward(&src, &tgt, None, Causal, None))
    }
}
