//! Large problems end well in reasonable time, and what is too deep is refused.
#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "shared with other tests")]
mod support;

use serde_json::Value;
use support::Place;

fn steps(trace: &str, label: &str) -> Vec<Value> {
    let lines = trace.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["optimiser"] == label && line.get("cost").is_some()).collect()
}

/// Nearly a million parameters: K-FAC and AdamQLR take three steps on 500 pictures.
#[test]
fn a_network_of_a_million_parameters_takes_steps() {
    let place = Place::new();
    let set = ["problem.layers=[784, 1000, 200, 10]", "problem.batch_size=500"];
    let set: Vec<&str> = set.iter().flat_map(|set| ["--set", set]).collect();
    let optimisers = ["-o", "kfac", "-o", "adamqlr", "--steps", "3", "--trace", "t.jsonl"];
    let ran = place.run(&[&["run", "mlp-fashion"], &set[..], &optimisers].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let trace = place.read("t.jsonl");
    for label in ["kfac", "adamqlr"] {
        let steps = steps(&trace, label);
        assert_eq!(steps.len(), 3, "{label}");
        for step in &steps {
            assert!(step["new_loss"].as_f64().unwrap() < step["loss"].as_f64().unwrap(), "{label}: {step}");
        }
    }
}

/// 300 variables with 598 residuals, the chain of valleys: each variable is tied to the next.
#[test]
fn a_problem_of_300_variables_and_598_residuals_is_followed() {
    let place = Place::new();
    let residuals: Vec<String> =
        (1..300).flat_map(|i| [format!("\"10*(v{} - v{i}^2)\"", i + 1), format!("\"1 - v{i}\"")]).collect();
    let start: Vec<String> = (1..=300).map(|i| format!("v{i} = {}", if i % 2 == 1 { "-1.2" } else { "1.0" })).collect();
    let (residuals, start) = (residuals.join(", "), start.join(", "));
    place.write("p.toml", format!("[problem]\nkind = \"expression\"\nr = [{residuals}]\nstart = {{ {start} }}\n"));
    let ran = place.run(&["run", "p.toml", "--steps", "30", "-o", "kfac", "--trace", "t.jsonl"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let steps = steps(&place.read("t.jsonl"), "kfac");
    let loss = |step: &Value| step["loss"].as_f64().unwrap();
    // Of the 299 pairs, 150 begin at (-1.2, 1) and 149 at (1, -1.2).
    let expected = 150.0 * (100.0 * (1.0_f64 - 1.44).powi(2) + 2.2_f64.powi(2)) + 149.0 * (100.0 * 2.2_f64.powi(2));
    assert!((loss(&steps[0]) - expected).abs() < 1e-9 * expected, "{} {expected}", loss(&steps[0]));
    assert_eq!(steps.len(), 30);
    assert!(loss(&steps[29]) < 1e-2 * expected, "{}", loss(&steps[29]));
}

/// Nested 20 000 deep in every way, a formula is refused by a short message and does not overflow the stack.
#[test]
fn formulas_nested_20_000_deep_are_refused() {
    const DEEP: usize = 20_000;
    let around = |open: &str, close: &str| format!("{}x{}", open.repeat(DEEP), close.repeat(DEEP));
    let formulas = [
        around("(", ")"),
        around("sin(", ")"),
        around("-", ""),
        around("", "^2"),
        around("2^", ""),
        around("max(1,", ")"),
        around("", "+1"),
        "(".repeat(DEEP),
    ];
    // Each as long as it is, and within the limit of length, as deep as that allows.
    for formula in formulas.iter().flat_map(|formula| [&formula[..], &formula[..formula.len().min(4000)]]) {
        let place = Place::new();
        place.write("p.toml", format!("[problem]\nkind = \"expression\"\nf = \"{formula}\"\nstart = {{ x = 1 }}\n"));
        let ran = place.run(&["run", "p.toml", "--steps", "1"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", &formula[..20]);
        assert!(ran.stderr.starts_with("error: p.toml") && ran.stderr.len() < 1000, "{}", ran.stderr);
    }
}
