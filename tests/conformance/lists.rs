//! The written list beside this file: rows that need not pass.
use serde_json::Value as Json;
use std::cell::Cell;

/// Rows that may fail or stay unsupported, with the reason.
pub struct Exception {
    key: String,
    text: String,
    /// Whether a row has needed it.
    used: Cell<bool>,
}

pub struct Lists {
    exceptions: Vec<Exception>,
}

impl Lists {
    pub fn read() -> Lists {
        let exceptions = lines(include_str!("exceptions.txt"))
            .map(exception)
            .collect();
        Lists { exceptions }
    }

    /// Whether a failing row of this operation is on the list.
    pub fn excepts(&self, key: &str, row: &Json) -> bool {
        let text = row.to_string();
        let hit = self
            .exceptions
            .iter()
            .find(|e| e.key == key && (e.text == "*" || text.contains(&e.text)));
        hit.inspect(|e| e.used.set(true)).is_some()
    }

    /// Exceptions that no row needed.
    pub fn unused(&self) -> Vec<String> {
        let unused = self.exceptions.iter().filter(|e| !e.used.get());
        unused.map(|e| format!("{} | {}", e.key, e.text)).collect()
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
}

/// `operation | text in the row | reason`.
fn exception(line: &str) -> Exception {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    match parts[..] {
        [key, text, reason] if !reason.is_empty() => Exception {
            key: key.into(),
            text: text.into(),
            used: Cell::new(false),
        },
        _ => panic!("exceptions.txt: `{line}` is not `operation | text in the row, or * | reason`"),
    }
}
