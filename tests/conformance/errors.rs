//! Calls that must be refused: by a panic whose message begins with the name of an operation.
use super::{
    args::{Args, HARNESS, Outcome},
    layout::laid_out,
    modules::Built,
    row::{self, dtype},
};
use d2l_core::{DType, Tensor};
use serde_json::Value as Json;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// `Ok(false)` if there is no mapping for the call.
pub fn refused(row: &Json, call: impl FnOnce(&Args) -> Option<Outcome>) -> Result<bool, String> {
    let args = inline(row, &row["tensors"])?;
    verdict(|| call(&args).is_some())
}

/// The same for a layer, which may refuse what it is made of already; if it must (`at`), it is not
/// called.
pub fn layer_refused(
    row: &Json,
    build: impl FnOnce(&Args) -> Option<Built>,
) -> Result<bool, String> {
    let settings = inline(&row["ctor"], &row["ctor_tensors"])?;
    let args = inline(row, &row["tensors"])?;
    verdict(|| match build(&settings) {
        Some(layer) if row["at"] == "forward" => layer.call(&args).is_some(),
        built => built.is_some(),
    })
}

fn verdict(answered: impl FnOnce() -> bool) -> Result<bool, String> {
    match catch_unwind(AssertUnwindSafe(answered)) {
        Ok(false) => Ok(false),
        Ok(true) => Err("the call was answered".into()),
        Err(_) => check_message(&super::last_panic()),
    }
}

/// Arguments whose tensors are written in the row.
fn inline(arguments: &Json, tensors: &Json) -> Result<Args, String> {
    let tensors = tensors.as_array().ok_or("a row without tensors")?;
    let tensors = tensors.iter().map(tensor).collect::<Result<Vec<_>, _>>()?;
    row::arguments(arguments, DType::F32, &mut |k| {
        Ok(tensors[k as usize].clone())
    })
}

/// `operation: reason`, and no accident inside.
fn check_message(message: &str) -> Result<bool, String> {
    let name = message.split_once(": ").map(|(name, _)| name);
    let said = name.is_some_and(|n| {
        !n.is_empty() && n.chars().all(|c| c.is_alphanumeric() || "_.:".contains(c))
    });
    if said && !message.starts_with(HARNESS) {
        Ok(true)
    } else {
        Err(format!("panicked with: {message}"))
    }
}

/// A tensor written in the row; any values where it gives none.
fn tensor(json: &Json) -> Result<Tensor, String> {
    let name = json["dtype"].as_str().unwrap_or_default();
    let dtype = dtype(name, DType::F32).ok_or(format!("no dtype for {name}"))?;
    let sizes =
        |key: &str| -> Option<Vec<usize>> { serde_json::from_value(json[key].clone()).ok() };
    let shape = sizes("shape").ok_or("a tensor without shape")?;
    let data = match &json["data"] {
        Json::Array(data) => data
            .iter()
            .map(number)
            .collect::<Option<Vec<f64>>>()
            .ok_or("odd data")?,
        _ => vec![1.0; shape.iter().product()],
    };
    let x = Tensor::from_vec(data, &shape).to_dtype(dtype);
    Ok(sizes("strides").map_or(x.clone(), |strides| laid_out(&x, &strides)))
}

fn number(json: &Json) -> Option<f64> {
    let spelled = || json["float"].as_str().and_then(|s| s.parse().ok());
    json.as_f64()
        .or(json.as_bool().map(|b| f64::from(u8::from(b))))
        .or_else(spelled)
}
