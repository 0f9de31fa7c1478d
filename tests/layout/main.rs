//! The floor plan, executed: who may import whom, how large a file may be, what an operation brings
//! along, and how many crates the library needs.
mod crates;
mod files;
mod imports;
mod macros;
mod nn;
mod ops;
mod optim;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
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
