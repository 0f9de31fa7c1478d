//! An optimizer or a scheduler is one file and its line.
use super::*;

/// Where a scheduler or an optimizer is named beside its own file, with the reason.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    ("SGD", "src/module/base.rs", "the default optimizer"),
    ("SGD", "src/module/hooks.rs", "an example in a message"),
    ("SGD", "src/module/optimizer.rs", "an example in a message"),
];

/// The optimizers and schedulers of a file.
fn made(source: &Source) -> Vec<String> {
    let code = source.code();
    let rules = code.split("optimizer! {").skip(1);
    let rules = rules.filter_map(|rest| rest.split_once("pub struct ").map(|r| r.1));
    let kinds = ["impl Schedule for ", "impl Scheduler for "];
    let kinds = kinds.iter().flat_map(|kind| code.split(kind).skip(1));
    let name =
        |rest: &str| -> String { rest.chars().take_while(|c| c.is_alphanumeric()).collect() };
    rules
        .chain(kinds)
        .map(name)
        .filter(|n| n != "Box")
        .collect()
}

#[test]
fn an_optimizer_or_a_scheduler_is_one_file_and_its_line() {
    let all = sources(&["src"]);
    let (mut offenders, mut count) = (Vec::new(), 0);
    for own in all
        .iter()
        .filter(|s| s.path.starts_with("src/optim/") && !s.is_test())
    {
        let (folder, _) = own.path.rsplit_once('/').unwrap();
        for name in made(own) {
            count += 1;
            let list = format!("{folder}/mod.rs");
            let excused = |s: &Source| ELSEWHERE.iter().any(|e| (e.0, e.1) == (&*name, &*s.path));
            let others = all
                .iter()
                .filter(|s| s.path != own.path && s.path != list && !s.is_test() && !excused(s));
            let words = |s: &Source| {
                let code = s.code();
                code.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|w| w == name)
            };
            offenders.extend(
                others
                    .filter(|s| words(s))
                    .map(|s| format!("{name} in {}", s.path)),
            );
            let listed = all
                .iter()
                .any(|s| s.path == list && s.text.matches(&*name).count() > 0);
            if !listed {
                offenders.push(format!("{name} is not in {list}"));
            }
        }
    }
    assert!(
        count >= 25,
        "only {count} optimizers and schedulers were found"
    );
    assert_none(
        "an optimizer or a scheduler is one file and its line",
        offenders,
    );
}
