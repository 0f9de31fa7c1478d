//! The macros of `d2l`. Each one is parse → check → expand: the first stage turns tokens into a
//! model with our meaning, the second says everything that is wrong with it, the third cannot
//! fail. After an error the impls are still written, so that nothing else in the program complains.
//!
//! The user's pages are on the re-exports in `d2l`.
mod add_to_class;
mod derive_module;
mod diagnostics;
mod hyperparameters;
mod paths;
mod types;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a struct or an enum a module: its parts are found, named, counted, saved and cloned.
///
/// ```
/// use d2l::prelude::*;
///
/// #[derive(Module)]
/// #[module(base = Classifier)]
/// pub struct LeNet {
///     #[hparam]
///     lr: f32,
///     net: Sequential,
/// }
///
/// let net = LeNet { lr: 0.1, net: sequential![Flatten, Linear::new(784, 10)] };
/// assert_eq!(net.named_parameters()[0].0, "net.1.weight");
/// assert_eq!(net.clone().num_parameters(), 7850);
/// ```
///
/// On the type: `#[module(base = Classifier)]` inherits hooks from a base class;
/// `#[module(no_clone)]` leaves out `Clone`, which is otherwise written as an independent copy
/// (own values, same settings, ties kept inside the copy); `#[module(repr = path)]` prints the
/// module as the one line that `fn(&Self) -> String` returns; `#[module(crate = path)]` says
/// where `d2l` is found.
///
/// On a field: `#[hparam]` is saved and printed, `#[module(skip)]` is ignored. Every other field is
/// a module, a `Param`, a `Tensor` (a buffer), a container of such, or plain data; anything else is
/// an error at the field's type.
#[proc_macro_derive(Module, attributes(module, hparam))]
pub fn derive_module(input: TokenStream) -> TokenStream {
    derive_module::derive(input.into()).into()
}

/// Puts one function, or a block of them, into a type: the book's `add_to_class`.
///
/// ```
/// use d2l::prelude::*;
///
/// #[derive(Module)]
/// pub struct Double {
///     net: LazyLinear,
/// }
///
/// #[add_to_class(Double)]
/// pub fn forward(&self, x: &Tensor) -> Tensor {
///     self.net.forward(x) * 2.0
/// }
///
/// # fn main() {
/// let double = Double { net: LazyLinear::new(1) };
/// let x = Tensor::ones([3, 2]);
/// assert_eq!(double.forward(&x), double.net.forward(&x) * 2.0);
/// # }
/// ```
///
/// The first argument says where: `Net`; `impl<A: Layer> Net<A>` (where clauses allowed);
/// `impl Display for Net`; `Vec<f32>, ext = Norm` for a type of another crate, which writes the
/// extension trait `Norm`. Without a type it goes on an `impl` block. Options: `method` (not a hook
/// even if named like one), `crate = path`.
///
/// `forward`, `loss`, `training_step`, `validation_step` and `configure_optimizers` are hooks: the
/// trainer calls them, each the model's own or else its base class's.
///
/// In a constructor, `save_hyperparameters!(field: value, .., ignore = [argument, ..])` is the value
/// `Self { every argument, field: value, .. }`, and remembers the arguments for checkpoints.
#[proc_macro_attribute]
pub fn add_to_class(args: TokenStream, item: TokenStream) -> TokenStream {
    add_to_class::add_to_class(args.into(), item.into()).into()
}

/// The value of a constructor under `#[add_to_class(..)]`: `Self` with every argument as the field
/// of that name, plus the fields given; `ignore = [..]` names arguments that are not stored.
///
/// ```
/// use d2l::prelude::*;
///
/// #[derive(Module)]
/// pub struct Net {
///     #[hparam]
///     lr: f32,
///     net: LazyLinear,
/// }
///
/// #[add_to_class(Net)]
/// pub fn new(lr: f32, verbose: bool) -> Self {
///     let net = LazyLinear::new(if verbose { 2 } else { 1 });
///     save_hyperparameters!(net, ignore = [verbose])
/// }
///
/// # fn main() {
/// let net = Net::new(0.5, false);
/// assert_eq!(net.lr, 0.5);
/// assert_eq!(net.hparams().keys().collect::<Vec<_>>(), ["lr"]);
/// # }
/// ```
///
/// Arguments whose name begins with `_` are never stored. Anywhere else the macro is an error,
/// because it reads the constructor's arguments.
#[proc_macro]
pub fn save_hyperparameters(_: TokenStream) -> TokenStream {
    hyperparameters::outside().into()
}
