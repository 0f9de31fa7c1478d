//! One axis of a figure: where a value lies on it, and which values are marked.

use super::style::Scale;

/// Values further out are treated as this large, so that differences stay finite.
const HUGE: f64 = 1e300;

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// 0 at the start of the axis, 1 at its end.
    pub(crate) at: f64,
    pub(crate) text: String,
}

/// The ends of an axis; logarithms of them where the scale is logarithmic.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    scale: Scale,
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis from `limits`, or, where they are missing or make no sense, around all `values`.
    pub(crate) fn new(
        scale: Scale,
        limits: Option<(f64, f64)>,
        values: impl Iterator<Item = f64>,
    ) -> Axis {
        let chosen = limits
            .map(|(from, to)| (project(scale, from), project(scale, to)))
            .filter(|(from, to)| from.is_finite() && to.is_finite() && from != to);
        let (from, to) = chosen.unwrap_or_else(|| around(values.map(|v| project(scale, v))));
        Axis { scale, from, to }
    }

    /// The place of `value`: 0 at the start, 1 at the end, beyond them outside. Not finite for a
    /// value that has no place.
    pub(crate) fn place(&self, value: f64) -> f64 {
        (project(self.scale, value) - self.from) / (self.to - self.from)
    }

    /// About `wanted` marks at round values.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<Tick> {
        let (lo, hi) = (self.from.min(self.to), self.from.max(self.to));
        let mut values = match self.scale {
            Scale::Linear => steps(lo, hi, wanted),
            Scale::Log => decades(lo, hi, wanted),
        };
        values.retain(|&(v, _)| (-1e-9..=1.0 + 1e-9).contains(&self.place(v)));
        let tick = |(v, text)| Tick {
            at: self.place(v),
            text,
        };
        values.into_iter().map(tick).collect()
    }
}

/// The coordinate of a value; NaN where it has none.
fn project(scale: Scale, value: f64) -> f64 {
    match scale {
        _ if !value.is_finite() => f64::NAN,
        Scale::Linear => value.clamp(-HUGE, HUGE),
        Scale::Log if value > 0.0 => value.log10(),
        Scale::Log => f64::NAN,
    }
}

/// The range of the finite values, with a margin of a twentieth on both sides.
fn around(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|v| v.is_finite());
    let (lo, hi) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
        (lo.min(v), hi.max(v))
    });
    let width = hi - lo;
    if width == f64::NEG_INFINITY {
        (0.0, 1.0) // no values at all
    } else if width <= 1e-12 * lo.abs().max(hi.abs()) {
        let margin = 0.05 * lo.abs().max(1.0);
        (lo - margin, hi + margin)
    } else {
        (lo - 0.05 * width, hi + 0.05 * width)
    }
}

/// Multiples of the smallest round step of which at most `wanted` fit, as values and texts.
fn steps(lo: f64, hi: f64, wanted: usize) -> Vec<(f64, String)> {
    let rough = (hi - lo) / wanted.max(1) as f64;
    let power = rough.log10().floor();
    let factors = [1.0, 2.0, 2.5, 5.0, 10.0];
    let factor = *factors
        .iter()
        .find(|&&f| f * 10f64.powf(power) >= rough * 0.999)
        .unwrap_or(&10.0);
    let step = factor * 10f64.powf(power);
    let digits = match factor {
        2.5 => 1,
        10.0 => -1,
        _ => 0,
    } - power as i32;
    let first = (lo / step - 1e-9).ceil();
    let count = ((hi / step + 1e-9).floor() - first).clamp(0.0, 100.0) as usize;
    (0..=count)
        .map(|i| (first + i as f64) * step)
        .map(|v| (v, text(v, digits, lo.abs().max(hi.abs()))))
        .collect()
}

/// `value` with `digits` behind the point, or as a power of ten on axes of very large or very
/// small values.
fn text(value: f64, digits: i32, largest: f64) -> String {
    if (1e-4..1e5).contains(&largest) {
        let zero = value.abs() < largest * 1e-9; // a sum of steps may miss it by a little
        return format!(
            "{:.*}",
            digits.max(0) as usize,
            if zero { 0.0 } else { value }
        );
    }
    if value == 0.0 {
        return "0".into();
    }
    let precision = (value.abs().log10().floor() as i32 + digits).clamp(0, 6);
    format!("{value:.*e}", precision as usize)
}

/// Powers of ten between 10^`lo` and 10^`hi`; with 2 and 5 times them where few fit, and round
/// steps where even these are too far apart.
fn decades(lo: f64, hi: f64, wanted: usize) -> Vec<(f64, String)> {
    let stride = ((hi - lo) / wanted.max(1) as f64).ceil().max(1.0) as i32;
    let exponents = (lo.floor() as i32..=hi.ceil() as i32).filter(|k| k % stride == 0);
    let factors: &[i32] = if hi - lo < 1.5 { &[1, 2, 5] } else { &[1] };
    let values: Vec<_> = exponents
        .flat_map(|k| factors.iter().map(move |&f| power_of_ten(f, k)))
        .filter(|(v, _)| (lo..=hi).contains(&v.log10()))
        .collect();
    if values.len() >= 2 {
        values
    } else {
        steps(10f64.powf(lo), 10f64.powf(hi).min(HUGE), wanted)
    }
}

fn power_of_ten(factor: i32, exponent: i32) -> (f64, String) {
    let value = f64::from(factor) * 10f64.powi(exponent);
    let plain = (-3..=4).contains(&exponent);
    let text = if plain {
        format!("{value:.*}", (-exponent).max(0) as usize)
    } else {
        format!("{factor}e{exponent}")
    };
    (value, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: Scale, from: f64, to: f64) -> Vec<String> {
        let axis = Axis::new(scale, Some((from, to)), std::iter::empty());
        axis.ticks(5).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn round_values_are_marked() {
        assert_eq!(
            texts(Scale::Linear, 0.0, 10.0),
            ["0", "2", "4", "6", "8", "10"]
        );
        assert_eq!(
            texts(Scale::Linear, -1.0, 1.0),
            ["-1.0", "-0.5", "0.0", "0.5", "1.0"]
        );
        assert_eq!(texts(Scale::Linear, 0.0, 3.0), ["0", "1", "2", "3"]);
        assert_eq!(
            texts(Scale::Linear, 0.0, 4e-7),
            ["0", "1e-7", "2e-7", "3e-7", "4e-7"]
        );
        assert_eq!(texts(Scale::Linear, 0.0, 1e6).last().unwrap(), "1.0e6");
    }

    #[test]
    fn a_reversed_axis_runs_backwards() {
        let axis = Axis::new(Scale::Linear, Some((3.0, 0.0)), std::iter::empty());
        assert_eq!(axis.place(3.0), 0.0);
        assert_eq!(axis.ticks(5).len(), 4);
    }

    #[test]
    fn logarithmic_axes_mark_powers_of_ten() {
        let marks = texts(Scale::Log, 1e-6, 10.0);
        assert_eq!(marks, ["1e-6", "1e-4", "0.01", "1"]);
        assert_eq!(texts(Scale::Log, 0.3, 4.0), ["0.5", "1", "2"]);
        assert_eq!(texts(Scale::Log, 3.0, 3.5).len(), 6); // 3.0, 3.1, ...
    }

    #[test]
    fn values_without_a_place_change_nothing() {
        let values = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1.0, 100.0];
        let axis = Axis::new(Scale::Log, Some((-1.0, 5.0)), values.into_iter());
        assert!((axis.place(10.0) - 0.5).abs() < 1e-12);
        assert!(axis.place(0.0).is_nan() && axis.place(f64::INFINITY).is_nan());
    }

    #[test]
    fn any_range_gives_finite_places() {
        let ranges = [
            vec![],
            vec![0.0],
            vec![7.0, 7.0],
            vec![f64::MAX, f64::MIN],
            vec![f64::MIN_POSITIVE, 1e-320],
            vec![1e16, 1e16 + 2.0],
        ];
        for values in ranges {
            for scale in [Scale::Linear, Scale::Log] {
                let axis = Axis::new(scale, None, values.iter().copied());
                assert!(axis.ticks(5).iter().all(|t| t.at.is_finite()), "{values:?}");
                assert!(axis.ticks(5).len() < 20, "{values:?}");
            }
        }
    }
}
