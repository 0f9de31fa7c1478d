//! Values of images and volumes at any points.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::resample::{self, NOWHERE},
    options::{names, options},
    tensor::{Dims, float},
};

const OP: &str = "grid_sample";

/// How a value between the elements is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampling {
    /// From straight lines between the neighbours.
    #[default]
    Bilinear,
    /// The nearest element.
    Nearest,
    /// From cubic curves; images only.
    Bicubic,
}

/// What lies outside of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// Zeros.
    #[default]
    Zeros,
    /// The elements of the border.
    Border,
    /// The image in a mirror.
    Reflection,
}

names! { Sampling { "bilinear" => Bilinear, "nearest" => Nearest, "bicubic" => Bicubic, } }

names! { Outside { "zeros" => Zeros, "border" => Border, "reflection" => Reflection, } }

options! {
    /// How [`Tensor::grid_sample`] reads values, with all its options.
    GridSampleOptions {
        /// How a value between the elements is found (bilinear).
        mode: Sampling = Sampling::Bilinear,
        /// What lies outside (zeros).
        padding_mode: Outside = Outside::Zeros,
        /// Whether -1 and 1 mean the centres of the outer elements (no: their outer edges).
        align_corners: bool = false,
    }
}

impl GridSampleOptions {
    /// The values of `x [n, channels, height, width]` at the points `grid [n, h, w, 2]`:
    /// `[n, channels, h, w]`. A point is `(x, y)` with -1 at the left or top and 1 at the right or
    /// bottom. Volumes have one axis more, and points `(x, y, z)`.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit, an axis is empty, or a volume is to be sampled bicubically.
    ///
    /// ```
    /// use d2l_core::{GridSampleOptions, Outside, Tensor};
    /// let (x, grid) = (Tensor::from([[[[1.0, 2.0]]]]), Tensor::from([[[[9.0, 0.0]]]]));
    /// let y = GridSampleOptions::new().padding_mode(Outside::Border).forward(&x, &grid);
    /// assert_eq!(y.item(), 2.0);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, grid: &Tensor) -> Tensor {
        ok!(self.compute(x, grid))
    }

    fn compute(&self, x: &Tensor, grid: &Tensor) -> Result<Tensor> {
        self.check(x, grid)?;
        let (x, grid) = (x.contiguous(), grid.contiguous());
        let points = Points::new(self, &x, &grid);
        let mut shape = *grid.dims();
        shape[1] = x.shape()[1];
        shape[2..].copy_from_slice(&grid.shape()[1..grid.dim() - 1]);
        let y = points.values(&x, shape);
        let (p, q) = (x.saved(OP), grid.saved(OP));
        Ok(y.record(OP, [&x, &grid], move |g, cx| {
            let g = g.contiguous_raw();
            let grads = [
                cx.needs(0, || points.by_x(&g, *p.dims())),
                cx.needs(1, || points.by_grid(&g, &p, *q.dims())),
            ];
            cx.once(&g, grads)
        }))
    }

    fn check(&self, x: &Tensor, grid: &Tensor) -> Result<()> {
        x.check_float(OP)?;
        let axes = x.dim();
        let fits = (4..=5).contains(&axes)
            && grid.dim() == axes
            && grid.shape()[0] == x.shape()[0]
            && grid.shape()[axes - 1] == axes - 2
            && x.shape()[2..].iter().all(|&n| n > 0);
        if !fits {
            bail!(
                OP,
                Shape,
                "input {:?} and grid {:?} do not fit",
                x.shape(),
                grid.shape()
            );
        }
        if grid.dtype() != x.dtype() {
            bail!(
                OP,
                DType,
                "input {} and grid {} differ in dtype",
                x.dtype(),
                grid.dtype()
            );
        }
        if self.mode == Sampling::Bicubic && axes == 5 {
            bail!(OP, Value, "volumes cannot be sampled bicubically");
        }
        Ok(())
    }

    /// The neighbours along an axis of `size` elements, and their weights, for the coordinate `c`.
    fn neighbours(&self, c: f64, size: usize) -> Vec<Neighbour> {
        let n = size as f64;
        let (at, unit) = if self.align_corners {
            ((c + 1.0) / 2.0 * (n - 1.0), (n - 1.0) / 2.0)
        } else {
            (((c + 1.0) * n - 1.0) / 2.0, n / 2.0)
        };
        if self.mode == Sampling::Bicubic {
            return self.curve(at, unit, size);
        }
        let (at, sign) = self.inside(at, n);
        let neighbour = |at: f64, weight: f64, slope: f64| Neighbour {
            at: (0.0..n).contains(&at).then_some(at as usize),
            weight,
            slope: slope * sign * unit,
        };
        if self.mode == Sampling::Nearest {
            return vec![neighbour(at.round_ties_even(), 1.0, 0.0)];
        }
        let t = at - at.floor();
        vec![
            neighbour(at.floor(), 1.0 - t, -1.0),
            neighbour(at.floor() + 1.0, t, 1.0),
        ]
    }

    fn curve(&self, at: f64, unit: f64, size: usize) -> Vec<Neighbour> {
        let t = at - at.floor();
        let pairs = resample::cubic(t)
            .into_iter()
            .zip(cubic_slopes(t))
            .zip([-1.0, 0.0, 1.0, 2.0]);
        pairs
            .map(|((weight, slope), k)| {
                let (at, _) = self.inside(at.floor() + k, size as f64);
                Neighbour {
                    at: (0.0..size as f64).contains(&at).then_some(at as usize),
                    weight,
                    slope: slope * unit,
                }
            })
            .collect()
    }

    /// The position within the image that is read for one anywhere, and its slope.
    fn inside(&self, at: f64, n: f64) -> (f64, f64) {
        let clipped = |at: f64, sign: f64| {
            if at <= 0.0 {
                (0.0, 0.0)
            } else if at >= n - 1.0 {
                (n - 1.0, 0.0)
            } else {
                (at, sign)
            }
        };
        match self.padding_mode {
            Outside::Zeros => (at, 1.0),
            Outside::Border => clipped(at, 1.0),
            Outside::Reflection => {
                let (low, high) = if self.align_corners {
                    (0.0, n - 1.0)
                } else {
                    (-0.5, n - 0.5)
                };
                let (at, sign) = reflected(at, low, high);
                clipped(at, sign)
            }
        }
    }
}

/// Between `low` and `high` by mirrors at both ends, and the slope.
fn reflected(at: f64, low: f64, high: f64) -> (f64, f64) {
    let span = high - low;
    if span == 0.0 {
        return (0.0, 0.0);
    }
    let sign = if at < low { -1.0 } else { 1.0 };
    let distance = (at - low).abs();
    let extra = distance % span;
    if (distance / span).floor() % 2.0 == 0.0 {
        (extra + low, sign)
    } else {
        (span - extra + low, -sign)
    }
}

/// The derivatives of [`resample::cubic`].
fn cubic_slopes(t: f64) -> [f64; 4] {
    const A: f64 = -0.75;
    let near = |x: f64| (3.0 * (A + 2.0) * x - 2.0 * (A + 3.0)) * x;
    let far = |x: f64| (3.0 * A * x - 10.0 * A) * x + 8.0 * A;
    [far(t + 1.0), near(t), -near(1.0 - t), -far(2.0 - t)]
}

/// An element along one axis, unless it is outside; its weight, and how that changes with the point.
#[derive(Clone, Copy)]
struct Neighbour {
    at: Option<usize>,
    weight: f64,
    slope: f64,
}

/// What every point of the grids is made of: `k` taps for each, and the slopes of their weights.
struct Points {
    k: usize,
    axes: usize,
    examples: usize,
    taps: Vec<(usize, f64)>,
    slopes: Vec<f64>,
}

impl Points {
    fn new(options: &GridSampleOptions, x: &Tensor, grid: &Tensor) -> Points {
        let shape = &x.shape()[2..];
        let axes = shape.len();
        let each: usize = match options.mode {
            Sampling::Nearest => 1,
            Sampling::Bilinear => 2,
            Sampling::Bicubic => 4,
        };
        let mut points = Points {
            k: each.pow(axes as u32),
            axes,
            examples: x.shape()[0],
            taps: Vec::new(),
            slopes: Vec::new(),
        };
        let grid = grid.detach().double().to_vec::<f64>();
        for point in grid.chunks_exact(axes) {
            // A point names the last axis first.
            let along = point.iter().zip(shape.iter().rev());
            let along: Vec<_> = along.map(|(&c, &n)| options.neighbours(c, n)).collect();
            (0..points.k).for_each(|i| points.push(i, each, &along, shape));
        }
        points
    }

    /// Combination `i` of the neighbours along the axes.
    fn push(&mut self, mut i: usize, each: usize, along: &[Vec<Neighbour>], shape: &[usize]) {
        let chosen: Vec<Neighbour> = along
            .iter()
            .map(|list| {
                let one = list[i % each];
                i /= each;
                one
            })
            .collect();
        let mut positions = chosen.iter().rev().zip(shape);
        let at = positions.try_fold(0, |at, (one, n)| Some(at * n + one.at?));
        let weight = chosen.iter().map(|one| one.weight).product();
        self.taps.push((at.unwrap_or(NOWHERE), weight));
        for d in 0..chosen.len() {
            let others = chosen.iter().enumerate().filter(|(e, _)| *e != d);
            let others: f64 = others.map(|(_, one)| one.weight).product();
            self.slopes.push(chosen[d].slope * others);
        }
    }

    fn taps(&self, example: usize) -> &[(usize, f64)] {
        let n = self.taps.len() / self.examples;
        &self.taps[example * n..][..n]
    }

    fn values(&self, x: &Tensor, shape: Dims) -> Tensor {
        let size: usize = x.shape()[2..].iter().product();
        float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
            let x = x.read::<T>();
            let (a, b) = (x.len() / self.examples.max(1), out.len() / self.examples.max(1));
            for i in 0..self.examples {
                resample::gather(&x[i * a..][..a], size, self.taps(i), self.k, &mut out[i * b..][..b]);
            }
        }))
    }

    fn by_x(&self, g: &Tensor, shape: Dims) -> Tensor {
        let size: usize = shape[2..].iter().product();
        float!(g.dtype(), T => Tensor::build::<T>(g.dtype(), shape, |out| {
            let g = g.read::<T>();
            let (a, b) = (g.len() / self.examples.max(1), out.len() / self.examples.max(1));
            for i in 0..self.examples {
                resample::scatter(&g[i * a..][..a], size, self.taps(i), self.k, &mut out[i * b..][..b]);
            }
        }))
    }

    fn by_grid(&self, g: &Tensor, x: &Tensor, shape: Dims) -> Tensor {
        let size: usize = x.shape()[2..].iter().product();
        let mut dots = vec![0.0; self.taps.len()];
        float!(g.dtype(), T => {
            let (g, x) = (g.read::<T>(), x.read::<T>());
            let examples = self.examples.max(1);
            let (a, b, c) = (g.len() / examples, x.len() / examples, dots.len() / examples);
            for i in 0..self.examples {
                let dots = &mut dots[i * c..][..c];
                resample::dots(&g[i * a..][..a], &x[i * b..][..b], size, self.taps(i), self.k, dots);
            }
        });
        let rows = dots
            .chunks_exact(self.k)
            .zip(self.slopes.chunks_exact(self.k * self.axes));
        let of_point = |(dots, slopes): (&[f64], &[f64])| -> Vec<f64> {
            let along = |d| {
                let slopes = slopes.iter().skip(d).step_by(self.axes);
                dots.iter().zip(slopes).map(|(a, b)| a * b).sum()
            };
            (0..self.axes).map(along).collect()
        };
        Tensor::from_vec::<f64>(rows.flat_map(of_point).collect(), shape).to_dtype(g.dtype())
    }
}

impl Tensor {
    /// The values of this image `[n, channels, height, width]` at the points `grid [n, h, w, 2]`
    /// (PyTorch's `nn.functional.grid_sample`; options and volumes: [`GridSampleOptions`]).
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[[[1.0, 2.0], [3.0, 4.0]]]]);
    /// assert_eq!(x.grid_sample(&Tensor::from([[[[0.0, 0.0]]]])).item(), 2.5);
    /// ```
    #[track_caller]
    pub fn grid_sample(&self, grid: &Tensor) -> Tensor {
        GridSampleOptions::new().forward(self, grid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        bilinear,
        |x, g| x.grid_sample(&(g * 0.6)),
        [2, 3, 3, 4],
        [2, 2, 1, 2]; no empty, scalar, second
    );
    gradcheck_test!(
        bicubic_in_a_mirror,
        |x, g| {
            let options = GridSampleOptions::new()
                .mode(Sampling::Bicubic)
                .align_corners(true);
            options.padding_mode(Outside::Reflection).forward(x, g)
        },
        [2, 1, 3, 4],
        [2, 2, 1, 2]; no empty, scalar, second
    );
    gradcheck_test!(
        volume,
        |x, g| GridSampleOptions::new()
            .padding_mode(Outside::Border)
            .forward(x, &(g * 0.4)),
        [1, 2, 3, 2, 4],
        [1, 1, 2, 1, 3]; no empty, scalar, second
    );
    #[test]
    fn the_nearest_element_has_no_slope() {
        let x = Tensor::arange(4).float().reshape([1, 1, 2, 2]);
        let grid = Tensor::from([[[[0.9, -0.7]]]]).requires_grad_(true);
        let y = GridSampleOptions::new()
            .mode(Sampling::Nearest)
            .forward(&x, &grid);
        y.backward();
        assert_eq!((y.item(), grid.grad().unwrap()), (1.0, grid.zeros_like()));
    }
}
