//! What an operation on tensors brings along.
use super::*;

pub const OPS: &str = "d2l-core/src/ops";

/// Files of `ops/` without a gradient check, and why.
const NO_GRADIENT: &[(&str, &str)] = &[
    (
        "binary",
        "a macro; what it makes is checked where it is made",
    ),
    ("closeness", "comparisons are steps"),
    ("compare", "comparisons are steps"),
    (
        "formula",
        "a macro's operations; what it makes is checked where it is made",
    ),
    ("histogram", "counts"),
    ("index", "what an index may be"),
    ("logical", "truth values and bits"),
    ("matrix", "tensors as batches of matrices"),
    ("mod", "the list of operations"),
    ("one_hot", "labels are integers"),
    ("operand", "what an argument may be"),
    ("options", "what a window may be told"),
    ("over", "over what others reduce"),
    ("random", "random numbers depend on nothing"),
    ("sample", "random choices are steps"),
    ("search", "positions"),
    ("targets", "what losses share about class numbers"),
    ("truth", "truth values"),
    (
        "unary",
        "a macro; what it makes is checked where it is made",
    ),
    ("unique", "values without their places"),
    ("update", "a step of an optimizer, outside of any graph"),
    ("walk", "the loop under other operations"),
];

/// Operations in the other files that have no gradient, or the one of another operation.
const NO_GRADIENT_METHODS: &[(&str, &str)] = &[
    ("argsort", "positions"),
    ("argsort_descending", "positions"),
    ("bool", "an integer result"),
    ("double", "`to_dtype`"),
    ("float", "`to_dtype`"),
    ("heaviside", "a step"),
    ("long", "an integer result"),
    ("matrix_rank", "a number of singular values"),
    ("matrix_rank_tol", "a number of singular values"),
    ("neg", "the operator `-`"),
    ("nonzero", "positions"),
    ("nonzero_tuple", "positions"),
    ("signbit", "a truth value"),
];

/// The arguments of every `gradcheck_test!(..)` in a file.
fn checks(source: &Source) -> Vec<&str> {
    let starts = source.text.match_indices("gradcheck_test!(");
    let rest = starts.map(|(at, call)| &source.text[at + call.len()..]);
    rest.map(|rest| &rest[..closing(rest)]).collect()
}

/// Where the parenthesis ends that was opened before `text`.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    let end = text.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth == 0
    });
    end.expect("a closing parenthesis").0
}

/// The functions beside the tests of a file, which its gradient checks may call.
fn helpers(source: &Source) -> String {
    let tests = source.text.split_once("\n#[cfg(test)]\nmod ");
    let parts = tests.map_or("", |t| t.1).split("#[test]");
    let ends = |part: &str| part.find("\n    }\n").map_or(part.len(), |at| at);
    let outside = parts.enumerate().map(|(i, part)| match i {
        0 => part,
        _ => &part[ends(part)..],
    });
    outside.collect()
}

/// The words of `no empty, scalar, second` at the end of a check.
fn refused(check: &str) -> impl Iterator<Item = &str> {
    let list = check.rsplit_once("; no ").map_or("", |(_, list)| list);
    list.split(',').map(str::trim)
}

#[test]
fn every_file_that_records_a_rule_checks_it() {
    let reason = |s: &Source| NO_GRADIENT.iter().find(|e| e.0 == s.stem()).map(|e| e.1);
    let all = sources(&[OPS]);
    let mut offenders = Vec::new();
    for source in &all {
        let records = source.code().contains(".record");
        match (reason(source), checks(source).is_empty()) {
            (None, true) => offenders.push(format!("{}: no gradient check", source.path)),
            (Some(_), false) => offenders.push(format!("{}: has a gradient check", source.path)),
            (Some(why), true) if records && !why.starts_with("a macro") => {
                offenders.push(format!("{} records, although: {why}", source.path));
            }
            _ => {}
        }
    }
    let gone = |e: &&(&str, &str)| !all.iter().any(|s| s.stem() == e.0);
    offenders.extend(
        NO_GRADIENT
            .iter()
            .filter(gone)
            .map(|e| format!("no file {}", e.0)),
    );
    assert_none("gradient checks", offenders);
}

#[test]
fn every_operation_is_in_a_gradient_check() {
    let all = sources(&[OPS]);
    let checks = all.iter().map(helpers).collect::<String>();
    let called = |name: &str| {
        let call = format!("{name}(");
        let mut places = checks.match_indices(&call);
        let start = |at: usize| !checks[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        places.any(|(at, _)| start(at))
    };
    let exempt = |name: &str| NO_GRADIENT_METHODS.iter().any(|e| e.0 == name);
    let (mut offenders, mut seen) = (Vec::new(), BTreeSet::new());
    for source in all
        .iter()
        .filter(|s| NO_GRADIENT.iter().all(|e| e.0 != s.stem()))
    {
        for name in source.names_after("pub fn ") {
            seen.insert(name.clone());
            let twin = name.is_empty() || name.starts_with("try_") || name.ends_with('_');
            if !twin && !called(&name) && !exempt(&name) {
                offenders.push(format!("{}: {name}", source.path));
            }
        }
    }
    let gone = NO_GRADIENT_METHODS.iter().filter(|e| !seen.contains(e.0));
    offenders.extend(gone.map(|e| format!("no operation {}: {}", e.0, e.1)));
    assert_none(
        "in no `gradcheck_test!` (or else an exception with its reason)",
        offenders,
    );
}

#[test]
fn the_page_lists_what_has_no_second_derivative() {
    let once: BTreeSet<String> = sources(&[OPS])
        .iter()
        .filter(|s| s.code().contains("cx.once("))
        .map(|s| s.path.clone())
        .collect();
    let said: BTreeSet<String> = sources(&[OPS])
        .iter()
        .filter(|s| checks(s).iter().any(|c| refused(c).any(|w| w == "second")))
        .map(|s| s.path.clone())
        .collect();
    assert_eq!(
        once, said,
        "rules through `cx.once` and lines with `no second`"
    );
    let page = fs::read_to_string(root().join("docs/autograd.md")).unwrap();
    let section = page
        .split("\n## ")
        .find(|s| s.starts_with("Second derivatives"));
    let rows = section
        .expect("a section")
        .lines()
        .filter(|l| l.starts_with("| `"));
    let listed: BTreeSet<String> = rows
        .map(|row| {
            format!(
                "{OPS}/{}",
                row.split('|')
                    .nth(2)
                    .expect("a file")
                    .trim()
                    .trim_matches('`')
            )
        })
        .collect();
    assert_eq!(listed, once, "files in the table of docs/autograd.md");
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

/// The list of what is compared with difference quotients is that of the formulas.
#[test]
fn every_formula_of_the_core_is_checked_by_the_test_that_its_macro_writes() {
    let unchecked = |s: &Source| {
        let formulas = s.text.matches("\n#[elementwise(crate = crate").count();
        let checked = s
            .text
            .matches("\n#[elementwise(crate = crate, test = ")
            .count();
        (formulas != checked).then(|| s.path.clone())
    };
    let all: Vec<Source> = sources(&[OPS]);
    assert!(all.iter().any(|s| s.text.contains("\n#[elementwise(")));
    let missing = all.iter().filter_map(unchecked).collect();
    assert_none("formulas without `test = low..high`", missing);
}
