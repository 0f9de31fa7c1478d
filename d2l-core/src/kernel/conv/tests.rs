use super::{
    super::{
        simd::{levels, with_level},
        threads::set_num_threads,
    },
    *,
};

/// The definition, as loops: calls `f(x, w, y)` with the places of each product.
fn products(s: &Shape, mut f: impl FnMut(usize, usize, usize)) {
    let [a, b, c] = s.axes;
    let at = |a: &Axis, o: usize, k: usize| {
        (o * a.stride + k * a.dilation)
            .checked_sub(a.padding)
            .filter(|&i| i < a.input)
    };
    let points = |a: Axis| (0..a.output).flat_map(move |o| (0..a.kernel).map(move |k| (o, k)));
    for n in 0..s.batch * s.groups {
        for (o, i) in (0..s.outputs).flat_map(|o| (0..s.inputs).map(move |i| (o, i))) {
            for (o0, k0) in points(a) {
                for (o1, k1) in points(b) {
                    for (o2, k2) in points(c) {
                        let (Some(i0), Some(i1), Some(i2)) =
                            (at(&a, o0, k0), at(&b, o1, k1), at(&c, o2, k2))
                        else {
                            continue;
                        };
                        let x = (((n * s.inputs + i) * a.input + i0) * b.input + i1) * c.input + i2;
                        let w = n % s.groups * s.outputs + o;
                        let w =
                            (((w * s.inputs + i) * a.kernel + k0) * b.kernel + k1) * c.kernel + k2;
                        let y =
                            (((n * s.outputs + o) * a.output + o0) * b.output + o1) * c.output + o2;
                        f(x, w, y);
                    }
                }
            }
        }
    }
}

/// Small whole numbers, whose sums are exact.
fn numbers<T: Float>(n: usize, seed: usize) -> Vec<T> {
    let at = |i: usize| ((i * 7 + seed) * 2_654_435_761 % (1 << 32)) >> 28;
    (0..n).map(|i| T::from_f64(at(i) as f64 - 8.0)).collect()
}

fn axis(input: usize, kernel: usize, stride: usize, dilation: usize, padding: usize) -> Axis {
    Axis {
        input,
        output: (input + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1,
        kernel,
        stride,
        dilation,
        padding,
    }
}

fn shapes() -> Vec<Shape> {
    let shape = |batch, groups, inputs, outputs, axes| Shape {
        batch,
        groups,
        inputs,
        outputs,
        axes,
    };
    let one = axis(1, 1, 1, 1, 0);
    vec![
        shape(
            3,
            1,
            1,
            6,
            [one, axis(28, 5, 1, 1, 2), axis(28, 5, 1, 1, 2)],
        ),
        shape(
            2,
            1,
            6,
            16,
            [one, axis(14, 5, 1, 1, 0), axis(14, 5, 1, 1, 0)],
        ),
        shape(
            1,
            1,
            33,
            70,
            [one, axis(12, 3, 1, 1, 1), axis(11, 3, 1, 1, 1)],
        ),
        shape(2, 1, 5, 7, [one, one, axis(50, 4, 3, 2, 5)]),
        shape(
            2,
            3,
            2,
            5,
            [
                axis(5, 3, 2, 1, 1),
                axis(6, 2, 1, 2, 0),
                axis(7, 3, 2, 1, 2),
            ],
        ),
        shape(
            1,
            1,
            3,
            200,
            [one, axis(3, 3, 1, 1, 1), axis(3, 3, 1, 1, 1)],
        ),
        shape(2, 4, 1, 1, [one, axis(9, 3, 2, 1, 1), axis(8, 3, 2, 1, 1)]),
        // 1x1: in place, in a copy, with a stride that skips inputs.
        shape(
            2,
            1,
            9,
            11,
            [one, axis(24, 1, 1, 1, 0), axis(16, 1, 1, 1, 0)],
        ),
        shape(
            2,
            1,
            9,
            11,
            [one, axis(16, 1, 1, 1, 0), axis(16, 1, 1, 1, 0)],
        ),
        shape(2, 2, 9, 11, [one, axis(9, 1, 2, 1, 0), axis(8, 1, 3, 1, 0)]),
        // Kernels as large as the input, and padding beyond the kernel.
        shape(2, 1, 3, 2, [one, axis(4, 4, 1, 1, 0), axis(5, 5, 1, 1, 0)]),
        shape(1, 1, 2, 3, [one, axis(3, 2, 1, 1, 4), axis(3, 1, 2, 1, 3)]),
    ]
}

fn agrees<T: Float + std::fmt::Debug>(s: &Shape) {
    let plane = |f: fn(&Axis) -> usize| s.axes.iter().map(f).product::<usize>();
    let images = s.batch * s.groups;
    let x = numbers::<T>(images * s.inputs * plane(|a| a.input), 1);
    let w = numbers::<T>(s.groups * s.outputs * s.inputs * plane(|a| a.kernel), 2);
    let y = numbers::<T>(images * s.outputs * plane(|a| a.output), 3);
    let (b, c) = (
        numbers::<T>(s.groups * s.outputs, 4),
        numbers::<T>(s.groups * s.inputs, 5),
    );
    let mut want_y = vec![T::ZERO; y.len()];
    let (out, inp) = (plane(|a| a.output), plane(|a| a.input));
    (0..y.len()).for_each(|i| want_y[i] = b[i / out % b.len()]);
    let mut want_x: Vec<T> = (0..x.len()).map(|i| c[i / inp % c.len()]).collect();
    let mut want_w = vec![T::ZERO; w.len()];
    products(s, |i, k, o| {
        want_y[o] = want_y[o] + x[i] * w[k];
        want_x[i] = want_x[i] + y[o] * w[k];
        want_w[k] = want_w[k] + x[i] * y[o];
    });
    let (mut gy, mut gx, mut gw) = (y.clone(), x.clone(), w.clone());
    forward(s, &x, &w, Some(&b), &mut gy);
    backward(s, &y, &w, Some(&c), &mut gx);
    weight(s, &x, &y, &mut gw);
    assert!(gy == want_y, "forward {s:?}: {gy:?} {want_y:?}");
    assert!(gx == want_x, "backward {s:?}: {gx:?} {want_x:?}");
    assert!(gw == want_w, "weight {s:?}: {gw:?} {want_w:?}");
}

#[test]
fn all_levels_agree_with_the_loops() {
    for level in levels() {
        with_level(level, || {
            for s in shapes() {
                agrees::<f32>(&s);
                agrees::<f64>(&s);
            }
        });
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let results = |threads| {
        set_num_threads(threads);
        let s = &shapes()[0];
        let fraction = |n: usize| {
            numbers::<f32>(n, 6)
                .iter()
                .map(|x| x / 7.0)
                .collect::<Vec<_>>()
        };
        let (x, w, y) = (fraction(3 * 784), fraction(150), fraction(3 * 6 * 784));
        let (mut gy, mut gx, mut gw) = (y.clone(), x.clone(), w.clone());
        forward(s, &x, &w, None, &mut gy);
        backward(s, &y, &w, None, &mut gx);
        weight(s, &x, &y, &mut gw);
        (gy, gx, gw)
    };
    assert!(results(1) == results(4));
}

#[test]
fn nothing_in_gives_nothing_or_the_bias() {
    let one = axis(1, 1, 1, 1, 0);
    let s = Shape {
        batch: 2,
        groups: 1,
        inputs: 0,
        outputs: 2,
        axes: [one, one, axis(3, 2, 1, 1, 0)],
    };
    let mut y = [0.0f32; 8];
    forward(&s, &[], &[], Some(&[1.0, 2.0]), &mut y);
    assert_eq!(y, [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    let s = Shape {
        batch: 0,
        inputs: 1,
        ..s
    };
    let mut w = [1.0f32; 4];
    weight(&s, &[], &[], &mut w);
    assert_eq!(w, [0.0; 4]);
}
