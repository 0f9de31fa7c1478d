//! The points of one label: a running group, and the means of the finished ones.

/// A point of a figure: `(x, y)`.
pub(crate) type Point = (f64, f64);

/// What was drawn under one label.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    pub(crate) label: String,
    pub(crate) points: Vec<Point>,
    sum: Point,
    count: usize,
}

impl Series {
    pub(crate) fn new(label: &str) -> Series {
        Series {
            label: label.into(),
            ..Series::default()
        }
    }

    /// Adds a raw point; the group of `every_n` of them becomes one point, their mean.
    #[inline]
    pub(crate) fn push(&mut self, x: f64, y: f64, every_n: usize) {
        self.sum.0 += x;
        self.sum.1 += y;
        self.count += 1;
        if self.count >= every_n {
            self.close();
        }
    }

    /// Turns an unfinished group into a point.
    pub(crate) fn close(&mut self) {
        if self.count > 0 {
            let n = self.count as f64;
            self.points.push((self.sum.0 / n, self.sum.1 / n));
            self.sum = (0.0, 0.0);
            self.count = 0;
        }
    }

    /// How many raw points wait for their group to be full.
    pub(crate) fn pending(&self) -> usize {
        self.count
    }
}
