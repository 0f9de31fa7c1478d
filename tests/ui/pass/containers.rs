// Parts in every container; the names come in a fixed order, and plain data is no part.
use d2l::prelude::*;
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    marker::PhantomData,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Module)]
struct P(Param);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Gelu,
}

#[derive(Module)]
struct All {
    opt: Option<P>,
    none: Option<P>,
    vec: Vec<P>,
    deque: VecDeque<P>,
    arr: [P; 2],
    boxed: Box<P>,
    rc: Rc<P>,
    arc: Arc<P>,
    hash: HashMap<String, P>,
    tree: BTreeMap<&'static str, P>,
    pair: (P, P),
    cell: RefCell<P>,
    mutex: Mutex<P>,
    nested: Vec<Option<[P; 1]>>,
    parameter: Param,
    running: Tensor,
    plain: (f32, bool, char, u64, String, &'static str),
    sizes: Vec<usize>,
    lookup: HashMap<String, usize>,
    words: HashSet<String>,
    path: PathBuf,
    timeout: Duration,
    function: fn(f32) -> f32,
    activation: fn(&Tensor) -> Tensor,
    phantom: PhantomData<fn()>,
    count: Cell<usize>,
    #[hparam]
    act: Act,
    #[module(skip)]
    other: Act,
}

fn p() -> P {
    P(Param::new(Tensor::ones([1])))
}

fn all() -> All {
    All {
        opt: Some(p()),
        none: None,
        vec: vec![p(), p()],
        deque: [p()].into(),
        arr: [p(), p()],
        boxed: Box::new(p()),
        rc: Rc::new(p()),
        arc: Arc::new(p()),
        hash: [("de".to_string(), p()), ("a".to_string(), p())].into(),
        tree: [("k", p())].into(),
        pair: (p(), p()),
        cell: RefCell::new(p()),
        mutex: Mutex::new(p()),
        nested: vec![None, Some([p()])],
        parameter: Param::new(Tensor::ones([3])),
        running: Tensor::zeros([1]),
        plain: (1.0, true, 'c', 1, "s".into(), "t"),
        sizes: vec![1, 2],
        lookup: HashMap::new(),
        words: HashSet::new(),
        path: PathBuf::new(),
        timeout: Duration::ZERO,
        function: f32::sin,
        activation: Tensor::relu,
        phantom: PhantomData,
        count: Cell::new(3),
        act: Act::Gelu,
        other: Act::Gelu,
    }
}

fn main() {
    let a = all();
    let names: Vec<_> = a.named_parameters().into_iter().map(|p| p.0).collect();
    assert_eq!(
        names.join(" "),
        "opt.0 vec.0.0 vec.1.0 deque.0.0 arr.0.0 arr.1.0 boxed.0 rc.0 arc.0 hash.a.0 hash.de.0 tree.k.0 \
         pair.0.0 pair.1.0 cell.0 mutex.0 nested.1.0.0 parameter"
    );
    assert_eq!(a.named_buffers()[0].0, "running");
    assert_eq!(a.state_dict().len(), 19);
    let copy = a.clone();
    copy.parameter.fill_(5.0);
    copy.rc.0.fill_(5.0);
    assert_eq!(
        (a.parameter.to_vec::<f32>()[0], a.rc.0.to_vec::<f32>()[0]),
        (1.0, 1.0)
    );
    assert_eq!(
        (copy.count.get(), copy.act, copy.other),
        (3, Act::Gelu, Act::Gelu)
    );
    let printed = a.repr().to_string();
    assert!(
        printed.contains("act=Gelu") && !printed.contains("sizes") && !printed.contains("none"),
        "{printed}"
    );
}
