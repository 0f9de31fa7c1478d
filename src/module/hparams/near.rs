//! Names that were probably meant.

/// The name that `name` is probably a slip of, if any.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let close = |&(d, k): &(usize, &str)| d <= 1 + k.len() / 4;
    let distances = known.into_iter().map(|k| (distance(name, k), k));
    distances.filter(close).min().map(|found| found.1)
}

/// How many characters to insert, delete or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["lr", "num_hiddens", "sigma"];
        assert_eq!(nearest("num_hidden", known), Some("num_hiddens"));
        assert_eq!(nearest("lrr", known), Some("lr"));
        assert_eq!(nearest("momentum", known), None);
        assert_eq!((distance("", "abc"), distance("kitten", "sitting")), (3, 3));
    }
}
