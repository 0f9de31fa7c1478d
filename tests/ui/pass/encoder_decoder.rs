// Two type parameters bounded by the user's traits, several inputs, one of them optional.
use d2l::prelude::*;

pub trait Encoder: Module {
    fn encode(&self, src: &Tensor, valid_len: Option<&Tensor>) -> Tensor;
}

pub trait Decoder: Module {
    fn decode(&self, tgt: &Tensor, state: &Tensor) -> Tensor;
}

#[derive(Module)]
pub struct LinearEncoder {
    dense: LazyLinear,
}

#[add_to_class(impl Encoder for LinearEncoder)]
fn encode(&self, src: &Tensor, valid_len: Option<&Tensor>) -> Tensor {
    let state = self.dense.forward(src);
    valid_len.map_or(state.clone(), |n| &state * n)
}

#[derive(Module)]
pub struct LinearDecoder {
    dense: LazyLinear,
}

#[add_to_class(impl Decoder for LinearDecoder)]
fn decode(&self, tgt: &Tensor, state: &Tensor) -> Tensor {
    self.dense.forward(&(tgt + state))
}

#[derive(Module)]
pub struct EncoderDecoder<E: Encoder, D: Decoder> {
    #[hparam]
    lr: f32,
    encoder: E,
    decoder: D,
}

#[add_to_class(impl<E: Encoder, D: Decoder> EncoderDecoder<E, D>)]
pub fn new(encoder: E, decoder: D, lr: f32) -> Self {
    save_hyperparameters!(encoder, decoder, ignore = [encoder, decoder])
}

#[add_to_class(impl<E: Encoder, D: Decoder> EncoderDecoder<E, D>)]
pub fn forward(&self, src: &Tensor, tgt: &Tensor, valid_len: Option<&Tensor>) -> Tensor {
    self.decoder
        .decode(tgt, &self.encoder.encode(src, valid_len))
}

#[add_to_class(impl<E: Encoder, D: Decoder> EncoderDecoder<E, D>)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).square().mean()
}

type Seq2Seq = EncoderDecoder<LinearEncoder, LinearDecoder>;

fn parts() -> (LinearEncoder, LinearDecoder) {
    (
        LinearEncoder {
            dense: LazyLinear::new(3),
        },
        LinearDecoder {
            dense: LazyLinear::new(1),
        },
    )
}

/// Generic code can ask for a number of arguments.
fn call<M>(m: &M, b: &Batch) -> Tensor
where
    M: for<'a> Forward<(&'a Tensor, &'a Tensor, Option<&'a Tensor>), Output = Tensor>,
{
    m.call((&b[0], &b[1], None))
}

fn main() {
    manual_seed(1);
    let (src, tgt) = (Tensor::randn([8, 2]), Tensor::randn([8, 3]));
    let y = src.sum_keepdim(1) + tgt.sum_keepdim(1);
    let data = vec![Batch(vec![src, tgt, y])];
    let (encoder, decoder) = parts();
    let mut model = Seq2Seq::new(encoder, decoder, 0.05);
    let fit = Trainer::new(60).fit(&mut model, &(data.clone(), data.clone()));
    let loss = fit.history("val_loss");
    assert!(loss[59] < 0.3 * loss[0], "{loss:?}");
    assert_eq!(call(&model, &data[0]).shape(), [8, 1]);
    let again = Seq2Seq::from_hparams(&model.hparams(), parts()).unwrap();
    again.load_state_dict(&model.state_dict()).unwrap();
    assert_eq!(call(&again, &data[0]), call(&model, &data[0]));
}
