//! The tables: operation or layer → passed, failed, unsupported, excepted.
use super::lists::Lists;
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    pub unsupported: usize,
    pub excepted: usize,
    /// What was wrong, row by row.
    pub failures: Vec<String>,
}

pub type Counts = BTreeMap<String, Count>;

impl Count {
    fn complete(&self) -> bool {
        self.passed > 0 && self.failed == 0 && self.unsupported == 0
    }
}

/// Prints the table with at most `shown` failures of each operation or layer (`kind`), and the sums.
pub fn print(kind: &str, counts: &Counts, shown: usize) {
    println!(
        "{:<56} {:>7} {:>7} {:>12} {:>9}",
        kind, "passed", "failed", "unsupported", "excepted"
    );
    let mut sum = Count::default();
    let mut complete = 0;
    for (key, c) in counts {
        println!(
            "{key:<56} {:>7} {:>7} {:>12} {:>9}",
            c.passed, c.failed, c.unsupported, c.excepted
        );
        c.failures
            .iter()
            .take(shown)
            .for_each(|f| println!("    {f}"));
        sum.passed += c.passed;
        sum.failed += c.failed;
        sum.unsupported += c.unsupported;
        sum.excepted += c.excepted;
        complete += usize::from(c.complete());
    }
    println!(
        "{:<56} {:>7} {:>7} {:>12} {:>9}",
        "all", sum.passed, sum.failed, sum.unsupported, sum.excepted
    );
    println!("{complete} of {} {kind}s pass completely", counts.len());
}

/// What is wrong on the whole. That an exception is not needed can only be said of the data that the
/// list was written for: `own`.
pub fn complaints(tables: &[Counts], lists: &Lists, own: bool) -> Vec<String> {
    let all = tables.iter().flatten();
    let wrong = all.filter(|(_, c)| c.failed + c.unsupported > 0);
    let mut out: Vec<String> = wrong
        .map(|(key, c)| {
            format!(
                "{key}: {} rows fail, {} are unsupported",
                c.failed, c.unsupported
            )
        })
        .collect();
    if own {
        let unused = lists.unused();
        out.extend(
            unused
                .iter()
                .map(|e| format!("`{e}` is on exceptions.txt, but no row needs it")),
        );
    }
    out
}
