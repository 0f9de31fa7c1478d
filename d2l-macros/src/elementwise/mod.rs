//! `#[elementwise]`: a function of numbers becomes a function of tensors with a gradient.
//!
//! Formula → graph → derivatives as more of the graph → straight-line code; the loops, the threads and the
//! autograd nodes around it are the library's, so that one function adds little to compile.
pub mod expand;
pub mod formula;
mod functions;
mod gradient;
pub mod graph;
mod parse;
mod rows;
mod show;

use crate::{diagnostics::Errors, paths};
use expand::Derived;
use graph::Id;
use parse::{Argument, Definition, Options};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Expr, FnArg, Ident, ItemFn, ext::IdentExt};

pub fn elementwise(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(args, &mut errors);
    let Some(f) = errors.take(syn::parse2::<ItemFn>(item)) else {
        return errors.emit();
    };
    let stub = stub(&f, &options);
    match parse::function(f, &mut errors) {
        Some(definition) if errors.is_empty() => written(definition, &options),
        _ => {
            let errors = errors.emit();
            quote!(#errors #stub)
        }
    }
}

/// What stands in for a function with mistakes, so that its callers have no errors of their own.
fn stub(f: &ItemFn, options: &Options) -> TokenStream {
    let (vis, name, private) = (&f.vis, &f.sig.ident, paths::private(&options.krate));
    let types = f.sig.inputs.iter().map(|a| match a {
        FnArg::Typed(t) if t.attrs.is_empty() => quote!(&#private::Tensor),
        _ => quote!(impl ::core::convert::Into<f64>),
    });
    let tensors = several(parse::count(&f.sig.output), &quote!(#private::Tensor));
    quote! {
        #[allow(dead_code, missing_docs)]
        #vis fn #name(#(_: #types),*) -> #tensors { loop {} }
        #[allow(non_camel_case_types, dead_code, missing_docs)]
        #vis enum #name {}
    }
}

fn written(d: Definition, options: &Options) -> TokenStream {
    let private = paths::private(&options.krate);
    let (n, m) = (d.arguments.len(), d.results.len());
    let derived = Derived::new(d.graph, d.results.clone(), n);
    let (attrs, vis, name) = (&d.attrs, &d.vis, &d.name);
    let text = name.unraw().to_string();
    let docs = documentation(&derived, &text, &d.arguments, &d.results);
    let formula = derived.expand(&private, name, &text);
    let arguments: Vec<&Ident> = d.arguments.iter().map(|a| &a.name).collect();
    let types = d.arguments.iter().map(|a| match a.number {
        true => quote!(impl ::core::convert::Into<f64>),
        false => quote!(&#private::Tensor),
    });
    let given = d.arguments.iter().map(|a| given(&private, a));
    let (tensors, numbers) = (
        several(m, &quote!(#private::Tensor)),
        several(m, &quote!(T)),
    );
    let results: Vec<Ident> = (0..m)
        .map(|k| Ident::new(&format!("y{k}"), Span::mixed_site()))
        .collect();
    let all = match &results[..] {
        [one] => quote!(#one),
        several => quote!((#(#several),*)),
    };
    let about = format!("The formula of [`{text}()`], on numbers: `{text}::scalar`.");
    let test = options
        .test
        .as_ref()
        .map(|range| test(&private, name, [n, m], range));
    quote! {
        #(#attrs)*
        #docs
        #[track_caller]
        #vis fn #name(#(#arguments: #types),*) -> #tensors {
            let [#(#results),*] = #private::apply::<#name, #n, #m>([#(#given),*]);
            #all
        }

        #[doc = #about]
        #[allow(non_camel_case_types)]
        #vis enum #name {}

        #[allow(clippy::too_many_arguments, dead_code)]
        impl #name {
            /// The formula on numbers: f32 or f64.
            pub fn scalar<T: #private::Float>(#(#arguments: T),*) -> #numbers {
                let [#(#results),*] =
                    <#name as #private::Formula<#n, #m>>::value::<false, T>([#(#arguments),*]);
                #all
            }
        }

        #formula
        #test
    }
}

/// An argument as the library takes it.
fn given(private: &TokenStream, a: &Argument) -> TokenStream {
    let name = &a.name;
    match a.number {
        true => quote!(#private::Argument::Number(::core::convert::Into::into(#name))),
        false => quote!(#private::Argument::Tensor(#name)),
    }
}

/// One of `item`, or a tuple of so many.
fn several(n: usize, item: &TokenStream) -> TokenStream {
    match n {
        1 => item.clone(),
        n => {
            let items = std::iter::repeat_n(item, n);
            quote!((#(#items),*))
        }
    }
}

fn test(private: &TokenStream, name: &Ident, [n, m]: [usize; 2], range: &Expr) -> TokenStream {
    let test = format_ident!("{}_agrees_with_difference_quotients", name);
    quote! {
        #[cfg(test)]
        #[test]
        fn #test() {
            #private::check_formula::<#name, #n, #m>(#range);
        }
    }
}

/// The formula and its derivatives as paragraphs of documentation.
fn documentation(d: &Derived, name: &str, arguments: &[Argument], results: &[Id]) -> TokenStream {
    let names: Vec<String> = arguments.iter().map(|a| a.name.to_string()).collect();
    let (values, letters) = show::show(&d.graph, &names, results);
    let value = match &values[..] {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    };
    let mut lines = vec![
        String::new(),
        "```text".to_string(),
        format!("{name}({}) = {value}", names.join(", ")),
    ];
    let with = |lines: &mut Vec<String>, letters: Vec<String>| {
        lines.extend(letters.into_iter().map(|l| format!("    {l}")));
    };
    with(&mut lines, letters);
    let tensors: Vec<usize> = (0..names.len()).filter(|&k| !arguments[k].number).collect();
    let roots: Vec<Id> = tensors.iter().map(|&k| d.gradient[k]).collect();
    let (slopes, letters) = show::show(&d.graph, &names, &roots);
    for (k, slope) in tensors.iter().zip(slopes) {
        lines.push(format!("gradient of {}: {slope}", names[*k]));
    }
    with(&mut lines, letters);
    lines.push("```".to_string());
    quote!(#(#[doc = #lines])*)
}
