//! One axis as several.
use super::sizes::tuple;
use crate::Module;
use d2l_core::IntoShape;

/// An axis split into several, one size of which may be -1 (PyTorch's `nn.Unflatten`):
/// [`Tensor::unflatten`](d2l_core::Tensor::unflatten).
///
/// ```
/// use d2l::prelude::*;
/// let layer = Unflatten::new(1, (3, -1));
/// assert_eq!(layer.forward(&Tensor::zeros([2, 12])).shape(), [2, 3, 4]);
/// ```
#[derive(Module, Debug)]
#[module(repr = Unflatten::line)]
pub struct Unflatten {
    dim: isize,
    sizes: Vec<isize>,
}

impl Unflatten {
    /// Axis `dim` split into these sizes.
    pub fn new(dim: isize, unflattened_size: impl IntoShape) -> Unflatten {
        let (entries, n) = unflattened_size.entries();
        Unflatten {
            dim,
            sizes: entries[..n].to_vec(),
        }
    }

    fn line(&self) -> String {
        let sizes = tuple(&self.sizes);
        format!("Unflatten(dim={}, unflattened_size={sizes})", self.dim)
    }
}

forward! {
    /// `x` with more axes.
    ///
    /// # Panics
    /// If there is no such axis, or the sizes do not multiply to its size.
    Unflatten, |this, x| x.try_unflatten(this.dim, &this.sizes)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(
            Unflatten::new(1, (2, 5, 5)).repr().to_string(),
            "Unflatten(dim=1, unflattened_size=(2, 5, 5))"
        );
    }
}
