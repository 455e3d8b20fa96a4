//! Ten thousand steps of every optimiser on every bundled problem: every lane ends with a stated outcome and no number is lost.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

use rhoscope::{
    optim::{Outcome, Quantity as Q, StepRecord},
    session::{
        Progress,
        setup::{BUNDLED, Name, Overrides, ProblemSpec, Setup},
    },
};

const STEPS: u64 = 10_000;

/// What a step of this optimiser must have computed: a number that came out non-finite would be missing.
fn required(name: Name) -> Vec<Q> {
    let always = [Q::Loss, Q::LearningRate, Q::Damping, Q::NextDamping, Q::GradNorm, Q::UpdateNorm];
    let modelled =
        [Q::Curvature, Q::GradDotDirection, Q::ModelChange, Q::DirectionCurvature, Q::DirectionSquaredNorm, Q::NewLoss];
    match name {
        Name::Sgd | Name::Adam => always.to_vec(),
        Name::SgdQlr | Name::AdamQlr => [&always[..], &modelled].concat(),
        Name::Kfac | Name::Composed(_) => [&always[..], &modelled, &[Q::Momentum]].concat(),
    }
}

fn check(record: &StepRecord, required: &[Q], what: &str) {
    for &quantity in required {
        let value = record.get(quantity);
        assert!(value.is_some_and(f64::is_finite), "{what}, step {}: {quantity:?} is {value:?}", record.step);
    }
    assert!(Q::ALL.into_iter().filter_map(|quantity| record.get(quantity)).all(f64::is_finite));
    assert!(record.params.iter().all(|value| value.is_finite()));
}

/// Compositions, on the problems whose steps are cheap.
const COMPOSITIONS: [&str; 4] = [
    "gradient+minimiser+constant:adaptive_momentum=true,monitor=true",
    "adam+minimiser+levenberg-marquardt:adaptive_momentum=true,reject=true,monitor=true",
    "kfac+minimiser+decreasing-loss:saddle_free=true,lr_ema=0.5,monitor=true",
    "kfac+fixed+levenberg-marquardt:lr=0.5,inversion=eigen,inverse_interval=3,monitor=true",
];

fn run(problem: &str, spec: &str) -> Outcome {
    let name = Name::parse(spec.split(':').next().unwrap_or_default()).unwrap();
    let overrides = Overrides { optimisers: vec![spec.to_owned()], ..Overrides::default() };
    let mut session = Setup::bundled(problem, &overrides).unwrap().build().unwrap();
    let what = format!("{name} on {problem}");
    let required = required(name);
    let mut outcome = None;
    for _ in 0..STEPS {
        let more = session.advance(&|| 0.0, &mut |progress| match progress {
            Progress::Step { record, .. } => check(record, &required, &what),
            Progress::Ended { outcome: ended, .. } => outcome = Some(ended),
        });
        if !more {
            break;
        }
    }
    let params = session.params(0, session.latest());
    assert!(params.iter().all(|value| value.is_finite()), "{what}: a non-finite parameter");
    let outcome = outcome.unwrap_or(Outcome::Finished);
    assert_eq!(
        session.latest() == STEPS,
        outcome == Outcome::Finished,
        "{what}: {outcome:?} after {} steps",
        session.latest()
    );
    if let Some(reason) = outcome.reason() {
        assert!(!reason.is_empty());
    }
    outcome
}

/// One test a problem, so that they run side by side.
macro_rules! on {
    ($($test:ident: $problem:literal),* $(,)?) => {
        const COVERED: &[&str] = &[$($problem),*];
        $(
            #[test]
            fn $test() {
                for name in Name::ALL {
                    let monitor = matches!(name, Name::Sgd | Name::Adam);
                    run($problem, &format!("{name}:monitor={monitor}"));
                }
                if !is_network($problem) {
                    for spec in COMPOSITIONS {
                        run($problem, spec);
                    }
                }
            }
        )*
    };
}

on! {
    rosenbrock: "rosenbrock",
    rosenbrock_paper: "rosenbrock-paper",
    rosenbrock_10d: "rosenbrock-10d",
    quadratic_round: "quadratic-round",
    quadratic_narrow: "quadratic-narrow",
    quadratic_rotated: "quadratic-rotated",
    quadratic_spectrum: "quadratic-spectrum",
    quadratic_noisy: "quadratic-noisy",
    kronecker_exact: "kronecker-exact",
    kronecker_inexact: "kronecker-inexact",
    beale: "beale",
    himmelblau: "himmelblau",
    booth: "booth",
    saddle: "saddle",
    styblinski_tang: "styblinski-tang",
    rastrigin: "rastrigin",
    ackley: "ackley",
    expression: "expression",
    mlp_sine: "mlp-sine",
    mlp_sine_batches: "mlp-sine-batches",
    mlp_spirals: "mlp-spirals",
    mlp_digits: "mlp-digits",
    rosenbrock_thousand: "rosenbrock-thousand",
    clip_hides: "clip-hides",
    stale_inverses: "stale-inverses",
    no_floor: "no-floor",
    relu_kink: "relu-kink",
}

fn is_network(problem: &str) -> bool {
    matches!(Setup::bundled(problem, &Overrides::default()).unwrap().problem, ProblemSpec::Mlp(_))
}

/// Other optimisers on the network and data of a problem above.
const ALIKE: [(&str, &str); 2] = [("spirals-ablation", "mlp-spirals"), ("fair-adam", "mlp-digits")];

/// Ten thousand steps of these take hours; `tests/train.rs` trains them for less.
const TRAINED: [&str; 5] = ["mlp-fashion", "mlp-fashion-full", "uci-energy", "uci-protein", "autoencoder"];

#[test]
fn no_bundled_problem_is_left_out() {
    for bundled in BUNDLED {
        let alike = ALIKE.iter().any(|(name, _)| *name == bundled.name);
        assert!(
            alike || COVERED.contains(&bundled.name) || TRAINED.contains(&bundled.name),
            "{} is not run",
            bundled.name
        );
    }
    for names in ALIKE {
        let [one, other] = <[&str; 2]>::from(names).map(|name| Setup::bundled(name, &Overrides::default()).unwrap());
        let (ProblemSpec::Mlp(one), ProblemSpec::Mlp(other)) = (one.problem, other.problem) else {
            panic!("{names:?}")
        };
        assert_eq!((&one.data, one.batch_size, one.loss), (&other.data, other.batch_size, other.loss), "{names:?}");
    }
}
