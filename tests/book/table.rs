//! Every row has its test. A test names its row: `tr_13_…` is the test of TR-13.
use std::{collections::BTreeSet, fs, path::Path};

/// The rows: prefix, and how many there are.
const ROWS: [(&str, usize); 11] = [
    ("AC", 12), // add_to_class
    ("HP", 13), // hyperparameters
    ("PB", 13), // the progress board
    ("MO", 16), // modules
    ("DM", 11), // data modules
    ("TR", 15), // the trainer
    ("LR", 15), // linear regression
    ("PA", 7),  // access to parameters
    ("TP", 5),  // tied parameters
    ("LZ", 14), // lazy layers
    ("IN", 9),  // initialisation
];

/// Rows that are checked by the compiler: programs in `ui/` that must compile, or must not.
const COMPILED: [(&str, &str); 13] = [
    ("AC-5", "fail/loss_twice.rs"), // one program has one method of a name
    ("AC-5", "fail/forward_twice.rs"),
    ("AC-5", "pass/notebook_names.rs"), // a notebook replaces the item
    ("AC-9", "pass/extension.rs"),
    ("AC-10", "fail/on_struct.rs"),
    ("AC-11", "pass/optional_argument.rs"),
    ("AC-12", "pass/hook_in_other_module.rs"),
    ("HP-6", "fail/no_checkpoint.rs"),
    ("HP-13", "fail/hparam_not_field.rs"),
    ("MO-3", "fail/missing_forward.rs"),
    ("MO-5", "fail/missing_loss.rs"),
    ("MO-5", "fail/missing_both.rs"),
    ("MO-13", "fail/missing_optimizer.rs"),
];

/// Rows without a test, and why.
const LATER: [(&str, &str); 1] = [(
    "IN-9",
    "the defaults of other frameworks are set by name, not as presets",
)];

fn ids() -> Vec<String> {
    let all = |&(prefix, n)| (1..=n).map(move |i| format!("{prefix}-{i}"));
    ROWS.iter().flat_map(all).collect()
}

/// The row that a test function is for: `tr_13_gradients_…` gives `TR-13`.
fn row_of(function: &str) -> Option<String> {
    let mut parts = function.split('_');
    let (prefix, number) = (parts.next()?.to_uppercase(), parts.next()?);
    let known = ROWS.iter().any(|r| r.0 == prefix);
    (known && number.parse::<usize>().is_ok()).then(|| format!("{prefix}-{number}"))
}

/// The names of all test functions of this package.
fn test_functions() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dirs = [root.into(), root.join("book"), root.join("lazy")];
    let files = dirs.map(|dir| fs::read_dir(dir).unwrap());
    let files = files
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    let sources = files.filter(|f| f.extension().is_some_and(|e| e == "rs"));
    let mut found = Vec::new();
    for text in sources.map(|f| fs::read_to_string(f).unwrap()) {
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            let name = (line == "#[test]").then(|| lines.find_map(|l| l.strip_prefix("fn ")));
            if let Some((name, _)) = name.flatten().and_then(|l| l.split_once('(')) {
                found.push(name.to_string());
            }
        }
    }
    found
}

#[test]
fn every_row_has_a_test() {
    let tested = test_functions().into_iter().filter_map(|f| row_of(&f));
    let elsewhere = COMPILED.iter().chain(&LATER).map(|r| r.0.to_string());
    let covered: BTreeSet<_> = tested.chain(elsewhere).collect();
    let missing: Vec<_> = ids()
        .into_iter()
        .filter(|id| !covered.contains(id))
        .collect();
    assert!(missing.is_empty(), "rows without a test: {missing:?}");
}

#[test]
fn every_test_and_every_entry_is_for_a_row_that_exists() {
    let rows: BTreeSet<_> = ids().into_iter().collect();
    let tested = test_functions().into_iter().filter_map(|f| row_of(&f));
    let entries = COMPILED.iter().chain(&LATER).map(|r| r.0.to_string());
    let unknown: Vec<_> = tested
        .chain(entries)
        .filter(|id| !rows.contains(id))
        .collect();
    assert!(unknown.is_empty(), "no such rows: {unknown:?}");
}

#[test]
fn the_programs_for_the_compiler_exist() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    for (id, file) in COMPILED {
        assert!(ui.join(file).is_file(), "{id}: there is no tests/ui/{file}");
    }
}

#[test]
fn rows_that_come_later_have_no_test_yet() {
    let tested: BTreeSet<_> = test_functions().iter().filter_map(|f| row_of(f)).collect();
    for (id, reason) in LATER {
        assert!(
            !tested.contains(id),
            "{id} has a test: it is not true that {reason}"
        );
    }
}
