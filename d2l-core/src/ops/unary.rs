//! Shared forms of elementwise functions of one float tensor.
use super::walk;
use crate::{DType, Tensor};

/// A function of every element of a float tensor, given in f64; f32 passes through it and is rounded
/// once. One loop serves all such functions: they are calls that no compiler vectorises anyway.
pub(crate) fn call(x: &Tensor, f: fn(f64) -> f64) -> Tensor {
    match x.dtype() {
        DType::F32 => walk::map::<f32, f32>(x, DType::F32, move |v| f(f64::from(v)) as f32),
        _ => walk::map::<f64, f64>(x, DType::F64, f),
    }
}

/// Methods `name = f64 function, |gradient, x| gradient of x`; integers become floats.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = $f:expr, |$g:ident, $x:ident| $grad:expr;)*) => { impl Tensor { $(
        $(#[$doc])*
        pub fn $name(&self) -> Tensor {
            let x = self.as_float();
            let saved = x.saved(stringify!($name));
            $crate::ops::unary::call(&x, $f).record(stringify!($name), [&x], move |$g, _| {
                let $x: &Tensor = &saved;
                [Some($grad)]
            })
        }
    )* } };
}

/// One pass over a float tensor: `map_float!(x, |v: T| ...)`.
macro_rules! map_float {
    ($x:expr, |$v:ident: $T:ident| $f:expr) => {
        $crate::tensor::float!($x.dtype(), $T => {
            $crate::ops::walk::map::<$T, $T>($x, $x.dtype(), move |$v: $T| $f)
        })
    };
}
pub(crate) use {functions, map_float};
