// A whole block at once, with a constant and an associated type beside the hooks.
use d2l::prelude::*;

#[derive(Module)]
struct Net<A: Layer> {
    #[hparam]
    lr: f32,
    net: A,
}

#[add_to_class]
#[allow(dead_code)]
impl<A: Layer> Net<A> {
    /// Where it begins.
    const START: f64 = 0.25;

    fn new(lr: f32, net: A) -> Self {
        save_hyperparameters!(net, ignore = [net])
    }

    /// The hooks.
    fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x) + Self::START
    }

    fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        (y_hat - y).square().mean()
    }

    fn width(&self) -> usize {
        self.num_parameters()
    }
}

#[add_to_class]
impl<A: Layer> IntoIterator for Net<A> {
    type Item = A;
    type IntoIter = std::iter::Once<A>;
    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.net)
    }
}

fn trainable(m: &impl Trainable) -> f64 {
    m.loss(&Tensor::from([3.0]), &Tensor::from([1.0])).item()
}

fn main() {
    let net = Net::new(0.1, Lambda(|x| x * 2.0));
    assert_eq!(net.forward(&Tensor::from([1.0])).item(), 2.25);
    assert_eq!((trainable(&net), net.width()), (4.0, 0));
    assert_eq!(net.hparams().len(), 1);
    assert_eq!(net.into_iter().count(), 1);
}
