//! Every operation against reference data: results and gradients of every row in f32 and f64, and
//! the calls that must be refused.
//!
//! `D2L_REFERENCE` names the folder (default: `../shared/reference` seen from the repository).
//! `cargo test --test conformance -- softmax` runs only operations whose name contains `softmax`
//! and shows every failure. A new operation gets a line in the `call` of its family's file.
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
mod reduction;
mod report;
mod row;
mod shape;
mod sorting;

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
    let chosen = |key: &str| filters.is_empty() || filters.iter().any(|f| key.contains(f.as_str()));
    let (lists, mut counts) = (Lists::read(), Counts::new());
    let hook = panic::take_hook();
    keep_panics();
    operations(folder, &chosen, &lists, &mut counts);
    refusals(folder, &chosen, &lists, &mut counts);
    init::run(folder, &chosen, &lists, &mut counts);
    interop::run(folder, &chosen, &lists, &mut counts);
    panic::set_hook(hook);
    report::print(&counts, if filters.is_empty() { 2 } else { usize::MAX });
    println!("{:.1} s", start.elapsed().as_secs_f64());
    let complaints = if filters.is_empty() {
        report::complaints(&counts, &lists, own)
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

/// `op`, or `op__variant`.
fn key(json: &Json) -> String {
    let text = |name: &str| json[name].as_str().expect("op and variant are texts");
    match text("variant") {
        "" => text("op").into(),
        variant => format!("{}__{variant}", text("op")),
    }
}

fn operations(folder: &Path, chosen: &dyn Fn(&str) -> bool, lists: &Lists, counts: &mut Counts) {
    let files = fs::read_dir(folder.join("ops"))
        .expect("ops can be listed")
        .map(|f| f.expect("ops can be listed").path());
    for path in files.filter(|p| p.extension().is_some_and(|e| e == "json")) {
        let file = read_json(&path);
        let op = key(&file);
        if chosen(&op) {
            // A file without tensors has no second file.
            let bytes = fs::read(path.with_extension("safetensors"))
                .unwrap_or_else(|_| b"\x02\0\0\0\0\0\0\0{}".to_vec());
            let tensors = SafeTensors::deserialize(&bytes).expect("the tensors can be read");
            samples(&file)
                .iter()
                .for_each(|row| both_precisions(&op, &file, row, &tensors, lists, counts));
        }
    }
}

fn both_precisions(
    op: &str,
    file: &Json,
    row: &Json,
    tensors: &SafeTensors<'_>,
    lists: &Lists,
    counts: &mut Counts,
) {
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
            let run = panic::catch_unwind(AssertUnwindSafe(|| row.run(|a| call(op, a))));
            run.unwrap_or_else(|_| Err(last_panic()))
                .map(|ok| all && ok)
                .map_err(|e| format!("{precision}: {e}"))
        });
    set_default_dtype(DType::F32);
    record(op, row, verdict, lists, counts);
}

fn refusals(folder: &Path, chosen: &dyn Fn(&str) -> bool, lists: &Lists, counts: &mut Counts) {
    let path = folder.join("errors/ops.json");
    if !path.exists() {
        println!("conformance: no {}", path.display());
        return;
    }
    for row in samples(&read_json(&path)) {
        let op = key(row);
        let name = format!("errors/{op}");
        if chosen(&name) {
            let verdict = errors::refused(row, |a| call(&op, a));
            record(&name, row, verdict, lists, counts);
        }
    }
}

fn record(op: &str, row: &Json, verdict: Result<bool, String>, lists: &Lists, counts: &mut Counts) {
    let count = counts.entry(op.into()).or_default();
    match verdict {
        Ok(true) => count.passed += 1,
        _ if lists.excepts(op, row) => count.excepted += 1,
        Ok(false) => count.unsupported += 1,
        Err(why) => {
            count.failed += 1;
            let (args, kwargs) = (row["args"].to_string(), row["kwargs"].to_string());
            count.failures.push(format!(
                "row {}: {why}\n        {args} {kwargs} {}",
                row["i"], row["tags"]
            ));
        }
    }
}
