//! Whole training runs: 50 losses, the first gradients, and what is left in the end.
mod nets;

use super::{
    Table,
    args::{Args, Outcome, Output, Value},
    compare::{self, Rule},
    modules, optim, row, sched,
};
use d2l::{
    module::{Param, StateDict},
    optim::{ParamGroup, Scheduler, clip_grad_norm_},
    prelude::*,
};
use d2l_core::{DType, set_default_dtype};
use nets::Net;
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    fs,
    panic::{self, AssertUnwindSafe},
    path::Path,
};

pub fn run(folder: &Path, table: &mut Table<'_>) {
    let files = fs::read_dir(folder.join("train")).expect("the folder can be listed");
    let files = files.map(|f| f.expect("the folder can be listed").path());
    for path in files.filter(|p| p.extension().is_some_and(|e| e == "json")) {
        let row = super::read_json(&path);
        let name = format!("train/{}", row["name"].as_str().expect("a name"));
        if table.chosen(&name) {
            let verdict = both_precisions(&row, &path.with_extension("safetensors"));
            set_default_dtype(DType::F32);
            table.record(&name, &row, verdict);
        }
    }
}

fn both_precisions(row: &Json, path: &Path) -> Result<bool, String> {
    let tensors = StateDict::read(path).map_err(|e| e.to_string())?;
    [DType::F32, DType::F64]
        .into_iter()
        .try_fold(true, |all, precision| {
            set_default_dtype(precision);
            let run = Run {
                row,
                tensors: &tensors,
                precision,
            };
            panic::catch_unwind(AssertUnwindSafe(|| run.judge()))
                .unwrap_or_else(|_| Err(super::last_panic()))
                .map(|ok| all && ok)
                .map_err(|e| format!("{precision}: {e}"))
        })
}

/// One run in one precision.
struct Run<'a> {
    row: &'a Json,
    tensors: &'a StateDict,
    precision: DType,
}

/// Inputs and labels.
type Rows = (Tensor, Tensor);

impl Run<'_> {
    /// Trains and compares; `Ok(false)` if there is no mapping.
    fn judge(&self) -> Result<bool, String> {
        let Some(net) = nets::build(&self.row["net"]) else {
            return Ok(false);
        };
        let module = net.module();
        module
            .load_state_dict(&self.start())
            .map_err(|e| e.to_string())?;
        let parameters = module.named_parameters();
        self.judge_names(&parameters)?;
        let parameters: Vec<Param> = parameters.into_iter().map(|p| p.1).collect();
        let Some((mut optimizer, mut scheduler)) = self.optimizer(&parameters)? else {
            return Ok(false);
        };
        let clip = self.row["clip"].as_f64().unwrap_or(f64::INFINITY);
        let (mut losses, mut norms) = (Vec::new(), Vec::new());
        for s in 0..self.row["steps"].as_u64().ok_or("no steps")? {
            optimizer.zero_grad();
            let loss = self.loss(&*net, &self.batch(s as usize)?)?;
            loss.backward();
            if s == 0 {
                self.judge_gradients(module)?;
            }
            losses.push(loss.item());
            norms.push(clip_grad_norm_(&parameters, clip));
            optimizer.step();
            if let Some(scheduler) = &mut scheduler {
                scheduler.step(&mut *optimizer);
            }
        }
        self.judge_series("loss", &losses, |s| self.drift(s))?;
        let off = self.own_error("grad_norm")?;
        self.judge_series("grad_norm", &norms, |_| off)?;
        self.judge_end(module)?;
        if self.precision == DType::F64 || !self.has_noisy_buffers() {
            module.eval();
            let loss = no_grad(|| self.loss(&*net, &self.first_rows()?))?;
            self.judge_series("eval_loss", &[loss.item()], |_| self.drift(49))?;
        }
        Ok(true)
    }

    /// The stored tensor, `f32` in the precision of the run.
    fn given(&self, name: &str) -> Result<Tensor, String> {
        let t = self.tensors.get(name).ok_or(format!("{name} is missing"))?;
        Ok(match t.dtype() {
            DType::F32 => t.to_dtype(self.precision),
            _ => t.clone(),
        })
    }

    /// The state to begin with.
    fn start(&self) -> StateDict {
        let given = |(name, _): (&str, _)| {
            let own = name.strip_prefix("init/")?;
            Some((own.to_string(), self.given(name).ok()?))
        };
        self.tensors.iter().filter_map(given).collect()
    }

    fn judge_names(&self, parameters: &[(String, Param)]) -> Result<(), String> {
        let want = self.row["params"]
            .as_array()
            .ok_or("no list of parameters")?;
        let found: Vec<&str> = parameters.iter().map(|p| p.0.as_str()).collect();
        if !want
            .iter()
            .map(Json::as_str)
            .eq(found.iter().copied().map(Some))
        {
            return Err(format!("parameters {found:?} instead of {want:?}"));
        }
        Ok(())
    }

    #[allow(clippy::type_complexity)]
    fn optimizer(
        &self,
        parameters: &[Param],
    ) -> Result<Option<(Box<dyn Optimizer>, Option<Box<dyn Scheduler>>)>, String> {
        let json = &self.row["optim"];
        let group = optim::set(ParamGroup::new(parameters), &json["kwargs"])?;
        let name = format!("optim.{}", json["name"].as_str().ok_or("no optimizer")?);
        let lr = json["kwargs"]["lr"].as_f64().ok_or("no rate")?;
        let Some(optimizer) = optim::build(&name, vec![group], lr) else {
            return Ok(None);
        };
        let json = &self.row["sched"];
        let Some(name) = json["name"].as_str() else {
            return Ok(Some((optimizer, None)));
        };
        let scheduler = sched::schedule(name, &json["kwargs"]);
        Ok(scheduler.map(|s| (optimizer, Some(Box::new(s) as Box<dyn Scheduler>))))
    }

    fn loss(&self, net: &dyn Net, (x, y): &Rows) -> Result<Tensor, String> {
        let json = &self.row["loss"];
        let keywords = serde_json::json!({"args": [], "kwargs": json["kwargs"]});
        let settings = row::arguments(&keywords, self.precision, &mut |_| Err("a tensor".into()))?;
        let name = format!("nn.{}", json["name"].as_str().ok_or("no loss")?);
        let loss = modules::build(&name, &settings).ok_or(format!("no {name}"))?;
        let out = net.forward(x, y);
        // One row for every label.
        let (out, y) = match y.dtype() {
            DType::I64 => (out.reshape([-1, out.size(-1) as isize]), y.reshape(-1)),
            _ => (out, y.clone()),
        };
        let call = Args {
            positional: vec![Value::Tensor(out), Value::Tensor(y)],
            keywords: BTreeMap::new(),
        };
        match loss.call(&call) {
            Some(Outcome(outputs)) => match &outputs[..] {
                [Output::Tensor(loss)] => Ok(loss.clone()),
                _ => Err(format!("{name} gives more than a tensor")),
            },
            None => Err(format!("{name} was not called")),
        }
    }

    fn batch(&self, step: usize) -> Result<Rows, String> {
        self.rows(&self.given("batches")?.i(step))
    }

    /// The rows for the loss at the end.
    fn first_rows(&self) -> Result<Rows, String> {
        let (data, length) = match self.row["task"].as_str() {
            Some("lm") => ("data/tokens", self.length()?),
            _ => ("data/x", 0),
        };
        let n = self.given(data)?.size(0);
        self.rows(&Tensor::arange(64.min(n - length - 1)))
    }

    fn length(&self) -> Result<usize, String> {
        Ok(self.row["T"].as_u64().ok_or("no T")? as usize)
    }

    /// The rows of these numbers; of a text, the sequences that begin there and what follows each.
    fn rows(&self, at: &Tensor) -> Result<Rows, String> {
        if self.row["task"] != "lm" {
            return Ok((self.given("data/x")?.i(at), self.given("data/y")?.i(at)));
        }
        let tokens = self.given("data/tokens")?;
        let places = at.unsqueeze(1) + Tensor::arange(self.length()?);
        Ok((tokens.i(&places), tokens.i(&(&places + 1))))
    }

    /// How far losses of two right runs may be apart after `s` steps, as the file says.
    fn drift(&self, s: usize) -> f64 {
        let key = match s {
            0 => "step0",
            1..=9 => "step9",
            _ => "step49",
        };
        self.row["f32_vs_f64"][key].as_f64().unwrap_or(0.0)
    }

    /// The largest error of PyTorch's own f32 values.
    fn own_error(&self, name: &str) -> Result<f64, String> {
        let get = |name: &str| self.tensors.get(name).ok_or(format!("{name} is missing"));
        let (single, truth) = (get(name)?, get(&format!("{name}/f64"))?);
        Ok((single.double() - truth).abs().max().item())
    }

    fn rule(&self, error: f64) -> Rule {
        match self.precision {
            DType::F32 => Rule::Single { error },
            _ => Rule::Double { relative: 1e-10 },
        }
    }

    /// The stored f64 values are the truth, element by element.
    fn judge_series(
        &self,
        name: &str,
        got: &[f64],
        error: impl Fn(usize) -> f64,
    ) -> Result<(), String> {
        let want = self.given(&format!("{name}/f64"))?.reshape(-1);
        for (s, got) in got.iter().enumerate() {
            let (got, name) = (Tensor::with_dtype(*got, DType::F64), format!("{name} {s}"));
            compare::values(&name, &got, &want.i(s), self.rule(error(s)))?;
        }
        Ok(())
    }

    /// They come from the run in f64, but are stored in f32: rounding is no error.
    fn judge_gradients(&self, module: &dyn Module) -> Result<(), String> {
        let rule = match self.precision {
            DType::F32 => self.rule(self.drift(0)),
            _ => Rule::Double {
                relative: f64::from(f32::EPSILON) / 2.0,
            },
        };
        for (name, p) in module.named_parameters() {
            let want = self.given(&format!("grad0/{name}"))?;
            let got = p.grad().unwrap_or_else(|| p.zeros_like());
            let name = format!("first gradient of {name}");
            compare::shapes(&name, &got, &want)?;
            compare::values(&name, &got, &want, rule)?;
        }
        Ok(())
    }

    /// Running means that rounding noise moves make the loss in evaluation mode as noisy: the file's
    /// own f32 value of `resnet_b` is off by 6e-4. In f64 the noise is too small to matter.
    fn has_noisy_buffers(&self) -> bool {
        let noisy = self.row["noisy_params"].as_array().into_iter().flatten();
        noisy
            .filter_map(Json::as_str)
            .any(|n| n.ends_with("running_mean"))
    }

    /// All parameters and buffers, but those that rounding noise moves.
    fn judge_end(&self, module: &dyn Module) -> Result<(), String> {
        let noisy = self.row["noisy_params"]
            .as_array()
            .ok_or("no list of noisy ones")?;
        let error = self.row["f32_vs_f64"]["param"].as_f64().unwrap_or(0.0);
        for (name, got) in module.state_dict().iter() {
            if noisy.iter().any(|n| n == name) {
                continue;
            }
            let key = format!("final/{name}");
            let truth = self.tensors.get(&format!("{key}/f64"));
            let want = truth
                .or(self.tensors.get(&key))
                .ok_or(format!("{key} is missing"))?;
            compare::shapes(&key, got, want)?;
            compare::values(&key, got, want, self.rule(error))?;
        }
        Ok(())
    }
}
