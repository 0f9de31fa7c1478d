//! Files that PyTorch and safetensors wrote: every value, and what networks make of them.
use super::{
    Table,
    args::{Args, Output, Value as Argument},
    compare::{self, Rule},
    modules::{self, Built},
    row::arguments,
};
use d2l::{
    file::Value,
    module::{LoadOptions, StateDict},
    prelude::*,
};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    panic::{self, AssertUnwindSafe},
    path::Path,
    rc::Rc,
};

pub fn run(folder: &Path, table: &mut Table<'_>) {
    let folder = folder.join("interop");
    let index = super::read_json(&folder.join("index.json"));
    for row in index["files"].as_array().expect("files") {
        let name = format!("interop/{}", text(&row["file"]));
        if table.chosen(&name) {
            let run = panic::catch_unwind(AssertUnwindSafe(|| file(&folder, row)));
            let verdict = run.unwrap_or_else(|_| Err(super::last_panic()));
            table.record(&name, row, verdict);
        }
    }
}

fn text(json: &Json) -> &str {
    json.as_str().expect("a text")
}

fn state(folder: &Path, name: &Json) -> Result<StateDict, String> {
    StateDict::read(folder.join(text(name))).map_err(|e| e.to_string())
}

fn file(folder: &Path, row: &Json) -> Result<bool, String> {
    if row["model_same_as"].is_string() {
        return checkpoint(folder, row);
    }
    let own = state(folder, &row["file"])?;
    let again = own.to_bytes().and_then(|b| StateDict::from_bytes(&b));
    same(&again.map_err(|e| e.to_string())?, &own)?;
    if row["same_as"].is_string() {
        same(&own, &state(folder, &row["same_as"])?)?;
    }
    if row["as_f64"].is_string() {
        let wide = own.iter().map(|(name, t)| (name, t.double()));
        same(&wide.collect(), &state(folder, &row["as_f64"])?)?;
    }
    if row["io"].is_string() {
        return outputs(&own, &row["net"], &state(folder, &row["io"])?);
    }
    Ok(true)
}

/// The same names, dtypes and values to the last bit; NaN is NaN.
fn same(got: &StateDict, want: &StateDict) -> Result<(), String> {
    let names = |s: &StateDict| {
        let mut names: Vec<String> = s.keys().map(String::from).collect();
        names.sort();
        names
    };
    if names(got) != names(want) {
        return Err(format!("{:?} instead of {:?}", names(got), names(want)));
    }
    for (name, want) in want.iter() {
        let got = got.get(name).expect("the names are the same");
        compare::shapes(name, got, want)?;
        if got.dtype() != want.dtype() {
            return Err(format!(
                "{name}: {} instead of {}",
                got.dtype(),
                want.dtype()
            ));
        }
        compare::values(name, got, want, Rule::Exact)?;
    }
    Ok(())
}

fn checkpoint(folder: &Path, row: &Json) -> Result<bool, String> {
    let whole = Value::read(folder.join(text(&row["file"]))).map_err(|e| e.to_string())?;
    let part = |name: &str| whole.get(name).ok_or(format!("no {name}"));
    if part("epoch")? != &Value::Int(1) {
        return Err(format!("epoch {:?}", part("epoch")));
    }
    let model = StateDict::try_from(part("model")?).map_err(|e| e.to_string())?;
    same(&model, &state(folder, &row["model_same_as"])?)?;
    let Some(Value::Dict(state)) = part("optim")?.get("state") else {
        return Err("no state of the optimizer".into());
    };
    // A step and two averages of the shape of each parameter.
    for ((_, value), (name, t)) in state.iter().zip(model.iter()) {
        let shape = |key: &str| Some(value.get(key)?.tensor()?.shape());
        let expected = Some(t.shape());
        if (shape("exp_avg"), shape("exp_avg_sq")) != (expected, expected)
            || value.get("step").and_then(Value::tensor).map(Tensor::item) != Some(1.0)
        {
            return Err(format!("the optimizer's state of {name} is {value:?}"));
        }
    }
    Ok(state.len() == model.len())
}

/// The stored outputs, by the network that the row describes.
fn outputs(state: &StateDict, net: &Json, io: &StateDict) -> Result<bool, String> {
    let Some(layers) = network(net)? else {
        return Ok(false);
    };
    let net = Net {
        layers: layers.iter().filter_map(|l| l.module().cloned()).collect(),
    };
    net.load_state_dict_with(state, &LoadOptions::new().prefix("layers."))
        .map_err(|e| e.to_string())?;
    net.eval();
    let tensor = |name: &str| io.get(name).ok_or(format!("no {name}"));
    let (plain, truth) = (tensor("out/0")?, tensor("out/0/f64")?);
    let error = (plain.double() - truth).abs().max().item();
    let Some(y) = no_grad(|| {
        layers
            .iter()
            .try_fold(tensor("in/0").ok()?.clone(), through)
    }) else {
        return Ok(false);
    };
    compare::shapes("out/0", &y, truth)?;
    compare::values("out/0", &y, truth, Rule::Single { error }).map(|()| true)
}

/// Layers by their numbers, as `nn.Sequential` names them.
#[derive(Module)]
struct Net {
    layers: Vec<Rc<dyn Module>>,
}

/// The layers; `None` if one of them has no mapping.
fn network(json: &Json) -> Result<Option<Vec<Built>>, String> {
    let mut layers = Vec::new();
    for layer in json["layers"].as_array().expect("layers") {
        let mut layer = layer.clone();
        if layer["args"].is_null() {
            layer["args"] = Json::Array(Vec::new());
        }
        if layer["kwargs"].is_null() {
            layer["kwargs"] = Json::Object(serde_json::Map::new());
        }
        let settings = arguments(&layer, DType::F32, &mut |_| Err("a tensor".into()))?;
        let Some(built) = modules::build(&format!("nn.{}", text(&layer["type"])), &settings) else {
            return Ok(None);
        };
        layers.push(built);
    }
    Ok(Some(layers))
}

fn through(x: Tensor, layer: &Built) -> Option<Tensor> {
    let args = Args {
        positional: vec![Argument::Tensor(x)],
        keywords: BTreeMap::new(),
    };
    match layer.call(&args)?.0.into_iter().next()? {
        Output::Tensor(y) => Some(y),
        Output::Bool(_) => None,
    }
}
