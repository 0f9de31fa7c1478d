//! Optimizers: the parameters after each of the steps, the state at the end, and what is refused.
use super::{
    compare::{self, Rule},
    row::Row,
};
use d2l::{
    module::{Optimizer, Param},
    optim::{
        ASGD, Adadelta, Adagrad, Adam, AdamW, Adamax, NAdam, ParamGroup, RAdam, RMSprop, Rprop, SGD,
    },
};
use d2l_core::{DType, Tensor};
use serde_json::Value as Json;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The optimizer of this name. A new one gets a line here.
pub fn build(name: &str, groups: Vec<ParamGroup>, lr: f64) -> Option<Box<dyn Optimizer>> {
    Some(match name {
        "optim.ASGD" => Box::new(ASGD::new(groups, lr)),
        "optim.Adadelta" => Box::new(Adadelta::new(groups, lr)),
        "optim.Adagrad" => Box::new(Adagrad::new(groups, lr)),
        "optim.Adam" => Box::new(Adam::new(groups, lr)),
        "optim.AdamW" => Box::new(AdamW::new(groups, lr)),
        "optim.Adamax" => Box::new(Adamax::new(groups, lr)),
        "optim.NAdam" => Box::new(NAdam::new(groups, lr)),
        "optim.RAdam" => Box::new(RAdam::new(groups, lr)),
        "optim.RMSprop" => Box::new(RMSprop::new(groups, lr)),
        "optim.Rprop" => Box::new(Rprop::new(groups, lr)),
        "optim.SGD" => Box::new(SGD::new(groups, lr)),
        _ => return None,
    })
}

/// The group with these options of a row.
pub fn set(group: ParamGroup, options: &Json) -> Result<ParamGroup, String> {
    let options = options.as_object().ok_or("options are an object")?;
    options.iter().try_fold(group, |group, (name, value)| {
        Ok(match (name.as_str(), value) {
            ("params", _) => group,
            ("betas", Json::Array(b)) => group.betas((number(&b[0])?, number(&b[1])?)),
            _ => group.set(name, number(value)?),
        })
    })
}

fn number(json: &Json) -> Result<f64, String> {
    let flag = json.as_bool().map(|b| f64::from(u8::from(b)));
    json.as_f64().or(flag).ok_or(format!("{json} is no number"))
}

fn list(json: &Json) -> Result<&Vec<Json>, String> {
    json.as_array().ok_or(format!("{json} is no list"))
}

fn index(json: &Json) -> Result<usize, String> {
    let index = json.as_u64().ok_or(format!("{json} is no index"))?;
    Ok(index as usize)
}

pub fn run(name: &str, row: &Row<'_>) -> Result<bool, String> {
    let get = |name: String| -> Result<Tensor, String> {
        let tensor = row.load(&name)?.ok_or(format!("{name} is missing"))?;
        Ok(tensor.to_dtype(row.precision))
    };
    let groups = list(&row.row["groups"])?;
    let count = groups
        .iter()
        .map(|g| Ok(list(&g["params"])?.len()))
        .sum::<Result<usize, String>>()?;
    let params = (0..count).map(|k| Ok(Param::new(get(format!("init/{k}"))?.copy())));
    let params = params.collect::<Result<Vec<_>, String>>()?;
    let group = |json: &Json| {
        let members = list(&json["params"])?
            .iter()
            .map(|k| Ok(&params[index(k)?]));
        let group = ParamGroup::new(members.collect::<Result<Vec<_>, String>>()?);
        set(set(group, &row.row["kwargs"])?, json)
    };
    let groups = groups
        .iter()
        .map(group)
        .collect::<Result<Vec<_>, String>>()?;
    let lr = number(&row.row["resolved"]["lr"])?;
    let Some(mut optimizer) = build(name, groups, lr) else {
        return Ok(false);
    };
    let first = rates(&*optimizer);
    let grads = (0..count).map(|k| get(format!("grad/{k}")));
    let grads = grads.collect::<Result<Vec<_>, String>>()?;
    let wanted = (0..count)
        .map(|k| Wanted::of(row, k))
        .collect::<Result<Vec<_>, String>>()?;
    let (none, mult) = (list(&row.row["none_grads"])?, &row.row["lr_mult"]);
    for s in 0..index(&row.row["steps"])? {
        if let Some(f) = mult[s.to_string()].as_f64() {
            for (g, lr) in first.iter().enumerate() {
                optimizer.set_option(g, "lr", lr * f);
            }
        }
        optimizer.zero_grad();
        for (k, p) in params.iter().enumerate() {
            if !none.contains(&Json::from(vec![s, k])) {
                p.set_grad(&grads[k].i(s));
            }
        }
        optimizer.step();
        for (k, (p, want)) in params.iter().zip(&wanted).enumerate() {
            want.judge(&format!("parameter {k} after step {s}"), p, s)?;
        }
    }
    judge_state(row, &*optimizer)?;
    Ok(true)
}

fn rates(optimizer: &dyn Optimizer) -> Vec<f64> {
    let rate = |g| optimizer.option(g, "lr").expect("a rate");
    (0..optimizer.num_groups()).map(rate).collect()
}

/// What a parameter should be after each step.
struct Wanted {
    values: Tensor,
    rule: Rule,
}

impl Wanted {
    fn of(row: &Row<'_>, k: usize) -> Result<Wanted, String> {
        let name = format!("param/{k}/f64");
        let values = row.load(&name)?.ok_or(format!("{name} is missing"))?;
        let rule = match row.precision {
            DType::F32 => Rule::Single {
                error: number(&row.row["err"]["param"][0])?,
            },
            _ => Rule::Double { relative: 1e-10 },
        };
        Ok(Wanted { values, rule })
    }

    fn judge(&self, name: &str, p: &Param, s: usize) -> Result<(), String> {
        let want = self.values.i(s);
        compare::shapes(name, p, &want)?;
        compare::values(name, &p.detach(), &want, self.rule)
    }
}

/// The state after the last step has PyTorch's names and, in f64, its values.
fn judge_state(row: &Row<'_>, optimizer: &dyn Optimizer) -> Result<(), String> {
    let ours = optimizer.state_dict();
    for name in list(&row.row["state"])? {
        let name = name.as_str().ok_or("a name")?;
        let want = row
            .load(&format!("state/{name}/f64"))?
            .ok_or(format!("{name} is missing"))?;
        let key = name.replace('/', ".");
        let got = ours.get(&key).ok_or(format!("there is no state `{key}`"))?;
        compare::shapes(name, got, &want)?;
        if row.precision == DType::F64 {
            compare::values(name, got, &want, Rule::Double { relative: 1e-10 })?;
        }
    }
    Ok(())
}

/// A call that must be refused, at the latest by the first step: by a panic that names the optimizer.
pub fn refused(name: &str, row: &Json) -> Result<bool, String> {
    let w = Param::new(Tensor::ones([2]));
    w.set_grad(&Tensor::ones([2]));
    let none = row["no_params"].as_bool() == Some(true);
    let lr = row["kwargs"]["lr"].as_f64().unwrap_or(0.01);
    let group = || {
        set(
            ParamGroup::new(if none { vec![] } else { vec![&w] }),
            &row["kwargs"],
        )
    };
    let call = || -> Result<bool, String> {
        let optimizer = build(name, vec![group()?], lr);
        Ok(optimizer.map(|mut o| o.step()).is_some())
    };
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(true)) => return Err("the call was answered".to_string()),
        Ok(other) => return other,
        Err(_) => {}
    }
    let message = super::last_panic();
    let short = name.trim_start_matches("optim.");
    let untouched = w.detach() == Tensor::ones([2]);
    if message.starts_with(&format!("{short}: ")) && untouched {
        Ok(true)
    } else {
        Err(format!("panicked with: {message}"))
    }
}
