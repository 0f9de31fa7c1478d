//! Parameters by a pattern of their paths.
use super::{Module, Param, walk::visit_parameters};
use std::collections::HashSet;

/// Does `path` fit `pattern`? `**` stands for any number of segments, none included, `*` for one or
/// for any letters of one.
fn fits(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|n| fits(rest, &path[n..])),
        ([p, rest @ ..], [s, path @ ..]) => segment_fits(p, s) && fits(rest, path),
        _ => false,
    }
}

fn segment_fits(pattern: &str, segment: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == segment;
    };
    let Some(left) = segment.strip_prefix(start) else {
        return false;
    };
    let ends = left.char_indices().map(|(i, _)| i).chain([left.len()]);
    rest.is_empty() || ends.into_iter().any(|i| segment_fits(rest, &left[i..]))
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
    fn a_star_is_a_segment_or_letters_of_it_and_two_are_any_number() {
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
        assert!(fits("**.weight_*", "rnn.weight_ih_l0") && fits("weight*", "weight"));
        assert!(fits("*_hh_l*", "bias_hh_l1_reverse") && fits("a*b*c", "abbc"));
        assert!(!fits("weight_*", "bias_ih_l0") && !fits("*a.b", "x.b") && !fits("*x", "a.x"));
    }
}
