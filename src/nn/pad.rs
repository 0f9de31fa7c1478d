//! Borders around an image.
use super::sizes::tuple;
use crate::Module;
use d2l_core::{IntoShape, PadMode};

/// How much is added in front and behind, two numbers per axis from the last axis on; negative ones
/// cut off.
#[track_caller]
fn border<const M: usize>(layer: &str, padding: impl IntoShape) -> [isize; M] {
    let (entries, n) = padding.entries();
    let sizes = &entries[..n];
    assert!(
        n == 1 || n == M,
        "{layer}: padding {sizes:?} has {n} numbers, not 1 or {M}"
    );
    std::array::from_fn(|i| sizes[i.min(n - 1)])
}

macro_rules! pad {
    ($($(#[$doc:meta])* $name:ident $numbers:literal $mode:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            padding: [isize; $numbers],
        }

        impl $name {
            /// A border of this width: one number for all sides, or two for each axis, in front and
            /// behind, from the last axis on. Negative ones cut off.
            ///
            /// # Panics
            /// For another count of numbers.
            #[track_caller]
            pub fn new(padding: impl IntoShape) -> $name {
                let padding = border(stringify!($name), padding);
                $name { padding }
            }

            fn line(&self) -> String {
                format!("{}({})", stringify!($name), tuple(&self.padding))
            }
        }

        forward! {
            /// `x` with its border.
            ///
            /// # Panics
            /// If `x` has too few axes, or a border is longer than what it is filled from.
            $name, |this, x| x.try_pad(this.padding, pad!(@ $mode))
        }
    )* };
    (@ Zero) => { PadMode::Constant(0.0) };
    (@ $mode:ident) => { PadMode::$mode };
}

pad! {
    /// Zeros before and after the last axis (PyTorch's `nn.ZeroPad1d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ZeroPad1d::new((1, 2)).forward(&Tensor::from([[5.0]]));
    /// assert_eq!(y, Tensor::from([[0.0, 5.0, 0.0, 0.0]]));
    /// ```
    ZeroPad1d 2 Zero;
    /// Zeros around images (PyTorch's `nn.ZeroPad2d`): left, right, top, bottom.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ZeroPad2d::new((1, 0, 1, 0)).forward(&Tensor::from([[[5.0]]]));
    /// assert_eq!(y, Tensor::from([[[0.0, 0.0], [0.0, 5.0]]]));
    /// ```
    ZeroPad2d 4 Zero;
    /// Zeros around volumes (PyTorch's `nn.ZeroPad3d`): left, right, top, bottom, front, back.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ZeroPad3d::new([1, 1, 0, 0, 0, 1]).forward(&Tensor::ones([1, 2, 2, 2]));
    /// assert_eq!((y.shape(), y.sum().item()), (&[1, 3, 2, 4][..], 8.0));
    /// ```
    ZeroPad3d 6 Zero;
    /// The sequence mirrored at its ends, which are not repeated: `c b | a b c | b a` (PyTorch's
    /// `nn.ReflectionPad1d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ReflectionPad1d::new(1).forward(&Tensor::from([[1.0, 2.0, 3.0]]));
    /// assert_eq!(y, Tensor::from([[2.0, 1.0, 2.0, 3.0, 2.0]]));
    /// ```
    ReflectionPad1d 2 Reflect;
    /// The image mirrored at its edges (PyTorch's `nn.ReflectionPad2d`): left, right, top, bottom.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ReflectionPad2d::new((1, 0, 0, 0)).forward(&Tensor::from([[[1.0, 2.0]]]));
    /// assert_eq!(y, Tensor::from([[[2.0, 1.0, 2.0]]]));
    /// ```
    ReflectionPad2d 4 Reflect;
    /// The volume mirrored at its faces (PyTorch's `nn.ReflectionPad3d`): left, right, top, bottom,
    /// front, back.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ReflectionPad3d::new(1).forward(&Tensor::ones([1, 2, 2, 2]));
    /// assert_eq!(y, Tensor::ones([1, 4, 4, 4]));
    /// ```
    ReflectionPad3d 6 Reflect;
    /// The first and last element repeated: `a a | a b c | c c` (PyTorch's `nn.ReplicationPad1d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ReplicationPad1d::new((1, 2)).forward(&Tensor::from([[1.0, 2.0]]));
    /// assert_eq!(y, Tensor::from([[1.0, 1.0, 2.0, 2.0, 2.0]]));
    /// ```
    ReplicationPad1d 2 Replicate;
    /// The edge of the image repeated (PyTorch's `nn.ReplicationPad2d`): left, right, top, bottom.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ReplicationPad2d::new((0, 0, 0, 1)).forward(&Tensor::from([[[1.0, 2.0]]]));
    /// assert_eq!(y, Tensor::from([[[1.0, 2.0], [1.0, 2.0]]]));
    /// ```
    ReplicationPad2d 4 Replicate;
    /// The faces of the volume repeated (PyTorch's `nn.ReplicationPad3d`): left, right, top, bottom,
    /// front, back.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ReplicationPad3d::new(2).forward(&Tensor::ones([1, 1, 1, 1]));
    /// assert_eq!(y, Tensor::ones([1, 5, 5, 5]));
    /// ```
    ReplicationPad3d 6 Replicate;
    /// The sequence once more at both ends: `b c | a b c | a b` (PyTorch's `nn.CircularPad1d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = CircularPad1d::new(1).forward(&Tensor::from([[1.0, 2.0, 3.0]]));
    /// assert_eq!(y, Tensor::from([[3.0, 1.0, 2.0, 3.0, 1.0]]));
    /// ```
    CircularPad1d 2 Circular;
    /// The image once more on every side (PyTorch's `nn.CircularPad2d`): left, right, top, bottom.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = CircularPad2d::new((1, 0, 0, 0)).forward(&Tensor::from([[[1.0, 2.0]]]));
    /// assert_eq!(y, Tensor::from([[[2.0, 1.0, 2.0]]]));
    /// ```
    CircularPad2d 4 Circular;
    /// The volume once more on every side (PyTorch's `nn.CircularPad3d`): left, right, top, bottom,
    /// front, back.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = CircularPad3d::new(1).forward(&Tensor::ones([1, 1, 1, 2]));
    /// assert_eq!(y, Tensor::ones([1, 3, 3, 4]));
    /// ```
    CircularPad3d 6 Circular;
}

macro_rules! constant_pad {
    ($($(#[$doc:meta])* $name:ident $numbers:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            padding: [isize; $numbers],
            value: f64,
        }

        impl $name {
            /// A border of this width, filled with `value`: one number for all sides, or two for each
            /// axis, in front and behind, from the last axis on. Negative ones cut off.
            ///
            /// # Panics
            /// For another count of numbers.
            #[track_caller]
            pub fn new(padding: impl IntoShape, value: impl Into<f64>) -> $name {
                let padding = border(stringify!($name), padding);
                $name { padding, value: value.into() }
            }

            fn line(&self) -> String {
                let padding = tuple(&self.padding);
                format!("{}(padding={padding}, value={})", stringify!($name), self.value)
            }
        }

        forward! {
            /// `x` with its border.
            ///
            /// # Panics
            /// If `x` has too few axes, or more is cut off than there is.
            $name, |this, x| x.try_pad(this.padding, this.value)
        }
    )* };
}

constant_pad! {
    /// A constant before and after the last axis (PyTorch's `nn.ConstantPad1d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ConstantPad1d::new((1, -1), 7).forward(&Tensor::from([[1.0, 2.0]]));
    /// assert_eq!(y, Tensor::from([[7.0, 1.0]]));
    /// ```
    ConstantPad1d 2;
    /// A constant around images (PyTorch's `nn.ConstantPad2d`): left, right, top, bottom.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ConstantPad2d::new((0, 1, 0, 0), 0.5).forward(&Tensor::from([[[1.0]]]));
    /// assert_eq!(y, Tensor::from([[[1.0, 0.5]]]));
    /// ```
    ConstantPad2d 4;
    /// A constant around volumes (PyTorch's `nn.ConstantPad3d`): left, right, top, bottom, front, back.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = ConstantPad3d::new(1, 1).forward(&Tensor::ones([1, 1, 1, 1]));
    /// assert_eq!(y, Tensor::ones([1, 3, 3, 3]));
    /// ```
    ConstantPad3d 6;
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn borders_are_printed_as_in_pytorch() {
        let line = |m: &dyn Module| m.leaf_repr().unwrap();
        assert_eq!(line(&ZeroPad2d::new(1)), "ZeroPad2d((1, 1, 1, 1))");
        assert_eq!(
            line(&ReflectionPad1d::new((1, 2))),
            "ReflectionPad1d((1, 2))"
        );
        assert_eq!(
            line(&ConstantPad1d::new(2, 3.5)),
            "ConstantPad1d(padding=(2, 2), value=3.5)"
        );
    }

    #[test]
    #[should_panic(expected = "ZeroPad2d: padding [1, 2] has 2 numbers, not 1 or 4")]
    fn every_side_has_a_number() {
        let _ = ZeroPad2d::new((1, 2));
    }

    #[test]
    #[should_panic(expected = "(in 0, ReflectionPad1d)")]
    fn a_mirror_is_not_larger_than_what_it_shows() {
        let _ = sequential![ReflectionPad1d::new(3)].forward(&Tensor::ones([1, 3]));
    }
}
