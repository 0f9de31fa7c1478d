// A model rebuilt from its checkpoint, with and without ignored arguments.
use d2l::prelude::*;

#[derive(Module)]
struct Net {
    #[hparam]
    lr: f32,
    #[hparam]
    outputs: usize,
    net: LazyLinear,
}

#[add_to_class(Net)]
fn new(lr: f32, outputs: usize) -> Self {
    save_hyperparameters!(net: LazyLinear::new(outputs))
}

#[derive(Module)]
struct Wrapped {
    #[hparam]
    lr: f32,
    inner: Net,
}

#[add_to_class(Wrapped)]
fn new(inner: Net, lr: f32) -> Self {
    save_hyperparameters!(inner, ignore = [inner])
}

fn main() {
    let dir = std::env::temp_dir().join(format!("d2l-ui-checkpoint-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let net = Net::new(0.03, 2);
    let y = net.net.forward(&Tensor::ones([1, 3]));
    let path = dir.join("net.safetensors");
    net.save_checkpoint(&path).unwrap();
    let again = Net::load_from_checkpoint(&path).unwrap();
    assert_eq!((again.lr, again.outputs), (0.03, 2));
    assert_eq!(again.net.forward(&Tensor::ones([1, 3])), y);

    let path = dir.join("wrapped.safetensors");
    Wrapped::new(net, 0.5).save_checkpoint(&path).unwrap();
    let again = Wrapped::load_from_checkpoint_with(&path, Net::new(9.0, 2)).unwrap();
    assert_eq!((again.lr, again.inner.lr), (0.5, 9.0));
    assert_eq!(again.inner.net.forward(&Tensor::ones([1, 3])), y);
    std::fs::remove_dir_all(&dir).unwrap();
}
