//! The program as it is used.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, reason = "a test may stop anywhere")]

mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::Stdio,
};

use rhoscope::data::{Layout, decode_params};
use serde_json::Value;
use support::{Place, VALLEY};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

#[test]
fn a_run_prints_a_table_of_its_lanes() {
    let ran = Place::new().run(&["run", VALLEY, "--steps", "40"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let rows: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(rows.len(), 4);
    assert!(rows[0].starts_with("optimiser  steps  f at the end"));
    assert!(rows[1].starts_with("Adam          40  ") && rows[1].ends_with("  finished"), "{}", rows[1]);
    assert!(rows[1].contains("  40 gradients  "), "{}", rows[1]);
    assert!(rows[3].starts_with("K-FAC") && rows[3].contains("converged: "), "{}", rows[3]);
}

#[test]
fn a_trace_holds_a_header_every_step_in_order_and_the_outcomes() {
    let place = Place::new();
    let ran = place.run(&["run", VALLEY, "--steps", "3", "--seed", "9", "--trace", "t.jsonl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("optimiser"), "the table is printed as well");
    let lines = lines(&place.read("t.jsonl"));
    let header = &lines[0]["header"];
    assert_eq!(header["seed"], 9);
    assert_eq!(header["problem"]["steps"], 3);
    assert_eq!(header["problem"]["problem"]["kind"], "rosenbrock");
    let order: Vec<(&str, u64)> =
        lines[1..10].iter().map(|line| (line["optimiser"].as_str().unwrap(), line["step"].as_u64().unwrap())).collect();
    let lanes = ["Adam", "AdamQLR", "K-FAC"];
    let expected: Vec<(&str, u64)> = (1..=3).flat_map(|step| lanes.map(|lane| (lane, step))).collect();
    assert_eq!(order, expected);
    for (line, lane) in lines[10..].iter().zip(lanes) {
        assert_eq!((line["optimiser"].as_str(), line["outcome"].as_str()), (Some(lane), Some("finished")));
        assert_eq!(line["step"], 3);
    }
    assert_eq!(lines.len(), 13);
    assert_eq!(place.names(), ["t.jsonl"]);
}

/// The numbers of a trace belong together, and read back as the f64 they were.
#[test]
fn the_numbers_of_a_trace_obey_the_algorithm() {
    let place = Place::new();
    let ran = place.run(&["run", "rosenbrock", "-o", "adamqlr:curvature=hessian", "--steps", "30", "--trace", "-"]);
    let lines = lines(&ran.stdout);
    let number = |line: &Value, key: &str| line[key].as_f64().unwrap_or_else(|| panic!("{key} in {line}"));
    let mut before: Option<&Value> = None;
    for line in &lines[1..31] {
        let (alpha, kappa, slope) =
            (number(line, "learning_rate"), number(line, "curvature"), number(line, "grad_dot_direction"));
        assert!((alpha - slope / kappa).abs() <= 1e-12 * alpha.abs());
        let rho = (number(line, "new_loss") - number(line, "loss")) / number(line, "model_change");
        assert!((number(line, "rho") - rho).abs() <= 1e-9 * rho.abs().max(1.0));
        let factor = if rho > 0.75 {
            0.5
        } else if rho < 0.25 {
            2.0
        } else {
            1.0
        };
        assert!((number(line, "next_damping") - (factor * number(line, "damping")).max(1e-8)).abs() < 1e-15);
        if let Some(before) = before {
            assert_eq!(before["next_damping"], line["damping"]);
            assert_eq!(before["new_loss"], line["loss"]);
        }
        assert_eq!(line["params"].as_array().map(Vec::len), Some(2));
        assert_eq!(line["cost"]["gradients"], 1);
        before = Some(line);
    }
}

#[test]
fn csv_and_json_tell_the_same() {
    let place = Place::new();
    let ran = place.run(&["run", VALLEY, "--steps", "5", "--trace", "t.jsonl", "--csv", "t.csv"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let json = lines(&place.read("t.jsonl"));
    let text = place.read("t.csv");
    let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = rows.next().unwrap();
    let rows: Vec<Vec<&str>> = rows.collect();
    assert_eq!(rows.len(), 15);
    for (row, line) in rows.iter().zip(&json[1..]) {
        for (name, cell) in names.iter().zip(row) {
            let pointer = format!("/{}", name.replace('.', "/"));
            match line.pointer(&pointer) {
                None => assert_eq!(*cell, "", "{name}"),
                Some(Value::String(text)) => assert_eq!(cell, text),
                Some(Value::Bool(flag)) => assert_eq!(*cell, flag.to_string()),
                Some(number) => assert_eq!(cell.parse::<f64>().ok(), number.as_f64(), "{name}"),
            }
        }
    }
}

#[test]
fn a_seed_fixes_everything_random() {
    let run = |problem: &str, seed: &str| {
        let ran = Place::new().run(&["run", problem, "--steps", "5", "--seed", seed, "--trace", "-"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    for problem in ["mlp-digits", "mlp-spirals"] {
        let first = run(problem, "1");
        assert_eq!(first, run(problem, "1"));
        let losses = |text: &str| lines(text)[1..4].iter().map(|line| line["loss"].clone()).collect::<Vec<_>>();
        assert_ne!(losses(&first), losses(&run(problem, "2")));
    }
}

#[test]
fn parameters_are_saved_one_file_a_lane_and_can_be_started_from() {
    let place = Place::new();
    let run = ["run", "mlp-sine", "--steps", "4", "--save-params", "p.safetensors", "--trace", "first.jsonl"];
    let ran = place.run(&run);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let saved = ["p.adam.safetensors", "p.adamqlr.safetensors", "p.k-fac.safetensors"];
    assert_eq!(place.names(), ["first.jsonl", saved[0], saved[1], saved[2]]);
    let layout = Layout::Layers(vec![1, 16, 1]);
    for name in saved {
        let params = decode_params(&std::fs::read(place.at(name)).unwrap(), name, &layout).unwrap();
        assert_eq!(params.len(), 2 * 16 + 17);
    }
    // A lane that starts from them begins where the other ended.
    let init = format!("problem.init={}", place.at(saved[1]).display());
    let ran = place.run(&["run", "mlp-sine", "-o", "adamqlr", "--steps", "1", "--set", &init, "--trace", "-"]);
    let first = lines(&place.read("first.jsonl"));
    let last = first
        .iter()
        .rfind(|line| line["step"] == 4 && line["optimiser"] == "AdamQLR" && line.get("loss").is_some())
        .unwrap();
    assert_eq!(lines(&ran.stdout)[1]["loss"], last["new_loss"]);

    let ran = place.run(&["run", "rosenbrock", "-o", "kfac", "--steps", "2", "--save-params", "one.safetensors"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let bytes = std::fs::read(place.at("one.safetensors")).unwrap();
    assert_eq!(decode_params(&bytes, "one", &Layout::Flat(2)).unwrap().len(), 2);
}

#[test]
fn every_kind_of_problem_gives_a_picture() {
    let place = Place::new();
    // A landscape, decision regions, a fitted curve, and nothing to look at but the loss.
    for problem in ["quadratic-rotated", "mlp-spirals", "mlp-sine", "mlp-digits"] {
        let ran = place.run(&["run", problem, "--steps", "3", "--png", "p.png"]);
        assert_eq!(ran.code, Some(0), "{problem}: {}", ran.stderr);
        let bytes = std::fs::read(place.at("p.png")).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n", "{problem}");
        let size = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((size(16), size(20)), (1600, 1000), "{problem}");
    }
    let dark = place.command(&["run", "rosenbrock", "--png", "-", "--theme", "dark"]).output().unwrap();
    assert!(dark.stdout.starts_with(b"\x89PNG") && dark.stderr.is_empty(), "nothing else goes to standard output");
}

#[test]
fn relative_paths_are_relative_to_the_problem_file() {
    let place = Place::new();
    std::fs::create_dir(place.at("deep")).unwrap();
    place.write("deep/d.csv", "x,y\n0,0\n1,1\n2,4\n");
    place.write(
        "deep/p.toml",
        "steps = 2\n[problem]\nkind = \"mlp\"\nlayers = [1, 4, 1]\nloss = \"mse\"\n\
         data = { csv = \"d.csv\", inputs = [\"x\"], targets = [\"y\"] }\n",
    );
    let ran = place.run(&["run", "deep/p.toml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn a_shown_problem_is_a_problem_file() {
    let place = Place::new();
    let list = place.run(&["problems"]).stdout;
    assert_eq!(list, place.run(&["problems", "list"]).stdout);
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"rosenbrock") && names.contains(&"mlp-digits"), "{names:?}");
    for name in names {
        place.write("copy.toml", place.run(&["problems", "show", name]).stdout);
        let mut arguments = vec!["--steps", "2", "--trace", "-"];
        if place.read("copy.toml").contains("\"mlp\"") {
            // Small batches: it is not the networks that are looked at here.
            arguments.extend(["--set", "problem.batch_size=4"]);
        }
        let run = |problem: &str| place.run(&[&["run", problem], &arguments[..]].concat());
        let (copy, original) = (run("copy.toml"), run(name));
        assert_eq!(
            (copy.code, &copy.stdout, &copy.stderr),
            (original.code, &original.stdout, &original.stderr),
            "{name}"
        );
        let absent = copy.code == Some(2) && copy.stderr.contains("is not here: ");
        assert!(!copy.stdout.is_empty() || absent, "{name}: {}", copy.stderr);
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let place = Place::new();
    let mut child = place
        .command(&["run", "rosenbrock", "--steps", "200000", "--trace", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"header\""));
    // The reader is gone now; the program must end by itself, quietly, long before its last step.
    let status = child.wait().unwrap();
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!((status.code(), complaint.as_str()), (Some(0), ""));
}

/// A trace can be followed while the run is still going.
#[test]
fn a_running_trace_can_be_followed() {
    let place = Place::new();
    let mut child = place
        .command(&["run", "mlp-digits", "--steps", "1000000", "--trace", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    for _ in 0..10 {
        line.clear();
        reader.read_line(&mut line).unwrap();
    }
    assert!(line.contains("\"step\":3"), "{line}");
    drop(reader);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_leaves_nothing_behind() {
    let place = Place::new();
    place.write("t.jsonl", "old");
    let mut child = place
        .heeding(&["run", "mlp-digits", "--steps", "1000000", "--trace", "t.jsonl", "--csv", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Something was computed: the run is on its way.
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
    assert_eq!((place.names(), place.read("t.jsonl")), (vec!["t.jsonl".to_owned()], "old".to_owned()));
}

#[test]
fn when_every_lane_diverges_the_code_is_1_and_the_trace_is_written() {
    let place = Place::new();
    let ran = place.run(&["run", "rosenbrock", "-o", "sgd:lr=1", "-o", "sgd:lr=2", "--trace", "t.jsonl"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("every optimiser diverged"), "{}", ran.stderr);
    let lines = lines(&place.read("t.jsonl"));
    let ends: Vec<&Value> = lines.iter().filter(|line| line.get("outcome").is_some()).collect();
    assert_eq!(ends.len(), 2);
    for end in ends {
        assert_eq!(end["outcome"], "diverged");
        assert!(end["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    }
    let ran = place.run(&["run", "rosenbrock", "-o", "sgd:lr=1", "-o", "adam", "--steps", "20"]);
    assert_eq!(ran.code, Some(0), "one lane lives on");
    assert!(ran.stdout.contains("diverged: "), "{}", ran.stdout);
}

#[test]
fn an_existing_file_is_replaced_and_a_link_is_followed() {
    let place = Place::new();
    place.write("t.csv", "old and much longer than a table of one step could ever be".repeat(100));
    let ran = place.run(&["run", VALLEY, "--steps", "1", "--csv", "t.csv"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(place.read("t.csv").starts_with("optimiser,step,") && !place.read("t.csv").contains("old"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("t.csv", place.at("link.csv")).unwrap();
        assert_eq!(place.run(&["run", VALLEY, "--steps", "2", "--csv", "link.csv"]).code, Some(0));
        assert!(place.at("link.csv").is_symlink());
        assert_eq!(place.read("t.csv").lines().count(), 7);
    }
}

#[test]
fn help_version_manual_and_completions_are_results() {
    let place = Place::new();
    for (arguments, part) in [
        (&["--help"][..], "rhoscope run rosenbrock"),
        (&["run", "--help"], "--save-params"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["man"], ".TH rhoscope"),
        (&["completions", "bash"], "_rhoscope"),
        (&["completions", "zsh"], "#compdef rhoscope"),
        (&["completions", "fish"], "complete -c rhoscope"),
    ] {
        let ran = place.run(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(ran.stdout.contains(part), "{arguments:?}: {}", ran.stdout);
    }
}

#[test]
fn the_screen_writes_traces_to_files_of_their_own() {
    let place = Place::new();
    for (arguments, part) in [
        (&["rosenbrock", "--trace", "-"][..], "--trace: - is standard output, which the screen needs; give a file"),
        (&["rosenbrock", "--csv", "-"], "--csv: - is standard output"),
        (&["rosenbrock", "--csv", "t", "--trace", "./t"], "--trace and --csv both write to t"),
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
        assert!(place.names().is_empty());
    }
    #[cfg(unix)]
    {
        assert!(std::process::Command::new("mkfifo").arg(place.at("pipe")).status().unwrap().success());
        let ran = place.run(&["rosenbrock", "--trace", "pipe"]);
        assert_eq!((ran.code, ran.stderr.contains("pipe is a pipe, in which")), (Some(2), true), "{}", ran.stderr);
    }
}

#[test]
fn a_picture_of_a_long_run_is_drawn_from_what_is_kept() {
    let place = Place::new();
    let ran = place.run(&["run", "rosenbrock", "-o", "adam:lr=1e-5", "--steps", "150000", "--png", "p.png"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("150000"), "{}", ran.stdout);
    assert!(std::fs::read(place.at("p.png")).unwrap().starts_with(b"\x89PNG"));
}

/// The last column compares like with like: f on all data after the last step, not on the batches just minimised.
#[test]
fn the_table_of_a_run_has_f_on_all_data_for_every_lane() {
    let place = Place::new();
    let problem = |more: &str| {
        format!(
            "[problem]\nkind = \"mlp\"\nlayers = [1, 4, 1]\nactivation = \"tanh\"\nloss = \"mse\"\nbatch_size = 5\nshuffle = true\n\
             data = {{ synthetic = \"sine\", samples = 40 }}\n\
             [[optimiser]]\nname = \"adam\"\n{more}\n[[optimiser]]\nname = \"adamqlr\"\n{more}\n[[optimiser]]\nname = \"kfac\"\n{more}\n"
        )
    };
    place.write("p.toml", problem(""));
    place.write("watched.toml", problem("monitor_all = true"));
    let ran = place.run(&["run", "p.toml", "--steps", "3"]);
    let watched = place.run(&["run", "watched.toml", "--steps", "4", "--trace", "-"]);
    assert_eq!((ran.code, watched.code), (Some(0), Some(0)), "{}{}", ran.stderr, watched.stderr);
    assert!(ran.stdout.starts_with("optimiser  steps  f, all data  "), "{}", ran.stdout);
    let fourth: Vec<Value> =
        lines(&watched.stdout).into_iter().filter(|line| line["cost"].is_object() && line["step"] == 4).collect();
    assert_eq!(fourth.len(), 3);
    for (row, line) in ran.stdout.lines().skip(1).zip(&fourth) {
        let shown: f64 = row.split_whitespace().nth(2).unwrap().parse().unwrap();
        let full = line["loss_all"].as_f64().unwrap();
        assert!((shown - full).abs() < 1e-3 * full, "{row}\n{line}");
        assert!((line["loss"].as_f64().unwrap() - full).abs() > 1e-3 * full, "the batch has another f: {line}");
    }
}

#[test]
fn a_lane_that_ends_before_its_first_step_shows_its_f_too() {
    let place = Place::new();
    place.write("p.toml", "[problem]\nkind = \"expression\"\nf = \"3 + x^2\"\nstart = { x = 0 }\n");
    let ran = place.run(&["run", "p.toml", "--steps", "3"]);
    let rows: Vec<&str> = ran.stdout.lines().skip(1).collect();
    assert!(rows.len() == 3 && rows.iter().all(|row| row.contains("  0  3.000  ")), "{}", ran.stdout);
}

/// No outcome says that f rose, so the table does.
#[test]
fn the_table_says_that_f_rose() {
    let place = Place::new();
    let ran = place.run(&["run", VALLEY, "--steps", "5", "-o", "adam:lr=1e9", "-o", "adam:lr=1e-3"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let rows: Vec<&str> = ran.stdout.lines().collect();
    assert!(rows[1].contains("  finished; f rose from 24.20 to ") && rows[1].contains("e3"), "{}", ran.stdout);
    assert!(rows[2].ends_with("  finished"), "{}", ran.stdout);
}

/// Options that make another problem of it say so; those that do not, do not.
#[test]
fn an_option_that_changes_the_number_of_parameters_is_told() {
    let place = Place::new();
    for (problem, set, note) in [
        (
            "rosenbrock",
            "problem.start=[0,0,0]",
            "with --set the problem has 3 parameters, and as it is written it has 2; only two can be drawn as a map\n",
        ),
        (
            "rosenbrock-10d",
            "problem.start=[0,0]",
            "with --set the problem has 2 parameters, and as it is written it has 10\n",
        ),
        ("rosenbrock", "problem.start=[0,0]", ""),
        ("mlp-sine", "problem.layers=[1,3,1]", ""),
    ] {
        let ran = place.run(&["run", problem, "--steps", "1", "--set", set]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), note), "{set}");
    }
}
