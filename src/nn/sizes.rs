//! Sizes along the axes of an image, as a constructor takes them and as PyTorch prints them.
use d2l_core::IntoShape;
use std::fmt;

/// A size for every axis, given as a list or as one number for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes<const N: usize> {
    pub each: [usize; N],
    single: bool,
}

impl<const N: usize> Sizes<N> {
    /// The same for all axes.
    pub fn all(size: usize) -> Sizes<N> {
        Sizes {
            each: [size; N],
            single: true,
        }
    }

    /// What a constructor was given as `what`: `Conv2d: stride`.
    ///
    /// # Panics
    /// If there are not as many as axes, or one is less than `least`.
    #[track_caller]
    pub fn new(layer: &str, what: &str, sizes: impl IntoShape, least: usize) -> Sizes<N> {
        let (entries, n) = sizes.entries();
        let sizes = &entries[..n];
        assert!(
            n == 1 || n == N,
            "{layer}: {what} {sizes:?} has {n} sizes, not {}",
            if N == 1 {
                "1".into()
            } else {
                format!("1 or {N}")
            }
        );
        if let Some(bad) = sizes.iter().find(|&&s| s < least as isize) {
            panic!("{layer}: {what} {bad} is less than {least}");
        }
        Sizes {
            each: std::array::from_fn(|i| sizes[i.min(n - 1)] as usize),
            single: n == 1,
        }
    }

    /// As a tuple of Python: `(3,)`, `(3, 3)`.
    pub fn tuple(&self) -> String {
        tuple(&self.each)
    }
}

/// As it was given: `3`, `(3, 5)`.
impl<const N: usize> fmt::Display for Sizes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.single {
            self.each[0].fmt(f)
        } else {
            f.write_str(&self.tuple())
        }
    }
}

/// As a tuple of Python.
pub(super) fn tuple<T: fmt::Display>(items: &[T]) -> String {
    let list: Vec<String> = items.iter().map(T::to_string).collect();
    match &list[..] {
        [one] => format!("({one},)"),
        many => format!("({})", many.join(", ")),
    }
}

/// As Python prints a truth value.
pub(super) fn python(yes: bool) -> &'static str {
    if yes { "True" } else { "False" }
}

/// As Python prints a float.
pub(super) fn float(x: f64) -> String {
    let text = format!("{x:?}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let digits = digits.trim_end_matches(".0");
            let (sign, power) = match exponent.strip_prefix('-') {
                Some(power) => ('-', power),
                None => ('+', exponent),
            };
            format!("{digits}e{sign}{power:0>2}")
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_in_python() {
        assert_eq!(Sizes::<2>::new("", "", 3, 1).to_string(), "3");
        assert_eq!(Sizes::<2>::new("", "", (3, 5), 1).to_string(), "(3, 5)");
        assert_eq!(Sizes::<1>::all(3).tuple(), "(3,)");
        assert_eq!(
            [1e-5, 0.1, 2.0, 1e-12].map(float),
            ["1e-05", "0.1", "2.0", "1e-12"]
        );
        assert_eq!(float(0.0001), "0.0001");
    }

    #[test]
    #[should_panic(expected = "Conv2d: stride [1, 2, 3] has 3 sizes, not 1 or 2")]
    fn sizes_are_one_or_one_for_each_axis() {
        let _ = Sizes::<2>::new("Conv2d", "stride", (1, 2, 3), 1);
    }

    #[test]
    #[should_panic(expected = "Conv2d: stride 0 is less than 1")]
    fn sizes_are_not_too_small() {
        let _ = Sizes::<2>::new("Conv2d", "stride", (1, 0), 1);
    }
}
