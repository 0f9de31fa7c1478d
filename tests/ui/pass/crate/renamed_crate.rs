//! The library under another name; two of its private parts are exchanged to see that it is asked.
use deep::prelude::*;

mod deep {
    pub use d2l::{Tensor, prelude};

    pub mod __private {
        pub use d2l::__private::*;
        use d2l::module::{CompleteFor, hooks::ConfigureOptimizers};
        use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

        /// Not `d2l`'s.
        pub struct Plain;
        impl Base for Plain {
            fn loss(_: &d2l::module::Model, y_hat: &Tensor, _: &Tensor) -> Tensor {
                y_hat * 0.0 + 7.0
            }
        }
        impl<M: Structure> CompleteFor<M> for Plain {}

        pub static BOXED: AtomicUsize = AtomicUsize::new(0);

        /// Not `d2l`'s.
        pub fn boxed<M: ?Sized, O: Optimizer + 'static>(
            f: impl Fn(&M) -> O + 'static,
        ) -> ConfigureOptimizers<M> {
            BOXED.fetch_add(1, Relaxed);
            d2l::__private::boxed(f)
        }
    }
}

#[derive(Module)]
#[module(crate = deep)]
struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net, crate = deep)]
fn new(lr: f32) -> Self {
    save_hyperparameters!(net: LazyLinear::new(2))
}

#[add_to_class(crate = deep)]
impl Net {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x)
    }

    fn validation_step(&self, batch: &Batch) -> Metrics {
        self.loss(&self.forward(&batch[0]), batch.label())
            .mean()
            .into()
    }
}

fn optimizer(m: &impl Trainable) -> Box<dyn Optimizer> {
    m.configure_optimizers()
}

fn main() {
    let net = Net::new(0.1).clone();
    let batch = Batch(vec![Tensor::ones([2, 3]), deep::Tensor::from([0, 1])]);
    assert_eq!(
        net.validation_step(&batch),
        Metrics::new().with("loss", 7.0)
    );
    optimizer(&net).zero_grad();
    assert_eq!(
        deep::__private::BOXED.load(std::sync::atomic::Ordering::Relaxed),
        1
    );
}
