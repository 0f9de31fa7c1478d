//! Arguments from a [`Map`] and into one.
use super::{HParam, HParamError, HyperParameters, Map, Signature};
use serde_json::Value;
use std::{any::Any, collections::HashSet, marker::PhantomData};

/// Reads arguments from a [`Map`] and remembers which.
pub struct Reader<'a> {
    map: &'a Map,
    signature: Signature,
    read: HashSet<&'static str>,
}

impl<'a> Reader<'a> {
    /// For the constructor of `model`.
    pub fn new(map: &'a Map, model: &'static str) -> Reader<'a> {
        Reader::with(map, Signature::new(model))
    }

    pub(super) fn with(map: &'a Map, signature: Signature) -> Reader<'a> {
        Reader {
            map,
            signature,
            read: HashSet::new(),
        }
    }

    /// The argument `name`, by `convert`.
    fn get<T>(
        &mut self,
        name: &'static str,
        convert: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Result<T, HParamError> {
        self.read.insert(name);
        let default = || self.signature.default(name);
        let value = self.map.get(name).cloned().or_else(default);
        let value = value.ok_or_else(|| self.signature.missing(name, self.map))?;
        convert(&value).map_err(|reason| self.signature.wrong_type(name, reason))
    }

    /// Does the argument obey its rules?
    ///
    /// # Errors
    /// If not.
    pub fn check(&self, name: &str, value: &dyn Any) -> Result<(), HParamError> {
        self.signature.check(name, value)
    }

    /// Nothing may be left over.
    ///
    /// # Errors
    /// If there is a value that was not read.
    pub fn finish(&self) -> Result<(), HParamError> {
        let unread = |k: &&String| !self.read.contains(k.as_str());
        match self.map.keys().find(unread) {
            Some(k) => Err(self.signature.unknown(k)),
            None => Ok(()),
        }
    }

    /// The constructor's own error.
    pub fn refused(&self, reason: &str) -> HParamError {
        HParamError::Constructor {
            model: self.signature.model(),
            reason: reason.to_string(),
        }
    }
}

/// What a constructor made, if it obeys the rules.
///
/// # Panics
/// If it does not.
#[track_caller]
pub fn built<T: HyperParameters>(made: T) -> T {
    match made.validate() {
        Ok(()) => made,
        Err(e) => panic!("{e}"),
    }
}

/// Complains about a type that cannot be stored. Method lookup on `&&Storable<T>` tries the three
/// traits below in this order.
pub struct Storable<T>(PhantomData<T>);

impl<T> Storable<T> {
    /// The question about `T`.
    pub const NEW: Storable<T> = Storable(PhantomData);
}

/// A value: nothing to say.
pub trait IsStored {
    /// Compiles.
    fn check(&self) {}
}
impl<T: HParam> IsStored for &&Storable<T> {}

/// A part that stores its own hyperparameters.
pub trait IsStorable {
    /// Compiles.
    fn check(&self) {}
}
impl<T: HyperParameters<Ignored = ()>> IsStorable for &Storable<T> {}

/// Neither: the bound on the method says so.
pub trait NotStorable<T> {
    /// Does not compile.
    fn check(&self)
    where
        T: HParam,
    {
    }
}
impl<T> NotStorable<T> for Storable<T> {}

/// Sees a stored argument: its name, its value for a file, and itself if its rules are to be asked.
pub type Show<'a> = dyn FnMut(&'static str, &dyn Fn() -> Value, Option<&dyn Any>) + 'a;

/// Shows a value, if it can be stored.
pub struct Put<'a, T>(pub &'a T);

impl<T: HParam> Put<'_, T> {
    /// As the argument `name`.
    pub fn show(&self, name: &'static str, any: Option<&dyn Any>, show: &mut Show<'_>) {
        show(name, &|| self.0.to_value(), any);
    }
}

/// [`Put`] for a part with hyperparameters of its own.
pub trait NestedPut {
    /// As the argument `name`.
    fn show(&self, name: &'static str, any: Option<&dyn Any>, show: &mut Show<'_>);
}
impl<T: HyperParameters<Ignored = ()>> NestedPut for Put<'_, T> {
    fn show(&self, name: &'static str, any: Option<&dyn Any>, show: &mut Show<'_>) {
        show(name, &|| Value::Object(self.0.hparams()), any);
    }
}

/// [`Put`] for the rest; never runs.
pub trait AnyPut {
    /// Nothing.
    fn show(&self, _: &'static str, _: Option<&dyn Any>, _: &mut Show<'_>) {}
}
impl<T> AnyPut for &Put<'_, T> {}

/// Reads a value, if it can be stored.
pub struct Take<T>(PhantomData<T>);

impl<T> Take<T> {
    /// For values of type `T`.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Take<T> {
        Take(PhantomData)
    }
}

impl<T: HParam> Take<T> {
    /// The argument `name`.
    ///
    /// # Errors
    /// If it is missing or of another type.
    pub fn get(&self, reader: &mut Reader<'_>, name: &'static str) -> Result<T, HParamError> {
        reader.get(name, T::from_value)
    }

    /// From a command line.
    pub fn text(&self) -> fn(&str) -> Result<Value, String> {
        super::args::value::<T>
    }
}

/// [`Take`] for a part with hyperparameters of its own.
pub trait NestedTake {
    /// The type.
    type T;
    /// The part, by its own constructor.
    ///
    /// # Errors
    /// If it is missing or does not fit.
    fn get(&self, reader: &mut Reader<'_>, name: &'static str) -> Result<Self::T, HParamError>;
    /// From a command line: as JSON.
    fn text(&self) -> fn(&str) -> Result<Value, String> {
        |text| serde_json::from_str(text).map_err(|e| e.to_string())
    }
}

impl<T: HyperParameters<Ignored = ()>> NestedTake for Take<T> {
    type T = T;

    fn get(&self, reader: &mut Reader<'_>, name: &'static str) -> Result<T, HParamError> {
        reader.get(name, |value| {
            let map = value.as_object().ok_or_else(|| {
                format!("invalid value {value}, expected a table of hyperparameters")
            })?;
            T::from_hparams(map, ()).map_err(|e| e.to_string())
        })
    }
}

/// [`Take`] for the rest; never runs.
pub trait AnyTake {
    /// The type.
    type T;
    /// An error.
    ///
    /// # Errors
    /// Always.
    fn get(&self, reader: &mut Reader<'_>, name: &'static str) -> Result<Self::T, HParamError> {
        Err(reader.refused(name))
    }
    /// An error.
    fn text(&self) -> fn(&str) -> Result<Value, String> {
        |text| Err(text.to_string())
    }
}
impl<T> AnyTake for &Take<T> {
    type T = T;
}
