//! What one does with a model as a tree of modules and parameters.
use super::{
    LoadOptions, Loaded, Module, Param, Repr, StateDict, StateDictError, Visitor,
    field::downcast,
    pattern, state_dict,
    walk::{Part, visit_distinct, visit_parameters, walk},
};
use d2l_core::Tensor;
use std::{any::Any, collections::HashSet};

/// Methods of every module.
///
/// ```
/// use d2l::prelude::*;
/// let net = sequential![LazyLinear::new(4), ReLU, LazyLinear::new(1)];
/// net.apply_to::<LazyLinear>(|l| { l.weight.normal_(0.0, 0.01); }); // takes effect at the first forward
/// net.forward(&Tensor::ones([2, 3]));
/// let names: Vec<_> = net.named_parameters().into_iter().map(|p| p.0).collect();
/// assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias"]);
/// assert_eq!(net.num_parameters(), 3 * 4 + 4 + 4 + 1);
/// ```
pub trait ModuleExt: Module {
    /// Every parameter once, in the order of fields.
    fn parameters(&self) -> Vec<Param> {
        self.named_parameters().into_iter().map(|p| p.1).collect()
    }

    /// Every parameter once, under the dotted path of its first place: `net.0.weight`.
    fn named_parameters(&self) -> Vec<(String, Param)> {
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        visit_parameters(self, &mut |name, p| {
            if seen.insert(p.id()) {
                all.push((name.to_string(), p.clone()));
            }
        });
        all
    }

    /// The parameters whose path fits: `**` stands for any number of segments, `*` for one or for any
    /// letters of one (`**.weight_*` are the weights of recurrent layers). Lazy ones are among them.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let net = sequential![LazyLinear::new(4), ReLU, LazyLinear::new(1)];
    /// for bias in net.parameters_matching("**.bias") {
    ///     bias.zero_();
    /// }
    /// let (weights, biases) = (net.parameters_matching("*.weight"), net.parameters_matching("*.bias"));
    /// let groups = [ParamGroup::new(&weights).weight_decay(3.0), ParamGroup::new(&biases)];
    /// assert_eq!(SGD::new(groups, 0.1).param_groups()[0].params().len(), 2);
    /// ```
    fn parameters_matching(&self, pattern: &str) -> Vec<Param> {
        pattern::matching(self, pattern)
    }

    /// From now on the parameters whose path fits are not learned; see
    /// [`parameters_matching`](ModuleExt::parameters_matching).
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    fn freeze(&self, pattern: &str) {
        for p in pattern::some_matching(self, "freeze", pattern) {
            p.requires_grad_(false);
        }
    }

    /// From now on the parameters whose path fits are learned.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    fn unfreeze(&self, pattern: &str) {
        for p in pattern::some_matching(self, "unfreeze", pattern) {
            p.requires_grad_(true);
        }
    }

    /// Tensors that are saved but not learned, each once, by the dotted path of its first place.
    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        walk(self, &mut |path, part| match part {
            Part::Buffer(t) if seen.insert(state_dict::address(t)) => {
                all.push((path.to_string(), t.clone()));
            }
            Part::LazyBuffer(b) if seen.insert(b.id()) => {
                all.extend(b.get().map(|t| (path.to_string(), t.clone())));
            }
            _ => {}
        });
        all
    }

    /// Name and type of each part that is a module itself.
    fn children(&self) -> Vec<(String, &'static str)> {
        let mut list = Children::default();
        self.visit(&mut list);
        list.found
    }

    /// Path and type of every module in the tree, this one (with an empty path) first; a shared one
    /// once, at its first place.
    fn modules(&self) -> Vec<(String, &'static str)> {
        let mut all = Vec::new();
        visit_distinct(self, &mut |path, m| {
            all.push((path.to_string(), m.type_name()))
        });
        all
    }

    /// How many numbers are learned, of the parameters whose shape is known.
    fn num_parameters(&self) -> usize {
        self.parameters()
            .iter()
            .filter_map(Param::get)
            .map(Tensor::numel)
            .sum()
    }

    /// Calls `f` on every module: parts before wholes, this one last.
    fn apply(&self, mut f: impl FnMut(&dyn Module)) {
        self.visit_as("", &mut Apply(&mut f));
    }

    /// Calls `f` on every module of type `M`, parts before wholes. A lazy layer counts as the layer
    /// that it becomes, before and after its first forward: what is set on its parameters takes
    /// effect when the shape is known.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let net = sequential![LazyLinear::new(4), ReLU, Linear::new(4, 1)];
    /// net.apply_to::<Linear>(|l| {
    ///     init::xavier_uniform_(&l.weight);
    ///     init::constant_(&l.bias, 42.0);
    /// });
    /// net.forward(&Tensor::ones([1, 2]));
    /// assert_eq!(*net.parameters()[1], Tensor::full([4], 42.0));
    /// ```
    fn apply_to<M: Any>(&self, mut f: impl FnMut(&M)) {
        self.apply(|m| {
            if let Some(m) = downcast(m) {
                f(m);
            }
        });
    }

    /// Training mode, for this module and all of its parts.
    fn train(&self) {
        set_training(self, true);
    }

    /// Evaluation mode, for this module and all of its parts.
    fn eval(&self) {
        set_training(self, false);
    }

    /// The mode last set; training at first. A model with neither parameters nor layers that have a
    /// mode is always in training.
    fn is_training(&self) -> bool {
        let mut found = None;
        walk(self, &mut |_, part| {
            let mode = match part {
                Part::Param(p) => p.is_training(),
                Part::Mode(m) => m.is_training(),
                Part::Buffer(_) | Part::LazyBuffer(_) | Part::Module(_) => return,
            };
            found.get_or_insert(mode);
        });
        found.unwrap_or(true)
    }

    /// Forgets all gradients.
    fn zero_grad(&self) {
        visit_parameters(self, &mut |_, p| p.zero_grad());
    }

    /// A snapshot of parameters and buffers by dotted path. Lazy parameters without a shape are
    /// left out; later training does not change it.
    fn state_dict(&self) -> StateDict {
        state_dict::of(self)
    }

    /// Takes the values in `dict`, all of them or none. Lazy parameters take their shapes from it.
    ///
    /// # Errors
    /// One report of everything that is missing, unexpected or of another shape or dtype.
    fn load_state_dict(&self, dict: &StateDict) -> Result<(), StateDictError> {
        self.load_state_dict_with(dict, &LoadOptions::new())
            .map(drop)
    }

    /// [`load_state_dict`](ModuleExt::load_state_dict) with other names, or with a part of them; see
    /// [`LoadOptions`]. What was left out is returned.
    ///
    /// ```
    /// use d2l::{module::LoadOptions, prelude::*};
    /// let (net, other) = (Linear::new(2, 1), Linear::new(2, 1));
    /// let mut state = other.state_dict();
    /// state.retain(|name, _| name == "bias");
    /// assert!(net.load_state_dict(&state).is_err());
    /// let loaded = net.load_state_dict_with(&state, &LoadOptions::new().strict(false))?;
    /// assert_eq!(loaded.missing, ["weight"]);
    /// assert_eq!(net.bias.detach(), other.bias.detach());
    /// # Ok::<(), d2l::module::StateDictError>(())
    /// ```
    ///
    /// # Errors
    /// One report of everything that the options do not allow; nothing is loaded then.
    fn load_state_dict_with(
        &self,
        dict: &StateDict,
        options: &LoadOptions,
    ) -> Result<Loaded, StateDictError> {
        state_dict::load_with(self, dict, options)
    }

    /// The tree as text, as PyTorch prints it. Every module of a known type has it as its `Display`, too:
    /// `println!("{net}")` is the book's `print(net)`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(sequential![Linear::new(2, 1)].to_string(), "\
    /// Sequential(
    ///   (0): Linear(in_features=2, out_features=1, bias=True)
    /// )");
    /// ```
    fn repr(&self) -> Repr {
        Repr::of(self)
    }
}

impl<M: Module + ?Sized> ModuleExt for M {}

fn set_training<M: Module + ?Sized>(m: &M, on: bool) {
    walk(m, &mut |_, part| match part {
        Part::Param(p) => p.set_training(on),
        Part::Mode(m) => m.set(on),
        Part::Buffer(_) | Part::LazyBuffer(_) | Part::Module(_) => {}
    });
}

/// Parts before wholes.
struct Apply<'a>(&'a mut dyn FnMut(&dyn Module));

impl Visitor for Apply<'_> {
    fn module(&mut self, _: &str, m: &dyn Module) {
        m.visit(self);
        (self.0)(m);
    }

    fn group(&mut self, _: &str, _: &'static str, children: &mut dyn FnMut(&mut dyn Visitor)) {
        children(self);
    }
}

/// The next level only; the elements of a container count as children.
#[derive(Default)]
struct Children {
    prefix: String,
    found: Vec<(String, &'static str)>,
}

impl Visitor for Children {
    fn module(&mut self, name: &str, m: &dyn Module) {
        self.found
            .push((format!("{}{name}", self.prefix), m.type_name()));
    }

    fn group(&mut self, name: &str, _: &'static str, children: &mut dyn FnMut(&mut dyn Visitor)) {
        let length = self.prefix.len();
        self.prefix.push_str(name);
        self.prefix.push('.');
        children(self);
        self.prefix.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use crate::{module::Mode, prelude::*};

    #[derive(Module, Default)]
    struct Noise {
        mode: Mode,
    }

    #[derive(Module)]
    struct Net {
        noise: Noise,
        layers: Vec<Linear>,
    }

    fn net() -> Net {
        Net {
            noise: Noise::default(),
            layers: vec![Linear::new(2, 2), Linear::new(2, 1)],
        }
    }

    #[test]
    fn parts_come_before_wholes_in_apply_and_after_them_in_modules() {
        let (net, mut seen) = (net(), Vec::new());
        net.apply(|m| seen.push(m.type_name()));
        assert_eq!(seen, ["Noise", "Linear", "Linear", "Net"]);
        let modules: Vec<_> = net.modules().into_iter().map(|m| m.0).collect();
        assert_eq!(modules, ["", "noise", "layers.0", "layers.1"]);
        let children: Vec<_> = net.children().into_iter().map(|m| m.0).collect();
        assert_eq!(children, ["noise", "layers.0", "layers.1"]);
    }

    #[test]
    fn mode_and_gradients_reach_everything() {
        let net = net();
        net.eval();
        assert!(!net.is_training() && !net.noise.mode.is_training());
        assert!(!net.layers[1].is_training() && !net.clone().is_training());
        net.layers[0].train();
        assert!(net.layers[0].is_training() && !net.noise.mode.is_training());
        net.layers[1]
            .forward(&Tensor::ones([1, 2]))
            .sum()
            .backward();
        assert!(net.layers[1].weight.grad().is_some());
        net.zero_grad();
        assert!(net.parameters().iter().all(|p| p.grad().is_none()));
    }

    #[test]
    fn models_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>(_: &T) {}
        shared(&net());
        shared(&sequential![Linear::new(1, 1), |x: &Tensor| x + 1.0]);
    }

    #[test]
    fn a_trait_object_can_do_it_all() {
        let object: Box<dyn Layer> = Box::new(Linear::new(2, 1));
        assert_eq!((object.num_parameters(), object.modules().len()), (3, 1));
        object.apply_to::<Linear>(|l| {
            l.weight.zero_();
        });
        assert_eq!(
            object.state_dict().get("weight").unwrap().to_vec::<f32>(),
            [0.0, 0.0]
        );
        assert!(object.repr().to_string().starts_with("Linear("));
    }
}
