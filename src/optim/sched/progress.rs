//! How far a schedule is.
use super::super::state::{number, read_number};
use crate::module::{Optimizer, OptimizerStateError, StateDict};
use d2l_core::{DType, Tensor};

/// How many steps a schedule has made, and the groups' own rates, from its first call on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScheduleProgress {
    /// Steps made.
    pub steps: usize,
    /// One rate for each group; empty before the first call.
    pub base: Vec<f64>,
}

/// More steps than anybody makes; a file that says more is wrong.
const MANY: f64 = (1u64 << 48) as f64;

impl ScheduleProgress {
    /// At the beginning.
    pub fn new() -> ScheduleProgress {
        ScheduleProgress::default()
    }

    /// Notes the groups' rates, if that is still to be done.
    #[track_caller]
    pub(super) fn start(&mut self, optimizer: &dyn Optimizer) -> bool {
        if !self.base.is_empty() {
            return false;
        }
        let rate = |g| {
            optimizer
                .option(g, "lr")
                .filter(|_| g < optimizer.num_groups())
        };
        self.base = (0..).map_while(rate).collect();
        assert!(
            !self.base.is_empty(),
            "a scheduler needs an optimizer that tells its learning rates"
        );
        true
    }

    pub(super) fn state_dict(&self) -> StateDict {
        let base = Tensor::with_dtype(&self.base[..], DType::F64);
        StateDict::from_iter([("steps", number(self.steps as f64)), ("base_lr", base)])
    }

    /// The two entries of [`state_dict`](Self::state_dict).
    pub(super) fn read(state: &StateDict) -> Result<ScheduleProgress, OptimizerStateError> {
        let surplus = state.keys().filter(|k| !["steps", "base_lr"].contains(k));
        let mut faults: Vec<_> = surplus.map(|k| format!("unexpected `{k}`")).collect();
        let read = ScheduleProgress::entries(state).map_err(|e| faults.push(e));
        OptimizerStateError::unless_empty("scheduler", faults)?;
        Ok(read.unwrap_or_default())
    }

    pub(super) fn entries(state: &StateDict) -> Result<ScheduleProgress, String> {
        let steps = read_steps("steps", state)?;
        match state.get("base_lr") {
            Some(t) if t.dtype() == DType::F64 && t.dim() == 1 => Ok(ScheduleProgress {
                steps,
                base: t.to_vec::<f64>(),
            }),
            _ => Err("`base_lr` is missing, or no list of numbers".to_string()),
        }
    }
}

/// A count from a state dict.
pub(super) fn read_steps(name: &str, state: &StateDict) -> Result<usize, String> {
    let t = state
        .get(name)
        .ok_or_else(|| format!("`{name}` is missing"))?;
    match read_number(name, t)? {
        v if v.fract() == 0.0 && (0.0..MANY).contains(&v) => Ok(v as usize),
        v => Err(format!("`{name}` is {v}, not a count")),
    }
}
