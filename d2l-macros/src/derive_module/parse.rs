//! Attributes and fields, turned into what they mean for a module.
use crate::{
    diagnostics::{Errors, near, on, value},
    hyperparameters::{Rule, doc},
    paths,
};
use syn::{
    Attribute, Data, DeriveInput, Fields, Generics, Ident, Index, LitStr, Member, Path, Token,
    Type, ext::IdentExt, meta::ParseNestedMeta, spanned::Spanned,
};

/// A type under `derive(Module)`.
pub struct Model {
    pub ident: Ident,
    pub generics: Generics,
    pub options: Options,
    pub shape: Shape,
    /// Its documentation.
    pub doc: String,
}

/// `#[module(..)]` on the type.
pub struct Options {
    pub krate: Path,
    pub base: Option<Path>,
    pub no_clone: bool,
    /// `fn(&Self) -> String`: the line that a leaf is printed as.
    pub repr: Option<Path>,
    pub no_display: bool,
}

pub enum Shape {
    Struct(Vec<Field>),
    Enum(Vec<(Ident, Vec<Field>)>),
    Union(Token![union]),
}

pub struct Field {
    pub member: Member,
    /// The path segment of its parts.
    pub name: String,
    pub ty: Type,
    /// `#[hparam]`, with its options.
    pub hparam: Option<Rule>,
    pub skip: bool,
    /// Its parameters are not learned, unless somebody says so.
    pub frozen: Option<Path>,
    /// The name given instead of the field's.
    pub rename: Option<LitStr>,
}

impl Field {
    /// Is it a part of the module, as far as we are told?
    pub fn visited(&self) -> bool {
        self.hparam.is_none() && !self.skip
    }
}

impl Model {
    pub fn fields(&self) -> Box<dyn Iterator<Item = &Field> + '_> {
        match &self.shape {
            Shape::Struct(fields) => Box::new(fields.iter()),
            Shape::Enum(variants) => Box::new(variants.iter().flat_map(|v| &v.1)),
            Shape::Union(_) => Box::new(std::iter::empty()),
        }
    }
}

pub fn parse(input: DeriveInput, errors: &mut Errors) -> Model {
    let (options, doc) = (options(&input.attrs, errors), doc(&input.attrs));
    let shape = match input.data {
        Data::Struct(s) => Shape::Struct(fields(s.fields, errors)),
        Data::Enum(e) => {
            let variant = |v: syn::Variant, errors: &mut Errors| {
                refuse(&v.attrs, "a variant", errors);
                (v.ident, fields(v.fields, errors))
            };
            Shape::Enum(e.variants.into_iter().map(|v| variant(v, errors)).collect())
        }
        Data::Union(u) => Shape::Union(u.union_token),
    };
    Model {
        ident: input.ident,
        generics: input.generics,
        options,
        shape,
        doc,
    }
}

/// Our attributes mean nothing here.
fn refuse(attrs: &[Attribute], place: &str, errors: &mut Errors) {
    for a in attrs
        .iter()
        .filter(|a| a.path().is_ident("hparam") || a.path().is_ident("module"))
    {
        let name = a.path().segments[0].ident.to_string();
        errors.push(on(
            a,
            format!("`#[{name}]` goes on a field, not on {place}"),
        ));
    }
}

fn options(attrs: &[Attribute], errors: &mut Errors) -> Options {
    let mut o = Options {
        krate: paths::default_crate(),
        base: None,
        no_clone: false,
        repr: None,
        no_display: false,
    };
    for a in attrs {
        if a.path().is_ident("hparam") {
            errors.push(on(a, "`#[hparam]` goes on a field, not on a type"));
        }
        if a.path().is_ident("module") {
            errors.take(a.parse_nested_meta(|m| option(&mut o, &m)));
        }
    }
    o
}

fn option(o: &mut Options, m: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if m.path.is_ident("base") {
        o.base = Some(value(m, "base = Classifier")?);
    } else if m.path.is_ident("crate") {
        o.krate = m.value()?.call(Path::parse_mod_style)?;
    } else if m.path.is_ident("no_clone") {
        o.no_clone = true;
    } else if m.path.is_ident("repr") {
        o.repr = Some(value(m, "repr = Type::function")?);
    } else if m.path.is_ident("no_display") {
        o.no_display = true;
    } else {
        let known = ["base", "no_clone", "no_display", "repr", "crate"];
        return Err(m.error(unknown(m, &known, "on a type there are `base = ..`, `no_clone`, `no_display`, `repr = ..` and `crate = ..`")));
    }
    Ok(())
}

fn fields(fields: Fields, errors: &mut Errors) -> Vec<Field> {
    fields
        .into_iter()
        .zip(0..)
        .map(|(f, i)| field(f, i, errors))
        .collect()
}

fn field(f: syn::Field, index: u32, errors: &mut Errors) -> Field {
    let (member, name) = match f.ident {
        Some(id) => (Member::Named(id.clone()), id.unraw().to_string()),
        None => (
            Member::Unnamed(Index {
                index,
                span: f.ty.span(),
            }),
            index.to_string(),
        ),
    };
    let mut field = Field {
        member,
        name,
        ty: f.ty,
        hparam: None,
        skip: false,
        frozen: None,
        rename: None,
    };
    for a in &f.attrs {
        if a.path().is_ident("hparam") {
            field.hparam.get_or_insert_default().read(a, errors);
        } else if a.path().is_ident("module") {
            errors.take(a.parse_nested_meta(|m| field.option(&m)));
        }
    }
    if let Some(rule) = &mut field.hparam {
        rule.doc = doc(&f.attrs);
    }
    if let Some(rename) = &field.rename {
        field.name = rename.value();
    }
    field
}

impl Field {
    fn option(&mut self, m: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if m.path.is_ident("skip") {
            self.skip = true;
        } else if m.path.is_ident("frozen") {
            self.frozen = Some(m.path.clone());
        } else if m.path.is_ident("rename") {
            self.rename = Some(value(m, "rename = \"name\"")?);
        } else {
            let known = ["skip", "frozen", "rename"];
            let all = "on a field there are `skip`, `frozen` and `rename = \"..\"`";
            return Err(m.error(unknown(m, &known, all)));
        }
        Ok(())
    }
}

/// What to say about an option that does not exist here.
fn unknown(m: &ParseNestedMeta<'_>, known: &[&str], all: &str) -> String {
    let name = m.path.get_ident().map(Ident::to_string).unwrap_or_default();
    match near(&name, known.iter().copied()) {
        Some(meant) => format!("unknown option; did you mean `{meant}`? ({all})"),
        None => format!("unknown option; {all}"),
    }
}
