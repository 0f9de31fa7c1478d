//! Sizes along the axes of an image: of kernels, strides, paddings.
use super::{IntoShape, MAX_DIM};
use crate::error::{Result, bail};
use std::fmt;

/// A number for every spatial axis, or one number for all of them. Not checked until the number of
/// axes is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    sizes: [isize; MAX_DIM],
    len: usize,
}

impl Window {
    pub(crate) const fn all(size: isize) -> Window {
        Window {
            sizes: [size; MAX_DIM],
            len: 1,
        }
    }

    pub(crate) fn new(sizes: impl IntoShape) -> Window {
        let (sizes, len) = sizes.entries();
        Window { sizes, len }
    }

    /// As they were given.
    pub(crate) fn list(&self) -> &[isize] {
        &self.sizes[..self.len]
    }

    /// Is it `size` along every axis, however that was given?
    pub(crate) fn is_all(&self, size: isize) -> bool {
        self.list().iter().all(|&s| s == size)
    }

    /// The sizes of the last `axes` of three axes, the others being `absent`.
    ///
    /// # Errors
    /// If the number of sizes is wrong or one is less than `least`.
    pub(crate) fn along(
        &self,
        op: &'static str,
        name: &str,
        axes: usize,
        least: isize,
        absent: usize,
    ) -> Result<[usize; 3]> {
        let sizes = &self.sizes[..self.len];
        if sizes.len() != 1 && sizes.len() != axes {
            bail!(
                op,
                Shape,
                "{name} {sizes:?} has {} sizes, not 1 or {axes}",
                sizes.len()
            );
        }
        if let Some(bad) = sizes.iter().find(|&&s| s < least) {
            bail!(op, Value, "{name} {bad} is less than {least}");
        }
        let mut out = [absent; 3];
        for (i, o) in out[3 - axes..].iter_mut().enumerate() {
            *o = sizes[i.min(sizes.len() - 1)] as usize;
        }
        Ok(out)
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sizes[..self.len] {
            [one] => one.fmt(f),
            sizes => sizes.fmt(f),
        }
    }
}

/// The sizes of the last `axes` axes of an image, as three: those it lacks have size 1.
pub(crate) fn spatial(shape: &[usize], axes: usize) -> [usize; 3] {
    let mut out = [1; 3];
    out[3 - axes..].copy_from_slice(&shape[shape.len() - axes..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_size_is_for_all_axes() {
        let w = Window::new(5);
        assert_eq!(w.along("op", "stride", 2, 1, 1).unwrap(), [1, 5, 5]);
        let w = Window::new((3, 0));
        assert_eq!(w.along("op", "padding", 2, 0, 0).unwrap(), [0, 3, 0]);
        let e = w.along("op", "stride", 2, 1, 1).unwrap_err();
        assert_eq!(e.to_string(), "op: stride 0 is less than 1");
        let e = w.along("op", "stride", 3, 1, 1).unwrap_err();
        assert_eq!(e.to_string(), "op: stride [3, 0] has 2 sizes, not 1 or 3");
    }
}
