//! What changes the parameters.

/// An optimizer, as far as a training loop needs it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer",
    label = "not an optimizer",
    note = "`configure_optimizers` returns an optimizer such as `SGD`, or `Box<dyn Optimizer>`"
)]
pub trait Optimizer {
    /// Changes the parameters by their gradients.
    fn step(&mut self);

    /// Forgets the gradients.
    fn zero_grad(&mut self);
}

impl<O: Optimizer + ?Sized> Optimizer for Box<O> {
    fn step(&mut self) {
        (**self).step();
    }

    fn zero_grad(&mut self) {
        (**self).zero_grad();
    }
}
