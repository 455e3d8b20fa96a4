//! Bad input: exit code 2, a message that says where and what, and nothing half-written.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, reason = "a test may stop anywhere")]

mod support;

use rhoscope::data::{Layout, Width, encode_params};
use support::Place;

const ROSENBROCK: &str = "name = \"p\"\n[problem]\nkind = \"rosenbrock\"\n";

fn network(data: &str, more: &str) -> String {
    format!("steps = 2\n[problem]\nkind = \"mlp\"\nlayers = [2, 3, 2]\nloss = \"cross-entropy\"\ndata = {data}\n{more}")
}

fn table(targets: &str) -> String {
    network(&format!("{{ csv = \"data.csv\", inputs = [\"x\", 1], targets = [{targets}] }}"), "")
}

/// Files to begin with, what is typed, and what the message must contain.
struct Case {
    files: Vec<(&'static str, Vec<u8>)>,
    arguments: Vec<&'static str>,
    message: &'static [&'static str],
}

fn problem(text: impl Into<String>, message: &'static [&'static str]) -> Case {
    Case { files: vec![("p.toml", text.into().into_bytes())], arguments: vec!["run", "p.toml"], message }
}

fn data(csv: &str, targets: &str, message: &'static [&'static str]) -> Case {
    let files = vec![("p.toml", table(targets).into_bytes()), ("data.csv", csv.as_bytes().to_vec())];
    Case { files, arguments: vec!["run", "p.toml"], message }
}

fn typed(arguments: &[&'static str], message: &'static [&'static str]) -> Case {
    Case { files: Vec::new(), arguments: arguments.to_vec(), message }
}

fn check(case: &Case) {
    let place = Place::new();
    for (name, bytes) in &case.files {
        place.write(name, bytes);
    }
    place.write("old.jsonl", "old");
    std::fs::create_dir(place.at("directory")).unwrap();
    let before = place.names();
    let ran = place.run(&case.arguments);
    let told = format!("{:?}: code {:?}\n{}", case.arguments, ran.code, ran.stderr);
    assert_eq!(ran.code, Some(2), "{told}");
    assert_eq!(ran.stdout, "", "{told}");
    for part in case.message {
        assert!(ran.stderr.contains(part), "{told}\n  lacks: {part}");
    }
    assert_eq!(place.names(), before, "{told}");
    assert_eq!(place.read("old.jsonl"), "old", "{told}");
}

#[test]
fn problem_files() {
    let cases = [
        problem(format!("{ROSENBROCK}stat = [0, 1]"), &["p.toml, line 4", "`problem.stat`", "did you mean `start`?"]),
        problem(format!("step = 3\n{ROSENBROCK}"), &["p.toml, line 1", "did you mean `steps`?"]),
        problem(format!("{ROSENBROCK}b = \"big\""), &["line 4", "`problem.b` is the text \"big\"", "a number above 0"]),
        problem(format!("steps = 0\n{ROSENBROCK}"), &["line 1: `steps` is 0", "at least 1"]),
        problem(format!("steps = 1.5\n{ROSENBROCK}"), &["`steps` is 1.5; expected a whole number"]),
        problem(format!("{ROSENBROCK}start = [0, inf]"), &["`problem.start.1` is inf; expected a finite number"]),
        problem("[problem]\nkind = \"rozenbrock\"", &["line 2", "did you mean `rosenbrock`?"]),
        problem("[problem]\nkind = \"beale\"", &["known kinds are rosenbrock, quadratic"]),
        problem("[problem\n", &["p.toml, line 1, column", "not valid TOML"]),
        problem("", &["`problem` is missing"]),
        Case {
            files: vec![("p.toml", vec![0xff, 0xfe])],
            arguments: vec!["run", "p.toml"],
            message: &["cannot read the problem file p.toml", "UTF-8"],
        },
        problem(
            format!("{ROSENBROCK}[[optimiser]]\nname = \"adam\"\nlr = -1"),
            &["p.toml, line 6", "`optimiser.0.lr` is -1; expected a number above 0"],
        ),
        problem(network("{ synthetic = \"spiral\" }", ""), &["line 6", "expected one of spirals, moons, sine"]),
        problem(
            network("{ set = \"digits\" }", ""),
            &["p.toml", "the first layer takes 2 inputs, but the data has 64"],
        ),
    ];
    cases.iter().for_each(check);
}

#[test]
fn data_files() {
    let good = "x,y,class\n1,2,0\n3,4,1\n";
    let cases = [
        problem(table("2"), &["cannot read data.csv", "No such file"]),
        data(
            "x,y,class\n1,2,0\n3,four,1\n",
            "2",
            &["data.csv, row 3, column `y`", "found \"four\"", "a finite number"],
        ),
        data("x,y,class\n1,2,0\n3,1\n", "2", &["data.csv, row 3", "found 2 fields; expected 3"]),
        data("x,y,class\nnan,2,0\n", "2", &["data.csv, row 2, column `x`", "found \"nan\""]),
        data(
            "x,y,class\n1,2,2\n",
            "2",
            &["row 2, column `class`: found 2", "from 0 to 1 as the network has 2 outputs"],
        ),
        data("x,y,class\n1,2,-1\n", "2", &["found -1; expected a class label"]),
        data("x,y,class\n1,2,0.5\n", "\"class\"", &["found 0.5; expected a class label"]),
        data(good, "3", &["there is no column 3; there are 3, counted from 0"]),
        data(good, "\"klass\"", &["there is no column `klass`", "x, y, class"]),
        data("1,2,0\n", "2", &["column `x` is asked for by name, but there is no header row"]),
        data("x,y,class\n", "2", &["data.csv", "there is no row of numbers"]),
        data("", "2", &["data.csv"]),
    ];
    cases.iter().for_each(check);
}

#[test]
fn initial_parameters() {
    let init = |bytes: Vec<u8>, message| Case {
        files: vec![
            ("p.toml", network("{ synthetic = \"moons\" }", "init = \"start.safetensors\"").into_bytes()),
            ("start.safetensors", bytes),
        ],
        arguments: vec!["run", "p.toml"],
        message,
    };
    let other = encode_params(&[0.0; 17], &Layout::Layers(vec![2, 3, 2]), Width::Double).unwrap();
    let (shape, flat) = (Layout::Layers(vec![2, 4, 2]), Layout::Flat(2));
    let cases = [
        init(
            encode_params(&[0.0; 22], &shape, Width::Double).unwrap(),
            &["start.safetensors", "`layers.0.weight`", "F64 of shape [4, 2]", "shape [3, 2]"],
        ),
        init(encode_params(&[0.0; 2], &flat, Width::Single).unwrap(), &["`layers.0.weight`: found no such tensor"]),
        init(other[..other.len() - 1].to_vec(), &["start.safetensors: not a safetensors file"]),
        init(b"PK\x03\x04 something else".to_vec(), &["not a safetensors file"]),
    ];
    cases.iter().for_each(check);
    let place = Place::new();
    place.write("p.toml", network("{ synthetic = \"moons\" }", "init = \"start.safetensors\""));
    place.write("start.safetensors", other);
    assert_eq!(place.run(&["run", "p.toml"]).code, Some(0), "the right shape is accepted");
}

#[test]
fn options() {
    let cases = [
        typed(&["run"], &["PROBLEM"]),
        typed(&["run", "rosenbrok"], &["did you mean `rosenbrock`?"]),
        typed(&["rosenbrok"], &["did you mean `rosenbrock`?"]),
        typed(&["run", "none.toml"], &["cannot read the problem file none.toml"]),
        typed(&["run", "directory"], &["cannot read the problem file directory"]),
        typed(
            &["rosenbrock", "--epochs", "3"],
            &["rosenbrock is of the kind rosenbrock, which has no data", "--epochs"],
        ),
        typed(&["mlp-digits", "--epochs", "3", "--steps", "9"], &["--epochs", "--steps", "cannot be used with"]),
        typed(&["mlp-digits", "--eval-every", "0"], &["--eval-every", "0"]),
        typed(&["run", "rosenbrock", "--stpes", "3"], &["--stpes", "--steps"]),
        typed(&["run", "rosenbrock", "--steps", "0"], &["--steps 0", "at least 1"]),
        typed(&["run", "rosenbrock", "--steps", "-1"], &["-1"]),
        typed(&["run", "rosenbrock", "-o", "adan"], &["--optimiser adan", "did you mean `adam`?"]),
        typed(&["run", "rosenbrock", "-o", "adam:lr"], &["--optimiser adam:lr", "key=value"]),
        typed(&["run", "rosenbrock", "-o", "adam:lrr=1"], &["there is no key", "did you mean `lr`?"]),
        typed(&["run", "rosenbrock", "-o", "adam:lr=fast"], &["is the text \"fast\"; expected a number above 0"]),
        typed(&["run", "rosenbrock", "-o", "adam:damping=1"], &["`adam` has no key `damping`"]),
        typed(&["run", "rosenbrock", "-o", "kfac:lr=0.1,adaptive_lr=true"], &["give one of them"]),
        typed(&["run", "rosenbrock", "-o", "adamqlr:curvature=empirical"], &["no empirical curvature"]),
        typed(&["run", "rosenbrock", "--set", "problem.b"], &["--set problem.b", "expected KEY=VALUE"]),
        typed(&["run", "rosenbrock", "--set", "problem.bb=1"], &["--set problem.bb=1", "did you mean `b`?"]),
        typed(&["run", "rosenbrock", "--set", "optimiser.SGD.lr=1"], &["it has Adam, AdamQLR, K-FAC and undamped"]),
        typed(&["problems", "show", "rosen"], &["there is no bundled problem `rosen`"]),
        typed(&["completions", "csh9"], &["csh9"]),
    ];
    cases.iter().for_each(check);
}

#[test]
fn outputs() {
    let cases = [
        typed(&["run", "rosenbrock", "--trace", "directory"], &["cannot write directory: it is a directory"]),
        typed(&["run", "rosenbrock", "--csv", "none/t.csv"], &["cannot write none/t.csv", "no directory none"]),
        typed(&["run", "rosenbrock", "--csv", "old.jsonl/t.csv"], &["cannot write old.jsonl/t.csv"]),
        typed(&["run", "rosenbrock", "--save-params", "directory"], &["directory"]),
        typed(&["run", "rosenbrock", "--save-params", "none/p.safetensors"], &["cannot write none/p.adam.safetensors"]),
        typed(&["run", "rosenbrock", "--save-params", "-"], &["--save-params"]),
        typed(&["run", "rosenbrock", "--trace", "a", "--csv", "./a"], &["--trace and --csv both write to ./a"]),
        typed(&["run", "rosenbrock", "--trace", "-", "--csv", "-"], &["--trace and --csv both write to -"]),
        // An earlier output is not left behind when a later one is refused, nor replaced when the problem is at fault.
        typed(&["run", "rosenbrock", "--trace", "old.jsonl", "--csv", "directory"], &["it is a directory"]),
        typed(&["run", "rosenbrock", "--trace", "old.jsonl", "--steps", "0"], &["at least 1"]),
        Case {
            files: vec![("p.toml", table("2").into_bytes())],
            arguments: vec!["run", "p.toml", "--trace", "old.jsonl"],
            message: &["cannot read data.csv"],
        },
        #[cfg(target_os = "linux")]
        typed(&["run", "rosenbrock", "--trace", "/proc/t.jsonl"], &["cannot write /proc/t.jsonl"]),
    ];
    cases.iter().for_each(check);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_leaves_no_traces() {
    check(&typed(&["run", "rosenbrock", "--trace", "/dev/full"], &["cannot write /dev/full: the disk is full"]));
    check(&typed(&["run", "rosenbrock", "--csv", "/dev/full", "--trace", "old.jsonl"], &["cannot write /dev/full"]));
}

#[test]
fn no_screen_is_drawn_into_a_pipe() {
    for arguments in [&[][..], &["rosenbrock"], &["mlp-sine", "--seed", "3"]] {
        let ran = Place::new().run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        assert!(ran.stderr.contains("rhoscope run"), "{}", ran.stderr);
    }
}
