//! What the pages and the examples promise.
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The number of the first line of the first block of this language, and the block.
fn first_block(page: &str, language: &str) -> (usize, String) {
    let fence = format!("```{language}");
    let lines: Vec<_> = page.lines().collect();
    let open = lines.iter().position(|l| *l == fence);
    let start = open.unwrap_or_else(|| panic!("no {language} block")) + 1;
    let block = lines[start..].iter().take_while(|l| **l != "```");
    (start + 1, block.map(|l| format!("{l}\n")).collect())
}

#[test]
fn the_readme_s_program_is_the_example_readme() {
    let (line, program) = first_block(&read("README.md"), "rust");
    assert!(line < 30, "the first program starts at line {line}");
    assert!(program.lines().count() <= 25, "more than 25 lines");
    let example = read("examples/readme.rs");
    let code: Vec<_> = example
        .lines()
        .skip_while(|l| l.starts_with("//!"))
        .collect();
    assert_eq!(code, program.lines().collect::<Vec<_>>());
}

#[test]
fn the_readme_has_two_commands_and_the_checks_run_its_test_command() {
    let (_, commands) = first_block(&read("README.md"), "sh");
    let commands: Vec<_> = commands.lines().collect();
    let expected = [
        "cargo run --release --example linear_regression",
        "cargo test --workspace",
    ];
    assert_eq!(commands, expected);
    // `.ci/run` takes the command out of the README with this.
    assert!(read(".ci/run").contains("grep -m1 '^cargo test' README.md"));
}

#[test]
fn every_example_begins_with_its_command_and_its_section() {
    let folder = fs::read_dir(root().join("examples")).expect("the examples");
    let files = folder.map(|entry| entry.expect("an entry").path());
    let files: Vec<_> = files
        .filter(|f| f.extension().is_some_and(|e| e == "rs"))
        .collect();
    assert!(files.len() >= 9, "only {} examples", files.len());
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy();
        let text = read(&file);
        let lines: Vec<_> = text.lines().take(3).collect();
        let command = format!("//! cargo run --release --example {name}");
        assert_eq!(lines[..2], [command.as_str(), "//!"], "{name}");
        let section = lines[2].strip_prefix("//! Book ").unwrap_or_default();
        assert!(
            section.starts_with(|c: char| c.is_ascii_digit()),
            "{name}: {section:?}"
        );
    }
}

/// What a page links to, without the web.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    targets.filter(|t| !t.starts_with("http"))
}

#[test]
fn pages_link_to_files_that_exist() {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/autograd.md",
    ] {
        let page = read(name);
        for target in links(&page) {
            assert!(
                root().join(target).exists(),
                "{name}: {target} does not exist"
            );
        }
    }
    assert!(links(&read("README.md")).count() >= 5);
}

#[test]
fn contributing_fits_on_a_screen() {
    assert!(read("CONTRIBUTING.md").lines().count() <= 60);
}

#[test]
fn the_architecture_names_folders_that_exist_and_forgets_none() {
    let page = read("ARCHITECTURE.md");
    for base in ["src", "d2l-core/src"] {
        for entry in fs::read_dir(root().join(base)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                assert!(
                    page.contains(&format!("{name}/")),
                    "{base}/{name} is not in the plan"
                );
            }
        }
    }
    let code = |page: &str| -> Vec<String> {
        let words = page.split('`').skip(1).step_by(2);
        words
            .filter(|w| w.contains('/') && w.ends_with(".rs"))
            .map(str::to_string)
            .collect()
    };
    let mut files = code(&page);
    files.retain(|f| !f.contains("NAME"));
    assert!(files.len() >= 5, "only {files:?}");
    for file in files {
        let found = ["", "src", "d2l-core/src"]
            .iter()
            .any(|b| root().join(b).join(&file).exists());
        assert!(found, "{file} does not exist");
    }
}
