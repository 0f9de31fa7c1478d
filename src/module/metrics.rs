//! Named numbers of one validation batch.
use d2l_core::Tensor;

/// Names and values in the order given; what `validation_step` returns.
///
/// ```
/// use d2l::prelude::*;
/// let m = Metrics::new().with("loss", 0.5).with("acc", 0.9);
/// assert_eq!(m.get("acc"), Some(0.9));
/// assert_eq!(m.iter().map(|x| x.0).collect::<Vec<_>>(), ["loss", "acc"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics(Vec<(&'static str, f64)>);

impl Metrics {
    /// None yet.
    pub fn new() -> Metrics {
        Metrics::default()
    }

    /// One more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<f64>) -> Metrics {
        self.0.push((name, value.into()));
        self
    }

    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.iter().find(|m| m.0 == name).map(|m| m.1)
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.0.iter().copied()
    }
}

/// A loss alone, under the name `loss`.
impl From<Tensor> for Metrics {
    fn from(loss: Tensor) -> Metrics {
        Metrics::new().with("loss", loss.item())
    }
}
