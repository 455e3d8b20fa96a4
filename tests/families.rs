//! Every family of problems: derivatives against differences, minima against known values, functions against a second witness.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/differences.rs"]
mod differences;

use argmin_testfunctions as witness;
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rhoscope::{
    optim::{Optimiser, Quantity, StepRecord, Workspace, presets},
    problem::{
        Classical, Curvature, Estimator, Factors, KroneckerQuadratic, Problem, Quadratic, Rosenbrock, TestFunction,
    },
    session::setup::{Overrides, Setup},
};

use differences::{close, derivatives_agree};

/// The derivatives, and the Gauss–Newton matrix against its form.
fn all_agree(
    problem: &dyn Problem<f64>,
    theta: &DVector<f64>,
    u: &DVector<f64>,
    v: &DVector<f64>,
) -> Result<(), TestCaseError> {
    let mut oracle = derivatives_agree(problem, theta, u, v)?;
    let fisher = oracle.gram(Curvature::Fisher, &[u, v]);
    let mut factors: Vec<_> = problem.blocks().into_iter().map(Factors::zeros).collect();
    oracle.statistics(Estimator::Exact, 1.0, &mut factors);
    if problem.blocks() == [(theta.len(), 1)] {
        let (a, g) = factors[0].symmetric();
        let dense = a * g[(0, 0)];
        close(u.dot(&(&dense * v)), fisher[(0, 1)], dense.amax())?;
    }
    Ok(())
}

fn vector(values: &[f64]) -> DVector<f64> {
    DVector::from_column_slice(values)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn classical_functions(at in prop::collection::vec(-2.0f64..2.0, 4), d in prop::collection::vec(-1.0f64..1.0, 8)) {
        for function in Classical::ALL {
            let n = function.variables().unwrap_or(4);
            let problem = TestFunction::new(function, at[..n].to_vec()).unwrap();
            prop_assume!(function != Classical::Ackley || vector(&at).norm() > 0.1);
            all_agree(&problem, &vector(&at[..n]), &vector(&d[..n]), &vector(&d[4..4 + n]))?;
        }
    }

    #[test]
    fn classical_functions_have_a_second_witness(at in (-4.0f64..4.0, -4.0f64..4.0)) {
        let p = [at.0, at.1];
        for function in Classical::ALL {
            let expected = match function {
                Classical::Beale => witness::beale(&p),
                Classical::Himmelblau => witness::himmelblau(&p),
                Classical::Booth => witness::booth(&p),
                Classical::Matyas => witness::matyas(&p),
                Classical::ThreeHumpCamel => witness::threehumpcamel(&p),
                Classical::StyblinskiTang => witness::styblinski_tang(&p),
                Classical::Rastrigin => witness::rastrigin(&p),
                Classical::Ackley => witness::ackley(&p),
                Classical::Saddle => p[0] * p[0] - p[1] * p[1] + p[1].powi(4) / 4.0,
            };
            let mut oracle = TestFunction::new(function, p.to_vec()).unwrap().oracle();
            close(oracle.loss(&vector(&p)), expected, expected * 1e-3)?;
        }
    }

    #[test]
    fn rosenbrock_in_any_dimension(at in prop::collection::vec(-1.5f64..1.5, 2..8), d in prop::collection::vec(-1.0f64..1.0, 16)) {
        let n = at.len();
        let problem = Rosenbrock { a: 1.0, b: 10.0, scale: 0.5, start: at.clone() };
        all_agree(&problem, &vector(&at), &vector(&d[..n]), &vector(&d[8..8 + n]))?;
        let mut oracle = Rosenbrock { a: 1.0, b: 10.0, scale: 1.0, start: at.clone() }.oracle();
        close(oracle.loss(&vector(&at)), witness::rosenbrock_ab(&at, 1.0, 10.0), 0.0)?;
    }

    #[test]
    fn kronecker_quadratics(rows in 2usize..5, cols in 2usize..5, samples in 1usize..6, seed in 0u64..50) {
        let problem = KroneckerQuadratic::<f64>::new(rows, cols, samples, seed);
        let n = rows * cols;
        let wave = |s: f64| DVector::from_fn(n, |i, _| ((i + 1) as f64 * s).sin());
        all_agree(&problem, &wave(0.7), &wave(1.3), &wave(2.1))?;
    }

    #[test]
    fn expressions_agree_with_the_functions_they_spell(at in (-2.0f64..2.0, -2.0f64..2.0)) {
        let text = format!(
            "[problem]\nkind = \"expression\"\nr = [\"1-x\", \"10*(y-x^2)\"]\nstart = {{ x = {}, y = {} }}\n", at.0, at.1);
        let setup = Setup::from_str(&text, "test", std::path::Path::new(""), &Overrides::default()).unwrap();
        let mut session = setup.build().unwrap();
        let expected = Rosenbrock { a: 1.0, b: 100.0, scale: 1.0, start: vec![at.0, at.1] };
        let mut lanes = Vec::new();
        for _ in 0..3 {
            session.advance(&|| 0.0, &mut |progress| if let rhoscope::session::Progress::Step { lane, record, .. } = progress
                && lane == 2 { lanes.push(record.clone()); });
        }
        let mut optimiser = Optimiser::new(&presets::kfac(), &expected as &dyn Problem<f64>);
        let (mut oracle, mut theta) = (expected.oracle(), expected.start());
        let (mut space, mut record) = (Workspace::new(2), StepRecord::default());
        let first = lanes[0].get(Quantity::Loss).unwrap();
        for found in lanes {
            optimiser.step(oracle.as_mut(), &mut theta, &mut space, &mut record).unwrap();
            let loss = |record: &StepRecord| record.get(Quantity::Loss).unwrap();
            // The two round differently, and every step of K-FAC amplifies that: near the minimum only its size can be compared.
            let tolerance = 1e-6 * loss(&record).max(1e-6 * first);
            prop_assert!((loss(&found) - loss(&record)).abs() <= tolerance, "{} and {}", loss(&found), loss(&record));
        }
    }
}

#[test]
fn known_minima_are_minima() {
    for function in Classical::ALL {
        let n = function.variables().unwrap_or(3);
        let problem = TestFunction::new(function, vec![0.3; n]).unwrap();
        let mut oracle = problem.oracle();
        for minimum in problem.minima() {
            let mut gradient = DVector::zeros(n);
            let value = oracle.linearise(&minimum, &mut gradient);
            assert!(gradient.norm() < 1e-6, "{function:?} {minimum}: ∇f {gradient}");
            for axis in 0..n {
                for step in [-1e-3, 1e-3] {
                    let mut aside = minimum.clone();
                    aside[axis] += step;
                    assert!(oracle.loss(&aside) > value - 1e-12, "{function:?} is lower beside {minimum}");
                }
            }
        }
    }
}

#[test]
fn the_kronecker_approximation_is_exact_for_one_sample_and_not_for_many() {
    for (samples, exact) in [(1, true), (8, false)] {
        let problem = KroneckerQuadratic::<f64>::new(3, 2, samples, 5);
        let mut oracle = problem.oracle();
        oracle.linearise(&problem.start(), &mut DVector::zeros(6));
        let mut factors = vec![Factors::zeros((3, 2))];
        oracle.statistics(Estimator::Exact, 1.0, &mut factors);
        let (a, g) = factors[0].symmetric();
        let approximation = g.kronecker(&a);
        let axis = |i: usize| DVector::from_fn(6, |k, _| if k == i { 1.0 } else { 0.0 });
        let truth = DMatrix::from_fn(6, 6, |i, j| {
            if i == j {
                oracle.gram(Curvature::Fisher, &[&axis(i)])[(0, 0)]
            } else {
                oracle.gram(Curvature::Fisher, &[&axis(i), &axis(j)])[(0, 1)]
            }
        });
        let off = (approximation - &truth).amax() / truth.amax();
        assert_eq!(off < 1e-12, exact, "{off}");
    }
}

#[test]
fn gradient_noise_averages_out_and_can_be_replayed() {
    let matrix = DMatrix::from_row_slice(2, 2, &[3.0, 1.0, 1.0, 2.0]);
    let quadratic = || Quadratic::new(matrix.clone(), vector(&[0.0, 0.0]), vector(&[1.0, -1.0]));
    let theta = vector(&[1.0, -1.0]);
    let (mut clean, mut noisy) = (quadratic().oracle(), quadratic().with_noise(0.5, 9).oracle());
    let (mut expected, mut sum, mut squares) = (DVector::zeros(2), DVector::zeros(2), 0.0);
    clean.linearise(&theta, &mut expected);
    let steps = 4000;
    for step in 1..=steps {
        let mut gradient = DVector::zeros(2);
        noisy.select(step);
        let loss = noisy.linearise(&theta, &mut gradient);
        assert!((loss - noisy.loss(&theta)).abs() < 1e-12);
        squares += (&gradient - &expected).norm_squared();
        sum += gradient;
    }
    assert!((sum / steps as f64 - &expected).norm() < 0.04);
    assert!((squares / (2.0 * steps as f64) - 0.25).abs() < 0.02);
    let mut again = DVector::zeros(2);
    let mut first = DVector::zeros(2);
    noisy.select(17);
    noisy.linearise(&theta, &mut first);
    noisy.select(4);
    noisy.select(17);
    noisy.linearise(&theta, &mut again);
    assert_eq!(first, again);
}

/// The message for a formula.
fn fault(formula: &str) -> String {
    let text = format!("[problem]\nkind = \"expression\"\nf = {formula:?}\nstart = {{ x = 1.0, y = 1.0 }}\n");
    match Setup::from_str(&text, "test.toml", std::path::Path::new(""), &Overrides::default()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_fault_in_a_formula_is_pointed_at() {
    for (formula, column, words) in [
        ("(1-x)^2 + 100*(y-x^2", 21, "expected"),
        ("x + * y", 5, "expected"),
        ("x + foo", 5, "unknown name foo"),
        ("sine(x)", 1, "did you mean `sin`"),
        ("sin + x", 1, "sin is a function"),
        ("sin(x, y)", 1, "one argument"),
        ("x $ y", 3, "expected"),
        ("", 1, "expected"),
        ("2x", 2, "expected"),
    ] {
        let message = fault(formula);
        assert!(message.contains(&format!("character {column}:")) && message.contains(words), "{formula}: {message}");
        let caret = message.lines().last().unwrap();
        assert_eq!(caret.chars().count(), column + 2, "{message}");
        assert!(message.contains("test.toml, line 3"), "{message}");
    }
    for formula in [
        "(1-x)^2 + 100*(y-x**2)**2",
        "-x^2",
        "e^x + pi*y",
        "2e-3*x",
        "abs(x) + sqrt(y) / (1 + tanh(x))",
        "x^y^2",
        "--x",
    ] {
        assert_eq!(fault(formula), "accepted");
    }
    for formula in
        ["(".repeat(2000), "-".repeat(4000), "x^".repeat(1000) + "x", "+x".repeat(1500), "(x)*".repeat(900) + "1"]
    {
        let message = fault(&formula);
        assert!(!message.is_empty());
    }
}

#[test]
fn huge_exponents_have_derivatives_too() {
    for exponent in ["46341", "99999", "-123456789", "1e12"] {
        let text = format!(
            "[problem]\nkind = \"expression\"\nf = \"x^{exponent}\"\nstart = {{ x = 1.0 }}\n[[optimiser]]\nname = \"adamqlr\"\n"
        );
        let setup = Setup::from_str(&text, "test", std::path::Path::new(""), &Overrides::default()).unwrap();
        setup.build().unwrap().advance(&|| 0.0, &mut |_| ());
    }
}

#[test]
fn precedence_is_the_usual_one() {
    let value = |formula: &str| {
        let text = format!("[problem]\nkind = \"expression\"\nf = {formula:?}\nstart = {{ x = 3.0, y = 2.0 }}\n");
        let setup = Setup::from_str(&text, "test", std::path::Path::new(""), &Overrides::default()).unwrap();
        setup.build().unwrap().surface(&[3.0], &[2.0])[0]
    };
    for (formula, expected) in [
        ("-x^2", -9.0),
        ("2^3^2", 512.0),
        ("x - y - 1", 0.0),
        ("x / y / 2", 0.75),
        ("2 ^ -y", 0.25),
        ("(-x)^3", -27.0),
        ("x ^ y", 9.0),
        ("x * -y", -6.0),
        ("1 + 2 * x", 7.0),
        ("sqrt(x^2) + ln(e^y)", 5.0),
    ] {
        assert!((value(formula) - expected).abs() < 1e-12, "{formula} = {}", value(formula));
    }
}
