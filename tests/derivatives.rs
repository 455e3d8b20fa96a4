//! Gradients and curvature against finite differences, on random problems.

#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/differences.rs"]
mod differences;

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rhoscope::problem::{
    Curvature, Examples, Mlp, Oracle, Problem, Quadratic, Rosenbrock, Targets,
    mlp::{Activation, Batching, Loss, parameter_count},
};

use differences::{close, derivatives_agree};

/// A network with smooth or kinked units on random data; `numbers` is the source of everything.
fn network(
    layers: &[usize],
    activation: Activation,
    loss: Loss,
    examples: usize,
    l2: f64,
    numbers: &[f64],
) -> Mlp<f64> {
    let mut source = numbers.iter().copied().cycle();
    let (inputs, outputs) = (layers[0], layers[layers.len() - 1]);
    let mut draw = |rows, columns| DMatrix::from_fn(rows, columns, |_, _| source.next().unwrap());
    let data = Examples {
        inputs: draw(inputs, examples),
        targets: match loss {
            Loss::Mse => Targets::Values(draw(outputs, examples)),
            Loss::CrossEntropy => Targets::Classes((0..examples).map(|n| n % outputs).collect()),
        },
    };
    let start = DVector::from_column_slice(draw(parameter_count(layers), 1).as_slice());
    let batching = Batching { size: examples.div_ceil(2), shuffle: true };
    Mlp::new(layers, activation, loss, data, start, batching, l2, 1).unwrap()
}

/// uᵀGv = (1/N) Σ (Ju)ᵀF_z(Jv) with J by central differences of the network's outputs.
fn fisher_agrees(
    problem: &Mlp<f64>,
    loss: Loss,
    l2: f64,
    u: &DVector<f64>,
    v: &DVector<f64>,
) -> Result<(), TestCaseError> {
    let network = problem.network().unwrap();
    let (theta, inputs) = (problem.start(), &network.examples().inputs);
    let mut all: Box<dyn Oracle<f64>> = problem.oracle();
    let (h, mut gradient) = (1e-5, DVector::zeros(theta.len()));
    // Two batches of an epoch, whose mean over examples is the data set's.
    let mut found = 0.0;
    let mut counted = 0.0;
    let examples = inputs.ncols();
    let size = examples.div_ceil(2);
    let batches = (examples / size).max(1);
    for step in 1..=batches {
        all.select(step as u64);
        all.linearise(&theta, &mut gradient);
        let count = if step == batches { examples - (batches - 1) * size } else { size } as f64;
        found += count * all.gram(Curvature::Fisher, &[u, v])[(0, 1)];
        counted += count;
    }
    prop_assert!((counted - examples as f64).abs() < 0.5);
    let rate = |d: &DVector<f64>| {
        (network.predict(&(&theta + d * h), inputs) - network.predict(&(&theta - d * h), inputs)) / (2.0 * h)
    };
    let (ju, jv, z) = (rate(u), rate(v), network.predict(&theta, inputs));
    let mut expected = 0.0;
    for n in 0..examples {
        let (a, b) = (ju.column(n), jv.column(n));
        expected += match loss {
            Loss::Mse => a.dot(&b),
            Loss::CrossEntropy => {
                let p = z.column(n).map(f64::exp) / z.column(n).map(f64::exp).sum();
                p.component_mul(&a).dot(&b) - p.dot(&a) * p.dot(&b)
            }
        };
    }
    close(found / counted, expected / counted + l2 * u.dot(v), expected / counted)
}

fn numbers() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1.5f64..1.5, 211)
}

fn vector(numbers: &[f64], len: usize, from: usize) -> DVector<f64> {
    DVector::from_fn(len, |i, _| numbers[(from + 3 * i) % numbers.len()])
}

/// The paper's network on images' worth of random inputs, in single precision and, with the very same numbers, in double.
fn both_precisions(activation: Activation, seed: u64) -> (Mlp<f32>, Mlp<f64>) {
    let layers = [784, 50, 10];
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    let inputs = DMatrix::from_fn(784, 64, |_, _| 2.0 * draw());
    let start = DVector::from_fn(parameter_count(&layers), |_, _| 0.1 * draw());
    let classes = Targets::<f32>::Classes((0..64).map(|n| (n * 7) % 10).collect());
    let single = Examples { inputs, targets: classes };
    let double = single.clone().cast::<f64>();
    let batching = Batching { size: 32, shuffle: false };
    let wide = start.map(f64::from);
    let loss = Loss::CrossEntropy;
    (
        Mlp::new(&layers, activation, loss, single, start, batching, 0.0, 1).unwrap(),
        Mlp::new(&layers, activation, loss, double, wide, batching, 0.0, 1).unwrap(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// What is computed in single precision at 784/50/10 against differences in double: f, ∇f·v, uᵀGv and, where there are no kinks, uᵀHv.
    #[test]
    fn networks_of_the_papers_size_in_single_precision(
        seed in 1u64..1 << 40,
        activation in prop::sample::select(vec![Activation::Relu, Activation::Tanh]),
    ) {
        let (single, double) = both_precisions(activation, seed);
        let (theta, wide) = (single.start(), double.start());
        let unit = |from: usize| DVector::from_fn(wide.len(), |i, _| f64::from(((i * 31 + from) as f32 * 0.7).sin())).normalize();
        let (u, v) = (unit(1), unit(5));
        let narrow = |vector: &DVector<f64>| vector.map(|value| value as f32);
        let near = |found: f32, expected: f64, scale: f64, accuracy: f64| {
            prop_assert!((f64::from(found) - expected).abs() <= accuracy * scale, "{} instead of {}, of {}", found, expected, scale);
            Ok(())
        };
        let (mut oracle, mut exact) = (single.oracle(), double.oracle());
        oracle.select(2);
        exact.select(2);
        let (mut gradient, mut slope, h) = (DVector::zeros(theta.len()), DVector::zeros(wide.len()), 1e-5);
        let loss = oracle.linearise(&theta, &mut gradient);
        near(loss, exact.loss(&wide), loss.into(), 1e-5)?;
        let change = (exact.loss(&(&wide + &v * h)) - exact.loss(&(&wide - &v * h))) / (2.0 * h);
        near(gradient.dot(&narrow(&v)), change, gradient.norm().into(), 1e-4)?;

        // The rates of the outputs along u and v, by differences: examples 32 to 63 are the second batch.
        let network = double.network().unwrap();
        let inputs = network.examples().inputs.columns(32, 32).into_owned();
        let outputs = |theta: &DVector<f64>| network.predict(theta, &inputs);
        let rate = |d: &DVector<f64>| (outputs(&(&wide + d * h)) - outputs(&(&wide - d * h))) / (2.0 * h);
        let (ju, jv, z) = (rate(&u), rate(&v), outputs(&wide));
        let form = |a: &DMatrix<f64>, b: &DMatrix<f64>| {
            let of = |n: usize| {
                let p = z.column(n).map(f64::exp) / z.column(n).map(f64::exp).sum();
                let (a, b) = (a.column(n), b.column(n));
                p.component_mul(&a).dot(&b) - p.dot(&a) * p.dot(&b)
            };
            (0..32).map(of).sum::<f64>() / 32.0
        };
        let fisher = oracle.gram(Curvature::Fisher, &[&narrow(&u), &narrow(&v)]);
        let size = (form(&ju, &ju) * form(&jv, &jv)).sqrt();
        for (place, expected) in [((0, 0), form(&ju, &ju)), ((0, 1), form(&ju, &jv)), ((1, 1), form(&jv, &jv))] {
            near(fisher[place], expected, size.max(expected), 1e-3)?;
        }
        if activation == Activation::Tanh {
            let mut gradient_at = |theta: &DVector<f64>| {
                exact.linearise(theta, &mut slope);
                slope.clone()
            };
            let change = (gradient_at(&(&wide + &v * h)) - gradient_at(&(&wide - &v * h))) / (2.0 * h);
            let hessian = oracle.gram(Curvature::Hessian, &[&narrow(&u), &narrow(&v)]);
            near(hessian[(0, 1)], u.dot(&change), change.norm(), 1e-3)?;
            near(hessian[(1, 1)], v.dot(&change), change.norm(), 1e-3)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn smooth_networks(
        numbers in numbers(),
        sizes in prop::collection::vec(1usize..8, 2..5),
        activation in prop::sample::select(vec![Activation::Tanh, Activation::Sigmoid, Activation::Softplus, Activation::Identity]),
        loss in prop::sample::select(vec![Loss::Mse, Loss::CrossEntropy]),
        examples in 1usize..14,
        l2 in prop::sample::select(vec![0.0, 0.3]),
    ) {
        let problem = network(&sizes, activation, loss, examples, l2, &numbers);
        let theta = problem.start();
        let (u, v) = (vector(&numbers, theta.len(), 5), vector(&numbers, theta.len(), 11));
        derivatives_agree(&problem, &theta, &u, &v)?;
        fisher_agrees(&problem, loss, l2, &u, &v)?;
    }

    #[test]
    fn kinked_networks_away_from_the_kinks(numbers in numbers(), examples in 1usize..10) {
        for loss in [Loss::Mse, Loss::CrossEntropy] {
            let problem = network(&[2, 7, 6, 3], Activation::Relu, loss, examples, 0.0, &numbers);
            let theta = problem.start();
            let (u, v) = (vector(&numbers, theta.len(), 5), vector(&numbers, theta.len(), 11));
            // A kink within the differences' reach would spoil them: two step lengths that agree show there is none.
            let network = problem.network().unwrap();
            let slope = |h: f64| {
                let inputs = &network.examples().inputs;
                (network.predict(&(&theta + &v * h), inputs) - network.predict(&(&theta - &v * h), inputs)) / (2.0 * h)
            };
            prop_assume!((slope(1e-5) - slope(3e-5)).amax() < 1e-6);
            derivatives_agree(&problem, &theta, &u, &v)?;
            fisher_agrees(&problem, loss, 0.0, &u, &v)?;
        }
    }

    #[test]
    fn the_empirical_curvature_is_the_second_moment_of_the_examples_gradients(numbers in numbers(), examples in 1usize..9) {
        for loss in [Loss::Mse, Loss::CrossEntropy] {
            let sizes = [3, 4, 2];
            let whole = network(&sizes, Activation::Tanh, loss, examples, 0.0, &numbers);
            let theta = whole.start();
            let (u, v) = (vector(&numbers, theta.len(), 5), vector(&numbers, theta.len(), 11));
            let data = whole.network().unwrap().examples();
            let of = |data: Examples| Mlp::new(&sizes, Activation::Tanh, loss, data, theta.clone(), Batching { size: 0, shuffle: false }, 0.0, 1).unwrap();
            let mut gradient = DVector::zeros(theta.len());
            let mut expected = 0.0;
            for n in 0..examples {
                let one = Examples {
                    inputs: data.inputs.columns(n, 1).into_owned(),
                    targets: match &data.targets {
                        Targets::Values(values) => Targets::Values(values.columns(n, 1).into_owned()),
                        Targets::Classes(classes) => Targets::Classes(vec![classes[n]]),
                    },
                };
                of(one).oracle().linearise(&theta, &mut gradient);
                expected += gradient.dot(&u) * gradient.dot(&v) / examples as f64;
            }
            let mut oracle = of(data).oracle();
            oracle.linearise(&theta, &mut gradient);
            let found = oracle.gram(Curvature::Empirical, &[&u, &v]);
            close(found[(0, 1)], expected, found.amax())?;
        }
    }

    #[test]
    fn rosenbrock(a in 0.5f64..2.0, b in 1.0f64..100.0, scale in 0.1f64..2.0, at in (-2.0f64..2.0, -1.0f64..3.0), d in (-1.0f64..1.0, -1.0f64..1.0)) {
        let problem = Rosenbrock { a, b, scale, start: vec![0.0, 0.0] };
        let (theta, u, v) = (DVector::from_vec(vec![at.0, at.1]), DVector::from_vec(vec![1.0, -0.5]), DVector::from_vec(vec![d.0, d.1]));
        derivatives_agree(&problem, &theta, &u, &v)?;
        // r = √s(a − x, √b(y − x²)), f = Σr², G = 2JᵀJ.
        let mut oracle = problem.oracle();
        oracle.linearise(&theta, &mut DVector::zeros(2));
        let residuals = |t: &DVector<f64>| [(a - t[0]) * scale.sqrt(), (b * scale).sqrt() * (t[1] - t[0] * t[0])];
        let h = 1e-6;
        let rate = |d: &DVector<f64>| {
            let (p, m) = (residuals(&(&theta + d * h)), residuals(&(&theta - d * h)));
            [(p[0] - m[0]) / (2.0 * h), (p[1] - m[1]) / (2.0 * h)]
        };
        let (ru, rv) = (rate(&u), rate(&v));
        let form = 2.0 * (ru[0] * rv[0] + ru[1] * rv[1]);
        let found = oracle.gram(Curvature::Fisher, &[&u, &v]);
        close(found[(0, 1)], form, found.amax())?;
        let minimum = problem.minima().remove(0);
        prop_assert!(oracle.loss(&minimum).abs() < 1e-20);
    }

    #[test]
    fn quadratics(entries in prop::collection::vec(-2.0f64..2.0, 25), at in prop::collection::vec(-2.0f64..2.0, 15)) {
        let root = DMatrix::from_column_slice(5, 5, &entries);
        let vector = |from: usize| DVector::from_column_slice(&at[from..from + 5]);
        let matrix = root.transpose() * root;
        let problem = Quadratic::new(matrix.clone(), vector(0), vector(5));
        derivatives_agree(&problem, &vector(5), &vector(10), &vector(0))?;
        let mut oracle = problem.oracle();
        oracle.linearise(&vector(5), &mut DVector::zeros(5));
        let found = oracle.gram(Curvature::Fisher, &[&vector(10), &vector(5)]);
        close(found[(0, 1)], vector(10).dot(&(&matrix * vector(5))), found.amax())?;
    }
}
