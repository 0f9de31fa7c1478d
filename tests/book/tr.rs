//! `Trainer` (book 3.2, 3.4, 4.4 and 9.5): the loop.
use super::*;
use d2l::{is_grad_enabled, train::position};
use std::{cell::RefCell, rc::Rc};

type Log = Rc<RefCell<Vec<String>>>;

/// A model with one weight that writes down what is done to it.
#[derive(Module)]
struct Spy {
    w: Param,
    #[module(skip)]
    log: Log,
}

/// An optimizer of one's own that writes down its steps.
struct SpySgd {
    w: Param,
    log: Log,
}

impl Optimizer for SpySgd {
    fn step(&mut self) {
        let grad = self.w.grad().map(|g| g.item());
        let recording = is_grad_enabled();
        self.log
            .borrow_mut()
            .push(format!("step {grad:?} recording {recording}"));
    }

    fn zero_grad(&mut self) {
        self.log.borrow_mut().push("zero_grad".to_string());
        self.w.zero_grad();
    }
}

#[add_to_class(Spy)]
fn forward(&self, x: &Tensor) -> Tensor {
    x * &*self.w
}

#[add_to_class(Spy)]
fn loss(&self, y_hat: &Tensor, _y: &Tensor) -> Tensor {
    y_hat.sum()
}

#[add_to_class(Spy)]
fn training_step(&self, batch: &Batch) -> Tensor {
    let mode = (self.is_training(), is_grad_enabled());
    self.log.borrow_mut().push(format!("train {mode:?}"));
    Inherited::training_step(self, batch)
}

#[add_to_class(Spy)]
fn validation_step(&self, batch: &Batch) -> Metrics {
    let mode = (self.is_training(), is_grad_enabled());
    self.log.borrow_mut().push(format!("validate {mode:?}"));
    Inherited::validation_step(self, batch)
}

#[add_to_class(Spy)]
fn configure_optimizers(&self) -> SpySgd {
    SpySgd {
        w: self.w.clone(),
        log: self.log.clone(),
    }
}

fn spy() -> Spy {
    Spy {
        w: Tensor::from([1.0]).into(),
        log: Log::default(),
    }
}

/// Batches of one number and a label; the derivative of the spy's loss is the number.
fn batches(values: &[f64]) -> Vec<Batch> {
    let batch = |&v: &f64| Batch(vec![Tensor::from([v]), Tensor::from([0.0])]);
    values.iter().map(batch).collect()
}

/// The book's third setting, `num_gpus`, has to wait for a device other than the CPU.
#[test]
fn tr_1_settings_are_saved() {
    let hparams = Trainer::new(3).gradient_clip_val(1.0).hparams();
    assert_eq!(
        (&hparams["max_epochs"], &hparams["gradient_clip_val"]),
        (&3.into(), &1.0.into())
    );
    assert_eq!(Trainer::new(3).hparams()["gradient_clip_val"], 0.0);
    assert_eq!(Trainer::new(3).max_epochs(), 3);
}

#[test]
fn tr_2_batches_are_counted_beforehand() {
    let mut t = trainer(0);
    let data = synthetic().num_val(100);
    t.fit(&mut LinearRegression::new(0.03), &data);
    assert_eq!(
        (t.position().num_train_batches, t.position().num_val_batches),
        (32, 4)
    );
    t.fit(&mut LinearRegression::new(0.03), &data.num_val(0));
    assert_eq!(t.position().num_val_batches, 0);
}

#[test]
fn tr_3_the_horizontal_axis_goes_from_0_to_the_last_epoch() {
    let fit = trainer(3).fit(&mut LinearRegression::new(0.03), &synthetic());
    assert_eq!(fit.board().xlim, Some((0.0, 3.0)));
}

#[test]
fn tr_4_fit_runs_all_epochs_and_counts() {
    let mut t = trainer(3);
    let fit = t.fit(&mut LinearRegression::new(0.03), &synthetic());
    let p = t.position();
    assert_eq!((p.epoch, p.train_batch_idx, p.val_batch_idx), (2, 96, 96));
    assert_eq!((fit.epochs(), fit.steps()), (3, 96));
}

#[test]
fn tr_5_the_optimizer_is_there_before_the_first_forward() {
    let mut model = LinearRegression::new(0.03);
    let before = model.parameters();
    assert!(before.iter().all(|p| !p.is_initialized()));
    trainer(1).fit(&mut model, &synthetic());
    let after = model.parameters();
    assert!(
        before.iter().zip(&after).all(|(a, b)| a.same(b)),
        "they are the same parameters"
    );
    assert!(
        model.net.weight.abs().max().item() > 0.5,
        "and they have learned"
    );
}

#[test]
fn tr_6_a_trainer_fits_several_models_each_from_the_start() {
    let (mut t, data) = (trainer(2), synthetic());
    for _ in 0..2 {
        let fit = t.fit(&mut LinearRegression::new(0.03), &data);
        assert_eq!((t.position().epoch, t.position().train_batch_idx), (1, 64));
        assert_eq!((fit.steps(), fit.board().points("val_loss").len()), (64, 2));
    }
}

#[test]
fn tr_7_a_step_is_loss_zero_grad_backward_clip_update() {
    let mut model = spy();
    trainer(1)
        .gradient_clip_val(4.0)
        .fit(&mut model, &batches(&[3.0, 8.0]));
    let log = model.log.borrow();
    let parts: Vec<_> = log
        .iter()
        .map(|l| l.split(" recording").next().unwrap())
        .collect();
    let expected = [
        "train (true, true)",
        "zero_grad",
        "step Some(3.0)",
        "train (true, true)",
        "zero_grad",
        // PyTorch's scale, 4 / (8 + 1e-6)
        "step Some(3.999999523162842)",
    ];
    assert_eq!(
        parts, expected,
        "the second gradient is 8, clipped, without the first"
    );
}

#[test]
fn tr_8_the_update_is_not_recorded() {
    let mut model = spy();
    trainer(1).fit(&mut model, &batches(&[3.0]));
    assert_eq!(
        model.log.borrow().last().unwrap(),
        "step Some(3.0) recording false"
    );
}

#[test]
fn tr_9_validation_is_without_recording_in_evaluation_mode() {
    let mut model = spy();
    trainer(1).fit(
        &mut model,
        &(batches(&[]), batches(&[1.0, 2.0])).with_training(),
    );
    let log = model.log.borrow();
    let validations: Vec<_> = log.iter().filter(|l| l.starts_with("validate")).collect();
    assert_eq!(validations, ["validate (false, false)"; 2]);

    let mut model = spy();
    trainer(1).fit(&mut model, &batches(&[1.0]));
    assert!(!model.log.borrow().iter().any(|l| l.starts_with("validate")));
}

/// Puts one training batch in front.
trait WithTraining {
    fn with_training(self) -> (Vec<Batch>, Vec<Batch>);
}

impl WithTraining for (Vec<Batch>, Vec<Batch>) {
    fn with_training(self) -> (Vec<Batch>, Vec<Batch>) {
        (batches(&[1.0]), self.1)
    }
}

#[test]
fn tr_10_a_fitted_model_is_in_evaluation_mode() {
    for val in [vec![], vec![1.0]] {
        let mut model = spy();
        assert!(model.is_training());
        trainer(1).fit(&mut model, &(batches(&[1.0]), batches(&val)));
        assert!(
            !model.is_training(),
            "with {} validation batches",
            val.len()
        );
    }
}

#[test]
fn tr_11_every_batch_goes_through_prepare_batch() {
    let halve = |b: Batch| Batch(vec![&b[0] * 0.5, b[1].clone()]);
    let data = (batches(&[4.0]), batches(&[6.0]));
    let fit = trainer(1).prepare_batch(halve).fit(&mut spy(), &data);
    assert_eq!(
        (fit.history("train_loss")[0], fit.history("val_loss")[0]),
        (2.0, 3.0)
    );
}

#[test]
fn tr_12_a_training_can_be_continued_epoch_by_epoch() {
    let (mut t, mut model) = (trainer(1), LinearRegression::new(0.03));
    let data = synthetic();
    let mut training = t.start(&mut model, &data);
    training.fit_epoch();
    assert_eq!(training.position().train_batch_idx, 32);
    training.fit_epoch();
    let fit = training.finish();
    assert_eq!((fit.epochs(), fit.steps()), (2, 64));
    assert!(fit.history("val_loss")[1] < fit.history("val_loss")[0]);
}

#[test]
fn tr_13_gradients_are_clipped_by_their_common_norm() {
    let p = [
        Param::new(Tensor::zeros([1])),
        Param::new(Tensor::zeros([1])),
    ];
    let clipped = |a: f64, b: f64| {
        p[0].set_grad(&Tensor::from([a]));
        p[1].set_grad(&Tensor::from([b]));
        clip_grad_norm_(&p, 1.0);
        [p[0].grad().unwrap().item(), p[1].grad().unwrap().item()]
    };
    let [a, b] = clipped(3.0, 4.0);
    assert_close(a, 0.6, 1e-6);
    assert_close(b, 0.8, 1e-6);
    assert_eq!(clipped(0.25, 0.5), [0.25, 0.5]);
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

#[add_to_class(Trainer, ext = HpoTrainer)]
fn validation_error(&self, model: &Softmax, data: &(DataLoader, DataLoader)) -> f64 {
    1.0 - self.validate(model, data).get("acc").unwrap()
}

#[test]
fn tr_14_a_trainer_can_be_extended() {
    // Class 0 has the larger score everywhere, so two of four labels are right.
    let (x, y) = (Tensor::ones([4, 2]), Tensor::from([0, 1, 0, 1]));
    let loader = DataLoader::new(TensorDataset::new([&x, &y]), 2);
    let model = Softmax {
        lr: 0.1,
        net: LazyLinear::new(2),
    };
    model.net.weight.fill_(0.0);
    model
        .net
        .bias
        .init(|b: &Tensor| drop(b.copy_(&Tensor::from([1.0, 0.0]))));
    assert_eq!(
        trainer(1).validation_error(&model, &(loader.clone(), loader)),
        0.5
    );
}

#[derive(Module)]
struct Asking {
    w: Param,
    #[module(skip)]
    seen: RefCell<Vec<(usize, usize, usize)>>,
}

#[add_to_class(Asking)]
fn forward(&self, x: &Tensor) -> Tensor {
    x * &*self.w
}

#[add_to_class(Asking)]
fn loss(&self, y_hat: &Tensor, _y: &Tensor) -> Tensor {
    let p = position().expect("a training is running");
    self.seen
        .borrow_mut()
        .push((p.epoch, p.train_batch_idx, p.val_batch_idx));
    y_hat.sum()
}

#[add_to_class(Asking)]
fn configure_optimizers(&self) -> SGD {
    SGD::new(self.parameters(), 0.0)
}

#[test]
fn tr_15_the_model_can_ask_where_the_training_stands() {
    let mut model = Asking {
        w: Tensor::ones([1]).into(),
        seen: RefCell::default(),
    };
    trainer(2).fit(&mut model, &(batches(&[1.0, 2.0]), batches(&[3.0])));
    let expected = [
        (0, 0, 0),
        (0, 1, 0),
        (0, 2, 0),
        (1, 2, 1),
        (1, 3, 1),
        (1, 4, 1),
    ];
    assert_eq!(*model.seen.borrow(), expected);
    assert_eq!(position(), None, "it is over");
}
