//! What docs/performance.md says of training, in one run: the peak of products on this machine, the time of a step of each optimiser and
//! how near it comes to that peak, with all cores and with one; what shuffling costs; and lanes in parallel against lanes in turn.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod flops;
mod lane;

use std::{
    num::NonZero,
    thread,
    time::{Duration, Instant},
};

use rhoscope::math::{Panel, PanelMut, set_threads};

use lane::{Lane, Subject, network};

const BATCHES: [usize; 3] = [50, 500, 3200];
/// Of the square matrices whose product is the peak.
const PEAK_SIZE: usize = 2048;
/// How long each figure is measured.
const PATIENCE: Duration = Duration::from_millis(600);

/// Median seconds of `work`, after it has run a few times.
fn median(mut work: impl FnMut()) -> f64 {
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
    times[times.len() / 2]
}

/// Operations a second of a large product through the same kernel as a step's.
fn peak() -> f64 {
    let n = PEAK_SIZE;
    let entries: Vec<f32> = (0..n * n).map(|i| (i as f32 * 0.7).sin()).collect();
    let mut target = vec![0.0; n * n];
    let seconds = median(|| {
        let (a, b) = (Panel::new(&entries, n), Panel::new(&entries, n));
        PanelMut::new(&mut target, n).set_mul(1.0, a, b, 0.0);
    });
    2.0 * (n as f64).powi(3) / seconds
}

/// All cores, or one.
fn use_cores(one: bool) {
    set_threads(if one { NonZero::new(1) } else { None });
}

fn step(subject: &Subject, batch: usize, shuffle: bool) -> f64 {
    let problem = network(batch, shuffle);
    let mut lane = Lane::new(&subject.recipe, &problem);
    median(|| lane.step())
}

fn steps(subjects: &[Subject]) {
    let peaks = [false, true].map(|one| {
        use_cores(one);
        peak()
    });
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    println!("one step of a 784/50/10 network, f32, consecutive batches: median ms, GF/s, share of the peak");
    println!(
        "peak, a product of {PEAK_SIZE}×{PEAK_SIZE} matrices: {:.0} GF/s on {cores} cores, {:.0} GF/s on one\n",
        peaks[0] / 1e9,
        peaks[1] / 1e9
    );
    println!(
        "{:<14} {:>5} {:>9}   {:>8} {:>7} {:>5}   {:>8} {:>7} {:>5}",
        "", "batch", "Mflop", "all: ms", "GF/s", "share", "one: ms", "GF/s", "share"
    );
    for subject in subjects {
        for batch in BATCHES {
            let flops = subject.flops(batch);
            print!("{:<14} {batch:>5} {:>9.1}", subject.name, flops / 1e6);
            for (one, peak) in [false, true].into_iter().zip(peaks) {
                use_cores(one);
                let seconds = step(subject, batch, false);
                let rate = flops / seconds;
                print!("   {:>8.3} {:>7.1} {:>4.0}%", seconds * 1e3, rate / 1e9, 100.0 * rate / peak);
            }
            println!();
        }
    }
    use_cores(false);
}

/// Examples in a new order every epoch have to be gathered.
fn shuffling(subjects: &[Subject]) {
    println!("\nthe same on shuffled batches, all cores: median ms, and times that of consecutive ones");
    for subject in subjects.iter().filter(|subject| ["Adam", "AdamQLR", "K-FAC sampled"].contains(&subject.name)) {
        print!("{:<14}", subject.name);
        for batch in BATCHES {
            let [consecutive, shuffled] = [false, true].map(|shuffle| step(subject, batch, shuffle));
            print!("   {batch:>5}: {:>7.3} ×{:.2}", shuffled * 1e3, shuffled / consecutive);
        }
        println!();
    }
}

/// Three lanes, a step each: in turn with all cores, or each on a thread of its own with one-thread products.
fn lanes(subjects: &[Subject]) {
    let mixed = ["Adam", "AdamQLR", "K-FAC sampled"];
    println!(
        "\nthree lanes, ms a round of one step each: in turn on all cores; in turn on one; each on its own thread"
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
                median(|| lanes.iter_mut().for_each(Lane::step))
            });
            let mut lanes = fresh();
            let rounds = (0.3 / in_turn[1]).ceil() as usize;
            let parallel = median(|| {
                thread::scope(|scope| {
                    for lane in &mut lanes {
                        scope.spawn(|| (0..rounds).for_each(|_| lane.step()));
                    }
                });
            }) / rounds as f64;
            let times = [in_turn[0], in_turn[1], parallel].map(|seconds| format!("{:>8.3}", seconds * 1e3));
            println!("  {batch:>5}: {}   parallel/in turn ×{:.2}", times.join(" "), parallel / in_turn[0]);
        }
    }
    use_cores(false);
}

fn main() {
    let subjects = Subject::all();
    steps(&subjects);
    shuffling(&subjects);
    lanes(&subjects);
}
