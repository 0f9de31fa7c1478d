//! Access to parameters and tied ones (book 6.2).
use super::*;
use std::sync::Arc;

/// The net of the section, after its first forward.
fn net() -> Sequential {
    let net = sequential![LazyLinear::new(8), ReLU, LazyLinear::new(1)];
    net.forward(&Tensor::rand([2, 4]));
    net
}

#[test]
fn pa_1_a_sequential_has_layers_by_number_and_a_length() {
    let net = net();
    assert_eq!((net.len(), net[2].type_name()), (3, "LazyLinear"));
    let last = net.iter().next_back().unwrap();
    assert_eq!(last.forward(&Tensor::ones([1, 8])).shape(), [1, 1]);
    let message = panic_message(|| drop(net[3].type_name().to_string()));
    assert!(message.contains("no layer 3 among 3"), "{message}");
}

#[test]
fn pa_2_the_state_of_a_layer_is_an_ordered_map() {
    let state = net()[2].state_dict();
    let shapes: Vec<_> = state
        .iter()
        .map(|(name, t)| (name, t.shape().to_vec()))
        .collect();
    assert_eq!(shapes, [("weight", vec![1, 8]), ("bias", vec![1])]);
}

#[test]
fn pa_3_a_parameter_holds_value_gradient_and_flag() {
    let p = Param::new(Tensor::from([1.0, 2.0]));
    assert!(p.requires_grad());
    assert_eq!(p.detach(), Tensor::from([1.0, 2.0]));
    p.square().sum().backward();
    assert_eq!(p.grad(), Some(Tensor::from([2.0, 4.0])));
    p.requires_grad_(false);
    assert!(!p.square().requires_grad());
}

#[test]
fn pa_4_there_is_no_gradient_before_backward() {
    assert!(net().parameters().iter().all(|p| p.grad().is_none()));
}

#[test]
fn pa_5_parameters_are_named_by_their_path_in_order_of_definition() {
    let named = net().named_parameters();
    let shapes: Vec<_> = named
        .iter()
        .map(|(n, p)| (n.as_str(), p.shape().to_vec()))
        .collect();
    let expected = [
        ("0.weight", vec![8, 4]),
        ("0.bias", vec![8]),
        ("2.weight", vec![1, 8]),
        ("2.bias", vec![1]),
    ];
    assert_eq!(shapes, expected);
}

#[test]
fn pa_6_a_weight_is_out_by_in() {
    let (layer, x) = (Linear::new(4, 8), Tensor::randn([2, 4]));
    assert_eq!(
        (layer.weight.shape(), layer.bias.shape()),
        (&[8, 4][..], &[8][..])
    );
    let by_hand = x.matmul(&layer.weight.t()) + &**layer.bias;
    assert!((layer.forward(&x) - by_hand).abs().max().item() < 1e-6);
}

#[test]
fn pa_7_a_single_entry_can_be_written() {
    let layer = Linear::new(2, 1).bias(false);
    layer.weight.fill_(0.0);
    no_grad(|| layer.weight.set((0, 0), 100.0));
    assert_eq!(layer.forward(&Tensor::ones([1, 2])).item(), 100.0);
}

/// One layer at two places.
#[derive(Module)]
struct Tied {
    first: Linear,
    second: Arc<Linear>,
    fourth: Arc<Linear>,
    last: Linear,
}

#[add_to_class(Tied)]
fn forward(&self, x: &Tensor) -> Tensor {
    let x = self.first.forward(x).relu();
    let x = self.second.forward(&x).relu();
    let x = self.fourth.forward(&x).relu();
    self.last.forward(&x)
}

fn tied() -> Tied {
    let shared = Arc::new(Linear::new(8, 8));
    Tied {
        first: Linear::new(4, 8),
        second: shared.clone(),
        fourth: shared,
        last: Linear::new(8, 1),
    }
}

#[test]
fn tp_1_what_is_changed_at_one_place_shows_at_the_other() {
    let net = tied();
    assert_eq!(net.forward(&Tensor::randn([2, 4])).shape(), [2, 1]);
    assert_eq!(*net.second.weight, *net.fourth.weight);
    no_grad(|| net.second.weight.set((0, 0), 100.0));
    assert_eq!(net.fourth.weight.i((0, 0)).item(), 100.0);
    assert!(net.second.weight.same(&net.fourth.weight));
}

#[test]
fn tp_2_tied_parameters_are_listed_once_at_their_first_place() {
    let net = tied();
    let paths: Vec<_> = net.named_parameters().into_iter().map(|p| p.0).collect();
    let expected = [
        "first.weight",
        "first.bias",
        "second.weight",
        "second.bias",
        "last.weight",
        "last.bias",
    ];
    assert_eq!(paths, expected);
    assert_eq!(net.num_parameters(), 121);
}

#[test]
fn tp_3_tied_parameters_are_saved_once_and_restored_at_both_places() {
    let (net, other) = (tied(), tied());
    let state = net.state_dict();
    assert_eq!(state.len(), 6);
    other.load_state_dict(&state).unwrap();
    assert_eq!(*other.fourth.weight, *net.fourth.weight);
    assert!(other.second.weight.same(&other.fourth.weight));
}

#[test]
fn tp_4_the_gradients_of_both_uses_are_added() {
    // y = w (w x) has the derivative 2 w x.
    let layer = Linear::new(1, 1).bias(false);
    layer.weight.fill_(3.0);
    let twice = layer.forward(&layer.forward(&Tensor::from([[5.0]])));
    twice.sum().backward();
    assert_eq!(layer.weight.grad().unwrap().item(), 2.0 * 3.0 * 5.0);
    // And through the model, against finite differences in `w[0][0]`.
    let (net, x) = (tied(), Tensor::ones([1, 4]));
    for p in net.parameters() {
        p.uniform_(0.1, 0.2); // away from the kinks of ReLU
    }
    net.forward(&x).sum().backward();
    let exact = net.second.weight.grad().unwrap().i((0, 0)).item();
    let at = |delta: f64| {
        no_grad(|| {
            let old = net.second.weight.i((0, 0)).item();
            net.second.weight.set((0, 0), old + delta);
            let y = net.forward(&x).item();
            net.second.weight.set((0, 0), old);
            y
        })
    };
    assert_close((at(0.01) - at(-0.01)) / 0.02, exact, 1e-3);
}

#[test]
fn tp_5_a_clone_is_independent_and_tied_in_itself() {
    let net = tied();
    let copy = net.clone();
    assert!(copy.second.weight.same(&copy.fourth.weight));
    copy.second.weight.fill_(0.0);
    assert_eq!(copy.fourth.weight.abs().max().item(), 0.0);
    assert!(net.second.weight.abs().max().item() > 0.0);
}
