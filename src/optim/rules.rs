//! The part of an optimizer that no rule differs in: groups, options, state.
use super::{Groups, ParamGroup, rule::Rule};
use crate::module::Param;
use d2l_core::{
    Tensor,
    update::{Formula, Loop, Loops, update_},
};
use std::collections::HashSet;

/// Parameters in groups, with options and state, for a rule.
pub struct Rules {
    pub(super) rule: &'static Rule,
    pub(super) groups: Vec<Group>,
}

pub(super) struct Group {
    /// One for each option.
    pub values: Vec<f64>,
    /// Whether the value is the group's own, not the optimizer's.
    own: Vec<bool>,
    pub slots: Vec<Slot>,
}

/// A parameter and its state.
pub(super) struct Slot {
    pub param: Param,
    /// How many steps it has made.
    pub steps: f64,
    /// One for each state of the rule, from the first step that needs it.
    pub state: Vec<Option<State>>,
}

#[derive(Clone)]
pub(super) enum State {
    Tensor(Tensor),
    Number(f64),
}

#[allow(missing_docs)] // the methods of `Optimizer`
impl Rules {
    /// # Panics
    /// As the optimizer's `new`.
    #[track_caller]
    pub fn new(rule: &'static Rule, groups: Groups, lr: f64) -> Rules {
        let lr = accept(rule, 0, lr);
        let mut rules = Rules {
            rule,
            groups: Vec::new(),
        };
        for group in groups.0 {
            rules.groups.push(Group::new(rule, group, lr));
        }
        rules.check_parameters();
        rules
    }

    #[track_caller]
    fn check_parameters(&self) {
        let (name, mut seen) = (self.rule.name, HashSet::new());
        for slot in self.slots() {
            assert!(
                seen.insert(slot.param.id()),
                "{name}: a parameter is given twice ({:?})",
                slot.param
            );
        }
        assert!(!seen.is_empty(), "{name}: the list of parameters is empty");
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.groups.iter().flat_map(|g| &g.slots)
    }

    /// Sets option `k` of all groups that have no value of their own.
    #[track_caller]
    pub fn set_default(&mut self, k: usize, value: f64) {
        let value = accept(self.rule, k, value);
        for group in self.groups.iter_mut().filter(|g| !g.own[k]) {
            group.values[k] = value;
        }
    }

    /// Runs the rule on every parameter that has a gradient, with the values of its group's options.
    #[track_caller]
    pub fn step<const N: usize>(&mut self, update: impl Fn([f64; N], &mut ParamStep<'_>)) {
        self.each(&|values, p| update(*values.first_chunk().expect("one for each option"), p));
    }

    fn each(&mut self, update: &dyn Fn(&[f64], &mut ParamStep<'_>)) {
        let name = self.rule.name;
        for group in &mut self.groups {
            for slot in &mut group.slots {
                let Some((p, g)) = slot.param.get().and_then(|p| Some((p.clone(), p.grad()?)))
                else {
                    continue;
                };
                slot.steps += 1.0;
                update(&group.values, &mut ParamStep { name, p, g, slot });
            }
        }
    }

    pub fn zero_grad(&self) {
        self.slots().for_each(|s| s.param.zero_grad());
    }

    pub fn num_groups(&self) -> usize {
        self.groups.len()
    }

    pub fn option(&self, group: usize, name: &str) -> Option<f64> {
        let k = self.rule.position(name).ok()?;
        self.groups.get(group).map(|g| g.values[k])
    }

    #[track_caller]
    pub fn set_option(&mut self, group: usize, name: &str, value: f64) {
        let k = ok(self.rule.position(name));
        let value = accept(self.rule, k, value);
        let (name, n) = (self.rule.name, self.groups.len());
        assert!(
            group < n,
            "{name}: there is no group {group}, there are {n}"
        );
        self.groups[group].values[k] = value;
    }

    pub fn param_groups(&self) -> Vec<ParamGroup> {
        let group = |g: &Group| {
            let options = self.rule.options.iter().map(|o| o.name.to_string());
            ParamGroup {
                params: g.slots.iter().map(|s| s.param.clone()).collect(),
                options: options.zip(g.values.iter().copied()).collect(),
            }
        };
        self.groups.iter().map(group).collect()
    }
}

#[track_caller]
fn accept(rule: &Rule, k: usize, value: f64) -> f64 {
    ok(rule.accept(k, value))
}

/// The value, or a panic at the user's line.
#[track_caller]
fn ok<T>(result: Result<T, String>) -> T {
    match result {
        Ok(value) => value,
        Err(e) => panic!("{e}"),
    }
}

impl Group {
    #[track_caller]
    fn new(rule: &'static Rule, given: ParamGroup, lr: f64) -> Group {
        let mut values: Vec<_> = rule.options.iter().map(|o| o.default).collect();
        let mut own = vec![false; values.len()];
        values[0] = lr;
        for (name, value) in &given.options {
            let k = ok(rule.position(name));
            (values[k], own[k]) = (accept(rule, k, *value), true);
        }
        let slot = |param| Slot {
            param,
            steps: 0.0,
            state: vec![None; rule.state.len()],
        };
        let slots = given.params.into_iter().map(slot).collect();
        Group { values, own, slots }
    }
}

/// One parameter in one step, as a rule sees it.
pub struct ParamStep<'a> {
    name: &'static str,
    p: Tensor,
    g: Tensor,
    slot: &'a mut Slot,
}

impl ParamStep<'_> {
    /// The number of the step, from 1.
    pub fn t(&self) -> f64 {
        self.slot.steps
    }

    /// The number that is state `k`.
    pub fn number(&self, k: usize, start: f64) -> f64 {
        match self.slot.state[k] {
            Some(State::Number(v)) => v,
            _ => start,
        }
    }

    /// Changes the number that is state `k`.
    pub fn set_number(&mut self, k: usize, value: f64) {
        self.slot.state[k] = Some(State::Number(value));
    }

    /// Ends the step, because the options do not go together.
    #[track_caller]
    pub fn refuse(&self, why: &str) -> ! {
        panic!("{}: {why}", self.name)
    }

    /// Runs a formula over the parameter, its gradient and these tensors of state, each a place and
    /// its first value, with these numbers.
    pub fn update<F, const N: usize, const K: usize>(
        &mut self,
        state: [(usize, f64); N],
        numbers: [f64; K],
    ) where
        F: Formula<N, K>,
        Loops: Loop<N>,
    {
        let state = state.map(|(k, start)| self.tensor(k, start));
        update_::<F, N, K>(&self.p, &self.g, state.each_ref(), numbers);
    }

    fn tensor(&mut self, k: usize, start: f64) -> Tensor {
        match &self.slot.state[k] {
            Some(State::Tensor(t)) => t.clone(),
            _ => {
                let t = self.p.detach().full_like(start);
                self.slot.state[k] = Some(State::Tensor(t.clone()));
                t
            }
        }
    }
}
