//! Mistakes in programs: a panic with operation, shapes and layer, at the user's line.
use super::*;

fn data(features: usize) -> DataLoader {
    let (x, y) = (Tensor::ones([8, features]), Tensor::ones([8, 1]));
    DataLoader::new(TensorDataset::new([&x, &y]), 4)
}

#[test]
fn a_wrong_number_of_features_names_operation_shapes_and_place() {
    let layer = Linear::new(3, 2);
    panics(|| drop(layer.forward(&Tensor::ones([4, 5]))))
        .says(&["linear", "[4, 5]", "[2, 3]", "(in Linear)"])
        .at(file!());
    let lazy = LazyLinear::new(2);
    lazy.forward(&Tensor::ones([1, 3]));
    panics(|| drop(lazy.forward(&Tensor::ones([4, 5]))))
        .says(&["linear", "[4, 5]", "[2, 3]", "(in LazyLinear)"])
        .at(file!());
    panics(|| drop(Tensor::ones([4, 5]).matmul(&Tensor::ones([3, 2]))))
        .says(&["matmul", "[4, 5]", "[3, 2]"])
        .at(file!());
}

#[test]
fn within_a_model_the_path_of_the_layer_is_named() {
    let net = net();
    panics(|| drop(net.forward(&Tensor::ones([2, 5])))).says(&[
        "linear",
        "[2, 5]",
        "[4, 3]",
        "(in net.0, LazyLinear)",
    ]);
}

#[derive(Module)]
struct Outer {
    inner: Net,
}

#[add_to_class(Outer)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.inner.forward(x)
}

#[test]
fn so_is_the_path_through_several_models() {
    let outer = Outer { inner: net() };
    panics(|| drop(outer.forward(&Tensor::ones([2, 5])))).says(&["(in inner.net.0, LazyLinear)"]);
}

#[derive(Module)]
struct Direct {
    #[hparam]
    lr: f64,
    layer: LazyLinear,
}

#[add_to_class(Direct)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.layer.forward(x)
}

#[add_to_class(Direct)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    y_hat.mse_loss(y)
}

fn direct(lr: f64) -> Direct {
    Direct {
        lr,
        layer: LazyLinear::new(1),
    }
}

#[test]
fn a_training_stops_at_the_line_of_the_models_forward() {
    let mut model = direct(0.1);
    let mut trainer = Trainer::new(1).progress(false);
    trainer.fit(&mut model, &data(3));
    panics(|| drop(trainer.fit(&mut model, &data(5))))
        .says(&["linear", "[4, 5]", "[1, 3]", "(in layer, LazyLinear)"])
        .at(file!());
}

#[test]
fn labels_of_another_shape_are_refused_by_the_loss() {
    let (x, y) = (Tensor::ones([8, 3]), Tensor::ones([8]));
    let loader = DataLoader::new(TensorDataset::new([&x, &y]), 4);
    panics(|| {
        drop(
            Trainer::new(1)
                .progress(false)
                .fit(&mut direct(0.1), &loader),
        )
    })
    .says(&["mse_loss", "[4, 1]", "[4]"])
    .at(file!());
    let (scores, labels) = (Tensor::zeros([4, 3]), Tensor::from([0, 1]));
    panics(|| drop(CrossEntropyLoss::new().forward(&scores, &labels)))
        .says(&["cross_entropy", "[4, 3]", "[2]"])
        .at(file!());
    panics(|| drop(CrossEntropyLoss::new().forward(&scores, &Tensor::from([0, 1, 2, 3]))))
        .says(&["cross_entropy", "3"])
        .at(file!());
}

#[test]
fn a_wrong_dtype_is_named_with_what_to_do() {
    let layer = Linear::new(2, 1);
    for x in [Tensor::from([[1, 2]]), Tensor::ones([1, 2]).double()] {
        let dtype = x.dtype().to_string();
        panics(|| drop(layer.forward(&x)))
            .says(&["linear", &dtype, "f32", "to_dtype", "(in Linear)"])
            .at(file!());
        panics(|| drop(LazyLinear::new(1).forward(&x)))
            .says(&["linear", &dtype, "f32", "to_dtype", "(in LazyLinear)"])
            .at(file!());
    }
    let (y_hat, y) = (Tensor::zeros([2, 1]), Tensor::zeros([2, 1]).long());
    panics(|| drop(MSELoss::new().forward(&y_hat, &y)))
        .says(&["mse_loss", "i64", "f32"])
        .at(file!());
    panics(|| drop(Param::new(Tensor::from([1, 2]))))
        .says(&["i64"])
        .at(file!());
    panics(|| drop(Tensor::from([1, 2]).to_vec::<f32>()))
        .says(&["to_vec", "i64", "f32"])
        .at(file!());
}

#[test]
fn an_empty_data_set_is_refused() {
    let empty = TensorDataset::new([&Tensor::zeros([0, 2]), &Tensor::zeros([0, 1])]);
    panics(|| drop(DataLoader::new(empty, 32)))
        .says(&["DataLoader", "empty", "0 examples"])
        .at(file!());
    let nothing = SyntheticRegressionData::new([1.0, 2.0], 0.0).num_train(0);
    panics(|| {
        drop(
            Trainer::new(1)
                .progress(false)
                .fit(&mut direct(0.1), &nothing),
        )
    })
    .says(&["empty", "0 examples"]);
    let no_batches: Vec<Batch> = Vec::new();
    panics(|| {
        drop(
            Trainer::new(1)
                .progress(false)
                .fit(&mut direct(0.1), &no_batches),
        )
    })
    .says(&["training batches is empty"]);
    panics(|| drop(TensorDataset::new([])))
        .says(&["TensorDataset", "no tensors"])
        .at(file!());
}

#[test]
fn a_batch_size_of_0_is_refused() {
    let set = TensorDataset::new([&Tensor::zeros([4, 2])]);
    panics(|| drop(DataLoader::new(set, 0)))
        .says(&["DataLoader", "batch_size is 0"])
        .at(file!());
    let data = SyntheticRegressionData::new([1.0, 2.0], 0.0).batch_size(0);
    panics(|| drop(Trainer::new(1).progress(false).fit(&mut direct(0.1), &data)))
        .says(&["batch_size is 0"]);
}

/// A parameter for an optimizer to have.
fn param() -> [Param; 1] {
    [Param::new(Tensor::ones([2]))]
}

#[test]
fn a_learning_rate_that_is_no_number_is_refused_before_the_first_step() {
    for lr in [f64::NAN, f64::INFINITY, -0.1] {
        let said = format!("lr {lr} is not a finite number of at least 0");
        panics(|| drop(SGD::new(param(), lr)))
            .says(&["SGD: ", &said])
            .at(file!());
        let mut model = direct(lr);
        panics(|| drop(Trainer::new(1).progress(false).fit(&mut model, &data(3))))
            .says(&["SGD: ", &said]);
        assert!(!model.layer.weight.is_initialized(), "nothing has run");
        panics(|| SGD::new(param(), 0.1).set_lr(lr))
            .says(&["SGD: ", &said])
            .at(file!());
    }
}

#[test]
fn options_of_an_optimizer_that_have_no_meaning_are_refused() {
    let group = || ParamGroup::new(&param());
    panics(|| drop(SGD::new([group().lr(f64::NAN)], 0.1)))
        .says(&["SGD: lr NaN"])
        .at(file!());
    panics(|| drop(SGD::new(param(), 0.1).momentum(f64::NAN)))
        .says(&["SGD: momentum NaN"])
        .at(file!());
    panics(|| drop(Adam::new(param(), 0.1).weight_decay(-1.0)))
        .says(&["Adam: weight_decay -1 is not a finite number of at least 0"])
        .at(file!());
    panics(|| drop(Adam::new(param(), 0.1).betas((0.9, 1.0))))
        .says(&["Adam: beta2 1 is not in 0..1"])
        .at(file!());
    panics(|| drop(Adam::new([group().set("momentum", 0.9)], 0.1)))
        .says(&["Adam: there is no option `momentum`; there are lr, beta1, beta2"])
        .at(file!());
    panics(|| Adam::new(param(), 0.1).set_option(1, "lr", 0.1))
        .says(&["Adam: there is no group 1, there are 1"])
        .at(file!());
}

#[test]
fn parameters_that_an_optimizer_cannot_have_are_refused() {
    panics(|| drop(Adam::new(Vec::<Param>::new(), 0.1)))
        .says(&["Adam: the list of parameters is empty"])
        .at(file!());
    let [w] = param();
    panics(|| drop(SGD::new([w.clone(), w.clone()], 0.1)))
        .says(&["SGD: a parameter is given twice"])
        .at(file!());
    let groups = [ParamGroup::new([&w]), ParamGroup::new([&w])];
    panics(|| drop(SGD::new(groups, 0.1))).says(&["SGD: a parameter is given twice"]);
}

#[test]
fn schedulers_that_cannot_work_are_refused() {
    let mut sgd = SGD::new(param(), 0.1);
    panics(|| drop(StepLR::new(0, 0.1)))
        .says(&["StepLR: step_size is 0"])
        .at(file!());
    panics(|| ReduceLROnPlateau::new().step(&mut sgd))
        .says(&["ReduceLROnPlateau: it watches a value"])
        .at(file!());
    panics(|| OneCycleLR::new(0.1, 3).step(&mut Adagrad::new(param(), 0.1)))
        .says(&["cycle_momentum: the optimizer has no momentum"]);
    let second = ConstantLR::new();
    panics(|| drop(SequentialLR::new(LinearLR::new()).then(0, second)))
        .says(&["SequentialLR: milestone 0 is not behind 0"])
        .at(file!());
}

#[test]
fn other_settings_that_make_no_sense_are_refused() {
    panics(|| drop(Trainer::new(1).gradient_clip_val(f64::NAN)))
        .says(&["Trainer", "gradient_clip_val"])
        .at(file!());
    panics(|| drop(SyntheticRegressionData::new([1.0], 0.0).noise(-1.0)))
        .says(&["noise", "-1"])
        .at(file!());
    panics(|| drop(SyntheticRegressionData::new(Tensor::from([1, 2]), 0.0)))
        .says(&["SyntheticRegressionData", "I64"])
        .at(file!());
    panics(|| {
        drop(TensorDataset::new([
            &Tensor::zeros([3]),
            &Tensor::zeros([4]),
        ]))
    })
    .says(&["3 rows", "4"])
    .at(file!());
    panics(|| d2l::runtime::set_num_threads(0))
        .says(&["set_num_threads"])
        .at(file!());
}

#[test]
fn a_panic_during_training_leaves_nothing_running() {
    let mut model = direct(0.1);
    model.layer.forward(&Tensor::ones([1, 3]));
    panics(|| drop(Trainer::new(1).progress(false).fit(&mut model, &data(5))));
    assert_eq!(d2l::train::position(), None);
    assert!(d2l::is_grad_enabled());
    panics(|| model.plot("loss", 1.0, true))
        .says(&["Trainer is not inited"])
        .at(file!());
    panics(|| drop(Tensor::ones([2, 3]).matmul(&Tensor::ones([2, 3])))).says(&["do not fit"]);
    let fit = Trainer::new(1).progress(false).fit(&mut model, &data(3));
    assert_eq!(fit.steps(), 2);
}

#[test]
fn a_backward_pass_that_cannot_be_is_refused_where_it_is_asked_for() {
    let x = Tensor::from([1.0, 2.0]).requires_grad_(true);
    let y = x.square().sum();
    no_grad(|| x.fill_(3.0));
    panics(|| y.backward())
        .says(&["backward", "[2]", "`square`", "changed in place", "copy()"])
        .at(file!());
    assert_eq!(x.grad(), None);
    let y = x.square().sum();
    y.backward();
    panics(|| y.backward())
        .says(&["backward", "freed", "backward_retain_graph"])
        .at(file!());
    panics(|| Tensor::from(1.0).backward())
        .says(&["backward", "requires_grad_"])
        .at(file!());
}

#[test]
fn a_single_number_has_no_axis() {
    panics(|| assert_eq!(Tensor::from(1.0).size(-1), 1))
        .says(&["size", "a single number", "-1"])
        .at(file!());
}

#[derive(Module)]
struct Words {
    words: Embedding,
    body: Sequential,
}

#[add_to_class(Words)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.body.forward(&self.words.forward(x))
}

#[test]
fn arguments_of_layers_that_cannot_be_are_refused_with_their_values() {
    panics(|| drop(MultiheadAttention::new(8, 0)))
        .says(&["MultiheadAttention", "8", "0"])
        .at(file!());
    panics(|| drop(MultiheadAttention::new(10, 4)))
        .says(&["MultiheadAttention", "10", "4"])
        .at(file!());
    panics(|| _ = Dropout::new(-0.1))
        .says(&["Dropout", "-0.1", "between 0 and 1"])
        .at(file!());
    panics(|| drop(Adam::new(Linear::new(1, 1).parameters(), -0.1)))
        .says(&["Adam", "lr", "-0.1"])
        .at(file!());
}

#[test]
fn inputs_that_a_layer_inside_of_a_model_cannot_take_are_refused_by_path() {
    let (words, conv) = (Embedding::new(5, 4), Conv1d::new(3, 2, 7));
    let model = Words {
        words,
        body: sequential![Tanh, conv],
    };
    panics(|| drop(model.forward(&Tensor::from([[1, 2, 5]])))).says(&[
        "embedding",
        "5",
        "(in words, Embedding)",
    ]);
    panics(|| drop(model.forward(&Tensor::from([[1, 2, 4]])))).says(&[
        "conv1d",
        "[1, 3, 4]",
        "7",
        "(in body.1, Conv1d)",
    ]);
}
