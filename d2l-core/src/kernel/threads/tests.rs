use super::*;
use std::sync::atomic::AtomicU8;

/// Long enough for the pool to be entered and woken.
const LONG: usize = WAKE_NS;

/// Runs a region and checks that each chunk was run once.
fn region(chunks: usize) {
    let runs: Vec<AtomicU8> = (0..chunks).map(|_| AtomicU8::new(0)).collect();
    parallel_ns(chunks, LONG, &|i| {
        runs[i].fetch_add(1, Relaxed);
    });
    assert!(runs.iter().all(|r| r.load(Relaxed) == 1));
}

#[test]
fn every_chunk_runs_once() {
    for threads in [1, 2, 4] {
        set_num_threads(threads);
        [0, 1, 2, 3, 100, MAX_CHUNKS, MAX_CHUNKS + 1, 200_000]
            .into_iter()
            .for_each(region);
        (0..2000).for_each(|i| region(i % 7));
    }
}

#[test]
fn two_users_and_a_nested_region() {
    set_num_threads(3);
    thread::scope(|s| {
        for _ in 0..3 {
            s.spawn(|| {
                for _ in 0..200 {
                    parallel_ns(5, LONG, &|_| region(3));
                }
            });
        }
    });
}

#[test]
fn other_threads_take_part() {
    set_num_threads(2);
    // Another test may hold the pool: then the caller runs everything itself, and this tries again.
    let found = (0..1000).any(|_| {
        let names = Mutex::new(Vec::new());
        parallel_ns(2, LONG, &|_| {
            thread::sleep(Duration::from_millis(1));
            lock(&names).push(thread::current().id());
        });
        let names = lock(&names);
        names[0] != names[1]
    });
    assert!(found);
}

#[test]
fn a_panic_reaches_the_caller_and_the_pool_survives() {
    set_num_threads(2);
    for bad in [0, 3, 7] {
        let ended = AtomicUsize::new(0);
        let result = catch_unwind(AssertUnwindSafe(|| {
            parallel_ns(8, LONG, &|i| {
                assert!(i != bad, "chunk {bad}");
                ended.fetch_add(1, Relaxed);
            });
        }));
        let message = result.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(*message, format!("chunk {bad}"));
        region(8);
    }
}

#[test]
fn pieces_cover_the_slice() {
    for (len, chunk) in [(0, 4), (3, 4), (4, 4), (5, 4), (1000, 7)] {
        let mut out = vec![0; len];
        for_chunks(&mut out, chunk, |start, piece| {
            assert!(piece.len() <= chunk);
            piece
                .iter_mut()
                .enumerate()
                .for_each(|(i, o)| *o += start + i);
        });
        assert!(out.into_iter().eq(0..len));
    }
}

#[test]
#[should_panic(expected = "at least one thread")]
fn no_threads_are_refused() {
    set_num_threads(0);
}
