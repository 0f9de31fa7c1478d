//! Graph → straight-line code: the value, its gradient, and the gradient of that, each a function of
//! plain numbers. The loops around them are the library's.
use super::{
    graph::{Function, Graph, Id, Input, Node, Stage},
    rows::Rows,
};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

/// A formula with its derivatives.
pub struct Derived {
    pub graph: Graph,
    results: Vec<Id>,
    /// By each argument.
    pub gradient: Vec<Id>,
    /// Of the gradient: by each argument, each result, each gradient of a result.
    second: Vec<Id>,
    /// Whether the gradient knows the result instead of the arguments.
    output: bool,
    arguments: usize,
}

impl Derived {
    pub fn new(mut graph: Graph, results: Vec<Id>, arguments: usize) -> Derived {
        let input = |graph: &mut Graph, f: fn(usize) -> Input, n: usize| -> Vec<Id> {
            (0..n).map(|k| graph.input(f(k))).collect()
        };
        let x = input(&mut graph, Input::Argument, arguments);
        let g = input(&mut graph, Input::Gradient, results.len());
        let roots: Vec<(Id, Id)> = results.iter().copied().zip(g.iter().copied()).collect();
        let gradient = graph.differentiate(&roots, &x);
        let y = input(&mut graph, Input::Result, results.len());
        let (gradient, output) = from_result(&mut graph, &results, &y, gradient);
        let h = input(&mut graph, Input::Second, arguments);
        let roots: Vec<(Id, Id)> = gradient.iter().copied().zip(h).collect();
        let inputs: Vec<Id> = x.into_iter().chain(y).chain(g).collect();
        let second = graph.differentiate(&roots, &inputs);
        Derived {
            graph,
            results,
            gradient,
            second,
            output,
            arguments,
        }
    }

    /// `impl Formula for name`.
    pub fn expand(&self, private: &TokenStream, name: &Ident, text: &str) -> TokenStream {
        let (n, m) = (self.arguments, self.results.len());
        let numbers = &self.graph.numbers;
        let uses = self.graph.uses(&self.gradient, |_| false);
        let kept = (0..n).map(|k| {
            let argument = Node::Input(Input::Argument(k));
            let id = self.graph.nodes.iter().position(|node| *node == argument);
            !numbers[k] && id.is_some_and(|id| uses[id] > 0)
        });
        let kept: Vec<bool> = kept.collect();
        let (output, cost) = (self.output, self.cost());
        let value = self.body(private, &self.results);
        let gradient = self.body(private, &self.gradient);
        let second = self.body(private, &self.second);
        let [x, y, g, h] = [
            pattern("x", n),
            pattern("y", m),
            pattern("g", m),
            pattern("h", n),
        ];
        let ends = |ids: &[Id]| ids.iter().map(|&i| local(i)).collect::<Vec<_>>();
        let (results, by) = (ends(&self.results), ends(&self.gradient));
        let second_by = ends(&self.second);
        let (by_x, rest) = second_by.split_at(n);
        let (by_y, by_g) = rest.split_at(m);
        let rows = Rows {
            private,
            name,
            numbers,
            kept: &kept,
            output,
            results: m,
        };
        let rows = rows.expand();
        quote! {
            #rows
            #[allow(unused_variables, clippy::all)]
            impl #private::Formula<#n, #m> for #name {
                const NAME: &'static str = #text;
                const NUMBERS: [bool; #n] = [#(#numbers),*];
                const KEPT: [bool; #n] = [#(#kept),*];
                const OUTPUT: bool = #output;
                const COST: usize = #cost;
                #[inline(always)]
                fn value<const __FMA: bool, __T: #private::Float>(#x: [__T; #n]) -> [__T; #m] {
                    #value
                    [#(#results),*]
                }
                #[inline(always)]
                fn gradient<const __FMA: bool, __T: #private::Float>(
                    #x: [__T; #n], #y: [__T; #m], #g: [__T; #m]
                ) -> [__T; #n] {
                    #gradient
                    [#(#by),*]
                }
                #[inline(always)]
                fn second<const __FMA: bool, __T: #private::Float>(
                    #x: [__T; #n], #y: [__T; #m], #g: [__T; #m], #h: [__T; #n]
                ) -> ([__T; #n], [__T; #m], [__T; #m]) {
                    #second
                    ([#(#by_x),*], [#(#by_y),*], [#(#by_g),*])
                }
            }
        }
    }

    /// About how many additions the value is worth.
    fn cost(&self) -> usize {
        let uses = self.graph.uses(&self.results, |_| false);
        let cost = |node: &Node| match node {
            Node::Input(_) | Node::Number(_) | Node::Constant(_) | Node::Pick(..) => 0,
            Node::Function(..) => 20,
            Node::Powf(..) => 60,
            Node::Call(_) => 30,
            Node::Div(..) => 6,
            _ => 1,
        };
        let nodes = self.graph.nodes.iter().zip(&uses);
        nodes.filter(|n| *n.1 > 0).map(|n| cost(n.0)).sum()
    }

    /// The statements that compute `roots`.
    fn body(&self, private: &TokenStream, roots: &[Id]) -> TokenStream {
        let uses = self.graph.uses(roots, |_| false);
        let mut lines: Vec<Id> = (0..uses.len()).filter(|&id| uses[id] > 0).collect();
        let fused: Vec<Id> = lines
            .iter()
            .filter_map(|&id| self.fused(id, &uses))
            .collect();
        lines.retain(|id| !fused.contains(id));
        let line = |id| self.line(private, id, &uses);
        lines.into_iter().map(line).collect()
    }

    fn line(&self, private: &TokenStream, id: Id, uses: &[usize]) -> TokenStream {
        let t = local(id);
        let value = match &self.graph.nodes[id] {
            Node::Input(input) => {
                let name = named(*input);
                quote!(#name)
            }
            Node::Number(bits) => number(f64::from_bits(*bits)),
            Node::Constant(path) => {
                let (span, path) = (self.graph.span(*path), &self.graph.paths[*path]);
                quote_spanned!(span=> __T::from_f64(#path as f64))
            }
            Node::Add(a, b) | Node::Sub(a, b) => self.sum(id, [*a, *b], uses),
            Node::Mul(a, b) => infix(*a, quote!(*), *b),
            Node::Div(a, b) => infix(*a, quote!(/), *b),
            Node::Neg(a) => {
                let a = local(*a);
                quote!(-#a)
            }
            Node::Powi(a, n) => power(&local(*a), *n),
            Node::Powf(a, b) => {
                let (a, b) = (local(*a), local(*b));
                quote!(#a.powf_in::<__FMA>(#b))
            }
            Node::Function(Function::Abs, a) => {
                let a = local(*a);
                quote!(#a.abs_in())
            }
            Node::Function(f, a) => {
                let (a, f) = (local(*a), Ident::new(f.method(), Span::mixed_site()));
                quote!(#a.#f::<__FMA>())
            }
            Node::Max(a, b) => {
                let (a, b) = (local(*a), local(*b));
                quote!(#a.max_nan(#b))
            }
            Node::Min(a, b) => {
                let (a, b) = (local(*a), local(*b));
                quote!(#a.min_nan(#b))
            }
            Node::Select(c, then, other) => {
                let condition = infix(c.a, sign(c.compare.sign()), c.b);
                let (then, other) = (local(*then), local(*other));
                quote!(if #condition { #then } else { #other })
            }
            Node::Call(_) => self.call(private, id),
            Node::Pick(call, k) => self.pick(*call, *k),
        };
        quote!(let #t = #value;)
    }

    /// The product in a sum or difference that nobody else needs: it becomes part of it.
    fn fused(&self, id: Id, uses: &[usize]) -> Option<Id> {
        let (Node::Add(a, b) | Node::Sub(a, b)) = self.graph.nodes[id] else {
            return None;
        };
        let product = |&id: &Id| matches!(self.graph.nodes[id], Node::Mul(..)) && uses[id] == 1;
        [b, a].into_iter().find(product)
    }

    /// `a + b` or `a - b` at `id`.
    fn sum(&self, id: Id, [a, b]: [Id; 2], uses: &[usize]) -> TokenStream {
        let plus = matches!(self.graph.nodes[id], Node::Add(..));
        let product = self.fused(id, uses);
        let Some((product, Node::Mul(p, q))) = product.map(|p| (p, &self.graph.nodes[p])) else {
            let sign = if plus { quote!(+) } else { quote!(-) };
            return infix(a, sign, b);
        };
        let (p, q) = (local(*p), local(*q));
        let rest = local(if product == b { a } else { b });
        match (plus, product == b) {
            (true, _) => quote!(#p.fma::<__FMA>(#q, #rest)),
            (false, true) => quote!((-#p).fma::<__FMA>(#q, #rest)),
            (false, false) => quote!(#p.fma::<__FMA>(#q, -#rest)),
        }
    }

    fn call(&self, private: &TokenStream, id: Id) -> TokenStream {
        let Node::Call(call) = &self.graph.nodes[id] else {
            return TokenStream::new();
        };
        let (path, span) = (&self.graph.paths[call.path], self.graph.span(call.path));
        let [n, m] = call.arity;
        let arguments: Vec<Ident> = call.arguments.iter().map(|&a| local(a)).collect();
        let (stage, sizes) = match call.stage {
            Stage::Value => ("value", vec![n]),
            Stage::Gradient => ("gradient", vec![n, m, m]),
            Stage::Second => ("second", vec![n, m, m, n]),
        };
        let (stage, mut rest) = (Ident::new(stage, span), &arguments[..]);
        let lists = sizes.iter().map(|&size| {
            let (list, more) = rest.split_at(size);
            rest = more;
            quote!([#(#list),*])
        });
        let lists: Vec<TokenStream> = lists.collect();
        quote_spanned!(span=> <#path as #private::Formula<#n, #m>>::#stage::<__FMA, __T>(#(#lists),*))
    }

    fn pick(&self, call: Id, k: usize) -> TokenStream {
        let t = local(call);
        let Node::Call(c) = &self.graph.nodes[call] else {
            return quote!(#t);
        };
        let [n, m] = c.arity;
        match c.stage {
            Stage::Second if k < n => quote!(#t.0[#k]),
            Stage::Second if k < n + m => {
                let k = k - n;
                quote!(#t.1[#k])
            }
            Stage::Second => {
                let k = k - n - m;
                quote!(#t.2[#k])
            }
            _ => quote!(#t[#k]),
        }
    }
}

/// The gradient in terms of the result `y`, where there is one and no argument is needed beside it.
fn from_result(graph: &mut Graph, results: &[Id], y: &[Id], gradient: Vec<Id>) -> (Vec<Id>, bool) {
    let ([result], [y]) = (results, y) else {
        return (gradient, false);
    };
    let uses = graph.uses(&gradient, |id| id == *result);
    let tensor =
        |node: &Node| matches!(node, Node::Input(Input::Argument(k)) if !graph.numbers[*k]);
    let needed = |id: usize| uses[id] > 0;
    let by_arguments = (0..uses.len()).any(|id| needed(id) && tensor(&graph.nodes[id]));
    if by_arguments || !needed(*result) {
        return (gradient, false);
    }
    (graph.replaced(&gradient, *result, *y), true)
}

/// The variable of a node; no name of the user can be the same.
fn local(id: Id) -> Ident {
    Ident::new(&format!("t{id}"), Span::mixed_site())
}

fn named(input: Input) -> Ident {
    let (letter, k) = match input {
        Input::Argument(k) => ("x", k),
        Input::Result(k) => ("y", k),
        Input::Gradient(k) => ("g", k),
        Input::Second(k) => ("h", k),
    };
    Ident::new(&format!("{letter}{k}"), Span::mixed_site())
}

fn pattern(letter: &str, n: usize) -> TokenStream {
    let names = (0..n).map(|k| Ident::new(&format!("{letter}{k}"), Span::mixed_site()));
    quote!([#(#names),*])
}

fn infix(a: Id, sign: TokenStream, b: Id) -> TokenStream {
    let (a, b) = (local(a), local(b));
    quote!(#a #sign #b)
}

fn sign(text: &str) -> TokenStream {
    match text {
        "<" => quote!(<),
        "<=" => quote!(<=),
        ">" => quote!(>),
        ">=" => quote!(>=),
        "==" => quote!(==),
        _ => quote!(!=),
    }
}

fn number(x: f64) -> TokenStream {
    let size = Literal::f64_suffixed(x.abs());
    match (x.is_finite(), x < 0.0) {
        (true, false) => quote!(__T::from_f64(#size)),
        (true, true) => quote!(__T::from_f64(-#size)),
        (false, _) if x.is_nan() => quote!(__T::from_f64(f64::NAN)),
        (false, false) => quote!(__T::from_f64(f64::INFINITY)),
        (false, true) => quote!(__T::from_f64(f64::NEG_INFINITY)),
    }
}

/// `x^n` by repeated squaring.
fn power(x: &Ident, n: i32) -> TokenStream {
    let (square, result) = (
        Ident::new("square", Span::mixed_site()),
        Ident::new("result", Span::mixed_site()),
    );
    let mut lines = quote!(let #square = #x;);
    let (mut rest, mut started) = (n.unsigned_abs(), false);
    while rest > 0 {
        if rest & 1 == 1 {
            lines.extend(match started {
                true => quote!(let #result = #result * #square;),
                false => quote!(let #result = #square;),
            });
            started = true;
        }
        rest >>= 1;
        if rest > 0 {
            lines.extend(quote!(let #square = #square * #square;));
        }
    }
    let value = if n < 0 {
        quote!(__T::ONE / #result)
    } else {
        quote!(#result)
    };
    quote!({ #lines #value })
}
