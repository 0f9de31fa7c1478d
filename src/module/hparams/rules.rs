//! What is known of each hyperparameter: type, default, rules, documentation.
use super::{super::Structure, HParam, HParamError, Map, Reader, args, near};
use serde_json::Value;
use std::{any::Any, fmt::Debug, fmt::Display, marker::PhantomData, ops::RangeBounds};

/// Why a value is refused, or nothing.
pub type Check = fn(&dyn Any) -> Result<(), String>;

/// `#[hparam(default = .., range = .., check = ..)]` on a field or an argument, and its
/// documentation.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The field or argument.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// What stands for a missing value.
    pub default: Option<fn() -> Value>,
    /// Why a value of the field's type is refused.
    pub check: Option<Check>,
}

impl Rule {
    /// Nothing is said of the field or argument `name`.
    pub const fn none(name: &'static str) -> Rule {
        Rule {
            name,
            doc: "",
            default: None,
            check: None,
        }
    }
}

/// The rules on the fields of `T`, if it has any: the constants of [`Structure`] where `T` has
/// them, or else those of [`NoRules`].
pub struct RulesOf<T: ?Sized>(PhantomData<T>);

impl<T: Structure> RulesOf<T> {
    /// Of the type, and of its fields.
    pub const RULES: (&'static str, &'static [Rule]) = (T::ABOUT, T::RULES);
}

/// For types without `#[derive(Module)]`.
pub trait NoRules {
    /// None.
    const RULES: (&'static str, &'static [Rule]) = ("", &[]);
}
impl<T: ?Sized> NoRules for RulesOf<T> {}

/// A stored argument of a constructor.
#[derive(Clone)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// Its type, as it is written.
    pub ty: &'static str,
    /// A value of that type from a command line.
    pub parse: fn(&str) -> Result<Value, String>,
    /// What stands on the argument itself.
    pub rule: Rule,
}

/// The stored arguments of a constructor.
#[derive(Clone)]
pub struct Signature {
    model: &'static str,
    about: &'static str,
    fields: &'static [Rule],
    arguments: Vec<Argument>,
}

impl Signature {
    /// Of the constructor of `model`, about which nothing is known.
    pub fn new(model: &'static str) -> Signature {
        Signature {
            model,
            about: "",
            fields: &[],
            arguments: Vec::new(),
        }
    }

    /// What is known from the type.
    #[must_use]
    pub fn of_type(mut self, about: &'static str, fields: &'static [Rule]) -> Signature {
        (self.about, self.fields) = (about, fields);
        self
    }

    /// One more argument.
    #[must_use]
    pub fn argument(
        mut self,
        ty: &'static str,
        parse: fn(&str) -> Result<Value, String>,
        rule: Rule,
    ) -> Signature {
        self.push(ty, parse, rule);
        self
    }

    pub(super) fn push(
        &mut self,
        ty: &'static str,
        parse: fn(&str) -> Result<Value, String>,
        rule: Rule,
    ) {
        let name = rule.name;
        self.arguments.push(Argument {
            name,
            ty,
            parse,
            rule,
        });
    }

    /// One more argument of a constructor that is written by hand.
    #[must_use]
    pub fn setting<T: HParam>(
        self,
        name: &'static str,
        ty: &'static str,
        doc: &'static str,
        default: Option<fn() -> Value>,
    ) -> Signature {
        let rule = Rule {
            doc,
            default,
            ..Rule::none(name)
        };
        self.argument(ty, args::value::<T>, rule)
    }

    /// The type whose constructor this is.
    pub fn model(&self) -> &'static str {
        self.model
    }

    /// The documentation of the type.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// The arguments in order.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// Reads the arguments from `map`.
    pub fn reader(self, map: &Map) -> Reader<'_> {
        Reader::with(map, self)
    }

    /// The documentation of an argument, or else of the field of that name.
    pub fn doc(&self, name: &str) -> &'static str {
        let mut docs = self.rules(name).map(|r| r.doc);
        docs.find(|d| !d.is_empty()).unwrap_or_default()
    }

    /// The value that stands for a missing one.
    pub fn default(&self, name: &str) -> Option<Value> {
        self.rules(name).find_map(|r| r.default).map(|make| make())
    }

    /// Does `value` obey the rules?
    ///
    /// # Errors
    /// If not, with the reason.
    pub fn check(&self, name: &str, value: &dyn Any) -> Result<(), HParamError> {
        let refused = |reason| HParamError::Refused {
            model: self.model,
            name: name.to_string(),
            reason,
        };
        let mut checks = self.rules(name).filter_map(|r| r.check);
        checks.try_for_each(|check| check(value).map_err(refused))
    }

    fn rules(&self, name: &str) -> impl Iterator<Item = &Rule> {
        let own = self.arguments.iter().map(|a| &a.rule);
        own.chain(self.fields).filter(move |r| r.name == name)
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.arguments.iter().map(|a| a.name)
    }

    /// There is neither a value of that name among `given` nor a default.
    pub(super) fn missing(&self, name: &str, given: &Map) -> HParamError {
        let ty = self.arguments.iter().find(|a| a.name == name).map(|a| a.ty);
        let known: Vec<_> = self.names().collect();
        let unknown = given.keys().map(String::as_str);
        let meant = near::nearest(name, unknown.filter(|k| !known.contains(k)));
        let mut hint = ty.map_or_else(String::new, |ty| format!(" (`{ty}`)"));
        hint += &meant.map_or_else(String::new, |m| format!("; did you mean it by `{m}`?"));
        HParamError::Missing {
            model: self.model,
            name: name.to_string(),
            hint,
        }
    }

    /// There is no argument of that name.
    pub(super) fn unknown(&self, name: &str) -> HParamError {
        let hint = match near::nearest(name, self.names()) {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None if self.arguments.is_empty() => String::new(),
            None => format!(
                "; there are {}",
                self.names().collect::<Vec<_>>().join(", ")
            ),
        };
        HParamError::Unknown {
            model: self.model,
            name: name.to_string(),
            hint,
        }
    }

    /// The value is not of the argument's type.
    pub(super) fn wrong_type(&self, name: &str, mut reason: String) -> HParamError {
        let ty = self.arguments.iter().find(|a| a.name == name).map(|a| a.ty);
        if let Some(ty) = ty.filter(|ty| !reason.contains(ty)) {
            reason += &format!(" (its type is `{ty}`)");
        }
        HParamError::WrongType {
            model: self.model,
            name: name.to_string(),
            reason,
        }
    }
}

/// `#[hparam(range = ..)]`.
///
/// # Errors
/// If `value` is outside of `range`.
pub fn within<T: PartialOrd + Debug + 'static, R: RangeBounds<T> + Debug>(
    range: &R,
    value: &dyn Any,
) -> Result<(), String> {
    match value.downcast_ref::<T>() {
        Some(v) if !range.contains(v) => Err(format!("is {v:?}, outside of {range:?}")),
        _ => Ok(()),
    }
}

/// `#[hparam(check = ..)]`.
///
/// # Errors
/// If `check` refuses `value`.
pub fn accepts<T: Debug + 'static, V: Verdict>(
    check: fn(&T) -> V,
    value: &dyn Any,
) -> Result<(), String> {
    match value.downcast_ref::<T>() {
        Some(v) => check(v).into_result(v),
        None => Ok(()),
    }
}

/// What a `check` returns.
#[diagnostic::on_unimplemented(
    message = "a check of a hyperparameter returns `bool` or `Result<(), E>`, not `{Self}`",
    label = "not a verdict"
)]
pub trait Verdict {
    /// Why `value` is refused.
    ///
    /// # Errors
    /// If it is.
    fn into_result(self, value: &dyn Debug) -> Result<(), String>;
}

impl Verdict for bool {
    fn into_result(self, value: &dyn Debug) -> Result<(), String> {
        self.then_some(())
            .ok_or_else(|| format!("may not be {value:?}"))
    }
}

impl<E: Display> Verdict for Result<(), E> {
    fn into_result(self, value: &dyn Debug) -> Result<(), String> {
        self.map_err(|e| format!("may not be {value:?}: {e}"))
    }
}
