//! Reference traces as problem files with their data and initial parameters.

use std::path::Path;

use rhoscope::data::{Layout, Width, encode_params};
use serde_json::{Map, Value, json};

/// A reference trace.
pub fn case(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

pub fn sizes(case: &Value) -> Vec<usize> {
    numbers(&case["problem"]["layers"]).iter().map(|&n| n as usize).collect()
}

/// Per layer weight [out][in] and bias [out], as one θ.
pub fn params(layers: &Value) -> Vec<f64> {
    let mut theta = Vec::new();
    for layer in layers.as_array().unwrap() {
        let biases = numbers(&layer["bias"]);
        for (weights, bias) in layer["weight"].as_array().unwrap().iter().zip(biases) {
            theta.extend(numbers(weights));
            theta.push(bias);
        }
    }
    theta
}

/// The case as the text of a problem file; its data and initial parameters are written into `directory`.
pub fn problem_file(case: &Value, directory: &Path) -> String {
    let name = case["case"].as_str().unwrap();
    let problem = if case["problem"]["kind"] == "mlp" { network(case, directory) } else { case["problem"].clone() };
    let steps = case["trace"].as_array().unwrap().len();
    let document = json!({
        "name": name, "steps": steps, "tolerance": 0, "rho_floor": 0, "problem": problem, "optimiser": [case["optimiser"]],
    });
    toml::to_string(&document).unwrap()
}

fn network(case: &Value, directory: &Path) -> Value {
    let problem = case["problem"].as_object().unwrap();
    let rows: Vec<Vec<f64>> = problem["inputs"].as_array().unwrap().iter().map(numbers).collect();
    let targets: Vec<Vec<f64>> = problem["targets"].as_array().unwrap().iter().map(values).collect();
    let line = |(inputs, targets): (&Vec<f64>, &Vec<f64>)| {
        let fields: Vec<String> = inputs.iter().chain(targets).map(|x| format!("{x:?}")).collect();
        fields.join(",")
    };
    let lines: Vec<String> = rows.iter().zip(&targets).map(line).collect();
    std::fs::write(directory.join("data.csv"), lines.join("\n")).unwrap();
    let start = params(&problem["initial_params"]);
    let bytes = encode_params(&start, &Layout::Layers(sizes(case)), Width::Double).unwrap();
    std::fs::write(directory.join("start.safetensors"), bytes).unwrap();
    let mut table: Map<String, Value> = problem.clone();
    for key in ["inputs", "targets", "initial_params"] {
        table.remove(key);
    }
    let (inputs, width) = (rows[0].len(), rows[0].len() + targets[0].len());
    let columns = |range: std::ops::Range<usize>| range.collect::<Vec<_>>();
    table.insert(
        "data".into(),
        json!({ "csv": "data.csv", "inputs": columns(0..inputs), "targets": columns(inputs..width) }),
    );
    table.insert("init".into(), "start.safetensors".into());
    table.into()
}

/// A row of targets, or a class label as a row of one.
fn values(value: &Value) -> Vec<f64> {
    value.as_f64().map_or_else(|| numbers(value), |label| vec![label])
}
