//! `Module` (book 3.2, later 4.3 and 6): a network that knows its loss, its steps and its optimizer.
use super::*;
use d2l::board::Scale;
use std::cell::RefCell;

/// `y_hat` is the only parameter; losses are what the batches say.
#[derive(Module)]
struct Echo {
    #[hparam]
    lr: f32,
    w: Param,
}

#[add_to_class(Echo)]
fn new(lr: f32) -> Self {
    save_hyperparameters!(w: Tensor::from([1.0]).into())
}

#[add_to_class(Echo)]
fn forward(&self, x: &Tensor) -> Tensor {
    x * &*self.w
}

#[add_to_class(Echo)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).mean()
}

/// Batches of one number, with 0 as label.
fn batches(values: &[f64]) -> Vec<Batch> {
    let batch = |&v: &f64| Batch(vec![Tensor::from([v]), Tensor::from([0.0])]);
    values.iter().map(batch).collect()
}

#[test]
fn mo_1_two_training_points_and_one_validation_point_per_epoch_by_default() {
    let counts = |t: Trainer| {
        let fit = { t }.fit(&mut LinearRegression::new(0.03), &synthetic());
        ["train_loss", "val_loss"].map(|label| fit.board().points(label).len())
    };
    assert_eq!(counts(trainer(1)), [2, 1]);
    let finer = trainer(1).plot_train_per_epoch(4).plot_valid_per_epoch(8);
    assert_eq!(counts(finer), [4, 8]);
    // The board can be chosen before training.
    let log = trainer(1).board(ProgressBoard::new().yscale(Scale::Log));
    let fit = { log }.fit(&mut LinearRegression::new(0.03), &synthetic());
    assert_eq!(fit.board().yscale, Scale::Log);
}

#[test]
fn mo_2_one_type_has_parameters_and_hyperparameters() {
    let model = LinearRegression::new(0.5);
    assert_eq!(model.parameters().len(), 2);
    assert_eq!(model.hparams()["lr"], 0.5);
}

#[derive(Module)]
struct Translator {
    net: LazyLinear,
}

#[add_to_class(Translator)]
fn forward(&self, src: &Tensor, tgt: &Tensor, len: Option<&Tensor>) -> Tensor {
    let y = self.net.forward(src) + tgt;
    len.map_or(y.clone(), |len| y * len)
}

#[add_to_class(Translator)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    y_hat.mse_loss(y)
}

#[add_to_class(Translator)]
fn configure_optimizers(&self) -> SGD {
    SGD::new(self.parameters(), 0.1)
}

#[test]
fn mo_4_forward_takes_one_or_several_inputs() {
    let (net, x) = (
        Translator {
            net: LazyLinear::new(1),
        },
        Tensor::ones([2, 3]),
    );
    net.net.weight.fill_(1.0);
    net.net.bias.fill_(0.0);
    let y = Tensor::from([[1.0], [2.0]]);
    assert_eq!(net.forward(&x, &y, None), Tensor::from([[4.0], [5.0]]));
    assert_eq!(net.call((&x, &y, Some(&y))), Tensor::from([[4.0], [10.0]]));
    assert_eq!(LinearRegression::new(0.1).forward(&x).shape(), [2, 1]);
}

#[test]
fn mo_6_the_last_entry_of_a_batch_is_the_label_and_all_others_are_inputs() {
    let net = Translator {
        net: LazyLinear::new(1),
    };
    let t = |v: f64| Tensor::full([2, 1], v as f32);
    let batch = Batch(vec![t(1.0), t(2.0), t(0.0), t(3.0)]);
    // Times a length of 0, the prediction is 0 and the label 3.
    assert_eq!(net.training_step(&batch).item(), 9.0);

    let mut echo = Echo::new(0.0);
    let fit = trainer(1).fit(&mut echo, &batches(&[1.0, 5.0]));
    assert_eq!(fit.history("train_loss"), [3.0]);

    let short = panic_message(|| drop(net.training_step(&Batch(vec![t(1.0), t(1.0)]))));
    assert!(
        short.contains("Translator::forward takes (src: &Tensor, tgt: &Tensor"),
        "{short}"
    );
    assert!(short.contains("the batch has 1 input(s)"), "{short}");
}

#[test]
fn mo_7_the_validation_step_reports_the_loss() {
    let batch = &batches(&[4.0])[0];
    assert_eq!(
        Echo::new(0.1).validation_step(batch),
        Metrics::new().with("loss", 4.0)
    );
    let data = (batches(&[1.0]), batches(&[2.0, 6.0]));
    let fit = trainer(1).fit(&mut Echo::new(0.0), &data);
    assert_eq!(fit.history("val_loss"), [4.0]);
}

#[test]
fn mo_8_plotting_needs_a_trainer() {
    let message = panic_message(|| Echo::new(0.1).plot("loss", 1.0, true));
    assert!(message.contains("Trainer is not inited"), "{message}");
}

#[test]
fn mo_9_training_points_lie_at_fractions_of_epochs() {
    let fit = trainer(1).fit(&mut LinearRegression::new(0.03), &synthetic());
    // The mean of 0/32 … 15/32.
    assert_eq!(fit.board().points("train_loss")[0].0, 7.5 / 32.0);
}

#[test]
fn mo_10_validation_points_lie_at_the_ends_of_epochs() {
    let fit = trainer(3).fit(&mut LinearRegression::new(0.03), &synthetic());
    let x: Vec<f64> = fit.board().points("val_loss").iter().map(|p| p.0).collect();
    assert_eq!(x, [1.0, 2.0, 3.0]);
}

#[test]
fn mo_11_three_epochs_give_six_training_points_and_three_validation_points() {
    let fit = trainer(3).fit(&mut LinearRegression::new(0.03), &synthetic());
    assert_eq!(fit.board().points("train_loss").len(), 6);
    assert_eq!(fit.board().points("val_loss").len(), 3);
    // A validation point is the mean over all validation batches.
    let data = (batches(&[0.0]), batches(&[1.0, 2.0, 6.0]));
    let fit = trainer(1).fit(&mut Echo::new(0.0), &data);
    assert_eq!(fit.board().points("val_loss"), [(1.0, 3.0)]);
}

#[derive(Module)]
#[module(base = Classifier)]
struct Softmax {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Softmax)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

fn images() -> (DataLoader, DataLoader) {
    let (x, y) = (Tensor::randn([16, 4]), Tensor::randint(0, 3, [16]));
    let loader = DataLoader::new(TensorDataset::new([&x, &y]), 4);
    (loader.clone(), loader)
}

#[test]
fn mo_12_curves_are_named_train_or_val_and_the_axis_is_the_epoch() {
    let mut model = Softmax {
        lr: 0.1,
        net: LazyLinear::new(3),
    };
    let fit = trainer(1).fit(&mut model, &images());
    assert_eq!(fit.board().labels(), ["train_loss", "val_loss", "val_acc"]);
    assert_eq!(fit.names(), ["train_loss", "val_loss", "val_acc"]);
    assert_eq!(fit.board().xlabel, "epoch");
}

#[test]
fn mo_13_the_default_optimizer_is_sgd_with_the_models_rate() {
    let echo = Echo::new(0.25);
    let mut optimizer = echo.configure_optimizers();
    (&*echo.w * 2.0).sum().backward();
    optimizer.step();
    assert_eq!(echo.w.item(), 1.0 - 0.25 * 2.0);
    optimizer.zero_grad();
    assert!(echo.w.grad().is_none());
}

/// The book's `apply_init`: one forward to fix the shapes, then the initialiser. Here the order is
/// free, because an initialiser waits for the shape.
#[test]
fn mo_14_a_model_is_initialised_before_or_after_its_first_forward() {
    let init = |net: &Sequential| {
        net.apply_to::<LazyLinear>(|l| {
            l.weight.fill_(0.5);
            l.bias.fill_(0.0);
        });
    };
    let x = Tensor::ones([2, 3]);
    for init_first in [true, false] {
        let net = sequential![LazyLinear::new(4), ReLU, LazyLinear::new(1)];
        if init_first {
            init(&net);
        }
        net.forward(&x);
        if !init_first {
            init(&net);
        }
        assert_eq!(
            net.forward(&x),
            Tensor::full([2, 1], 0.5f32 * 4.0 * 1.5),
            "{init_first}"
        );
    }
}

mod overriding {
    use super::*;

    #[derive(Module)]
    #[module(base = Classifier)]
    struct Mine {
        #[hparam]
        lr: f32,
        net: LazyLinear,
        #[module(skip)]
        log: RefCell<Vec<&'static str>>,
    }

    #[add_to_class(Mine)]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x)
    }

    /// Own loss, on top of the base class's.
    #[add_to_class(Mine)]
    fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        self.log.borrow_mut().push("loss");
        Classifier::loss(self, y_hat, y) + 1.0
    }

    #[test]
    fn mo_15_any_hook_can_be_overridden_and_the_rest_still_works() {
        let net = LazyLinear::new(3);
        net.weight.fill_(0.0);
        net.bias.fill_(0.0);
        let mut model = Mine {
            lr: 0.0,
            net,
            log: RefCell::default(),
        };
        let fit = trainer(1).fit(&mut model, &images());
        // The inherited steps call the own loss, and accuracy is still there.
        assert_eq!(model.log.borrow().len(), 8);
        assert_close(fit.history("train_loss")[0], 3f64.ln() + 1.0, 1e-5);
        assert_close(fit.history("val_loss")[0], 3f64.ln() + 1.0, 1e-5);
        assert_eq!(fit.history("val_acc").len(), 1);
    }
}

#[derive(Module)]
struct Residual {
    name: String,
    strides: usize,
    scale: f64,
    constant: Tensor,
    w: Param,
    conv1: LazyLinear,
    conv3: Option<LazyLinear>,
}

#[add_to_class(Residual)]
fn forward(&self, x: &Tensor) -> Tensor {
    let skip = self.conv3.as_ref().map_or(x.clone(), |c| c.forward(x));
    self.conv1.forward(x) + skip * self.scale + &self.constant * &*self.w
}

#[test]
fn mo_16_fields_are_tensors_modules_numbers_strings_or_nothing() {
    let block = |conv3| Residual {
        name: "b1".to_string(),
        strides: 1,
        scale: 2.0,
        constant: Tensor::ones([4]),
        w: Tensor::zeros([4]).into(),
        conv1: LazyLinear::new(4),
        conv3,
    };
    let (plain, with) = (block(None), block(Some(LazyLinear::new(4))));
    let x = Tensor::ones([2, 4]);
    assert_eq!(
        (plain.forward(&x).shape(), with.forward(&x).shape()),
        (&[2, 4][..], &[2, 4][..])
    );
    assert_eq!((plain.name.as_str(), plain.strides), ("b1", 1));
    assert_eq!((plain.parameters().len(), with.parameters().len()), (3, 5));
    assert_eq!(plain.named_buffers()[0].0, "constant");
}
