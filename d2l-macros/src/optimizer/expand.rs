//! The optimizer's struct and methods, and a formula for each way through the decisions.
use super::{
    lower::{Body, Line, local},
    parse::{Item, Opt, Value},
};
use crate::paths;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;
use syn::ext::IdentExt;

pub fn expand(item: &Item, body: &Body, sound: bool) -> TokenStream {
    let p = paths::private(&item.krate);
    let (attrs, vis, ident) = (&item.attrs, &item.vis, &item.ident);
    let name = ident.unraw().to_string();
    let (options, methods) = (item.options.iter().map(|o| describe(o, &p)), methods(item));
    let state = item.state.iter().map(|s| {
        let (name, scalar) = (s.ident.unraw().to_string(), s.scalar);
        quote!(#p::optimizer::StateRule { name: #name, scalar: #scalar })
    });
    let step = if sound {
        step(item, body, &p)
    } else {
        quote!(::core::unreachable!())
    };
    let about = format!(
        "A new `{name}` of these parameters, or groups of them, with the learning rate `lr`."
    );
    quote! {
        #(#attrs)*
        #vis struct #ident { rules: #p::optimizer::Rules }

        #[allow(non_local_definitions, clippy::all, clippy::pedantic)]
        const _: () = {
            static RULE: #p::optimizer::Rule = #p::optimizer::Rule {
                name: #name,
                options: &[#(#options),*],
                state: &[#(#state),*],
            };

            impl #ident {
                #[doc = #about]
                ///
                /// # Panics
                /// If there are no parameters or one of them comes twice, or if the learning rate or
                /// an option of a group has no meaning.
                #[track_caller]
                pub fn new(
                    params: impl ::core::convert::Into<#p::optimizer::Groups>,
                    lr: impl ::core::convert::Into<f64>,
                ) -> Self {
                    let rules = #p::optimizer::Rules::new(&RULE, params.into(), lr.into());
                    Self { rules }
                }

                #(#methods)*

                /// The groups of parameters, each with the present value of every option.
                pub fn param_groups(&self) -> #p::Vec<#p::optimizer::ParamGroup> {
                    self.rules.param_groups()
                }
            }

            #[automatically_derived]
            impl #p::Optimizer for #ident {
                #[track_caller]
                #[allow(unused_variables, unused_mut, unused_assignments, unused_parens)]
                fn step(&mut self) { #step }

                fn zero_grad(&mut self) {
                    self.rules.zero_grad();
                }

                fn num_groups(&self) -> usize {
                    self.rules.num_groups()
                }

                fn option(&self, group: usize, name: &str) -> #p::Option<f64> {
                    self.rules.option(group, name)
                }

                #[track_caller]
                fn set_option(&mut self, group: usize, name: &str, value: f64) {
                    self.rules.set_option(group, name, value);
                }

                fn state_dict(&self) -> #p::optimizer::StateDict {
                    self.rules.state_dict()
                }

                fn load_state_dict(
                    &mut self,
                    state: &#p::optimizer::StateDict,
                ) -> #p::Result<(), #p::optimizer::OptimizerStateError> {
                    self.rules.load_state_dict(state)
                }
            }
        };
    }
}

fn describe(o: &Opt, p: &TokenStream) -> TokenStream {
    let name = o.ident.unraw().to_string();
    let default = match o.default {
        Some(Value::Flag(on)) => return quote!(#p::optimizer::OptionRule::flag(#name, #on)),
        Some(Value::Number(v)) => v,
        None => 0.0,
    };
    let end = |v: f64| match v {
        f64::INFINITY => quote!(f64::INFINITY),
        f64::NEG_INFINITY => quote!(f64::NEG_INFINITY),
        v => quote!(#v),
    };
    let (min, max, inclusive) = match &o.limits {
        Some(l) => (end(l.min), end(l.max), l.inclusive),
        None => (quote!(0.0), quote!(f64::INFINITY), false),
    };
    quote!(#p::optimizer::OptionRule::number(#name, #default, #min, #max, #inclusive))
}

/// The builder method of each option behind the learning rate.
fn methods(item: &Item) -> impl Iterator<Item = TokenStream> {
    item.options.iter().enumerate().skip(1).map(|(k, o)| {
        let (attrs, ident) = (&o.attrs, &o.ident);
        let (ty, value, default) = match o.default {
            Some(Value::Flag(on)) => (quote!(bool), quote!(f64::from(value)), on.to_string()),
            Some(Value::Number(v)) => {
                let ty = quote!(impl ::core::convert::Into<f64>);
                (ty, quote!(value.into()), v.to_string())
            }
            None => return TokenStream::new(),
        };
        let about = attrs.is_empty().then(|| {
            format!(
                "Sets `{}` for all groups that have no value of their own.",
                ident.unraw()
            )
        });
        let about = about.iter();
        let default = format!("Default: `{default}`.");
        quote! {
            #(#attrs)*
            #(#[doc = #about])*
            ///
            #[doc = #default]
            #[must_use]
            #[track_caller]
            pub fn #ident(mut self, value: #ty) -> Self {
                self.rules.set_default(#k, #value);
                self
            }
        }
    })
}

fn step(item: &Item, body: &Body, p: &TokenStream) -> TokenStream {
    let values = item.options.iter().map(|o| local(&o.ident));
    let flags = item
        .options
        .iter()
        .filter(|o| matches!(o.default, Some(Value::Flag(_))));
    let flags = flags.map(|o| local(&o.ident));
    let t = local(&Ident::new("t", Span::call_site()));
    let numbers = item
        .state
        .iter()
        .enumerate()
        .filter(|(_, s)| s.scalar)
        .map(|(k, s)| {
            let (ident, start) = (local(&s.ident), &body.starts[k]);
            quote!(let mut #ident: f64 = cell.number(#k, #start);)
        });
    let lines: Vec<&Line> = body.lines.iter().collect();
    let ways = Writer { item, body, p }.ways(&lines, Way::default());
    quote! {
        self.rules.step(|[#(#values),*], cell: &mut #p::optimizer::ParamStep<'_>| {
            #(let #flags: bool = #flags != 0.0;)*
            let #t: f64 = cell.t();
            #(#numbers)*
            #ways
        });
    }
}

/// What a loop does, as far as it is decided.
#[derive(Clone, Default)]
struct Way {
    numbers: Vec<Ident>,
    state: BTreeSet<usize>,
    code: TokenStream,
}

struct Writer<'a> {
    item: &'a Item,
    body: &'a Body,
    p: &'a TokenStream,
}

impl Writer<'_> {
    fn ways(&self, lines: &[&Line], mut way: Way) -> TokenStream {
        let mut before = TokenStream::new();
        for (i, line) in lines.iter().enumerate() {
            match line {
                Line::Once(code) => before.extend(code.clone()),
                Line::Each {
                    numbers,
                    state,
                    code,
                } => {
                    for (ident, value) in numbers {
                        before.extend(quote!(let #ident: f64 = #value;));
                        way.numbers.push(ident.clone());
                    }
                    way.state.extend(state);
                    way.code.extend(code.clone());
                }
                Line::Either { cond, then, other } => {
                    let rest = &lines[i + 1..];
                    let branch = |b: &[Line]| {
                        let lines: Vec<&Line> = b.iter().chain(rest.iter().copied()).collect();
                        self.ways(&lines, way.clone())
                    };
                    let (then, other) = (branch(then), branch(other));
                    return quote!(#before if #cond { #then } else { #other });
                }
            }
        }
        let run = self.run(&way);
        quote!(#before #run)
    }

    /// The formula of a way, and the loop over it.
    fn run(&self, way: &Way) -> TokenStream {
        if way.code.is_empty() {
            return TokenStream::new();
        }
        let (p, code, numbers) = (self.p, &way.code, &way.numbers);
        let state: Vec<_> = way
            .state
            .iter()
            .map(|&k| local(&self.item.state[k].ident))
            .collect();
        let starts = way.state.iter().map(|&k| {
            let start = &self.body.starts[k];
            quote!((#k, #start))
        });
        let given = |text| local(&Ident::new(text, Span::call_site()));
        let (param, grad, rule) = (given("p"), given("g"), format_ident!("Way"));
        let (n, k) = (state.len(), numbers.len());
        quote! {
            struct #rule;
            impl #p::optimizer::Formula<#n, #k> for #rule {
                #[inline(always)]
                fn at<T: #p::optimizer::Real>(
                    mut #param: T,
                    mut #grad: T,
                    [#(mut #state),*]: [T; #n],
                    [#(#numbers),*]: [T; #k],
                ) -> (T, [T; #n]) {
                    #code
                    (#param, [#(#state),*])
                }
            }
            cell.update::<#rule, #n, #k>([#(#starts),*], [#(#numbers),*]);
        }
    }
}
