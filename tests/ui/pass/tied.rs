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

/// A part with a buffer.
#[derive(Module)]
struct Counting {
    weight: Param,
    seen: Tensor,
}

#[derive(Module)]
struct Twice {
    first: Rc<Counting>,
    second: Rc<Counting>,
    own: Param,
}

#[add_to_class(Twice)]
fn new() -> Self {
    let weight = Param::new(Tensor::from([1.0, 2.0]));
    let shared = Rc::new(Counting { weight: weight.clone(), seen: Tensor::zeros([1]) });
    save_hyperparameters!(first: shared.clone(), second: shared, own: weight)
}

/// Counted, clipped, stepped, saved and restored as one.
fn one_of_everything() {
    let m = Twice::new();
    assert_eq!((m.num_parameters(), m.modules().len()), (2, 2));
    assert_eq!(m.named_buffers().len(), 1);
    let mut sgd = SGD::new(m.parameters(), 0.1);
    let mut plain = [1.0, 2.0];
    for _ in 0..100 {
        m.zero_grad();
        (&*m.first.weight * &*m.own).sum().backward();
        let norm = clip_grad_norm_(&m.parameters(), 1.0);
        // the gradient of w² is 2 w
        let length = 2.0 * f64::hypot(plain[0], plain[1]);
        assert!((norm - length).abs() < 1e-4, "{norm} {length}");
        plain = plain.map(|w| w - 0.1 * 2.0 * w / length.max(1.0));
        sgd.step();
    }
    let now = m.second.weight.to_vec::<f32>();
    assert!(now.iter().zip(plain).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-5), "{now:?} {plain:?}");
    m.first.seen.fill_(7.0);
    assert_eq!(m.state_dict().keys().collect::<Vec<_>>(), ["first.weight", "first.seen"]);

    let file = std::env::temp_dir().join(format!("d2l-tied-{}.safetensors", std::process::id()));
    m.save_checkpoint(&file).unwrap();
    let again = Twice::load_from_checkpoint(&file).unwrap();
    std::fs::remove_file(file).unwrap();
    assert!(again.own.same(&again.first.weight) && Rc::ptr_eq(&again.first, &again.second));
    assert_eq!((again.own.to_vec::<f32>(), again.second.seen.item()), (now, 7.0));
}

fn main() {
    one_of_everything();
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
