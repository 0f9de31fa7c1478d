use super::{
    super::simd::{levels, with_level},
    *,
};

fn side_by_side(input: usize) -> Vec<Span> {
    let span = |o| Span {
        start: 2 * o,
        len: 2,
        step: 1,
        count: 2,
    };
    (0..input / 2).map(span).collect()
}

fn each(input: usize) -> Vec<Span> {
    let span = |start| Span {
        start,
        len: 1,
        step: 1,
        count: 1,
    };
    (0..input).map(span).collect()
}

/// Uneven windows: overlapping, cut at the end, with gaps.
fn uneven(input: usize) -> Vec<Span> {
    let span = |o: usize| Span {
        start: o,
        len: (input - o).div_ceil(2).min(3),
        step: 2,
        count: 3,
    };
    (0..input).map(span).collect()
}

fn numbers(n: usize) -> Vec<f32> {
    (0..n)
        .map(|i| ((i * 7919 + 3) % 101) as f32 / 4.0)
        .collect()
}

/// All results by the definition.
fn by_definition(w: &Windows, x: &[f32], g: &[f32]) -> [Vec<f32>; 4] {
    let (nx, ny) = (w.input_plane(), w.output_plane());
    let mut out = [vec![], vec![0.0; x.len()], vec![], vec![0.0; x.len()]];
    for p in 0..x.len() / nx {
        w.each(|o, [a, b, c]| {
            let mut window = Vec::new();
            for i in (0..a.len).map(|i| a.start + i * a.step) {
                for j in (0..b.len).map(|j| b.start + j * b.step) {
                    window.extend((0..c.len).map(|k| p * nx + w.flat(i, j, c.start + k * c.step)));
                }
            }
            let g = g[p * ny + o];
            let greatest = window.iter().map(|&i| x[i]).fold(f32::MIN, f32::max);
            let first = window.iter().find(|&&i| x[i] == greatest).unwrap();
            let by = w
                .divisor
                .map_or(a.count * b.count * c.count, |d| d as usize) as f32;
            out[0].push(greatest);
            out[1][*first] += g;
            out[2].push(window.iter().map(|&i| x[i]).sum::<f32>() / by);
            window.iter().for_each(|&i| out[3][i] += g / by);
        });
    }
    out
}

fn check(w: &Windows) {
    let planes = 3;
    let (x, g) = (
        numbers(planes * w.input_plane()),
        numbers(planes * w.output_plane()),
    );
    let zeros = |like: &[f32]| vec![f32::NAN; like.len()];
    let (mut y, mut y2, mut y3, mut gx, mut gx2) =
        (zeros(&g), zeros(&g), zeros(&g), zeros(&x), zeros(&x));
    let (mut small, mut large) = (vec![9u8; g.len()], vec![9i64; g.len()]);
    let want = by_definition(w, &x, &g);
    max(w, &x, &mut y);
    max_at(w, &x, &mut y2, &mut small);
    max_at(w, &x, &mut y3, &mut large);
    assert!(y == want[0] && y2 == want[0] && y3 == want[0]);
    spread(w, &g, &small, &mut gx);
    spread(w, &g, &large, &mut gx2);
    assert!(gx == want[1] && gx2 == want[1]);
    pick(w, &x, &small, &mut y);
    pick(w, &x, &large, &mut y2);
    assert!(y == want[0] && y2 == want[0]);
    mean(w, &x, &mut y);
    share(w, &g, &mut gx);
    let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
    assert!(close(&y, &want[2]) && close(&gx, &want[3]));
}

#[test]
fn all_levels_agree_with_the_loops() {
    for level in levels() {
        with_level(level, || {
            for (h, w) in [(6, 8), (7, 143), (2, 3)] {
                for divisor in [None, Some(3.0)] {
                    let input = [2, h, w];
                    for spans in [
                        [each(2), side_by_side(h), side_by_side(w)],
                        [uneven(2), uneven(h), uneven(w)],
                    ] {
                        check(&Windows {
                            input,
                            spans,
                            divisor,
                        });
                    }
                }
            }
        });
    }
}

#[test]
fn a_nan_wins_and_the_last_one_is_kept() {
    let w = Windows {
        input: [1, 2, 2],
        spans: [each(1), side_by_side(2), side_by_side(2)],
        divisor: None,
    };
    let (mut y, mut at) = ([0.0], [0u8]);
    max_at(&w, &[f32::NAN, 1.0, f32::NAN, 2.0], &mut y, &mut at);
    assert!(y[0].is_nan() && at == [2]);
}
