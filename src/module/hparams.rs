//! Hyperparameters: a constructor's arguments by name, enough to call it again.
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::HashSet, marker::PhantomData};

/// Names and values in the order of the constructor's arguments.
pub type Map = serde_json::Map<String, Value>;

/// What is wrong with stored hyperparameters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HParamError {
    /// The value cannot be read as the argument's type.
    #[error("{model}: hyperparameter `{name}`: {reason}")]
    WrongType {
        /// The type whose constructor is called.
        model: &'static str,
        /// The argument.
        name: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// An argument has no value.
    #[error("{model}: there is no hyperparameter `{name}`")]
    Missing {
        /// The type whose constructor is called.
        model: &'static str,
        /// The argument.
        name: String,
    },
    /// A value belongs to no argument.
    #[error("{model}: unknown hyperparameter `{name}`")]
    Unknown {
        /// The type whose constructor is called.
        model: &'static str,
        /// The name of the value.
        name: String,
    },
    /// The constructor refused its arguments.
    #[error("{model}: {reason}")]
    Constructor {
        /// The type whose constructor was called.
        model: &'static str,
        /// Its own error.
        reason: String,
    },
}

/// A value that can be stored: anything with serde's `Serialize` and `Deserialize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as a hyperparameter",
    label = "not serializable",
    note = "derive `serde::Serialize` and `serde::Deserialize` on `{Self}`, or leave it out: `save_hyperparameters!(.., ignore = [..])`"
)]
pub trait HParam: Sized {
    /// For the file.
    fn to_value(&self) -> Value;
    /// From the file; the error says what was found and what was expected.
    fn from_value(v: &Value) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> HParam for T {
    fn to_value(&self) -> Value {
        // by way of text, in which an f32 has no more digits than it needs
        let text = serde_json::to_string(self).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    fn from_value(v: &Value) -> Result<Self, String> {
        T::deserialize(v).map_err(|e| e.to_string())
    }
}

/// A type that remembers its constructor's arguments: models, data modules, any struct. Written by
/// `#[add_to_class(..)]` for the constructor that calls `save_hyperparameters!`.
///
/// ```
/// use d2l::{module::HyperParameters, prelude::*};
/// struct B {
///     a: i64,
///     b: i64,
/// }
/// #[add_to_class(B)]
/// fn new(a: i64, b: i64, c: i64) -> Self {
///     save_hyperparameters!(ignore = [c])
/// }
/// # fn main() {
/// let b = B::new(1, 2, 3);
/// assert_eq!((b.a, b.b), (1, 2));
/// assert_eq!(b.hparams().keys().collect::<Vec<_>>(), ["a", "b"]);
/// let again = B::from_hparams(&b.hparams(), 3).unwrap();
/// assert_eq!(again.a, 1);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not record its hyperparameters",
    label = "no `save_hyperparameters!` in a constructor of `{Self}`",
    note = "write its constructor as\n    #[add_to_class({Self})]\n    pub fn new(..) -> Self {{ save_hyperparameters!(..) }}"
)]
pub trait HyperParameters: Sized {
    /// The arguments that are not stored, in order: `()`, the one type, or a tuple.
    type Ignored;

    /// The stored arguments, with the present values of their fields.
    fn hparams(&self) -> Map;

    /// Calls the constructor again.
    ///
    /// # Errors
    /// If a value is missing, unknown or of another type, or if the constructor refuses them.
    fn from_hparams(map: &Map, ignored: Self::Ignored) -> Result<Self, HParamError>;
}

/// Stands for ignored arguments that are borrowed or have no name: such a constructor cannot be
/// called again.
pub enum Borrowed {}

/// The ignored arguments of a constructor that stores all.
#[diagnostic::on_unimplemented(
    message = "the constructor of this model has arguments that are not in a checkpoint: `{Self}`",
    label = "cannot be rebuilt from the checkpoint alone",
    note = "pass them: `load_from_checkpoint_with(path, <{Self}>)`"
)]
pub trait Nothing {
    /// `()`.
    const UNIT: Self;
}

impl Nothing for () {
    const UNIT: () = ();
}

/// Reads arguments from a [`Map`] and remembers which.
pub struct Reader<'a> {
    map: &'a Map,
    model: &'static str,
    read: HashSet<&'static str>,
}

impl<'a> Reader<'a> {
    /// For the constructor of `model`.
    pub fn new(map: &'a Map, model: &'static str) -> Reader<'a> {
        Reader {
            map,
            model,
            read: HashSet::new(),
        }
    }

    fn get<T: HParam>(&mut self, name: &'static str) -> Result<T, HParamError> {
        let model = self.model;
        self.read.insert(name);
        let Some(value) = self.map.get(name) else {
            return Err(HParamError::Missing {
                model,
                name: name.to_string(),
            });
        };
        T::from_value(value).map_err(|reason| HParamError::WrongType {
            model,
            name: name.to_string(),
            reason,
        })
    }

    /// Nothing may be left over.
    pub fn finish(&self) -> Result<(), HParamError> {
        match self.map.keys().find(|k| !self.read.contains(k.as_str())) {
            Some(k) => Err(HParamError::Unknown {
                model: self.model,
                name: k.clone(),
            }),
            None => Ok(()),
        }
    }

    /// The constructor's own error.
    pub fn refused(&self, reason: &str) -> HParamError {
        HParamError::Constructor {
            model: self.model,
            reason: reason.to_string(),
        }
    }
}

/// Complains about a type that cannot be stored; [`Put`] and [`Take`] then do not complain again.
pub fn check<T: HParam>() {}

/// Writes a value, if it can be stored.
pub struct Put<'a, T>(pub &'a T);

impl<T: HParam> Put<'_, T> {
    /// The value for the file.
    pub fn value(&self) -> Value {
        self.0.to_value()
    }
}

/// [`Put`] for the rest; never runs.
pub trait AnyPut {
    /// Nothing.
    fn value(&self) -> Value {
        Value::Null
    }
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
    pub fn get(&self, reader: &mut Reader<'_>, name: &'static str) -> Result<T, HParamError> {
        reader.get(name)
    }
}

/// [`Take`] for the rest; never runs.
pub trait AnyTake {
    /// The type.
    type T;
    /// An error.
    fn get(&self, reader: &mut Reader<'_>, name: &'static str) -> Result<Self::T, HParamError> {
        Err(reader.refused(name))
    }
}
impl<T> AnyTake for &Take<T> {
    type T = T;
}
