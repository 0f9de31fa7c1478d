//! Where in the model a shape does not fit: the message has the dotted path, the layer with its sizes,
//! both shapes and what flowed before, in at most six lines; the place is the user's.
use super::*;
use std::{collections::HashMap, rc::Rc};

/// Two dense layers, the second as wide as it is told to expect.
#[derive(Module)]
struct Block {
    fc: LazyLinear,
    act: ReLU,
}

#[add_to_class(Block)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.act.forward(&self.fc.forward(x))
}

#[derive(Module)]
struct Encoder {
    blocks: Vec<Block>,
    last: Linear,
}

#[add_to_class(Encoder)]
fn forward(&self, x: &Tensor) -> Tensor {
    let y = self.blocks.iter().fold(x.clone(), |y, b| b.forward(&y));
    self.last.forward(&y)
}

#[derive(Module)]
struct Model {
    encoder: Encoder,
    scale: Scale,
    head: Sequential,
}

/// Arithmetic of its own.
#[derive(Module)]
struct Scale(Param);

#[add_to_class(Scale)]
fn forward(&self, x: &Tensor) -> Tensor {
    x.matmul(&self.0)
}

#[add_to_class(Model)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.head
        .forward(&self.scale.forward(&self.encoder.forward(x)))
}

fn block(width: usize) -> Block {
    Block {
        fc: LazyLinear::new(width),
        act: ReLU,
    }
}

/// A model in which the given widths are expected.
fn model(last: usize, scale: usize, head: usize) -> Model {
    let encoder = Encoder {
        blocks: vec![block(6), block(8)],
        last: Linear::new(last, 5),
    };
    let net = Model {
        encoder,
        scale: Scale(Param::new(Tensor::ones([scale, 7]))),
        head: sequential![ReLU, |x: &Tensor| x * 2.0, ReLU, Linear::new(head, 2)],
    };
    assert_eq!(net.named_parameters().len(), 9);
    net
}

fn message(net: &Model) -> String {
    let panic = panics(|| drop(net.forward(&Tensor::ones([4, 3]))));
    assert!(panic.message.lines().count() <= 6, "{}", panic.message);
    assert!(panic.file.ends_with(file!()), "{}", panic.file);
    panic.message
}

#[test]
fn a_layer_in_a_list_of_modules() {
    assert_eq!(
        message(&model(9, 5, 7)),
        "linear: input [4, 8] and weight [5, 9] do not fit: 8 and 9 features differ (in encoder.last, Linear)\n  \
         layer: Linear(in_features=9, out_features=5, bias=True)\n  \
         previous: encoder.blocks.1.act gave [4, 8]"
    );
}

#[test]
fn arithmetic_of_a_module_of_ones_own() {
    assert_eq!(
        message(&model(8, 6, 7)),
        "matmul: [4, 5] and [6, 7] do not fit: inner sizes 5 and 6 differ (in scale, Scale)\n  \
         previous: encoder.last gave [4, 5]"
    );
}

#[test]
fn a_layer_of_a_sequential_after_layers_without_an_address() {
    assert_eq!(
        message(&model(8, 5, 9)),
        "linear: input [4, 7] and weight [2, 9] do not fit: 7 and 9 features differ (in head.3, Linear)\n  \
         layer: Linear(in_features=9, out_features=2, bias=True)\n  \
         previous: head.2 gave [4, 7]"
    );
}

#[test]
fn the_first_layer_has_nothing_before_it_and_each_call_starts_anew() {
    let net = model(8, 5, 7);
    assert_eq!(net.forward(&Tensor::ones([4, 3])).shape(), [4, 2]);
    let panic = panics(|| drop(net.forward(&Tensor::ones([4, 2]))));
    let panic = panic.says(&[
        "(in encoder.blocks.0.fc, LazyLinear)",
        "Linear(in_features=3, out_features=6, bias=True)",
    ]);
    assert!(!panic.message.contains("previous"), "{}", panic.message);
    // outside of a model there is no path
    let alone = panics(|| drop(Linear::new(3, 1).forward(&Tensor::ones([1, 2]))));
    assert!(alone.message.contains("(in Linear)") && !alone.message.contains("previous"));
}

#[test]
fn a_shared_layer_goes_by_its_first_place_and_a_module_that_is_gone_by_its_type() {
    #[derive(Module)]
    struct Shared {
        first: Rc<Linear>,
        second: Rc<Linear>,
    }
    #[add_to_class(Shared)]
    fn forward(&self, x: &Tensor) -> Tensor {
        let made_here = Linear::new(2, 3).forward(x);
        self.second.forward(&made_here)
    }
    let layer = Rc::new(Linear::new(2, 2));
    let net = Shared {
        first: layer.clone(),
        second: layer,
    };
    panics(|| drop(net.forward(&Tensor::ones([1, 2]))))
        .says(&["(in first, Linear)", "\n  previous: Linear gave [1, 3]"]);
    assert!(Rc::ptr_eq(&net.first, &net.second));
}

/// Parts in a map, behind a list, and functions; the last part is of two results.
#[derive(Module)]
struct Parts {
    towers: HashMap<String, Vec<Sequential>>,
    split: Split,
}

#[derive(Module)]
struct Split(Linear);

#[add_to_class(Split)]
fn forward(&self, x: &Tensor) -> (Tensor, Tensor) {
    let y = self.0.forward(x);
    (y.t(), y)
}

#[add_to_class(Parts)]
fn forward(&self, x: &Tensor) -> Tensor {
    let y = self.towers["left"][1].forward(x);
    self.split.forward(&y).0.matmul(&Tensor::ones([9, 1]))
}

fn parts(width: usize) -> Parts {
    let tower = || {
        sequential![|x: &Tensor| x * 2.0, Linear::new(3, 4), |x: &Tensor| x
            .matmul(&Tensor::ones([4, 4]))]
    };
    Parts {
        towers: [("left".to_string(), vec![tower(), tower()])].into(),
        split: Split(Linear::new(width, 2)),
    }
}

#[test]
fn parts_of_maps_lists_and_functions_have_their_paths() {
    let of = |width: usize, inputs: usize| {
        panics(|| drop(parts(width).forward(&Tensor::ones([1, inputs])))).message
    };
    let closure = "previous: towers.left.1.0 gave [1, 5]";
    let message = of(4, 5);
    assert!(
        message.contains("(in towers.left.1.1, Linear)") && message.ends_with(closure),
        "{message}"
    );
    let message = of(5, 3);
    assert!(
        message.ends_with("previous: towers.left.1.2 gave [1, 4]"),
        "{message}"
    );
    assert!(message.contains("(in split.0, Linear)"), "{message}");
    let message = of(4, 3);
    assert!(message.contains("(in Parts)"), "{message}");
    assert!(
        message.ends_with("previous: split gave [2, 1]"),
        "{message}"
    );
}

#[test]
fn an_error_within_a_function_is_at_the_function() {
    let net = sequential![Linear::new(3, 4), |x: &Tensor| x
        .matmul(&Tensor::ones([5, 1]))];
    let model = Model {
        head: net,
        ..model(8, 5, 7)
    };
    let x = Tensor::ones([2, 3]);
    let panic = panics(|| drop(model.head.forward(&x)));
    assert!(
        panic.message.contains("matmul: [2, 4] and [5, 1]"),
        "{}",
        panic.message
    );
    assert!(
        panic.message.contains("(in 1, Lambda)"),
        "{}",
        panic.message
    );
    assert!(
        panic.message.ends_with("previous: 0 gave [2, 4]"),
        "{}",
        panic.message
    );
    panic.at(file!());
}
