//! From points to the strokes that are drawn: gaps, thinning, clipping, dashes.

use super::series::Point;

/// More points than this are thinned before they are drawn.
const MAX_POINTS: usize = 4000;

/// A box; vertical values grow downwards.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    pub(crate) fn contains(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// Its corners, as a closed line.
    pub(crate) fn outline(&self) -> [Point; 5] {
        let Frame {
            left,
            top,
            right,
            bottom,
        } = *self;
        [
            (left, top),
            (right, top),
            (right, bottom),
            (left, bottom),
            (left, top),
        ]
    }
}

/// The strokes of the line through `points` within `frame`, cut into dashes by `pattern` (drawn
/// and left-out lengths in turn). A point that is not finite leaves a gap.
pub(crate) fn strokes(points: &[Point], frame: Frame, pattern: &[f64]) -> Vec<Vec<Point>> {
    let thinned = thin(points);
    let runs = thinned.split(|p| !(p.0.is_finite() && p.1.is_finite()));
    let clipped = runs.flat_map(|run| clip(run, frame));
    if pattern.is_empty() {
        clipped.collect()
    } else {
        clipped.flat_map(|run| dashes(&run, pattern)).collect()
    }
}

/// The first, lowest, highest and last point of each of a bounded number of stretches: what the
/// eye sees of a long line.
fn thin(points: &[Point]) -> Vec<Point> {
    if points.len() <= MAX_POINTS {
        return points.to_vec();
    }
    let stretch = points.len().div_ceil(MAX_POINTS / 4);
    points.chunks(stretch).flat_map(extremes).collect()
}

fn extremes(chunk: &[Point]) -> Vec<Point> {
    let by_y = |&a: &usize, &b: &usize| chunk[a].1.total_cmp(&chunk[b].1);
    let finite = || (0..chunk.len()).filter(|&i| chunk[i].1.is_finite());
    let mut keep = vec![0, chunk.len() - 1];
    keep.extend(finite().min_by(by_y));
    keep.extend(finite().max_by(by_y));
    keep.sort_unstable();
    keep.dedup();
    keep.into_iter().map(|i| chunk[i]).collect()
}

/// The parts of a polyline inside the frame.
fn clip(run: &[Point], frame: Frame) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    if let [p] = run {
        // A single point shows as a dot.
        return clip_segment(*p, *p, frame).map_or(parts, |(a, b)| vec![vec![a, b]]);
    }
    for pair in run.windows(2) {
        let Some((a, b)) = clip_segment(pair[0], pair[1], frame) else {
            continue;
        };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&a) => part.push(b),
            _ => parts.push(vec![a, b]),
        }
    }
    parts
}

/// The part of the segment `a b` inside the frame (Liang and Barsky's method).
fn clip_segment(a: Point, b: Point, frame: Frame) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    let sides = [
        (-dx, a.0 - frame.left),
        (dx, frame.right - a.0),
        (-dy, a.1 - frame.top),
        (dy, frame.bottom - a.1),
    ];
    for (towards, room) in sides {
        if towards == 0.0 && room < 0.0 {
            return None;
        } else if towards < 0.0 {
            enter = enter.max(room / towards);
        } else if towards > 0.0 {
            leave = leave.min(room / towards);
        }
    }
    let at = |t: f64| match t {
        0.0 => a,
        1.0 => b,
        _ => (a.0 + t * dx, a.1 + t * dy),
    };
    (enter <= leave).then(|| (at(enter), at(leave)))
}

/// Cuts a polyline into dashes.
fn dashes(run: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut out = Vec::new();
    let mut phase = 0;
    let mut left = pattern[0];
    let mut dash = vec![run[0]];
    for pair in run.windows(2) {
        let (mut a, b) = (pair[0], pair[1]);
        let mut length = (b.0 - a.0).hypot(b.1 - a.1);
        while length > left {
            let t = left / length;
            a = (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
            dash.push(a);
            if phase % 2 == 0 {
                out.push(std::mem::take(&mut dash));
            }
            dash = vec![a];
            length -= left;
            phase = (phase + 1) % pattern.len();
            left = pattern[phase];
        }
        left -= length;
        dash.push(b);
    }
    if phase % 2 == 0 {
        out.push(dash);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        left: 0.0,
        top: 0.0,
        right: 10.0,
        bottom: 10.0,
    };

    #[test]
    fn lines_are_cut_at_the_frame() {
        let out = strokes(&[(-5.0, 5.0), (5.0, 5.0), (5.0, 20.0)], FRAME, &[]);
        assert_eq!(out, [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)]]);
        assert!(strokes(&[(-5.0, -5.0), (-1.0, 20.0)], FRAME, &[]).is_empty());
    }

    #[test]
    fn values_that_are_not_finite_leave_gaps() {
        let points = [
            (0.0, 1.0),
            (1.0, 1.0),
            (2.0, f64::NAN),
            (3.0, 1.0),
            (4.0, 1.0),
        ];
        assert_eq!(strokes(&points, FRAME, &[]).len(), 2);
    }

    #[test]
    fn a_single_point_is_a_dot() {
        assert_eq!(strokes(&[(3.0, 3.0)], FRAME, &[2.0, 1.0]).len(), 1);
        assert!(strokes(&[(30.0, 3.0)], FRAME, &[]).is_empty());
    }

    #[test]
    fn dashes_have_the_lengths_of_the_pattern() {
        let out = strokes(&[(0.0, 0.0), (5.0, 0.0), (10.0, 0.0)], FRAME, &[3.0, 1.0]);
        let ends: Vec<_> = out.iter().map(|d| (d[0].0, d[d.len() - 1].0)).collect();
        assert_eq!(ends, [(0.0, 3.0), (4.0, 7.0), (8.0, 10.0)]);
    }

    #[test]
    fn long_lines_are_thinned_and_keep_their_extremes() {
        let mut points: Vec<Point> = (0..100_000).map(|i| (f64::from(i) / 1e4, 5.0)).collect();
        points[31_337].1 = 9.0;
        points[70_000].1 = f64::NAN;
        let out = strokes(&points, FRAME, &[]);
        assert!(out.iter().map(Vec::len).sum::<usize>() <= MAX_POINTS);
        assert!(out.iter().flatten().any(|p| p.1 == 9.0));
    }
}
