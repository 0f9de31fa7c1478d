//! Attributes and fields, turned into what they mean for a batch.
use crate::{
    diagnostics::{Errors, on, value},
    paths,
};
use quote::format_ident;
use syn::{
    Attribute, Data, DeriveInput, Expr, Fields, Generics, Ident, Path, Token, Type, Visibility,
    meta::ParseNestedMeta,
};

/// A struct under `derive(Batch)`.
pub struct Item {
    pub ident: Ident,
    pub vis: Visibility,
    pub generics: Generics,
    pub krate: Path,
    /// The batch's name.
    pub batch: Ident,
    pub fields: Vec<Field>,
    /// Not a struct with named fields.
    pub misshapen: bool,
}

pub struct Field {
    pub ident: Ident,
    pub vis: Visibility,
    pub ty: Type,
    pub skip: bool,
    /// Goes last in the batch, where losses look for it.
    pub label: Option<Path>,
    /// What fills up shorter examples.
    pub pad: Option<Expr>,
    /// `fn(&Type) -> Tensor`.
    pub with: Option<Expr>,
}

impl Item {
    /// The fields that are in the batch, inputs first, the label last.
    pub fn collated(&self) -> Vec<&Field> {
        let (mut inputs, labels): (Vec<_>, Vec<_>) = self
            .fields
            .iter()
            .filter(|f| !f.skip)
            .partition(|f| f.label.is_none());
        inputs.extend(labels);
        inputs
    }
}

pub fn parse(input: DeriveInput, errors: &mut Errors) -> Item {
    let mut item = Item {
        batch: format_ident!("{}Batch", input.ident),
        ident: input.ident,
        vis: input.vis,
        generics: input.generics,
        krate: paths::default_crate(),
        fields: Vec::new(),
        misshapen: false,
    };
    for a in ours(&input.attrs) {
        errors.take(a.parse_nested_meta(|m| item.option(&m)));
    }
    match input.data {
        Data::Struct(s) if matches!(s.fields, Fields::Named(_)) => {
            item.fields = s
                .fields
                .into_iter()
                .filter_map(|f| field(f, errors))
                .collect();
        }
        _ => item.misshapen = true,
    }
    item
}

fn ours(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|a| a.path().is_ident("batch"))
}

impl Item {
    fn option(&mut self, m: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if m.path.is_ident("name") {
            self.batch = value(m, "name = Items")?;
        } else if m.path.is_ident("crate") {
            self.krate = m.value()?.call(Path::parse_mod_style)?;
        } else {
            return Err(
                m.error("unknown option; on a struct there are `name = ..` and `crate = ..`")
            );
        }
        Ok(())
    }
}

fn field(f: syn::Field, errors: &mut Errors) -> Option<Field> {
    let mut field = Field {
        ident: f.ident?,
        vis: f.vis,
        ty: f.ty,
        skip: false,
        label: None,
        pad: None,
        with: None,
    };
    for a in ours(&f.attrs) {
        match a.meta {
            syn::Meta::List(_) => drop(errors.take(a.parse_nested_meta(|m| field.option(&m)))),
            _ => errors.push(on(
                a,
                "write `#[batch(..)]` with an option between the parentheses",
            )),
        }
    }
    Some(field)
}

impl Field {
    fn option(&mut self, m: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if m.path.is_ident("skip") {
            self.skip = true;
        } else if m.path.is_ident("label") {
            self.label = Some(m.path.clone());
        } else if m.path.is_ident("pad") {
            let given = m.input.peek(Token![=]);
            self.pad = Some(if given {
                m.value()?.parse()?
            } else {
                syn::parse_quote!(0)
            });
        } else if m.path.is_ident("with") {
            self.with = Some(value(m, "with = function")?);
        } else {
            let text =
                "unknown option; on a field there are `pad = ..`, `with = ..`, `label` and `skip`";
            return Err(m.error(text));
        }
        Ok(())
    }
}
