//! Initialisers: what they draw is tested against the distribution that it should have.
//!
//! A draw of n numbers is refused when its mean, its standard deviation or its distribution function
//! is off by more than chance gives once in a hundred million draws. Layers are made as in `modules`.
use super::{Table, modules, row::arguments};
use d2l::{
    init::{
        Constant, Dirac, Eye, Fan, Initializer, KaimingNormal, KaimingUniform, Nonlinearity,
        Normal, Ones, Orthogonal, TruncNormal, Uniform, XavierNormal, XavierUniform, Zeros,
        calculate_fan_in_and_fan_out, calculate_gain,
    },
    module::{ModuleExt, Param},
};
use d2l_core::{DType, Tensor, manual_seed};
use safetensors::SafeTensors;
use serde_json::Value as Json;
use std::{fs, path::Path};

/// Numbers drawn for each row.
const ENOUGH: usize = 20_000;
/// So many standard errors are exceeded once in 10⁸ draws.
const ERRORS: f64 = 5.75;
/// √n times the largest distance of the distribution functions, exceeded once in 10⁸ draws
/// (Kolmogorov: 2 exp(-2 d²)).
const DISTANCE: f64 = 3.1;

pub fn run(folder: &Path, table: &mut Table<'_>) {
    let folder = folder.join("init");
    manual_seed(20);
    let functions = super::read_json(&folder.join("functions.json"));
    let mut judge = |name: String, row: &Json, verdict: &dyn Fn() -> Result<bool, String>| {
        if table.chosen(&name) {
            let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(verdict));
            let verdict = run.unwrap_or_else(|_| Err(super::last_panic()));
            table.record(&name, row, verdict);
        }
    };
    for row in functions["gains"].as_array().expect("gains") {
        judge("init/gains".into(), row, &|| gain(row));
    }
    for row in super::samples(&functions) {
        judge(key(row, "fn"), row, &|| function(row));
    }
    for row in super::samples(&super::read_json(&folder.join("layers.json"))) {
        judge(key(row, "layer"), row, &|| layer(row));
    }
    let bytes = fs::read(folder.join("fixed.safetensors")).expect("fixed.safetensors");
    let tensors = SafeTensors::deserialize(&bytes).expect("the tensors can be read");
    for row in super::samples(&super::read_json(&folder.join("fixed.json"))) {
        judge(key(row, "fn"), row, &|| fixed(row, &tensors));
    }
}

fn key(row: &Json, kind: &str) -> String {
    format!("init/{}", row[kind].as_str().expect("a name"))
}

fn gain(row: &Json) -> Result<bool, String> {
    let Some(nonlinearity) = nonlinearity(
        row["nonlinearity"].as_str().expect("a name"),
        row["param"].as_f64().unwrap_or(0.01),
    ) else {
        return Ok(false);
    };
    let (got, want) = (calculate_gain(nonlinearity), number(&row["gain"]));
    close("gain", got, want, 1e-15).map(|()| true)
}

/// The name that follows a layer; a convolution counts as linear.
fn nonlinearity(name: &str, slope: f64) -> Option<Nonlinearity> {
    Some(match name {
        "linear" | "conv2d" => Nonlinearity::Linear,
        "sigmoid" => Nonlinearity::Sigmoid,
        "tanh" => Nonlinearity::Tanh,
        "relu" => Nonlinearity::ReLU,
        "leaky_relu" => Nonlinearity::LeakyReLU(slope),
        "selu" => Nonlinearity::SELU,
        _ => return None,
    })
}

fn initialiser(name: &str, kwargs: &Json) -> Option<Box<dyn Initializer>> {
    let number = |name: &str| number(&kwargs[name]);
    let follows = || nonlinearity(kwargs["nonlinearity"].as_str()?, number("a"));
    let mode = if kwargs["mode"] == "fan_out" {
        Fan::Out
    } else {
        Fan::In
    };
    Some(match name {
        "uniform_" => Box::new(Uniform(number("a"), number("b"))),
        "normal_" => Box::new(Normal(number("mean"), number("std"))),
        "trunc_normal_" => Box::new(
            TruncNormal::new(number("mean"), number("std")).bounds(number("a"), number("b")),
        ),
        "xavier_uniform_" => Box::new(XavierUniform::new().gain(number("gain"))),
        "xavier_normal_" => Box::new(XavierNormal::new().gain(number("gain"))),
        "kaiming_uniform_" => Box::new(KaimingUniform::new().mode(mode).nonlinearity(follows()?)),
        "kaiming_normal_" => Box::new(KaimingNormal::new().mode(mode).nonlinearity(follows()?)),
        "orthogonal_" => Box::new(Orthogonal::new().gain(number("gain"))),
        "eye_" => Box::new(Eye),
        "dirac_" => Box::new(Dirac::new().groups(kwargs["groups"].as_u64().unwrap_or(1) as usize)),
        "ones_" => Box::new(Ones),
        "zeros_" => Box::new(Zeros),
        "constant_" => Box::new(Constant(number("val"))),
        _ => return None,
    })
}

fn function(row: &Json) -> Result<bool, String> {
    let shape = sizes(&row["shape"]);
    let (fan_in, fan_out) = calculate_fan_in_and_fan_out(&Tensor::zeros(&shape));
    if (Json::from(fan_in), Json::from(fan_out)) != (row["fan_in"].clone(), row["fan_out"].clone())
    {
        return Err(format!("fans {fan_in} and {fan_out}"));
    }
    let name = row["fn"].as_str().expect("a name");
    let Some(init) = initialiser(name, &row["kwargs"]) else {
        return Ok(false);
    };
    let param = Param::new(Tensor::zeros(&shape));
    let init = |t: &Tensor| init.init(t);
    let mut draws = Vec::new();
    while draws.len() < ENOUGH {
        init(&param.detach());
        if row["expected"]["dist"] == "orthogonal" {
            orthogonal(&param, number(&row["kwargs"]["gain"]))?;
        }
        draws.extend(param.to_vec::<f32>().into_iter().map(f64::from));
    }
    distributed(&draws, &row["expected"]).map(|()| true)
}

fn orthogonal(w: &Tensor, gain: f64) -> Result<(), String> {
    let rows = w.size(0);
    let w = w.detach().double().reshape([rows, w.numel() / rows]);
    let w = if rows > w.size(1) { w.t() } else { w };
    let gram = w.matmul(&w.t()) - Tensor::eye(w.size(0)).double() * gain.powi(2);
    close(
        "w wᵀ - gain² I",
        gram.abs().max().item(),
        0.0,
        1e-6 * gain.powi(2),
    )
}

fn layer(row: &Json) -> Result<bool, String> {
    let settings = arguments(row, DType::F32, &mut |k| Err(format!("a tensor {k}")))?;
    let name = format!("nn.{}", row["layer"].as_str().expect("a name"));
    let param = row["param"].as_str().expect("a name");
    let mut draws = Vec::new();
    while draws.len() < ENOUGH {
        let Some(built) = modules::build(&name, &settings) else {
            return Ok(false);
        };
        let all = built.module().ok_or("a loss")?.named_parameters();
        let (_, param) = (all.iter().find(|p| p.0 == param)).ok_or("no such parameter")?;
        draws.extend(param.to_vec::<f32>().into_iter().map(f64::from));
    }
    let mut expected = row.clone();
    if let Some(bound) = row["bound"].as_f64() {
        expected["lo"] = Json::from(-bound);
        expected["hi"] = Json::from(bound);
        expected["std"] = Json::from(bound / 3f64.sqrt());
    }
    if let Some(value) = row["value"].as_f64() {
        return if draws.iter().all(|&x| x == value) {
            Ok(true)
        } else {
            Err(format!("not {value} everywhere"))
        };
    }
    distributed(&draws, &expected).map(|()| true)
}

/// Mean, deviation, bounds and distribution function of what was drawn.
fn distributed(draws: &[f64], expected: &Json) -> Result<(), String> {
    let n = draws.len() as f64;
    let (mean, std) = (number(&expected["mean"]), number(&expected["std"]));
    let got_mean = draws.iter().sum::<f64>() / n;
    close("mean", got_mean, mean, ERRORS * std / n.sqrt())?;
    let moment = |k: i32| draws.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    // The variance of the squares is no larger than that of a normal distribution's.
    let got_std = moment(2).sqrt();
    close("std", got_std, std, ERRORS * std / (2.0 * n).sqrt())?;
    let (low, high) = (expected["lo"].as_f64(), expected["hi"].as_f64());
    let inside = |x: f64| {
        low.is_none_or(|l| x >= l - 1e-6 * std) && high.is_none_or(|h| x <= h + 1e-6 * std)
    };
    if let Some(x) = draws.iter().find(|&&x| !inside(x)) {
        return Err(format!("{x} is outside of {low:?} to {high:?}"));
    }
    let law: Box<dyn Fn(f64) -> f64> = match expected["dist"].as_str() {
        Some("uniform") => {
            let (low, high) = (low.expect("bounds"), high.expect("bounds"));
            Box::new(move |x| ((x - low) / (high - low)).clamp(0.0, 1.0))
        }
        Some("normal") => Box::new(move |x| normal((x - mean) / std)),
        // Truncated: the parent's mean and deviation are those of the call, which `kwargs` has;
        // mean and deviation above say enough about the form. Orthogonal: rows are not independent.
        _ => return Ok(()),
    };
    let mut sorted = draws.to_vec();
    sorted.sort_by(f64::total_cmp);
    let far = sorted.iter().enumerate().map(|(i, &x)| {
        let p = law(x);
        (p - i as f64 / n).abs().max((p - (i + 1) as f64 / n).abs())
    });
    close(
        "distribution function",
        far.fold(0.0, f64::max),
        0.0,
        DISTANCE / n.sqrt(),
    )
}

/// The normal distribution function.
fn normal(z: f64) -> f64 {
    let x = Tensor::with_dtype(z / std::f64::consts::SQRT_2, DType::F64);
    0.5 * (1.0 + x.erf().item())
}

fn fixed(row: &Json, tensors: &SafeTensors<'_>) -> Result<bool, String> {
    let name = row["fn"].as_str().expect("a name");
    let Some(init) = initialiser(name, &row["kwargs"]) else {
        return Ok(false);
    };
    let got = Tensor::full(sizes(&row["shape"]), 7.0);
    init.init(&got);
    let stored = tensors
        .iter()
        .find(|(name, _)| name.split('/').next() == Some(&row["i"].to_string()))
        .ok_or("no tensor")?
        .1;
    let want = Tensor::from_le_bytes(stored.data(), DType::F32, stored.shape())
        .map_err(|e| e.to_string())?;
    if got == want {
        Ok(true)
    } else {
        Err(format!("{got} instead of {want}"))
    }
}

fn close(what: &str, got: f64, want: f64, allowed: f64) -> Result<(), String> {
    let off = (got - want).abs();
    if off <= allowed {
        return Ok(());
    }
    Err(format!(
        "{what}: {got:?} instead of {want:?}: off by {off:.3e}, allowed {allowed:.3e}"
    ))
}

fn number(json: &Json) -> f64 {
    json.as_f64().unwrap_or(0.0)
}

fn sizes(json: &Json) -> Vec<usize> {
    let list = json.as_array().expect("a shape");
    list.iter()
        .map(|n| n.as_u64().expect("a size") as usize)
        .collect()
}
