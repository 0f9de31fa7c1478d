//! Errors: collect them all, show each at the user's own tokens.
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::fmt::Display;
use syn::{Error, Ident, Token, meta::ParseNestedMeta, parse::Parse};

/// An error at `span`.
pub fn at(span: Span, message: impl Display) -> Error {
    Error::new(span, message)
}

/// An error that underlines `tokens`.
pub fn on(tokens: impl ToTokens, message: impl Display) -> Error {
    Error::new_spanned(tokens, message)
}

/// What was found wrong so far.
#[derive(Default)]
pub struct Errors(Option<Error>);

impl Errors {
    pub fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            none => *none = Some(error),
        }
    }

    /// The value, or its error noted.
    pub fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|e| self.push(e)).ok()
    }

    /// The errors of another stage after these.
    pub fn absorb(&mut self, other: Errors) {
        if let Some(error) = other.0 {
            self.push(error);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub fn count(&self) -> usize {
        self.0.iter().flatten().count()
    }

    /// One `compile_error!` for each.
    pub fn emit(self) -> TokenStream {
        self.0.map(Error::into_compile_error).unwrap_or_default()
    }
}

/// The value of the option `m`, which should look like `write`.
pub fn value<T: Parse>(m: &ParseNestedMeta<'_>, write: &str) -> syn::Result<T> {
    if !m.input.peek(Token![=]) {
        return Err(m.error(format!("this option needs a value: write `{write}`")));
    }
    m.value()?.parse()
}

/// A warning on stable Rust: the use, at `span`, of something deprecated.
pub fn warning(span: Span, name: &str, note: &str) -> TokenStream {
    let id = Ident::new(name, span);
    let used = quote_spanned!(span=> #id);
    quote! {
        #[allow(non_upper_case_globals, dead_code)]
        const _: () = { #[deprecated(note = #note)] const #id: () = (); #used };
    }
}

/// The known name that `name` is probably a slip of, if any.
pub fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let close = |&(d, k): &(usize, &str)| d > 0 && d <= 1 + k.len() / 8;
    known
        .into_iter()
        .map(|k| (distance(name, k), k))
        .filter(close)
        .min()
        .map(|x| x.1)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            d[i][j] = if i * j == 0 {
                i + j
            } else {
                step(&d, &a, &b, i, j)
            };
        }
    }
    d[a.len()][b.len()]
}

fn step(d: &[Vec<usize>], a: &[char], b: &[char], i: usize, j: usize) -> usize {
    let replaced = d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
    let best = replaced.min(d[i - 1][j] + 1).min(d[i][j - 1] + 1);
    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
    if swapped {
        best.min(d[i - 2][j - 2] + 1)
    } else {
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses() {
        let hooks = ["loss", "forward", "validation_step"];
        assert_eq!(near("validaton_step", hooks), Some("validation_step"));
        assert_eq!(near("froward", hooks), Some("forward"));
        assert_eq!(near("los", hooks), Some("loss"));
        assert_eq!(near("loss", hooks), None, "the name itself is no slip");
        assert_eq!(near("embed", hooks), None);
    }
}
