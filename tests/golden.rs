//! Every reference trace agrees on every field of every step, to 1e-6 relative.

#![allow(missing_docs, clippy::unwrap_used)]

use std::{fs, path::Path};

use nalgebra::{DMatrix, DVector};
use rhoscope::{
    optim::{
        Coefficient, Curvature, DampingRule, DirectionRecipe, Inversion, Optimiser, Quantity, Ratio, Recipe,
        StepRecord, Workspace, presets,
    },
    problem::{
        Examples, Mlp, Problem, Quadratic, Rosenbrock, Targets,
        mlp::{Activation, Batching, Loss},
    },
};
use serde_json::Value;

const FIELDS: [(&str, Quantity); 10] = [
    ("loss", Quantity::Loss),
    ("new_loss", Quantity::NewLoss),
    ("learning_rate", Quantity::LearningRate),
    ("momentum", Quantity::Momentum),
    ("damping", Quantity::Damping),
    ("next_damping", Quantity::NextDamping),
    ("rho", Quantity::Rho),
    ("model_change", Quantity::ModelChange),
    ("curvature", Quantity::Curvature),
    ("grad_dot_direction", Quantity::GradDotDirection),
];

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn matrix(rows: &Value) -> DMatrix<f64> {
    let rows: Vec<_> = rows.as_array().unwrap().iter().map(numbers).collect();
    DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

fn recipe(options: &Value) -> Recipe {
    let mut recipe = match options["name"].as_str().unwrap() {
        "sgd" => presets::sgd(),
        "adam" => presets::adam(),
        "sgdqlr" => presets::sgdqlr(),
        "adamqlr" => presets::adamqlr(),
        "kfac" => presets::kfac(),
        other => panic!("{other}"),
    };
    for (key, value) in options.as_object().unwrap() {
        set(&mut recipe, key, value);
    }
    recipe
}

fn set(recipe: &mut Recipe, key: &str, value: &Value) {
    let number = || value.as_f64().unwrap();
    let (step_size, damping) = (&mut recipe.step_size, &mut recipe.damping);
    match (key, &mut recipe.direction) {
        ("name" | "estimator" | "adaptive_lr" | "adaptive_momentum", _) => {
            // Off is said by the fixed value that comes with it, except for no momentum at all.
            if key == "adaptive_momentum" && value == false && step_size.momentum == Coefficient::Adaptive {
                step_size.momentum = Coefficient::Fixed(0.0);
            }
        }
        ("lr", _) => step_size.learning_rate = Coefficient::Fixed(number()),
        ("momentum", DirectionRecipe::Gradient { momentum }) => *momentum = number(),
        ("momentum", _) => step_size.momentum = Coefficient::Fixed(number()),
        ("lr_clip", _) => step_size.clip = Some(number()),
        ("amplification", _) => step_size.amplification = number(),
        ("lr_ema", _) => step_size.ema = number(),
        ("saddle_free", _) => step_size.saddle_free = value == true,
        ("damping", _) => damping.initial = number(),
        ("damping_decrease", _) => damping.decrease = number(),
        ("damping_increase", _) => damping.increase = number(),
        ("damping_min", _) => damping.min = number(),
        ("damping_interval", _) => damping.interval = value.as_u64().unwrap(),
        ("damping_rule", _) => {
            damping.rule = match value.as_str().unwrap() {
                "levenberg-marquardt" => DampingRule::LevenbergMarquardt,
                "decreasing-loss" => DampingRule::DecreasingLoss,
                "none" => DampingRule::None,
                other => panic!("{other}"),
            }
        }
        ("reject", _) => damping.reject = (value == true).then_some(2.0),
        ("reject_increase", _) => damping.reject = damping.reject.map(|_| number()),
        ("curvature", _) => {
            recipe.curvature = Some(if value == "hessian" { Curvature::Hessian } else { Curvature::Fisher });
        }
        ("ratio", _) => recipe.ratio = if value == "damped" { Ratio::Damped } else { Ratio::Undamped },
        ("ema", DirectionRecipe::Kfac { ema, .. }) => *ema = number(),
        ("inverse_interval", DirectionRecipe::Kfac { inverse_interval, .. }) => {
            *inverse_interval = value.as_u64().unwrap();
        }
        ("inversion", DirectionRecipe::Kfac { inversion, .. }) => {
            *inversion = if value == "eigen" { Inversion::Eigen } else { Inversion::PiFactored };
        }
        (other, _) => panic!("{other}"),
    }
}

fn problem(case: &Value) -> Box<dyn Problem<f64>> {
    let number = |key: &str| case[key].as_f64().unwrap();
    match case["kind"].as_str().unwrap() {
        "rosenbrock" => {
            let start = numbers(&case["start"]);
            Box::new(Rosenbrock { a: number("a"), b: number("b"), scale: number("scale"), start })
        }
        "quadratic" => Box::new(Quadratic::new(
            matrix(&case["matrix"]),
            DVector::from_vec(numbers(&case["center"])),
            DVector::from_vec(numbers(&case["start"])),
        )),
        "mlp" => Box::new(network(case)),
        other => panic!("{other}"),
    }
}

fn network(case: &Value) -> Mlp<f64> {
    let loss = if case["loss"] == "mse" { Loss::Mse } else { Loss::CrossEntropy };
    let targets = match loss {
        Loss::Mse => Targets::Values(matrix(&case["targets"]).transpose()),
        Loss::CrossEntropy => Targets::Classes(numbers(&case["targets"]).iter().map(|&y| y as usize).collect()),
    };
    let layers: Vec<_> = numbers(&case["layers"]).iter().map(|&n| n as usize).collect();
    let activation = if case["activation"] == "relu" { Activation::Relu } else { Activation::Tanh };
    let batching = Batching { size: case["batch_size"].as_u64().unwrap() as usize, shuffle: false };
    let examples = Examples { inputs: matrix(&case["inputs"]).transpose(), targets };
    Mlp::new(&layers, activation, loss, examples, params(&case["initial_params"]), batching, 0.0, 0).unwrap()
}

/// Per layer weight [out][in] and bias [out], as one θ.
fn params(layers: &Value) -> DVector<f64> {
    let mut theta = Vec::new();
    for layer in layers.as_array().unwrap() {
        let weight = matrix(&layer["weight"]);
        for (unit, bias) in numbers(&layer["bias"]).into_iter().enumerate() {
            theta.extend(weight.row(unit).iter());
            theta.push(bias);
        }
    }
    DVector::from_vec(theta)
}

#[track_caller]
fn close(found: f64, expected: f64, absolute: f64, what: &str) {
    let tolerance = (1e-6 * expected.abs()).max(absolute);
    assert!((found - expected).abs() <= tolerance, "{what}: {found:e} instead of {expected:e}");
}

fn check(path: &Path) {
    let case: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let name = case["case"].as_str().unwrap();
    let problem = problem(&case["problem"]);
    let mut optimiser = Optimiser::new(&recipe(&case["optimiser"]), problem.as_ref());
    let mut oracle = problem.oracle();
    let mut theta = problem.start();
    let mut space = Workspace::new(theta.len());
    let mut record = StepRecord::default();
    for expected in case["trace"].as_array().unwrap() {
        optimiser.step(oracle.as_mut(), &mut theta, &mut space, &mut record).unwrap();
        let step = record.step;
        assert_eq!(expected["step"].as_u64().unwrap(), step);
        for (key, quantity) in FIELDS {
            if let Some(expected) = expected.get(key).and_then(Value::as_f64) {
                let found = record.get(quantity).unwrap_or_else(|| panic!("{name} step {step}: no {key}"));
                // On a quadratic the previous update is of no use, and its coefficient is 0 but for rounding.
                let absolute = if quantity == Quantity::Momentum { 1e-15 } else { 1e-300 };
                close(found, expected, absolute, &format!("{name} step {step} {key}"));
            }
        }
        if let Some(rejected) = expected.get("rejected").and_then(Value::as_bool) {
            assert_eq!(record.rejected, rejected, "{name} step {step}");
        }
        if let Some(expected) = expected.get("params") {
            for (axis, expected) in numbers(expected).into_iter().enumerate() {
                close(theta[axis], expected, 1e-9, &format!("{name} step {step} parameter {axis}"));
                assert_eq!(record.params[axis].to_bits(), theta[axis].to_bits());
            }
        }
    }
    if let Some(expected) = case.get("final_params") {
        for (index, (&found, &expected)) in theta.iter().zip(params(expected).iter()).enumerate() {
            close(found, expected, 1e-9, &format!("{name} final {}", problem.parameter_name(index)));
        }
    }
}

#[test]
fn every_reference_trace_agrees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    assert!(paths.len() >= 27, "only {} reference traces found", paths.len());
    let failures: Vec<_> = paths
        .iter()
        .filter_map(|path| {
            let failure = std::panic::catch_unwind(|| check(path)).err()?;
            Some(failure.downcast_ref::<String>().cloned().unwrap_or_else(|| format!("{}: panicked", path.display())))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} disagree:\n{}", failures.len(), paths.len(), failures.join("\n"));
}
