//! The book's behaviour, row by row: one test for each id of the map of sections 3.2 to 3.5 and 6.
//! Where a row says that the original is weak, the test asks for the better behaviour.
mod ac;
mod dm;
mod hp;
mod init;
mod lr;
mod mo;
mod params;
mod pb;
mod table;
mod tr;

use d2l::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The concise linear regression of book 3.5.
#[derive(Module)]
pub struct LinearRegression {
    #[hparam]
    pub lr: f32,
    pub net: LazyLinear,
}

#[add_to_class(LinearRegression)]
pub fn new(lr: f32) -> Self {
    let net = LazyLinear::new(1);
    net.weight.normal_(0.0, 0.01);
    net.bias.fill_(0.0);
    save_hyperparameters!(net)
}

#[add_to_class(LinearRegression)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(LinearRegression)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    MSELoss::new().forward(y_hat, y)
}

/// The data of book 3.3: 1000 rows to train and 1000 to validate, in batches of 32.
fn synthetic() -> SyntheticRegressionData {
    SyntheticRegressionData::new([2.0, -3.4], 4.2)
}

/// A trainer that prints nothing.
fn trainer(max_epochs: usize) -> Trainer {
    Trainer::new(max_epochs).progress(false)
}

/// The message that `f` panics with.
fn panic_message(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => other.downcast_ref::<&str>().expect("a message").to_string(),
    }
}

#[track_caller]
fn assert_close(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} is not within {within} of {b}");
}
