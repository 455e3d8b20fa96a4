//! A baseline is tuned fairly: where a problem file says of a lane that its `lr` is the best of a grid, that grid is run.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::Command;

use rhoscope::session::setup::{BUNDLED, Overrides, Setup};

/// "LABEL's lr is the best of A, B and C by f [on all data] after N steps", in a comment, over any number of its lines.
struct Grid {
    label: String,
    rates: Vec<String>,
    steps: String,
}

const SAYS: &str = "'s lr is the best of ";

fn comment(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix('#'));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn grids(text: &str, labels: &[String]) -> Vec<Grid> {
    let comment = comment(text);
    let sentences = comment.match_indices(SAYS).map(|(at, _)| {
        let (before, after) = (&comment[..at], &comment[at + SAYS.len()..]);
        let of = labels.iter().filter(|label| before.ends_with(label.as_str())).max_by_key(|label| label.len());
        let (rates, rest) = after.split_once(" by f ").unwrap();
        let (_, rest) = rest.split_once("after ").unwrap();
        Grid {
            label: of.unwrap_or_else(|| panic!("whose lr is it? {before}")).clone(),
            rates: rates.replace(" and ", ", ").split(", ").map(str::to_owned).collect(),
            steps: rest.split_once(" steps").unwrap().0.to_owned(),
        }
    });
    sentences.collect()
}

/// The last f of each rate, by the table that `run` prints; `None` where the lane diverged.
fn run(problem: &str, kind: &str, grid: &Grid) -> Vec<Option<f64>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhoscope"));
    command.args(["run", problem, "--steps", &grid.steps]);
    for (i, rate) in grid.rates.iter().enumerate() {
        command.args(["-o", &format!("{kind}:lr={rate},label=rate{i}")]);
    }
    let output = command.output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let of = |i: usize| {
        let row = table.lines().find(|line| line.split_whitespace().next() == Some(&format!("rate{i}")));
        let row = row.unwrap_or_else(|| panic!("{problem}: no rate {i} in\n{table}"));
        row.split_whitespace().nth(2).unwrap().replace('−', "-").parse().ok()
    };
    (0..grid.rates.len()).map(of).collect()
}

/// Adam is there to show another way, or another minimum, and nothing is said of how low it ends.
const NO_RACE: [&str; 5] = ["ackley", "himmelblau", "rastrigin", "saddle", "styblinski-tang"];
/// Minutes each, on data that do not come with the program: their grids are not run here.
const LONG: [&str; 4] = ["autoencoder", "mlp-fashion-full", "uci-energy", "uci-protein"];

#[test]
fn a_stated_grid_has_its_best_rate_where_the_file_says() {
    let mut checked = 0;
    for bundled in BUNDLED {
        let setup = Setup::bundled(bundled.name, &Overrides::default()).unwrap();
        let labels: Vec<String> = setup.lanes.iter().map(|lane| lane.label.clone()).collect();
        let document: toml::Table = toml::from_str(bundled.text).unwrap();
        for grid in grids(bundled.text, &labels) {
            assert_eq!(
                grid.steps,
                setup.steps.to_string(),
                "{}: {}'s grid is of another length",
                bundled.name,
                grid.label
            );
            if LONG.contains(&bundled.name) {
                continue;
            }
            let lane = labels.iter().position(|label| *label == grid.label).unwrap();
            let given = &document["optimiser"].as_array().unwrap()[lane];
            let rate = given.get("lr").unwrap().as_float().unwrap();
            let chosen = grid.rates.iter().position(|text| text.parse::<f64>().unwrap().to_bits() == rate.to_bits());
            let chosen = chosen.unwrap_or_else(|| panic!("{}: {rate} is not in its grid", bundled.name));
            let found = run(bundled.name, given["name"].as_str().unwrap(), &grid);
            let best = found.iter().flatten().copied().fold(f64::INFINITY, f64::min);
            assert!(
                found[chosen].is_some_and(|f| f <= best),
                "{}: {} has lr {rate}, of {:?} come {found:?}",
                bundled.name,
                grid.label,
                grid.rates
            );
            checked += 1;
        }
    }
    assert!(checked >= 20, "only {checked} grids were found");
}

/// An Adam without a grid is one whose race nobody speaks of.
#[test]
fn every_adam_is_tuned_where_it_is_compared() {
    for bundled in BUNDLED {
        let setup = Setup::bundled(bundled.name, &Overrides::default()).unwrap();
        let document: toml::Table = toml::from_str(bundled.text).unwrap();
        let lanes = document["optimiser"].as_array().unwrap();
        let labels: Vec<String> = setup.lanes.iter().map(|lane| lane.label.clone()).collect();
        let grids = grids(bundled.text, &labels);
        let has_adam = lanes.iter().any(|lane| lane["name"].as_str() == Some("adam"));
        let is_tuned = grids.iter().any(|grid| grid.label.starts_with("Adam"));
        assert_eq!(has_adam && !is_tuned, NO_RACE.contains(&bundled.name), "{}", bundled.name);
    }
}
