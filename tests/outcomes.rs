//! How lanes end, on the command line.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code, reason = "shared with tests that need more of it")]
mod support;

use support::Place;

#[test]
fn a_lane_that_cannot_move_is_stalled_and_says_why() {
    let place = Place::new();
    let ran = place.run(&["run", "beale", "--steps", "300", "-o", "adam:lr=1e-17"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("stalled: never moved: α 1e-17"), "{}", ran.stdout);
    assert!(ran.stderr.contains("every optimiser stalled"), "{}", ran.stderr);
    let ran = place.run(&["run", "beale", "--steps", "300", "-o", "adam:lr=1e-17", "-o", "kfac"]);
    assert_eq!(ran.code, Some(0), "one of them arrived: {}", ran.stdout);
}

#[test]
fn an_overflow_of_adams_moments_is_named() {
    let place = Place::new();
    let steep = "[problem]\nkind = \"expression\"\nf = \"1e160*(x^2 + y^2)\"\nstart = { x = 1, y = 1 }\n";
    place.write("steep.toml", steep);
    for optimiser in ["adam", "adamqlr"] {
        let ran = place.run(&["run", "steep.toml", "-o", optimiser]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stdout.contains("diverged: Adam's v at x is infinite at step 1"), "{}", ran.stdout);
    }
    place.write("unscaled.csv", "1e11,1\n-2e11,2\n3e11,3\n");
    let net = "[problem]\nkind = \"mlp\"\nlayers = [1, 4, 1]\nactivation = \"relu\"\nloss = \"mse\"\nprecision = \"f32\"\n\
               data = { csv = \"unscaled.csv\", inputs = [0], targets = [1] }\n";
    place.write("net.toml", net);
    let ran = place.run(&["run", "net.toml", "-o", "adam:lr=0.1"]);
    assert!(ran.stdout.contains("Adam's v at layers.") && ran.stdout.contains("is infinite"), "{}", ran.stdout);
}

#[test]
fn a_maximum_is_called_one() {
    let ran = Place::new().run(&["run", "styblinski-tang", "-o", "kfac"]);
    assert!(ran.stdout.contains(": a maximum (curvature negative): the gradient is"), "{}", ran.stdout);
    let ran = Place::new().run(&["run", "saddle", "-o", "sgdqlr:curvature=hessian"]);
    assert!(ran.stdout.contains(": a saddle (curvature negative along 1 of 2 directions): "), "{}", ran.stdout);
}

#[test]
fn rho_that_is_lost_in_rounding_leaves_lambda() {
    let place = Place::new();
    // A minimum of 1, so that f cannot fall to nothing.
    let bowl =
        "tolerance = 0\n[problem]\nkind = \"expression\"\nf = \"1 + x^2 + 10*y^2 + x^4\"\nstart = { x = 1, y = 1 }\n";
    place.write("bowl.toml", bowl);
    let trace = |set: &[&str]| {
        let ran = place.run(&[&["run", "bowl.toml", "-o", "adamqlr", "--steps", "400", "--trace", "-"], set].concat());
        let lines = ran.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.collect::<Vec<_>>()
    };
    let lines = trace(&[]);
    assert_eq!(lines[0]["header"]["problem"]["tolerance"], 0.0);
    assert_eq!(lines[0]["header"]["optimisers"][0]["rho_floor"], 16.0);
    let lost: Vec<_> = lines.iter().filter(|line| line["lost"] == true).collect();
    assert!(!lost.is_empty());
    for line in &lost {
        assert_eq!(line["damping"], line["next_damping"]);
        assert!(line["model_change"].as_f64().unwrap().abs() < 16.0 * f64::EPSILON * line["loss"].as_f64().unwrap());
    }
    assert!(trace(&["--set", "rho_floor=0"]).iter().all(|line| line.get("lost").is_none()));
}

#[test]
fn a_tolerance_ends_a_lane_earlier_and_bad_ones_are_refused() {
    let place = Place::new();
    let steps = |tolerance: &str| {
        let ran = place.run(&["run", "rosenbrock", "-o", "kfac", "--tolerance", tolerance]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let row = ran.stdout.lines().nth(1).unwrap().to_owned();
        row.split_whitespace().nth(1).unwrap().parse::<u32>().unwrap()
    };
    assert!(steps("1e-3") < steps("1e-10") && steps("1e-10") < steps("0"));
    for bad in ["-1", "1", "nan"] {
        let ran = place.run(&["run", "rosenbrock", &format!("--tolerance={bad}")]);
        assert_eq!(ran.code, Some(2), "{}", ran.stdout);
        assert!(ran.stderr.contains("tolerance"), "{}", ran.stderr);
    }
}
