//! How many crates the library needs.
use super::*;
use std::process::Command;

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
