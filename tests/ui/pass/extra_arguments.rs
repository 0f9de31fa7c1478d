// A layer whose `forward` the trainer could not call is fine as a part.
use d2l::prelude::*;

#[derive(Module)]
struct Attention {
    w: LazyLinear,
}

#[add_to_class(Attention)]
fn forward(&self, q: &Tensor, k: &Tensor, valid_lens: Option<&[usize]>, scale: f64) -> Tensor {
    let n = valid_lens.map_or(0, <[usize]>::len);
    self.w.forward(&(q + k)) * (scale + n as f64)
}

#[derive(Module)]
#[module(base = Classifier)]
struct Net {
    #[hparam]
    lr: f32,
    attention: Attention,
}

#[add_to_class(Net)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.attention.forward(x, x, Some(&[1, 2]), 0.5)
}

fn trainable(m: &impl Trainable, batch: &Batch) -> Tensor {
    m.training_step(batch)
}

fn main() {
    let net = Net {
        lr: 0.1,
        attention: Attention {
            w: LazyLinear::new(2),
        },
    };
    let batch = Batch(vec![Tensor::ones([2, 3]), Tensor::from([0, 1])]);
    assert!(trainable(&net, &batch).item().is_finite());
    let x = &batch[0];
    assert_eq!(net.forward(x), net.attention.forward(x, x, None, 1.0) * 2.5);
}
