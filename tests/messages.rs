//! One catalogue of what the program says of slips on the command line, to be read as prose.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, reason = "a test may stop anywhere")]

#[allow(dead_code, reason = "shared with other tests")]
mod support;

use std::fmt::Write as _;

use support::Place;

const SLIPS: &[&str] = &[
    "run rosenbrock --steps ten",
    "run rosenbrock --steps -5",
    "run rosenbrock --steps 0",
    "run rosenbrock --seed 1.5",
    "train mlp-digits --epochs 1.5",
    "run rosenbrock --threads 0",
    "train mlp-digits --time-limit soon",
    "runn rosenbrock",
    "runn",
    "rosenbrok",
    "plot t.jsonl -o x.png",
    "rosenbrock --png x.png",
    "rosenbrock --checkpoint c",
    "run rosenbrock --stpes 3",
    "run mnist",
    "run nosuchthing",
    "run nofile.toml",
    r"run dir\p.toml",
    "problems show rosen",
    "run rosenbrock -o adan",
    "run rosenbrock -o adam:learning_rate=0.1",
    "run rosenbrock -o adamqlr:lambda=0.1",
    "run rosenbrock -o adam:lr",
    "run rosenbrock -o adamqlr:damping_rule=sometimes",
    "run rosenbrock --set problem.b",
    "run rosenbrock --png x.pdf",
    "run rosenbrock --png x.svg",
    "run rosenbrock --png x.JPG",
    "run rosenbrock --trace t.png",
    "run rosenbrock --csv t.jsonl",
    "run rosenbrock --save-params p.pt",
    "rosenbrock --csv t.png",
    "rosenbrock",
    "rosenbrock --svg x",
    "rosenbrock --at -3",
    "run rosenbrock --at -3",
    "run rosenbrock --lane x",
    "train mlp-digits --view map",
    "check --seeds 3",
    "check nofile",
    "problems -3",
];

#[test]
fn every_slip_is_told_what_is_accepted_and_what_to_do() {
    let mut catalogue = String::new();
    for slip in SLIPS {
        let place = Place::new();
        let ran = place.run(&slip.split(' ').collect::<Vec<_>>());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{slip}: {}", ran.stderr);
        assert!(!ran.stderr.contains("os error") && !ran.stderr.contains("invalid digit"), "{slip}: {}", ran.stderr);
        assert!(place.names().is_empty(), "{slip} left {:?}", place.names());
        // The names of problems change more often than the sentences.
        let told: String =
            ran.stderr.lines().filter(|line| !line.starts_with("  ")).map(|line| line.to_owned() + "\n").collect();
        assert!(ran.stderr.lines().all(|line| line.len() <= 240), "{slip}: {}", ran.stderr);
        writeln!(catalogue, "$ rhoscope {slip}\n{told}").unwrap();
    }
    insta::assert_snapshot!(catalogue);
}

#[test]
fn what_everybody_calls_it_is_taken() {
    let place = Place::new();
    let rule = "adamqlr:damping_rule=lm";
    assert_eq!(place.run(&["run", "rosenbrock", "-o", rule, "--steps", "2"]).code, Some(0));
    for file in ["x.png", "X.PNG", "x", "run.step-3"] {
        let ran = place.run(&["run", "rosenbrock", "--steps", "2", "--png", file]);
        assert_eq!(ran.code, Some(0), "{file}: {}", ran.stderr);
    }
}

#[test]
fn completions_know_problems_and_optimisers() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).stdout;
        assert!(!script.is_empty());
        if ["bash", "zsh", "fish"].contains(&shell) {
            for word in ["rosenbrock", "mlp-spirals", "adamqlr", "adamqlr:damping=", "kfac"] {
                assert!(script.replace("\\:", ":").contains(word), "{shell} does not know {word}");
            }
        }
    }
}

#[test]
fn the_manual_page_has_every_option_the_keys_and_the_exit_codes() {
    let page = Place::new().run(&["man"]).stdout.replace('\\', "");
    for part in [
        "--png",
        "--checkpoint-every",
        "--save-params",
        "--data-dir",
        "--epochs",
        "RHOSCOPE TRAIN",
        "RHOSCOPE PROBLEMS SHOW",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for part in ["KEYS: TIME", "play or pause", "export", "EXIT STATUS", "129, 130", "143"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn labels_of_300_letters_are_saved() {
    let place = Place::new();
    place.write(
        "p.toml",
        format!(
            "steps = 1\n[problem]\nkind = \"rosenbrock\"\n{}",
            ["a", "b"]
                .map(|end| format!("[[optimiser]]\nname = \"adam\"\nlabel = \"{}{end}\"\n", "l".repeat(300)))
                .concat()
        ),
    );
    let ran = place.run(&["run", "p.toml", "--save-params", "s.safetensors"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(place.names().iter().filter(|name| name.ends_with(".safetensors")).count(), 2);
}

#[test]
#[cfg(target_os = "linux")]
fn a_problem_file_may_have_any_name() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let place = Place::new();
    let name = OsStr::from_bytes(b"p\xff.toml");
    std::fs::write(place.at("").join(name), "steps = 1\n[problem]\nkind = \"rosenbrock\"\n").unwrap();
    let output = place.command(&["run"]).arg(name).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
