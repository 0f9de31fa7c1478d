// Parts behind `dyn Module`, `dyn Layer` and the user's own trait.
use d2l::prelude::*;

trait Encoder: Module {
    fn encode(&self, x: &Tensor) -> Tensor;
}

#[add_to_class(impl Encoder for Linear)]
fn encode(&self, x: &Tensor) -> Tensor {
    self.forward(x)
}

#[derive(Module)]
struct Parts {
    module: Box<dyn Module>,
    layer: Box<dyn Layer>,
    layers: Vec<Box<dyn Layer>>,
    sequential: Sequential,
}

#[derive(Module)]
#[module(no_clone)]
struct Own {
    encoder: Box<dyn Encoder>,
}

fn main() {
    let l = || Linear::new(2, 2);
    let parts = Parts {
        module: Box::new(l()),
        layer: Box::new(l()),
        layers: vec![Box::new(l()), Box::new(Lambda(|x| x * 2.0))],
        sequential: sequential![l(), |x: &Tensor| x + 1.0],
    };
    let x = Tensor::ones([1, 2]);
    assert_eq!(parts.num_parameters(), 4 * 6);
    assert_eq!(parts.layers[1].forward(&x), &x * 2.0);
    let copy = parts.clone();
    assert_eq!(copy.layer.forward(&x), parts.layer.forward(&x));
    assert_eq!(copy.sequential.forward(&x), parts.sequential.forward(&x));
    copy.apply_to::<Linear>(|l| {
        l.weight.zero_();
    });
    assert_ne!(copy.layer.forward(&x), parts.layer.forward(&x));
    assert_eq!(
        (copy.sequential.len(), copy.sequential[0].type_name()),
        (2, "Linear")
    );
    assert!(
        copy.sequential.get::<Linear>(0).is_some() && copy.sequential.get::<Linear>(1).is_none()
    );
    let own = Own {
        encoder: Box::new(l()),
    };
    assert_eq!(own.encoder.encode(&x).shape(), [1, 2]);
    assert_eq!(own.named_parameters()[0].0, "encoder.weight");
}
