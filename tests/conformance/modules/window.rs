//! Convolutions, pools, padding, resampling.
use super::{Built, layer, unary};
use crate::args::{Args, Value};
use d2l::prelude::*;
use d2l_core::IntoOutput;

/// A pool of maxima, with their places if they are asked for.
macro_rules! maxima {
    ($layer:expr, $indices:expr) => {
        if $indices {
            layer($layer, |m, a| Some(m.forward_with_indices(a.t(0)).into()))
        } else {
            unary($layer)
        }
    };
}

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(name: &str, c: &Args) -> Option<Built> {
    if name.contains("Conv") {
        return convolution(name, c);
    }
    if name.contains("Adaptive") {
        return adaptive(name, c);
    }
    if name.contains("Pad") {
        return border(name, c);
    }
    if name.contains("Pool") {
        return pool(name, c);
    }
    rearranged(name, c)
}

/// The layer with one setting, if it was given.
fn with<L, T>(layer: L, value: Option<T>, set: impl FnOnce(L, T) -> L) -> L {
    match value {
        Some(value) => set(layer, value),
        None => layer,
    }
}

fn size(c: &Args, at: usize, name: &str) -> Option<usize> {
    c.int(at, name).map(|n| usize::try_from(n).unwrap_or(0))
}

/// The order is kernel, stride, padding, dilation, groups, bias, mode, or if transposed kernel, stride,
/// padding, output padding, groups, bias, dilation.
fn convolution(name: &str, c: &Args) -> Option<Built> {
    // A lazy layer lacks the first argument.
    let lazy = usize::from(name.starts_with("Lazy"));
    let ins = || size(c, 0, "in_channels");
    let outs = size(c, 1 - lazy, "out_channels")?;
    let kernel = c.dims(2 - lazy, "kernel_size")?;
    macro_rules! common {
        ($layer:expr, $groups:literal, $dilation:literal, $bias:literal) => {{
            let conv = with($layer, c.dims(3 - lazy, "stride"), |l, v| l.stride(v));
            let conv = with(conv, c.dims($dilation - lazy, "dilation"), |l, v| {
                l.dilation(v)
            });
            let conv = with(conv, size(c, $groups - lazy, "groups"), |l, v| l.groups(v));
            with(conv, c.bool($bias - lazy, "bias"), |l, v| l.bias(v))
        }};
    }
    macro_rules! straight {
        ($layer:expr) => {{
            let conv = common!($layer, 6, 5, 7);
            let conv = match c.get(4 - lazy, "padding") {
                Some(Value::Str(name)) if name == "same" => conv.padding("same"),
                Some(Value::Str(name)) if name == "valid" => conv.padding("valid"),
                Some(Value::Str(_)) => conv.padding("neither"),
                _ => with(conv, c.dims(4 - lazy, "padding"), |l, v| l.padding(v)),
            };
            let mode = c.str(8 - lazy, "padding_mode").map(mode);
            unary(with(conv, mode, |l, v| l.padding_mode(v)))
        }};
    }
    macro_rules! transposed {
        ($layer:expr) => {{
            let conv = common!($layer, 6, 8, 7);
            let conv = with(conv, c.dims(4 - lazy, "padding"), |l, v| l.padding(v));
            let more = c.dims(5 - lazy, "output_padding");
            unary(with(conv, more, |l, v| l.output_padding(v)))
        }};
    }
    match name {
        "Conv1d" => straight!(Conv1d::new(ins()?, outs, kernel)),
        "Conv2d" => straight!(Conv2d::new(ins()?, outs, kernel)),
        "Conv3d" => straight!(Conv3d::new(ins()?, outs, kernel)),
        "ConvTranspose1d" => transposed!(ConvTranspose1d::new(ins()?, outs, kernel)),
        "ConvTranspose2d" => transposed!(ConvTranspose2d::new(ins()?, outs, kernel)),
        "ConvTranspose3d" => transposed!(ConvTranspose3d::new(ins()?, outs, kernel)),
        "LazyConv1d" => straight!(LazyConv1d::new(outs, kernel)),
        "LazyConv2d" => straight!(LazyConv2d::new(outs, kernel)),
        "LazyConv3d" => straight!(LazyConv3d::new(outs, kernel)),
        "LazyConvTranspose1d" => transposed!(LazyConvTranspose1d::new(outs, kernel)),
        "LazyConvTranspose2d" => transposed!(LazyConvTranspose2d::new(outs, kernel)),
        "LazyConvTranspose3d" => transposed!(LazyConvTranspose3d::new(outs, kernel)),
        _ => None,
    }
}

fn mode(name: &str) -> PadMode {
    match name {
        "reflect" => PadMode::Reflect,
        "replicate" => PadMode::Replicate,
        "circular" => PadMode::Circular,
        _ => PadMode::Constant(0.0),
    }
}

/// The output size of an adaptive pool: of one size for all axes or one for each, some of them open.
struct Target(Vec<Option<isize>>);

impl IntoOutput for Target {
    fn sizes(&self) -> Vec<Option<isize>> {
        self.0.clone()
    }
}

fn adaptive(name: &str, c: &Args) -> Option<Built> {
    let size = |v: &Value| match v {
        Value::None => None,
        v => Some(v.int() as isize),
    };
    let target = Target(match c.get(0, "output_size")? {
        Value::List(sizes) => sizes.iter().map(size).collect(),
        one => vec![size(one)],
    });
    let indices = c.bool(1, "return_indices") == Some(true);
    match name {
        "AdaptiveAvgPool1d" => unary(AdaptiveAvgPool1d::new(target)),
        "AdaptiveAvgPool2d" => unary(AdaptiveAvgPool2d::new(target)),
        "AdaptiveAvgPool3d" => unary(AdaptiveAvgPool3d::new(target)),
        "AdaptiveMaxPool1d" => maxima!(AdaptiveMaxPool1d::new(target), indices),
        "AdaptiveMaxPool2d" => maxima!(AdaptiveMaxPool2d::new(target), indices),
        "AdaptiveMaxPool3d" => maxima!(AdaptiveMaxPool3d::new(target), indices),
        _ => None,
    }
}

fn border(name: &str, c: &Args) -> Option<Built> {
    let padding = c.dims(0, "padding")?;
    let value = c.float(1, "value");
    match name {
        "ZeroPad1d" => unary(ZeroPad1d::new(padding)),
        "ZeroPad2d" => unary(ZeroPad2d::new(padding)),
        "ZeroPad3d" => unary(ZeroPad3d::new(padding)),
        "ConstantPad1d" => unary(ConstantPad1d::new(padding, value?)),
        "ConstantPad2d" => unary(ConstantPad2d::new(padding, value?)),
        "ConstantPad3d" => unary(ConstantPad3d::new(padding, value?)),
        "ReflectionPad1d" => unary(ReflectionPad1d::new(padding)),
        "ReflectionPad2d" => unary(ReflectionPad2d::new(padding)),
        "ReflectionPad3d" => unary(ReflectionPad3d::new(padding)),
        "ReplicationPad1d" => unary(ReplicationPad1d::new(padding)),
        "ReplicationPad2d" => unary(ReplicationPad2d::new(padding)),
        "ReplicationPad3d" => unary(ReplicationPad3d::new(padding)),
        "CircularPad1d" => unary(CircularPad1d::new(padding)),
        "CircularPad2d" => unary(CircularPad2d::new(padding)),
        "CircularPad3d" => unary(CircularPad3d::new(padding)),
        _ => None,
    }
}

fn pool(name: &str, c: &Args) -> Option<Built> {
    let kernel = |at| c.dims(at, "kernel_size");
    macro_rules! max {
        ($layer:ident) => {{
            let pool = with($layer::new(kernel(0)?), c.dims(1, "stride"), |l, v| {
                l.stride(v)
            });
            let pool = with(pool, c.dims(2, "padding"), |l, v| l.padding(v));
            let pool = with(pool, c.dims(3, "dilation"), |l, v| l.dilation(v));
            let pool = with(pool, c.bool(5, "ceil_mode"), |l, v| l.ceil_mode(v));
            maxima!(pool, c.bool(4, "return_indices") == Some(true))
        }};
    }
    macro_rules! avg {
        ($layer:ident) => {{
            let pool = with($layer::new(kernel(0)?), c.dims(1, "stride"), |l, v| {
                l.stride(v)
            });
            let pool = with(pool, c.dims(2, "padding"), |l, v| l.padding(v));
            let pool = with(pool, c.bool(3, "ceil_mode"), |l, v| l.ceil_mode(v));
            let counted = c.bool(4, "count_include_pad");
            let pool = with(pool, counted, |l, v| l.count_include_pad(v));
            let divisor = c.int(5, "divisor_override");
            unary(with(pool, divisor, |l, v| l.divisor_override(v)))
        }};
    }
    macro_rules! lp {
        ($layer:ident) => {{
            let pool = $layer::new(c.float(0, "norm_type")?, kernel(1)?);
            let pool = with(pool, c.dims(2, "stride"), |l, v| l.stride(v));
            unary(with(pool, c.bool(3, "ceil_mode"), |l, v| l.ceil_mode(v)))
        }};
    }
    match name {
        "MaxPool1d" => max!(MaxPool1d),
        "MaxPool2d" => max!(MaxPool2d),
        "MaxPool3d" => max!(MaxPool3d),
        "AvgPool1d" => avg!(AvgPool1d),
        "AvgPool2d" => avg!(AvgPool2d),
        "AvgPool3d" => avg!(AvgPool3d),
        "LPPool1d" => lp!(LPPool1d),
        "LPPool2d" => lp!(LPPool2d),
        "LPPool3d" => lp!(LPPool3d),
        _ => None,
    }
}

fn rearranged(name: &str, c: &Args) -> Option<Built> {
    macro_rules! patches {
        ($layer:expr, $at:literal) => {{
            let patches = with($layer, c.dims($at, "dilation"), |l, v| l.dilation(v));
            let patches = with(patches, c.dims($at + 1, "padding"), |l, v| l.padding(v));
            unary(with(patches, c.dims($at + 2, "stride"), |l, v| l.stride(v)))
        }};
    }
    match name {
        "PixelShuffle" => unary(PixelShuffle::new(size(c, 0, "upscale_factor")?)),
        "PixelUnshuffle" => unary(PixelUnshuffle::new(size(c, 0, "downscale_factor")?)),
        "ChannelShuffle" => unary(ChannelShuffle::new(size(c, 0, "groups")?)),
        "Unfold" => patches!(Unfold::new(c.dims(0, "kernel_size")?), 1),
        "Fold" => {
            let (output, kernel) = (c.dims(0, "output_size")?, c.dims(1, "kernel_size")?);
            patches!(Fold::new(output, kernel), 2)
        }
        "Upsample" => upsample(c, "nearest", false),
        "UpsamplingNearest2d" => upsample(c, "nearest", false),
        "UpsamplingBilinear2d" => upsample(c, "bilinear", true),
        _ => None,
    }
}

fn upsample(c: &Args, mode: &str, align: bool) -> Option<Built> {
    let layer = match c.dims(0, "size") {
        Some(size) => Upsample::size(size),
        None => Upsample::scale_factor(c.floats(1, "scale_factor")?),
    };
    let mode = c.str(2, "mode").unwrap_or(mode);
    let layer = layer.mode(mode.parse().unwrap_or_else(|e| panic!("{e}")));
    let layer = layer.align_corners(c.bool(3, "align_corners").unwrap_or(align));
    let again = c.bool(4, "recompute_scale_factor");
    unary(with(layer, again, |l, v| l.recompute_scale_factor(v)))
}
