//! Hyperparameters: a constructor's arguments by name, enough to call it again.
mod args;
mod arguments;
mod config;
mod near;
mod reader;
mod rules;

pub use args::ArgsError;
#[doc(hidden)]
pub use arguments::{AnyArg, Arg, Arguments, NestedArg, arg};
pub use config::ConfigError;
pub use reader::{Reader, built};
pub use rules::{Argument, NoRules, Rule, RulesOf, Signature, Verdict, accepts, within};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{any::Any, path::Path};

/// Names and values in the order of the constructor's arguments.
pub type Map = serde_json::Map<String, Value>;

/// Sees a stored argument: its name, its value for a file, and itself if its rules are to be asked.
pub(crate) type Show<'a> = dyn FnMut(&'static str, &dyn Fn() -> Value, Option<&dyn Any>) + 'a;

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
    /// An argument has neither a value nor a default.
    #[error("{model}: there is no hyperparameter `{name}`{hint}")]
    Missing {
        /// The type whose constructor is called.
        model: &'static str,
        /// The argument.
        name: String,
        /// Its type, and a name that was perhaps meant to be this one.
        hint: String,
    },
    /// A value belongs to no argument.
    #[error("{model}: unknown hyperparameter `{name}`{hint}")]
    Unknown {
        /// The type whose constructor is called.
        model: &'static str,
        /// The name of the value.
        name: String,
        /// The names there are, or the one that was perhaps meant.
        hint: String,
    },
    /// The value is outside of its `range`, or its `check` refuses it.
    #[error("{model}: hyperparameter `{name}` {reason}")]
    Refused {
        /// The type whose constructor is called.
        model: &'static str,
        /// The argument.
        name: String,
        /// The value and what it should be.
        reason: String,
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
    note = "derive `serde::Serialize` and `serde::Deserialize` on `{Self}`, or leave it out: `save_hyperparameters!(.., ignore = [..])`",
    note = "a part of a model is stored if its own constructor calls `save_hyperparameters!`, with nothing ignored"
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

    /// Goes over the stored arguments, with the present values of their fields if there is a
    /// `now`; calls the constructor if they were to be read.
    #[doc(hidden)]
    fn arguments(
        _now: Option<&Self>,
        _ignored: Option<Self::Ignored>,
        _a: &mut Arguments<'_>,
    ) -> Option<Self> {
        None
    }

    /// The stored arguments, with the present values of their fields.
    fn hparams(&self) -> Map {
        let mut map = Map::new();
        let mut show = |name: &'static str, value: &dyn Fn() -> Value, _: Option<&dyn Any>| {
            map.insert(name.to_string(), value());
        };
        Self::arguments(Some(self), None, &mut Arguments::show(&mut show));
        map
    }

    /// Calls the constructor again. An argument without a value takes its
    /// `#[hparam(default = ..)]`.
    ///
    /// # Errors
    /// If a value is missing, unknown, of another type or outside of its range, or if the
    /// constructor refuses them.
    fn from_hparams(map: &Map, ignored: Self::Ignored) -> Result<Self, HParamError> {
        let mut a = Arguments::read(map, Self::signature());
        Self::arguments(None, Some(ignored), &mut a).ok_or_else(|| a.error())
    }

    /// The arguments with their types, defaults, rules and documentation.
    fn signature() -> Signature {
        let mut signature = Signature::new(short_name::<Self>());
        Self::arguments(None, None, &mut Arguments::describe(&mut signature));
        signature
    }

    /// Do the fields obey the rules of `#[hparam(range = .., check = ..)]`? Asked by every
    /// constructor with `save_hyperparameters!`, which panics otherwise.
    ///
    /// # Errors
    /// If one does not.
    fn validate(&self) -> Result<(), HParamError> {
        let (signature, mut verdict) = (Self::signature(), Ok(()));
        let mut ask = |name: &'static str, _: &dyn Fn() -> Value, value: Option<&dyn Any>| {
            if let (Ok(()), Some(value)) = (&verdict, value) {
                verdict = signature.check(name, value);
            }
        };
        Self::arguments(Some(self), None, &mut Arguments::show(&mut ask));
        verdict
    }

    /// A new object from a file of hyperparameters, `.toml` or `.json`: a model as data.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// struct Sizes {
    ///     hidden: usize,
    ///     dropout: f64,
    /// }
    /// #[add_to_class(Sizes)]
    /// fn new(hidden: usize, #[hparam(default = 0.5, range = 0.0..1.0)] dropout: f64) -> Self {
    ///     save_hyperparameters!()
    /// }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let path = std::env::temp_dir().join("d2l-doc-sizes.toml");
    /// std::fs::write(&path, "hidden = 256")?;
    /// let sizes = Sizes::from_config(&path)?;
    /// assert_eq!((sizes.hidden, sizes.dropout), (256, 0.5));
    /// # std::fs::remove_file(path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be read or does not fit: the message names the file, the key and the
    /// type that is expected.
    fn from_config(path: impl AsRef<Path>) -> Result<Self, ConfigError>
    where
        Self::Ignored: Nothing,
    {
        Self::from_config_with(path, Nothing::UNIT)
    }

    /// The same for a constructor with `ignore`d arguments: one bare, several as a tuple.
    ///
    /// # Errors
    /// As [`from_config`](HyperParameters::from_config).
    fn from_config_with(
        path: impl AsRef<Path>,
        ignored: Self::Ignored,
    ) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let map = config::read(path)?;
        Self::from_hparams(&map, ignored).map_err(|source| ConfigError::new(path, source))
    }

    /// A new object from the flags of this program's command line: `--num-hiddens 256`. `--help`
    /// prints a text made of the documentation of the type and of its arguments; after that, and
    /// after a mistake, the program ends.
    fn parse_args() -> Self
    where
        Self::Ignored: Nothing,
    {
        Self::parse_from(std::env::args().skip(1)).unwrap_or_else(|e| e.exit())
    }

    /// The same for these flags (without the program's name).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// struct Sizes {
    ///     num_hiddens: usize,
    ///     kernel: Vec<usize>,
    /// }
    /// #[add_to_class(Sizes)]
    /// fn new(
    ///     /// Units of the hidden layer.
    ///     num_hiddens: usize,
    ///     #[hparam(default = vec![3, 3])] kernel: Vec<usize>,
    /// ) -> Self {
    ///     save_hyperparameters!()
    /// }
    /// # fn main() {
    /// let sizes = Sizes::parse_from(["--num-hiddens=8", "--kernel", "5,5"]).unwrap();
    /// assert_eq!((sizes.num_hiddens, sizes.kernel), (8, vec![5, 5]));
    /// let help = Sizes::parse_from(["--help"]).err().unwrap().to_string();
    /// assert!(help.contains("--num-hiddens <usize>  Units of the hidden layer."));
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a flag is unknown, has no value or one of another type, or if one is missing. A request
    /// for help comes back as [`ArgsError::Help`].
    fn parse_from<A: Into<String>>(args: impl IntoIterator<Item = A>) -> Result<Self, ArgsError>
    where
        Self::Ignored: Nothing,
    {
        Self::parse_from_with(args, Nothing::UNIT)
    }

    /// The same for a constructor with `ignore`d arguments: one bare, several as a tuple.
    ///
    /// # Errors
    /// As [`parse_from`](HyperParameters::parse_from).
    fn parse_from_with<A: Into<String>>(
        args: impl IntoIterator<Item = A>,
        ignored: Self::Ignored,
    ) -> Result<Self, ArgsError> {
        let map = args::parse(&Self::signature(), args.into_iter().map(Into::into))?;
        Self::from_hparams(&map, ignored).map_err(ArgsError::HyperParameters)
    }
}

/// The name of a type without path and parameters, as `Module::type_name` gives it.
pub(crate) fn short_name<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    let name = name.split_once('<').map_or(name, |n| n.0);
    name.rsplit_once("::").map_or(name, |n| n.1)
}

/// Stands for ignored arguments that are borrowed or have no name: such a constructor cannot be
/// called again.
pub enum Borrowed {}

/// The ignored arguments of a constructor that stores all.
#[diagnostic::on_unimplemented(
    message = "the constructor has arguments that are not stored: `{Self}`",
    label = "cannot be made from stored values alone",
    note = "pass them: `load_from_checkpoint_with(path, <{Self}>)`, and so `from_config_with` and `parse_from_with`"
)]
pub trait Nothing {
    /// `()`.
    const UNIT: Self;
}

impl Nothing for () {
    const UNIT: () = ();
}
