//! Names that were probably meant.

/// By which prefix all names differ.
pub(super) enum Hint {
    /// The state has it, the model does not.
    Strip(String),
    /// The model has it, the state does not.
    Add(String),
}

/// The prefix by which every unexpected name differs from a missing one.
pub(super) fn prefix_hint(missing: &[String], unexpected: &[String]) -> Option<Hint> {
    let (m, u) = (missing.first()?, unexpected.first()?);
    // The first of the one may belong to any of the other, the shortest to none shorter.
    let by = |long: &[String], short: &[String]| {
        let first = long.first()?;
        let ends = |s: &&String| first.len() > s.len() && first.ends_with(s.as_str());
        let prefix = short
            .iter()
            .find(ends)
            .map(|s| &first[..first.len() - s.len()])?;
        let fits = |name: &String| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| short.iter().any(|s| s == rest))
        };
        (prefix.ends_with('.') && long.iter().all(fits)).then(|| prefix.to_string())
    };
    if u.len() > m.len() {
        by(unexpected, missing).map(Hint::Strip)
    } else {
        by(missing, unexpected).map(Hint::Add)
    }
}

/// The candidate that differs least from `name`, if it is by at most a third of its letters.
pub(super) fn nearest<'a>(name: &str, candidates: &'a [String]) -> Option<&'a String> {
    let all = candidates
        .iter()
        .filter(|c| c.len().abs_diff(name.len()) <= name.len() / 3);
    let (far, near) = all.map(|c| (distance(name, c), c)).min_by_key(|d| d.0)?;
    (far <= name.len() / 3).then_some(near)
}

/// How many letters must be put in, left out or changed to make `b` of `a` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_string()).collect()
    }

    #[test]
    fn the_distance_counts_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!((distance("", "ab"), distance("ab", "ab")), (2, 0));
        let state = names(&["net.1.weight", "net.0.wieght", "other"]);
        assert_eq!(nearest("net.0.weight", &state), Some(&state[0]));
        assert_eq!(nearest("bias", &state), None);
    }

    #[test]
    fn a_prefix_is_found_only_if_it_explains_every_name() {
        let (plain, long) = (names(&["a.w", "b.w"]), names(&["module.a.w", "module.b.w"]));
        assert!(matches!(prefix_hint(&plain, &long), Some(Hint::Strip(p)) if p == "module."));
        assert!(matches!(prefix_hint(&long, &plain), Some(Hint::Add(p)) if p == "module."));
        assert!(prefix_hint(&plain, &names(&["module.a.w", "b.w.x"])).is_none());
        assert!(prefix_hint(&plain, &[]).is_none() && prefix_hint(&[], &plain).is_none());
    }
}
