use super::{
    super::{
        simd::{levels, with_level},
        threads::set_num_threads,
    },
    runs::{Layout, apply, apply_backward, piece_dots, piece_moments},
    *,
};

fn values(len: usize) -> Vec<f64> {
    (0..len)
        .map(|i| ((i * 7919 + i / 7) % 1009) as f64 / 504.5 - 0.7)
        .collect()
}

fn close(got: &[f64], want: &[f64], what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!(
            (g - w).abs() < 1e-9 * (1.0 + w.abs()),
            "{what} {i}: {g} for {w}"
        );
    }
}

/// Runs `f` at every level, with one thread and with several; all thread counts give the same.
fn everywhere(f: impl Fn() -> Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let mut last = Vec::new();
    for level in levels() {
        let [one, three] = [1, 3].map(|threads| {
            set_num_threads(threads);
            with_level(level, &f)
        });
        assert_eq!(one, three);
        last = one;
    }
    last
}

#[test]
fn rows_agree_with_the_definition() {
    for (rows, n, centre) in [
        (1, 1, true),
        (3, 5, true),
        (700, 40, false),
        (700, 65, true),
    ] {
        let (x, g) = (values(rows * n), values(2 * rows * n)[rows * n..].to_vec());
        let (weight, bias) = (values(n), values(2 * n)[n..].to_vec());
        let by = Rows {
            weight: &weight,
            bias: &bias,
            centre,
            eps: 0.1,
        };
        let out = everywhere(|| {
            let [mut y, mut gx] = [vec![0.0; x.len()], vec![0.0; x.len()]];
            let [mut mean, mut scale] = [vec![0.0; rows], vec![0.0; rows]];
            let mut sums = vec![0.0; 2 * n];
            forward(&x, by, &mut y, &mut mean, &mut scale);
            backward(&g, &x, by, [&mean, &scale], &mut gx, &mut sums);
            vec![y, gx, sums]
        });
        let (mut y, mut gx, mut sums) = (vec![], vec![], vec![0.0; 2 * n]);
        for (x, g) in x.chunks(n).zip(g.chunks(n)) {
            let count = n as f64;
            let m = if centre {
                x.iter().sum::<f64>() / count
            } else {
                0.0
            };
            let var = x.iter().map(|v| (v - m) * (v - m)).sum::<f64>() / count;
            let s = (var + 0.1).sqrt().recip();
            let h: Vec<f64> = x.iter().map(|v| (v - m) * s).collect();
            let gw: Vec<f64> = g.iter().zip(&weight).map(|(g, w)| g * w).collect();
            let dot = gw.iter().zip(&h).map(|(g, h)| g * h).sum::<f64>() / count;
            let level = if centre {
                gw.iter().sum::<f64>() / count
            } else {
                0.0
            };
            for j in 0..n {
                y.push(h[j] * weight[j] + bias[j]);
                gx.push(s * (gw[j] - level - h[j] * dot));
                sums[j] += g[j] * h[j];
                sums[n + j] += g[j];
            }
        }
        close(&out[0], &y, "y");
        close(&out[1], &gx, "gx");
        close(&out[2], &sums, "sums");
    }
}

#[test]
fn pieces_agree_with_the_definition() {
    for (outer, channels, inner) in [(4, 3, 7), (1, 1, 1), (5000, 9, 1), (6, 4, 5000)] {
        let l = Layout {
            outer,
            channels,
            inner,
        };
        let len = outer * channels * inner;
        let (x, g) = (values(len), values(2 * len)[len..].to_vec());
        let columns = inner == 1 && channels > 1;
        let per = if columns { channels } else { outer * channels };
        let by: Vec<f64> = values(per);
        let out = everywhere(|| {
            let n = l.pieces() * channels;
            let [mut a, mut b, mut c, mut d] = [(); 4].map(|()| vec![0.0; n]);
            let [mut y, mut gx] = [vec![0.0; len], vec![0.0; len]];
            piece_moments(&x, l, &mut a, &mut b);
            piece_dots([&g, &x, &by], l, &mut c, &mut d);
            apply(&x, l, [&by; 3], &mut y);
            apply_backward([&g, &x], l, [&by; 4], &mut gx);
            vec![a, b, c, d, y, gx]
        });
        let n = l.pieces() * channels;
        let mut want = vec![vec![0.0; n]; 4];
        // Which piece an element of a column belongs to follows from the counts.
        let mut ends = vec![0];
        (0..l.pieces()).for_each(|p| ends.push(ends[p] + l.count(p)));
        let piece = |i: usize| {
            if columns {
                let row = i / channels;
                let p = ends.iter().rposition(|&e| e <= row).unwrap();
                p * channels + i % channels
            } else {
                i / inner
            }
        };
        let at = |i: usize| {
            if columns {
                by[i % channels]
            } else {
                by[i / inner]
            }
        };
        for i in 0..len {
            want[0][piece(i)] += x[i] / l.count(piece(i) / channels) as f64;
            want[2][piece(i)] += g[i];
            want[3][piece(i)] += g[i] * (x[i] - at(i));
        }
        for i in 0..len {
            let d = x[i] - want[0][piece(i)];
            want[1][piece(i)] += d * d;
        }
        want.push((0..len).map(|i| (x[i] - at(i)) * at(i) + at(i)).collect());
        want.push(
            (0..len)
                .map(|i| g[i] * at(i) + (x[i] - at(i)) * at(i) + at(i))
                .collect(),
        );
        for (k, (got, want)) in out.iter().zip(&want).enumerate() {
            close(got, want, &format!("{k} of {outer} {channels} {inner}"));
        }
    }
}
