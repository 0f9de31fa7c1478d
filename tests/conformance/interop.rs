//! Files that PyTorch and safetensors wrote: every value, and what networks make of them.
use super::{
    Table,
    compare::{self, Rule},
};
use d2l::{file::Value, module::StateDict, prelude::*};
use serde_json::Value as Json;
use std::{
    panic::{self, AssertUnwindSafe},
    path::Path,
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

fn outputs(state: &StateDict, net: &Json, io: &StateDict) -> Result<bool, String> {
    let Some(net) = network(net) else {
        return Ok(false);
    };
    net.load_state_dict(state).map_err(|e| e.to_string())?;
    net.eval();
    let tensor = |name: &str| io.get(name).ok_or(format!("no {name}"));
    let (plain, truth) = (tensor("out/0")?, tensor("out/0/f64")?);
    let error = (plain.double() - truth).abs().max().item();
    let y = no_grad(|| net.forward(tensor("in/0").expect("an input")));
    compare::shapes("out/0", &y, truth)?;
    compare::values("out/0", &y, truth, Rule::Single { error }).map(|()| true)
}

fn network(json: &Json) -> Option<Sequential> {
    let mut net = Sequential::new();
    for l in json["layers"].as_array().expect("layers") {
        let size = |i: usize| l["args"][i].as_u64().expect("a size") as usize;
        match text(&l["type"]) {
            "Flatten" => net.push(Flatten),
            "Linear" => net.push(Linear::new(size(0), size(1))),
            "ReLU" => net.push(ReLU),
            "Sigmoid" => net.push(Sigmoid),
            _ => return None,
        };
    }
    Some(net)
}
