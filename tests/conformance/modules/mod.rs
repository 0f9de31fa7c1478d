//! Every layer: built from the constructor's arguments, given the stored state, called; then its
//! results, the gradients of inputs and parameters, and its buffers are judged.
mod activation;
mod attention;
mod basic;
mod loss;
mod norm;
mod recurrent;
mod window;

use super::{
    args::{Args, Outcome},
    compare,
    row::{Row, arguments},
};
use d2l::prelude::*;
use serde_json::Value as Json;
use std::rc::Rc;

/// A call with a row's arguments; `None` if there is no mapping for them.
type Call = Box<dyn Fn(&Args) -> Option<Outcome>>;

/// A layer with its state, or a loss, which has none.
pub struct Built {
    module: Option<Rc<dyn Module>>,
    call: Call,
}

impl Built {
    /// What it gives; `None` if there is no mapping for these arguments.
    pub fn call(&self, a: &Args) -> Option<Outcome> {
        (self.call)(a)
    }

    /// The layer with its parameters.
    pub fn module(&self) -> Option<&Rc<dyn Module>> {
        self.module.as_ref()
    }
}

/// A layer that is called by `call`.
pub fn layer<M: Module>(
    module: M,
    call: impl Fn(&M, &Args) -> Option<Outcome> + 'static,
) -> Option<Built> {
    let module = Rc::new(module);
    let same = module.clone();
    Some(Built {
        module: Some(module),
        call: Box::new(move |a| call(&same, a)),
    })
}

/// A layer from one tensor to one.
pub fn unary<M>(module: M) -> Option<Built>
where
    M: Module + for<'a> Forward<(&'a Tensor,), Output = Tensor>,
{
    layer(module, |m, a| Some(m.call((a.tensor(0, "input")?,)).into()))
}

/// Settings without state, called by `call`.
pub fn stateless(call: impl Fn(&Args) -> Option<Outcome> + 'static) -> Option<Built> {
    Some(Built {
        module: None,
        call: Box::new(call),
    })
}

/// `nn.Conv2d` with its constructor's arguments; `None` if there is no mapping.
pub fn build(name: &str, settings: &Args) -> Option<Built> {
    let name = name.strip_prefix("nn.")?;
    let families = [
        activation::build,
        attention::build,
        basic::build,
        loss::build,
        norm::build,
        recurrent::build,
        window::build,
    ];
    families
        .into_iter()
        .find_map(|family| family(name, settings))
}

/// Builds, loads, calls and judges; `Ok(false)` if there is no mapping.
pub fn run(name: &str, row: &Row<'_>) -> Result<bool, String> {
    let mut given = |k| row.given(&format!("ctor/{k}"));
    let settings = arguments(&row.row["ctor"], row.precision, &mut given)?;
    let Some(built) = build(name, &settings) else {
        return Ok(false);
    };
    let Some(module) = built.module.clone() else {
        return row.run(|a| built.call(a));
    };
    load(&*module, row)?;
    if !row.run(|a| built.call(a))? {
        return Ok(false);
    }
    judge_parameters(&*module, row)?;
    judge_buffers(&*module, row)?;
    Ok(true)
}

fn names<'a>(row: &Row<'a>, list: &str) -> Vec<&'a str> {
    let list = row.row[list].as_array();
    list.into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect()
}

/// The state and the mode of the row.
fn load(module: &dyn Module, row: &Row<'_>) -> Result<(), String> {
    let mut state = d2l::module::StateDict::new();
    for name in names(row, "params")
        .into_iter()
        .chain(names(row, "buffers"))
    {
        state.insert(name, row.given(&format!("state/{name}"))?);
    }
    module.load_state_dict(&state).map_err(|e| e.to_string())?;
    match row.row["mode"].as_str() {
        Some("train") => module.train(),
        Some("eval") => module.eval(),
        other => return Err(format!("mode {other:?}")),
    }
    Ok(())
}

/// The names of all parameters, in order, and the gradients that the row has.
fn judge_parameters(module: &dyn Module, row: &Row<'_>) -> Result<(), String> {
    let parameters = module.named_parameters();
    let found: Vec<_> = parameters.iter().map(|p| p.0.as_str()).collect();
    let want = names(row, "params");
    if found != want {
        return Err(format!("parameters {found:?} instead of {want:?}"));
    }
    for name in names(row, "pgrad") {
        let key = format!("pgrad/{name}");
        let (want, _, rule) = row.expected(&key, "grad")?;
        let at = found.iter().position(|f| *f == name);
        let p = &parameters[at.ok_or(format!("{key}: no such parameter"))?].1;
        let got = p.grad().unwrap_or_else(|| p.zeros_like());
        compare::shapes(&key, &got, &want)?;
        compare::values(&key, &got, &want, rule)?;
    }
    Ok(())
}

/// All buffers: changed as the row says, or not at all.
fn judge_buffers(module: &dyn Module, row: &Row<'_>) -> Result<(), String> {
    let changed = names(row, "after");
    let buffers = module.named_buffers();
    for name in names(row, "buffers") {
        let found = buffers.iter().find(|b| b.0 == name);
        let got = &found.ok_or(format!("no buffer {name}"))?.1;
        if changed.contains(&name) {
            let key = format!("after/{name}");
            let (want, _, rule) = row.expected(&key, "out")?;
            compare::shapes(&key, got, &want)?;
            compare::values(&key, got, &want, rule)?;
        } else if *got != row.given(&format!("state/{name}"))? {
            return Err(format!("buffer {name} has changed"));
        }
    }
    Ok(())
}
