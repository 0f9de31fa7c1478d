// One parameter, or one module, in two places.
use d2l::prelude::*;
use std::{rc::Rc, sync::Arc};

#[derive(Module)]
struct Tied {
    first: Param,
    shared: Rc<LazyLinear>,
    again: Rc<LazyLinear>,
    arc: Arc<dyn Layer>,
    second: Param,
}

#[add_to_class(Tied)]
fn new() -> Self {
    let (w, l) = (Param::new(Tensor::ones([4])), Rc::new(LazyLinear::new(2)));
    l.forward(&Tensor::ones([1, 3]));
    Self {
        first: w.clone(),
        shared: l.clone(),
        again: l,
        arc: Arc::new(Linear::new(1, 1)),
        second: w,
    }
}

fn main() {
    let m = Tied::new();
    let names = |m: &Tied| {
        m.named_parameters()
            .into_iter()
            .map(|p| p.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&m),
        [
            "first",
            "shared.weight",
            "shared.bias",
            "arc.weight",
            "arc.bias"
        ]
    );
    assert_eq!(m.num_parameters(), 4 + 6 + 2 + 1 + 1);
    assert!(m.first.same(&m.second));
    // the ties are inside the copy, not to the original
    let copy = m.clone();
    assert_eq!(names(&copy), names(&m));
    assert!(copy.first.same(&copy.second) && Rc::ptr_eq(&copy.shared, &copy.again));
    assert!(!copy.first.same(&m.first) && !Rc::ptr_eq(&copy.shared, &m.shared));
    // saved once; a state that has only the second name fits too
    let state = m.state_dict();
    assert_eq!(state.len(), 5);
    let renamed: d2l::module::StateDict = state
        .iter()
        .map(|(k, t)| (k.replace("first", "second"), t.clone()))
        .collect();
    m.first.zero_();
    m.load_state_dict(&renamed).unwrap();
    assert_eq!(m.second.to_vec::<f32>(), [1.0; 4]);
}
