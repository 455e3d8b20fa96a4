//! How many threads a product may use, and how it uses them.
//!
//! A kernel runs on one thread; what is shared is the result, cut into parts that are computed side by side. A thread that is kept from its part by
//! other work delays nothing but that part, and no part allocates. The kernels' own ways of sharing synchronise their threads many times
//! within a product: where another program had a core, they took up to eight times as long as one thread alone.

use std::{
    num::NonZero,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread::available_parallelism,
};

/// 0: as many as there are cores.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Below so many multiplications a product is done before another thread has woken up.
const WORTH_SHARING: usize = 1 << 23;

/// Lets products use up to `threads` threads, or as many as there are cores. Results do not depend on it.
pub fn set_threads(threads: Option<NonZero<usize>>) {
    THREADS.store(threads.map_or(0, NonZero::get), Ordering::Relaxed);
}

/// Into how many parts work of so many multiplications is cut, each for a thread of its own.
pub(super) fn parts(multiplications: usize) -> usize {
    if multiplications < WORTH_SHARING {
        return 1;
    }
    match THREADS.load(Ordering::Relaxed) {
        0 => cores(),
        threads => threads,
    }
}

/// Both, side by side where a thread is free.
pub(super) fn both(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    rayon::join(first, second);
}

fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| available_parallelism().map_or(1, NonZero::get))
}
