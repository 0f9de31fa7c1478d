use super::*;

/// Fixed numbers without structure.
fn numbers(n: usize) -> Vec<f64> {
    let mut state = 1u64;
    let next = |_| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..n).map(next).collect()
}

/// `a b` for `m × k` and `k × n`, the plain loops.
fn product(m: usize, k: usize, n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let at = |i: usize, j: usize| (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum();
    (0..m * n).map(|x| at(x / n, x % n)).collect()
}

fn transposed(m: usize, n: usize, a: &[f64]) -> Vec<f64> {
    (0..m * n).map(|x| a[x % m * n + x / m]).collect()
}

#[track_caller]
fn assert_close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    let worst = a
        .iter()
        .zip(b)
        .fold(0.0, |m: f64, (a, b)| m.max((a - b).abs()));
    assert!(worst < 1e-11, "off by {worst:e}");
}

fn identity(n: usize) -> Vec<f64> {
    (0..n * n)
        .map(|x| f64::from(u8::from(x / n == x % n)))
        .collect()
}

/// Below, at and above the size of a block.
const SIZES: [usize; 6] = [0, 1, 5, 64, 65, 150];

#[test]
fn lu_gives_the_matrix_back() {
    for n in SIZES {
        let a = numbers(n * n);
        let (mut f, mut rows) = (a.clone(), vec![0; n]);
        lu(n, &mut f, &mut rows);
        let pick = |keep: &dyn Fn(usize, usize) -> bool| -> Vec<f64> {
            f.iter()
                .enumerate()
                .map(|(x, &v)| if keep(x / n, x % n) { v } else { 0.0 })
                .collect()
        };
        let (mut l, u) = (pick(&|i, j| i > j), pick(&|i, j| i <= j));
        (0..n).for_each(|i| l[i * n + i] = 1.0);
        let moved: Vec<f64> = rows
            .iter()
            .flat_map(|&r| &a[r * n..][..n])
            .copied()
            .collect();
        assert_close(&product(n, n, n, &l, &u), &moved);
    }
}

#[test]
fn cholesky_gives_the_matrix_back() {
    for n in SIZES {
        let x = numbers(n * n);
        let mut a = product(n, n, n, &x, &transposed(n, n, &x));
        (0..n).for_each(|i| a[i * n + i] += 1.0);
        let mut l = a.clone();
        cholesky(n, &mut l).unwrap();
        assert_close(&product(n, n, n, &l, &transposed(n, n, &l)), &a);
    }
    assert_eq!(cholesky(2, &mut [1.0, 0.0, 2.0, 1.0]), Err(1));
}

#[test]
fn triangles_are_solved_from_both_ends() {
    for (n, upper, unit) in SIZES
        .iter()
        .flat_map(|&n| [(n, false, false), (n, true, true), (n, true, false)])
    {
        let mut t = numbers(n * n);
        (0..n * n)
            .filter(|x| (x / n < x % n) != upper)
            .for_each(|x| t[x] = 0.0);
        t.iter_mut().for_each(|v| *v *= 0.2);
        (0..n).for_each(|i| t[i * n + i] = if unit { 1.0 } else { 2.0 });
        let b = numbers(n * 3);
        let mut x = b.clone();
        solve_triangular(n, 3, &t, upper, unit, &mut x);
        assert_close(&product(n, n, 3, &t, &x), &b);
    }
}

#[test]
fn qr_gives_the_matrix_back_with_as_many_columns_as_asked_for() {
    for (m, n, wide) in [
        (5, 3, 3),
        (5, 3, 5),
        (3, 5, 3),
        (70, 66, 66),
        (4, 0, 4),
        (0, 3, 0),
    ] {
        let a = numbers(m * n);
        let (mut r, mut q) = (a.clone(), vec![0.0; m * wide]);
        qr(m, n, &mut r, &mut q);
        assert_close(&product(m, wide, n, &q, &r[..wide * n]), &a);
        assert_close(
            &product(wide, m, wide, &transposed(m, wide, &q), &q),
            &identity(wide),
        );
    }
}

#[test]
fn eigh_diagonalises() {
    for n in SIZES {
        let x = numbers(n * n);
        let a: Vec<f64> = x
            .iter()
            .zip(transposed(n, n, &x))
            .map(|(a, b)| a + b)
            .collect();
        let (mut values, mut rows) = (vec![0.0; n], vec![0.0; n * n]);
        assert!(eigh(n, &mut a.clone(), &mut values, &mut rows));
        assert!(values.is_sorted());
        let scaled: Vec<f64> = rows
            .iter()
            .enumerate()
            .map(|(x, v)| v * values[x / n])
            .collect();
        assert_close(&product(n, n, n, &rows, &a), &scaled);
        assert_close(
            &product(n, n, n, &rows, &transposed(n, n, &rows)),
            &identity(n),
        );
    }
    assert!(!eigh(2, &mut [f64::NAN; 4], &mut [0.0; 2], &mut []));
}

/// Checks `A = U S Vᵀ` and that both factors are orthonormal.
#[track_caller]
fn check_svd(m: usize, n: usize, a: &[f64]) -> Vec<f64> {
    let (mut u, mut s, mut vt) = (vec![0.0; m * n], vec![0.0; n], vec![0.0; n * n]);
    assert!(svd(m, n, &mut a.to_vec(), &mut u, &mut s, &mut vt));
    assert!(s.is_sorted_by(|a, b| a >= b));
    let us: Vec<f64> = u.iter().enumerate().map(|(x, v)| v * s[x % n]).collect();
    assert_close(&product(m, n, n, &us, &vt), a);
    assert_close(&product(n, m, n, &transposed(m, n, &u), &u), &identity(n));
    assert_close(&product(n, n, n, &vt, &transposed(n, n, &vt)), &identity(n));
    s
}

#[test]
fn svd_gives_the_matrix_back_whatever_its_rank() {
    for (m, n) in [(0, 0), (1, 1), (5, 3), (40, 40), (70, 66)] {
        check_svd(m, n, &numbers(m * n));
    }
    assert_eq!(check_svd(3, 3, &[0.0; 9]), [0.0; 3]);
    assert_close(&check_svd(4, 2, &[1.0; 8]), &[8f64.sqrt(), 0.0]);
    let graded = [1.0, 0.0, 0.0, 1e-9, 1e-200, 0.0, 0.0, 0.0, 1e-18];
    check_svd(3, 3, &graded);
    assert!(!svd(
        1,
        1,
        &mut [f64::NAN],
        &mut [0.0],
        &mut [0.0],
        &mut [0.0]
    ));
}
