//! The invariants of docs/architecture.md that can be seen in the sources.

#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn sources(part: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.join(part)];
    let mut files: Vec<_> = [root.join(format!("{part}.rs"))].into_iter().filter(|path| path.exists()).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let rust = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let read: Vec<_> = rust.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    assert!(!read.is_empty(), "no sources of {part}");
    read
}

/// No source of the layers names any of the words.
fn never(layers: &[&str], words: &[&str]) {
    for layer in layers {
        for (path, text) in sources(layer) {
            for word in words {
                let line = text.lines().position(|line| !line.trim_start().starts_with("//") && line.contains(word));
                assert!(line.is_none(), "{}:{}: `{word}` in layer {layer}", path.display(), line.unwrap_or(0) + 1);
            }
        }
    }
}

#[test]
fn the_mathematics_does_no_io_reads_no_clock_and_knows_no_format() {
    let io = ["std::fs", "std::io", "std::env", "std::net", "Instant", "SystemTime", "std::thread", "println!"];
    let formats = ["serde", "clap", "ratatui", "crossterm", "plotters", "toml::", "csv::"];
    never(&["math", "problem", "optim", "claim"], &io);
    never(&["math", "problem", "optim"], &formats);
}

#[test]
fn no_layer_uses_what_stands_to_its_left() {
    let order: [(&str, &[&str]); 9] = [
        ("math", &["problem", "optim", "data", "claim", "session", "figure", "export", "tui", "cli"]),
        ("problem", &["optim", "data", "claim", "session", "figure", "export", "tui", "cli"]),
        ("optim", &["data", "claim", "session", "figure", "export", "tui", "cli"]),
        ("data", &["optim", "claim", "session", "figure", "export", "tui", "cli"]),
        ("claim", &["data", "session", "figure", "export", "tui", "cli"]),
        ("session", &["figure", "export", "tui", "cli"]),
        ("figure", &["export", "tui", "cli"]),
        ("export", &["tui", "cli"]),
        ("tui", &["cli"]),
    ];
    for (layer, left) in order {
        // Tests may use anything to see whether a layer is right.
        for (path, text) in sources(layer).into_iter().filter(|(path, _)| !is_test(path)) {
            let paths = text.replace(['\n', ' '], "");
            for other in left {
                let direct = format!("crate::{other}::");
                let grouped = [format!("{{{other}::"), format!(",{other}::")];
                let in_group =
                    text.contains("use crate::{") && grouped.iter().any(|form| group(&paths).contains(form.as_str()));
                assert!(!text.contains(&direct) && !in_group, "{}: layer {layer} uses {other}", path.display());
            }
        }
    }
}

fn is_test(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
}

/// The text of every `use crate::{…};`.
fn group(text: &str) -> String {
    text.split("usecrate::").skip(1).map(|rest| rest.split(';').next().unwrap_or_default()).collect()
}

#[test]
fn there_is_one_step_and_the_optimisers_do_not_know_the_problems() {
    let steps: usize = sources("optim").iter().map(|(_, text)| text.matches("fn step(").count()).sum();
    assert_eq!(steps, 1);
    never(&["optim"], &["Rosenbrock", "Quadratic::", "Mlp"]);
}

#[test]
fn charts_know_no_drawing_library_and_only_the_terminal_module_touches_the_terminal() {
    never(&["figure"], &["ratatui", "plotters", "crossterm"]);
    never(&["tui/panels"], &["&mut App", "crossterm", "std::io"]);
}
