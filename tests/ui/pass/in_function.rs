// Items inside a function body.
use d2l::prelude::*;

fn main() {
    #[derive(Module)]
    #[module(base = Classifier)]
    struct Local {
        #[hparam]
        lr: f32,
        net: LazyLinear,
    }

    #[add_to_class(Local)]
    fn new(lr: f32) -> Self {
        save_hyperparameters!(net: LazyLinear::new(2))
    }

    #[add_to_class(Local)]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x)
    }

    #[add_to_class(Local)]
    fn training_step(&self, _batch: &Batch) -> Tensor {
        Tensor::from(5.0)
    }

    fn step(m: &impl Trainable) -> f64 {
        m.training_step(&Batch(vec![])).item()
    }

    let local = Local::new(0.1);
    assert_eq!(step(&local), 5.0);
    let net = sequential![local, |x: &Tensor| x.relu()];
    assert_eq!(net.forward(&Tensor::ones([1, 3])).shape(), [1, 2]);
}
