//! Rows put together from runs of other rows: padding, rolling, and their way back.
use super::{
    math::Num,
    threads::{for_chunks, num_threads},
};

/// Elements that one thread copies in one go.
const CHUNK: usize = 1 << 15;

/// Neighbouring positions of a source: where they begin and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub start: usize,
    pub len: usize,
}

/// The longest runs that give these positions in order.
pub fn runs(positions: impl IntoIterator<Item = usize>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for at in positions {
        match out.last_mut() {
            Some(run) if run.start + run.len == at => run.len += 1,
            _ => out.push(Run { start: at, len: 1 }),
        }
    }
    out
}

/// How many positions the runs give.
pub fn total(runs: &[Run]) -> usize {
    runs.iter().map(|r| r.len).sum()
}

/// Of each block of `n` positions of `inner` elements, those that `runs` name, in that order.
///
/// # Panics
/// If a run leaves its block.
pub fn copy_runs<T: Copy + Send + Sync>(
    x: &[T],
    n: usize,
    inner: usize,
    runs: &[Run],
    out: &mut [T],
) {
    let (block, size) = (n * inner, total(runs) * inner);
    each_block(out, size, |i, mut out| {
        let x = &x[i * block..][..block];
        for run in runs {
            let (part, rest) = out.split_at_mut(run.len * inner);
            part.copy_from_slice(&x[run.start * inner..][..part.len()]);
            out = rest;
        }
    });
}

/// The transpose of [`copy_runs`]: every element of `g` is added where it came from.
///
/// # Panics
/// If a run leaves its block.
pub fn add_runs<T: Num>(g: &[T], n: usize, inner: usize, runs: &[Run], out: &mut [T]) {
    let (block, size) = (n * inner, total(runs) * inner);
    out.fill(T::default());
    each_block(out, block, |i, out| {
        let mut g = &g[i * size..][..size];
        for run in runs {
            let (part, rest) = g.split_at(run.len * inner);
            let out = &mut out[run.start * inner..][..part.len()];
            out.iter_mut().zip(part).for_each(|(o, &v)| *o = o.plus(v));
            g = rest;
        }
    });
}

/// `f(i, block i)` for all blocks of `size` elements, on several threads if there are many.
fn each_block<T: Send>(out: &mut [T], size: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    if out.is_empty() {
        return;
    }
    let blocks = if num_threads() == 1 {
        out.len() / size
    } else {
        (CHUNK / size).max(1)
    };
    for_chunks(out, blocks * size, |start, out| {
        let first = start / size;
        (out.chunks_exact_mut(size).zip(first..)).for_each(|(out, i)| f(i, out));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_joined_to_runs() {
        let run = |start, len| Run { start, len };
        assert_eq!(
            runs([2, 1, 0, 1, 2, 3, 3]),
            [run(2, 1), run(1, 1), run(0, 4), run(3, 1)]
        );
        assert_eq!(runs([]), []);
    }

    /// A copy and its way back, against the definition position by position.
    #[test]
    fn agrees_with_the_definition() {
        let (n, at) = (4, [3usize, 0, 1, 2, 3, 3, 0]);
        for (outer, inner) in [(1, 1), (3, 1), (2, 5), (700, 20), (0, 3), (2, 0)] {
            let x: Vec<i64> = (0..outer * n * inner).map(|i| i as i64).collect();
            let source = |p: usize| {
                let (row, e) = (p / inner, p % inner);
                (row / at.len() * n + at[row % at.len()]) * inner + e
            };
            let size = outer * at.len() * inner;
            let mut out = vec![-1; size];
            copy_runs(&x, n, inner, &runs(at), &mut out);
            assert!((0..size).all(|p| out[p] == x[source(p)]));
            let mut want = vec![0; x.len()];
            (0..size).for_each(|p| want[source(p)] += out[p]);
            let mut sums = vec![-1; x.len()];
            add_runs(&out, n, inner, &runs(at), &mut sums);
            assert_eq!(sums, want);
        }
    }
}
