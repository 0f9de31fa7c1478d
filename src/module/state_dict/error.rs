//! Everything in which a state and a model differ.
use super::near::{Hint, nearest, prefix_hint};
use std::fmt;

/// Why a state does not fit a model: everything at once. Nothing has been loaded.
///
/// Printed line by line, with the name in the state that a missing one resembles.
///
/// ```
/// use d2l::prelude::*;
/// let saved = sequential![Linear::new(2, 1)].state_dict(); // names begin with `0.`
/// let error = Linear::new(2, 1).load_state_dict(&saved).unwrap_err();
/// assert_eq!(error.missing, ["weight", "bias"]);
/// assert_eq!(error.unexpected, ["0.weight", "0.bias"]);
/// assert!(error.to_string().contains("LoadOptions::new().strip_prefix(\"0.\")"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateDictError {
    /// In the model, not in the state.
    pub missing: Vec<String>,
    /// In the state, not in the model.
    pub unexpected: Vec<String>,
    /// In both: name, the model's shape and dtype, the state's.
    pub mismatched: Vec<(String, String, String)>,
    /// Names that several entries of the state have after the renaming, with those entries.
    pub ambiguous: Vec<(String, Vec<String>)>,
}

/// So many names are printed in a line.
const SHOWN: usize = 10;

impl StateDictError {
    pub(super) fn is_empty(&self) -> bool {
        self.missing.is_empty()
            && self.unexpected.is_empty()
            && self.mismatched.is_empty()
            && self.ambiguous.is_empty()
    }
}

fn line(f: &mut fmt::Formatter<'_>, what: &str, names: &[String]) -> fmt::Result {
    if names.is_empty() {
        return Ok(());
    }
    let shown = &names[..names.len().min(SHOWN)];
    write!(f, "\n  {what}: {}", shown.join(", "))?;
    match names.len() - shown.len() {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

impl fmt::Display for StateDictError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the state does not fit the model, nothing was loaded")?;
        line(f, "missing", &self.missing)?;
        line(f, "unexpected", &self.unexpected)?;
        for (name, model, state) in &self.mismatched {
            write!(
                f,
                "\n  {name}: the model has {model}, the state has {state}"
            )?;
        }
        for (name, entries) in &self.ambiguous {
            write!(f, "\n  {name}: it is what {} became", entries.join(" and "))?;
        }
        match prefix_hint(&self.missing, &self.unexpected) {
            Some(Hint::Strip(prefix)) => {
                write!(f, "\n  hint: LoadOptions::new().strip_prefix({prefix:?})")
            }
            Some(Hint::Add(prefix)) => {
                write!(f, "\n  hint: LoadOptions::new().prefix({prefix:?})")
            }
            None => self.missing.iter().take(SHOWN).try_for_each(|name| {
                match nearest(name, &self.unexpected) {
                    Some(near) => write!(f, "\n  hint: is {near} of the state the missing {name}?"),
                    None => Ok(()),
                }
            }),
        }
    }
}

impl std::error::Error for StateDictError {}
