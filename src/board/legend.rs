//! Where the legend stands: the corner of the frame that hides the fewest points.

use super::{
    line::Frame,
    series::Point,
    svg::{FONT, LETTER, PT},
};

const ROW: f64 = 1.35 * FONT;
const PAD: f64 = 4.0 * PT;
const SAMPLE: f64 = 20.0 * PT;

/// The box of the legend.
pub(crate) struct Legend {
    pub(crate) frame: Frame,
}

/// One line of the legend.
pub(crate) struct Row<'a> {
    pub(crate) label: &'a str,
    /// The ends of the piece of line before the label.
    pub(crate) sample: [Point; 2],
    pub(crate) text_at: Point,
}

impl Legend {
    /// A legend for `labels` inside `frame`; nothing when there is no label to show.
    pub(crate) fn new<I: Iterator<Item = Point>>(
        labels: &[&str],
        frame: Frame,
        points: impl Fn() -> I,
    ) -> Option<Legend> {
        let letters = labels.iter().map(|l| l.chars().count()).max()?;
        let width = 3.0 * PAD + SAMPLE + letters as f64 * LETTER;
        let height = PAD + labels.len() as f64 * ROW;
        let hidden = |f: &Frame| points().filter(|&p| f.contains(p)).count();
        let frame = corners(frame, width, height)
            .into_iter()
            .min_by_key(hidden)?;
        Some(Legend { frame })
    }

    /// The lines from top to bottom.
    pub(crate) fn rows<'a>(&self, labels: &[&'a str]) -> impl Iterator<Item = Row<'a>> {
        let (left, top) = (self.frame.left + PAD, self.frame.top + 0.5 * PAD);
        labels.iter().enumerate().map(move |(i, label)| {
            let y = top + (i as f64 + 0.5) * ROW;
            Row {
                label,
                sample: [(left, y), (left + SAMPLE, y)],
                text_at: (left + SAMPLE + PAD, y),
            }
        })
    }
}

/// Boxes of the given size in the corners of `f`, in the order of preference.
fn corners(f: Frame, width: f64, height: f64) -> [Frame; 4] {
    let at = |left, top| Frame {
        left,
        top,
        right: left + width,
        bottom: top + height,
    };
    let (left, right) = (f.left + PAD, f.right - PAD - width);
    let (top, bottom) = (f.top + PAD, f.bottom - PAD - height);
    [
        at(right, top),
        at(left, top),
        at(right, bottom),
        at(left, bottom),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_avoids_points() {
        let frame = Frame {
            left: 0.0,
            top: 0.0,
            right: 4000.0,
            bottom: 2000.0,
        };
        let falling = || (0..100).map(|i| (40.0 * f64::from(i), 20.0 * f64::from(i)));
        let rising = || falling().map(|(x, y)| (x, 2000.0 - y));
        let top = |legend: Option<Legend>| legend.unwrap().frame;
        assert!(top(Legend::new(&["loss"], frame, falling)).left > 2000.0);
        assert!(top(Legend::new(&["loss"], frame, rising)).left < 2000.0);
        assert!(Legend::new(&[], frame, falling).is_none());
    }
}
