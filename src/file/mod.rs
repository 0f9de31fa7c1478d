//! Files of tensors: safetensors, and what PyTorch's `torch.save` writes.
//!
//! Most programs need none of this: `model.save(path)` and `model.load(path)` write and read weights,
//! [`StateDict::read`](crate::module::StateDict::read) takes any of these files. [`Value`] shows what
//! else there is in a file of PyTorch's. Whatever a file holds, reading it runs no code of it, does
//! not panic, and takes no memory that the file's length does not account for.
mod atomic;
mod element;
mod error;
mod fault;
mod pickle;
pub(crate) mod pytorch;
pub(crate) mod safetensors;
mod strided;
#[cfg(test)]
mod tests;
mod value;
pub(crate) mod zip;

pub(crate) use atomic::write_atomic;
pub(crate) use element::widened;
pub use error::{FileError, FormatError};
pub(crate) use fault::Fault;
pub use value::Value;
