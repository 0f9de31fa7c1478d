//! Lazy layers (book 6.4): a layer that learns its input size from its first input. Everything one
//! does with a model works before that too: here on dense layers, in `every` on all that there are.
mod every;

use d2l::{init::Normal, prelude::*, train::CheckpointError};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
};

/// The message that `f` panics with.
fn panic_message(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    *panic.downcast::<String>().expect("a formatted message")
}

fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!(
        "d2l-lazy-{name}-{}.safetensors",
        std::process::id()
    ))
}

/// The net of the section: 20 inputs, 256 hidden units, 10 outputs.
fn net() -> Sequential {
    sequential![LazyLinear::new(256), ReLU, LazyLinear::new(10)]
}

#[test]
fn lz_1_before_the_first_forward_there_is_no_parameter() {
    let layer = LazyLinear::new(3);
    assert!(!layer.weight.is_initialized() && layer.weight.get().is_none());
    assert_eq!(format!("{:?}", layer.weight), "Param(lazy)");
    let message = panic_message(|| drop(layer.weight.shape().to_vec()));
    assert!(
        message.contains("`LazyLinear.weight` has no shape yet"),
        "{message}"
    );
    assert!(message.contains("first forward"), "{message}");
}

#[test]
fn lz_2_the_first_forward_fixes_all_shapes_in_sequence() {
    let net = net();
    assert_eq!(net.forward(&Tensor::rand([2, 20])).shape(), [2, 10]);
    let shapes: Vec<_> = net
        .parameters()
        .iter()
        .map(|p| p.shape().to_vec())
        .collect();
    assert_eq!(shapes, [vec![256, 20], vec![256], vec![10, 256], vec![10]]);
}

#[test]
fn lz_3_the_printed_form_tells_what_is_known() {
    let layer = LazyLinear::new(3);
    let before = layer.repr().to_string();
    assert_eq!(
        before,
        "LazyLinear(in_features=0, out_features=3, bias=True)"
    );
    layer.forward(&Tensor::ones([1, 20]));
    let after = layer.repr().to_string();
    assert_eq!(after, "Linear(in_features=20, out_features=3, bias=True)");
}

#[test]
fn lz_4_a_second_call_with_another_width_names_both_shapes() {
    let net = net();
    net.forward(&Tensor::ones([2, 20]));
    let message = panic_message(|| drop(net.forward(&Tensor::ones([2, 30]))));
    assert!(
        message.contains("[2, 30]") && message.contains("[256, 20]"),
        "{message}"
    );
    assert!(
        message.contains("(in 0, LazyLinear)\n  layer: Linear("),
        "{message}"
    );
    assert_eq!(
        net.forward(&Tensor::ones([5, 20])).shape(),
        [5, 10],
        "it still works"
    );
}

#[test]
fn lz_5_an_optimizer_made_before_works_afterwards() {
    let layer = LazyLinear::new(1);
    layer.weight.fill_(1.0);
    let before = layer.parameters();
    let mut sgd = SGD::new(layer.parameters(), 0.5);
    sgd.zero_grad();
    sgd.step(); // nothing to do yet
    layer.forward(&Tensor::ones([1, 2])).sum().backward();
    sgd.step();
    assert!(before[0].same(&layer.weight));
    assert_eq!(*layer.weight, Tensor::from([[0.5, 0.5]]));
}

#[test]
fn lz_6_eager_and_lazy_layers_mix() {
    let net = sequential![Linear::new(20, 256), ReLU, LazyLinear::new(10)];
    assert_eq!(net.num_parameters(), 256 * 21);
    assert_eq!(net.forward(&Tensor::ones([2, 20])).shape(), [2, 10]);
    assert_eq!(net.num_parameters(), 256 * 21 + 10 * 257);
}

#[test]
fn lz_8_values_chosen_before_the_shape_is_known_are_kept() {
    let layer = LazyLinear::new(2);
    layer.weight.fill_(0.5);
    layer.bias.fill_(1.0);
    assert_eq!(
        layer.forward(&Tensor::ones([1, 4])),
        Tensor::from([[3.0, 3.0]])
    );
    // The last wish wins, as it would on an ordinary layer.
    let layer = LazyLinear::new(2).bias(false);
    layer.weight.normal_(0.0, 0.01).fill_(2.0);
    assert_eq!(
        layer.forward(&Tensor::ones([1, 1])),
        Tensor::from([[2.0, 2.0]])
    );
}

#[test]
fn lz_9_apply_reaches_layers_without_a_shape() {
    manual_seed(9);
    let (net, mut hits) = (net(), 0);
    net.apply_to::<LazyLinear>(|l| {
        hits += 1;
        l.weight.init(Normal(0.0, 0.5));
    });
    assert_eq!(hits, 2);
    net.forward(&Tensor::ones([1, 20]));
    for p in net.parameters().iter().step_by(2) {
        let std = p.square().mean().item().sqrt();
        assert!((0.45..0.55).contains(&std), "{std}");
    }
}

#[test]
fn lz_10_a_state_gives_a_model_that_never_ran_its_shapes() {
    let (old, new) = (net(), net());
    let y = old.forward(&Tensor::ones([1, 20]));
    new.load_state_dict(&old.state_dict()).unwrap();
    assert!(
        new.repr().to_string().contains("in_features=20"),
        "{}",
        new.repr()
    );
    assert_eq!(new.num_parameters(), old.num_parameters());
    assert_eq!(new.forward(&Tensor::ones([1, 20])), y);
}

#[test]
fn lz_11_one_batch_is_enough_to_fix_the_shapes() {
    let net = net();
    net.forward(&Tensor::ones([1, 20]));
    net.apply_to::<LazyLinear>(|l| {
        l.weight.fill_(1.0);
    });
    assert!(net.parameters().iter().all(Param::is_initialized));
    assert_eq!(net.parameters()[0].mean().item(), 1.0);
}

#[test]
fn lz_12_counting_counts_what_is_known() {
    let net = net();
    assert_eq!(net.num_parameters(), 0);
    assert_eq!(net.parameters().len(), 4, "they are listed all the same");
    net.forward(&Tensor::ones([1, 20]));
    assert_eq!(net.num_parameters(), 256 * 21 + 10 * 257);
}

/// The number of outputs is known from the start, so a state with another does not fit.
#[test]
fn lz_14_a_state_that_contradicts_the_declared_size_is_refused() {
    let five = LazyLinear::new(5);
    five.forward(&Tensor::ones([1, 3]));
    let two = LazyLinear::new(2);
    let error = two
        .load_state_dict(&five.state_dict())
        .expect_err("5 outputs for 2")
        .to_string();
    assert!(
        error.contains("weight") && error.contains("[5, 3]"),
        "{error}"
    );
    assert!(!two.weight.is_initialized(), "nothing was loaded");
    for shape in [vec![2], vec![2, 3, 4], vec![]] {
        let state = [
            ("weight", Tensor::zeros(&shape)),
            ("bias", Tensor::zeros([2])),
        ];
        let loaded = LazyLinear::new(2).load_state_dict(&state.into_iter().collect());
        assert!(loaded.is_err(), "a weight of shape {shape:?}");
    }
    let integers = [
        ("weight", Tensor::from([[1], [2]])),
        ("bias", Tensor::from([1, 2])),
    ];
    assert!(
        LazyLinear::new(2)
            .load_state_dict(&integers.into_iter().collect())
            .is_err()
    );
}

#[test]
fn a_clone_before_the_first_forward_is_independent_and_keeps_the_wishes() {
    let layer = LazyLinear::new(1);
    layer.weight.fill_(2.0);
    layer.bias.fill_(0.0);
    let copy = layer.clone();
    copy.weight.fill_(3.0);
    assert!(!copy.weight.same(&layer.weight));
    // Even their widths are their own.
    assert_eq!(layer.forward(&Tensor::ones([1, 2])).item(), 4.0);
    assert_eq!(copy.forward(&Tensor::ones([1, 5])).item(), 15.0);
}

#[test]
fn a_clone_keeps_the_ties_of_parameters_without_a_shape() {
    #[derive(Module)]
    struct Tied {
        a: Arc<LazyLinear>,
        b: Arc<LazyLinear>,
        w: Param,
    }
    let shared = Arc::new(LazyLinear::new(2));
    let tied = Tied {
        w: shared.weight.clone(),
        a: shared.clone(),
        b: shared,
    };
    assert_eq!(tied.parameters().len(), 2);
    for model in [tied.clone(), tied] {
        model.a.forward(&Tensor::ones([1, 3]));
        assert_eq!(model.w.shape(), [2, 3]);
        assert!(model.b.weight.same(&model.w));
        assert_eq!(model.state_dict().len(), 2);
    }
}

#[test]
fn the_state_of_a_model_that_never_ran_is_empty() {
    assert!(net().state_dict().is_empty());
    let eager_part = sequential![Linear::new(2, 3), LazyLinear::new(1)].state_dict();
    assert_eq!(
        eager_part.keys().collect::<Vec<_>>(),
        ["0.weight", "0.bias"]
    );
}

#[derive(Module)]
struct Mlp {
    #[hparam]
    hidden: usize,
    net: Sequential,
}

#[add_to_class(Mlp)]
fn new(hidden: usize) -> Self {
    save_hyperparameters!(net: sequential![LazyLinear::new(hidden), ReLU, LazyLinear::new(1)])
}

#[add_to_class(Mlp)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[test]
fn a_checkpoint_loads_into_a_model_that_never_ran() {
    let (path, x) = (file("loaded"), Tensor::randn([3, 4]));
    let model = Mlp::new(5);
    let y = model.forward(&x);
    model.save_checkpoint(&path).unwrap();
    let rebuilt = Mlp::load_from_checkpoint(&path).unwrap();
    let fresh = Mlp::new(5);
    fresh.load(&path).unwrap();
    assert_eq!(
        (rebuilt.hidden, rebuilt.forward(&x), fresh.forward(&x)),
        (5, y.clone(), y)
    );
    std::fs::remove_file(path).unwrap();
}

/// Saving nothing yet is fine, and gives back a model that has not run yet either.
#[test]
fn a_checkpoint_of_a_model_that_never_ran_gives_one_back() {
    let path = file("never-ran");
    Mlp::new(5).save_checkpoint(&path).unwrap();
    let again = Mlp::load_from_checkpoint(&path).unwrap_or_else(|e: CheckpointError| panic!("{e}"));
    assert_eq!((again.hidden, again.num_parameters()), (5, 0));
    assert_eq!(again.forward(&Tensor::ones([2, 7])).shape(), [2, 1]);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_failed_first_forward_fixes_nothing() {
    let layer = LazyLinear::new(2);
    let number = panic_message(|| drop(layer.forward(&Tensor::from(1.0))));
    assert!(
        number.contains("a single number has no features"),
        "{number}"
    );
    let integers = panic_message(|| drop(layer.forward(&Tensor::from([[1, 2]]))));
    assert!(integers.contains("the input is i64"), "{integers}");
    assert!(!layer.weight.is_initialized() && !layer.bias.is_initialized());
    assert_eq!(layer.forward(&Tensor::ones([1, 3])).shape(), [1, 2]);
}

#[test]
fn an_image_that_is_too_small_fixes_no_channels() {
    let layer = LazyConv2d::new(2, 5);
    for small in [Tensor::ones([1, 3, 4, 8]), Tensor::ones([3, 8, 4])] {
        let refused = panic_message(|| drop(layer.forward(&small)));
        assert!(refused.contains("no output: kernel [5, 5]"), "{refused}");
        assert!(!layer.weight.is_initialized() && !layer.bias.is_initialized());
    }
    assert_eq!(layer.forward(&Tensor::ones([1, 8, 8])).shape(), [2, 4, 4]);
}

#[test]
fn modes_and_gradients_can_be_reset_before_the_first_forward() {
    let net = net();
    net.eval();
    assert!(!net.is_training());
    net.zero_grad();
    net.train();
    assert!(net.is_training());
    assert_eq!(clip_grad_norm_(&net.parameters(), 1.0), 0.0);
}
