//! What an operation on tensors brings along.
use super::*;

pub const OPS: &str = "d2l-core/src/ops";

/// Files of `ops/` that record nothing for backward, and why.
const NO_GRADIENT: [(&str, &str); 9] = [
    ("compare", "comparisons are steps"),
    (
        "in_place",
        "changes in place are refused while operations are recorded",
    ),
    ("mod", "the list of operations"),
    ("one_hot", "labels are integers"),
    ("operand", "what an argument may be"),
    ("random", "random numbers depend on nothing"),
    ("sample", "random choices are steps"),
    ("view", "handles on the same data"),
    ("walk", "the loop under other operations"),
];

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
