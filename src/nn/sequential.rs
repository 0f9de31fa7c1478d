//! Layers one after the other.
use crate::{
    module::{
        Cloneable, Copier, Field, Forward, Layer, Module, ModuleExt, Refusal, Scoped, SyncLayer,
        Visitor, downcast, record,
    },
    nn::Lambda,
};
use d2l_core::{Tensor, flops, scope};
use std::{any::Any, fmt, ops::Index};

/// A list of layers, each fed with the one before; PyTorch's `nn.Sequential`. Made by
/// [`sequential!`](crate::sequential), or layer by layer with [`push`](Sequential::push).
///
/// Its parts are called `0`, `1`, …
///
/// ```
/// use d2l::prelude::*;
/// let net = sequential![LazyLinear::new(8), ReLU, |x: &Tensor| x * 2.0, LazyLinear::new(1)];
/// assert_eq!(net.forward(&Tensor::ones([5, 3])).shape(), [5, 1]);
/// assert_eq!(net[1].type_name(), "ReLU");
/// assert!(net.get::<LazyLinear>(3).is_some());
/// ```
#[derive(Default)]
pub struct Sequential {
    layers: Vec<Box<dyn SyncLayer>>,
}

impl Sequential {
    /// No layers: the identity.
    pub fn new() -> Sequential {
        Sequential::default()
    }

    /// Appends a layer, or a function of one tensor.
    pub fn push<K>(&mut self, layer: impl IntoLayer<K>) -> &mut Sequential {
        self.layers.push(layer.into_layer());
        self
    }

    /// How many layers there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The layers in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &dyn Layer> + ExactSizeIterator {
        self.layers.iter().map(|l| &**l as &dyn Layer)
    }

    /// Layer `i` as its own type, if that is what it is; a lazy layer also as the one it becomes.
    pub fn get<L: Any>(&self, i: usize) -> Option<&L> {
        downcast(&**self.layers.get(i)?)
    }
}

impl Sequential {
    /// The last layer's output.
    ///
    /// # Panics
    /// If a layer refuses its input.
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        match self.run(x) {
            Ok(y) => y,
            Err(refusal) => refusal.raise(self),
        }
    }

    fn run(&self, x: &Tensor) -> Result<Tensor, Refusal> {
        let before = flops::so_far();
        Scoped(self)
            .__enter(|| {
                let mut y = None;
                for (i, layer) in self.layers.iter().enumerate() {
                    let x = y.as_ref().unwrap_or(x);
                    let next = scope::enter_index(i, || layer.try_forward(x));
                    y = Some(next.map_err(|r| r.inside(i))?);
                }
                Ok(y.unwrap_or_else(|| x.clone()))
            })
            .inspect(|y| record(self, y, before))
    }
}

impl<'a> Forward<(&'a Tensor,)> for Sequential {
    type Output = Tensor;

    #[track_caller]
    fn call(&self, (x,): (&'a Tensor,)) -> Tensor {
        self.forward(x)
    }

    fn try_call(&self, (x,): (&'a Tensor,)) -> Result<Tensor, Refusal> {
        self.run(x)
    }
}

impl Index<usize> for Sequential {
    type Output = dyn Layer;

    #[track_caller]
    fn index(&self, i: usize) -> &dyn Layer {
        let n = self.len();
        match self.layers.get(i) {
            Some(l) => &**l,
            None => panic!("Sequential: no layer {i} among {n}"),
        }
    }
}

impl fmt::Display for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.repr().fmt(f)
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.repr().fmt(f)
    }
}

// By hand, because the layers go by their numbers alone: `0.weight`.
impl Field for Sequential {
    fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
        v.module(name, self);
    }

    fn copy_with(&self, c: &mut Copier) -> Sequential {
        Sequential {
            layers: self.layers.copy_with(c),
        }
    }
}

impl Cloneable for Sequential {}

impl Clone for Sequential {
    fn clone(&self) -> Sequential {
        self.copy_with(&mut Copier::new())
    }
}

impl Module for Sequential {
    fn visit(&self, v: &mut dyn Visitor) {
        for (i, l) in self.layers.iter().enumerate() {
            l.visit_as(&i.to_string(), v);
        }
    }

    fn type_name(&self) -> &'static str {
        "Sequential"
    }
}

/// What a [`Sequential`] takes: a layer, or a function of one tensor. `K` tells the two apart and is
/// always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer",
    label = "not a layer",
    note = "a layer is a module with `#[add_to_class({Self})] pub fn forward(&self, x: &Tensor) -> Tensor {{ .. }}`, or a function `|x: &Tensor| ..`",
    note = "threads can share a `Sequential`, hence its layers: they hold `Mutex`, `Arc` and atomics, not `RefCell`, `Rc` and `Cell`"
)]
pub trait IntoLayer<K> {
    /// The layer in a box.
    fn into_layer(self) -> Box<dyn SyncLayer>;
}

/// Layers are layers.
pub struct ByLayer;
#[diagnostic::do_not_recommend]
impl<L: SyncLayer> IntoLayer<ByLayer> for L {
    fn into_layer(self) -> Box<dyn SyncLayer> {
        Box::new(self)
    }
}

/// Functions become a [`Lambda`].
pub struct ByFunction;
#[diagnostic::do_not_recommend]
impl<F: Fn(&Tensor) -> Tensor + Send + Sync + 'static> IntoLayer<ByFunction> for F {
    fn into_layer(self) -> Box<dyn SyncLayer> {
        Box::new(Lambda(self))
    }
}

/// Layers and functions, one after the other: `sequential![LazyLinear::new(8), ReLU]`.
///
/// See [`Sequential`](crate::nn::Sequential).
#[macro_export]
macro_rules! sequential {
    ($($layer:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut layers = $crate::nn::Sequential::new();
        $(layers.push($layer);)*
        layers
    }};
}
