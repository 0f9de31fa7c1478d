//! Arguments from a [`Map`].
use super::{HParam, HParamError, HyperParameters, Map, Signature};
use serde_json::Value;
use std::{any::Any, collections::HashSet};

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

    /// The argument `name`.
    ///
    /// # Errors
    /// If it is missing or of another type.
    pub fn value<T: HParam>(&mut self, name: &'static str) -> Result<T, HParamError> {
        self.get(name, T::from_value)
    }

    /// The argument `name`, by `convert`.
    pub(super) fn get<T>(
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
