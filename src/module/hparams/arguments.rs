//! The arguments of a constructor with `save_hyperparameters!`, gone over one by one.
use super::{HParam, HParamError, HyperParameters, Map, Reader, Rule, Show, Signature, args};
use serde_json::Value;
use std::{any::Any, marker::PhantomData};

/// What [`HyperParameters::arguments`] goes over the stored arguments for.
pub struct Arguments<'a>(Task<'a>);

enum Task<'a> {
    /// To know their types and rules.
    Describe(&'a mut Signature),
    /// To show their present values.
    Show(&'a mut Show<'a>),
    /// To read them.
    Read(Reader<'a>, Result<(), HParamError>),
}

impl<'a> Arguments<'a> {
    pub(super) fn describe(signature: &'a mut Signature) -> Arguments<'a> {
        Arguments(Task::Describe(signature))
    }

    pub(super) fn show(show: &'a mut Show<'a>) -> Arguments<'a> {
        Arguments(Task::Show(show))
    }

    pub(super) fn read(map: &'a Map, signature: Signature) -> Arguments<'a> {
        Arguments(Task::Read(signature.reader(map), Ok(())))
    }

    /// Why nothing was made.
    pub(super) fn error(self) -> HParamError {
        match self.0 {
            Task::Read(_, Err(error)) => error,
            Task::Read(reader, Ok(())) => reader.refused("its constructor cannot be called again"),
            _ => unreachable!("nothing is read"),
        }
    }

    /// The type whose constructor this is.
    pub fn of(&mut self, model: &'static str, (about, fields): (&'static str, &'static [Rule])) {
        if let Task::Describe(signature) = &mut self.0 {
            **signature = Signature::new(model).of_type(about, fields);
        }
    }

    /// Every argument has been read: may the constructor be called?
    pub fn finish(&mut self) -> Option<()> {
        match &mut self.0 {
            Task::Read(reader, result @ Ok(())) => {
                *result = reader.finish();
                result.is_ok().then_some(())
            }
            _ => None,
        }
    }

    /// What a constructor with an error of its own made.
    pub fn made<T, E: ToString>(&mut self, made: Result<T, E>) -> Option<T> {
        match (made, &mut self.0) {
            (Ok(made), _) => return Some(made),
            (Err(e), Task::Read(reader, result)) => *result = Err(reader.refused(&e.to_string())),
            (Err(_), _) => {}
        }
        None
    }

    fn next<T>(
        &mut self,
        ways: Ways<T>,
        ty: &'static str,
        rule: Rule,
        now: Option<&T>,
    ) -> Option<T> {
        match &mut self.0 {
            Task::Describe(signature) => signature.push(ty, ways.parse, rule),
            Task::Show(show) => {
                if let Some(value) = now {
                    show(rule.name, &|| (ways.put)(value), (ways.any)(value));
                }
            }
            Task::Read(reader, result @ Ok(())) => {
                let value = reader.get(rule.name, ways.take).and_then(|value| {
                    let checked = (ways.any)(&value).map_or(Ok(()), |v| reader.check(rule.name, v));
                    checked.map(|()| value)
                });
                match value {
                    Ok(value) => return Some(value),
                    Err(error) => *result = Err(error),
                }
            }
            Task::Read(_, Err(_)) => {}
        }
        None
    }
}

/// How values of a type are stored.
struct Ways<T> {
    /// From a command line.
    parse: fn(&str) -> Result<Value, String>,
    put: fn(&T) -> Value,
    take: fn(&Value) -> Result<T, String>,
    /// For its rules, if it is known to be `'static`.
    any: fn(&T) -> Option<&dyn Any>,
}

impl<T: HParam> Ways<T> {
    fn value(any: fn(&T) -> Option<&dyn Any>) -> Ways<T> {
        Ways {
            parse: args::value::<T>,
            put: T::to_value,
            take: T::from_value,
            any,
        }
    }
}

impl<T: HyperParameters<Ignored = ()>> Ways<T> {
    /// A part with hyperparameters of its own.
    fn nested(any: fn(&T) -> Option<&dyn Any>) -> Ways<T> {
        Ways {
            parse: |text| serde_json::from_str(text).map_err(|e| e.to_string()),
            put: |part| Value::Object(part.hparams()),
            take: |value| {
                let map = value.as_object().ok_or_else(|| {
                    format!("invalid value {value}, expected a table of hyperparameters")
                })?;
                T::from_hparams(map, ()).map_err(|e| e.to_string())
            },
            any,
        }
    }
}

/// An argument of type `T`. Method lookup on an `Arg<T>` tries its own methods, then those of the two
/// traits below (by value, by reference); whatever none before takes is refused by the bound of the
/// last.
pub struct Arg<T>(PhantomData<T>);

/// The question about `T`.
pub fn arg<T>() -> Arg<T> {
    Arg(PhantomData)
}

/// The answer: such an argument among others, given its type as it is written, what stands on it, and
/// its present value. (A function, for what it is called with not to take part in messages about `T`.)
pub type Known<T> = fn(&mut Arguments<'_>, &'static str, Rule, Option<&T>) -> Option<T>;

/// A value.
impl<T: HParam> Arg<T> {
    /// Perhaps not `'static`, so that no rules can be asked.
    pub fn known(self) -> Known<T> {
        |a, ty, rule, now| a.next(Ways::value(|_| None), ty, rule, now)
    }

    /// With its rules.
    pub fn ruled(self) -> Known<T>
    where
        T: 'static,
    {
        |a, ty, rule, now| a.next(Ways::value(|v| Some(v)), ty, rule, now)
    }
}

/// A part that stores its own hyperparameters.
pub trait NestedArg<T: HyperParameters<Ignored = ()>>: Sized {
    /// Perhaps not `'static`, so that no rules can be asked.
    fn known(self) -> Known<T> {
        |a, ty, rule, now| a.next(Ways::nested(|_| None), ty, rule, now)
    }

    /// With its rules.
    fn ruled(self) -> Known<T>
    where
        T: 'static,
    {
        |a, ty, rule, now| a.next(Ways::nested(|v| Some(v)), ty, rule, now)
    }
}
impl<T: HyperParameters<Ignored = ()>> NestedArg<T> for Arg<T> {}

/// Neither.
pub trait AnyArg<T> {
    /// Does not compile.
    fn known(&self) -> Known<T>
    where
        T: HParam,
    {
        arg::<T>().known()
    }

    /// Does not compile.
    fn ruled(&self) -> Known<T>
    where
        T: HParam,
    {
        arg::<T>().known()
    }
}
impl<T> AnyArg<T> for Arg<T> {}
