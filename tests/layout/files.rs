//! What files hold, how long they are, and that none is forgotten.
use super::*;
use std::collections::BTreeMap;

const LIBRARY: [&str; 3] = ["src", "d2l-core/src", "d2l-macros/src"];

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
        .filter(|s| !["mod", "lib", "tests", "fuzz", "snapshots", "private"].contains(&s.stem()))
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
