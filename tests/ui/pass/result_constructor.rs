// A constructor that can refuse, and what is said about stored values that do not fit.
use d2l::prelude::*;

#[derive(Module, Debug)]
struct Net {
    #[hparam]
    lr: f32,
    #[hparam]
    sizes: Vec<usize>,
    total: usize,
}

#[add_to_class(Net)]
fn new(lr: f32, sizes: Vec<usize>, _seed: u64) -> Result<Self, String> {
    if lr.is_nan() || lr <= 0.0 {
        return Err(format!("lr must be positive, not {lr}"));
    }
    Ok(save_hyperparameters!(total: sizes.iter().sum()))
}

fn refusal(change: impl Fn(&mut d2l::module::hparams::Map)) -> String {
    let mut map = Net::new(0.1, vec![1, 2], 0).unwrap().hparams();
    change(&mut map);
    Net::from_hparams(&map, 0).unwrap_err().to_string()
}

fn main() {
    let net = Net::new(0.03, vec![4, 5], 7).unwrap();
    assert_eq!(
        net.hparams().keys().collect::<Vec<_>>(),
        ["lr", "sizes"],
        "names with _ are not stored"
    );
    assert_eq!(Net::from_hparams(&net.hparams(), 7).unwrap().sizes, [4, 5]);
    assert_eq!(
        (net.total, Net::from_hparams(&net.hparams(), 7).unwrap().lr),
        (9, 0.03)
    );
    let put = |k: &'static str, v: &'static str| {
        refusal(move |m| {
            m.insert(k.into(), v.into());
        })
    };
    assert_eq!(
        put("lr", "x"),
        "Net: hyperparameter `lr`: invalid type: string \"x\", expected f32"
    );
    assert_eq!(put("depth", "x"), "Net: unknown hyperparameter `depth`; there are lr, sizes");
    assert_eq!(
        refusal(|m| drop(m.shift_remove("sizes"))),
        "Net: there is no hyperparameter `sizes` (`Vec<usize>`)"
    );
    assert_eq!(
        refusal(|m| drop(m.insert("lr".into(), (-1).into()))),
        "Net: lr must be positive, not -1"
    );
}
