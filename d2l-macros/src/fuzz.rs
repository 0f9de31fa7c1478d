//! Whatever half-typed input an editor sends, the macros answer with tokens, never with a panic.
use proc_macro2::{Group, TokenStream, TokenTree};

const FUNCTIONS: [(&str, &str); 8] = [
    (
        "Net",
        "pub fn forward(&self, x: &Tensor, v: Option<&[usize]>) -> Tensor { self.net.forward(x) }",
    ),
    (
        "impl<A: Layer, B> Pair<A, B> where B: Layer",
        "/// doc\n #[inline] pub(crate) async fn loss(&mut self, y_hat: &T, (a, b): (u8, f32)) -> f32 { 1.0 }",
    ),
    (
        "impl Display for Net",
        "fn fmt(&self, f: &mut Formatter<'_>) -> Result { f.write_str(\"\") }",
    ),
    (
        "Net, method, crate = foo::bar, ext = Name",
        "unsafe extern \"C\" fn x<'a, T: Fn(&'a u8) -> u8, const N: usize>(self: Box<Self>, ...) -> impl Sized {}",
    ),
    (
        "Net<T>",
        "pub fn new(lr: f32, sizes: Vec<usize>, _v: &str) -> Result<Self, E> { Ok(save_hyperparameters!(net: x, y, ignore = [lr])) }",
    ),
    (
        "Net",
        "fn new(/** d */ #[hparam(default = vec![1], range = 1.., check = ok)] sizes: Vec<usize>, #[hparam = 3] (a, b): (u8, u8), #[hparam] self: u8) -> Self { let f = || { save_hyperparameters!(sizes, ignore = [a]) }; f() }",
    ),
    (
        "Net",
        "fn Net__configure_optimizers(&self) -> crate::SGD { let r#type = 1; SGD::new() }",
    ),
    (
        "crate = a::b",
        "#[cfg(x)] impl<T> Bag<T> { #![allow(y)] const N: usize = 1; fn forward(&self, x: &Tensor) -> Tensor { x } fn loss(&self) {} type X = u8; }",
    ),
];
const TYPES: [&str; 7] = [
    "#[module(base = Classifier, no_clone, repr = a::b)] pub struct Net<'a, T: X, const N: usize> where T: Y { #[hparam] lr: f32, #[module(skip)] r#type: Vec<T>, b: [T; N], p: PhantomData<fn() -> T> }",
    "enum E { A, B(f32, #[hparam] u8), #[hparam] C { x: Box<E> } }",
    "enum R { r#A { r#type: u8, #[hparam] r#fn: (A, B) }, B(Box<r#R>) }",
    "union U { a: f32 }",
    "#[hparam] #[module(crate = ::x)] struct S;",
    "/// doc\n struct R { /** a */ #[hparam(default = 1 + 2, range = 0.0..=1.0, check = f)] lr: &'static str, #[module(frozen, rename = \"x-y\")] b: Option<&'static B>, #[module(rename = \"a.b\")] c: (A, [B; 2]) }",
    "struct T(#[module(skip = 1)] fn(u8) -> u8, Option<(A, B)>);",
];

const EXAMPLES: [&str; 4] = [
    "#[batch(name = Points, crate = a::b)] pub struct Point { #[batch(pad = 0)] x: Vec<f32>, #[batch(label)] y: [f64; 2], #[batch(skip)] z: String }",
    "struct E { #[batch(with = E::f, pad)] pub(crate) r#type: String, #[batch] x: u8, x_len: u8 }",
    "enum E { A(#[batch(pad)] u8) }",
    "struct G<'a, T: X>(&'a T);",
];

const RULES: [&str; 5] = [
    "/// doc\n pub struct Heavy { lr, beta: 0.9 } state { v } { v = beta * v + g; p = p - lr * v; }",
    "#[optimizer(crate = a::b)] struct A { lr, /** doc */ a: -1 in -2..=3, b: 1e-8 in .., r#type: false } state { #[scalar] n: 1, s: lr * 2, m } \
     { assert!(!r#type || a > 0 && a == 1, \"no\"); let c = 1 - a.powi(t); n *= a; let d = if r#type { g } else { -g }; m = m + c * d; s = max(s, abs(d)); \
     if r#type { p -= lr * m / (sqrt(s) + b); } else if n > 3 { p = p - d.powi(3); } }",
    "struct B { lr } { let up = g > 0 && p < 1; g = if up { 0 } else { if g > 0 { 1.0 } else { std::f64::consts::PI } }; p = p - lr * min(g, LIMIT); }",
    "struct C { lr, a: true, a: 1, p: 0.5 } state { t: p, u } { for i in 0..3 { } let (x, y) = 3; p = |x| x; u = p % g; f(g)(p); if g { } }",
    "struct D { lr, a: false, b: false, c: false, d: false, e: false } { if a { g = p; } if b { g = p; } if c { g = p; } if d { g = p; } if e { g = p; } p = g; }",
];

const FORMULAS: [(&str, &str); 5] = [
    (
        "test = -3.0..3.0",
        "/// doc\n pub(crate) fn r#f(x: f32, #[scalar] beta: f32) -> f32 { let u = BETA * (x + 0.5e-3 * x.powi(-3)); x * sigmoid(beta * u) / a::B }",
    ),
    (
        "crate = a::b",
        "fn cell(i: f32, c: f32) -> (f32, f32) { let (h, _) = other::g(i, max(c, 0.0)); if h >= 1.0 { (h, c) } else if i < -2.0f32 { (i, tanh(h)) } else { let (a, b): f32 = (c, { h }); (a.powf(b), -b) } }",
    ),
    (
        "",
        "async fn f<T: X>(mut x: f64, &self, (a, b): f32) -> Option<f32> { x %= 2; for i in 0..3 { return x } if let Some(y) = x { y as f32 } }",
    ),
    (
        "fast, test = 1",
        "const unsafe extern \"C\" fn f(#[a] x: f32, x: f32) where T: X { abs(1, 2, 3).clamp(0.0, 1.0).square().recip() && !x }",
    ),
    (
        "crate",
        "fn f(a: f32, b: f32, c: f32, d: f32, e: f32, f: f32, g: f32, h: f32) -> f32 { f(f(a, b), c).exp_m1() - f::<u8>(d) * (|x| x)(1.0e300 / 0.0) }",
    ),
];

const FUSED: [&str; 3] = [
    "|x, b| ((x * b).tanh() + self.shift * scale).sum(-1)",
    "crate = a::b, |x| { let y = x.max(0.0); if y == LIMIT { other(y, k) } else { 1.0 } }.mean(),",
    "move |x, (a, b), mut c: T| -> Tensor { x[0].sum(2, 3) - 'a'..=5 }",
];

/// A small xorshift generator: the same inputs in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }

    /// Deletes, doubles, swaps or cuts off tokens, at some depth.
    fn mutate(&mut self, tokens: TokenStream) -> TokenStream {
        let mut v: Vec<TokenTree> = tokens.into_iter().map(|t| self.inside(t)).collect();
        let (i, j) = (self.below(v.len()), self.below(v.len()));
        match self.below(5) {
            _ if v.is_empty() => {}
            0 => drop(v.remove(i)),
            1 => v.insert(j, v[i].clone()),
            2 => v.swap(i, j),
            3 => v.truncate(i),
            _ => {}
        }
        v.into_iter().collect()
    }

    fn inside(&mut self, token: TokenTree) -> TokenTree {
        match token {
            TokenTree::Group(g) if self.below(3) == 0 => {
                TokenTree::Group(Group::new(g.delimiter(), self.mutate(g.stream())))
            }
            other => other,
        }
    }

    fn mutated(&mut self, source: &str) -> TokenStream {
        let mut tokens = source.parse().unwrap();
        for _ in 0..self.below(4) {
            tokens = self.mutate(tokens);
        }
        tokens
    }
}

#[test]
fn never_panics() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for k in 0..60_000 {
        let (args, item) = FUNCTIONS[k % FUNCTIONS.len()];
        let (args, item) = (random.mutated(args), random.mutated(item));
        let _ = crate::add_to_class::add_to_class(args, item);
        let _ = crate::derive_module::derive(random.mutated(TYPES[k % TYPES.len()]));
        let _ = crate::derive_batch::derive(random.mutated(EXAMPLES[k % EXAMPLES.len()]));
        let _ = crate::optimizer::optimizer(random.mutated(RULES[k % RULES.len()]));
        let (args, item) = FORMULAS[k % FORMULAS.len()];
        let (args, item) = (random.mutated(args), random.mutated(item));
        let _ = crate::elementwise::elementwise(args, item);
        let _ = crate::fused::fused(random.mutated(FUSED[k % FUSED.len()]));
    }
}
