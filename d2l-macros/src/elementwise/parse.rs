//! A function with `#[elementwise]` → its formula.
use super::{
    formula::{Reader, is_float},
    graph::{Graph, Id},
};
use crate::{
    diagnostics::{Errors, at, on, value},
    paths,
};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Attribute, Expr, FnArg, Ident, ItemFn, Pat, Path, ReturnType, Safety, Type, Visibility,
    parse::Parser, spanned::Spanned,
};

/// Tensors that one function may take; as many inputs has a node of the autograd graph, less one.
const MOST_TENSORS: usize = 7;

/// The options in the brackets.
pub struct Options {
    pub krate: Path,
    /// The range in which the generated test draws its arguments.
    pub test: Option<Expr>,
}

impl Options {
    pub fn parse(args: TokenStream, errors: &mut Errors) -> Options {
        let mut options = Options {
            krate: paths::default_crate(),
            test: None,
        };
        let parser = syn::meta::parser(|m| {
            if m.path.is_ident("crate") {
                options.krate = value(&m, "crate = path::to::d2l")?;
            } else if m.path.is_ident("test") {
                options.test = Some(value(&m, "test = -3.0..3.0")?);
            } else {
                return Err(m.error("the options are `crate = path` and `test = low..high`"));
            }
            Ok(())
        });
        errors.take(parser.parse2(args));
        if let Some(test) = &options.test
            && !matches!(test, Expr::Range(r) if r.start.is_some() && r.end.is_some())
        {
            errors.push(on(
                test,
                "the range of the arguments is expected: `test = -3.0..3.0`",
            ));
        }
        options
    }
}

/// An argument of a formula.
pub struct Argument {
    pub name: Ident,
    /// A number instead of a tensor.
    pub number: bool,
}

/// A formula with a name.
pub struct Definition {
    pub attrs: Vec<Attribute>,
    pub vis: Visibility,
    pub name: Ident,
    pub arguments: Vec<Argument>,
    pub graph: Graph,
    pub results: Vec<Id>,
}

/// The definition; `None` if so much is wrong that nobody could call it.
pub fn function(f: ItemFn, errors: &mut Errors) -> Option<Definition> {
    check_signature(&f, errors);
    let arguments = f.sig.inputs.iter().map(|a| errors.take(argument(a)));
    let arguments: Vec<Option<Argument>> = arguments.collect();
    let arguments: Vec<Argument> = arguments.into_iter().collect::<Option<_>>()?;
    check_arguments(&f, &arguments, errors);
    let n = errors.take(results(&f.sig.output, &f.sig.ident))?;
    let mut reader = Reader::new(arguments.iter().map(|a| (&a.name, a.number)));
    let values = reader.block(&f.block, n);
    let sound = reader.errors.is_empty();
    errors.absorb(reader.errors);
    if sound && values.len() != n {
        let message = format!(
            "the signature says {n}, the last expression gives {}",
            values.len()
        );
        errors.push(on(&f.sig.output, message));
    }
    Some(Definition {
        attrs: f.attrs,
        vis: f.vis,
        name: f.sig.ident,
        arguments,
        graph: reader.graph,
        results: values,
    })
}

fn check_signature(f: &ItemFn, errors: &mut Errors) {
    let s = &f.sig;
    let mut refuse = |tokens: &dyn Tokens, what: &str| {
        let message = format!("an elementwise function {what}");
        errors.push(at(tokens.place(), message));
    };
    if let Some(t) = &s.asyncness {
        refuse(t, "is not `async`");
    }
    if let Some(t) = &s.constness {
        refuse(t, "is not `const`: it becomes a function of tensors");
    }
    if let Safety::Unsafe(t) = &s.safety {
        refuse(t, "is not `unsafe`");
    }
    if let Some(t) = &s.abi {
        refuse(t, "has no ABI of its own");
    }
    if !s.generics.params.is_empty() {
        refuse(
            &s.generics,
            "has no generics: `f32` stands for every type of floats",
        );
    }
    if let Some(t) = &s.generics.where_clause {
        refuse(t, "has no `where`");
    }
}

/// What an error can point at.
trait Tokens {
    fn place(&self) -> proc_macro2::Span;
}

impl<T: ToTokens> Tokens for T {
    fn place(&self) -> proc_macro2::Span {
        self.span()
    }
}

fn check_arguments(f: &ItemFn, arguments: &[Argument], errors: &mut Errors) {
    let tensors: Vec<&Argument> = arguments.iter().filter(|a| !a.number).collect();
    if tensors.is_empty() {
        let message =
            "an elementwise function takes at least one `f32` that is not `#[scalar]`: the tensor";
        errors.push(at(f.sig.ident.span(), message));
    }
    if let Some(extra) = tensors.get(MOST_TENSORS) {
        let message = format!("an elementwise function takes at most {MOST_TENSORS} tensors");
        errors.push(at(extra.name.span(), message));
    }
    for (i, a) in arguments.iter().enumerate() {
        if arguments[..i].iter().any(|b| b.name == a.name) {
            errors.push(at(
                a.name.span(),
                format!("`{}` is already an argument", a.name),
            ));
        }
    }
}

fn argument(a: &FnArg) -> syn::Result<Argument> {
    let FnArg::Typed(t) = a else {
        return Err(on(a, "an elementwise function has no `self`"));
    };
    let Pat::Ident(p) = &*t.pat else {
        return Err(on(&t.pat, "an argument has a name: write `x: f32`"));
    };
    if p.by_ref.is_some() || p.mutability.is_some() || p.subpat.is_some() {
        return Err(on(&t.pat, "an argument is a plain name: write `x: f32`"));
    }
    if !is_float(&t.ty) {
        let message = "an elementwise function takes `f32`, which stands for every type of floats";
        return Err(on(&t.ty, message));
    }
    let mut number = false;
    for attr in &t.attrs {
        if !attr.path().is_ident("scalar") {
            return Err(on(attr, "the only attribute of an argument is `#[scalar]`"));
        }
        attr.meta.require_path_only()?;
        number = true;
    }
    Ok(Argument {
        name: p.ident.clone(),
        number,
    })
}

/// How many results the signature seems to promise.
pub fn count(output: &ReturnType) -> usize {
    match output {
        ReturnType::Type(_, ty) => match &**ty {
            Type::Tuple(t) => t.elems.len(),
            _ => 1,
        },
        ReturnType::Default => 1,
    }
}

/// How many results the signature promises.
fn results(output: &ReturnType, name: &Ident) -> syn::Result<usize> {
    let ReturnType::Type(_, ty) = output else {
        return Err(at(name.span(), "the result is missing: write `-> f32`"));
    };
    match &**ty {
        Type::Tuple(t) if t.elems.len() > 1 && t.elems.iter().all(is_float) => Ok(t.elems.len()),
        t if is_float(t) => Ok(1),
        t => Err(on(
            t,
            "an elementwise function gives `f32`, or `(f32, f32)` and so on",
        )),
    }
}
