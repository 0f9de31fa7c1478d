//! Data made by a known linear model.

use d2l_core::{Tensor, rng};

use super::{DataLoader, DataModule};

/// `y = X w + b + noise` with standard normal `X`: the first `num_train` rows train, the other
/// `num_val` validate.
///
/// ```
/// use d2l::{Tensor, data::{DataModule, SyntheticRegressionData}};
///
/// let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
/// assert_eq!((data.x.shape(), data.y.shape()), (&[2000, 2][..], &[2000, 1][..]));
/// let batch = data.train_dataloader().iter().next().unwrap();
/// assert_eq!((batch[0].shape(), batch[1].shape()), (&[32, 2][..], &[32, 1][..]));
/// ```
///
/// Book: section 3.3.
#[derive(Debug, Clone)]
pub struct SyntheticRegressionData {
    /// The weights of the model, as they were given.
    pub w: Tensor,
    /// The bias of the model.
    pub b: f64,
    /// The features, `[num_train + num_val, d]`.
    pub x: Tensor,
    /// The labels, `[num_train + num_val, 1]`.
    pub y: Tensor,
    pub(super) noise: f64,
    pub(super) num_train: usize,
    pub(super) num_val: usize,
    pub(super) batch_size: usize,
    pub(super) num_workers: usize,
    /// The default generator before the data was drawn, to draw again when a setting changes.
    generator: (u64, u64),
}

impl SyntheticRegressionData {
    /// Data of the weights `w` (a tensor or numbers), `[d]` or `[d, 1]`, and the bias `b`, with the book's defaults:
    /// noise 0.01, 1000 rows each for training and validation, batches of 32. Its numbers come
    /// from the default generator, so `manual_seed` decides them.
    ///
    /// # Panics
    /// When `w` is not a vector of floats.
    #[track_caller]
    pub fn new(w: impl Into<Tensor>, b: impl Into<f64>) -> Self {
        let w = w.into().detach();
        let vector = w.dim() == 1 || (w.dim() == 2 && w.shape()[1] == 1);
        let fits = vector && w.numel() > 0 && w.dtype().is_float();
        assert!(
            fits,
            "SyntheticRegressionData::new: w is {:?} of {:?}; it has to be floats of shape [d] or [d, 1]",
            w.dtype(),
            w.shape()
        );
        let mut data = SyntheticRegressionData {
            x: w.clone(),
            y: w.clone(),
            w,
            b: b.into(),
            noise: 0.01,
            num_train: 1000,
            num_val: 1000,
            batch_size: 32,
            num_workers: 0,
            generator: rng::default_state(),
        };
        data.draw();
        data
    }

    /// Sets the standard deviation of the noise and draws anew.
    ///
    /// # Panics
    /// When it is negative or not a number.
    #[track_caller]
    #[must_use]
    pub fn noise(mut self, noise: f64) -> Self {
        assert!(
            noise >= 0.0,
            "SyntheticRegressionData::noise: {noise} is no standard deviation"
        );
        self.noise = noise;
        self.redraw()
    }

    /// Sets how many rows train and draws anew.
    #[must_use]
    pub fn num_train(mut self, rows: usize) -> Self {
        self.num_train = rows;
        self.redraw()
    }

    /// Sets how many rows validate and draws anew; with 0 there is no validation.
    #[must_use]
    pub fn num_val(mut self, rows: usize) -> Self {
        self.num_val = rows;
        self.redraw()
    }

    /// Sets how many examples a batch has.
    #[must_use]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// Sets how many threads fetch batches ahead (default 0).
    #[must_use]
    pub fn num_workers(mut self, workers: usize) -> Self {
        self.num_workers = workers;
        self
    }

    fn draw(&mut self) {
        let (n, d) = (self.num_train + self.num_val, self.w.numel());
        let dtype = self.w.dtype();
        let noise = Tensor::randn([n, 1]).to_dtype(dtype) * self.noise;
        self.x = Tensor::randn([n, d]).to_dtype(dtype);
        self.y = self.x.matmul(&self.w.reshape([d, 1])) + self.b + noise;
    }

    /// Draws as if the settings had been these from the start, whatever was drawn in between.
    fn redraw(mut self) -> Self {
        let now = rng::default_state();
        rng::set_default_state(self.generator);
        self.draw();
        rng::set_default_state(now);
        self
    }
}

impl DataModule for SyntheticRegressionData {
    fn get_dataloader(&self, train: bool) -> DataLoader {
        let rows = if train {
            0..self.num_train
        } else {
            self.num_train..self.x.shape()[0]
        };
        self.get_tensorloader([&self.x, &self.y], train, rows)
    }

    fn val_dataloader(&self) -> Option<DataLoader> {
        (self.num_val > 0).then(|| self.get_dataloader(false))
    }

    fn batch_size(&self) -> usize {
        self.batch_size
    }

    fn num_workers(&self) -> usize {
        self.num_workers
    }
}

#[cfg(test)]
mod tests {
    use d2l_core::{DType, manual_seed};

    use super::*;

    fn w() -> Tensor {
        Tensor::from([2.0, -3.4])
    }

    #[test]
    fn lr_3_defaults_and_shapes() {
        manual_seed(3);
        let data = SyntheticRegressionData::new(w(), 4.2);
        assert_eq!(
            (data.x.shape(), data.y.shape()),
            (&[2000, 2][..], &[2000, 1][..])
        );
        assert_eq!(
            (data.noise, data.num_train, data.num_val, data.batch_size),
            (0.01, 1000, 1000, 32)
        );
        assert!(data.x.mean().item().abs() < 0.1);
        assert!((data.x.square().mean().item() - 1.0).abs() < 0.1);
    }

    #[test]
    fn lr_4_labels_are_the_models() {
        let data = SyntheticRegressionData::new(w(), 4.2);
        let clean = data.x.matmul(&w().reshape([2, 1])) + 4.2;
        let off = (&data.y - &clean).square().mean().item().sqrt();
        assert!((0.009..0.011).contains(&off), "{off}");
    }

    #[test]
    fn dm_4_5_8_batches_of_the_book() {
        let data = SyntheticRegressionData::new(w(), 4.2);
        let loader = data.train_dataloader();
        assert_eq!(loader.len(), 32);
        let sizes: Vec<_> = loader.iter().map(|b| b[0].shape()[0]).collect();
        assert_eq!((sizes[0], sizes[31]), (32, 8));
        for _ in 0..2 {
            let batch = loader.iter().next().unwrap();
            assert_eq!(
                (batch[0].shape(), batch[1].shape()),
                (&[32, 2][..], &[32, 1][..])
            );
        }
    }

    #[test]
    fn training_and_validation_rows_are_apart() {
        let data = SyntheticRegressionData::new(w(), 4.2)
            .num_train(6)
            .num_val(3)
            .batch_size(4);
        let sum = |l: DataLoader| l.iter().map(|b| b.label().sum().item()).sum::<f64>();
        let all = data.y.sum().item();
        let (train, val) = (
            sum(data.train_dataloader()),
            sum(data.val_dataloader().unwrap()),
        );
        assert!((train + val - all).abs() < 1e-4);
        assert!(data.num_val(0).val_dataloader().is_none());
    }

    #[test]
    fn the_order_of_settings_does_not_matter() {
        let make = |swap: bool| {
            manual_seed(1);
            let data = SyntheticRegressionData::new(w(), 1);
            let between = Tensor::randn([3]);
            let data = if swap {
                data.num_train(9).noise(0.5)
            } else {
                data.noise(0.5).num_train(9)
            };
            (data.y, between, Tensor::randn([3]))
        };
        assert_eq!(make(true), make(false));
        let (_, between, after) = make(true);
        assert_ne!(between, after);
    }

    #[test]
    fn doubles_stay_doubles() {
        let w = Tensor::with_dtype([[1.0], [2.0]], DType::F64);
        let data = SyntheticRegressionData::new(w, 0).num_train(4);
        assert_eq!((data.x.dtype(), data.y.dtype()), (DType::F64, DType::F64));
    }

    #[test]
    #[should_panic(expected = "w is I64 of [2]")]
    fn integer_weights_are_refused() {
        SyntheticRegressionData::new(Tensor::from([2, 3]), 1);
    }

    #[test]
    #[should_panic(expected = "the data set is empty")]
    fn no_training_rows_are_refused() {
        SyntheticRegressionData::new(w(), 1)
            .num_train(0)
            .train_dataloader();
    }

    #[test]
    #[should_panic(expected = "batch_size is 0")]
    fn batches_of_nothing_are_refused() {
        SyntheticRegressionData::new(w(), 1)
            .batch_size(0)
            .train_dataloader();
    }
}
