//! PyTorch's name for parameters in a list.

/// Parameters in a list, called `0`, `1`, … (PyTorch's `nn.ParameterList`): a `Vec`, which any module
/// may have as a field.
///
/// ```
/// use d2l::prelude::*;
/// #[derive(Module)]
/// struct Polynomial {
///     w: ParameterList,
/// }
/// let w = [1.0, 2.0].map(|v| Param::new(Tensor::from(v)));
/// let model = Polynomial { w: ParameterList::from(w) };
/// assert_eq!(model.named_parameters()[1].0, "w.1");
/// ```
pub type ParameterList = Vec<crate::module::Param>;
