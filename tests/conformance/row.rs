//! From a row of the reference data to arguments, and to the verdict on what the call gives.
use super::{
    args::{Args, Outcome, Output, Value},
    compare::{self, Rule},
    layout::laid_out,
};
use d2l_core::{DType, Tensor};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// One row, to be run in one precision.
pub struct Row<'a> {
    /// What the file says about all of its rows.
    pub file: &'a Json,
    pub row: &'a Json,
    pub tensors: &'a SafeTensors<'a>,
    /// What stands for `f32`: `F32`, or `F64` in the second run.
    pub precision: DType,
}

impl Row<'_> {
    /// Calls the operation or layer and judges results and gradients; `Ok(false)` if there is no mapping.
    pub fn run(&self, call: impl FnOnce(&Args) -> Option<Outcome>) -> Result<bool, String> {
        let mut inputs = BTreeMap::new();
        let args = self.args(&mut inputs)?;
        let Some(Outcome(outputs)) = call(&args) else {
            return Ok(false);
        };
        self.judge_outputs(&outputs)?;
        self.judge_changes(&inputs)?;
        if self.row["cot"].is_array() {
            self.backward(&outputs)?;
            self.judge_gradients(&inputs)?;
        }
        Ok(true)
    }

    fn args(&self, inputs: &mut BTreeMap<u64, Tensor>) -> Result<Args, String> {
        let mut tensor = |k: u64| match inputs.get(&k) {
            Some(t) => Ok(Tensor::clone(t)),
            None => {
                let t = self.input(k)?;
                inputs.insert(k, t.clone());
                Ok(t)
            }
        };
        arguments(self.row, self.precision, &mut tensor)
    }

    /// Input `k`, laid out as the row says, asking for a gradient if the row compares one.
    fn input(&self, k: u64) -> Result<Tensor, String> {
        let x = self.given(&format!("in/{k}"))?;
        let x = match &self.row["strides"][k.to_string()] {
            Json::Array(strides) => laid_out(&x, &numbers(strides)),
            _ => x,
        };
        let asks = [&self.row["grad"], &self.row["no_grad"]]
            .into_iter()
            .flat_map(indices)
            .any(|i| i == k);
        Ok(if asks { x.requires_grad_(true) } else { x })
    }

    /// The row's tensor of this name, `f32` in the precision of the run.
    pub fn given(&self, name: &str) -> Result<Tensor, String> {
        let stored = self.load(name)?.ok_or(format!("{name} is missing"))?;
        Ok(match stored.dtype() {
            DType::F32 => stored.to_dtype(self.precision),
            _ => stored,
        })
    }

    /// The row's tensor of this name, in the dtype of the file (`i32`, which we lack, as `I64`).
    pub fn load(&self, name: &str) -> Result<Option<Tensor>, String> {
        let name = format!("{}/{name}", self.row["i"]);
        let Ok(view) = self.tensors.tensor(&name) else {
            return Ok(None);
        };
        let dtype = match view.dtype() {
            Dtype::F32 => DType::F32,
            Dtype::F64 => DType::F64,
            Dtype::I64 => DType::I64,
            Dtype::U8 => DType::U8,
            Dtype::BOOL => DType::Bool,
            Dtype::I32 => {
                let wide = |b: &[u8]| i64::from(i32::from_le_bytes([b[0], b[1], b[2], b[3]]));
                let data = view.data().chunks_exact(4).map(wide).collect();
                return Ok(Some(Tensor::from_vec(data, view.shape())));
            }
            other => return Err(format!("{name}: no dtype for {other:?}")),
        };
        Tensor::from_le_bytes(view.data(), dtype, view.shape())
            .map(Some)
            .map_err(|e| format!("{name}: {e}"))
    }

    /// The expected tensor of this name and the rule to compare by. `kind` is `out` or `grad`.
    pub fn expected(&self, name: &str, kind: &str) -> Result<(Tensor, DType, Rule), String> {
        let plain = self.load(name)?.ok_or(format!("{name} is missing"))?;
        let truth = self.load(&format!("{name}/f64"))?;
        let single = self.precision == DType::F32;
        let dtype = match &truth {
            Some(truth) if !single => truth.dtype(),
            _ => plain.dtype(),
        };
        let overflows = single && tags(self.row).any(|t| t == format!("overflow_{kind}"));
        let rule = if single {
            Rule::Single {
                error: self.row["err"][kind][0].as_f64().unwrap_or(0.0),
            }
        } else {
            Rule::Double {
                relative: if self.file["family"] == "linalg" {
                    1e-7
                } else {
                    1e-10
                },
            }
        };
        Ok((
            if overflows {
                plain
            } else {
                truth.unwrap_or(plain)
            },
            dtype,
            rule,
        ))
    }

    fn judge_outputs(&self, outputs: &[Output]) -> Result<(), String> {
        let mut expected = Vec::new();
        flatten(&self.row["out"], &mut expected);
        if expected.len() != outputs.len() {
            return Err(format!(
                "{} results instead of {}",
                outputs.len(),
                expected.len()
            ));
        }
        for (out, want) in outputs.iter().zip(expected) {
            match (out, want) {
                (Output::Tensor(out), Json::Object(_)) => self.judge_output(out, &want["t"])?,
                (Output::Bool(out), Json::Bool(want)) if out == want => {}
                (Output::Bool(out), want) => return Err(format!("{out} instead of {want}")),
                (_, want) => return Err(format!("a tensor instead of {want}")),
            }
        }
        Ok(())
    }

    fn judge_output(&self, out: &Tensor, n: &Json) -> Result<(), String> {
        let name = format!("out/{n}");
        let (want, dtype, rule) = self.expected(&name, "out")?;
        if out.dtype() != dtype {
            return Err(format!("{name}: dtype {} instead of {dtype}", out.dtype()));
        }
        let part = |t: &Tensor| -> Tensor {
            let t = if self.free(n) {
                determined(t, n.as_u64() == Some(2), self.rank_limit())
            } else {
                t.detach()
            };
            if self.is_absolute(n) { t.abs() } else { t }
        };
        // Shapes first: the parts that are compared may be smaller.
        compare::shapes(&name, out, &want)?;
        compare::values(&name, &part(out), &part(&want), rule)
    }

    /// Only the values that the mathematics determines are compared.
    fn free(&self, n: &Json) -> bool {
        self.row["free_out"]
            .as_array()
            .is_some_and(|list| list.contains(n))
    }

    fn is_absolute(&self, n: &Json) -> bool {
        self.file["abs_out"]
            .as_array()
            .is_some_and(|list| list.contains(n))
    }

    fn rank_limit(&self) -> usize {
        let x = self
            .load("in/0")
            .ok()
            .flatten()
            .expect("a decomposition has an input");
        x.shape().iter().rev().take(2).copied().min().unwrap_or(0)
    }

    fn judge_changes(&self, inputs: &BTreeMap<u64, Tensor>) -> Result<(), String> {
        for k in indices(&self.row["after"]) {
            let (want, _, rule) = self.expected(&format!("after/{k}"), "out")?;
            let name = format!("input {k} after the call");
            compare::shapes(&name, &inputs[&k], &want)?;
            compare::values(&name, &inputs[&k].detach(), &want, rule)?;
        }
        Ok(())
    }

    /// Sends the cotangents back through the outputs that depend on anything.
    fn backward(&self, outputs: &[Output]) -> Result<(), String> {
        let mut expected = Vec::new();
        flatten(&self.row["out"], &mut expected);
        let mut total: Option<Tensor> = None;
        for n in indices(&self.row["cot"]) {
            let at = expected
                .iter()
                .position(|e| e["t"].as_u64() == Some(n))
                .ok_or("a cotangent without output")?;
            let Output::Tensor(out) = &outputs[at] else {
                return Err(format!("out/{n} is no tensor"));
            };
            if !out.requires_grad() {
                continue;
            }
            let cotangent = self
                .load(&format!("cotangent/{n}"))?
                .ok_or("a cotangent is missing")?
                .to_dtype(out.dtype());
            let out = if self.is_absolute(&Json::from(n)) {
                out.abs()
            } else {
                out.clone()
            };
            if self.row["cot"]
                .as_array()
                .is_some_and(|list| list.len() == 1)
            {
                out.backward_with(&cotangent);
                return Ok(());
            }
            let term = (&out * &cotangent).sum();
            total = Some(total.map_or(term.clone(), |t| t + &term));
        }
        if let Some(total) = total {
            total.backward();
        }
        Ok(())
    }

    fn judge_gradients(&self, inputs: &BTreeMap<u64, Tensor>) -> Result<(), String> {
        for k in indices(&self.row["grad"]) {
            let (want, _, rule) = self.expected(&format!("grad/{k}"), "grad")?;
            self.judge_gradient(k, &inputs[&k], &want, rule)?;
        }
        for k in indices(&self.row["no_grad"]) {
            self.judge_gradient(
                k,
                &inputs[&k],
                &inputs[&k].zeros_like(),
                Rule::Double { relative: 0.0 },
            )?;
        }
        Ok(())
    }

    fn judge_gradient(&self, k: u64, x: &Tensor, want: &Tensor, rule: Rule) -> Result<(), String> {
        let name = format!("grad/{k}");
        let got = x.grad().unwrap_or_else(|| x.detach().zeros_like());
        if got.dtype() != x.dtype() {
            return Err(format!(
                "{name}: dtype {} instead of {}",
                got.dtype(),
                x.dtype()
            ));
        }
        compare::shapes(&name, &got, want)?;
        let part = |g: &Tensor| {
            if self.file["symmetric_grad"] == true {
                (g + g.transpose(-2, -1)) * 0.5
            } else if self.file["triangular_grad"].as_u64() == Some(k) {
                compare::triangle(g, self.row["kwargs"]["upper"] == true)
            } else {
                g.clone()
            }
        };
        compare::values(&name, &part(&got), &part(want), rule)
    }
}

/// The first `limit` rows or columns of a matrix.
fn determined(t: &Tensor, rows: bool, limit: usize) -> Tensor {
    t.detach().narrow(if rows { -2 } else { -1 }, 0, limit)
}

/// The tags of a row.
fn tags(row: &Json) -> impl Iterator<Item = &str> {
    row["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
}

/// The results in order; one that was not asked for is `null`.
fn flatten<'a>(out: &'a Json, list: &mut Vec<&'a Json>) {
    match out {
        Json::Null => {}
        Json::Array(items) => items.iter().for_each(|o| flatten(o, list)),
        one => list.push(one),
    }
}

fn indices(list: &Json) -> impl Iterator<Item = u64> + '_ {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_u64)
}

fn numbers(list: &[Json]) -> Vec<usize> {
    list.iter()
        .filter_map(Json::as_u64)
        .map(|n| n as usize)
        .collect()
}

/// The arguments that a row writes; `tensor` gives the k-th input.
pub fn arguments(
    row: &Json,
    precision: DType,
    tensor: &mut dyn FnMut(u64) -> Result<Tensor, String>,
) -> Result<Args, String> {
    let positional = row["args"].as_array().ok_or("a row without args")?;
    let positional = positional
        .iter()
        .map(|v| value(v, precision, tensor))
        .collect::<Result<_, _>>()?;
    let keywords = row["kwargs"].as_object().ok_or("a row without kwargs")?;
    let keywords = keywords
        .iter()
        .map(|(k, v)| Ok((k.clone(), value(v, precision, tensor)?)));
    Ok(Args {
        positional,
        keywords: keywords.collect::<Result<_, String>>()?,
    })
}

fn value(
    json: &Json,
    precision: DType,
    tensor: &mut dyn FnMut(u64) -> Result<Tensor, String>,
) -> Result<Value, String> {
    let mut list = |items: &[Json]| {
        items
            .iter()
            .map(|v| value(v, precision, tensor))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(b) => Value::Bool(*b),
        Json::String(s) => Value::Str(s.clone()),
        Json::Number(n) => n
            .as_i64()
            .map(Value::Int)
            .or(n.as_f64().map(Value::Float))
            .ok_or("an odd number")?,
        Json::Array(items) => Value::List(list(items)?),
        Json::Object(escape) => {
            let (kind, v) = escape.iter().next().ok_or("an empty escape")?;
            match (kind.as_str(), v) {
                ("t" | "c", v) => Value::Tensor(tensor(v.as_u64().ok_or("an odd tensor number")?)?),
                ("float", Json::String(s)) => {
                    Value::Float(s.parse().map_err(|e| format!("{s}: {e}"))?)
                }
                ("dtype", Json::String(s)) => {
                    dtype(s, precision).map_or_else(|| Value::Str(s.clone()), Value::DType)
                }
                ("slice", Json::Array(s)) => {
                    Value::Slice([s[0].as_i64(), s[1].as_i64(), s[2].as_i64()])
                }
                ("ellipsis", _) => Value::Ellipsis,
                ("list", Json::Array(items)) => Value::Positions(list(items)?),
                ("fn", Json::String(s)) => Value::Function(s.clone()),
                _ => return Err(format!("unknown escape {json}")),
            }
        }
    })
}

/// The dtype of this name; `f32` means the precision of the run.
pub fn dtype(name: &str, precision: DType) -> Option<DType> {
    Some(match name {
        "f32" => precision,
        "f64" => DType::F64,
        "i64" | "i32" => DType::I64,
        "u8" => DType::U8,
        "bool" => DType::Bool,
        _ => return None,
    })
}
