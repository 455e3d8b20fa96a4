//! Training as it is used: epochs, evaluations, checkpoints, and a power cut at any moment.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, reason = "a test may stop anywhere")]

mod support;

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use support::Place;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

fn is_evaluation(line: &Value) -> bool {
    line.get("epoch").is_some()
}

/// Everything a trace says, but for how long it took.
fn without_seconds(text: &str) -> Vec<Value> {
    let mut all = lines(text);
    for line in &mut all {
        if let Some(map) = line.as_object_mut() {
            map.remove("seconds");
        }
    }
    all
}

fn keys(line: &Value) -> Vec<&str> {
    line.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn clothes_are_learned_and_the_trace_tells_how() {
    let place = Place::new();
    let ran = place.run(&[
        "train",
        "mlp-fashion",
        "--set",
        "optimiser.Adam.lr=1e-3",
        "--epochs",
        "3",
        "--trace",
        "t.jsonl",
        "--png",
        "t.png",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let all = lines(&place.read("t.jsonl"));
    assert_eq!(all[0]["header"]["problem"]["problem"]["data"]["set"], "fashion-mnist-small");
    assert!(all[0]["header"].get("resumed_after").is_none());
    let evaluations: Vec<&Value> = all.iter().filter(|line| is_evaluation(line)).collect();
    let expected = [
        "optimiser",
        "step",
        "epoch",
        "seconds",
        "train_loss",
        "validation_loss",
        "test_loss",
        "train_accuracy",
        "validation_accuracy",
        "test_accuracy",
    ];
    for lane in ["Adam", "AdamQLR", "K-FAC"] {
        let own: Vec<&&Value> = evaluations.iter().filter(|line| line["optimiser"] == lane).collect();
        let steps: Vec<u64> = own.iter().map(|line| line["step"].as_u64().unwrap()).collect();
        assert_eq!(steps, [0, 4, 8, 12], "2 000 examples in batches of 500, every epoch");
        assert!(own.iter().all(|line| keys(line) == expected), "{own:?}");
        let of = |line: &Value, key: &str| line[key].as_f64().unwrap();
        assert!(own.is_sorted_by(|a, b| of(a, "seconds") <= of(b, "seconds")));
        assert_eq!(own[3]["epoch"], 3.0);
        assert!(of(own[0], "train_loss") > 2.0 && of(own[3], "train_loss") < 1.0, "{lane} learns");
        assert!(of(own[3], "test_accuracy") > 0.6, "{lane}: {}", own[3]);
        // The loss on a batch before a step is near that on all examples.
        let step =
            all.iter().find(|line| line["optimiser"] == lane && line["step"] == 5 && !is_evaluation(line)).unwrap();
        let ratio = of(step, "loss") / of(own[1], "train_loss");
        assert!((0.5..2.0).contains(&ratio), "{lane}: {ratio}");
    }
    let table: Vec<&str> = ran.stdout.lines().collect();
    assert!(table[0].contains("validation loss") && table[0].contains("test accuracy"), "{}", table[0]);
    assert!(
        table[3].starts_with("K-FAC") && table[3].ends_with("finished") && table[3].contains(" 3.00 "),
        "{}",
        table[3]
    );
    assert!(ran.stderr.contains("epoch 3.00, step 12, Adam: train "), "{}", ran.stderr);
    assert_eq!(place.names(), ["t.jsonl", "t.png"]);
}

#[test]
fn how_long_and_how_often_can_be_asked_for() {
    let place = Place::new();
    let steps = |arguments: &[&str]| {
        let base = ["train", "mlp-digits", "-o", "adam", "--set", "problem.data.validation=0.2", "--trace", "-"];
        let ran = place.run(&[&base[..], arguments].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let all = lines(&ran.stdout);
        let last = all.iter().rfind(|line| line.get("outcome").is_some()).unwrap()["step"].as_u64().unwrap();
        let evaluated =
            all.iter().filter(|line| is_evaluation(line)).map(|line| line["step"].as_u64().unwrap()).collect();
        (last, evaluated)
    };
    // 1 797 digits, 359 of them held out, in batches of 200: seven steps an epoch.
    assert_eq!(steps(&["--epochs", "2"]), (14, vec![0, 7, 14]));
    assert_eq!(steps(&["--steps", "9", "--eval-every", "4"]), (9, vec![0, 4, 8, 9]));
    let (last, evaluated) = steps(&["--steps", "100000000", "--time-limit", "0.3s", "--eval-every", "100000000"]);
    assert!(last > 0 && last < 100_000_000);
    assert_eq!(evaluated, [0, last]);
}

#[test]
fn what_cannot_be_trained_is_refused_before_anything_is_written() {
    let place = Place::new();
    place.write("t.jsonl", "old");
    let cases: [(&[&str], &str); 10] = [
        (&["rosenbrock"], "rosenbrock is of the kind rosenbrock, which has no data to train on; use `rhoscope run`"),
        (&["mlp-digits", "--epochs", "0"], "--epochs"),
        (&["mlp-digits", "--epochs", "2", "--steps", "3"], "cannot be used with"),
        (&["mlp-digits", "--time-limit", "soon"], "expected a time above 0"),
        (&["mlp-digits", "--checkpoint-every", "5"], "give --checkpoint FILE as well"),
        (&["mlp-digits", "--checkpoint", "none/c"], "cannot write the checkpoint none/c"),
        (&["mlp-digits", "--checkpoint", "c", "--png", "./c"], "--png would overwrite the checkpoint"),
        (&["mlp-digits", "--epochs", "1.5"], "expected a whole number of at least 1"),
        (&["mlp-digits", "--resume", "c"], "cannot read c"),
        (&["mlp-digits", "--resume", "t.jsonl"], "t.jsonl: not a checkpoint"),
    ];
    for (arguments, part) in cases {
        let ran = place.run(&[&["train"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!((place.names(), place.read("t.jsonl")), (vec!["t.jsonl".to_owned()], "old".to_owned()));
}

const OPTIMISERS: [&str; 10] = [
    "-o",
    "sgd:momentum=0.9",
    "-o",
    "adamqlr",
    "-o",
    "kfac:inverse_interval=7,estimator=sampled",
    "-o",
    "adamqlr:damping_rule=decreasing-loss",
    "-o",
    "kfac:inversion=eigen",
];

/// A run of 40 steps that saves the parameters it ends with.
fn command(place: &Place, steps: &str, more: &[&str]) -> Command {
    let base =
        ["train", "mlp-digits", "--set", "problem.precision=f32", "--set", "problem.data.test=0.1", "--steps", steps];
    place.heeding(&[&base[..], &OPTIMISERS, &["--save-params", "p.safetensors"], more].concat())
}

fn saved(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let files = place.names().into_iter().filter(|name| name.starts_with("p.") && name.ends_with(".safetensors"));
    files.map(|name| (name.clone(), std::fs::read(place.at(&name)).unwrap())).collect()
}

fn finish(mut command: Command) -> support::Ran {
    let ran: support::Ran = command.output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

#[test]
fn a_resumed_training_ends_where_the_whole_one_does() {
    let (whole, parts) = (Place::new(), Place::new());
    finish(command(&whole, "40", &["--trace", "t.jsonl"]));
    finish(command(&parts, "17", &["--checkpoint", "c", "--trace", "t1.jsonl"]));
    finish(command(&parts, "31", &["--resume", "c", "--trace", "t2.jsonl"]));
    finish(command(&parts, "40", &["--resume", "c", "--trace", "t3.jsonl"]));
    assert_eq!(saved(&whole), saved(&parts));
    assert_eq!(saved(&whole).len(), 5);
    // The traces too, one after another, say what the whole one says.
    let steps = |text: &str| -> Vec<Value> {
        without_seconds(text).into_iter().filter(|line| line.get("loss").is_some()).collect()
    };
    let together = ["t1.jsonl", "t2.jsonl", "t3.jsonl"].map(|name| steps(&parts.read(name))).concat();
    assert_eq!(together, steps(&whole.read("t.jsonl")));
    assert_eq!(lines(&parts.read("t2.jsonl"))[0]["header"]["resumed_after"], 17);
    let last = |text: &str| without_seconds(text).into_iter().rfind(is_evaluation).unwrap();
    assert_eq!(last(&parts.read("t3.jsonl")), last(&whole.read("t.jsonl")));
}

#[test]
fn a_resumed_training_goes_on_with_its_traces() {
    let (whole, parts) = (Place::new(), Place::new());
    let files = ["--trace", "t.jsonl", "--csv", "t.csv"];
    finish(command(&whole, "40", &files));
    finish(command(&parts, "17", &[&["--checkpoint", "c"], &files[..]].concat()));
    finish(command(&parts, "40", &[&["--resume", "c"], &files[..]].concat()));
    assert_eq!(whole.read("t.csv"), parts.read("t.csv"));
    // The header is that of the run as it is now: how long it is may have changed.
    assert_eq!(lines(&whole.read("t.jsonl"))[0], lines(&parts.read("t.jsonl"))[0]);
    // The shorter run also looked at the end it had.
    let steps = |place: &Place| -> Vec<Value> {
        let lines = without_seconds(&place.read("t.jsonl")).into_iter().skip(1);
        lines.filter(|line| !(is_evaluation(line) && line["step"] == 17)).collect()
    };
    assert_eq!(steps(&whole), steps(&parts));
    // Taken up where it ended, it says nothing again.
    let before = parts.read("t.jsonl");
    finish(command(&parts, "40", &["--resume", "c", "--trace", "t.jsonl"]));
    assert_eq!(parts.read("t.jsonl"), before);
    // A trace that does not lead up to the checkpoint is left alone.
    finish(command(&parts, "3", &["--checkpoint", "d", "--trace", "short.jsonl"]));
    let before = parts.read("short.jsonl");
    let ran = command(&parts, "50", &["--resume", "c", "--trace", "short.jsonl"]).output().unwrap();
    let complaint = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2));
    assert!(
        complaint.contains("short.jsonl already exists and cannot be continued: it has the steps of"),
        "{complaint}"
    );
    assert!(complaint.contains("give --trace another file"), "{complaint}");
    assert_eq!(parts.read("short.jsonl"), before);
}

#[test]
fn another_run_and_a_damaged_checkpoint_are_refused_and_the_one_before_is_taken() {
    let place = Place::new();
    finish(command(&place, "6", &["--checkpoint", "c", "--checkpoint-every", "3"]));
    let end = saved(&place);
    let ran = command(&place, "6", &["--resume", "c", "--seed", "5"]).output().unwrap();
    let complaint = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2));
    assert!(complaint.contains("c: was made with `seed` 0, but here it is 5"), "{complaint}");
    // Step 6 is damaged, and step 3 is gone back to; then both are damaged.
    let bytes = std::fs::read(place.at("c")).unwrap();
    let mut damaged = bytes.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    place.write("c", &damaged);
    let ran = finish(command(&place, "9", &["--resume", "c"]));
    assert!(
        ran.stderr.contains("warning: c: damaged") && ran.stderr.contains("went back to c.previous"),
        "{}",
        ran.stderr
    );
    let (longer, direct) = (saved(&place), Place::new());
    finish(command(&direct, "9", &[]));
    assert_eq!(longer, saved(&direct));
    assert_ne!(longer, end);
    place.write("c", &damaged);
    place.write("c.previous", &bytes[..bytes.len() / 2]);
    let ran = command(&place, "9", &["--resume", "c"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("c: damaged"), "of the two, the last one is named");
}

/// What was written before the program was killed is in the trace of the run that goes on.
#[test]
#[cfg(unix)]
fn a_killed_training_leaves_its_traces_to_the_one_that_goes_on() {
    let (whole, killed) = (Place::new(), Place::new());
    let files = ["--trace", "t.jsonl", "--csv", "t.csv", "--eval-every", "100"];
    finish(command(&whole, "400", &files));
    let keep = ["--checkpoint", "c", "--checkpoint-every", "1"];
    for round in 0..3 {
        let go_on: &[&str] =
            if killed.at("c").exists() { &["--resume", "c", "--checkpoint-every", "1"] } else { &keep };
        let arguments = [go_on, &files[..]].concat();
        let mut child =
            command(&killed, "400", &arguments).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        while !killed.at("c").exists() && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(5));
        }
        sleep(Duration::from_millis(60 + 40 * round));
        let _ = child.kill();
        child.wait().unwrap();
        assert!(!killed.at("t.jsonl").exists(), "the run is too short to say anything");
    }
    finish(command(&killed, "400", &[&["--resume", "c", "--checkpoint-every", "100"], &files[..]].concat()));
    assert_eq!(whole.read("t.csv"), killed.read("t.csv"));
    let lines = |place: &Place| without_seconds(&place.read("t.jsonl")).into_iter().skip(1).collect::<Vec<_>>();
    assert_eq!(lines(&whole), lines(&killed));
}

/// Twenty times the power goes, whatever is being done; the run that is left to itself at last ends as if nothing had happened.
#[test]
#[cfg(unix)]
fn a_training_survives_being_killed_again_and_again() {
    let (whole, killed) = (Place::new(), Place::new());
    finish(command(&whole, "400", &[]));
    let keep = ["--checkpoint", "c", "--checkpoint-every", "1"];
    let again = ["--resume", "c", "--checkpoint-every", "1"];
    let mut kills = 0;
    for round in 0..20_u64 {
        let known = killed.at("c").exists() || killed.at("c.previous").exists();
        let mut command = command(&killed, "400", if known { &again } else { &keep });
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Some are cut down while they start, some while they write.
        sleep(Duration::from_millis(20 + 37 * (round % 7)));
        if let Some(status) = child.try_wait().unwrap() {
            let complaint = String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr).into_owned();
            assert_eq!(status.code(), Some(0), "round {round}: {complaint}");
        } else {
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
        }
    }
    assert!(kills >= 5, "only {kills} of 20 were cut down: the run is too short to say anything");
    finish(command(
        &killed,
        "400",
        if killed.at("c").exists() || killed.at("c.previous").exists() { &again } else { &keep },
    ));
    assert_eq!(saved(&killed), saved(&whole), "after {kills} kills");
    assert!(!killed.names().contains(&"c.part".to_owned()), "{:?}", killed.names());
}

#[test]
#[cfg(unix)]
fn an_interrupted_training_writes_what_it_has_and_can_go_on() {
    let place = Place::new();
    let arguments = ["--checkpoint", "c", "--trace", "t.jsonl", "--eval-every", "1000000"];
    let child = command(&place, "1000000", &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // What is being written is under another name until the end.
    let steps = |name: &String| std::fs::read_to_string(place.at(name)).is_ok_and(|text| text.contains("\"step\":2,"));
    let began = Instant::now();
    while !place.names().iter().filter(|name| name.starts_with(".t.jsonl.")).any(steps) {
        assert!(began.elapsed() < Duration::from_secs(60), "no step was recorded");
        sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{complaint}");
    let all = lines(&place.read("t.jsonl"));
    let last = all.iter().filter_map(|line| line["step"].as_u64()).max().unwrap();
    assert!(
        last > 0 && complaint.contains(&format!("interrupted after step {last}; go on with --resume c")),
        "{complaint}"
    );
    // On a fast machine one may have ended by itself by then, but none has taken all its steps.
    assert!(all.iter().all(|line| line["outcome"] != "finished"), "no lane has finished");
    assert!(String::from_utf8_lossy(&output.stdout).contains("stopped"));
    let more = (last + 2).to_string();
    finish(command(&place, &more, &["--resume", "c"]));
    let (whole, end) = (Place::new(), saved(&place));
    finish(command(&whole, &more, &[]));
    assert_eq!(end, saved(&whole));
}

#[test]
fn a_training_can_start_from_saved_parameters() {
    let place = Place::new();
    let base = ["train", "mlp-fashion", "-o", "adam", "--steps", "3"];
    assert_eq!(place.run(&[&base[..], &["--save-params", "p.safetensors", "--trace", "a"]].concat()).code, Some(0));
    let ran = place.run(&[&base[..], &["--init", "p.safetensors", "--trace", "b"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (first, second) = (lines(&place.read("a")), lines(&place.read("b")));
    let last = first.iter().rfind(|line| is_evaluation(line)).unwrap();
    let start = second.iter().find(|line| is_evaluation(line)).unwrap();
    assert_eq!(last["train_loss"], start["train_loss"]);
}

/// The problems whose data are not part of the program say so, or train.
#[test]
fn problems_that_need_data_train_where_it_is() {
    for (problem, set, layers) in [
        ("mlp-fashion-full", "fashion-mnist", None),
        ("autoencoder", "fashion-mnist", Some("problem.layers=[784, 20, 784]")),
        ("uci-energy", "uci-energy", None),
        ("uci-protein", "uci-protein", None),
    ] {
        let place = Place::new();
        let layers = layers.map(|layers| vec!["--set", layers]).unwrap_or_default();
        let ran = place.run(
            &[&["train", problem, "--steps", "2", "--eval-every", "2", "--trace", "t.jsonl"], &layers[..]].concat(),
        );
        if ran.code == Some(2) {
            assert!(ran.stderr.contains(&format!("the data set {set} is not here: looked in ")), "{}", ran.stderr);
            assert!(place.names().is_empty());
            support::skipped(problem, &format!("the data set {set}"));
            continue;
        }
        assert_eq!(ran.code, Some(0), "{problem}: {}", ran.stderr);
        let all = lines(&place.read("t.jsonl"));
        for lane in all[0]["header"]["optimisers"].as_array().unwrap() {
            let own = all.iter().filter(|line| line["optimiser"] == lane["label"] && is_evaluation(line));
            let losses: Vec<f64> = own.map(|line| line["validation_loss"].as_f64().unwrap()).collect();
            assert!(losses.len() == 2 && losses[1] < losses[0], "{problem}, {lane}: {losses:?}");
        }
    }
}

/// The most threads that the program was seen with.
#[cfg(target_os = "linux")]
fn most_threads(place: &Place, arguments: &[&str]) -> usize {
    let mut child = place.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let tasks = format!("/proc/{}/task", child.id());
    let mut most = 0;
    loop {
        most = most.max(std::fs::read_dir(&tasks).map_or(0, Iterator::count));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{arguments:?}");
            return most;
        }
        sleep(Duration::from_millis(1));
    }
}

/// With `--threads 1` there are no more threads than where no product is worth sharing; with two there are.
#[cfg(target_os = "linux")]
#[test]
fn threads_are_as_many_as_asked_for() {
    let place = Place::new();
    for how in [["train", "mlp-fashion", "--epochs", "1"], ["run", "mlp-fashion", "--steps", "10"]] {
        let with = |more: &[&str]| most_threads(&place, &[&how[..], more].concat());
        let small =
            ["--optimiser=adam", "--set=problem.layers=[784, 5, 10]", "--set=problem.batch_size=100", "--threads=2"];
        let (one, two, unshared) = (with(&["--threads", "1"]), with(&["--threads", "2"]), with(&small));
        assert_eq!(one, unshared, "{how:?}");
        assert!(two > one, "{how:?}: {two} and {one}");
    }
}
