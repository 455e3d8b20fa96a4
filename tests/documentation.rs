//! What the documents say about names is so.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, path::Path};

use rhoscope::session::setup::{KEYS, Name};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What stands in backticks, outside of indented text.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.lines().filter(|line| !line.starts_with("    ")).flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn every_key_is_explained_and_every_composition_named_exists() {
    let text = read("docs/method.md");
    let quoted = quoted(&text);
    for key in KEYS {
        assert!(quoted.contains(key.name), "docs/method.md does not explain `{}`", key.name);
    }
    let compositions: Vec<&&str> =
        quoted.iter().filter(|word| word.contains('+') && !word.contains('…') && !word.contains(' ')).collect();
    assert!(compositions.len() >= 6);
    for name in compositions {
        assert!(Name::parse(name).is_ok(), "docs/method.md names `{name}`");
    }
}

/// The table of what a composition's keys need, against the table that decides.
#[test]
fn the_table_of_keys_is_the_one_that_decides() {
    let text = read("docs/method.md");
    let table = text.split("| key | needs |").nth(1).unwrap().split("\n\n").next().unwrap();
    let choices = [
        ["gradient", "adam", "kfac"].as_slice(),
        ["fixed", "minimiser"].as_slice(),
        ["none", "constant", "levenberg-marquardt", "decreasing-loss"].as_slice(),
    ];
    let mut explained = BTreeSet::new();
    for row in table.lines().filter(|row| row.starts_with("| `")) {
        let mut cells = row.split('|').skip(1);
        let (keys, needs) = (quoted(cells.next().unwrap()), cells.next().unwrap());
        for (direction, step, rule) in choices[0].iter().flat_map(|direction| {
            choices[1].iter().flat_map(move |step| choices[2].iter().map(move |rule| (*direction, *step, *rule)))
        }) {
            let Ok(name) = Name::parse(&format!("{direction}+{step}+{rule}")) else { continue };
            let met = match needs.trim() {
                "nothing" => true,
                "any damping but `none`" => rule != "none",
                "a model: `minimiser`, or damping" => step == "minimiser" || rule != "none",
                words => [direction, step, rule].iter().any(|part| quoted(words).contains(part)),
            };
            let has: BTreeSet<&str> = name.keys().map(|key| key.name).collect();
            for key in &keys {
                assert_eq!(has.contains(key), met, "`{key}` of {name}: needs {needs}");
                explained.insert(*key);
            }
        }
    }
    let all = KEYS.iter().map(|key| key.name).filter(|name| *name != "damping_rule").collect::<BTreeSet<_>>();
    assert_eq!(explained, all);
}

#[test]
fn the_files_named_exist_and_hold_what_is_said() {
    let text = read("docs/method.md");
    let table = text.split("## 2.").nth(1).unwrap().split("\n### ").next().unwrap();
    let mut rows = 0;
    for row in table.lines().filter(|row| row.contains("`src/")) {
        let names = quoted(row);
        let sources: String = names.iter().filter(|name| name.starts_with("src/")).map(|path| read(path)).collect();
        for name in names.iter().filter(|name| !name.starts_with("src/")) {
            for part in name.split("::") {
                assert!(sources.contains(part), "{row}: no {part}");
            }
        }
        rows += 1;
    }
    assert!(rows > 15);
}
