//! Every operation and every layer against reference data: results and gradients of every row in f32
//! and f64, and the calls that must be refused.
//!
//! `D2L_REFERENCE` names the folder (default: `../shared/reference` seen from the repository).
//! `cargo test --test conformance -- softmax` runs only operations whose name contains `softmax`
//! and shows every failure; `-- nn.Conv` runs the layers of that name. A new operation gets a line in the `call`
//! of its family's file, a new layer one in a `build` under `modules`.
mod args;
mod basic;
mod compare;
mod convolution;
mod elementwise;
mod errors;
mod functional;
mod indexing;
mod init;
mod interop;
mod layout;
mod linalg;
mod lists;
mod loss;
mod modules;
mod optim;
mod reduction;
mod report;
mod row;
mod sched;
mod shape;
mod sorting;
mod train;

use args::{Args, Outcome};
use d2l_core::{DType, set_default_dtype};
use lists::Lists;
use report::Counts;
use row::Row;
use safetensors::SafeTensors;
use serde_json::Value as Json;
use std::{
    cell::RefCell,
    env, fs,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

thread_local!(static PANIC: RefCell<String> = const { RefCell::new(String::new()) });

/// What the last panic said.
fn last_panic() -> String {
    PANIC.take()
}

/// Panics are results here: kept, not printed.
fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or(payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("a panic without text");
        let text = if text.contains(": ") {
            text.to_string()
        } else {
            format!("{text} ({:?})", info.location())
        };
        PANIC.set(text);
    }));
}

fn call(op: &str, a: &Args) -> Option<Outcome> {
    let families = [
        basic::call,
        convolution::call,
        elementwise::call,
        functional::call,
        indexing::call,
        linalg::call,
        loss::call,
        reduction::call,
        shape::call,
        sorting::call,
    ];
    families.into_iter().find_map(|family| family(op, a))
}

fn main() -> ExitCode {
    let filters: Vec<String> = env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    if env::args().any(|a| a == "--list") {
        println!("conformance: test");
        return ExitCode::SUCCESS;
    }
    let named = env::var_os("D2L_REFERENCE");
    let folder = named.clone().map_or(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference"),
        PathBuf::from,
    );
    if !folder.join("ops").is_dir() {
        println!(
            "conformance: SKIPPED, no reference data in {} (D2L_REFERENCE names the folder)",
            folder.display()
        );
        return ExitCode::SUCCESS;
    }
    run(&folder, &filters, named.is_none())
}

fn run(folder: &Path, filters: &[String], own: bool) -> ExitCode {
    let start = Instant::now();
    let lists = Lists::read();
    let (mut ops, mut layers) = (Table::new(filters, &lists), Table::new(filters, &lists));
    let hook = panic::take_hook();
    keep_panics();
    ops.rows(&folder.join("ops"), &|op, row| row.run(|a| call(op, a)));
    ops.refusals(&folder.join("errors/ops.json"), &|op, row| {
        errors::refused(row, |a| call(op, a))
    });
    layers.rows(&folder.join("modules"), &modules::run);
    layers.refusals(&folder.join("errors/modules.json"), &|layer, row| {
        errors::layer_refused(row, |settings| modules::build(layer, settings))
    });
    init::run(folder, &mut layers);
    interop::run(folder, &mut layers);
    layers.rows(&folder.join("optim"), &optim::run);
    layers.refusals(&folder.join("errors/optim.json"), &optim::refused);
    layers.rows(&folder.join("sched"), &sched::run);
    train::run(folder, &mut layers);
    panic::set_hook(hook);
    let shown = if filters.is_empty() { 2 } else { usize::MAX };
    report::print("operation", &ops.counts, shown);
    report::print("layer", &layers.counts, shown);
    println!("{:.1} s", start.elapsed().as_secs_f64());
    let complaints = if filters.is_empty() {
        report::complaints(&[ops.counts, layers.counts], &lists, own)
    } else {
        Vec::new()
    };
    complaints.iter().for_each(|c| println!("conformance: {c}"));
    if complaints.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn read_json(path: &Path) -> Json {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn samples(file: &Json) -> &[Json] {
    file["samples"].as_array().expect("the file has samples")
}

/// `op`, `op__variant`, `nn.Layer`, `optim.Optimizer` or `sched.Scheduler`.
fn key(json: &Json) -> String {
    if let Some(layer) = json["module"].as_str() {
        return layer.into();
    }
    for (kind, folder) in [("optimizer", "optim"), ("scheduler", "sched")] {
        if let Some(name) = json[kind].as_str() {
            return format!("{folder}.{name}");
        }
    }
    let text = |name: &str| json[name].as_str().expect("op and variant are texts");
    match text("variant") {
        "" => text("op").into(),
        variant => format!("{}__{variant}", text("op")),
    }
}

/// Whether a row passed; `Ok(false)` if there is no mapping for it.
type Verdict = Result<bool, String>;

/// A table that is being filled.
struct Table<'a> {
    filters: &'a [String],
    lists: &'a Lists,
    counts: Counts,
}

impl<'a> Table<'a> {
    fn new(filters: &'a [String], lists: &'a Lists) -> Table<'a> {
        let counts = Counts::new();
        Table {
            filters,
            lists,
            counts,
        }
    }

    fn chosen(&self, key: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|f| key.contains(f.as_str()))
    }

    /// Every row of the files in this folder, by `run`.
    fn rows(&mut self, folder: &Path, run: &dyn Fn(&str, &Row<'_>) -> Verdict) {
        let files = fs::read_dir(folder)
            .expect("the folder can be listed")
            .map(|f| f.expect("the folder can be listed").path());
        for path in files.filter(|p| p.extension().is_some_and(|e| e == "json")) {
            let file = read_json(&path);
            let key = key(&file);
            if self.chosen(&key) {
                // A file without tensors has no second file.
                let bytes = fs::read(path.with_extension("safetensors"))
                    .unwrap_or_else(|_| b"\x02\0\0\0\0\0\0\0{}".to_vec());
                let tensors = SafeTensors::deserialize(&bytes).expect("the tensors can be read");
                for row in samples(&file) {
                    let verdict =
                        both_precisions(&file, row, &tensors, |row| run(key.as_str(), row));
                    self.record(&key, row, verdict);
                }
            }
        }
    }

    /// Every row of this file of calls that must be refused, by `run`.
    fn refusals(&mut self, path: &Path, run: &dyn Fn(&str, &Json) -> Verdict) {
        if !path.exists() {
            println!("conformance: no {}", path.display());
            return;
        }
        for row in samples(&read_json(path)) {
            let key = key(row);
            let name = format!("errors/{key}");
            if self.chosen(&name) {
                self.record(&name, row, run(&key, row));
            }
        }
    }

    fn record(&mut self, key: &str, row: &Json, verdict: Verdict) {
        let count = self.counts.entry(key.into()).or_default();
        match verdict {
            Ok(true) => count.passed += 1,
            _ if self.lists.excepts(key, row) => count.excepted += 1,
            Ok(false) => count.unsupported += 1,
            Err(why) => {
                count.failed += 1;
                let given: Vec<String> = ["ctor", "mode", "args", "kwargs", "tags"]
                    .iter()
                    .filter(|name| !row[**name].is_null())
                    .map(|name| row[*name].to_string())
                    .collect();
                count.failures.push(format!(
                    "row {}: {why}\n        {}",
                    row["i"],
                    given.join(" ")
                ));
            }
        }
    }
}

fn both_precisions(
    file: &Json,
    row: &Json,
    tensors: &SafeTensors<'_>,
    run: impl Fn(&Row<'_>) -> Result<bool, String>,
) -> Verdict {
    let verdict = [DType::F32, DType::F64]
        .into_iter()
        .try_fold(true, |all, precision| {
            set_default_dtype(precision);
            let row = Row {
                file,
                row,
                tensors,
                precision,
            };
            panic::catch_unwind(AssertUnwindSafe(|| run(&row)))
                .unwrap_or_else(|_| Err(last_panic()))
                .map(|ok| all && ok)
                .map_err(|e| format!("{precision}: {e}"))
        });
    set_default_dtype(DType::F32);
    verdict
}
