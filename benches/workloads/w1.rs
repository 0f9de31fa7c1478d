//! w1: the linear regression of book 3.5. 2 inputs, 1000 + 1000 rows, batch 32, SGD 0.03.
use crate::protocol::{Step, Workload};
use d2l::{
    data::{DataLoader, TensorDataset},
    module::Optimizer,
    prelude::*,
};
use std::hint::black_box;

#[derive(Module)]
struct LinearRegression {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(LinearRegression)]
fn new(lr: f32) -> Self {
    let net = LazyLinear::new(1);
    net.weight.normal_(0.0, 0.01);
    net.bias.fill_(0.0);
    save_hyperparameters!(net)
}

#[add_to_class(LinearRegression)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(LinearRegression)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    MSELoss::new().forward(y_hat, y)
}

fn data() -> SyntheticRegressionData {
    SyntheticRegressionData::new([2.0, -3.4], 4.2)
}

/// The training rows alone, shuffled.
fn loader(data: &SyntheticRegressionData) -> DataLoader {
    let rows = |t: &Tensor| t.i(..1000).contiguous();
    DataLoader::new(TensorDataset::new([&rows(&data.x), &rows(&data.y)]), 32).shuffle(true)
}

/// The same training by hand, the losses recorded.
fn by_hand(model: &LinearRegression, sgd: &mut SGD, loader: &DataLoader, losses: &mut Vec<f64>) {
    for batch in loader {
        let loss = model.loss(&model.forward(&batch[0]), &batch[1]);
        sgd.zero_grad();
        loss.backward();
        sgd.step();
        losses.push(loss.item());
    }
}

fn step() -> Step {
    let (model, data) = (LinearRegression::new(0.03), data());
    let (x, y) = (data.x.i(..32).contiguous(), data.y.i(..32).contiguous());
    let mut sgd = SGD::new(model.parameters(), 0.03);
    Box::new(move || {
        let loss = model.loss(&model.forward(&x), &y);
        sgd.zero_grad();
        loss.backward();
        sgd.step();
        black_box(loss);
    })
}

fn epoch_by_hand() -> Step {
    let (model, loader) = (LinearRegression::new(0.03), loader(&data()));
    let mut sgd = SGD::new(model.parameters(), 0.03);
    Box::new(move || {
        let mut losses = Vec::new();
        by_hand(&model, &mut sgd, &loader, &mut losses);
        black_box(losses);
    })
}

/// Many epochs of one `fit`, so that the start of a training does not count: the unit is 100.
const EPOCHS: usize = 100;

fn epochs_by_trainer() -> Step {
    let (mut model, loader) = (LinearRegression::new(0.03), loader(&data()));
    Box::new(move || {
        black_box(
            Trainer::new(EPOCHS)
                .progress(false)
                .fit(&mut model, &loader),
        );
    })
}

fn epochs_by_hand() -> Step {
    let (model, loader) = (LinearRegression::new(0.03), loader(&data()));
    Box::new(move || {
        let (mut sgd, mut losses) = (SGD::new(model.parameters(), 0.03), Vec::new());
        (0..EPOCHS).for_each(|_| by_hand(&model, &mut sgd, &loader, &mut losses));
        black_box(losses);
    })
}

fn epoch_by_trainer() -> Step {
    let (mut model, loader) = (LinearRegression::new(0.03), loader(&data()));
    Box::new(move || {
        black_box(Trainer::new(1).progress(false).fit(&mut model, &loader));
    })
}

fn job() -> Step {
    Box::new(|| {
        let mut model = LinearRegression::new(0.03);
        black_box(Trainer::new(3).progress(false).fit(&mut model, &data()));
    })
}

pub fn all() -> Vec<Workload> {
    vec![
        Workload::new("w1.linreg", step),
        Workload::new("w1.linreg_epoch", epoch_by_trainer),
        Workload::new("w1.linreg_epoch_by_hand", epoch_by_hand),
        Workload::new("w1.linreg_100epochs", epochs_by_trainer),
        Workload::new("w1.linreg_100epochs_by_hand", epochs_by_hand),
        Workload::new("w1.job", job),
    ]
}
