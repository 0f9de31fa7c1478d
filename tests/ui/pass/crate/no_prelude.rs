//! Everything by absolute paths, with the standard names taken by other things.
#![allow(dead_code)]

struct Box;
struct Vec;
struct String;
struct Option;
struct Result;
fn vec() {}
macro_rules! format {
    () => {};
}
macro_rules! vec {
    () => {};
}

#[derive(::d2l::Module)]
#[module(base = ::d2l::module::Classifier)]
struct Net {
    #[hparam]
    lr: f32,
    net: ::d2l::nn::LazyLinear,
}

#[::d2l::add_to_class(Net)]
fn new(lr: f32) -> Self {
    save_hyperparameters!(net: ::d2l::nn::LazyLinear::new(2))
}

#[::d2l::add_to_class(Net)]
fn forward(&self, x: &::d2l::Tensor) -> ::d2l::Tensor {
    self.net.forward(x)
}

#[::d2l::add_to_class(Net)]
fn configure_optimizers(&self) -> ::d2l::optim::SGD {
    ::d2l::optim::SGD::new(::d2l::module::ModuleExt::parameters(self), self.lr)
}

fn main() {
    let net = Net::new(0.1);
    let batch =
        ::d2l::data::Batch([::d2l::Tensor::ones([2, 3]), ::d2l::Tensor::from([0, 1])].into());
    assert!(::d2l::module::Inherited::training_step(&net, &batch).item() > 0.0);
    assert_eq!(::d2l::module::HyperParameters::hparams(&net).len(), 1);
}
