//! The figure as an SVG document: a frame with marks, one line per label, and a legend.

use plotters::{
    backend::{DrawingBackend, SVGBackend},
    coord::Shift,
    drawing::{DrawingArea, IntoDrawingArea},
    element::{Circle, PathElement, Rectangle},
    prelude::DrawResult,
    style::{
        Color as _, FontTransform, IntoFont, RGBColor, ShapeStyle, TextStyle, WHITE,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{
    ProgressBoard,
    axis::{Axis, Tick},
    legend,
    line::{Frame, strokes},
    series::{Point, Series},
    style::{Color, LineStyle},
};

/// Units of the drawing in one point; the back end draws at whole units.
pub(crate) const PT: f64 = 10.0;
const INCH: f64 = 72.0 * PT;
pub(crate) const FONT: f64 = 9.0 * PT;
/// A guess at the width of a letter: nothing here can measure text.
pub(crate) const LETTER: f64 = 0.62 * FONT;
const MARGIN: f64 = 5.0 * PT;
const TICK: f64 = 3.0 * PT;

const INK: RGBColor = RGBColor(0x26, 0x26, 0x26);
const GRID: RGBColor = RGBColor(0xdc, 0xdc, 0xdc);

/// Draws `series` as `board` says.
pub(crate) fn render(board: &ProgressBoard, series: &[Series]) -> String {
    let inches = |size: f64| {
        if size.is_nan() {
            1.0
        } else {
            size.clamp(1.0, 100.0)
        }
    };
    let (w, h) = (inches(board.figsize.0), inches(board.figsize.1));
    let size = ((w * INCH) as u32, (h * INCH) as u32);
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
    let drawn = Figure::new(board, series, (w, h)).draw(&area);
    drop(area);
    debug_assert!(drawn.is_ok(), "writing to a string does not fail");
    let units = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
    svg.replacen(&units, &format!("width=\"{w}in\" height=\"{h}in\""), 1)
}

type Area<B> = DrawingArea<B, Shift>;

/// Everything that is known before the first stroke.
struct Figure<'a> {
    board: &'a ProgressBoard,
    series: &'a [Series],
    /// Width and height in units.
    size: (f64, f64),
    frame: Frame,
    x: Axis,
    y: Axis,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
}

impl<'a> Figure<'a> {
    fn new(board: &'a ProgressBoard, series: &'a [Series], inches: (f64, f64)) -> Self {
        let points = || series.iter().flat_map(|s| &s.points);
        let x = Axis::new(board.xscale, board.xlim, points().map(|p| p.0));
        let y = Axis::new(board.yscale, board.ylim, points().map(|p| p.1));
        let mut figure = Figure {
            board,
            series,
            size: (inches.0 * INCH, inches.1 * INCH),
            frame: Frame::default(),
            x,
            y,
            x_ticks: x.ticks((1.6 * inches.0) as usize),
            y_ticks: y.ticks((2.2 * inches.1) as usize),
        };
        figure.frame = figure.layout();
        figure
    }

    /// The frame that is left when marks and labels have their room.
    fn layout(&self) -> Frame {
        let letters = self.y_ticks.iter().map(|t| t.text.chars().count()).max();
        let marks = letters.unwrap_or(0) as f64 * LETTER + 2.0 * TICK;
        let label = |text: &str| if text.is_empty() { 0.0 } else { 1.3 * FONT };
        Frame {
            left: MARGIN + label(&self.board.ylabel) + marks,
            top: 1.5 * MARGIN,
            right: self.size.0 - 2.0 * MARGIN,
            bottom: self.size.1 - MARGIN - label(&self.board.xlabel) - FONT - 2.0 * TICK,
        }
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> DrawResult<(), B> {
        area.fill(&WHITE)?;
        self.draw_grid(area)?;
        self.draw_lines(area)?;
        self.draw_frame(area)?;
        self.draw_labels(area)?;
        self.draw_legend(area)?;
        area.present()
    }

    fn x_at(&self, part: f64) -> f64 {
        self.frame.left + part * (self.frame.right - self.frame.left)
    }

    fn y_at(&self, part: f64) -> f64 {
        self.frame.bottom - part * (self.frame.bottom - self.frame.top)
    }

    fn draw_grid<B: DrawingBackend>(&self, area: &Area<B>) -> DrawResult<(), B> {
        let (f, style) = (self.frame, GRID.stroke_width((0.7 * PT) as u32));
        for tick in &self.x_ticks {
            let x = self.x_at(tick.at);
            path(area, &[(x, f.top), (x, f.bottom)], style)?;
        }
        for tick in &self.y_ticks {
            let y = self.y_at(tick.at);
            path(area, &[(f.left, y), (f.right, y)], style)?;
        }
        Ok(())
    }

    fn draw_lines<B: DrawingBackend>(&self, area: &Area<B>) -> DrawResult<(), B> {
        for (i, series) in self.series.iter().enumerate() {
            let place = |p: &Point| (self.x_at(self.x.place(p.0)), self.y_at(self.y.place(p.1)));
            let points: Vec<_> = series.points.iter().map(place).collect();
            draw_line(area, &points, self.frame, self.board.style(i))?;
        }
        Ok(())
    }

    /// The box around the lines, with marks and their values.
    fn draw_frame<B: DrawingBackend>(&self, area: &Area<B>) -> DrawResult<(), B> {
        let (f, style) = (self.frame, INK.stroke_width((0.8 * PT) as u32));
        path(area, &f.outline(), style)?;
        for tick in &self.x_ticks {
            let x = self.x_at(tick.at);
            path(area, &[(x, f.bottom), (x, f.bottom + TICK)], style)?;
            let below = (x, f.bottom + 1.6 * TICK);
            text(area, &tick.text, below, HPos::Center, VPos::Top)?;
        }
        for tick in &self.y_ticks {
            let y = self.y_at(tick.at);
            path(area, &[(f.left - TICK, y), (f.left, y)], style)?;
            let beside = (f.left - 1.6 * TICK, y);
            text(area, &tick.text, beside, HPos::Right, VPos::Center)?;
        }
        Ok(())
    }

    fn draw_labels<B: DrawingBackend>(&self, area: &Area<B>) -> DrawResult<(), B> {
        let f = self.frame;
        let below = ((f.left + f.right) / 2.0, self.size.1 - 0.4 * MARGIN);
        text(area, &self.board.xlabel, below, HPos::Center, VPos::Bottom)?;
        let beside = pixel((0.8 * MARGIN, (f.top + f.bottom) / 2.0));
        let style = font(HPos::Center, VPos::Top).transform(FontTransform::Rotate270);
        area.draw_text(&self.board.ylabel, &style, beside)
    }

    fn draw_legend<B: DrawingBackend>(&self, area: &Area<B>) -> DrawResult<(), B> {
        let place = |p: &Point| (self.x_at(self.x.place(p.0)), self.y_at(self.y.place(p.1)));
        let points = || self.series.iter().flat_map(|s| &s.points).map(place);
        let labels: Vec<_> = self.series.iter().map(|s| s.label.as_str()).collect();
        let Some(legend) = legend::Legend::new(&labels, self.frame, points) else {
            return Ok(());
        };
        let b = legend.frame;
        let corners = [pixel((b.left, b.top)), pixel((b.right, b.bottom))];
        area.draw(&Rectangle::new(corners, WHITE.mix(0.85).filled()))?;
        path(area, &b.outline(), GRID.stroke_width((0.8 * PT) as u32))?;
        for (i, row) in legend.rows(&labels).enumerate() {
            draw_line(area, &row.sample, self.frame, self.board.style(i))?;
            text(area, row.label, row.text_at, HPos::Left, VPos::Center)?;
        }
        Ok(())
    }
}

fn draw_line<B: DrawingBackend>(
    area: &Area<B>,
    points: &[Point],
    frame: Frame,
    (color, line): (Color, LineStyle),
) -> DrawResult<(), B> {
    let color = RGBColor(color[0], color[1], color[2]);
    let pattern: Vec<f64> = line.pattern().iter().map(|l| l * PT).collect();
    for stroke in strokes(points, frame, &pattern) {
        if stroke.len() == 2 && stroke[0] == stroke[1] {
            area.draw(&Circle::new(
                pixel(stroke[0]),
                (1.8 * PT) as u32,
                color.filled(),
            ))?;
        } else {
            path(area, &stroke, color.stroke_width((1.5 * PT) as u32))?;
        }
    }
    Ok(())
}

fn path<B: DrawingBackend>(
    area: &Area<B>,
    points: &[Point],
    style: ShapeStyle,
) -> DrawResult<(), B> {
    let pixels: Vec<_> = points.iter().map(|&p| pixel(p)).collect();
    area.draw(&PathElement::new(pixels, style))
}

fn text<B: DrawingBackend>(
    area: &Area<B>,
    text: &str,
    at: Point,
    h: HPos,
    v: VPos,
) -> DrawResult<(), B> {
    area.draw_text(text, &font(h, v), pixel(at))
}

fn font(h: HPos, v: VPos) -> TextStyle<'static> {
    // The back end divides the size by 1.24.
    let font = ("sans-serif", 1.24 * FONT).into_font();
    TextStyle::from(font).color(&INK).pos(Pos::new(h, v))
}

fn pixel(p: Point) -> (i32, i32) {
    (p.0.round() as i32, p.1.round() as i32)
}
