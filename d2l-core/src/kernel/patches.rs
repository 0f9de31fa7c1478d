//! Patches of images as columns of a matrix, and back.
use super::{
    math::Num,
    threads::{for_chunks, num_threads},
};

/// Elements that one thread copies in one go.
const CHUNK: usize = 1 << 15;

/// Where patches lie in an image; pairs are height and width.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub image: [usize; 2],
    pub kernel: [usize; 2],
    pub dilation: [usize; 2],
    pub padding: [usize; 2],
    pub stride: [usize; 2],
    /// Number of patches.
    pub count: [usize; 2],
}

impl Geometry {
    /// Rows of the matrix that one image fills: one for each element of a patch.
    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    fn columns(&self) -> usize {
        self.count[0] * self.count[1]
    }

    fn pixels(&self) -> usize {
        self.image[0] * self.image[1]
    }

    /// Along axis `a`, for element `k` of a patch: the patches whose element lies in the image, and
    /// where the first of them has it.
    fn inside(&self, a: usize, k: usize) -> (std::ops::Range<usize>, usize) {
        let (stride, at) = (self.stride[a], k * self.dilation[a]);
        let first = self.padding[a].saturating_sub(at).div_ceil(stride);
        let end = (self.image[a] + self.padding[a]).saturating_sub(at);
        let end = end.div_ceil(stride).min(self.count[a]);
        match first < end {
            true => (first..end, first * stride + at - self.padding[a]),
            false => (0..0, 0),
        }
    }
}

/// `out[c, i, j, y, x] = image[c, y·s + i·d - p, x·s + j·d - p]`, 0 outside: for each image and each
/// place in the patch a row with that element of all patches.
///
/// # Panics
/// If the lengths do not fit.
pub fn im2col<T: Num>(image: &[T], g: &Geometry, out: &mut [T]) {
    let (taps, columns) = (g.taps(), g.columns());
    if out.is_empty() {
        return;
    }
    assert_eq!(image.len() * taps * columns, out.len() * g.pixels());
    let rows = if num_threads() == 1 {
        out.len() / columns
    } else {
        (CHUNK / columns).max(1)
    };
    for_chunks(out, rows * columns, |start, out| {
        for (out, row) in out.chunks_exact_mut(columns).zip(start / columns..) {
            let (c, tap) = (row / taps, row % taps);
            let image = &image[c * g.pixels()..][..g.pixels()];
            gather_tap(image, g, [tap / g.kernel[1], tap % g.kernel[1]], out);
        }
    });
}

/// One row of [`im2col`].
fn gather_tap<T: Num>(image: &[T], g: &Geometry, [i, j]: [usize; 2], out: &mut [T]) {
    let ((ys, y0), (xs, x0)) = (g.inside(0, i), g.inside(1, j));
    out.fill(T::ZERO);
    if xs.is_empty() {
        return;
    }
    for (n, y) in ys.enumerate() {
        let line = &image[(y0 + n * g.stride[0]) * g.image[1] + x0..];
        let out = &mut out[y * g.count[1]..][xs.clone()];
        match g.stride[1] {
            1 => out.copy_from_slice(&line[..out.len()]),
            step => (out.iter_mut().zip(line.iter().step_by(step))).for_each(|(o, &v)| *o = v),
        }
    }
}

/// The transpose of [`im2col`]: every element is added to where it was taken from.
///
/// # Panics
/// If the lengths do not fit.
pub fn col2im<T: Num>(columns: &[T], g: &Geometry, image: &mut [T]) {
    let (size, pixels) = (g.taps() * g.columns(), g.pixels());
    image.fill(T::ZERO);
    if columns.is_empty() || image.is_empty() {
        return;
    }
    assert_eq!(image.len() * size, columns.len() * pixels);
    let images = if num_threads() == 1 {
        image.len() / pixels
    } else {
        (CHUNK / (pixels * g.taps())).max(1)
    };
    for_chunks(image, images * pixels, |start, image| {
        for (image, c) in image.chunks_exact_mut(pixels).zip(start / pixels..) {
            let taps = columns[c * size..][..size].chunks_exact(g.columns());
            taps.zip(0..).for_each(|(tap, n)| {
                scatter_tap(tap, g, [n / g.kernel[1], n % g.kernel[1]], image)
            });
        }
    });
}

/// One row of [`col2im`].
fn scatter_tap<T: Num>(tap: &[T], g: &Geometry, [i, j]: [usize; 2], image: &mut [T]) {
    let ((ys, y0), (xs, x0)) = (g.inside(0, i), g.inside(1, j));
    if xs.is_empty() {
        return;
    }
    for (n, y) in ys.enumerate() {
        let line = &mut image[(y0 + n * g.stride[0]) * g.image[1] + x0..];
        let tap = &tap[y * g.count[1]..][xs.clone()];
        let places = line.iter_mut().step_by(g.stride[1]);
        places.zip(tap).for_each(|(o, &v)| *o = o.plus(v));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `f(place in the image, place in the matrix)` for every element inside.
    fn places(g: &Geometry, channels: usize, mut f: impl FnMut(usize, usize)) {
        let mut at = 0;
        for c in 0..channels {
            for tap in 0..g.taps() {
                for column in 0..g.columns() {
                    let (i, j) = (tap / g.kernel[1], tap % g.kernel[1]);
                    let (y, x) = (column / g.count[1], column % g.count[1]);
                    let y = (y * g.stride[0] + i * g.dilation[0]).checked_sub(g.padding[0]);
                    let x = (x * g.stride[1] + j * g.dilation[1]).checked_sub(g.padding[1]);
                    if let (Some(y), Some(x)) = (y, x)
                        && y < g.image[0]
                        && x < g.image[1]
                    {
                        f((c * g.image[0] + y) * g.image[1] + x, at);
                    }
                    at += 1;
                }
            }
        }
    }

    #[test]
    fn agrees_with_the_definition() {
        for (image, kernel, dilation, padding, stride) in [
            ([4, 5], [2, 3], [1, 1], [0, 0], [1, 1]),
            ([4, 5], [2, 3], [2, 1], [1, 2], [1, 2]),
            ([3, 3], [1, 2], [1, 2], [4, 3], [2, 3]),
            ([1, 7], [1, 1], [3, 3], [0, 5], [1, 4]),
            ([40, 50], [5, 5], [1, 1], [2, 2], [1, 1]),
        ] {
            let count = |a: usize| {
                (image[a] + 2 * padding[a] - dilation[a] * (kernel[a] - 1) - 1) / stride[a] + 1
            };
            let count = [count(0), count(1)];
            let g = Geometry {
                image,
                kernel,
                dilation,
                padding,
                stride,
                count,
            };
            let x: Vec<i64> = (1..=(3 * g.pixels()) as i64).collect();
            let mut want = vec![0; 3 * g.taps() * g.columns()];
            places(&g, 3, |from, to| want[to] = x[from]);
            let mut out = vec![-1; want.len()];
            im2col(&x, &g, &mut out);
            assert_eq!(out, want, "{g:?}");
            let mut sums = vec![0; x.len()];
            places(&g, 3, |to, from| sums[to] += out[from]);
            let mut back = vec![-1; x.len()];
            col2im(&out, &g, &mut back);
            assert_eq!(back, sums, "{g:?}");
        }
    }
}
