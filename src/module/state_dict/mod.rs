//! Values of a model by name.
mod error;
mod file;
mod load;
mod near;
mod slot;

pub use error::StateDictError;
pub(super) use load::load_with;
pub use load::{LoadOptions, Loaded};
pub(crate) use load::{lazy_names, load_partly};
pub(super) use slot::{address, of};

use d2l_core::Tensor;
use std::collections::HashMap;

/// Tensors by dotted path, in the model's order; PyTorch's `state_dict` (book 6.5).
///
/// [`StateDict::read`] reads one from a safetensors file or a file of `torch.save`'s;
/// [`load_state_dict`](super::ModuleExt::load_state_dict) gives it to a model, and
/// [`LoadOptions`] say which names may differ.
///
/// ```
/// use d2l::prelude::*;
/// let net = Linear::new(8, 1);
/// let state = net.state_dict();
/// assert_eq!(state.keys().collect::<Vec<_>>(), ["weight", "bias"]);
/// assert_eq!(state.get("weight").unwrap().shape(), [1, 8]);
/// ```
#[derive(Clone, Default, Debug)]
pub struct StateDict {
    entries: Vec<(String, Tensor)>,
    index: HashMap<String, usize>,
}

impl StateDict {
    /// An empty one.
    pub fn new() -> StateDict {
        StateDict::default()
    }

    /// Sets the value of `name`; new names go to the end.
    pub fn insert(&mut self, name: impl Into<String>, value: Tensor) {
        let name = name.into();
        match self.index.get(&name) {
            Some(&i) => self.entries[i].1 = value,
            None => {
                self.index.insert(name.clone(), self.entries.len());
                self.entries.push((name, value));
            }
        }
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.index.get(name).map(|&i| &self.entries[i].1)
    }

    /// Names in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|e| e.0.as_str())
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.entries.iter().map(|(name, t)| (name.as_str(), t))
    }

    /// Keeps the entries for which `keep` is true, in their order.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let mut state = sequential![Linear::new(2, 3), Linear::new(3, 1)].state_dict();
    /// state.retain(|name, _| name.starts_with("0."));
    /// assert_eq!(state.keys().collect::<Vec<_>>(), ["0.weight", "0.bias"]);
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Tensor) -> bool) {
        let entries = std::mem::take(self).entries.into_iter();
        *self = entries.filter(|(name, t)| keep(name, t)).collect();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<S: Into<String>> FromIterator<(S, Tensor)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (S, Tensor)>>(entries: I) -> StateDict {
        let mut dict = StateDict::new();
        for (name, value) in entries {
            dict.insert(name, value);
        }
        dict
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        module::{LoadOptions, StateDict},
        prelude::*,
    };

    #[derive(Module)]
    struct Net {
        a: Param,
        b: Param,
        running: Tensor,
        lazy: Param,
    }

    fn net() -> Net {
        let of = |n: usize| Param::new(Tensor::ones([n]));
        Net {
            a: of(1),
            b: of(2),
            running: Tensor::zeros([1]),
            lazy: Param::lazy(),
        }
    }

    #[test]
    fn one_report_and_nothing_loaded() {
        let net = net();
        let dict: StateDict = [
            ("b", Tensor::zeros([3])),
            ("lazy", Tensor::from([1, 2])),
            ("running", Tensor::zeros([1]).double()),
            ("a", Tensor::zeros([1])),
            ("x.y", Tensor::zeros([1])),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            net.load_state_dict(&dict).unwrap_err().to_string(),
            "the state does not fit the model, nothing was loaded
  unexpected: x.y
  b: the model has [2] F32, the state has [3] F32
  running: the model has [1] F32, the state has [1] F64
  lazy: the model has no shape yet, but a float dtype, the state has [2] I64"
        );
        assert_eq!(net.a.item(), 1.0);
        let missing = net.load_state_dict(&StateDict::new()).unwrap_err().missing;
        assert_eq!(missing, ["a", "b", "running", "lazy"]);
    }

    #[test]
    fn a_snapshot_restores_parameters_and_buffers() {
        let (from, to) = (net(), net());
        from.lazy.materialize([2, 2], Constant(7.0));
        from.a.fill_(3.0);
        from.running.fill_(9.0);
        let state = from.state_dict();
        from.a.zero_();
        assert_eq!(
            state.keys().collect::<Vec<_>>(),
            ["a", "b", "running", "lazy"]
        );
        to.lazy.fill_(1.0); // overtaken by the state
        to.load_state_dict(&state).unwrap();
        assert_eq!((to.a.item(), to.running.item()), (3.0, 9.0));
        assert_eq!(to.lazy.to_vec::<f32>(), [7.0; 4]);
        assert!(to.lazy.requires_grad());
    }

    #[test]
    fn a_name_that_was_probably_meant_is_offered() {
        let state: StateDict = [("aa", 1), ("b", 2), ("runing", 1), ("lazy", 1)]
            .map(|(name, n)| (name, Tensor::zeros([n])))
            .into_iter()
            .collect();
        let text = net().load_state_dict(&state).unwrap_err().to_string();
        assert!(
            text.contains("missing: a, running\n  unexpected: aa, runing"),
            "{text}"
        );
        assert!(
            text.ends_with("hint: is runing of the state the missing running?"),
            "{text}"
        );
    }

    #[test]
    fn long_lists_are_cut_when_printed() {
        let extra = (0..300).map(|i| (format!("x{i}"), Tensor::zeros([1])));
        let error = net().load_state_dict(&extra.collect()).unwrap_err();
        assert_eq!(error.unexpected.len(), 300);
        assert!(error.to_string().contains("x8, x9 and 290 more"), "{error}");
    }

    #[test]
    fn a_part_may_be_loaded_but_never_one_that_does_not_fit() {
        let net = net();
        let options = LoadOptions::new().strict(false);
        let state = |n| -> StateDict {
            [("a", Tensor::zeros([n])), ("other", Tensor::zeros([1]))]
                .into_iter()
                .collect()
        };
        let refused = net.load_state_dict_with(&state(2), &options).unwrap_err();
        assert_eq!(refused.mismatched.len(), 1);
        assert!(refused.missing.is_empty() && net.a.item() == 1.0);
        let loaded = net.load_state_dict_with(&state(1), &options).unwrap();
        assert_eq!(loaded.missing, ["b", "running", "lazy"]);
        assert_eq!(
            (loaded.unexpected, net.a.item()),
            (vec!["other".to_string()], 0.0)
        );
        assert!(!net.lazy.is_initialized());
    }

    #[test]
    fn names_are_rewritten_and_those_that_meet_are_refused() {
        let net = Linear::new(1, 1);
        let state: StateDict = [("module.weight", 2.0), ("module.bias", 3.0)]
            .map(|(name, x)| {
                (
                    name,
                    Tensor::full(if x == 2.0 { vec![1, 1] } else { vec![1] }, x),
                )
            })
            .into_iter()
            .collect();
        let strip = || LoadOptions::new().strip_prefix("module.");
        net.load_state_dict_with(&state, &strip()).unwrap();
        assert_eq!((net.weight.item(), net.bias.item()), (2.0, 3.0));
        let back = strip().prefix("module.").strip_prefix("module.");
        net.load_state_dict_with(&state, &back).unwrap();
        let both = LoadOptions::new().rename(|_| "weight".into());
        let error = net.load_state_dict_with(&state, &both).unwrap_err();
        let met = vec!["module.weight".to_string(), "module.bias".to_string()];
        assert_eq!(error.ambiguous, [("weight".to_string(), met)]);
        assert!(
            error
                .to_string()
                .contains("weight: it is what module.weight and module.bias became")
        );
    }

    #[test]
    fn numbers_of_another_dtype_are_converted_on_request() {
        let net = net();
        let double: StateDict = [("a", Tensor::full([1], 2.5).double())]
            .into_iter()
            .collect();
        let part = || LoadOptions::new().strict(false);
        assert!(net.load_state_dict_with(&double, &part()).is_err());
        net.load_state_dict_with(&double, &part().cast(true))
            .unwrap();
        assert_eq!((net.a.item(), net.a.dtype()), (2.5, DType::F32));
    }

    #[test]
    fn a_tied_parameter_is_found_under_any_of_its_names() {
        #[derive(Module)]
        struct Tied {
            a: Param,
            b: Param,
        }
        let a = Param::new(Tensor::zeros([1]));
        let tied = Tied { b: a.clone(), a };
        assert_eq!(tied.state_dict().keys().collect::<Vec<_>>(), ["a"]);
        for names in [&["a"][..], &["b"], &["a", "b"]] {
            tied.a.zero_();
            let state = names.iter().map(|n| (*n, Tensor::ones([1])));
            tied.load_state_dict(&state.collect()).unwrap();
            assert_eq!(tied.b.item(), 1.0);
        }
    }
}
