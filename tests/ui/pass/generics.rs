// Const generics, where clauses, raw identifiers and `#[cfg]`.
use d2l::prelude::*;
use std::{marker::PhantomData, rc::Rc};

struct NoModule;

#[derive(Module)]
struct Many<T, U, const N: usize>
where
    T: Clone,
{
    one: T,
    many: [Vec<T>; N],
    marker: PhantomData<U>,
    #[module(skip)]
    callback: fn() -> usize,
    #[hparam]
    r#type: usize,
    #[cfg(any())]
    gone: Missing,
}

#[add_to_class(impl<T: Clone + Module, U: 'static, const N: usize> Many<T, U, N> where T: Layer)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.one.forward(x) * N as f64
}

#[add_to_class(impl<T: Clone, U, const N: usize> Many<T, U, N>)]
#[cfg(any())]
fn gone(&self) -> Missing {}

fn main() {
    let linear = Rc::new(Linear::new(2, 1));
    let one = Many::<_, NoModule, 3> {
        one: Linear::new(2, 1),
        many: [vec![], vec![Linear::new(1, 1)], vec![]],
        marker: PhantomData,
        callback: || 7,
        r#type: 3,
    };
    assert_eq!(one.hparam_list(), [("type", "3".to_string())]);
    assert_eq!(one.clone().num_parameters(), 5);
    assert_eq!((one.callback)(), 7);
    let x = Tensor::ones([1, 2]);
    assert_eq!(one.forward(&x), one.one.forward(&x) * 3.0);
    let shared = Many::<_, NoModule, 0> {
        one: linear,
        many: [],
        marker: PhantomData,
        callback: || 0,
        r#type: 0,
    };
    assert_eq!(shared.named_parameters()[0].0, "one.weight");
}
