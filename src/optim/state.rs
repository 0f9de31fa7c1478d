//! An optimizer's state by name: `group.0.lr`, `3.step`, `3.exp_avg`.
use super::{
    rule::StateRule,
    rules::{Group, Rules, Slot, State},
};
use crate::module::{OptimizerStateError, StateDict};
use d2l_core::{DType, Tensor};
use std::collections::HashSet;

/// A number as a tensor that keeps its bits.
pub(super) fn number(v: f64) -> Tensor {
    Tensor::with_dtype(v, DType::F64)
}

/// The number in a tensor.
pub(super) fn read_number(name: &str, t: &Tensor) -> Result<f64, String> {
    if t.dtype() == DType::F64 && t.numel() == 1 {
        return Ok(t.item());
    }
    Err(format!(
        "`{name}` is {:?} {:?}, not a number",
        t.dtype(),
        t.shape()
    ))
}

/// What is taken from a state dict, and what was found wrong.
struct Reading<'a> {
    from: &'a StateDict,
    taken: HashSet<String>,
    faults: Vec<String>,
}

impl<'a> Reading<'a> {
    fn tensor(&mut self, name: &str) -> Option<&'a Tensor> {
        self.taken.insert(name.to_string());
        self.from.get(name)
    }

    fn number(&mut self, name: &str) -> Option<f64> {
        let value = read_number(name, self.tensor(name)?);
        value.map_err(|e| self.faults.push(e)).ok()
    }
}

#[allow(missing_docs)] // the methods of `Optimizer`
impl Rules {
    pub fn state_dict(&self) -> StateDict {
        let mut dict = StateDict::new();
        for (g, group) in self.groups.iter().enumerate() {
            for (o, v) in self.rule.options.iter().zip(&group.values) {
                dict.insert(format!("group.{g}.{}", o.name), number(*v));
            }
        }
        for (i, slot) in self.slots().enumerate().filter(|(_, s)| s.steps > 0.0) {
            dict.insert(format!("{i}.step"), number(slot.steps));
            for (rule, state) in self.rule.state.iter().zip(&slot.state) {
                let value = match state {
                    Some(State::Tensor(t)) => t.copy(),
                    Some(State::Number(v)) => number(*v),
                    None => continue,
                };
                dict.insert(format!("{i}.{}", rule.name), value);
            }
        }
        dict
    }

    pub fn load_state_dict(&mut self, from: &StateDict) -> Result<(), OptimizerStateError> {
        let mut reading = Reading {
            from,
            taken: HashSet::new(),
            faults: Vec::new(),
        };
        let values: Vec<_> = (0..self.groups.len())
            .map(|g| self.read_options(g, &mut reading))
            .collect();
        let slots = self.slots().enumerate();
        let states: Vec<_> = slots
            .map(|(i, slot)| self.read_slot(i, slot, &mut reading))
            .collect();
        let surplus: Vec<_> = from
            .keys()
            .filter(|k| !reading.taken.contains(*k))
            .collect();
        if !surplus.is_empty() {
            reading
                .faults
                .push(format!("unexpected: {}", surplus.join(", ")));
        }
        OptimizerStateError::unless_empty(self.rule.name, reading.faults)?;
        for (group, values) in self.groups.iter_mut().zip(values) {
            group.values = values;
        }
        let slots = self
            .groups
            .iter_mut()
            .flat_map(|g: &mut Group| &mut g.slots);
        for (slot, (steps, state)) in slots.zip(states) {
            (slot.steps, slot.state) = (steps, state);
        }
        Ok(())
    }

    fn read_options(&self, g: usize, reading: &mut Reading<'_>) -> Vec<f64> {
        let option = |k: usize| {
            let name = format!("group.{g}.{}", self.rule.options[k].name);
            if reading.from.get(&name).is_none() {
                reading.faults.push(format!("`{name}` is missing"));
            }
            let accepted = self.rule.accept(k, reading.number(&name)?);
            accepted.map_err(|e| reading.faults.push(e)).ok()
        };
        let values = (0..self.rule.options.len()).map(option);
        values.map(|v| v.unwrap_or(f64::NAN)).collect()
    }

    fn read_slot(
        &self,
        i: usize,
        slot: &Slot,
        reading: &mut Reading<'_>,
    ) -> (f64, Vec<Option<State>>) {
        let mut state = vec![None; self.rule.state.len()];
        let Some(steps) = reading.number(&format!("{i}.step")) else {
            return (0.0, state);
        };
        if !(steps >= 1.0 && steps.fract() == 0.0 && steps.is_finite()) {
            reading
                .faults
                .push(format!("`{i}.step` is {steps}, not a number of steps"));
        }
        for (rule, state) in self.rule.state.iter().zip(&mut state) {
            let name = format!("{i}.{}", rule.name);
            if let Some(t) = reading.tensor(&name) {
                let read = read_state(rule, &name, t, slot);
                *state = read.map_err(|e| reading.faults.push(e)).ok();
            }
        }
        (steps, state)
    }
}

fn read_state(rule: &StateRule, name: &str, t: &Tensor, slot: &Slot) -> Result<State, String> {
    if rule.scalar {
        return read_number(name, t).map(State::Number);
    }
    let fits = match slot.param.get() {
        Some(p) => (t.dtype(), t.shape()) == (p.dtype(), p.shape()),
        None => t.dtype().is_float(),
    };
    if fits {
        return Ok(State::Tensor(t.detach().copy()));
    }
    let param = slot.param.get().map_or("without a shape".to_string(), look);
    Err(format!("`{name}` is {}, its parameter {param}", look(t)))
}

fn look(t: &Tensor) -> String {
    format!("{:?} {:?}", t.dtype(), t.shape())
}
