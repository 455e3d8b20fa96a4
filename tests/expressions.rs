//! Functions written down: their values and derivatives against closed forms and differences, also at zeros and where a part of them overflows.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used, clippy::float_cmp)]

#[path = "support/differences.rs"]
mod differences;
#[allow(dead_code, reason = "shared between test files")]
mod support;

use std::path::Path;

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rhoscope::{
    problem::{Curvature, Expression, Problem},
    session::setup::{Overrides, ProblemSpec, Setup},
};

use differences::derivatives_agree;
use support::Place;

fn setup(formula: &str, start: &[(&str, f64)]) -> Result<Setup, String> {
    let start: Vec<String> = start.iter().map(|(name, value)| format!("{name} = {value:?}")).collect();
    let text = format!("[problem]\nkind = \"expression\"\nf = '{formula}'\nstart = {{ {} }}\n", start.join(", "));
    Setup::from_str(&text, "test.toml", Path::new(""), &Overrides::default()).map_err(|error| error.to_string())
}

fn expression(formula: &str, start: &[(&str, f64)]) -> Expression {
    let ProblemSpec::Expression(spec) = setup(formula, start).unwrap().problem else { panic!("{formula}") };
    let (names, start) = spec.start.into_iter().unzip();
    Expression::new(&spec.tape, names, start).unwrap()
}

/// f, ∇f and H, as the optimisers get them.
fn jet(formula: &str, start: &[(&str, f64)]) -> (f64, DVector<f64>, DMatrix<f64>) {
    let problem = expression(formula, start);
    let (theta, n) = (problem.start(), start.len());
    let (mut oracle, mut gradient) = (problem.oracle(), DVector::zeros(n));
    let value = oracle.linearise(&theta, &mut gradient);
    assert_eq!(
        value.to_bits(),
        oracle.loss(&theta).to_bits(),
        "{formula}: f is the same with and without its derivatives"
    );
    let axes: Vec<DVector<f64>> = (0..n).map(|i| DVector::from_fn(n, |j, _| f64::from(u8::from(i == j)))).collect();
    let hessian = DMatrix::from_fn(n, n, |i, j| oracle.gram(Curvature::Hessian, &[&axes[i], &axes[j]])[(0, 1)]);
    (value, gradient, hessian)
}

#[track_caller]
fn near(found: f64, expected: f64, what: &str) {
    let fits = found == expected || (found - expected).abs() <= 1e-12 * expected.abs();
    assert!(fits || found.is_nan() && expected.is_nan(), "{what}: {found:e} instead of {expected:e}");
}

/// A function of x at a point against f, f′ and f″.
#[track_caller]
fn one(formula: &str, x: f64, expected: [f64; 3]) {
    let (value, gradient, hessian) = jet(formula, &[("x", x)]);
    for (found, expected, name) in
        [(value, expected[0], "f"), (gradient[0], expected[1], "f′"), (hessian[(0, 0)], expected[2], "f″")]
    {
        near(found, expected, &format!("{name} of {formula} at {x:e}"));
    }
}

const INF: f64 = f64::INFINITY;
const NONE: f64 = f64::NAN;

#[test]
fn powers_at_zero() {
    one("abs(x)^1.5", 0.0, [0.0, 0.0, INF]);
    one("x^1.5", 0.0, [0.0, 0.0, INF]);
    one("x^2.5", 0.0, [0.0, 0.0, 0.0]);
    one("x^2.1", 0.0, [0.0, 0.0, 0.0]);
    one("abs(x)^3", 0.0, [0.0, 0.0, 0.0]);
    one("abs(x)^2", 0.0, [0.0, 0.0, 2.0]);
    one("abs(x)^1", 0.0, [0.0, 0.0, 0.0]);
    one("(x^2)^1.5", 0.0, [0.0, 0.0, 0.0]);
    one("(x*x)^1.5", 0.0, [0.0, 0.0, 0.0]);
    one("(x^2)^0.75", 0.0, [0.0, 0.0, INF]);
    one("(x^4)^0.75", 0.0, [0.0, 0.0, 0.0]);
    one("sqrt(x^4)", 0.0, [0.0, 0.0, 2.0]);
    one("cbrt(x^6)", 0.0, [0.0, 0.0, 2.0]);
    one("x*abs(x)^0.5", 0.0, [0.0, 0.0, INF]);
    one("x*x^1.5", 0.0, [0.0, 0.0, 0.0]);
    one("(abs(x)^1.5)^2", 0.0, [0.0, 0.0, 0.0]);
    one("pow(x, 3)", 0.0, [0.0, 0.0, 0.0]);
    one("x^0", 0.0, [1.0, 0.0, 0.0]);
    one("0^x", 1.5, [0.0, 0.0, 0.0]);
    one("0^x", 0.3, [0.0, 0.0, 0.0]);
    // |x| and its like: the middle of the slopes.
    one("abs(x)", 0.0, [0.0, 0.0, 0.0]);
    one("sqrt(x^2)", 0.0, [0.0, 0.0, 0.0]);
    one("max(x, 0)", 0.0, [0.0, 0.5, 0.0]);
    // The value is there, the slope is not.
    one("abs(x)^0.5", 0.0, [0.0, INF, NONE]);
    let (value, gradient, _) = jet("x^0.5", &[("x", 0.0)]);
    assert_eq!((value, gradient[0]), (0.0, INF));
    let (value, gradient, _) = jet("(x^2)^0.25", &[("x", 0.0)]);
    assert_eq!((value, gradient[0]), (0.0, INF));
}

#[test]
fn powers_of_two_variables() {
    let powers = |x, y| jet("x^y", &[("x", x), ("y", y)]);
    let (value, gradient, hessian) = powers(0.0, 2.0);
    assert_eq!((value, gradient.as_slice(), hessian.as_slice()), (0.0, &[0.0, 0.0][..], &[2.0, 0.0, 0.0, 0.0][..]));
    let (value, gradient, _) = powers(0.0, 1.5);
    assert_eq!((value, gradient.as_slice()), (0.0, &[0.0, 0.0][..]));
    let (value, gradient, _) = powers(0.0, 1.0);
    assert_eq!((value, gradient.as_slice()), (0.0, &[1.0, 0.0][..]));
    // Of a negative number, in the direction in which there is a function.
    let (value, gradient, hessian) = powers(-3.0, 2.0);
    assert_eq!((value, gradient[0], hessian[(0, 0)]), (9.0, -6.0, 2.0));
    assert!(gradient[1].is_nan());
    let (value, gradient, _) = powers(-2.0, -3.0);
    near(value, -0.125, "(-2)^-3");
    near(gradient[0], -3.0 / 16.0, "its slope");
    let (value, gradient, hessian) = powers(2.0, 3.0);
    let ln = 2f64.ln();
    for (found, expected) in [
        (value, 8.0),
        (gradient[0], 12.0),
        (gradient[1], 8.0 * ln),
        (hessian[(0, 0)], 12.0),
        (hessian[(0, 1)], 4.0 + 12.0 * ln),
        (hessian[(1, 1)], 8.0 * ln * ln),
    ] {
        near(found, expected, "2^3");
    }
    // Whoever does not move has no part in it, and a cone's tip is flat.
    let (value, gradient, hessian) = jet("sqrt(x) + y^2", &[("x", 0.0), ("y", 1.0)]);
    assert_eq!((value, gradient.as_slice(), hessian[(1, 1)]), (1.0, &[INF, 2.0][..], 2.0));
    let (value, gradient, hessian) = jet("abs(x)^1.5 + (y-1)^2", &[("x", 0.0), ("y", 0.0)]);
    assert_eq!((value, gradient.as_slice(), hessian[(1, 1)]), (1.0, &[0.0, -2.0][..], 2.0));
    for cone in ["sqrt(x^2+y^2)", "hypot(x, y)", "sqrt(x*x+y*y)"] {
        let (value, gradient, _) = jet(cone, &[("x", 0.0), ("y", 0.0)]);
        assert_eq!((value, gradient.as_slice()), (0.0, &[0.0, 0.0][..]), "{cone}");
    }
    let (value, gradient, hessian) = jet("(x^2+y^2)^1.5", &[("x", 0.0), ("y", 0.0)]);
    assert_eq!((value, gradient.amax(), hessian.amax()), (0.0, 0.0, 0.0));
    let (_, gradient, _) = jet("(x^2+y^2)^0.25", &[("x", 0.0), ("y", 0.0)]);
    assert!(gradient[0].is_nan(), "a cusp has no slope");
}

#[test]
fn saturated_functions() {
    for x in [20.0, 300.0, 711.0, 1e4, 1e154, 1e200, 1e308] {
        one("tanh(x)", x, [1.0, 4.0 * (-2.0 * x).exp(), -8.0 * (-2.0 * x).exp()]);
        one(
            "sigmoid(x)",
            x,
            [
                1.0 / (1.0 + (-x).exp()),
                (-x).exp() / (1.0 + (-x).exp()).powi(2),
                -(-x).exp() * (1.0 - (-x).exp()) / (1.0 + (-x).exp()).powi(3),
            ],
        );
        one(
            "softplus(x)",
            x,
            [x.max(x + (-x).exp()), 1.0 / (1.0 + (-x).exp()), (-x).exp() / (1.0 + (-x).exp()).powi(2)],
        );
        one(
            "erf(x)",
            x,
            [
                1.0,
                2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp(),
                -4.0 * x / std::f64::consts::PI.sqrt() * (-x * x).exp(),
            ]
            .map(|v: f64| if v.is_nan() { 0.0 } else { v }),
        );
    }
    for x in [-1e308, -1e20, -1000.0, -746.0] {
        one("tanh(x)", x, [-1.0, 0.0, 0.0]);
        one("1/(1+exp(-x))", x, [0.0, 0.0, 0.0]);
        one("logistic(x)", x, [0.0, 0.0, 0.0]);
        one("1/(1+exp(x))", x, [1.0, 0.0, 0.0]);
        one("ln(1/(1+exp(-x)))", x, [x, 1.0, 0.0]);
        one("ln(1+exp(-x))", x, [-x, -1.0, 0.0]);
        one("(exp(x)-exp(-x))/(exp(x)+exp(-x))", x, [-1.0, 0.0, 0.0]);
        one("sinh(x)/cosh(x)", x, [-1.0, 0.0, 0.0]);
    }
    one("1/(1+exp(-x))", 1000.0, [1.0, 0.0, 0.0]);
    one("ln(cosh(x))", 1000.0, [1000.0 - 2f64.ln(), 1.0, 0.0]);
    one("5/(2+exp(x))", 1000.0, [0.0, 0.0, 0.0]);
    one("exp(x)/(2+exp(x))", 1000.0, [1.0, 0.0, 0.0]);
    one("exp(x)/(exp(1)*exp(x))", 1000.0, [(-1f64).exp(), 0.0, 0.0]);
    one("exp(-x)*exp(x)", 1000.0, [1.0, 0.0, 0.0]);
    one("1/ln(exp(x))", 1000.0, [1e-3, -1e-6, 2e-9]);
    one("(1+exp(x))^(1/1000)", 1000.0, [std::f64::consts::E, std::f64::consts::E * 1e-3, std::f64::consts::E * 1e-6]);
    one("sqrt(x^2)", 1e200, [1e200, 1.0, 0.0]);
    one("hypot(x, 1e200)", 1e200, [2f64.sqrt() * 1e200, 0.5f64.sqrt(), 0.25 * 2f64.sqrt() * 1e-200]);
    one("exp(1000)/exp(999+0*x)", 1.0, [std::f64::consts::E, 0.0, 0.0]);
    // What is too large is too large.
    assert_eq!(jet("exp(x)", &[("x", 1000.0)]).0, INF);
    assert_eq!(jet("1/x", &[("x", 0.0)]).0, INF);
    assert!(jet("x/x", &[("x", 0.0)]).0.is_nan());
    assert!(jet("x*ln(x)", &[("x", 0.0)]).0.is_nan());
}

/// What underflows in `f64` where rates are huge: e^525 is 1e228, and a second derivative of e^-1575 times its square is e^-525.
#[test]
fn what_underflows_beside_huge_rates_is_not_lost() {
    for x in [240.0, 300.0, 400.0_f64, 525.0, 600.0, 700.0] {
        let (small, root) = ((-x).exp(), (x / 2.0).exp());
        one("exp(x)^(-1)", x, [small, -small, small]);
        one("1/exp(x)", x, [small, -small, small]);
        one("exp(x)^0.5", x, [root, root / 2.0, root / 4.0]);
        one("sqrt(exp(x))", x, [root, root / 2.0, root / 4.0]);
        // 1/(2 cosh x) and −sinh x/(2 cosh² x), e^-2x being nothing beside 1.
        one("atan(exp(x))", x, [std::f64::consts::FRAC_PI_2, small, -small]);
        one("1/(1+exp(x))", x, [small, -small, small]);
        one("exp(x)/(1+exp(x))^2", x, [small, -small, small]);
        one("hypot(exp(x), 1)", x, [x.exp(); 3]);
        for logarithm in ["log1p(exp(x))", "ln(1+exp(x))"] {
            // The two terms of f″ are 1 and −1.
            let (value, gradient, hessian) = jet(logarithm, &[("x", x)]);
            near(value, x, logarithm);
            near(gradient[0], 1.0, logarithm);
            assert!(hessian[(0, 0)].abs() < 1e-15, "{logarithm} at {x}: {hessian}");
        }
        let square = (-2.0 * x).exp();
        for (found, factor) in [(jet("1/exp(x)^2", &[("x", x)]), 1.0), (jet("exp(x)^(-2)", &[("x", x)]), 1.0)] {
            // Below 1e-308 numbers have fewer digits.
            let close = |found: f64, right: f64| (found - factor * right).abs() <= 1e-12 * right.abs() + 1e-322;
            assert!(close(found.0, square) && close(found.1[0], -2.0 * square), "{x}: {found:?}");
            assert!(close(found.2[(0, 0)], 4.0 * square), "{x}: {found:?}");
        }
        for one in ["exp(x)^(-1)*exp(x)", "exp(-x)*exp(x)", "exp(-x)^2*exp(x)*exp(x)", "exp(-2*x)/exp(-x)^2"] {
            let (value, gradient, hessian) = jet(one, &[("x", x)]);
            let exact = (value - 1.0).abs() < 1e-12 && gradient[0].abs() < 1e-12 && hessian[(0, 0)].abs() < 1e-11;
            assert!(exact, "{one} at {x}: {value:e} {gradient} {hessian}");
        }
    }
    // Below 1e-308, where digits are lost.
    for x in [-720.0, -740.0, -800.0] {
        let (value, gradient, hessian) = jet("ln(exp(x)) + exp(x)^0.001 + exp(x)/exp(x-1)", &[("x", x)]);
        let root = (x / 1000.0).exp();
        near(value, x + root + std::f64::consts::E, "f");
        near(gradient[0], 1.0 + root / 1000.0, "f′");
        assert!((hessian[(0, 0)] - root * 1e-6).abs() < 1e-12, "{hessian}");
    }
}

#[test]
fn functions_of_every_name() {
    let x = 0.7_f64;
    for (formula, expected) in [
        ("log1p(x)", x.ln_1p()),
        ("expm1(x)", x.exp_m1()),
        ("erf(x) + erfc(x)", 1.0),
        ("sign(-x) + floor(x) + ceil(x)", 0.0),
        ("asinh(sinh(x)) + acosh(cosh(x)) + atanh(tanh(x))", 2.1),
        ("hypot(3*x, 4*x)", 3.5),
        ("atan2(x, -x)", 0.75 * std::f64::consts::PI),
        ("min(x, 2, x^2) + max(3, x, 1)", 3.49),
        ("pow(x, 2) + pow(2, x)", 0.49 + 2f64.powf(0.7)),
        ("logistic(x) - sigmoid(x)", 0.0),
        ("softplus(x)", (1.0 + x.exp()).ln()),
        ("2·x² − x³ × 3 ÷ 2", 0.98 - 0.343 * 1.5),
        ("−x² + x⁻¹", -0.49 + 1.0 / 0.7),
        ("2^x²", 2f64.powf(0.49)),
        ("cos(π) + 1e−3", -0.999),
        ("x\u{a0}+\u{202f}1", 1.7),
    ] {
        let found = jet(formula, &[("x", x)]).0;
        assert!((found - expected).abs() < 1e-14, "{formula} = {found} instead of {expected}");
    }
    for (formula, words) in [
        ("pow(x)", "pow takes two arguments, found 1"),
        ("pow(x, 2, 3)", "pow takes two arguments, found 3"),
        ("max(x)", "max takes two or more arguments, found 1"),
        ("sin(x, 1)", "sin takes one argument, found 2"),
        ("max + 1", "max is a function: write max(…)"),
        ("arctan(x)", "did you mean `atan`?"),
        ("powr(x, 2)", "did you mean `pow`?"),
        ("mod(x, 2)", "known functions are sin"),
        ("x^^2", "expected"),
    ] {
        let message = setup(formula, &[("x", x)]).unwrap_err();
        assert!(message.contains(words), "{formula}: {message}");
    }
}

#[test]
fn long_formulas_are_shown_in_part() {
    let long = "x+".repeat(100_000) + "1";
    let message = setup(&long, &[("x", 1.0)]).unwrap_err();
    assert!(message.len() < 400 && message.contains("200001 characters; at most 4096"), "{message}");
    for at in [0, 1, 10, 47, 48, 49, 50, 51, 500, 1000] {
        let formula = format!("{}$+{}1", "x+".repeat(at), "x+".repeat(1000 - at));
        let message = setup(&formula, &[("x", 1.0)]).unwrap_err();
        let lines: Vec<Vec<char>> = message.lines().rev().map(|line| line.chars().collect()).collect();
        assert_eq!(lines[1][lines[0].len() - 1], '$', "{message}");
        assert!(message.contains(&format!("character {}:", 2 * at + 1)) && message.len() < 400, "{message}");
    }
    let message = setup(&format!("x + {}", "a".repeat(3000)), &[("x", 1.0)]).unwrap_err();
    assert!(message.len() < 400, "{message}");
    // As many characters as there may be, whatever their bytes.
    assert!(setup(&format!("{}x", "x−".repeat(2047)), &[("x", 1.0)]).is_ok());
}

fn problem(formulas: &str, start: &str, steps: u32) -> String {
    format!("name = \"p\"\nsteps = {steps}\n[problem]\nkind = \"expression\"\n{formulas}\nstart = {{ {start} }}\n")
}

/// Doses and responses; at dose 0 the response is 0 and does not depend on the exponent.
#[test]
fn a_dose_response_curve_with_a_control_is_fitted() {
    let data = [(0.0, 0.02), (0.5, 0.19), (1.0, 0.52), (2.0, 0.81), (4.0, 0.94), (8.0, 0.98)];
    let residuals: Vec<String> = data.iter().map(|(d, e)| format!("\"{e} - top*{d:?}^h/(k^h + {d:?}^h)\"")).collect();
    let text = problem(&format!("r = [{}]", residuals.join(", ")), "top = 1.0, k = 1.0, h = 1.5", 300)
        + "[[optimiser]]\nname = \"kfac\"\n";
    let setup = Setup::from_str(&text, "test", Path::new(""), &Overrides::default()).unwrap();
    let mut session = setup.build().unwrap();
    for _ in 0..300 {
        session.advance(&|| 0.0, &mut |_| ());
    }
    let theta = session.params(0, session.latest());
    let ProblemSpec::Expression(spec) = setup.problem else { unreachable!() };
    let (names, start) = spec.start.into_iter().unzip();
    let rss = Expression::new(&spec.tape, names, start).unwrap().oracle().loss(&DVector::from_vec(theta.clone()));
    assert!((rss - 5.216_714_710e-4).abs() < 1e-12, "{rss:e}");
    for (found, right) in theta.iter().zip([0.98669, 0.96278, 2.13619]) {
        assert!((found - right).abs() < 1e-5, "{theta:?}");
    }
}

/// y = x^m·e^(x/c) with x = 0 among the data, from m = 0.4, c = 1.5; the data are of m = 1, c = 2.
#[test]
fn a_power_with_zero_among_the_data_is_fitted() {
    let residuals: Vec<String> = (0..10)
        .map(|i| f64::from(i) / 2.0)
        .map(|x| format!("\"{:?} - {x:?}^m*exp({x:?}/c)\"", x * (x / 2.0).exp()))
        .collect();
    let text = problem(&format!("r = [{}]", residuals.join(", ")), "m = 0.4, c = 1.5", 300)
        + "[[optimiser]]\nname = \"kfac\"\n";
    let setup = Setup::from_str(&text, "test", Path::new(""), &Overrides::default()).unwrap();
    let mut session = setup.build().unwrap();
    for _ in 0..300 {
        session.advance(&|| 0.0, &mut |_| ());
    }
    let theta = session.params(0, session.latest());
    assert!((theta[0] - 1.0).abs() < 1e-8 && (theta[1] - 2.0).abs() < 1e-8, "{theta:?}");
}

#[test]
fn only_what_is_not_finite_is_blamed() {
    let place = Place::new();
    let told = |formula: &str, start: &str, optimiser: &str| {
        place.write("p.toml", problem(&format!("f = {formula:?}"), start, 20));
        let ran = place.run(&["run", "p.toml", "-o", optimiser]);
        format!("{}{}", ran.stdout, ran.stderr)
    };
    let root = told("x^0.5 + y^2", "x = 0.0, y = 1.0", "adam");
    assert!(root.contains("the gradient at x is infinite at step 1") && !root.contains("the loss"), "{root}");
    for optimiser in ["sgd", "adam:lr=0.1", "sgdqlr", "adamqlr"] {
        let flat = told("abs(x)^1.5 + (y-1)^2", "x = 0.0, y = 0.0", optimiser);
        assert!(!flat.contains("diverged"), "{flat}");
    }
    // Its curvature along x is infinite there, and K-FAC needs it.
    let curved = told("abs(x)^1.5 + (y-1)^2", "x = 0.0, y = 0.0", "kfac");
    assert!(curved.contains("diverged: the curvature at x is infinite at step 1"), "{curved}");
    let saturated = told("tanh(1000*x) + y^2", "x = 1.0, y = 1.0", "adamqlr");
    assert!(!saturated.contains("diverged"), "{saturated}");
    let exponent = told("x^y", "x = -2.0, y = 2.0", "adam");
    assert!(exponent.contains("the gradient at y is not a number"), "{exponent}");
    let value = told("1/(x-1)^2", "x = 1.0", "adam");
    assert!(value.contains("the loss f(θ) is infinite"), "{value}");
}

/// A logistic growth curve from a start from which e^(b − cx) overflows on the way: residuals of b1/(1 + e^(b2 − b3·x))^(1/b4).
#[test]
fn growth_curves_do_not_end_at_an_overflow() {
    let data = [
        16.08, 33.83, 65.80, 97.20, 191.55, 326.20, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96, 637.56,
        717.41,
    ];
    let residuals: Vec<String> = data
        .iter()
        .enumerate()
        .map(|(i, y)| format!("\"{y:?}-(b1/((1+exp(b2-b3*{:?}))^(1/b4)))\"", (i + 1) as f64))
        .collect();
    let formulas = format!("r = [{}]", residuals.join(", "));
    let place = Place::new();
    place.write("p.toml", problem(&formulas, "b1 = 100.0, b2 = 10.0, b3 = 1.0, b4 = 1.0", 2000));
    let ran = place.run(&["run", "p.toml", "-o", "kfac"]);
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!told.contains("not a number") && !told.contains("infinite"), "{told}");
    // Far outside, where a factor is infinite and the curve is 0, f is the sum of squares of the data.
    let sum: f64 = data.iter().map(|y| y * y).sum();
    let ProblemSpec::Expression(spec) = Setup::from_str(
        &problem(&formulas, "b1 = 1.0, b2 = 5000.0, b3 = 1.0, b4 = 1.0", 1),
        "test",
        Path::new(""),
        &Overrides::default(),
    )
    .unwrap()
    .problem
    else {
        unreachable!()
    };
    let (names, start) = spec.start.into_iter().unzip();
    let problem = Expression::new(&spec.tape, names, start).unwrap();
    let (mut oracle, mut gradient) = (problem.oracle(), DVector::zeros(4));
    near(oracle.linearise(&problem.start(), &mut gradient), sum, "f");
    assert_eq!(gradient.amax(), 0.0);
}

/// The first `f` in a tree of objects.
fn find(value: &serde_json::Value) -> Option<&str> {
    match value {
        serde_json::Value::Object(map) => map.get("f").and_then(|f| f.as_str()).or_else(|| map.values().find_map(find)),
        _ => None,
    }
}

/// The formula in a trace's header, as it was typed, is a formula again.
#[test]
fn formulas_in_traces_read_back() {
    let formula = "2·x² − max(x, 0)³ + pow(x, 2)";
    let place = Place::new();
    place.write("p.toml", problem(&format!("f = {formula:?}"), "x = 0.5", 2));
    assert_eq!(place.run(&["run", "p.toml", "-o", "adam", "--trace", "t.jsonl"]).code, Some(0));
    let trace = String::from_utf8(place.read("t.jsonl").into()).unwrap();
    let header: serde_json::Value = serde_json::from_str(trace.lines().next().unwrap()).unwrap();
    assert_eq!(find(&header), Some(formula));
    assert!(setup(find(&header).unwrap(), &[("x", 0.5)]).is_ok());
}

const SMOOTH: [&str; 20] = [
    "tanh(x)*sigmoid(y) + softplus(x*y)",
    "pow(1+x^2, y)",
    "hypot(x+3, y)*atan2(y, x+3)",
    "erf(x) + erfc(y)*x",
    "log1p(x^2)*expm1(y/2)",
    "max(x, y+5)*min(y-5, x)",
    "asinh(x)*atanh(y/3) + acosh(2+x^2)",
    "x/(2+exp(3*y)) + y²/(1+x²)",
    "(x^2+1)^1.5*abs(y+4)^2.5",
    "cbrt(x+4)/sqrt(y+4)",
    "2^x*0.5^y",
    "asin(x/4)*acos(y/4) + atan(x*y)",
    "tan(x/2) + sinh(y)/cosh(x)",
    "log2(x+4)*log10(y+4)*ln(x+y+8)",
    "logistic(3*x-y)*sin(x)*cos(y)",
    "exp(-(x^2+y^2))",
    "(x+4)^(y+4)/100",
    "sqrt((x+5)^2)*abs(y-7)",
    // The same by way of numbers that overflow.
    "ln(exp(1000+x)+exp(1000+y))",
    "x*exp(800+y)/(exp(800)+exp(800+x))",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn derivatives_are_those_of_differences(
        which in 0..SMOOTH.len(),
        at in prop::array::uniform2(-2.0f64..2.0),
        d in prop::array::uniform4(-1.0f64..1.0),
    ) {
        let problem = expression(SMOOTH[which], &[("x", at[0]), ("y", at[1])]);
        let vector = |values: &[f64]| DVector::from_column_slice(values);
        derivatives_agree(&problem, &vector(&at), &vector(&d[..2]), &vector(&d[2..]))?;
    }

    /// f = ±e^g: f′ = f·g′ and f″ = f·(g″ + g′²), with g in closed form and its derivatives by differences.
    #[test]
    fn huge_rates_agree_with_differences_of_logarithms(x in 150.0f64..700.0, y in 0.5f64..2.0) {
        type Logarithm = fn(f64, f64) -> f64;
        let forms: [(&str, Logarithm); 9] = [
            ("y*exp(x)^(-1)", |x, y| y.ln() - x),
            ("exp(x)^(-y)", |x, y| -x * y),
            ("exp(x)^(y/2)", |x, y| x * y / 2.0),
            ("exp(x)^3.5/exp(x*y)/exp(x)^3.5", |x, y| -x * y),
            ("y/(1+exp(x))", |x, y| y.ln() - x - (-x).exp().ln_1p()),
            ("exp(x)/(y+exp(x))^2", |x, y| -x - 2.0 * (y * (-x).exp()).ln_1p()),
            ("hypot(exp(x), y)", |x, y| x + 0.5 * (y * y * (-2.0 * x).exp()).ln_1p()),
            ("log1p(y*exp(x))", |x, y| (x + y.ln()).ln()),
            ("y-y*exp(x)/(exp(x)+exp(x/2))", |x, y| y.ln() - x / 2.0 - (-x / 2.0).exp().ln_1p()),
        ];
        for (which, (written, g)) in forms.into_iter().enumerate() {
            let (value, gradient, hessian) = jet(written, &[("x", x), ("y", y)]);
            let h = 0.25;
            let (low, at, high) = (g(x - h, y), g(x, y), g(x + h, y));
            let (rate, bend) = ((high - low) / (2.0 * h), (high - 2.0 * at + low) / (h * h));
            let f = at.exp();
            // The last one is a difference of numbers of the size of y, and the terms of the logarithm's f″ cancel.
            let lost = if which >= 7 { 1e-14 } else { 1e-108 };
            let close = |found: f64, right: f64, size: f64| (found - right).abs() <= 1e-5 * size.abs() + lost || found == right;
            prop_assert!(close(value, f, f), "{} {} {}", written, value, f);
            prop_assert!(close(gradient[0], f * rate, f * rate), "{} {} {}", written, gradient[0], f * rate);
            let second = f * (bend + rate * rate);
            prop_assert!(close(hessian[(0, 0)], second, f * (bend.abs() + rate * rate)), "{} {} {}", written, hessian[(0, 0)], second);
        }
    }

    /// Wherever overflow is, what is written so that nothing overflows says the same.
    #[test]
    fn overflow_on_the_way_changes_nothing(x in -2000.0f64..2000.0, y in -2.0f64..2.0) {
        for (written, safe) in [
            ("y/(1+exp(-x))", "y*sigmoid(x)"),
            ("ln(1+exp(x*y))", "softplus(x*y)"),
            ("(exp(x)-exp(-x))/(exp(x)+exp(-x))*y", "tanh(x)*y"),
            ("y*exp(x)/(3+exp(x))", "y*sigmoid(x-ln(3))"),
        ] {
            let at = [("x", x), ("y", y)];
            let (a, b) = (jet(written, &at), jet(safe, &at));
            let same = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (a.abs() + b.abs()) + 1e-12;
            prop_assert!(same(a.0, b.0), "{}: {} {}", written, a.0, b.0);
            prop_assert!(a.1.iter().zip(&b.1).all(|(a, b)| same(*a, *b)), "{} {:?} {:?}", written, a.1, b.1);
            // In H, terms of x² cancel.
            prop_assert!(a.2.iter().zip(&b.2).all(|(a, b)| (a - b).abs() <= 1e-8 * (1.0 + b.abs())), "{} {:?} {:?}", written, a.2, b.2);
        }
    }
}

/// Where f′ − f cancels, it is still known: (10⁸ + x − y)² is 1 at first, and then (1 + δ)².
#[test]
fn a_change_that_rounding_hides_is_known() {
    let problem = expression("(1e8+x-y)^2*exp(z)", &[("x", 1.0), ("y", 1e8), ("z", 0.0)]);
    let (theta, mut gradient) = (problem.start(), DVector::zeros(3));
    let mut oracle = problem.oracle();
    let loss = oracle.linearise(&theta, &mut gradient);
    for delta in [2f64.powi(-30), -(2f64.powi(-40)), 2f64.powi(-52)] {
        let trial = DVector::from_column_slice(&[1.0 + delta, 1e8, 0.0]);
        let exact = 2.0 * delta + delta * delta;
        assert!((oracle.loss(&trial) - loss - exact).abs() > 0.1 * exact.abs(), "plain numbers do not know it");
        near(oracle.change(&trial).unwrap(), exact, "(1 + δ)² − 1");
        let trial = DVector::from_column_slice(&[1.0, 1e8, delta]);
        near(oracle.change(&trial).unwrap(), delta.exp_m1(), "e^δ − 1");
    }
    // A sine is known to 16 digits.
    let problem = expression("sin(x)", &[("x", 1.0)]);
    let mut oracle = problem.oracle();
    oracle.linearise(&problem.start(), &mut gradient.rows(0, 1).into_owned());
    assert_eq!(oracle.change(&DVector::from_element(1, 1.5)), None);
}
