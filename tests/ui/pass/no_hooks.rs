// The struct alone, as in the first cell of a notebook.
use d2l::prelude::*;

#[derive(Module)]
struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

fn main() {
    let net = Net {
        lr: 0.5,
        net: LazyLinear::new(4),
    };
    assert_eq!(net.children(), [("net".to_string(), net.net.type_name())]);
    assert_eq!((net.type_name(), net.lr), ("Net", 0.5));
    assert_eq!(net.hparam_list(), [("lr", "0.5".to_string())]);
    assert!(net.is_training());
    net.eval();
    assert!(!net.is_training());
}
