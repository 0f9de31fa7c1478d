//! No layer keeps more than its outputs and what its backward pass needs, and no call but the first takes
//! memory from the system.
use d2l::{prelude::*, runtime::fresh_buffers, testing::requests};

/// What a layer is expected to keep of one call, in numbers.
struct Expected {
    outputs: usize,
    for_backward: usize,
}

/// Steps forwards and backwards; the third step is counted, when gradients are there to be added to.
fn check(name: &str, expected: Expected, parameters: &[Param], call: impl Fn() -> Vec<Tensor>) {
    let step = || {
        let (outputs, forward) = requests(&call);
        outputs
            .iter()
            .map(Tensor::sum)
            .fold(Tensor::from(0.0), |a, b| a + b)
            .backward();
        drop(outputs);
        forward
    };
    step();
    step();
    let fresh = fresh_buffers();
    let (forward, both) = requests(step);
    assert_eq!(
        fresh_buffers(),
        fresh,
        "{name}: a warm step takes memory from the system"
    );
    assert_eq!(both.kept, 0, "{name}: a step leaves memory behind");
    let Expected {
        outputs,
        for_backward,
    } = expected;
    assert_eq!(
        forward.kept,
        4 * (outputs + for_backward) as i64,
        "{name}: kept {:?}, of which {outputs} numbers are outputs",
        forward
    );
    assert!(parameters.iter().all(|p| p.grad().is_some()), "{name}");
    let (_outputs, silent) = requests(|| no_grad(&call));
    assert_eq!(
        silent.kept,
        4 * outputs as i64,
        "{name}: kept without a graph"
    );
}

#[test]
fn layers_keep_their_outputs_and_what_backward_needs() {
    linear();
    convolution();
    batch_norm();
    lstm();
    attention();
}

fn linear() {
    let (layer, x) = (Linear::new(30, 20), Tensor::randn([50, 30]));
    let expected = Expected {
        outputs: 50 * 20,
        for_backward: 0, // the input, which is the caller's
    };
    check("Linear", expected, &layer.parameters(), || {
        vec![layer.forward(&x)]
    });
}

fn convolution() {
    let (layer, x) = (Conv2d::new(3, 4, 3).padding(1), Tensor::randn([2, 3, 9, 9]));
    let expected = Expected {
        outputs: 2 * 4 * 9 * 9,
        for_backward: 0, // the input, which is the caller's
    };
    check("Conv2d", expected, &layer.parameters(), || {
        vec![layer.forward(&x)]
    });
}

fn batch_norm() {
    let (layer, x) = (BatchNorm2d::new(4), Tensor::randn([2, 4, 9, 9]));
    let expected = Expected {
        outputs: 2 * 4 * 9 * 9,
        for_backward: 0, // mean and variance of each channel are no tensors
    };
    check("BatchNorm2d", expected, &layer.parameters(), || {
        vec![layer.forward(&x)]
    });
}

fn lstm() {
    let (steps, n, hidden) = (7, 5, 16);
    let (layer, x) = (LSTM::new(8, hidden), Tensor::randn([steps, n, 8]));
    let expected = Expected {
        outputs: (steps + 2) * n * hidden, // at all times, and both last states
        // the gates, the memory and the state before
        for_backward: steps * n * hidden * 6,
    };
    check("LSTM", expected, &layer.parameters(), || {
        let (out, (h, c)) = layer.forward(&x, None);
        vec![out, h, c]
    });
}

fn attention() {
    let (n, length, features, heads) = (3, 6, 8, 2);
    let layer = MultiheadAttention::new(features, heads).batch_first(true);
    let x = Tensor::randn([n, length, features]);
    let expected = Expected {
        outputs: n * length * (features + length),
        // queries, keys, values, the heads side by side; the weights of every head
        for_backward: n * length * (4 * features + heads * length),
    };
    check("MultiheadAttention", expected, &layer.parameters(), || {
        let (y, weights) = layer.forward(&x, &x, &x, None);
        vec![y, weights]
    });
}
