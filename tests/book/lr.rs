//! Linear regression (book 3.1 to 3.7).
use super::*;
use d2l::board::Scale;
use std::time::{Duration, Instant};

/// The shortest of a few runs.
fn fastest(mut f: impl FnMut()) -> Duration {
    let mut once = || {
        let start = Instant::now();
        f();
        start.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap()
}

#[test]
fn lr_1_adding_vectors_at_once_is_faster_than_element_by_element() {
    let (n, a) = (10_000, Tensor::ones([10_000]));
    let (b, c) = (Tensor::ones([n]), Tensor::zeros([n]));
    let by_element = fastest(|| {
        for i in 0..n {
            c.set(i, a.i(i).item() + b.i(i).item());
        }
    });
    assert_eq!(c, &a + &b);
    let at_once = fastest(|| drop(&a + &b));
    assert!(by_element > 10 * at_once, "{by_element:?} and {at_once:?}");
}

#[test]
fn lr_2_three_normal_densities_in_one_figure() {
    let density = |x: &Tensor, mean: f64, sigma: f64| {
        let p = 1.0 / (2.0 * std::f64::consts::PI * sigma * sigma).sqrt();
        (-0.5 / (sigma * sigma) * (x - mean).square()).exp() * p
    };
    let x = Tensor::linspace(-7.0, 7.0, 100);
    let mut board = ProgressBoard::new().xlabel("x").ylabel("p(x)");
    for (mean, sigma) in [(0.0, 1.0), (0.0, 2.0), (3.0, 1.0)] {
        let y = density(&x, mean, sigma);
        assert_close(y.sum().item() * 14.0 / 99.0, 1.0, 1e-3);
        let label = format!("mean {mean}, std {sigma}");
        for (x, y) in x.to_vec::<f32>().into_iter().zip(y.to_vec::<f32>()) {
            board.draw(x, y, &label, 1);
        }
    }
    let svg = board.to_svg();
    assert!(svg.contains("mean 0, std 2") && svg.contains("mean 3, std 1"));
    assert_eq!(board.points("mean 3, std 1").len(), 100);
}

#[test]
fn lr_3_synthetic_data_has_the_books_defaults() {
    let data = synthetic();
    assert_eq!(
        (data.x.shape(), data.y.shape()),
        (&[2000, 2][..], &[2000, 1][..])
    );
    let hparams = data.hparams();
    let numbers = ["noise", "num_train", "num_val", "batch_size"].map(|n| hparams[n].as_f64());
    assert_eq!(numbers, [0.01, 1000.0, 1000.0, 32.0].map(Some));
    assert_close(data.x.mean().item(), 0.0, 0.1);
    assert_close(data.x.square().mean().item(), 1.0, 0.1);
}

#[test]
fn lr_4_a_label_is_that_of_the_model_within_the_noise() {
    let data = synthetic();
    for i in 0..10 {
        let (x, y) = (data.x.i(i).to_vec::<f32>(), data.y.i((i, 0)).item());
        let clean = 2.0 * f64::from(x[0]) - 3.4 * f64::from(x[1]) + 4.2;
        assert_close(y, clean, 0.06);
    }
}

/// Book 3.4: everything by hand.
#[derive(Module)]
struct Scratch {
    #[hparam]
    num_inputs: usize,
    #[hparam]
    lr: f64,
    #[hparam]
    sigma: f64,
    #[hparam]
    lambd: f64,
    w: Param,
    b: Param,
}

#[add_to_class(Scratch)]
fn new(num_inputs: usize, lr: f64, sigma: f64, lambd: f64) -> Self {
    let w = Param::new(Tensor::normal(0.0, sigma, [num_inputs, 1]));
    save_hyperparameters!(w, b: Tensor::zeros([1]).into())
}

#[add_to_class(Scratch)]
fn forward(&self, x: &Tensor) -> Tensor {
    x.matmul(&self.w) + &*self.b
}

#[add_to_class(Scratch)]
fn squared(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    ((y_hat - y).square() / 2.0).mean()
}

/// Book 3.7 adds the penalty to it; λ = 0 is book 3.4.
#[add_to_class(Scratch)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    self.squared(y_hat, y) + self.w.square().sum() / 2.0 * self.lambd
}

#[add_to_class(Scratch)]
fn configure_optimizers(&self) -> OwnSgd {
    OwnSgd::new(self.parameters(), self.lr)
}

struct OwnSgd {
    params: Vec<Param>,
    lr: f64,
}

#[add_to_class(OwnSgd)]
fn new(params: Vec<Param>, lr: f64) -> Self {
    save_hyperparameters!(ignore = [params], params)
}

impl Optimizer for OwnSgd {
    fn step(&mut self) {
        no_grad(|| {
            for p in &self.params {
                if let Some(grad) = p.grad() {
                    p.sub_(&(grad * self.lr));
                }
            }
        });
    }

    fn zero_grad(&mut self) {
        self.params.iter().for_each(Param::zero_grad);
    }
}

#[test]
fn lr_5_linear_regression_by_hand() {
    let model = Scratch::new(2, 0.03, 0.01, 0.0);
    assert_eq!((model.w.shape(), model.b.shape()), (&[2, 1][..], &[1][..]));
    assert!(model.w.requires_grad() && model.b.requires_grad());
    assert!(model.w.abs().max().item() < 0.06);
    assert_eq!(model.b.item(), 0.0);
    let (y_hat, y) = (Tensor::from([[1.0], [4.0]]), Tensor::from([[1.0], [2.0]]));
    assert_eq!(model.loss(&y_hat, &y).item(), 1.0);
    assert_eq!(model.num_inputs, 2);
    assert_eq!(model.sigma, 0.01);
}

#[test]
fn lr_6_the_trainer_takes_an_optimizer_of_ones_own() {
    let (with, without) = (Param::new(Tensor::ones([1])), Param::new(Tensor::ones([1])));
    let mut sgd = OwnSgd::new(vec![with.clone(), without.clone()], 0.5);
    sgd.zero_grad();
    (&*with * 3.0).sum().backward();
    sgd.step();
    assert_eq!((with.item(), without.item()), (1.0 - 1.5, 1.0));
    sgd.zero_grad();
    assert!(with.grad().is_none());
    assert_eq!(sgd.hparams()["lr"], 0.5);
}

#[test]
fn lr_7_three_epochs_at_this_rate_leave_a_twentieth_of_the_error() {
    manual_seed(7);
    let mut model = Scratch::new(2, 0.03, 0.01, 0.0);
    let fit = trainer(3).fit(&mut model, &synthetic());
    // Each of the 96 steps contracts the error by about 0.97.
    let rest = 0.97f64.powi(96);
    let w = model.w.to_vec::<f32>();
    assert_close(f64::from(w[0]), 2.0 * (1.0 - rest), 0.15);
    assert_close(f64::from(w[1]), -3.4 * (1.0 - rest), 0.15);
    assert_close(model.b.item(), 4.2 * (1.0 - rest), 0.15);
    assert!(fit.history("val_loss").is_sorted_by(|a, b| a > b));
}

#[test]
fn lr_8_the_concise_version_comes_within_a_hundredth() {
    manual_seed(8);
    let (mut model, data) = (LinearRegression::new(0.03), synthetic());
    let fit = trainer(3).fit(&mut model, &data);
    let (w, b) = (model.net.weight.detach(), model.net.bias.item());
    let error_w = data.w.reshape(w.shape()) - w;
    assert!(error_w.abs().max().item() < 0.05, "{error_w}");
    assert_close(b, data.b, 0.05);
    let losses = fit.history("val_loss");
    assert!(
        losses.is_sorted_by(|a, b| a > b) && losses[2] < 0.001,
        "{losses:?}"
    );
}

#[test]
fn lr_9_values_set_before_the_shape_is_known_take_effect() {
    manual_seed(9);
    let model = LinearRegression::new(0.03);
    model.forward(&Tensor::randn([4, 200]));
    let std = model.net.weight.square().mean().item().sqrt();
    assert_close(std, 0.01, 0.002);
    assert_eq!(model.net.bias.item(), 0.0);
}

#[test]
fn lr_10_a_loss_refuses_shapes_that_would_broadcast() {
    let (y_hat, y) = (Tensor::zeros([32, 1]), Tensor::zeros([32]));
    for loss in [
        panic_message(|| drop(MSELoss::new().forward(&y_hat, &y))),
        panic_message(|| drop(L2Loss::new().forward(&y_hat, &y))),
    ] {
        assert!(loss.contains("[32, 1]") && loss.contains("[32]"), "{loss}");
    }
}

/// Book 3.7: 200 inputs, 20 rows to learn from.
fn wide() -> SyntheticRegressionData {
    manual_seed(11);
    SyntheticRegressionData::new(Tensor::full([200, 1], 0.01f32), 0.05)
        .num_train(20)
        .num_val(100)
        .batch_size(5)
}

fn mean_square(
    model: &Scratch,
    data: &SyntheticRegressionData,
    rows: std::ops::Range<usize>,
) -> f64 {
    let (x, y) = (data.x.i(rows.clone()), data.y.i(rows));
    no_grad(|| model.squared(&model.forward(&x), &y).item())
}

/// Training error, validation error, ½‖w‖² after ten epochs.
fn decayed(lambd: f64) -> [f64; 3] {
    let (data, mut model) = (wide(), Scratch::new(200, 0.01, 0.01, lambd));
    trainer(10).fit(&mut model, &data);
    let (train, val) = (
        mean_square(&model, &data, 0..20),
        mean_square(&model, &data, 20..120),
    );
    [train, val, model.w.square().sum().item() / 2.0]
}

#[test]
fn lr_11_weight_decay_by_hand_is_a_loss_on_top_of_a_loss() {
    let model = Scratch::new(2, 0.01, 0.01, 3.0);
    model.w.fill_(2.0);
    let y = Tensor::zeros([4, 1]);
    assert_eq!(model.loss(&y, &y).item(), 3.0 * (4.0 + 4.0) / 2.0);
    let [train, val, _] = decayed(3.0);
    assert!(train.is_finite() && val.is_finite());
}

#[test]
fn lr_12_weight_decay_trades_training_error_for_validation_error() {
    let (without, with) = (decayed(0.0), decayed(3.0));
    assert!(
        without[0] < without[1] / 2.0,
        "without it, the model overfits: {without:?}"
    );
    assert!(with[0] > without[0], "{with:?} {without:?}");
    assert!(with[1] < without[1], "{with:?} {without:?}");
    assert!(with[2] < without[2] / 2.0, "{with:?} {without:?}");
}

#[derive(Module)]
struct WeightDecay {
    #[hparam]
    wd: f64,
    #[hparam]
    lr: f64,
    net: LazyLinear,
}

#[add_to_class(WeightDecay)]
fn new(wd: f64, lr: f64) -> Self {
    let net = LazyLinear::new(1);
    net.weight.normal_(0.0, 0.01);
    net.bias.fill_(0.0);
    save_hyperparameters!(net)
}

#[add_to_class(WeightDecay)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(WeightDecay)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    y_hat.mse_loss(y)
}

#[add_to_class(WeightDecay)]
fn configure_optimizers(&self) -> SGD {
    let weight = ParamGroup::new([&self.net.weight]).weight_decay(self.wd);
    SGD::new([weight, ParamGroup::new([&*self.net.bias])], self.lr)
}

#[test]
fn lr_13_groups_of_parameters_have_a_weight_decay_of_their_own() {
    let model = WeightDecay::new(3.0, 0.1);
    let x = Tensor::ones([1, 2]);
    model.forward(&x);
    model.net.weight.fill_(1.0);
    model.net.bias.fill_(1.0);
    let mut sgd = model.configure_optimizers();
    assert_eq!(sgd.param_groups().len(), 2);
    // A loss of zero gradients: only the decay moves anything.
    (model.forward(&x) * 0.0).sum().backward();
    sgd.step();
    assert_close(model.net.weight.mean().item(), 1.0 - 0.1 * 3.0, 1e-6);
    assert_eq!(model.net.bias.item(), 1.0);

    let norm_after = |wd| {
        let (data, mut model) = (wide(), WeightDecay::new(wd, 0.01));
        trainer(10).fit(&mut model, &data);
        model.net.weight.square().sum().item() / 2.0
    };
    let (without, with) = (norm_after(0.0), norm_after(3.0));
    assert!(with < without / 2.0, "{with} {without}");
}

#[test]
fn lr_14_the_scale_of_the_figure_is_set_before_fitting() {
    let log = ProgressBoard::new().yscale(Scale::Log);
    let fit = trainer(1)
        .board(log)
        .fit(&mut Scratch::new(200, 0.01, 0.01, 3.0), &wide());
    assert_eq!(fit.board().yscale, Scale::Log);
    assert!(fit.board().to_svg().contains("val_loss"));
}

#[test]
fn lr_15_the_exercises_have_what_they_need() {
    // Absolute and Huber loss, from operations on tensors.
    let (y_hat, y) = (Tensor::from([0.5, 3.0]), Tensor::from([0.0, 0.0]));
    let error = (&y_hat - &y).abs();
    assert_eq!(error.mean().item(), 1.75);
    let small = error.le(1.0).float();
    let huber = &small * (error.square() * 0.5) + (1.0 - &small) * (&error - 0.5);
    assert_eq!(huber, Tensor::from([0.125, 2.5]));
    // The gradient of a layer's weight.
    let model = LinearRegression::new(0.1);
    model.forward(&Tensor::from([[1.0, 2.0]])).sum().backward();
    assert_eq!(model.net.weight.grad(), Some(Tensor::from([[1.0, 2.0]])));
    // The error as a function of the size of the data.
    let error = |n: usize| {
        manual_seed(15);
        let mut model = LinearRegression::new(0.03);
        trainer(3).fit(&mut model, &synthetic().num_train(n));
        (model.net.bias.item() - 4.2).abs()
    };
    assert!(error(1000) < error(100) && error(100) < error(32));
}
