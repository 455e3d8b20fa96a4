//! What problem files claim is checked: `rhoscope check`.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

use rhoscope::session::setup::{BUNDLED, Overrides, ProblemSpec, Setup};

fn check(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_rhoscope")).arg("check").args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn file(folder: &Path, claims: &str) -> String {
    let text = format!(
        "steps = 30\nseed = 7\n[problem]\nkind = \"rosenbrock\"\n[[optimiser]]\nname = \"adamqlr\"\nlabel = \"A\"\n{claims}"
    );
    fs::write(folder.join("p.toml"), text).unwrap();
    "p.toml".to_owned()
}

/// The longest test of all: every bundled problem plays its own run.
#[test]
fn every_claim_of_every_bundled_problem_holds() {
    let (code, out, err) = check(&[], Path::new(env!("CARGO_MANIFEST_DIR")));
    // Said aloud: what was skipped, and what makes no claim.
    #[expect(clippy::print_stderr, reason = "a test that skips something says so")]
    {
        eprintln!("{out}");
    }
    assert_eq!(code, 0, "{out}{err}");
    for bundled in BUNDLED {
        let claims = Setup::bundled(bundled.name, &Overrides::default()).unwrap().claims.len();
        let holding = out.matches(&format!("✓ {}: holds", bundled.name)).count();
        let skipped = out.contains(&format!("- {}: skipped", bundled.name));
        assert!(holding == claims || skipped, "{}: {holding} of {claims}\n{out}", bundled.name);
    }
}

/// Every claim can fail: its negation does.
#[test]
fn the_negation_of_every_bundled_claim_fails() {
    let folder = tempfile::tempdir().unwrap();
    for bundled in BUNDLED {
        let setup = Setup::bundled(bundled.name, &Overrides::default()).unwrap();
        // Networks are played once, above.
        if setup.claims.is_empty() || matches!(setup.problem, ProblemSpec::Mlp(_)) {
            continue;
        }
        let set: Vec<String> = setup.claims.iter().map(|spec| format!("not ({})", spec.claim.text())).collect();
        let negated = set.iter().fold(String::new(), |text, holds| {
            text + "[[claim]]\nsays = \"n\"\nholds = '''" + holds + "'''\nseeds = [0]\n"
        });
        let mut document: toml::Table = toml::from_str(bundled.text).unwrap();
        document.remove("claim");
        let text = toml::to_string(&document).unwrap() + "\n" + &negated;
        fs::write(folder.path().join("n.toml"), text).unwrap();
        let (code, out, err) = check(&["n.toml"], folder.path());
        assert_eq!(code, 1, "{}: {out}{err}", bundled.name);
        assert_eq!(out.matches("✗ n.toml: fails").count(), setup.claims.len(), "{}: {out}{err}", bundled.name);
    }
}

#[test]
fn a_true_claim_is_exit_0_and_a_false_one_exit_1_with_the_values_of_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let name = file(
        folder.path(),
        "[[claim]]\nsays = \"it takes all steps\"\nholds = 'steps(\"A\") == 30 and outcome(\"A\") = \"finished\"'\n",
    );
    let (code, out, err) = check(&[&name], folder.path());
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(
        out,
        "✓ p.toml: holds: it takes all steps\n    ✓ steps(\"A\") = 30  ==  30\n    \
         ✓ outcome(\"A\") = finished  ==  \"finished\"\nall 1 claims hold\n"
    );
    let name = file(
        folder.path(),
        "[[claim]]\nsays = \"few steps\"\nholds = 'steps(\"A\") < 10'\nseeds = [0, 1]\n[[claim]]\nsays = \"t\"\nholds = '1 < 2'\n",
    );
    let (code, out, err) = check(&[&name], folder.path());
    assert_eq!((code, err.as_str()), (1, "error: 1 claim does not hold\n"), "{out}");
    assert!(out.starts_with("✗ p.toml: fails: few steps\n    ✗ seed 0\n        ✗ steps(\"A\") = 30  <  10\n"), "{out}");
    assert!(out.contains("    ✗ seed 1\n") && out.contains("✓ p.toml: holds: t\n"), "{out}");
    // A number that was never computed makes its comparison false.
    let name = file(folder.path(), "[[claim]]\nsays = \"s\"\nholds = 'accuracy(\"A\") >= 0'\n");
    let (code, out, _) = check(&[&name], folder.path());
    assert_eq!(code, 1);
    assert!(out.contains("accuracy(\"A\") = not computed  >=  0"), "{out}");
}

#[test]
fn a_claim_that_cannot_be_read_is_exit_2_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let name = file(folder.path(), "[[claim]]\nsays = \"s\"\nholds = 'steps(\"A\") < 10 and rho(\"B\", 3) > 1'\n");
    let (code, out, err) = check(&[&name], folder.path());
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "error: p.toml, line 10: `claim.0.holds`, character 25: no optimiser is labelled \"B\"; did you mean `A`?\n  \
         steps(\"A\") < 10 and rho(\"B\", 3) > 1\n                          ^\n"
    );
    for (claims, part) in [
        (
            "[[claim]]\nsays = \"s\"\nhold = \"1 < 2\"\n",
            "line 10: there is no key `claim.0.hold`; did you mean `holds`?",
        ),
        ("[[claim]]\nholds = \"1 < 2\"\n", "`claim.0.says` is missing; expected a sentence"),
        ("[[claim]]\nsays = \"s\"\n", "`claim.0.holds` is missing; expected what must be true"),
        (
            "[[claim]]\nsays = \"s\"\nholds = \"1 < 2\"\nseeds = []\n",
            "`claim.0.seeds` is an empty list; expected a list of seeds",
        ),
        ("[[claim]]\nsays = \"s\"\nholds = 3\n", "`claim.0.holds` is 3; expected a text in quotes"),
    ] {
        let name = file(folder.path(), claims);
        let (code, _, err) = check(&[&name], folder.path());
        assert!(code == 2 && err.contains(part), "{err}");
    }
    assert_eq!(check(&["nowhere.toml"], folder.path()).0, 2);
}

#[test]
fn a_claim_is_about_the_file_s_seed_unless_it_names_others() {
    let folder = tempfile::tempdir().unwrap();
    let name = file(
        folder.path(),
        "[[claim]]\nsays = \"s\"\nholds = '1 < 2'\n[[claim]]\nsays = \"t\"\nholds = '''\n  1 <\n  2'''\nseeds = [2, 1]\n",
    );
    let read = |overrides: &Overrides| Setup::from_path(&folder.path().join(&name), overrides).unwrap();
    let setup = read(&Overrides { seed: Some(5), ..Overrides::default() });
    assert_eq!((&setup.claims[0].seeds[..], &setup.claims[1].seeds[..]), (&[7][..], &[1, 2][..]));
    assert!(setup.is_own_run);
    let resolved = setup.resolved_problem();
    assert_eq!(resolved["claim"][0]["holds"], "1 < 2");
    assert_eq!(resolved["claim"][1]["seeds"], serde_json::json!([1, 2]));
    let other = read(&Overrides { set: vec!["problem.b=3".to_owned()], ..Overrides::default() });
    assert!(!other.is_own_run && other.resolved_problem().get("claim").is_none());
}
