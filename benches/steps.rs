//! Steps of each optimiser, records included.

#![allow(missing_docs, clippy::unwrap_used)]

use divan::{Bencher, counter::ItemsCount};
use rhoscope::{
    optim::{Coefficient, Curvature, Recipe, presets},
    problem::Rosenbrock,
    session::{
        LaneSpec, Progress, Session,
        setup::{Overrides, Setup},
    },
};

fn main() {
    divan::main();
}

fn recipe(name: &str) -> Recipe {
    let mut recipe = match name {
        "sgd" => presets::sgd(),
        "adam" => presets::adam(),
        "sgdqlr" => presets::sgdqlr(),
        "adamqlr" => presets::adamqlr(),
        _ => presets::kfac(),
    };
    match name {
        "sgd" => recipe.step_size.learning_rate = Coefficient::Fixed(1e-4),
        "sgdqlr" | "adamqlr" => recipe.curvature = Some(Curvature::Hessian),
        _ => {}
    }
    // The run goes on.
    recipe.tolerance = 0.0;
    recipe
}

const OPTIMISERS: [&str; 5] = ["sgd", "adam", "sgdqlr", "adamqlr", "kfac"];

/// Steps into a growing history, as on screen: a thousand, but as many as K-FAC takes before it converges.
#[divan::bench(args = OPTIMISERS)]
fn rosenbrock(bencher: Bencher<'_, '_>, name: &str) {
    let steps: usize = if name == "kfac" { 20 } else { 1000 };
    bencher
        .counter(ItemsCount::new(steps))
        .with_inputs(|| {
            let problem = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
            let lane = LaneSpec { label: name.to_owned(), recipe: recipe(name) };
            let session = Session::new::<f64>(Box::new(problem), &[lane]);
            let history = session.empty_history();
            (session, history)
        })
        .bench_local_values(|(mut session, mut history)| {
            for _ in 0..steps {
                session.advance(&|| 0.0, &mut |progress| {
                    if let Progress::Step { lane, record, seconds } = progress {
                        history.lane_mut(lane).push(record, seconds);
                    }
                });
            }
            (session, history)
        });
}

/// Ten steps of the bundled network on batches of handwritten digits.
#[divan::bench(args = OPTIMISERS)]
fn mlp_digits(bencher: Bencher<'_, '_>, name: &str) {
    const STEPS: usize = 10;
    let overrides = Overrides { optimisers: vec![name.to_owned()], ..Overrides::default() };
    let mut session = Setup::bundled("mlp-digits", &overrides).unwrap().build().unwrap();
    let mut history = session.empty_history();
    bencher.counter(ItemsCount::new(STEPS)).bench_local(|| {
        for _ in 0..STEPS {
            session.advance(&|| 0.0, &mut |progress| {
                if let Progress::Step { lane, record, seconds } = progress {
                    history.lane_mut(lane).push(record, seconds);
                }
            });
        }
    });
}
