//! Hyperparameters from a command line: `--num-hiddens 256`.
use super::{Argument, HParam, HParamError, Map, Signature, near};
use serde_json::Value;
use std::fmt::Write as _;

/// Why a command line did not make an object.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArgsError {
    /// Not an error: the text asked for by `--help`.
    #[error("{0}")]
    Help(String),
    /// There is no such flag.
    #[error("unknown flag `--{name}`{hint}")]
    Unknown {
        /// The flag.
        name: String,
        /// One that was perhaps meant.
        hint: String,
    },
    /// A flag is the last word, or the next one is a flag.
    #[error("`--{name}` needs a value: `--{name} <{ty}>`")]
    NoValue {
        /// The flag.
        name: String,
        /// The type of its value.
        ty: &'static str,
    },
    /// The value is not of the argument's type.
    #[error("`--{name} {value}`: {reason}")]
    WrongType {
        /// The flag.
        name: String,
        /// Its value.
        value: String,
        /// What is expected.
        reason: String,
    },
    /// A flag is given more than once.
    #[error("`--{0}` is given twice")]
    Twice(String),
    /// A word that is neither a flag nor a value.
    #[error("unexpected `{0}`; flags are written `--name value`")]
    Unexpected(String),
    /// A flag is missing, or the constructor refuses a value.
    #[error("{0}")]
    HyperParameters(HParamError),
}

impl ArgsError {
    /// Prints the message and ends the program, with success after `--help`.
    pub fn exit(&self) -> ! {
        if let ArgsError::Help(text) = self {
            println!("{text}");
            std::process::exit(0);
        }
        eprintln!("error: {self}\n\nFor more information, try `--help`.");
        std::process::exit(2);
    }
}

type Words<I> = std::iter::Peekable<I>;

/// The values of the flags, each of its argument's type.
pub(super) fn parse(
    signature: &Signature,
    args: impl Iterator<Item = String>,
) -> Result<Map, ArgsError> {
    let (mut args, mut map) = (args.peekable(), Map::new());
    while let Some(word) = args.next() {
        if word == "--help" || word == "-h" {
            return Err(ArgsError::Help(help(signature)));
        }
        let Some(flag) = word.strip_prefix("--") else {
            return Err(ArgsError::Unexpected(word));
        };
        let (argument, value) = one(signature, flag, &mut args)?;
        if map.insert(argument.name.to_string(), value).is_some() {
            return Err(ArgsError::Twice(dashed(argument.name)));
        }
    }
    Ok(map)
}

/// A flag, with its value in the same word (`lr=0.1`) or in the next.
fn one<'a>(
    signature: &'a Signature,
    flag: &str,
    rest: &mut Words<impl Iterator<Item = String>>,
) -> Result<(&'a Argument, Value), ArgsError> {
    let (name, attached) = match flag.split_once('=') {
        Some((name, value)) => (name, Some(value.to_string())),
        None => (flag, None),
    };
    let found = signature
        .arguments()
        .iter()
        .find(|a| dashed(a.name) == name);
    let argument = found.ok_or_else(|| unknown(signature, name))?;
    let name = || name.to_string();
    let switch = || (argument.ty == "bool").then(|| "true".to_string());
    let next = |rest: &mut Words<_>| rest.next_if(|word: &String| !is_flag(word));
    let text = attached.or_else(|| next(rest)).or_else(switch);
    let text = text.ok_or_else(|| ArgsError::NoValue {
        name: name(),
        ty: argument.ty,
    })?;
    match (argument.parse)(&text) {
        Ok(value) => Ok((argument, value)),
        Err(reason) => Err(ArgsError::WrongType {
            name: name(),
            value: text,
            reason,
        }),
    }
}

fn is_flag(word: &str) -> bool {
    word.starts_with("--") || word == "-h"
}

fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

fn unknown(signature: &Signature, flag: &str) -> ArgsError {
    let flags: Vec<String> = signature
        .arguments()
        .iter()
        .map(|a| dashed(a.name))
        .collect();
    let hint = match near::nearest(flag, flags.iter().map(String::as_str)) {
        Some(meant) => format!("; did you mean `--{meant}`?"),
        None => format!(
            "; there are {}",
            flags
                .iter()
                .map(|f| format!("`--{f}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    let name = flag.to_string();
    ArgsError::Unknown { name, hint }
}

/// `text` as a value of type `T`: as a bare word, as JSON (numbers, lists, `true`), or as a list
/// without brackets (`5,5`).
pub(super) fn value<T: HParam>(text: &str) -> Result<Value, String> {
    let read = |v: Value| T::from_value(&v).map(|t| t.to_value());
    let word = read(text.into());
    let json = || serde_json::from_str(text).ok().map(read);
    let list = || serde_json::from_str(&format!("[{text}]")).ok().map(read);
    let words = || read(text.split(',').map(str::trim).collect());
    let all = [json(), list()].into_iter().flatten().chain([words()]);
    let first = json().unwrap_or_else(|| word.clone());
    word.or_else(|_| all.into_iter().find(Result::is_ok).unwrap_or(first))
}

/// The text for `--help`.
fn help(signature: &Signature) -> String {
    let mut text = String::new();
    if !signature.about().is_empty() {
        let _ = writeln!(text, "{}\n", signature.about());
    }
    let _ = writeln!(text, "Settings of {}:", signature.model());
    let flag = |name: &str, ty: &str| format!("--{} <{ty}>", dashed(name));
    let rows = signature.arguments().iter().map(|a| {
        let default = signature.default(a.name).map(|d| format!("[default: {d}]"));
        let doc = signature.doc(a.name).replace('\n', " ");
        let mut parts = vec![doc];
        parts.extend(default);
        parts.retain(|p| !p.is_empty());
        (flag(a.name, a.ty), parts.join(" "))
    });
    let help = ("-h, --help".to_string(), "Print this text.".to_string());
    let rows: Vec<_> = rows.chain([help]).collect();
    let width = rows.iter().map(|r| r.0.len()).max().unwrap_or_default();
    for (flag, doc) in rows {
        let _ = writeln!(text, "{}", format!("  {flag:width$}  {doc}").trim_end());
    }
    text.truncate(text.trim_end().len());
    text
}
