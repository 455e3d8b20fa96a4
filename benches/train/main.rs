//! What docs/performance.md says of training, in one run: the peak of products on this machine, the time of a step of each optimiser and
//! how near it comes to that peak, with all cores and with one; what shuffling costs; and lanes in parallel against lanes in turn.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod flops;
mod lane;
mod sharing;

use std::{
    num::NonZero,
    thread,
    time::{Duration, Instant},
};

use rhoscope::math::{Panel, PanelMut, set_threads};

use lane::{Lane, Subject, network};

const BATCHES: [usize; 3] = [50, 500, 3200];
/// Of the square matrices whose product is the peak.
const PEAK_SIZE: usize = 1024;
/// How long each figure is measured.
const PATIENCE: Duration = Duration::from_millis(600);

/// Seconds of the same work again and again.
struct Times {
    median: f64,
    /// What it takes when nothing else runs on the machine.
    best: f64,
}

/// After it has run a few times.
fn measure(mut work: impl FnMut()) -> Times {
    for _ in 0..3 {
        work();
    }
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < 5 || began.elapsed() < PATIENCE {
        let before = Instant::now();
        work();
        times.push(before.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Times { median: times[times.len() / 2], best: times[0] }
}

/// Operations a second of a large product through the same kernel as a step's, at its best.
fn peak() -> f64 {
    let n = PEAK_SIZE;
    let entries: Vec<f32> = (0..n * n).map(|i| (i as f32 * 0.7).sin()).collect();
    let mut target = vec![0.0; n * n];
    let times = measure(|| {
        let (a, b) = (Panel::new(&entries, n), Panel::new(&entries, n));
        PanelMut::new(&mut target, n).set_mul(1.0, a, b, 0.0);
    });
    2.0 * (n as f64).powi(3) / times.best
}

/// All cores, or one.
fn use_cores(one: bool) {
    set_threads(if one { NonZero::new(1) } else { None });
}

fn step(subject: &Subject, batch: usize, shuffle: bool) -> Times {
    let problem = network(batch, shuffle);
    let mut lane = Lane::new(&subject.recipe, &problem);
    measure(|| lane.step())
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// The peaks on all cores and on one.
fn peaks() -> [f64; 2] {
    let peaks = [false, true].map(|one| {
        use_cores(one);
        peak()
    });
    let [all, one] = peaks.map(|peak| peak / 1e9);
    println!(
        "peak, a product of {PEAK_SIZE}×{PEAK_SIZE} matrices: {all:.0} GF/s on {} cores, {one:.0} GF/s on one",
        cores()
    );
    peaks
}

fn steps(subjects: &[Subject], peaks: [f64; 2]) {
    println!(
        "\none step of a 784/50/10 network, f32, consecutive batches: ms (median and best), GF/s and share of the peak (of the median; of the best)"
    );
    println!("{:<14} {:>5} {:>7} | {:<38} | one core", "", "batch", "Mflop", "all cores");
    for subject in subjects {
        for batch in BATCHES {
            let flops = subject.flops(batch);
            print!("{:<14} {batch:>5} {:>7.1}", subject.name, flops / 1e6);
            for (one, peak) in [false, true].into_iter().zip(peaks) {
                use_cores(one);
                let Times { median, best } = step(subject, batch, false);
                let share = |seconds: f64| 100.0 * flops / seconds / peak;
                let rate = flops / median / 1e9;
                print!(
                    " | {:>7.3} {:>7.3}  {rate:>6.1}  {:>3.0}% {:>3.0}%",
                    median * 1e3,
                    best * 1e3,
                    share(median),
                    share(best)
                );
            }
            println!();
        }
    }
    use_cores(false);
}

/// Examples in a new order every epoch have to be gathered.
fn shuffling(subjects: &[Subject]) {
    println!("\nthe same on shuffled batches, all cores: ms (median and best), and times the best of consecutive ones");
    for subject in subjects.iter().filter(|subject| ["Adam", "AdamQLR", "K-FAC sampled"].contains(&subject.name)) {
        print!("{:<14}", subject.name);
        for batch in BATCHES {
            let [consecutive, shuffled] = [false, true].map(|shuffle| step(subject, batch, shuffle));
            let Times { median, best } = shuffled;
            print!(" | {batch:>4}: {:>7.3} {:>7.3} ×{:.2}", median * 1e3, best * 1e3, best / consecutive.best);
        }
        println!();
    }
}

/// Three lanes, a step each: in turn with all cores, or each on a thread of its own with one-thread products.
fn lanes(subjects: &[Subject]) {
    let mixed = ["Adam", "AdamQLR", "K-FAC sampled"];
    println!(
        "\nthree lanes, best ms a round of a step each: in turn on all cores; in turn on one; each on a thread of its own, and times in turn"
    );
    for names in [mixed, ["AdamQLR"; 3], ["K-FAC sampled"; 3]] {
        let chosen: Vec<_> =
            names.iter().map(|name| subjects.iter().find(|subject| subject.name == *name).unwrap()).collect();
        println!("{}", names.join(", "));
        for batch in BATCHES {
            let problem = network(batch, false);
            let fresh = || chosen.iter().map(|subject| Lane::new(&subject.recipe, &problem)).collect::<Vec<_>>();
            let in_turn = [false, true].map(|one| {
                use_cores(one);
                let mut lanes = fresh();
                measure(|| lanes.iter_mut().for_each(Lane::step))
            });
            let mut lanes = fresh();
            // Threads are not started for every step.
            let rounds = (0.1 / in_turn[1].best).ceil() as usize;
            let side_by_side = measure(|| {
                thread::scope(|scope| {
                    for lane in &mut lanes {
                        scope.spawn(|| (0..rounds).for_each(|_| lane.step()));
                    }
                });
            });
            let best = [in_turn[0].best, in_turn[1].best, side_by_side.best / rounds as f64];
            let [all, one, threads] = best.map(|seconds| seconds * 1e3);
            println!("  {batch:>5}: {all:>8.3} {one:>8.3} {threads:>8.3}   ×{:.2}", threads / all);
        }
    }
    use_cores(false);
}

fn main() {
    let subjects = Subject::all();
    steps(&subjects, peaks());
    shuffling(&subjects);
    sharing::sharing();
    lanes(&subjects);
    // Once more: where the two differ, other work was being done.
    peaks();
}
