//! Who may import whom.
use super::*;

/// Files of `ops/` that others may use; between all others there are only methods of `Tensor`.
const SUPPORT: &[&str] = &[
    "binary", "cast", "index", "matmul", "operand", "over", "unary", "view", "walk",
];

#[test]
fn operations_do_not_know_each_others_insides() {
    let mut offenders = Vec::new();
    // A family in a folder of its own shares what is in it.
    let alone = |s: &&Source| !s.path[ops::OPS.len() + 1..].contains('/') && s.stem() != "mod";
    for source in sources(&[ops::OPS]).iter().filter(alone) {
        for name in source.names_after("super::") {
            // `super::*` in a module of the file itself has no name.
            if !name.is_empty() && !SUPPORT.contains(&name.as_str()) {
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

/// Which rooms of the library each room may import.
const MAY_IMPORT: [(&str, &[&str]); 9] = [
    ("board", &["file"]),
    ("data", &["file"]),
    ("file", &[]),
    ("loss", &["module"]),
    ("metrics", &[]),
    ("module", &["data", "file"]), // a hook is given a `Batch`
    ("nn", &["module"]),
    ("optim", &["module"]),
    ("train", &["board", "data", "file", "module", "optim"]),
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
        concrete.contains("Linear") && concrete.contains("SGD"),
        "{concrete:?}"
    );
    let mut offenders = Vec::new();
    for source in sources(&["src/train"]) {
        let code = source.code();
        let words: BTreeSet<&str> = code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        let lazy = |name: &str| words.contains(format!("Lazy{name}").as_str());
        let known = concrete
            .iter()
            .filter(|name| words.contains(name.as_str()) || lazy(name));
        offenders.extend(known.map(|name| format!("{} names {name}", source.path)));
    }
    assert_none("the trainer works with traits", offenders);
}
