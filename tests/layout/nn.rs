//! Every layer says what it is.
use super::*;

/// Layers that PyTorch does not have, or not under this name.
const OWN: [&str; 3] = ["Dense", "Lambda", "PositionalEncoding"];

/// Exported beside the layers: what they are made of or take.
const PARTS: [&str; 6] = [
    "Bias",
    "IntoFactors",
    "IntoLayer",
    "MaybeParam",
    "Nonlinearity",
    "RecurrentWeights",
];

/// The layers that `nn/mod.rs` exports.
fn exported() -> BTreeSet<String> {
    let list = fs::read_to_string(root().join("src/nn/mod.rs")).unwrap();
    let paths = list.split("pub use ").skip(1);
    let paths = paths.filter_map(|rest| rest.split(';').next());
    let word = |c: char| !c.is_alphanumeric();
    let names = paths.flat_map(|p| p.rsplit("::").next().unwrap_or_default().split(word));
    let names = names.filter(|n| n.starts_with(char::is_uppercase) && !PARTS.contains(n));
    names.map(String::from).collect()
}

/// Each comment of documentation, with the line that it stands before.
fn documented(source: &Source) -> Vec<(String, String)> {
    let (mut found, mut docs) = (Vec::new(), String::new());
    for line in source.text.lines().map(str::trim) {
        match line.strip_prefix("///") {
            Some(text) => docs += &format!("{text}\n"),
            None if line.starts_with("#[") => {}
            None => found.push((std::mem::take(&mut docs), line.to_string())),
        }
    }
    found
}

#[test]
fn every_layer_has_pytorchs_name_and_an_example_that_asserts() {
    let documented: Vec<_> = sources(&["src/nn"]).iter().flat_map(documented).collect();
    let mut offenders = Vec::new();
    for name in exported() {
        let is_its = |line: &str| {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            let mut words = words.filter(|w| !matches!(*w, "pub" | "struct" | "type" | "fn" | ""));
            words.next() == Some(&*name)
        };
        let own = documented
            .iter()
            .filter(|d| is_its(&d.1) && !d.0.is_empty());
        // under the same name stands what documents its `forward`
        let docs: String = own.map(|d| d.0.as_str()).collect();
        if !(docs.contains("```") && docs.contains("assert")) {
            offenders.push(format!("{name}: no example that asserts"));
        }
        if !docs.contains("PyTorch") && !OWN.contains(&&*name) {
            offenders.push(format!("{name}: without PyTorch's name"));
        }
    }
    assert_none("layers", offenders);
}

/// A layer or a loss is its own file and a line in the list of its folder: nothing outside of the folder
/// knows it by name, and the prelude takes all that there are.
#[test]
fn a_layer_or_a_loss_is_one_file_and_its_line() {
    let (mut offenders, mut whole) = (Vec::new(), 0);
    for source in sources(&["src"]) {
        let known = source.names_after("crate::");
        for folder in ["nn", "loss"] {
            let own = source.path.starts_with(&format!("src/{folder}/"));
            if own || source.is_test() || !known.contains(folder) {
                continue;
            }
            if source.path == "src/prelude.rs" && source.text.contains(&format!(" {folder}::*")) {
                whole += 1;
            } else {
                offenders.push(format!("{} names {folder}", source.path));
            }
        }
    }
    assert_none("layers and losses named elsewhere", offenders);
    assert_eq!(whole, 2, "the prelude takes whole lists");
}
