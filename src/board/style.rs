//! How axes are scaled and lines are drawn.

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal steps for equal differences.
    #[default]
    Linear,
    /// Equal steps for equal ratios; values that are not positive leave a gap in the line.
    Log,
}

/// The pattern of a line; the comments give matplotlib's sign for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineStyle {
    /// `-`
    Solid,
    /// `--`
    Dashed,
    /// `-.`
    DashDot,
    /// `:`
    Dotted,
}

impl LineStyle {
    /// Drawn and left-out lengths in turn, in points; empty means no gaps.
    pub(crate) fn pattern(self) -> &'static [f64] {
        match self {
            LineStyle::Solid => &[],
            LineStyle::Dashed => &[5.5, 2.4],
            LineStyle::DashDot => &[9.6, 2.4, 1.5, 2.4],
            LineStyle::Dotted => &[1.5, 2.5],
        }
    }
}

/// A colour: red, green, blue.
pub type Color = [u8; 3];

/// The four line styles of the book, solid first.
pub(crate) const LINE_STYLES: [LineStyle; 4] = [
    LineStyle::Solid,
    LineStyle::Dashed,
    LineStyle::DashDot,
    LineStyle::Dotted,
];

/// The first four colours of matplotlib's cycle: blue, orange, green, red.
pub(crate) const COLORS: [Color; 4] = [
    [0x1f, 0x77, 0xb4],
    [0xff, 0x7f, 0x0e],
    [0x2c, 0xa0, 0x2c],
    [0xd6, 0x27, 0x28],
];
