//! Rows put in order, or the first of them: what is moved is one word, the element as a number with the
//! same order and its place below that. So ties keep their order, -0 and 0 tie, and NaN is greatest.
use super::threads::for_chunks;

/// Elements that one thread handles in one go.
const CHUNK: usize = 1 << 13;

/// An element with a total order, as PyTorch's `sort` has it.
pub trait Key: Copy + Send + Sync {
    /// A word that holds an element and its place.
    type Word: Ord + Copy;
    /// The word for the element at `place`; with `down` greater elements come first.
    fn word(self, place: usize, down: bool) -> Self::Word;
    /// The place in a word.
    fn place(word: Self::Word) -> usize;
}

macro_rules! key {
    ($($t:ident as $bits:ident in $word:ident, |$x:ident| $key:expr;)*) => {$(
        impl Key for $t {
            type Word = $word;
            #[inline(always)]
            fn word(self, place: usize, down: bool) -> $word {
                let $x = self;
                let key: $bits = $key;
                let key = if down { !key } else { key };
                $word::from(key) << ($word::BITS / 2) | place as $word
            }
            #[inline(always)]
            fn place(word: $word) -> usize {
                (word & ($word::MAX >> ($word::BITS / 2))) as usize
            }
        }
    )*};
}
key! {
    i64 as u64 in u128, |x| x as u64 ^ 1 << 63;
    f32 as u32 in u64, |x| {
        // Without the sign of a zero.
        let bits = (x + 0.0).to_bits();
        if x.is_nan() { u32::MAX } else if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
    };
    f64 as u64 in u128, |x| {
        let bits = (x + 0.0).to_bits();
        if x.is_nan() { u64::MAX } else if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    };
}

fn words<T: Key>(x: &[T], down: bool) -> impl Iterator<Item = T::Word> {
    x.iter().enumerate().map(move |(i, x)| x.word(i, down))
}

/// Calls `f(row, its part of out)` for rows of `n` and parts of `m`.
fn by_rows<T: Key>(
    x: &[T],
    n: usize,
    m: usize,
    out: &mut [i64],
    f: &(dyn Fn(&[T], &mut [i64]) + Sync),
) {
    if x.is_empty() || out.is_empty() {
        return;
    }
    assert!(
        u32::try_from(n).is_ok(),
        "rows of at most 2^32 - 1 elements"
    );
    let rows = (CHUNK / n).max(1);
    for_chunks(out, rows * m, |at, out| {
        let x = x[at / m * n..].chunks_exact(n);
        x.zip(out.chunks_exact_mut(m))
            .for_each(|(x, out)| f(x, out));
    });
}

fn write<T: Key>(words: &[T::Word], out: &mut [i64]) {
    out.iter_mut()
        .zip(words)
        .for_each(|(o, &w)| *o = T::place(w) as i64);
}

/// The places of the elements of each row of `n`, in order; ties keep theirs.
pub fn argsort_rows<T: Key>(x: &[T], n: usize, down: bool, index: &mut [i64]) {
    by_rows(x, n, n, index, &|x, out| {
        let mut words: Vec<_> = words(x, down).collect();
        words.sort_unstable();
        write::<T>(&words, out);
    });
}

/// The places of the first `k` in order of each row of `n`.
pub fn first_rows<T: Key>(x: &[T], n: usize, k: usize, down: bool, index: &mut [i64]) {
    by_rows(x, n, k, index, &|x, out| {
        write::<T>(&first(x, k, down), out)
    });
}

/// The first `k` in order: few are kept while the row passes by.
fn first<T: Key>(x: &[T], k: usize, down: bool) -> Vec<T::Word> {
    let room = 2 * k.max(32);
    let mut kept = Vec::with_capacity(room.min(x.len()));
    let mut limit = None;
    for word in words(x, down) {
        if limit.is_some_and(|limit| word > limit) {
            continue;
        }
        kept.push(word);
        if kept.len() == room {
            limit = Some(*kept.select_nth_unstable(k - 1).1);
            kept.truncate(k);
        }
    }
    kept.sort_unstable();
    kept.truncate(k);
    kept
}

/// The place of number `k(row)` in order of each row of `n`, counted from 0.
pub fn nth_rows<T: Key>(x: &[T], n: usize, k: &(dyn Fn(&[T]) -> usize + Sync), index: &mut [i64]) {
    by_rows(x, n, 1, index, &|x, out| {
        let mut words: Vec<_> = words(x, false).collect();
        let (_, word, _) = words.select_nth_unstable(k(x));
        out[0] = T::place(*word) as i64;
    });
}

/// The place of the most frequent element of each row of `n`: of the least one, where several are, and
/// its last occurrence.
pub fn mode_rows<T: Key + PartialEq>(x: &[T], n: usize, index: &mut [i64]) {
    by_rows(x, n, 1, index, &|x, out| {
        let mut words: Vec<_> = words(x, false).collect();
        words.sort_unstable();
        let places: Vec<_> = words.iter().map(|&w| T::place(w)).collect();
        let runs = places.chunk_by(|&a, &b| x[a] == x[b]);
        let longest = runs.reduce(|best, run| if run.len() > best.len() { run } else { best });
        out[0] = longest.map_or(0, |run| run[run.len() - 1] as i64);
    });
}

/// `out[r, j] = x[r, index[r, j]]` for rows of `n` and `m`.
pub fn pick_rows<T: Copy + Send + Sync>(x: &[T], n: usize, index: &[i64], m: usize, out: &mut [T]) {
    assert_eq!(index.len(), out.len());
    if out.is_empty() {
        return;
    }
    for_chunks(out, (CHUNK / m).max(1) * m, |at, out| {
        for (j, o) in out.iter_mut().enumerate() {
            *o = x[(at + j) / m * n + index[at + j] as usize];
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    fn numbers(n: usize) -> Vec<f32> {
        let special = [
            f32::NAN,
            -0.0,
            0.0,
            f32::INFINITY,
            -f32::NAN,
            f32::NEG_INFINITY,
        ];
        (0..n)
            .map(|i| {
                let v = (i * 7919) % 23;
                special.get(v).copied().unwrap_or(v as f32 - 12.0)
            })
            .collect()
    }

    fn order(a: f32, b: f32) -> Ordering {
        a.partial_cmp(&b)
            .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    }

    fn by_definition(x: &[f32], down: bool) -> Vec<i64> {
        let mut places: Vec<_> = (0..x.len()).collect();
        places.sort_by(|&a, &b| {
            let o = order(x[a], x[b]);
            if down { o.reverse() } else { o }
        });
        places.into_iter().map(|p| p as i64).collect()
    }

    #[test]
    fn agrees_with_a_stable_sort() {
        for n in [1, 2, 5, 100, 1000] {
            let x = numbers(n);
            for down in [false, true] {
                let want = by_definition(&x, down);
                let mut got = vec![0; n];
                argsort_rows(&x, n, down, &mut got);
                assert_eq!(got, want);
                for k in [1, n / 2, n] {
                    first_rows(&x, n, k, down, &mut got[..k]);
                    assert_eq!(got[..k], want[..k], "{k} of {n}");
                }
            }
            let mut third = [0];
            nth_rows(&x, n, &|x| x.len() / 3, &mut third);
            assert_eq!(third[0], by_definition(&x, false)[n / 3]);
        }
    }

    #[test]
    fn every_type_keeps_its_order() {
        let mut index = [0; 4];
        argsort_rows(&[3i64, i64::MIN, i64::MAX, -1], 4, false, &mut index);
        assert_eq!(index, [1, 3, 0, 2]);
        argsort_rows(&[-0.0, 0.0, -1.5, f64::NAN], 4, true, &mut index);
        assert_eq!(index, [3, 0, 1, 2]);
    }

    #[test]
    fn the_least_of_the_most_frequent() {
        let mut index = [0];
        mode_rows(&[5i64, 2, 5, 2, 1], 5, &mut index);
        assert_eq!(index, [3]);
    }
}
