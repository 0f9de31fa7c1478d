//! The floor plan, executed: who may import whom, how large a file may be, what an operation brings
//! along, and how many crates the library needs.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

/// A source file: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

/// All `.rs` files below these folders, in order.
fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|f| root().join(f)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path
                .strip_prefix(root())
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            found.push(Source { path, text });
        }
    }
    assert!(!found.is_empty(), "nothing in {folders:?}");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

impl Source {
    /// The program without comments and without its tests.
    fn code(&self) -> String {
        let tests = self.text.find("\n#[cfg(test)]\nmod ");
        let program = &self.text[..tests.unwrap_or(self.text.len())];
        let lines = program
            .lines()
            .map(|l| l.split("//").next().unwrap_or_default());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The file's name without `.rs`.
    fn stem(&self) -> &str {
        self.path
            .rsplit('/')
            .next()
            .unwrap()
            .trim_end_matches(".rs")
    }

    fn is_test(&self) -> bool {
        self.stem() == "tests" || self.path.contains("/tests/")
    }

    /// What the code names right behind `prefix::`, alone or in braces: `crate::{a, b::c}` names `a`
    /// and `b`.
    fn names_after(&self, prefix: &str) -> BTreeSet<String> {
        let code = self.code();
        let mut names = BTreeSet::new();
        for (at, _) in code.match_indices(prefix) {
            let rest = code[at + prefix.len()..].trim_start();
            if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                names.extend(first_segments(rest));
            }
        }
        names
    }
}

/// The first segments of a path, or of all paths in a group in braces.
fn first_segments(text: &str) -> Vec<String> {
    let ident = |s: &str| {
        s.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let Some(group) = text.strip_prefix('{') else {
        return vec![ident(text)];
    };
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.push(ident(group[start..i].trim()));
                start = i + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names.retain(|n| !n.is_empty());
    names
}

#[test]
fn imports_are_found_alone_and_in_groups() {
    let text = "use crate::{Tensor, kernel::{a, b}, nn::Linear};\n// crate::board\nfn f() { crate::loss::x() }";
    let source = Source {
        path: "src/a.rs".to_string(),
        text: format!("{text}\n#[cfg(test)]\nmod tests {{ use crate::data; }}"),
    };
    let names = source.names_after("crate::");
    assert!(
        names.iter().eq(["Tensor", "kernel", "loss", "nn"]),
        "{names:?}"
    );
}

#[track_caller]
fn assert_none(what: &str, offenders: Vec<String>) {
    assert!(
        offenders.is_empty(),
        "{what}:\n  {}",
        offenders.join("\n  ")
    );
}

const LIBRARY: [&str; 3] = ["src", "d2l-core/src", "d2l-macros/src"];
const OPS: &str = "d2l-core/src/ops";

/// Files of `ops/` that record nothing for backward, and why.
const NO_GRADIENT: [(&str, &str); 7] = [
    ("compare", "comparisons are steps"),
    (
        "in_place",
        "changes in place are refused while operations are recorded",
    ),
    ("mod", "the list of operations"),
    ("operand", "what an argument may be"),
    ("random", "random numbers depend on nothing"),
    ("view", "handles on the same data"),
    ("walk", "the loop under other operations"),
];

/// Files of `ops/` that others may use; between all others there are only methods of `Tensor`.
const SUPPORT: [&str; 5] = ["cast", "matmul", "operand", "slice", "walk"];

#[test]
fn every_operation_has_a_gradient_check() {
    let exempt = |s: &&Source| NO_GRADIENT.iter().any(|e| e.0 == s.stem());
    let (without, with): (Vec<_>, Vec<_>) = {
        let all = sources(&[OPS]);
        all.into_iter().partition(|s| exempt(&s))
    };
    let unchecked = with.iter().filter(|s| !s.text.contains("gradcheck_test!("));
    assert_none(
        "no gradient check in",
        unchecked.map(|s| s.path.clone()).collect(),
    );
    let gone = NO_GRADIENT
        .iter()
        .filter(|e| !without.iter().any(|s| s.stem() == e.0));
    assert_none(
        "no such file",
        gone.map(|e| format!("{}: {}", e.0, e.1)).collect(),
    );
}

/// `try_` twins point to their original; methods written by a macro are covered by its arguments.
#[test]
fn every_operation_has_an_example() {
    let mut without = Vec::new();
    for source in sources(&[OPS]) {
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        for (i, line) in lines.iter().enumerate() {
            let Some(name) = line.strip_prefix("pub fn ") else {
                continue;
            };
            let before = lines[..i].iter().rev();
            let docs = before.take_while(|l| l.starts_with("///") || l.starts_with("#["));
            let example = docs
                .filter(|l| l.starts_with("///"))
                .any(|l| l.contains("```"));
            if !example && !name.starts_with("try_") && !name.starts_with('$') {
                let name = name.split(['(', '<']).next().unwrap();
                without.push(format!("{}: {name}", source.path));
            }
        }
    }
    assert_none("no example for", without);
}

#[test]
fn operations_do_not_know_each_others_insides() {
    let mut offenders = Vec::new();
    for source in sources(&[OPS]).iter().filter(|s| s.stem() != "mod") {
        for name in source.names_after("super::") {
            if !SUPPORT.contains(&name.as_str()) {
                offenders.push(format!("{} imports {name}", source.path));
            }
        }
    }
    assert_none("only the shared parts of `ops/` may be imported", offenders);
}

#[test]
fn the_kernel_knows_slices_only() {
    let mut offenders = Vec::new();
    for source in sources(&["d2l-core/src/kernel"]) {
        let own = |n: &String| {
            ["std", "core", "crate", "super", "self"].contains(&n.as_str())
                || ["mod", "macro_rules!"]
                    .iter()
                    .any(|kind| source.text.contains(&format!("{kind} {n}")))
        };
        let foreign = source
            .names_after("crate::")
            .into_iter()
            .filter(|n| n != "kernel");
        offenders.extend(foreign.map(|n| format!("{} imports crate::{n}", source.path)));
        let foreign = source.names_after("use ").into_iter().filter(|n| !own(n));
        offenders.extend(foreign.map(|n| format!("{} imports {n}", source.path)));
    }
    assert_none(
        "the kernel imports the standard library and itself",
        offenders,
    );
}

/// Which rooms of the library each room may import; `board` imports none.
const MAY_IMPORT: [(&str, &[&str]); 7] = [
    ("board", &[]),
    ("data", &[]),
    ("loss", &["module"]),
    ("module", &["data"]), // a hook is given a `Batch`
    ("nn", &["module"]),
    ("optim", &["module"]),
    ("train", &["board", "data", "module", "optim"]),
];

/// The exceptions, with their reasons.
const EXCEPTIONS: [(&str, &str, &str); 2] = [
    (
        "src/module/base.rs",
        "optim",
        "plain SGD is the default optimizer",
    ),
    (
        "src/data/hparams.rs",
        "module",
        "data modules are `HyperParameters` too",
    ),
];

#[test]
fn rooms_import_only_what_lies_below() {
    let rooms: BTreeSet<&str> = MAY_IMPORT.iter().map(|r| r.0).collect();
    let mut offenders = Vec::new();
    for (room, allowed) in MAY_IMPORT {
        for source in sources(&[&format!("src/{room}")])
            .iter()
            .filter(|s| !s.is_test())
        {
            let mut imported = source.names_after("crate::");
            imported.extend(source.names_after("d2l::"));
            for name in imported
                .iter()
                .filter(|n| rooms.contains(n.as_str()) && *n != room)
            {
                let exception = EXCEPTIONS
                    .iter()
                    .any(|e| (e.0, e.1) == (&source.path, name));
                if !allowed.contains(&name.as_str()) && !exception {
                    offenders.push(format!("{} imports {name}", source.path));
                }
            }
        }
    }
    assert_none("imports point downwards", offenders);
    for (file, room, reason) in EXCEPTIONS {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(
            text.contains(room),
            "{file} no longer needs {room}: {reason}"
        );
    }
}

#[test]
fn the_trainer_knows_no_layer_no_loss_and_no_optimizer() {
    let concrete: BTreeSet<String> = sources(&["src/nn", "src/loss", "src/optim"])
        .iter()
        .flat_map(|s| s.names_after("pub struct "))
        .filter(|name| !name.is_empty()) // a macro's
        .collect();
    assert!(
        concrete.contains("LazyLinear") && concrete.contains("SGD"),
        "{concrete:?}"
    );
    let mut offenders = Vec::new();
    for source in sources(&["src/train"]) {
        let code = source.code();
        let words: BTreeSet<&str> = code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        let known = concrete.iter().filter(|name| words.contains(name.as_str()));
        offenders.extend(known.map(|name| format!("{} names {name}", source.path)));
    }
    assert_none("the trainer works with traits", offenders);
}

#[test]
fn unsafe_code_is_in_the_kernel_alone() {
    let mut offenders = Vec::new();
    for source in sources(&["src", "d2l-core/src", "examples", "benches"]) {
        let code = source.code();
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        if words.any(|w| w == "unsafe") && !source.path.starts_with("d2l-core/src/kernel/") {
            offenders.push(source.path);
        }
    }
    assert_none("`unsafe` outside of the kernel", offenders);
}

#[test]
fn files_are_short() {
    let long = |s: &Source| (s.text.lines().count() > 500).then(|| s.path.clone());
    let all = sources(&[
        "src",
        "d2l-core/src",
        "d2l-macros/src",
        "examples",
        "tests",
        "benches",
    ]);
    assert_none("more than 500 lines", all.iter().filter_map(long).collect());
}

/// The folder whose files `source` lists by `mod name;`.
fn folder_of(source: &Source) -> String {
    let (folder, _) = source.path.rsplit_once('/').unwrap();
    match source.stem() {
        "mod" | "lib" | "main" => folder.to_string(),
        stem => format!("{folder}/{stem}"),
    }
}

/// Names in `mod name;`, in order, those under `#[cfg(test)]` and `#[path]` aside.
fn listed(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let name = |i: usize| {
        let (_, name) = lines[i].strip_suffix(';')?.split_once("mod ")?;
        let special =
            i > 0 && (lines[i - 1].starts_with("#[cfg(test") || lines[i - 1].starts_with("#[path"));
        (!special && !name.contains(' ')).then_some(name)
    };
    (0..lines.len()).filter_map(name).collect()
}

#[test]
fn every_file_is_listed_once_in_a_sorted_list() {
    let all = sources(&LIBRARY);
    let mut lists = BTreeMap::new();
    let mut offenders = Vec::new();
    for source in &all {
        let names = listed(&source.text);
        if !names.is_sorted() {
            offenders.push(format!(
                "{}: the list of modules is not sorted",
                source.path
            ));
        }
        let folder = folder_of(source);
        lists
            .entry(folder)
            .or_insert_with(BTreeSet::new)
            .extend(names);
    }
    for source in all
        .iter()
        .filter(|s| !["mod", "lib", "tests", "fuzz", "private"].contains(&s.stem()))
    {
        let (folder, _) = source.path.rsplit_once('/').unwrap();
        if !lists
            .get(folder)
            .is_some_and(|names| names.contains(source.stem()))
        {
            offenders.push(format!("{} is not listed", source.path));
        }
    }
    assert_none("the lists of modules", offenders);
}

/// What a build of the library compiles, as `name v1.2.3`; build scripts and macros included.
fn crates() -> BTreeSet<String> {
    let args = [
        "tree",
        "--edges",
        "normal,build",
        "--package",
        "d2l",
        "--prefix",
        "none",
        "--offline",
    ];
    let output = Command::new(env!("CARGO"))
        .args(args)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let name = |line: &str| {
        line.split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
    };
    text.lines().filter(|l| !l.is_empty()).map(name).collect()
}

#[test]
fn the_library_needs_at_most_sixty_crates_and_no_compiler_of_c() {
    let crates = crates();
    assert!(crates.len() <= 60, "{} crates: {crates:?}", crates.len());
    let names: Vec<&str> = crates.iter().filter_map(|c| c.split(' ').next()).collect();
    assert!(names.contains(&"d2l-core"), "{names:?}");
    let builds_c =
        |n: &&&str| n.ends_with("-sys") || ["cc", "cmake", "bindgen", "pkg-config"].contains(n);
    let c: Vec<_> = names.iter().filter(builds_c).collect();
    assert!(c.is_empty(), "these compile C: {c:?}");
    let syn: Vec<_> = crates.iter().filter(|c| c.starts_with("syn ")).collect();
    assert_eq!(syn.len(), 1, "one version of syn: {syn:?}");
}
