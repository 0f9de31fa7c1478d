// A layer that returns several things.
use d2l::prelude::*;

#[derive(Module)]
struct Rnn {
    cell: LazyLinear,
}

#[add_to_class(Rnn)]
fn forward(&self, x: &Tensor, state: Option<&Tensor>) -> (Tensor, Tensor) {
    let h = self.cell.forward(x).tanh();
    let h = state.map_or(h.clone(), |s| &h + s);
    (h.clone(), h)
}

fn main() {
    let (rnn, x) = (
        Rnn {
            cell: LazyLinear::new(3),
        },
        Tensor::ones([1, 2]),
    );
    let (out, state) = rnn.forward(&x, None);
    assert_eq!((out.shape(), &out), (&[1, 3][..], &state));
    let (again, _) = rnn.call((&x, Some(&state)));
    assert_eq!(again, &out + &state);
}
