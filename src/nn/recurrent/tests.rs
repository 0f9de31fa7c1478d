use crate::prelude::*;
use d2l_core::testing::{gradcheck, gradgradcheck};
use std::panic::{AssertUnwindSafe, catch_unwind};

const STEPS: usize = 5;

/// Three sequences with nonsense behind their ends, and their lengths.
fn padded(features: usize) -> (Tensor, Tensor) {
    let x = Tensor::randn([STEPS, 3, features]);
    x.i((2.., 1)).fill_(f64::NAN);
    x.i((4.., 2)).fill_(f64::NAN);
    (x, Tensor::from([5, 2, 4]))
}

fn close(name: &str, a: &Tensor, b: &Tensor) {
    assert!(a.allclose(b, 1e-5, 1e-6), "{name}: {a} {b}");
}

/// Padded sequences give what each gives by itself.
macro_rules! lengths {
    ($name:ident, $layer:expr, |$state:ident| $parts:expr) => {
        #[test]
        fn $name() {
            let layer = $layer;
            let (x, lengths) = padded(2);
            let (out, $state) = layer.forward_lengths(&x, &lengths, None);
            let states: Vec<Tensor> = $parts;
            for (i, n) in lengths.to_vec::<i64>().into_iter().enumerate() {
                let own = x.i((..n, i));
                let (alone, $state) = layer.forward(&own, None);
                close("outputs", &out.i((..n, i)), &alone);
                assert_eq!(out.i((n.., i)).abs().sum().item(), 0.0);
                let last: Vec<Tensor> = $parts;
                for (all, own) in states.iter().zip(&last) {
                    close("state", &all.i((.., i)), own);
                }
            }
        }
    };
}

lengths!(
    padding_of_an_rnn_is_not_read,
    RNN::new(2, 3).num_layers(2).bidirectional(true),
    |h| vec![h.clone()]
);
lengths!(
    padding_of_a_gru_is_not_read,
    GRU::new(2, 3).num_layers(2).bidirectional(true),
    |h| vec![h.clone()]
);
lengths!(
    padding_of_an_lstm_is_not_read,
    LSTM::new(2, 3)
        .bidirectional(true)
        .num_layers(2)
        .proj_size(2),
    |state| vec![state.0.clone(), state.1.clone()]
);

#[test]
fn padding_gets_no_gradient() {
    let lstm = LSTM::new(2, 3).bidirectional(true);
    let x = Tensor::randn([STEPS, 2, 2]).requires_grad_(true);
    let (out, (h, _)) = lstm.forward_lengths(&x, &Tensor::from([5, 2]), None);
    (out.sum() + h.sum()).backward();
    let g = x.grad().unwrap();
    assert_eq!(g.i((2.., 1)), Tensor::zeros([3, 2]));
    assert!(g.i((..2, 1)).ne(0.0).all());
}

#[test]
fn batches_come_first_or_second() {
    let gru = GRU::new(2, 3).num_layers(2);
    let x = Tensor::randn([STEPS, 4, 2]);
    let (out, h) = gru.forward(&x, None);
    let gru = gru.batch_first(true);
    let (turned, same) = gru.forward(&x.transpose(0, 1), None);
    close("outputs", &out.transpose(0, 1), &turned);
    close("state", &h, &same);
    let lengths = Tensor::from([5, 1, 0, 3]);
    let (turned, _) = gru.forward_lengths(&x.transpose(0, 1), &lengths, None);
    assert_eq!(turned.i((2, ..)), Tensor::zeros([STEPS, 3]));
}

/// The state after the first step of a layer is what its cell makes of the same parameters.
#[test]
fn a_cell_is_one_step_of_its_layer() {
    let x = Tensor::randn([1, 4, 2]);
    macro_rules! same {
        ($layer:expr, $cell:expr, |$state:ident| $h:expr) => {{
            let (layer, mut cell) = ($layer, $cell);
            let w = layer.layer(0);
            cell.weight_ih = w.weight_ih.clone();
            cell.weight_hh = w.weight_hh.clone();
            cell.bias_ih = w.bias_ih.clone();
            cell.bias_hh = w.bias_hh.clone();
            let (_, $state) = layer.forward(&x, None);
            let all = $h;
            let $state = cell.forward(&x.i(0), None);
            close(layer.type_name(), &all.i(0), &$h);
        }};
    }
    same!(RNN::new(2, 3), RNNCell::new(2, 3), |h| h);
    same!(GRU::new(2, 3), GRUCell::new(2, 3), |h| h);
    same!(LSTM::new(2, 3), LSTMCell::new(2, 3), |state| state.1);
}

#[test]
fn second_derivatives_are_right() {
    d2l_core::set_default_dtype(DType::F64);
    let lstm = LSTM::new(2, 2).proj_size(1);
    let (gru, rnn) = (GRU::new(2, 2).bidirectional(true), RNN::new(2, 2));
    let x = [Tensor::randn([3, 1, 2])];
    let f = |x: &[Tensor]| {
        let (out, (_, c)) = lstm.forward(&x[0], None);
        let others = gru.forward(&x[0], None).0.sum() + rnn.forward(&x[0], None).1.sum();
        out.sum() + c.sum() + others
    };
    gradcheck(f, &x).unwrap();
    gradgradcheck(f, &x).unwrap();
    d2l_core::set_default_dtype(DType::F32);
}

#[test]
fn parameters_have_pytorch_s_names_and_a_copy_its_own() {
    let lstm = LSTM::new(2, 3)
        .num_layers(2)
        .bidirectional(true)
        .proj_size(1);
    let names: Vec<_> = lstm.named_parameters().into_iter().map(|p| p.0).collect();
    assert_eq!(names.len(), 20);
    let second = [
        "weight_ih_l0_reverse",
        "weight_hh_l0_reverse",
        "bias_ih_l0_reverse",
    ];
    assert_eq!(names[5..8], second);
    assert_eq!(names[19], "weight_hr_l1_reverse");
    assert_eq!(lstm.layer(1).weight_ih.shape(), [12, 2]);
    let copy = lstm.clone();
    lstm.reverse_layer(0).weight_hh.fill_(7.0);
    assert!(copy.reverse_layer(0).weight_hh.abs().max().item() < 1.0);
}

#[test]
fn layers_are_printed_as_in_pytorch() {
    let line = |m: &dyn Module| m.to_string();
    assert_eq!(line(&RNN::new(7, 16)), "RNN(7, 16)");
    assert_eq!(
        line(
            &LSTM::new(2, 3)
                .proj_size(1)
                .num_layers(2)
                .bias(false)
                .batch_first(true)
        ),
        "LSTM(2, 3, proj_size=1, num_layers=2, bias=False, batch_first=True)"
    );
    assert_eq!(
        line(
            &GRU::new(2, 3)
                .num_layers(2)
                .dropout(0.5)
                .bidirectional(true)
        ),
        "GRU(2, 3, num_layers=2, dropout=0.5, bidirectional=True)"
    );
    assert_eq!(
        line(&GRUCell::new(2, 3).bias(false)),
        "GRUCell(2, 3, bias=False)"
    );
}

#[test]
fn layers_below_the_last_are_dropped_in_training_alone() {
    let x = Tensor::randn([STEPS, 4, 2]);
    let one = GRU::new(2, 3).dropout(1.0);
    assert_eq!(one.forward(&x, None).0, one.forward(&x, None).0);
    let two = GRU::new(2, 30).num_layers(2).dropout(0.5);
    assert_ne!(two.forward(&x, None).0, two.forward(&x, None).0);
    two.eval();
    assert_eq!(two.forward(&x, None).0, two.forward(&x, None).0);
}

#[derive(Module)]
struct Net {
    rnn: LSTM,
}

#[add_to_class(Net)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.rnn.forward(x, None).0
}

fn message(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn refusals_say_what_and_where() {
    let (lstm, x) = (LSTM::new(2, 3), Tensor::ones([5, 4, 2]));
    let state = Tensor::zeros([1, 5, 3]);
    let text = message(|| drop(lstm.forward(&x, Some((&state, &state)))));
    let expected =
        "lstm: h_0 is f32 [1, 5, 3], expected f32 [1, 4, 3] (in LSTM)\n  layer: LSTM(2, 3)";
    assert_eq!(text, expected);
    let text = message(|| drop(lstm.forward_lengths(&x, &Tensor::from([1, 2, 3, 9]), None)));
    assert!(
        text.starts_with("lstm: the length 9 is not between 0 and 5 (in LSTM)"),
        "{text}"
    );
    let text = message(|| drop(Net { rnn: lstm }.forward(&Tensor::ones([5, 4, 3]))));
    let expected = "lstm: the input [5, 4, 3] is not [time, n, 2] or [time, 2] (in rnn, LSTM)";
    assert!(text.starts_with(expected), "{text}");
    let text = message(|| drop(GRU::new(2, 3).forward(&Tensor::ones([0, 4, 2]), None)));
    assert!(
        text.starts_with("gru: the input [0, 4, 2] has no time steps"),
        "{text}"
    );
    let text = message(|| drop(RNNCell::new(2, 3).forward(&Tensor::ones([3]), None)));
    assert!(
        text.starts_with("rnn: the input [3] is not [n, 2] or [2] (in RNNCell)"),
        "{text}"
    );
    let text = message(|| drop(GRU::new(2, 0)));
    assert_eq!(text, "gru: hidden_size must be at least 1, not 0");
}
