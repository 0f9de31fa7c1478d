//! Parameters by a pattern of their paths.
use super::{Module, Param, walk::visit_parameters};
use std::collections::HashSet;

/// Does `path` fit `pattern`? `*` stands for one segment, `**` for any number of them, none included.
fn fits(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|n| fits(rest, &path[n..])),
        ([p, rest @ ..], [s, path @ ..]) => (*p == "*" || p == s) && fits(rest, path),
        _ => false,
    }
}

/// The parameters of which a path fits, each once.
pub(super) fn matching<M: Module + ?Sized>(m: &M, pattern: &str) -> Vec<Param> {
    let pattern: Vec<_> = pattern.split('.').collect();
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    visit_parameters(m, &mut |path, p| {
        let path: Vec<_> = path.split('.').collect();
        if fits(&pattern, &path) && seen.insert(p.id()) {
            found.push(p.clone());
        }
    });
    found
}

/// [`matching`], of which there is at least one.
#[track_caller]
pub(super) fn some_matching<M: Module + ?Sized>(m: &M, what: &str, pattern: &str) -> Vec<Param> {
    let found = matching(m, pattern);
    if found.is_empty() {
        let mut paths = Vec::new();
        visit_parameters(m, &mut |path, _| paths.push(path.to_string()));
        let more = if paths.len() > 8 { ", .." } else { "" };
        paths.truncate(8);
        panic!(
            "{what}: no parameter is called `{pattern}`; there are {}{more}",
            paths.join(", ")
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn one_star_is_one_segment_and_two_are_any_number() {
        let fits = |pattern: &str, path: &str| {
            fits(
                &pattern.split('.').collect::<Vec<_>>(),
                &path.split('.').collect::<Vec<_>>(),
            )
        };
        assert!(fits("net.*.weight", "net.0.weight"));
        assert!(!fits("net.*.weight", "net.0.1.weight") && !fits("net.*", "net"));
        assert!(fits("**.bias", "bias") && fits("**.bias", "a.b.bias"));
        assert!(fits("body.**", "body.0.weight") && fits("body.**", "body"));
        assert!(!fits("body.**", "head.body") && fits("**", "a.b") && fits("a.**.z", "a.z"));
        assert!(!fits("weight", "weights") && !fits("", "a"));
    }
}
