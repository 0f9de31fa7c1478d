// Every shape that derives of other libraries were tried on, with the parts that are found in it.
use d2l::prelude::*;
use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    marker::PhantomData,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

/// A layer of one parameter.
#[derive(Module)]
struct L(Param);

fn l() -> L {
    L(Param::new(Tensor::ones([16])))
}

/// Plain data without any attribute: `Copy`, …
#[derive(Clone, Copy, Debug, PartialEq)]
enum Activation {
    Gelu,
    Relu,
}

/// … or with serde.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Config {
    sizes: Vec<usize>,
    name: String,
}

type Rate = f64;

/// Defines the struct, makes one, clones it and says what the parameters are called in both.
macro_rules! shape {
    ($expected:literal, { $($item:tt)* } $make:expr) => {{
        #[derive(Module)]
        $($item)*
        let made = $make;
        let names = |m: &dyn Module| m.named_parameters().into_iter().map(|p| p.0).collect::<Vec<_>>().join(" ");
        assert_eq!(names(&made), $expected);
        assert_eq!(names(&made.clone()), $expected);
        assert_eq!(made.state_dict().len(), made.parameters().len() + made.named_buffers().len());
        made
    }};
}

fn containers() {
    shape!("a.0.0 a.1.0", { struct A { a: Vec<L> } } A { a: vec![l(), l()] });
    shape!("a.0", { struct A { a: Option<L> } } A { a: Some(l()) });
    shape!("a.0.0 a.1.0", { struct A { a: [L; 2] } } A { a: [l(), l()] });
    shape!("a.0.0 a.1.0", { struct A { a: (L, L) } } A { a: (l(), l()) });
    shape!("a.1.0", { struct A { a: Vec<Option<L>> } } A { a: vec![None, Some(l())] });
    shape!("a.0.0.0 a.1.0.0 a.1.1.0", { struct A { a: Vec<Vec<L>> } } A { a: vec![vec![l()], vec![l(), l()]] });
    shape!("a.0.0", { struct A { a: Option<Vec<L>> } } A { a: Some(vec![l()]) });
    shape!("a.0.0 a.1.0 a.2.0", { struct A<const N: usize> { a: [L; N] } } A::<3> { a: [l(), l(), l()] });
    shape!("a.0 b.0", { struct A { a: Box<L>, b: Box<L> } } A { a: Box::new(l()), b: Box::new(l()) });
    shape!("a.0", { struct A { a: Arc<L>, b: Arc<L> } } { let a = Arc::new(l()); A { a: a.clone(), b: a } });
    shape!("a.k.0", { struct A { a: HashMap<String, L> } } A { a: [("k".to_string(), l())].into() });
    shape!("a.k.0", { struct A { a: BTreeMap<&'static str, L> } } A { a: [("k", l())].into() });
    shape!("a.0 b.0", { struct A { a: RefCell<L>, b: Rc<RefCell<L>>, c: Rc<RefCell<L>> } } {
        let b = Rc::new(RefCell::new(l()));
        A { a: RefCell::new(l()), b: b.clone(), c: b }
    });
    shape!("a.weight a.bias b.weight b.bias", { struct A { a: Box<dyn Module>, b: Box<dyn Layer> } } A {
        a: Box::new(Linear::new(1, 1)),
        b: Box::new(Linear::new(1, 1)),
    });
}

fn structs_and_enums() {
    shape!("0.0 1.0", { struct A(L, L); } A(l(), l()));
    shape!("0.0", { struct A(L); } A(l()));
    shape!("", { struct A; } A);
    shape!("m.0", { struct A<M: Module> { m: M } } A { m: l() });
    shape!("m.0", { struct A<M> where M: Module { m: M, of: PhantomData<M> } } A { m: l(), of: PhantomData });
    shape!("", { enum A { None, #[allow(dead_code)] One(L) } } A::None);
    shape!("a.0 b.0", { enum A { #[allow(dead_code)] None, Two { a: L, b: L } } } A::Two { a: l(), b: l() });
    shape!("0.0 1.0", { enum A { #[allow(dead_code)] None, Two(L, L) } } A::Two(l(), l()));
}

fn plain_data() {
    let a = shape!("l.0", { struct A { n: usize, x: f64, s: String, rate: Rate, l: L } } A { n: 1, x: 2.0, s: "s".into(), rate: 0.1, l: l() });
    assert_eq!((a.n, a.x, &*a.s, a.rate), (1, 2.0, "s", 0.1));
    let a = shape!("w", { struct A { w: Param, running: Tensor } } A { w: Param::new(Tensor::ones([1])), running: Tensor::ones([2]) });
    assert_eq!(a.named_buffers()[0].0, "running");
    let a = shape!("l.0", { struct A { config: Config, l: L } } A { config: Config { sizes: vec![1], name: "n".into() }, l: l() });
    assert_eq!((a.clone().config.sizes, &*a.config.name), (vec![1], "n"));
    let a = shape!("l.0", { struct A { act: Activation, other: Option<Activation>, l: L } } A { act: Activation::Gelu, other: Some(Activation::Relu), l: l() });
    assert_eq!((a.clone().act, a.other), (Activation::Gelu, Some(Activation::Relu)));
    let a = shape!("", { struct A { wait: Duration } } A { wait: Duration::from_secs(1) });
    assert_eq!(a.clone().wait.as_secs(), 1);
    shape!("", { struct A<T> { of: PhantomData<T> } } A::<Vec<u8>> { of: PhantomData });
    let a = shape!("", { struct A { f: fn(f32) -> f32, g: fn(&Tensor, f32, &mut u8) -> bool } } A { f: f32::sin, g: |_, _, _| true });
    assert_eq!(((a.clone().f)(0.0), (a.g)(&Tensor::zeros([1]), 0.0, &mut 0)), (0.0, true));
    let a = shape!("", { struct A { #[module(skip)] f: Rc<dyn Fn() -> u8> } } A { f: Rc::new(|| 3) });
    assert_eq!((a.clone().f)(), 3);
}

/// The same `Param` twice: one parameter, one step, equal afterwards.
fn tied() {
    let w = Param::new(Tensor::ones([16]));
    let a = shape!("first", { struct A { first: Param, second: Param } } A { first: w.clone(), second: w });
    assert_eq!(a.num_parameters(), 16);
    let mut sgd = SGD::new(a.parameters(), 0.1);
    for _ in 0..3 {
        sgd.zero_grad();
        (&*a.first * &*a.second).sum().backward();
        sgd.step();
    }
    assert_eq!(a.first.to_vec::<f32>(), a.second.to_vec::<f32>());
    // w ← w - 0.1 * 2 w, three times
    assert!((a.second.to_vec::<f32>()[0] - 0.512).abs() < 1e-6);
}

fn main() {
    containers();
    structs_and_enums();
    plain_data();
    tied();
}
