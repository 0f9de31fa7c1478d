//! What cannot be a batch.
use super::parse::{Field, Item};
use crate::diagnostics::{Errors, on};
use syn::spanned::Spanned;

pub fn check(item: &Item, errors: &mut Errors) {
    if item.misshapen {
        let text = "a batch is made of a struct with named fields, one for each tensor";
        errors.push(on(&item.ident, text));
    } else if item.collated().is_empty() {
        let text = "nothing is left for the batch: a field without `#[batch(skip)]` is needed";
        errors.push(on(&item.ident, text));
    }
    if !item.generics.params.is_empty() {
        let text = "an example cannot be generic: its batch is one type";
        errors.push(on(&item.generics, text));
    }
    item.fields.iter().for_each(|f| field(f, errors));
    lengths(item, errors);
    for second in item.fields.iter().filter_map(|f| f.label.as_ref()).skip(1) {
        errors.push(on(
            second,
            "a batch has one label, and another field is it already",
        ));
    }
}

/// Options that contradict each other.
fn field(f: &Field, errors: &mut Errors) {
    let others = [
        f.label.as_ref().map(Spanned::span),
        f.pad.as_ref().map(Spanned::span),
        f.with.as_ref().map(Spanned::span),
    ];
    if let Some(span) = others.into_iter().flatten().next().filter(|_| f.skip) {
        let text = "this field is `skip`ped, so the other option has no meaning";
        errors.push(crate::diagnostics::at(span, text));
    }
}

/// A padded field brings the field of its lengths.
fn lengths(item: &Item, errors: &mut Errors) {
    for padded in item.fields.iter().filter(|f| f.pad.is_some()) {
        let name = padded.lengths();
        for clash in item.fields.iter().filter(|f| f.ident == name) {
            let text = format!(
                "the lengths of the padded field `{}` go by this name: choose another",
                padded.ident
            );
            errors.push(on(&clash.ident, text));
        }
    }
}
