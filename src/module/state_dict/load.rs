//! From a state into a model: all of it or nothing.
use super::{
    StateDict, StateDictError,
    slot::{Slot, slots},
};
use crate::module::Module;
use d2l_core::Tensor;
use std::collections::{HashMap, HashSet};

type Rule = Box<dyn Fn(&str) -> String>;

/// How a state is loaded: which names must be there, and what they are called. For
/// [`load_state_dict_with`](crate::module::ModuleExt::load_state_dict_with).
///
/// ```
/// use d2l::{module::LoadOptions, prelude::*};
/// // A body that was trained in another model, wrapped as `DataParallel` does it.
/// let saved = sequential![sequential![Linear::new(4, 3), ReLU, Linear::new(3, 1)]].state_dict();
/// let net = sequential![Linear::new(4, 3), ReLU, Linear::new(3, 10)];
/// let options = LoadOptions::new()
///     .strip_prefix("0.")
///     .rename(|name| name.replace("2.", "old_head."))
///     .strict(false);
/// let loaded = net.load_state_dict_with(&saved, &options)?;
/// assert_eq!(loaded.missing, ["2.weight", "2.bias"]);
/// assert_eq!(loaded.unexpected, ["old_head.weight", "old_head.bias"]);
/// # Ok::<(), d2l::module::StateDictError>(())
/// ```
#[must_use]
pub struct LoadOptions {
    strict: bool,
    cast: bool,
    rules: Vec<Rule>,
}

/// What [`load_state_dict_with`](crate::module::ModuleExt::load_state_dict_with) has left out;
/// PyTorch's `missing_keys` and `unexpected_keys`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// In the model, not in the state: these have the values they had.
    pub missing: Vec<String>,
    /// In the state, not in the model.
    pub unexpected: Vec<String>,
}

impl Default for LoadOptions {
    fn default() -> LoadOptions {
        LoadOptions {
            strict: true,
            cast: false,
            rules: Vec::new(),
        }
    }
}

impl LoadOptions {
    /// Every name must be there, on both sides.
    pub fn new() -> LoadOptions {
        LoadOptions::default()
    }

    /// Must every name be there, on both sides? (true.) Shapes must fit in any case, as in PyTorch.
    pub fn strict(mut self, strict: bool) -> LoadOptions {
        self.strict = strict;
        self
    }

    /// May numbers be of another dtype? They are converted to the model's (false).
    pub fn cast(mut self, cast: bool) -> LoadOptions {
        self.cast = cast;
        self
    }

    /// What an entry of the state is called in the model. Several rules apply one after the other.
    pub fn rename(mut self, rule: impl Fn(&str) -> String + 'static) -> LoadOptions {
        self.rules.push(Box::new(rule));
        self
    }

    /// Takes this off the names that begin with it: `module.`, `model.`.
    pub fn strip_prefix(self, prefix: impl Into<String>) -> LoadOptions {
        let prefix = prefix.into();
        self.rename(move |name| name.strip_prefix(&prefix).unwrap_or(name).to_string())
    }

    /// Puts this before every name: `net.`.
    pub fn prefix(self, prefix: impl Into<String>) -> LoadOptions {
        let prefix = prefix.into();
        self.rename(move |name| format!("{prefix}{name}"))
    }

    fn renamed(&self, name: &str) -> String {
        let apply = |name: String, rule: &Rule| rule(&name);
        self.rules.iter().fold(name.to_string(), apply)
    }
}

/// The names of the parameters that have no shape, and so no place in a state.
pub(crate) fn lazy_names<M: Module + ?Sized>(m: &M) -> Vec<String> {
    let lazy = slots(m).into_iter().filter(|s| s.tensor().is_none());
    lazy.map(|s| s.names()[0].clone()).collect()
}

/// See [`ModuleExt::load_state_dict_with`](crate::module::ModuleExt::load_state_dict_with). A tied
/// parameter may stand under any of its names.
pub(in crate::module) fn load_with<M: Module + ?Sized>(
    m: &M,
    dict: &StateDict,
    options: &LoadOptions,
) -> Result<Loaded, StateDictError> {
    load(m, dict, options, &[])
}

/// Loading of a state that was taken while the parameters called `lazy` had no shape: they may be
/// absent where they have none here either.
pub(crate) fn load_partly<M: Module + ?Sized>(
    m: &M,
    dict: &StateDict,
    lazy: &[String],
) -> Result<(), StateDictError> {
    load(m, dict, &LoadOptions::new(), lazy).map(drop)
}

fn load<M: Module + ?Sized>(
    m: &M,
    dict: &StateDict,
    options: &LoadOptions,
    lazy: &[String],
) -> Result<Loaded, StateDictError> {
    let slots = slots(m);
    let mut error = StateDictError::default();
    let state = named(dict, options, &mut error);
    let mut plan = Vec::new();
    for slot in &slots {
        let Some((name, new)) = slot.names().iter().find_map(|n| Some((n, *state.get(n)?))) else {
            if slot.tensor().is_some() || !lazy.contains(&slot.names()[0]) {
                error.missing.push(slot.names()[0].clone());
            }
            continue;
        };
        match slot.refuses(new, options.cast) {
            Some((here, there)) => error.mismatched.push((name.clone(), here, there)),
            None => plan.push((slot, new)),
        }
    }
    let known: HashSet<&String> = slots.iter().flat_map(Slot::names).collect();
    let names = dict.keys().map(|name| options.renamed(name));
    error.unexpected = names.filter(|name| !known.contains(name)).collect();
    let mut loaded = Loaded::default();
    if !options.strict {
        loaded.missing = std::mem::take(&mut error.missing);
        loaded.unexpected = std::mem::take(&mut error.unexpected);
    }
    if !error.is_empty() {
        return Err(error);
    }
    plan.into_iter().for_each(|(slot, new)| slot.load(new));
    Ok(loaded)
}

/// The entries by the names they have in the model.
fn named<'a>(
    dict: &'a StateDict,
    options: &LoadOptions,
    error: &mut StateDictError,
) -> HashMap<String, &'a Tensor> {
    let mut sources: HashMap<String, Vec<(&str, &Tensor)>> = HashMap::new();
    for (name, t) in dict.iter() {
        let entry = sources.entry(options.renamed(name));
        entry.or_default().push((name, t));
    }
    for (name, entries) in sources.iter().filter(|s| s.1.len() > 1) {
        let entries = entries.iter().map(|e| e.0.to_string()).collect();
        error.ambiguous.push((name.clone(), entries));
    }
    error.ambiguous.sort();
    let first = |(name, entries): (String, Vec<(&'a str, &'a Tensor)>)| (name, entries[0].1);
    sources.into_iter().map(first).collect()
}
