// `#[module(frozen)]` and `#[module(rename = "..")]`.
use d2l::prelude::*;

#[derive(Module)]
struct Tuned {
    #[module(frozen)]
    body: Sequential,
    #[module(frozen, rename = "gain")]
    scale: Param,
    #[module(rename = "fc")]
    head: LazyLinear,
}

#[add_to_class(Tuned)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.head.forward(&(self.body.forward(x) * &*self.scale))
}

#[derive(Module)]
enum Choice {
    Two(#[module(rename = "left-hand")] LazyLinear, #[module(frozen)] LazyLinear),
}

fn tuned() -> Tuned {
    Tuned {
        body: sequential![LazyLinear::new(3), ReLU],
        scale: Param::new(Tensor::ones([3])),
        head: LazyLinear::new(1),
    }
}

fn learned(m: &impl Module) -> Vec<String> {
    let named = m.named_parameters().into_iter();
    named.filter(|p| p.1.requires_grad()).map(|p| p.0).collect()
}

fn main() {
    let net = tuned();
    let mut sgd = SGD::new(net.parameters(), 0.1);
    net.forward(&Tensor::ones([2, 2])); // the frozen body gets its shape after it was frozen
    let names: Vec<_> = net.state_dict().keys().map(str::to_string).collect();
    assert_eq!(names, ["body.0.weight", "body.0.bias", "gain", "fc.weight", "fc.bias"]);
    assert_eq!(learned(&net), ["fc.weight", "fc.bias"]);
    let before = net.state_dict();
    net.forward(&Tensor::ones([2, 2])).sum().backward();
    sgd.step();
    assert_eq!(net.state_dict().get("gain"), before.get("gain"));
    assert_eq!(net.state_dict().get("body.0.weight"), before.get("body.0.weight"));
    assert_ne!(net.state_dict().get("fc.bias"), before.get("fc.bias"));
    // it is how they start: what is said later counts
    net.scale.requires_grad_(true);
    assert_eq!(learned(&net), ["gain", "fc.weight", "fc.bias"]);
    assert_eq!(learned(&net.clone()), ["gain", "fc.weight", "fc.bias"]);


    let choice = Choice::Two(LazyLinear::new(1), LazyLinear::new(1));
    let names: Vec<_> = choice.named_parameters().into_iter().map(|p| p.0).collect();
    assert_eq!(names, ["left-hand.weight", "left-hand.bias", "1.weight", "1.bias"]);
    let Choice::Two(left, right) = &choice;
    left.forward(&Tensor::ones([1, 1]));
    right.forward(&Tensor::ones([1, 1]));
    assert_eq!(learned(&choice), ["left-hand.weight", "left-hand.bias"]);
}
