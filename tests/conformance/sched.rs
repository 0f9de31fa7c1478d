//! Schedulers: the rate of every group in each of 60 steps.
use super::row::Row;
use d2l::{
    module::{Optimizer, Param},
    optim::{
        ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, CycleMode, CyclicLR,
        ExponentialLR, Extreme, LambdaLR, LinearLR, MultiStepLR, OneCycleLR, ParamGroup,
        PlateauThreshold, PolynomialLR, ReduceLROnPlateau, SGD, Schedule, Scheduler, SequentialLR,
        StepLR,
    },
};
use d2l_core::Tensor;
use serde_json::Value as Json;

/// The arguments of a row.
struct Given<'a>(&'a Json);

impl Given<'_> {
    fn number(&self, name: &str, default: f64) -> f64 {
        self.0[name].as_f64().unwrap_or(default)
    }

    fn count(&self, name: &str, default: usize) -> usize {
        self.0[name].as_u64().map_or(default, |n| n as usize)
    }

    fn counts(&self, name: &str) -> Vec<usize> {
        let list = self.0[name].as_array().expect("a list");
        list.iter()
            .map(|n| n.as_u64().expect("a count") as usize)
            .collect()
    }
}

/// The schedule of this name. A new one gets a line here.
pub fn schedule(name: &str, given: &Json) -> Option<Box<dyn Schedule>> {
    let g = Given(given);
    Some(match name {
        "ConstantLR" => Box::new(
            ConstantLR::new()
                .factor(g.number("factor", 1.0 / 3.0))
                .total_iters(g.count("total_iters", 5)),
        ),
        "CosineAnnealingLR" => {
            Box::new(CosineAnnealingLR::new(g.count("T_max", 0)).eta_min(g.number("eta_min", 0.0)))
        }
        "CosineAnnealingWarmRestarts" => Box::new(
            CosineAnnealingWarmRestarts::new(g.count("T_0", 0))
                .t_mult(g.count("T_mult", 1))
                .eta_min(g.number("eta_min", 0.0)),
        ),
        "CyclicLR" => Box::new(cyclic(&g)),
        "ExponentialLR" => Box::new(ExponentialLR::new(g.number("gamma", 0.1))),
        "LambdaLR" => Box::new(LambdaLR::new(lambda(&given["lr_lambda"])?)),
        "LinearLR" => Box::new(
            LinearLR::new()
                .start_factor(g.number("start_factor", 1.0 / 3.0))
                .end_factor(g.number("end_factor", 1.0))
                .total_iters(g.count("total_iters", 5)),
        ),
        "MultiStepLR" => Box::new(MultiStepLR::new(
            g.counts("milestones"),
            g.number("gamma", 0.1),
        )),
        "OneCycleLR" => Box::new(one_cycle(&g)),
        "PolynomialLR" => {
            Box::new(PolynomialLR::new(g.count("total_iters", 5)).power(g.number("power", 1.0)))
        }
        "SequentialLR" => Box::new(sequential(given)?),
        "StepLR" => Box::new(StepLR::new(g.count("step_size", 0), g.number("gamma", 0.1))),
        _ => return None,
    })
}

fn cyclic(g: &Given<'_>) -> CyclicLR {
    let schedule = CyclicLR::new(g.number("base_lr", 0.0), g.number("max_lr", 0.0))
        .step_size_up(g.count("step_size_up", 2000))
        .mode(match g.0["mode"].as_str() {
            Some("triangular2") => CycleMode::Triangular2,
            Some("exp_range") => CycleMode::ExpRange(g.number("gamma", 1.0)),
            _ => CycleMode::Triangular,
        });
    match g.0["step_size_down"].as_u64() {
        Some(down) => schedule.step_size_down(down as usize),
        None => schedule,
    }
}

fn one_cycle(g: &Given<'_>) -> OneCycleLR {
    let product = g.count("epochs", 0) * g.count("steps_per_epoch", 0);
    let schedule = OneCycleLR::new(g.number("max_lr", 0.0), g.count("total_steps", product))
        .div_factor(g.number("div_factor", 25.0))
        .final_div_factor(g.number("final_div_factor", 1e4))
        .three_phase(g.0["three_phase"].as_bool().unwrap_or(false))
        .momentum_range(
            g.number("base_momentum", 0.85),
            g.number("max_momentum", 0.95),
        );
    match g.0["cycle_momentum"].as_bool() {
        Some(cycle) => schedule.cycle_momentum(cycle),
        None => schedule,
    }
}

fn sequential(given: &Json) -> Option<SequentialLR> {
    let part = |json: &Json| schedule(json[0].as_str()?, &json[1]);
    let parts = given["parts"].as_array()?;
    let milestones = Given(given).counts("milestones");
    let first = SequentialLR::new(part(&parts[0])?);
    let rest = milestones.into_iter().zip(&parts[1..]);
    rest.into_iter()
        .try_fold(first, |s, (m, json)| Some(s.then(m, part(json)?)))
}

fn lambda(form: &Json) -> Option<Box<dyn Fn(usize) -> f64>> {
    let number = |name: &str| form[name].as_f64();
    Some(match form["form"].as_str()? {
        "pow" => {
            let base = number("base")?;
            Box::new(move |t| base.powf(t as f64))
        }
        "inverse" => {
            let k = number("k")?;
            Box::new(move |t| 1.0 / (1.0 + k * t as f64))
        }
        "noam" => {
            let warmup = number("warmup")?;
            Box::new(move |t| {
                let t = t as f64 + 1.0;
                t.powf(-0.5).min(t * warmup.powf(-1.5))
            })
        }
        "warmup_linear" => {
            let warmup = number("warmup")?;
            Box::new(move |t| {
                if (t as f64) < warmup {
                    (t as f64 + 1.0) / warmup
                } else {
                    1.0
                }
            })
        }
        "floor_div" => {
            let (base, every) = (number("base")?, number("every")?);
            Box::new(move |t| base.powf((t as f64 / every).floor()))
        }
        _ => return None,
    })
}

fn plateau(given: &Json) -> ReduceLROnPlateau {
    let g = Given(given);
    let by = g.number("threshold", 1e-4);
    ReduceLROnPlateau::new()
        .mode(match given["mode"].as_str() {
            Some("max") => Extreme::Max,
            _ => Extreme::Min,
        })
        .threshold(match given["threshold_mode"].as_str() {
            Some("abs") => PlateauThreshold::Absolute(by),
            _ => PlateauThreshold::Relative(by),
        })
        .factor(g.number("factor", 0.1))
        .patience(g.count("patience", 10))
        .cooldown(g.count("cooldown", 0))
}

pub fn run(name: &str, row: &Row<'_>) -> Result<bool, String> {
    let (name, row) = (name.trim_start_matches("sched."), row.row);
    let group = |lr: &Json| {
        let w = Param::new(Tensor::zeros([1]));
        Some(ParamGroup::new([&w]).lr(lr.as_f64()?))
    };
    let base = row["base_lr"].as_array().ok_or("base_lr is a list")?;
    let groups: Option<Vec<_>> = base.iter().map(group).collect();
    let mut sgd = SGD::new(groups.ok_or("base_lr are numbers")?, 0.1).momentum(0.9);
    let mut scheduler: Box<dyn Scheduler> = match name {
        "ReduceLROnPlateau" => Box::new(plateau(&row["kwargs"])),
        _ => match schedule(name, &row["kwargs"]) {
            Some(schedule) => Box::new(schedule),
            None => return Ok(false),
        },
    };
    scheduler.start(&mut sgd);
    let steps = row["lr"][0].as_array().ok_or("lr is a list")?.len();
    for t in 0..steps {
        for g in 0..base.len() {
            judge(
                &format!("rate {t} of group {g}"),
                sgd.option(g, "lr"),
                &row["lr"][g][t],
            )?;
        }
        if !row["momentum"].is_null() {
            judge(
                &format!("momentum {t}"),
                sgd.option(0, "momentum"),
                &row["momentum"][t],
            )?;
        }
        match row["metrics"][t].as_f64() {
            Some(metric) => scheduler.step_with(&mut sgd, metric),
            None => scheduler.step(&mut sgd),
        }
    }
    Ok(true)
}

/// Equal up to what the order of a few operations does.
fn judge(name: &str, got: Option<f64>, want: &Json) -> Result<(), String> {
    let (got, want) = (
        got.ok_or("no such option")?,
        want.as_f64().ok_or("no number")?,
    );
    let allowed = 1e-12 * want.abs() + 1e-15;
    if (got - want).abs() <= allowed {
        Ok(())
    } else {
        Err(format!("{name}: {got} instead of {want}"))
    }
}
