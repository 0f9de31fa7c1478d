//! The rules of the structural macros in `d2l-macros`: short files and functions, stages apart, nothing taken for granted of what
//! a user has written, a page for each macro.
use super::*;

const MACROS: &str = "d2l-macros/src";
/// The macros' folders, and the files in them that write code beside `expand.rs`.
const STAGES: [(&str, &[&str]); 4] = [
    ("add_to_class", &["forward", "hooks"]),
    ("derive_batch", &[]),
    ("derive_module", &[]),
    ("hyperparameters", &[]),
];

/// Their files and those that all macros share.
fn program() -> Vec<Source> {
    let mut all = sources(&[MACROS]);
    let ours = |s: &Source| {
        let path = s.path.strip_prefix(MACROS).unwrap().trim_start_matches('/');
        let folder = path.split_once('/').map(|p| p.0);
        folder.is_none_or(|f| STAGES.iter().any(|s| s.0 == f))
    };
    all.retain(|s| ours(s) && !["tests", "fuzz", "snapshots"].contains(&s.stem()));
    all
}

/// The lengths of the bodies of the functions in `code`, without the line of the brace.
fn functions(code: &str) -> Vec<usize> {
    let lines: Vec<&str> = code.lines().collect();
    let indent = |l: &str| l.len() - l.trim_start().len();
    let starts = |l: &str| l.split_whitespace().take(3).any(|word| word == "fn");
    let body = |(i, line): (usize, &&str)| {
        if !starts(line) {
            return None;
        }
        let rest = lines[i..].iter();
        let open = i + rest
            .clone()
            .position(|l| l.ends_with('{') && indent(l) == indent(line))?;
        let close = lines[open..]
            .iter()
            .position(|l| l.trim() == "}" && indent(l) == indent(line))?;
        Some(close - 1)
    };
    lines.iter().enumerate().filter_map(body).collect()
}

#[test]
fn the_lengths_of_functions_are_counted() {
    let code = "fn a() {\n    1\n}\nimpl X {\n    pub fn b(\n        x: u8,\n    ) -> u8 {\n        let y = x;\n        y\n    }\n}\n";
    assert_eq!(functions(code), [1, 2]);
}

#[test]
fn files_and_functions_are_short() {
    let all = program();
    let long = |s: &Source| (s.text.lines().count() > 400).then(|| s.path.clone());
    assert_none("more than 400 lines", all.iter().filter_map(long).collect());
    let mut lengths: Vec<usize> = all.iter().flat_map(|s| functions(&s.code())).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(
        lengths.len() > 100 && median <= 12,
        "{} functions, median {median}",
        lengths.len()
    );
}

#[test]
fn every_macro_has_its_stages_and_each_does_its_own() {
    let mut offenders = Vec::new();
    for (folder, writers) in STAGES {
        let file = |stem: &str| {
            let path = format!("{MACROS}/{folder}/{stem}.rs");
            let text =
                fs::read_to_string(root().join(&path)).unwrap_or_else(|e| panic!("{path}: {e}"));
            Source { path, text }
        };
        file("parse");
        if file("check").code().contains("quote") {
            offenders.push(format!("{folder}: `check` writes code"));
        }
        for stem in writers.iter().chain(&["expand"]) {
            let used = file(stem).names_after("diagnostics::");
            if used.iter().any(|name| name == "on" || name == "at") {
                offenders.push(format!("{folder}: `{stem}` finds mistakes"));
            }
        }
    }
    assert_none("parse, check, expand", offenders);
}

#[test]
fn nothing_is_unwrapped() {
    let mut offenders = Vec::new();
    for source in program() {
        // what is written into the user's program is not run here
        let code = source
            .code()
            .replace("::core::unreachable!", "")
            .replace("::core::panic!", "");
        for word in [
            ".unwrap()",
            ".expect(",
            "panic!(",
            "unreachable!(",
            concat!("to", "do!("),
            concat!("un", "implemented!("),
        ] {
            if code.contains(word) {
                offenders.push(format!("{}: {word}", source.path));
            }
        }
    }
    assert_none("could panic", offenders);
}

#[test]
fn every_macro_has_a_page_with_limits_and_examples_of_both_kinds() {
    let lib = fs::read_to_string(root().join(MACROS).join("lib.rs")).unwrap();
    let pages: Vec<&str> = lib
        .split("docs/")
        .skip(1)
        .filter_map(|rest| rest.split(".md").next())
        .collect();
    assert_eq!(
        pages.len(),
        lib.matches("#[proc_macro").count(),
        "a page for each macro"
    );
    for page in pages {
        let path = root().join(format!("d2l-macros/docs/{page}.md"));
        let text = fs::read_to_string(path).unwrap();
        for part in ["\n# Limits\n", "\n```\n", "\n```compile_fail\n"] {
            assert!(text.contains(part), "{page}: no {part:?}");
        }
    }
}

#[test]
fn syn_is_full_and_nothing_more() {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let line = text.lines().find(|l| l.starts_with("syn = ")).unwrap();
    let features = line.rsplit("features = ").next().unwrap();
    let features: BTreeSet<&str> = features.split('"').skip(1).step_by(2).collect();
    let usual = [
        "clone-impls",
        "derive",
        "full",
        "parsing",
        "printing",
        "proc-macro",
    ];
    assert!(line.contains("version = \"3"), "{line}");
    assert!(features.iter().eq(&usual), "{features:?}");
}
