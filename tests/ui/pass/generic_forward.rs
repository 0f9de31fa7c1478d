// A `forward` with its own type parameters is a method like any other.
use d2l::prelude::*;

#[derive(Module)]
struct Tagged<A> {
    inner: A,
}

#[add_to_class(impl<A: Layer> Tagged<A>)]
fn forward<S: AsRef<str>>(&self, x: &Tensor, tag: S) -> Tensor {
    self.inner.forward(x) * tag.as_ref().len() as f64
}

#[derive(Module)]
struct Mapped;

#[add_to_class(Mapped)]
fn forward(&self, x: &Tensor, f: impl Fn(&Tensor) -> Tensor) -> Tensor {
    f(x)
}

fn main() {
    let (x, inner) = (Tensor::ones([1, 2]), Linear::new(2, 1));
    let once = inner.forward(&x);
    assert_eq!(Tagged { inner }.forward(&x, "tag"), once * 3.0);
    assert_eq!(Mapped.forward(&x, |x| x + 1.0), Tensor::from([[2.0, 2.0]]));
}
