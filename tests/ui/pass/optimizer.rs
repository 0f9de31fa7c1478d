// Optimizers of one's own: nothing but `d2l` is needed.
use d2l::prelude::*;

const HALF: f32 = 0.5;

optimizer! {
    /// Heavy-ball momentum (book 12.6).
    pub struct Heavy { lr, beta: 0.9 }
    state { v }
    { v = beta * v + g; p = p - lr * v; }
}

optimizer! {
    /// Every part of the language.
    struct Everything {
        lr,
        r#type: 1.0 in 0..=2,
        shift: -1 in -2..,
        any: 0.0 in ..,
        flip: false,
        start: 3.0,
    }
    state { a: start * 2, #[scalar] calls: 10, b }
    {
        assert!(any < 100 || flip, "any is too large");
        let sign = if flip { -1 } else { 1 };
        let late = t > 1 && !flip;
        calls += 1;
        let factor = if late { sign * r#type.powi(2) } else { HALF * 2 };
        let positive = g > 0;
        let clipped = if positive && g > 1 { 1 } else { max(g, shift) };
        let n = if flip { clipped * 2 } else { clipped };
        if late {
            let n = 100 * n; // ends with its block
            a = a + 0 * n;
        } else if any == 7 {
            b -= n;
        }
        a *= std::f64::consts::E / std::f64::consts::E;
        p = p - lr * factor * (n.powi(3) + (-n).abs()) / (sqrt(a + 3) / 3) + exp(0) - cos(0);
    }
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-6, "{a} {b}");
}

fn heavy() {
    let w = Param::new(Tensor::from([1.0, 2.0]));
    let mut heavy = Heavy::new([w.clone()], 0.1).beta(0.5);
    w.set_grad(&Tensor::from([1.0, -1.0]));
    (0..2).for_each(|_| heavy.step()); // v = 1, 1.5
    near(w.i(0).item(), 0.75);
    near(w.i(1).item(), 2.25);
    heavy.zero_grad();
    heavy.step(); // no gradient, no step
    near(w.i(0).item(), 0.75);
    assert_eq!(heavy.param_groups()[0].get("beta"), Some(0.5));
    let state = heavy.state_dict();
    assert_eq!(
        state.keys().collect::<Vec<_>>(),
        ["group.0.lr", "group.0.beta", "0.step", "0.v"]
    );
}

fn everything() {
    // g = 5 is cut to 1: 1³ + |-1| = 2; √(6 + 3) / 3 = 1
    let w = Param::new(Tensor::from([0.0]).double());
    let mut o = Everything::new([w.clone()], 0.1).r#type(2.0);
    w.set_grad(&Tensor::from([5.0]).double());
    o.step(); // factor 1
    near(w.item(), -0.2);
    o.step(); // factor 2² = 4
    near(w.item(), -1.0);
    w.set_grad(&Tensor::from([-5.0]).double());
    o.step(); // -5 is cut to -1: (-1)³ + 1 = 0
    near(w.item(), -1.0);
    let state = o.state_dict();
    assert_eq!(state.get("0.calls").unwrap().item(), 13.0);
    assert_eq!(state.get("0.a").unwrap().item(), 6.0);
    assert!(
        state.get("0.b").is_none(),
        "what no step has needed takes no memory"
    );

    let mut flipped = Everything::new([w.clone()], 0.1).flip(true).any(200);
    flipped.step(); // n = -2: (-2)³ + 2 = -6, factor ½ · 2 = 1
    near(w.item(), -0.4);
}

fn main() {
    heavy();
    everything();
}
