//! `fused!(|x, b| ..)`: a formula of tensors at hand, computed in one pass.
use crate::{
    diagnostics::{Errors, at, on},
    elementwise::{
        expand::Derived,
        formula::{Captured, Reader},
    },
    paths,
};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{
    Expr, ExprClosure, Ident, Lit, Pat, Path, ReturnType, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    spanned::Spanned,
};

/// How many tensors a formula may name.
const MOST_TENSORS: usize = 7;

/// `crate = path, |x, b| ..`
struct Call {
    krate: Path,
    closure: ExprClosure,
}

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> syn::Result<Call> {
        let mut krate = paths::default_crate();
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            krate = input.call(Path::parse_mod_style)?;
            input.parse::<Token![,]>()?;
        }
        if !input.peek(Token![|]) {
            return Err(input.error("a formula of tensors is expected: `|x, b| (x * b).tanh()`"));
        }
        let closure = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Call { krate, closure })
    }
}

pub fn fused(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let written = errors
        .take(syn::parse2::<Call>(input))
        .and_then(|call| expand(call, &mut errors));
    match written {
        Some(written) if errors.is_empty() => written,
        _ => {
            // A value that nobody computes, so that what follows has no errors of its own.
            let (errors, private) = (errors.emit(), paths::private(&paths::default_crate()));
            quote!({
                #errors
                ::core::option::Option::<#private::Tensor>::None.unwrap()
            })
        }
    }
}

/// What closes the formula.
enum Closing {
    Nothing,
    Sum { mean: bool, last: bool },
}

fn expand(call: Call, errors: &mut Errors) -> Option<TokenStream> {
    let names = tensors(&call.closure, errors)?;
    let (body, closing) = closing(&call.closure.body, errors);
    let mut reader = Reader::new(names.iter().map(|n| (n, false)));
    reader.captured = Some(Captured {
        first: names.len(),
        numbers: Vec::new(),
    });
    let results = reader.values(body, 1);
    if results.len() != 1 {
        errors.push(on(body, "one value is expected"));
    }
    errors.absorb(reader.errors);
    let numbers = reader.captured.map(|c| c.numbers).unwrap_or_default();
    let n = names.len() + numbers.len();
    let private = paths::private(&call.krate);
    let name = Ident::new("Fused", Span::mixed_site());
    let formula = Derived::new(reader.graph, results, n).expand(&private, &name, "fused");
    let tensors = names.iter().map(|t| {
        quote_spanned!(t.span()=> #private::Argument::Tensor(#private::Borrow::<#private::Tensor>::borrow(&#t)))
    });
    let numbers = numbers.iter().map(|e| {
        quote_spanned!(e.span()=> #private::Argument::Number(::core::convert::Into::<f64>::into(#e)))
    });
    let arguments = quote!([#(#tensors,)* #(#numbers,)*]);
    let value = match closing {
        Closing::Nothing => quote! {{
            let [y] = #private::apply::<#name, #n, 1>(#arguments);
            y
        }},
        Closing::Sum { mean, last } => {
            quote!(#private::apply_sum::<#name, #n>(#arguments, #mean, #last))
        }
    };
    Some(quote!({
        enum #name {}
        #formula
        #value
    }))
}

fn tensors(closure: &ExprClosure, errors: &mut Errors) -> Option<Vec<Ident>> {
    if let Some(t) = &closure.capture {
        errors.push(on(t, "nothing is moved: tensors are taken by reference"));
    }
    if let ReturnType::Type(..) = closure.output {
        errors.push(on(
            &closure.output,
            "the value is a tensor: no type is written here",
        ));
    }
    let name = |p: &Pat| match p {
        Pat::Ident(p) if p.by_ref.is_none() && p.mutability.is_none() && p.subpat.is_none() => {
            Ok(p.ident.clone())
        }
        _ => Err(on(p, "the name of a tensor at hand is expected")),
    };
    let names: Vec<Option<Ident>> = closure
        .inputs
        .iter()
        .map(|p| errors.take(name(p)))
        .collect();
    let names: Vec<Ident> = names.into_iter().collect::<Option<_>>()?;
    if names.is_empty() {
        errors.push(at(
            closure.inputs_begin.span(),
            "at least one tensor is needed: `|x| ..`",
        ));
    }
    if let Some(extra) = names.get(MOST_TENSORS) {
        errors.push(at(
            extra.span(),
            format!("at most {MOST_TENSORS} tensors can be fused"),
        ));
    }
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            errors.push(at(name.span(), format!("`{name}` is already there")));
        }
    }
    Some(names)
}

/// The formula without the sum or mean at its end.
fn closing<'a>(body: &'a Expr, errors: &mut Errors) -> (&'a Expr, Closing) {
    let Expr::MethodCall(m) = body else {
        return (body, Closing::Nothing);
    };
    let mean = match &*m.method.to_string() {
        "sum" => false,
        "mean" => true,
        _ => return (body, Closing::Nothing),
    };
    let last = match m.args.first() {
        None => false,
        Some(axis) => {
            if m.args.len() > 1 || !is_minus_one(axis) {
                let message = "all elements are summed, `.sum()`, or the last axis, `.sum(-1)`";
                errors.push(on(&m.args, message));
            }
            true
        }
    };
    (&m.receiver, Closing::Sum { mean, last })
}

fn is_minus_one(e: &Expr) -> bool {
    let Expr::Unary(u) = e else { return false };
    let one = matches!(&*u.expr, Expr::Lit(l) if matches!(&l.lit, Lit::Int(i) if i.base10_digits() == "1"));
    one && matches!(u.op, syn::UnOp::Neg(_))
}
