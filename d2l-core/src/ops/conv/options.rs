//! Options of convolutions.
use crate::{IntoShape, tensor::Window};
use std::fmt;

/// Options of a convolution, with PyTorch's defaults: stride 1, no padding, dilation 1, one group.
/// Sizes are a number for all axes or one per axis: `2`, `(2, 1)`, `[2, 1]`.
///
/// ```
/// use d2l_core::{Conv, Tensor};
/// let (x, w) = (Tensor::ones([1, 1, 8, 8]), Tensor::ones([1, 1, 5, 3]));
/// let options = Conv::new().stride(2).padding((2, 1));
/// assert_eq!(x.conv2d(&w, None, &options).shape(), [1, 1, 4, 4]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv {
    pub(super) stride: Window,
    pub(super) padding: Padding,
    pub(super) dilation: Window,
    pub(super) output_padding: Window,
    pub(super) groups: usize,
}

impl Default for Conv {
    fn default() -> Conv {
        Conv::new()
    }
}

impl Conv {
    /// The defaults.
    ///
    /// ```
    /// assert_eq!(d2l_core::Conv::new(), d2l_core::Conv::default());
    /// ```
    pub const fn new() -> Conv {
        Conv {
            stride: Window::all(1),
            padding: Padding(Kind::Zeros(Window::all(0))),
            dilation: Window::all(1),
            output_padding: Window::all(0),
            groups: 1,
        }
    }

    /// How far the window moves between two outputs.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::from([[1.0, 2.0, 3.0, 4.0]]), Tensor::from([[[1.0]]]));
    /// assert_eq!(x.conv1d(&w, None, &Conv::new().stride(2)), Tensor::from([[1.0, 3.0]]));
    /// ```
    pub fn stride(self, stride: impl IntoShape) -> Conv {
        let stride = Window::new(stride);
        Conv { stride, ..self }
    }

    /// Zeros around the input: sizes, `"valid"` for none, or `"same"` for as many as make the output as
    /// large as the input (behind, where their number is odd; the stride must be 1).
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::from([[1.0, 2.0, 3.0]]), Tensor::from([[[1.0, 10.0]]]));
    /// let same = x.conv1d(&w, None, &Conv::new().padding("same"));
    /// assert_eq!(same, Tensor::from([[21.0, 32.0, 3.0]]));
    /// ```
    pub fn padding(self, padding: impl Into<Padding>) -> Conv {
        let padding = padding.into();
        Conv { padding, ..self }
    }

    /// Distance of neighbouring elements of the window.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::from([[1.0, 2.0, 3.0]]), Tensor::from([[[1.0, 10.0]]]));
    /// assert_eq!(x.conv1d(&w, None, &Conv::new().dilation(2)), Tensor::from([[31.0]]));
    /// ```
    pub fn dilation(self, dilation: impl IntoShape) -> Conv {
        let dilation = Window::new(dilation);
        Conv { dilation, ..self }
    }

    /// Cuts the channels into groups that do not see each other.
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::from([[1.0], [2.0]]), Tensor::from([[[3.0]], [[5.0]]]));
    /// let each = x.conv1d(&w, None, &Conv::new().groups(2));
    /// assert_eq!(each, Tensor::from([[3.0], [10.0]]));
    /// ```
    pub fn groups(self, groups: usize) -> Conv {
        Conv { groups, ..self }
    }

    /// Of transposed convolutions: what is added to the end of the output, less than the stride or
    /// the dilation. (Several sizes have the same strided convolution; this says which one is meant.)
    ///
    /// ```
    /// use d2l_core::{Conv, Tensor};
    /// let (x, w) = (Tensor::ones([1, 3]), Tensor::ones([1, 1, 1]));
    /// let longer = Conv::new().stride(2).output_padding(1);
    /// assert_eq!(x.conv_transpose1d(&w, None, &longer).shape(), [1, 6]);
    /// ```
    pub fn output_padding(self, output_padding: impl IntoShape) -> Conv {
        let output_padding = Window::new(output_padding);
        Conv {
            output_padding,
            ..self
        }
    }
}

/// What differs from the defaults, after the stride and the padding: `stride 2, padding same`.
impl fmt::Display for Conv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stride {:?}, padding {}", self.stride, self.padding)?;
        if !self.dilation.is_all(1) {
            write!(f, ", dilation {:?}", self.dilation)?;
        }
        if !self.output_padding.is_all(0) {
            write!(f, ", output padding {:?}", self.output_padding)?;
        }
        if self.groups != 1 {
            write!(f, ", groups {}", self.groups)?;
        }
        Ok(())
    }
}

/// What [`Conv::padding`] takes: sizes, `"same"` or `"valid"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Padding(pub(super) Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// So many on each side.
    Zeros(Window),
    /// `"same"` or `"valid"`.
    Named(&'static str),
}

impl Padding {
    /// `"same"` or `"valid"`, if it was given by name.
    ///
    /// ```
    /// use d2l_core::Padding;
    /// assert_eq!(Padding::from("same").name(), Some("same"));
    /// assert_eq!(Padding::from(2).name(), None);
    /// ```
    pub fn name(&self) -> Option<&'static str> {
        match self.0 {
            Kind::Zeros(_) => None,
            Kind::Named(name) => Some(name),
        }
    }

    /// The sizes, if it was given by them.
    ///
    /// ```
    /// use d2l_core::Padding;
    /// assert_eq!(Padding::from((2, 1)).sizes(), Some(vec![2, 1]));
    /// assert_eq!(Padding::from("same").sizes(), None);
    /// ```
    pub fn sizes(&self) -> Option<Vec<isize>> {
        match self.0 {
            Kind::Zeros(sizes) => Some(sizes.list().to_vec()),
            Kind::Named(_) => None,
        }
    }
}

impl fmt::Display for Padding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Zeros(sizes) => write!(f, "{sizes:?}"),
            Kind::Named(name) => f.write_str(name),
        }
    }
}

impl<S: IntoShape> From<S> for Padding {
    fn from(sizes: S) -> Padding {
        Padding(Kind::Zeros(Window::new(sizes)))
    }
}

impl From<&'static str> for Padding {
    fn from(name: &'static str) -> Padding {
        Padding(Kind::Named(name))
    }
}
