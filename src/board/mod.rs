//! Figures that grow while a model trains, and the progress line in the terminal.

mod axis;
mod error;
mod legend;
mod line;
mod progress;
mod series;
mod style;
mod svg;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::file::write_atomic;
pub use error::BoardError;
pub use progress::Progress;
use series::Series;
pub use style::{Color, LineStyle, Scale};

/// The shortest time between two redraws of an animated file.
const REDRAW_GAP: Duration = Duration::from_millis(100);

/// A figure with one line per label, to which points are added one by one.
///
/// Every field may be changed at any time, and takes effect when the figure is next drawn; the
/// methods of the same names set them while building. Adding a point never draws: a figure is
/// made by [`save`](Self::save), [`to_svg`](Self::to_svg), or, in the file given to
/// [`file`](Self::file), by [`flush`](Self::flush) and [`finish`](Self::finish).
///
/// ```
/// use d2l::board::ProgressBoard;
///
/// let mut board = ProgressBoard::new().xlabel("x");
/// for i in 0..100 {
///     let x = f64::from(i) / 10.0;
///     board.draw(x, x.sin(), "sin", 2);
///     board.draw(x, x.cos(), "cos", 10);
/// }
/// assert_eq!(board.labels(), ["sin", "cos"]);
/// assert_eq!((board.points("sin").len(), board.points("cos").len()), (50, 10));
/// ```
///
/// Book: section 3.2, `d2l.ProgressBoard`.
#[derive(Debug, Clone)]
pub struct ProgressBoard {
    /// What stands below the horizontal axis (default: nothing).
    pub xlabel: String,
    /// What stands beside the vertical axis (default: nothing).
    pub ylabel: String,
    /// The ends of the horizontal axis (default: what the points need).
    pub xlim: Option<(f64, f64)>,
    /// The ends of the vertical axis (default: what the points need).
    pub ylim: Option<(f64, f64)>,
    /// The scale of the horizontal axis (default: linear).
    pub xscale: Scale,
    /// The scale of the vertical axis (default: linear).
    pub yscale: Scale,
    /// The line styles that labels get in turn (default: solid, dashed, dash-dot, dotted).
    pub ls: Vec<LineStyle>,
    /// The colours that labels get in turn (default: blue, orange, green, red).
    pub colors: Vec<Color>,
    /// Width and height in inches (default: 3.5 by 2.5).
    pub figsize: (f64, f64),
    /// Whether the animated file is drawn (default: true). Points are collected in any case.
    pub display: bool,
    /// The file that is drawn anew while points arrive (default: none).
    pub file: Option<PathBuf>,
    series: Vec<Series>,
    last: usize,
    redraw_after: Option<Instant>,
}

impl Default for ProgressBoard {
    fn default() -> Self {
        Self::new()
    }
}

/// Settings while building.
impl ProgressBoard {
    /// An empty figure with the book's defaults.
    pub fn new() -> Self {
        ProgressBoard {
            xlabel: String::new(),
            ylabel: String::new(),
            xlim: None,
            ylim: None,
            xscale: Scale::Linear,
            yscale: Scale::Linear,
            ls: style::LINE_STYLES.into(),
            colors: style::COLORS.into(),
            figsize: (3.5, 2.5),
            display: true,
            file: None,
            series: Vec::new(),
            last: 0,
            redraw_after: None,
        }
    }

    /// Sets what stands below the horizontal axis.
    #[must_use]
    pub fn xlabel(mut self, text: impl Into<String>) -> Self {
        self.xlabel = text.into();
        self
    }

    /// Sets what stands beside the vertical axis.
    #[must_use]
    pub fn ylabel(mut self, text: impl Into<String>) -> Self {
        self.ylabel = text.into();
        self
    }

    /// Sets the ends of the horizontal axis.
    #[must_use]
    pub fn xlim(mut self, from: impl Into<f64>, to: impl Into<f64>) -> Self {
        self.xlim = Some((from.into(), to.into()));
        self
    }

    /// Sets the ends of the vertical axis.
    #[must_use]
    pub fn ylim(mut self, from: impl Into<f64>, to: impl Into<f64>) -> Self {
        self.ylim = Some((from.into(), to.into()));
        self
    }

    /// Sets the scale of the horizontal axis.
    #[must_use]
    pub fn xscale(mut self, scale: Scale) -> Self {
        self.xscale = scale;
        self
    }

    /// Sets the scale of the vertical axis.
    #[must_use]
    pub fn yscale(mut self, scale: Scale) -> Self {
        self.yscale = scale;
        self
    }

    /// Sets the line styles that labels get in turn.
    #[must_use]
    pub fn ls(mut self, styles: impl Into<Vec<LineStyle>>) -> Self {
        self.ls = styles.into();
        self
    }

    /// Sets the colours that labels get in turn.
    #[must_use]
    pub fn colors(mut self, colors: impl Into<Vec<Color>>) -> Self {
        self.colors = colors.into();
        self
    }

    /// Sets width and height in inches; sizes outside 1 to 100 are drawn at the nearer end.
    #[must_use]
    pub fn figsize(mut self, width: impl Into<f64>, height: impl Into<f64>) -> Self {
        self.figsize = (width.into(), height.into());
        self
    }

    /// Sets whether the animated file is drawn; points are collected in any case.
    #[must_use]
    pub fn display(mut self, display: bool) -> Self {
        self.display = display;
        self
    }

    /// Sets the file that [`flush`](Self::flush) draws anew, replacing it each time.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }
}

/// Points.
impl ProgressBoard {
    /// Adds the point `(x, y)` to the line `label`. Of every `every_n` points of a label only
    /// their mean is kept, as one point; 0 counts as 1. Values that are not finite are kept and
    /// leave a gap in the line.
    ///
    /// ```
    /// use d2l::board::ProgressBoard;
    ///
    /// let mut board = ProgressBoard::new();
    /// for i in 0..7 {
    ///     board.draw(i, i * i, "square", 3);
    /// }
    /// assert_eq!(board.points("square"), [(1.0, 5.0 / 3.0), (4.0, 50.0 / 3.0)]);
    /// assert_eq!(board.pending("square"), 1); // (6, 36) waits for two more
    /// ```
    #[inline]
    pub fn draw(&mut self, x: impl Into<f64>, y: impl Into<f64>, label: &str, every_n: usize) {
        let (x, y) = (x.into(), y.into());
        if self.series.get(self.last).is_none_or(|s| s.label != label) {
            self.last = self.find_or_add(label);
        }
        self.series[self.last].push(x, y, every_n);
    }

    fn find_or_add(&mut self, label: &str) -> usize {
        self.find(label).unwrap_or_else(|| {
            self.series.push(Series::new(label));
            self.series.len() - 1
        })
    }

    fn find(&self, label: &str) -> Option<usize> {
        self.series.iter().position(|s| s.label == label)
    }

    /// The labels in the order of their first points.
    pub fn labels(&self) -> Vec<&str> {
        self.series.iter().map(|s| s.label.as_str()).collect()
    }

    /// The points of a line, `(x, y)` each; empty for a label that was never drawn. Points of an
    /// unfinished group are not in it yet.
    pub fn points(&self, label: &str) -> &[(f64, f64)] {
        self.find(label).map_or(&[], |i| &self.series[i].points)
    }

    /// How many points of `label` wait for their group to be full.
    pub fn pending(&self, label: &str) -> usize {
        self.find(label).map_or(0, |i| self.series[i].pending())
    }

    /// Forgets all points and labels and keeps the settings.
    pub fn clear(&mut self) {
        self.series.clear();
    }
}

/// Figures.
impl ProgressBoard {
    /// Ends an epoch: every unfinished group becomes a point of its own, so that groups never
    /// span two epochs. Then the animated file is drawn, unless that happened less than 100 ms
    /// ago or drawing would take more than a twentieth of the time; [`finish`](Self::finish)
    /// draws what was left out.
    ///
    /// # Errors
    /// [`BoardError`] when the file cannot be written; the points are safe.
    pub fn flush(&mut self) -> Result<(), BoardError> {
        self.close_groups();
        let Some(path) = self.animated() else {
            return Ok(());
        };
        let now = Instant::now();
        if self.redraw_after.is_some_and(|t| now < t) {
            return Ok(());
        }
        let done = self.write(&path, false);
        self.redraw_after = Some(now + REDRAW_GAP.max(20 * now.elapsed()));
        done
    }

    /// Ends the last epoch: like [`flush`](Self::flush), and the file is drawn in any case.
    ///
    /// # Errors
    /// [`BoardError`] when the file cannot be written; the points are safe.
    pub fn finish(&mut self) -> Result<(), BoardError> {
        self.close_groups();
        match self.animated() {
            Some(path) => self.write(&path, true),
            None => Ok(()),
        }
    }

    /// Draws the figure into an `.svg` file. An existing file is replaced only when the new one
    /// is whole.
    ///
    /// ```
    /// # use d2l::board::ProgressBoard;
    /// let mut board = ProgressBoard::new();
    /// board.draw(1, 0.5, "loss", 1);
    /// let path = std::env::temp_dir().join("d2l-doc-board.svg");
    /// board.save(&path)?;
    /// assert!(std::fs::read_to_string(&path)?.contains("loss"));
    /// assert!(board.save("no/such/folder/a.svg").is_err());
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BoardError::Write`] when the file system refuses, [`BoardError::Format`] when the name
    /// ends in something other than `.svg`.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), BoardError> {
        self.write(path.as_ref(), true)
    }

    /// The figure as an SVG document. Points of unfinished groups are not in it.
    pub fn to_svg(&self) -> String {
        svg::render(self, &self.series)
    }

    /// Colour and style of the `i`-th label. Both cycle, and when the styles start again the
    /// colours are shifted by one, so that four of each tell sixteen labels apart.
    fn style(&self, i: usize) -> (Color, LineStyle) {
        let (styles, colors) = (self.ls.len().max(1), self.colors.len().max(1));
        let color = self.colors.get((i + i / styles) % colors);
        let style = self.ls.get(i % styles);
        (
            color.copied().unwrap_or_default(),
            style.copied().unwrap_or(LineStyle::Solid),
        )
    }

    fn close_groups(&mut self) {
        self.series.iter_mut().for_each(Series::close);
    }

    fn animated(&self) -> Option<PathBuf> {
        self.file.clone().filter(|_| self.display)
    }

    fn write(&self, path: &Path, sync: bool) -> Result<(), BoardError> {
        let path_buf = || path.to_path_buf();
        if !path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("svg"))
        {
            return Err(BoardError::Format { path: path_buf() });
        }
        write_atomic(path, self.to_svg().as_bytes(), sync).map_err(|source| BoardError::Write {
            path: path_buf(),
            source,
        })
    }
}

#[cfg(test)]
mod tests;
