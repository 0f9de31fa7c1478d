//! Convolutions over three axes, and their gradients.
//!
//! The sum over channels and taps is a matrix product whose right factor is never written down: its
//! rows are the source, shifted. So a piece of the source is copied to a [`Grid`] that fits a cache,
//! where the inner loops read each row at its distance. The gradient of the input is the same
//! pass with source and result exchanged, once for each remainder by the stride; the gradient of the
//! weight sums products of lines. Pieces depend on shapes alone, and sums have one order.
mod grid;
mod pass;
pub mod tile;
mod weight;

pub use weight::weight;

use super::{
    gemm::{Memory, no_memory},
    math::Float,
    threads::Shared,
};
use grid::Line;
use pass::Pass;
/// Pieces to share out, if there is a choice.
const PIECES: usize = 16;
/// Multiply-adds per nanosecond, to judge whether threads pay.
const PER_NS: usize = 32;

/// One axis: output `o` and tap `k` meet input `o stride + k dilation - padding`; inputs that are not
/// there count as 0.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Size of the input.
    pub input: usize,
    /// Size of the output.
    pub output: usize,
    /// Taps.
    pub kernel: usize,
    /// From one output to the next.
    pub stride: usize,
    /// Between two taps.
    pub dilation: usize,
    /// Zeros in front.
    pub padding: usize,
}

/// The sizes: input `[batch, groups, inputs, ..]`, weight `[groups, outputs, inputs, ..]`, output
/// `[batch, groups, outputs, ..]`.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Images.
    pub batch: usize,
    /// Independent convolutions.
    pub groups: usize,
    /// Channels of the input, per group.
    pub inputs: usize,
    /// Channels of the output, per group.
    pub outputs: usize,
    /// The spatial axes.
    pub axes: [Axis; 3],
}

impl Shape {
    /// Elements of the kernel.
    fn taps(&self) -> usize {
        self.axes.iter().map(|a| a.kernel).product()
    }

    fn input_plane(&self) -> usize {
        self.axes.iter().map(|a| a.input).product()
    }

    fn output_plane(&self) -> usize {
        self.axes.iter().map(|a| a.output).product()
    }

    /// Images without structure are one axis.
    fn flat(mut self) -> Shape {
        let plain = |a: &Axis| (a.kernel, a.stride, a.padding) == (1, 1, 0) && a.input == a.output;
        if self.axes.iter().all(plain) {
            let n = self.input_plane();
            let one = Axis {
                input: 1,
                output: 1,
                ..self.axes[0]
            };
            let all = Axis {
                input: n,
                output: n,
                ..one
            };
            self.axes = [one, one, all];
        }
        self
    }

    fn check(&self, x: usize, w: usize, y: usize, bias: Option<usize>, channels: usize) {
        let (images, weights) = (
            self.batch * self.groups,
            self.groups * self.outputs * self.inputs,
        );
        assert!(
            x == images * self.inputs * self.input_plane()
                && y == images * self.outputs * self.output_plane()
                && w == weights * self.taps()
                && bias.is_none_or(|b| b == self.groups * channels)
                && self.axes.iter().all(|a| a.stride > 0 && a.dilation > 0),
            "conv: the sizes do not fit the geometry"
        );
    }
}

/// `y = conv(x, w) + bias`, a number per output channel.
///
/// # Panics
/// If a slice does not have the size that `shape` says.
pub fn forward<T: Float>(shape: &Shape, x: &[T], w: &[T], bias: Option<&[T]>, y: &mut [T]) {
    shape.check(
        x.len(),
        w.len(),
        y.len(),
        bias.map(<[T]>::len),
        shape.outputs,
    );
    let shape = shape.flat();
    let pass = Pass {
        shape,
        source: x,
        channels: shape.inputs,
        rows: shape.outputs,
        weight: w,
        row: shape.inputs * shape.taps(),
        column: shape.taps(),
        bias,
        out_len: shape.axes.map(|a| a.output),
    };
    pass.run(shape.axes.each_ref().map(Line::forward), &Shared::new(y));
}

/// The gradient of the input: `x[i] = Σ w y` over what meets `i`, plus `bias`, a number per input
/// channel.
///
/// # Panics
/// If a slice does not have the size that `shape` says.
pub fn backward<T: Float>(shape: &Shape, y: &[T], w: &[T], bias: Option<&[T]>, x: &mut [T]) {
    shape.check(
        x.len(),
        w.len(),
        y.len(),
        bias.map(<[T]>::len),
        shape.inputs,
    );
    let shape = shape.flat();
    let pass = Pass {
        shape,
        source: y,
        channels: shape.outputs,
        rows: shape.inputs,
        weight: w,
        row: shape.taps(),
        column: shape.inputs * shape.taps(),
        bias,
        out_len: shape.axes.map(|a| a.input),
    };
    let out = Shared::new(x);
    let [l0, l1, l2] = shape.axes.each_ref().map(Line::backward);
    for a in &l0 {
        for b in &l1 {
            for c in &l2 {
                pass.run([a.clone(), b.clone(), c.clone()], &out);
            }
        }
    }
}

thread_local! {
    static PACKED: Memory = const { no_memory() };
    static GRID: Memory = const { no_memory() };
    static SUMS: Memory = const { no_memory() };
}
#[cfg(test)]
mod tests;
