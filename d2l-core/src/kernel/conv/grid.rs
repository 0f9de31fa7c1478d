//! Grids: copies of the source of a convolution on which every tap is a fixed distance.
//!
//! The source is cut into phases, one for each remainder of the stride, and padded with zeros. Then
//! neighbouring outputs read neighbouring elements whatever the stride, padding and dilation are.
use super::{super::math::Float, Axis};

/// A tap of the kernel along one axis.
#[derive(Clone, Copy)]
pub struct Tap {
    /// Its number.
    index: usize,
    /// Place of its phase in [`Line::phases`].
    phase: usize,
    /// Positions ahead of the one it contributes to.
    shift: usize,
}

/// One axis of a pass over a grid. Position `t` of phase `f` holds element `t step + f + base` of the
/// source; the sum at position `t` is element `t out_step + out_base` of the result.
#[derive(Clone)]
pub struct Line {
    step: usize,
    base: isize,
    len: usize,
    pub out_step: usize,
    pub out_base: usize,
    /// Positions with a result.
    pub count: usize,
    phases: Vec<usize>,
    taps: Vec<Tap>,
}

impl Line {
    /// From input to output.
    pub fn forward(a: &Axis) -> Line {
        let taps = (0..a.kernel).map(|k| (k, k * a.dilation));
        let mut line = Line {
            step: a.stride,
            base: -(a.padding as isize),
            len: a.input,
            out_step: 1,
            out_base: 0,
            count: a.output,
            phases: Vec::new(),
            taps: Vec::new(),
        };
        for (index, at) in taps {
            let phase = line.phase(at % a.stride);
            line.taps.push(Tap {
                index,
                phase,
                shift: at / a.stride,
            });
        }
        line
    }

    /// From output to input: one line for each remainder of the input's position by the stride.
    pub fn backward(a: &Axis) -> Vec<Line> {
        let first = |i: &usize| *i < a.input;
        (0..a.stride)
            .take_while(first)
            .map(|i| Line::remainder(a, i))
            .collect()
    }

    /// Inputs `start`, `start + stride`, …: output `o` meets input `i` by tap `k` if
    /// `o stride = i + padding - k dilation`.
    fn remainder(a: &Axis, start: usize) -> Line {
        let distance = |k: usize| (start + a.padding) as isize - (k * a.dilation) as isize;
        let meets = |k: &usize| distance(*k) % a.stride as isize == 0;
        let at = |k: usize| distance(k) / a.stride as isize;
        let taps: Vec<usize> = (0..a.kernel).filter(meets).collect();
        let base = taps.last().map_or(0, |&k| at(k));
        let tap = |&index: &usize| Tap {
            index,
            phase: 0,
            shift: (at(index) - base) as usize,
        };
        Line {
            step: 1,
            base,
            len: a.output,
            out_step: a.stride,
            out_base: start,
            count: (a.input - start).div_ceil(a.stride),
            phases: vec![0],
            taps: taps.iter().map(tap).collect(),
        }
    }

    fn phase(&mut self, phase: usize) -> usize {
        let known = self.phases.iter().position(|&p| p == phase);
        known.unwrap_or_else(|| {
            self.phases.push(phase);
            self.phases.len() - 1
        })
    }

    /// The longest distance of a tap.
    pub fn span(&self) -> usize {
        self.taps.iter().map(|t| t.shift).max().unwrap_or(0)
    }

    /// Whether the grid is the source as it is.
    fn is_plain(&self) -> bool {
        (self.step, self.base, self.span()) == (1, 0, 0) && self.len == self.count
    }

    /// Which of the positions `start..start + n` lie within the source, and where the first of them is.
    fn inside(&self, phase: usize, start: usize, n: usize) -> (usize, usize, usize) {
        let before = |end: isize| {
            let t = (end - self.base - phase as isize).max(0) as usize;
            t.div_ceil(self.step).saturating_sub(start).min(n)
        };
        let (lo, hi) = (before(0), before(self.len as isize));
        let first = ((start + lo) * self.step + phase) as isize + self.base;
        (lo, hi.max(lo), first.max(0) as usize)
    }
}

/// The layout of a grid: channels of phases of positions.
pub struct Grid {
    pub lines: [Line; 3],
    /// Positions of a phase along each axis.
    pub size: [usize; 3],
    /// From one channel to the next.
    pub channel: usize,
}

impl Grid {
    /// A grid for up to `counts` results along each axis.
    pub fn new(lines: [Line; 3], counts: [usize; 3]) -> Grid {
        let size = std::array::from_fn(|i| counts[i] + lines[i].span());
        let phases: usize = lines.iter().map(|l| l.phases.len()).product();
        let elements = phases * size.iter().product::<usize>();
        // Channels that are a power of two apart would compete for the same places in the cache.
        let channel =
            elements.next_multiple_of(16) + if elements.is_multiple_of(256) { 16 } else { 0 };
        Grid {
            lines,
            size,
            channel,
        }
    }

    /// Whether the source itself can serve.
    pub fn is_plain(&self) -> bool {
        self.lines.iter().all(Line::is_plain)
    }

    /// The taps: number within the kernel and distance on the grid.
    pub fn taps(&self, kernel: [usize; 3]) -> Vec<(usize, usize)> {
        let [l0, l1, l2] = &self.lines;
        let [_, q1, q2] = self.size;
        let phase: usize = self.size.iter().product();
        let mut out = Vec::new();
        for a in &l0.taps {
            for b in &l1.taps {
                for c in &l2.taps {
                    let index = (a.index * kernel[1] + b.index) * kernel[2] + c.index;
                    let phases = (a.phase * l1.phases.len() + b.phase) * l2.phases.len() + c.phase;
                    let shift = (a.shift * q1 + b.shift) * q2 + c.shift;
                    out.push((index, phases * phase + shift));
                }
            }
        }
        out
    }

    /// Length of the run of positions that holds `counts` results.
    pub fn run(&self, counts: [usize; 3]) -> usize {
        let [_, q1, q2] = self.size;
        ((counts[0] - 1) * q1 + counts[1] - 1) * q2 + counts[2]
    }

    /// Writes one channel of the source, from the positions `start` on.
    pub fn fill<T: Float>(&self, source: &[T], start: [usize; 3], out: &mut [T]) {
        let [l0, l1, l2] = &self.lines;
        let mut parts = out.chunks_exact_mut(self.size.iter().product());
        for &a in &l0.phases {
            for &b in &l1.phases {
                for &c in &l2.phases {
                    let part = parts.next().expect("as many parts as phases");
                    self.fill_phase(source, [a, b, c], start, part);
                }
            }
        }
    }

    fn fill_phase<T: Float>(
        &self,
        source: &[T],
        phases: [usize; 3],
        start: [usize; 3],
        out: &mut [T],
    ) {
        let [l0, l1, l2] = &self.lines;
        let inside: [_; 3] =
            std::array::from_fn(|i| self.lines[i].inside(phases[i], start[i], self.size[i]));
        let [(lo0, hi0, at0), (lo1, hi1, at1), (lo2, hi2, at2)] = inside;
        let [_, q1, q2] = self.size;
        let n = hi2 - lo2;
        if (hi0 - lo0, hi1 - lo1, n) != (self.size[0], q1, q2) {
            out.fill(T::ZERO);
        }
        for t0 in lo0..hi0 {
            let from0 = (at0 + (t0 - lo0) * l0.step) * l1.len;
            let mut row = |t1: usize, n: usize| {
                let from = (from0 + at1 + (t1 - lo1) * l1.step) * l2.len + at2;
                let out = &mut out[(t0 * q1 + t1) * q2 + lo2..][..n];
                copy(&source[from..], l2.step, out);
            };
            if n == q2 && n == l2.len && (l1.step, l2.step) == (1, 1) {
                row(lo1, (hi1 - lo1) * n);
            } else if n > 0 {
                (lo1..hi1).for_each(|t1| row(t1, n));
            }
        }
    }
}

/// Every `step`-th element.
#[inline]
fn copy<T: Float>(source: &[T], step: usize, out: &mut [T]) {
    match step {
        _ if out.is_empty() => {}
        1 => out.copy_from_slice(&source[..out.len()]),
        2 => {
            let pairs = source[..2 * out.len() - 1].chunks(2);
            out.iter_mut().zip(pairs).for_each(|(o, s)| *o = s[0]);
        }
        _ => {
            let each = source.iter().step_by(step);
            out.iter_mut().zip(each).for_each(|(o, &s)| *o = s);
        }
    }
}
