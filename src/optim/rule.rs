//! What `optimizer!` says about a rule: names, and what options may be.

/// A rule's names.
pub struct Rule {
    /// The optimizer's.
    pub name: &'static str,
    /// The learning rate first.
    pub options: &'static [OptionRule],
    /// The tensors and numbers that each parameter has beside it.
    pub state: &'static [StateRule],
}

/// A state: one number for each element, or one for the whole parameter.
pub struct StateRule {
    /// Its name.
    pub name: &'static str,
    /// Whether it is one number.
    pub scalar: bool,
}

/// An option: its default and what it may be.
pub struct OptionRule {
    pub(super) name: &'static str,
    pub(super) default: f64,
    flag: bool,
    min: f64,
    max: f64,
    inclusive: bool,
}

impl OptionRule {
    /// A finite number from `min` up to `max`.
    pub const fn number(
        name: &'static str,
        default: f64,
        min: f64,
        max: f64,
        inclusive: bool,
    ) -> Self {
        OptionRule {
            name,
            default,
            flag: false,
            min,
            max,
            inclusive,
        }
    }

    /// A flag: 0 or 1.
    pub const fn flag(name: &'static str, default: bool) -> Self {
        OptionRule {
            name,
            default: default as u8 as f64,
            flag: true,
            min: 0.0,
            max: 1.0,
            inclusive: true,
        }
    }

    /// What is wrong with a value.
    fn fault(&self, v: f64) -> Option<String> {
        if self.flag {
            return (v != 0.0 && v != 1.0).then(|| "neither true nor false".to_string());
        }
        let below = v < self.max || self.inclusive && v == self.max;
        let fits = v.is_finite() && v >= self.min && (below || self.max.is_infinite());
        let dots = if self.inclusive { "..=" } else { ".." };
        let wanted = match (self.min.is_finite(), self.max.is_finite()) {
            (false, false) => "not a finite number".to_string(),
            (true, false) => format!("not a finite number of at least {}", self.min),
            (false, true) => format!("not in {dots}{}", self.max),
            (true, true) => format!("not in {}{dots}{}", self.min, self.max),
        };
        (!fits).then_some(wanted)
    }
}

impl Rule {
    /// The place of an option.
    pub(super) fn position(&self, name: &str) -> Result<usize, String> {
        let place = self.options.iter().position(|o| o.name == name);
        place.ok_or_else(|| {
            let known: Vec<_> = self.options.iter().map(|o| o.name).collect();
            format!(
                "{}: there is no option `{name}`; there are {}",
                self.name,
                known.join(", ")
            )
        })
    }

    /// The value, if option `k` may have it.
    pub(super) fn accept(&self, k: usize, value: f64) -> Result<f64, String> {
        match self.options[k].fault(value) {
            Some(why) => Err(format!(
                "{}: {} {value} is {why}",
                self.name, self.options[k].name
            )),
            None => Ok(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_have_no_meaning_are_named() {
        let fault = |o: OptionRule, v: f64| o.fault(v).unwrap_or_default();
        let beta = || OptionRule::number("beta1", 0.9, 0.0, 1.0, false);
        assert_eq!(fault(beta(), 1.0), "not in 0..1");
        assert_eq!(fault(beta(), f64::NAN), "not in 0..1");
        assert_eq!(fault(beta(), 0.0), "");
        let rho = || OptionRule::number("rho", 0.9, 0.0, 1.0, true);
        assert_eq!(fault(rho(), 1.0), "");
        assert_eq!(fault(rho(), 1.5), "not in 0..=1");
        let eps = || OptionRule::number("eps", 0.0, 0.0, f64::INFINITY, false);
        assert_eq!(fault(eps(), -1.0), "not a finite number of at least 0");
        assert_eq!(
            fault(eps(), f64::INFINITY),
            "not a finite number of at least 0"
        );
        let any = OptionRule::number("x", 0.0, f64::NEG_INFINITY, f64::INFINITY, false);
        assert_eq!(fault(any, f64::NAN), "not a finite number");
        assert_eq!(
            fault(OptionRule::flag("f", true), 0.5),
            "neither true nor false"
        );
    }
}
