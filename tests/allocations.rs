//! A step allocates nothing once its buffers are there: every composition, epoch after epoch, counted at the allocator of the whole process.
//!
//! All of it is one test, because the count is of all threads.

#![allow(missing_docs, clippy::unwrap_used)]

use std::{alloc::System, fmt::Write, num::NonZero};

use nalgebra::{DMatrix, DVector, dvector};
use rhoscope::{
    math::{DampedInverse, Real, set_threads},
    optim::{
        Blocks, Coefficient, Curvature, DampingRule, DirectionKind, DirectionRecipe, Estimator, Inversion, Optimiser,
        Recipe, StepRecord, StepSizeKind, Workspace, presets,
    },
    problem::{
        Classical, Examples, Expression, KroneckerQuadratic, Mlp, Problem, Quadratic, Rosenbrock, Targets,
        TestFunction,
        expression::{Elementary, Node, Tape},
        mlp::{Activation, Batching, Loss, initial_params},
    },
    session::{LaneSpec, Progress, Session},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How often memory was asked for so far.
fn requests() -> usize {
    let stats = ALLOCATOR.stats();
    stats.allocations + stats.reallocations
}

/// An epoch and one step, after which every buffer has met its largest batch.
const WARM_UP: usize = 5;
/// Two more ends of an epoch.
const COUNTED: usize = 8;

/// What the counted steps asked for, and how many of them were rejected.
fn count<T: Real>(problem: &dyn Problem<T>, recipe: &Recipe) -> (usize, usize) {
    // A lane that has arrived takes no more steps to count.
    let recipe = Recipe { tolerance: 0.0, ..recipe.clone() };
    let mut optimiser = Optimiser::new(&recipe, problem);
    let (mut oracle, mut theta) = (problem.oracle(), problem.start());
    let (mut space, mut record) = (Workspace::new(theta.len()), StepRecord::default());
    let mut step = |optimiser: &mut Optimiser<T>| {
        optimiser.step(oracle.as_mut(), &mut theta, &mut space, &mut record).unwrap();
        usize::from(record.rejected)
    };
    for _ in 0..WARM_UP {
        step(&mut optimiser);
    }
    let before = requests();
    let rejected = (0..COUNTED).map(|_| step(&mut optimiser)).sum();
    (requests() - before, rejected)
}

fn inputs(rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| (((i * 31 + j * 17) % 97) as f64 * 0.7).sin())
}

/// 784/50/10 images in classes; four batches an epoch, and the last one is half as large again.
fn classifier<T: Real>(activation: Activation, shuffle: bool) -> Mlp<T> {
    const LAYERS: [usize; 3] = [784, 50, 10];
    let targets = Targets::Classes((0..450).map(|n| (n * 7) % 10).collect());
    let data = Examples { inputs: inputs(LAYERS[0], 450), targets };
    network(&LAYERS, activation, Loss::CrossEntropy, data, Batching { size: 100, shuffle })
}

fn regressor<T: Real>(activation: Activation) -> Mlp<T> {
    const LAYERS: [usize; 4] = [40, 20, 20, 3];
    let data = Examples { inputs: inputs(LAYERS[0], 450), targets: Targets::Values(inputs(LAYERS[3], 450)) };
    network(&LAYERS, activation, Loss::Mse, data, Batching { size: 100, shuffle: true })
}

fn network<T: Real>(
    layers: &[usize],
    activation: Activation,
    loss: Loss,
    data: Examples,
    batching: Batching,
) -> Mlp<T> {
    let start = initial_params(layers, 0);
    Mlp::new(layers, activation, loss, data.cast::<T>(), start, batching, T::of(1e-4), 0).unwrap()
}

/// A recipe under its name.
type Named = (String, Recipe);

fn changed(recipe: Recipe, change: impl FnOnce(&mut Recipe)) -> Recipe {
    let mut recipe = recipe;
    change(&mut recipe);
    recipe
}

/// Every direction with every step size and every damping rule.
fn compositions() -> Vec<Named> {
    let rules =
        [DampingRule::LevenbergMarquardt, DampingRule::DecreasingLoss, DampingRule::Constant, DampingRule::None];
    let mut all = Vec::new();
    for direction in DirectionKind::ALL {
        for step_size in StepSizeKind::ALL {
            for rule in rules {
                // Without damping K-FAC has nothing to invert while the factors are singular.
                if (direction, rule) != (DirectionKind::Kfac, DampingRule::None) {
                    let recipe = presets::compose(direction, step_size, rule);
                    all.push((format!("{direction:?} {step_size:?} {rule:?}"), recipe));
                }
            }
        }
    }
    all
}

/// Each curvature under AdamQLR and SGD-QLR, and what else an optimiser can be asked for.
fn options() -> Vec<Named> {
    let mut all = Vec::new();
    for curvature in [Curvature::Fisher, Curvature::Empirical, Curvature::Hessian] {
        for (name, recipe) in [("AdamQLR", presets::adamqlr()), ("SGD-QLR", presets::sgdqlr())] {
            let recipe = changed(recipe, |recipe| recipe.curvature = Some(curvature));
            all.push((format!("{name} {curvature:?}"), recipe));
        }
        let both = changed(presets::adamqlr(), |recipe| {
            (recipe.curvature, recipe.step_size.momentum) = (Some(curvature), Coefficient::Adaptive);
        });
        all.push((format!("AdamQLR with momentum {curvature:?}"), both));
    }
    let velocity = changed(presets::sgd(), |recipe| recipe.direction = DirectionRecipe::Gradient { momentum: 0.9 });
    all.push(("SGD with momentum".to_owned(), velocity));
    all.push(("Adam monitored".to_owned(), changed(presets::adam(), |recipe| recipe.monitor = true)));
    all.push(("AdamQLR on all data".to_owned(), changed(presets::adamqlr(), |recipe| recipe.monitor_all = true)));
    all.push(("AdamQLR tuned".to_owned(), presets::tuned(presets::adamqlr())));
    all
}

/// K-FAC with each estimator, each inversion, and inverses made at each step or at every third.
fn kfacs() -> Vec<Named> {
    let mut all = Vec::new();
    for chosen in [Estimator::Exact, Estimator::Sampled, Estimator::Empirical] {
        for form in [Inversion::PiFactored, Inversion::Eigen] {
            for every in [1, 3] {
                let recipe = changed(presets::kfac(), |recipe| {
                    let DirectionRecipe::Kfac { estimator, inversion, inverse_interval, .. } = &mut recipe.direction
                    else {
                        unreachable!("K-FAC's direction is K-FAC's")
                    };
                    (*estimator, *inversion, *inverse_interval) = (Some(chosen), form, every);
                });
                all.push((format!("K-FAC {chosen:?} {form:?} every {every}"), recipe));
            }
        }
    }
    all
}

/// Steps so long that the loss rises and the rule undoes them.
fn rejecting() -> Vec<Named> {
    let kinds = [(DirectionKind::Gradient, 50.0), (DirectionKind::Adam, 5.0), (DirectionKind::Kfac, 50.0)];
    let kinds = kinds.into_iter().flat_map(|kind| [(kind, DampingRule::DecreasingLoss), (kind, DampingRule::Constant)]);
    kinds
        .map(|((direction, rate), rule)| {
            let recipe = changed(presets::compose(direction, StepSizeKind::Fixed, rule), |recipe| {
                recipe.step_size.learning_rate = Coefficient::Fixed(rate);
                recipe.damping.reject = (rule == DampingRule::Constant).then_some(1.5);
            });
            (format!("{direction:?} rejected by {rule:?}"), recipe)
        })
        .collect()
}

/// What allocated although it should not have, one line a case.
#[derive(Default)]
struct Findings {
    cases: usize,
    lines: String,
}

impl Findings {
    fn check<T: Real>(&mut self, on: &str, problem: &dyn Problem<T>, recipes: &[Named]) {
        for (name, recipe) in recipes {
            self.note(on, name, count(problem, recipe).0);
        }
    }

    fn note(&mut self, on: &str, name: &str, requests: usize) {
        self.cases += 1;
        if requests > 0 {
            writeln!(self.lines, "{requests} requests in {COUNTED} steps: {name} on {on}").unwrap();
        }
    }
}

/// A training as the program runs it: lanes without a way back.
fn train(findings: &mut Findings) {
    let lane = |label: &str, recipe| LaneSpec { label: label.to_owned(), recipe };
    let lanes = [lane("a", presets::adam()), lane("q", presets::adamqlr()), lane("k", presets::kfac())];
    let mut session = Session::new(Box::new(classifier::<f32>(Activation::Relu, true)), &lanes);
    session.keep_no_past();
    let mut advance = |steps| {
        for _ in 0..steps {
            session.advance(&|| 0.0, &mut |progress| assert!(matches!(progress, Progress::Step { .. })));
        }
    };
    advance(WARM_UP);
    let before = requests();
    advance(COUNTED);
    findings.note("shuffled batches", "a session of three lanes", requests() - before);
}

/// (x² + y − 2)² + (e^x − y)² as residuals.
fn written() -> Expression {
    let mut tape = Tape::new(2, true);
    let [x, y] = [0, 1].map(|index| tape.push(Node::Variable(index)));
    let (square, power) = (tape.push(Node::PowInteger(x, 2)), tape.push(Node::Apply(Elementary::Exp, x)));
    let (sum, two) = (tape.push(Node::Add(square, y)), tape.push(Node::Constant(2.0)));
    let roots = [tape.push(Node::Sub(sum, two)), tape.push(Node::Sub(power, y))];
    for root in roots {
        tape.push_root(root);
    }
    Expression::new(&tape, vec!["x".to_owned(), "y".to_owned()], vec![0.7, 0.4]).unwrap()
}

/// All of C in one block, on a network small enough.
fn full_blocks(findings: &mut Findings) {
    let layers = [4, 6, 3];
    let data = Examples { inputs: inputs(4, 50), targets: Targets::Values(inputs(3, 50)) };
    let small = network::<f64>(&layers, Activation::Tanh, Loss::Mse, data, Batching { size: 20, shuffle: true });
    let full = changed(presets::kfac(), |recipe| {
        recipe.monitor_all = true;
        if let DirectionRecipe::Kfac { blocks, .. } = &mut recipe.direction {
            *blocks = Blocks::Full;
        }
    });
    let named = [("K-FAC with one full block".to_owned(), full)];
    findings.check("a small network", &small, &named);
    findings.check::<f64>("a Kronecker quadratic", &KroneckerQuadratic::new(3, 4, 20, 1), &named);
}

fn small_problems(findings: &mut Findings) {
    let mut recipes = compositions();
    for (_, recipe) in &mut recipes {
        if recipe.step_size.learning_rate == Coefficient::Fixed(0.01) {
            recipe.step_size.learning_rate = Coefficient::Fixed(1e-4);
        }
    }
    let valley = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![-1.2, 1.0] };
    findings.check::<f64>("Rosenbrock", &valley, &recipes);
    let matrix = DMatrix::from_row_slice(2, 2, &[3.0, 1.0, 1.0, 20.0]);
    let bowl = Quadratic::new(matrix, dvector![0.5, -0.5], dvector![2.0, 0.3]).with_noise(0.1, 1);
    findings.check::<f64>("a noisy quadratic", &bowl, &recipes);
    findings.check::<f64>("a Kronecker quadratic", &KroneckerQuadratic::new(3, 4, 20, 1), &recipes);
    findings.check::<f64>("a function written down", &written(), &recipes);
    for (function, start) in [(Classical::Beale, vec![1.0, 1.0]), (Classical::Rastrigin, vec![2.2, 1.3])] {
        findings.check::<f64>(function.name(), &TestFunction::new(function, start).unwrap(), &recipes);
    }
}

/// Rounding or a saddle makes a factor indefinite now and then, and an eigenbasis takes Cholesky's place.
fn inverses(findings: &mut Findings) {
    let definite = DMatrix::<f64>::from_fn(150, 150, |i, j| if i == j { 4.0 } else { 1.0 / (1 + i + j) as f64 });
    let indefinite = DMatrix::from_fn(150, 150, |i, j| definite[(i, j)] - if i == j { 7.0 } else { 0.0 });
    let (mut inverse, mut x) = (DampedInverse::default(), inputs(150, 150));
    let mut before = 0;
    for round in 0..4 {
        for matrix in [&definite, &indefinite] {
            inverse.factorise(matrix, 1.0).unwrap();
            inverse.solve((&mut x).into());
            inverse.solve_right((&mut x).into());
        }
        if round == 0 {
            before = requests();
        }
    }
    findings.note("a definite and an indefinite matrix in turn", "an inverse", requests() - before);
}

/// Batches large enough that products are shared. To hand them to its threads, the pool asks for a block of its queue for every 63 of them, and
/// for nothing else: the most that a step has to hand over is eight times, so eight steps ask twice at most.
fn shared(findings: &mut Findings) {
    set_threads(NonZero::new(2));
    let targets = Targets::Classes((0..2000).map(|n| (n * 7) % 10).collect());
    let data = Examples { inputs: inputs(784, 2000), targets };
    let batching = Batching { size: 500, shuffle: true };
    let large: Mlp<f32> = network(&[784, 50, 10], Activation::Relu, Loss::CrossEntropy, data, batching);
    for (name, recipe) in [options(), kfacs()].concat() {
        let requests = count(&large, &recipe).0;
        findings.note("shared batches", &name, requests.saturating_sub(2));
    }
    set_threads(NonZero::new(1));
}

#[test]
fn a_step_allocates_nothing_once_its_buffers_are_there() {
    set_threads(NonZero::new(1));
    // The counter counts: a test that found nothing anywhere would prove nothing.
    let before = requests();
    std::hint::black_box(DVector::<f64>::zeros(3));
    assert_eq!(requests() - before, 1);

    let mut findings = Findings::default();
    let shuffled = classifier::<f32>(Activation::Relu, true);
    let all: Vec<_> = [compositions(), options(), kfacs()].concat();
    findings.check("shuffled batches", &shuffled, &all);
    for (name, recipe) in rejecting() {
        let (requests, rejected) = count(&shuffled, &recipe);
        assert!(rejected > 0, "{name} is not");
        findings.note("shuffled batches", &name, requests);
    }
    findings.check("batches that wrap round", &classifier::<f32>(Activation::Relu, false), &options());
    findings.check("tanh in double precision", &classifier::<f64>(Activation::Tanh, true), &options());
    for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Softplus] {
        findings.check("a regression", &regressor::<f32>(activation), &all);
    }
    train(&mut findings);
    inverses(&mut findings);
    full_blocks(&mut findings);
    small_problems(&mut findings);
    shared(&mut findings);
    assert!(findings.lines.is_empty(), "of {} cases\n{}", findings.cases, findings.lines);
}
