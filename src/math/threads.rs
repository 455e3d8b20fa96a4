//! How many threads a product may use.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread::available_parallelism,
};

use faer::Par;

/// 0: as many as there are cores.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Below so many multiplications a product is done before another thread has woken up.
const WORTH_SHARING: usize = 1 << 23;

/// Lets products use up to `threads` threads, or as many as there are cores. Results do not depend on it.
pub fn set_threads(threads: Option<NonZero<usize>>) {
    THREADS.store(threads.map_or(0, NonZero::get), Ordering::Relaxed);
}

/// How a product of so many multiplications is shared.
pub(super) fn parallelism(multiplications: usize) -> Par {
    if multiplications < WORTH_SHARING {
        return Par::Seq;
    }
    let threads = match THREADS.load(Ordering::Relaxed) {
        0 => cores(),
        threads => threads,
    };
    if threads < 2 { Par::Seq } else { Par::rayon(threads) }
}

fn cores() -> usize {
    use std::sync::OnceLock;
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| available_parallelism().map_or(1, NonZero::get))
}
