//! What README says is what the program does.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code, reason = "not every test asks for everything")]
mod support;

use std::{collections::BTreeSet, fs, path::Path};

use rhoscope::tui::keys::{Group, KEYMAP};
use support::Place;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The lines of the indented blocks, each block with its lines.
fn blocks(text: &str) -> Vec<Vec<String>> {
    let mut blocks: Vec<Vec<String>> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.strip_prefix("    ") {
            Some(code) if inside => blocks.last_mut().unwrap().push(code.to_owned()),
            Some(code) => blocks.push(vec![code.to_owned()]),
            None => {}
        }
        inside = line.starts_with("    ");
    }
    blocks
}

/// What the program is given by a command line, without what a shell makes of the rest; `None` where it is not this program.
fn arguments(command: &str) -> Option<Vec<&str>> {
    let command = command.split(" #").next().unwrap().split('>').next().unwrap().trim();
    let rest = command.strip_prefix("rhoscope").or_else(|| command.strip_prefix("cargo run --release --"))?;
    Some(rest.split_whitespace().collect())
}

#[test]
fn the_command_under_the_picture_makes_it_and_prints_the_table() {
    let readme = readme();
    let picture = readme.split("The picture above is `").nth(1).unwrap();
    let (command, after) = picture.split_once('`').unwrap();
    let place = Place::new();
    fs::create_dir(place.at("docs")).unwrap();
    let ran = place.run(&arguments(command).unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let printed: Vec<&str> = ran.stdout.lines().map(str::trim_end).collect();
    assert_eq!(blocks(after)[0], printed, "README's table is not what `{command}` prints");

    let decode = |path: &Path| tiny_skia::Pixmap::decode_png(&fs::read(path).unwrap()).unwrap();
    let (found, shown) = (decode(&place.at("docs/rosenbrock.png")), decode(&root().join("docs/rosenbrock.png")));
    assert_eq!((found.width(), found.height()), (shown.width(), shown.height()));
    let different = found.pixels().iter().zip(shown.pixels()).filter(|(a, b)| a != b).count();
    // The last bits of a path may differ from one machine to another, and with them the shade of a few of its pixels.
    assert!(different * 500 < found.pixels().len(), "{different} pixels of docs/rosenbrock.png are another's");
}

#[test]
fn every_command_shown_works() {
    let place = Place::new();
    let mut tried = 0;
    let readme = readme();
    for command in blocks(&readme).iter().flatten() {
        let Some(mut arguments) = arguments(command) else { continue };
        let interactive = !["run", "train", "problems", "data", "completions", "man", "check"]
            .contains(arguments.first().unwrap_or(&""));
        if arguments.first() == Some(&"train") {
            arguments.extend(["--epochs", "1"]);
        }
        let ran = place.run(&arguments);
        if let Some((_, file)) = command.split(" #").next().unwrap().split_once('>') {
            place.write(file.split_whitespace().next().unwrap(), &ran.stdout);
        }
        if interactive {
            // Without a terminal it says so, once the problem has been read.
            assert!(ran.code == Some(2) && ran.stderr.contains("not a terminal"), "{command}: {}", ran.stderr);
        } else {
            assert_eq!(ran.code, Some(0), "{command}: {}", ran.stderr);
        }
        tried += 1;
    }
    assert!(tried >= 5, "{tried} commands");
}

/// A command that stands in the middle of a sentence is one the program knows.
#[test]
fn every_command_named_is_known() {
    let readme = readme();
    let words = readme.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.strip_prefix("rhoscope "));
    let mut named = 0;
    for words in words {
        let command = words.split_whitespace().next().unwrap();
        // PROBLEM and the like are to be filled in, and options are the screen's.
        if command.starts_with('-') || command.chars().any(char::is_uppercase) {
            continue;
        }
        let ran = Place::new().run(&[command, "--help"]);
        assert_eq!(ran.code, Some(0), "`rhoscope {words}`: {}", ran.stderr);
        named += 1;
    }
    assert!(named >= 2);
}

#[test]
fn the_table_of_keys_has_every_key_of_the_panels() {
    let readme = readme();
    let table = readme.split("## Keys").nth(1).unwrap().split("\n## ").next().unwrap();
    let written: BTreeSet<&str> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect();
    for binding in KEYMAP.iter().filter(|binding| binding.group != Group::Optimisers && !binding.label.is_empty()) {
        let keys: Vec<&str> = binding.label.split_whitespace().filter(|key| *key != "–").collect();
        assert!(
            keys.iter().any(|key| written.contains(key)),
            "README does not name `{}`: {}",
            binding.label,
            binding.what
        );
    }
}

#[test]
fn figures_in_words_are_counted() {
    let traces = fs::read_dir(root().join("tests/golden")).unwrap();
    let json = |entry: &fs::DirEntry| entry.path().extension().is_some_and(|end| end == "json");
    let count = traces.map(Result::unwrap).filter(json).count();
    assert!(readme().contains(&format!("{count} reference traces")), "there are {count}");
    for link in readme().split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()) {
        assert!(link.starts_with("https://") || root().join(&link).exists(), "{link} is not there");
    }
}
