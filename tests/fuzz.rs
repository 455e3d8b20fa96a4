//! Nothing that can be written in a file or typed as an option ends in a panic, a hang or a sentence that says nothing.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/mutations.rs"]
mod mutations;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use proptest::{prelude::*, sample::select};
use rhoscope::{
    data::{DataSource, KnownSet},
    session::{
        Session,
        setup::{BUNDLED, Overrides, ProblemSpec, Setup},
    },
};

use mutations::{ODD, PIECES, apply, change, formula, soup, spec};

/// How many files, options and formulas are tried.
const FILES: u32 = 30_000;
const OPTIONS: u32 = 30_000;
const FORMULAS: u32 = 40_000;
/// Longer than this, for an input as small as these, is a hang, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads, and where that is cheap builds and takes two steps; gives the error's sentence.
fn attempt(text: &str, overrides: &Overrides) -> Result<(), String> {
    let began = Instant::now();
    let result = Setup::from_str(text, "p.toml", Path::new("no-such-directory"), overrides)
        .and_then(|setup| if is_small(&setup) { setup.build().map(|session| walk(session, &setup)) } else { Ok(()) });
    assert!(began.elapsed() < PATIENCE, "{:?} for {text:?} {overrides:?}", began.elapsed());
    result.map_err(|error| error.to_string())
}

/// Large data and matrices are accepted, but take their time.
fn is_small(setup: &Setup) -> bool {
    let size = |numbers: &[usize]| numbers.iter().map(|&n| n as f64).product::<f64>();
    setup.lanes.len() < 20
        && match &setup.problem {
            ProblemSpec::KroneckerQuadratic(spec) => size(&[spec.rows, spec.cols, spec.samples]) < 1e4,
            ProblemSpec::Mlp(spec) => {
                let data = match &spec.data {
                    DataSource::Synthetic(data) => data.samples < 1000,
                    DataSource::Known(set, _) => *set == KnownSet::Digits,
                    DataSource::Csv(_) | DataSource::Idx(_) => true,
                };
                data && spec.layers.windows(2).all(|pair| size(pair) < 3000.0) && spec.layers.len() < 8
            }
            _ => true,
        }
}

fn walk(mut session: Session, setup: &Setup) {
    for _ in 0..2 {
        session.advance(&|| 0.0, &mut |_| {});
    }
    let at = session.latest();
    for lane in 0..setup.lanes.len() {
        assert!(session.params(lane, at).iter().all(|value| value.is_finite()), "{:?}", setup.problem);
    }
    session.surface(&[-1.0, 0.0, 0.5], &[-1.0, 0.0, 0.5]);
}

/// A sentence that names the place, and that a terminal can show.
#[track_caller]
fn check_sentence(message: &str, places: &[&str], input: &str) {
    assert!(places.iter().any(|place| message.contains(place)), "no place in {message:?} for {input:?}");
    let odd = message.chars().find(|character| character.is_control() && *character != '\n');
    assert!(odd.is_none(), "{odd:?} in {message:?} for {input:?}");
}

/// Places an error about a file may name: the file, or what it says is elsewhere.
const FILE: &[&str] = &["p.toml", "no-such-directory"];

/// A problem file around a formula.
fn expression(formula: &str, residuals: bool) -> String {
    let quoted = toml::Value::String(formula.to_owned());
    let line = if residuals { format!("r = [{quoted}, {quoted}]") } else { format!("f = {quoted}") };
    format!("[problem]\nkind = \"expression\"\n{line}\nstart = {{ x = 0.75, y = -1.25 }}\n")
}

fn optimiser(spec: &str) -> Overrides {
    Overrides { optimisers: vec![spec.to_owned()], ..Overrides::default() }
}

fn assignment(text: &str) -> Overrides {
    Overrides { set: vec![text.to_owned()], ..Overrides::default() }
}

fn try_file(text: &str) {
    if let Err(message) = attempt(text, &Overrides::default()) {
        check_sentence(&message, FILE, text);
    }
}

fn try_option(overrides: &Overrides, flag: &str, typed: &str, problem: usize) {
    if let Err(message) = attempt(BUNDLED[problem].text, overrides) {
        let option = format!("{flag} {typed}");
        // A new value may be at odds with what the file says, and then the file is named.
        check_sentence(&message, &[&option, "p.toml", "no-such-directory"], typed);
    }
}

fn try_formula(formula: &str) {
    for residuals in [false, true] {
        let text = expression(formula, residuals);
        if let Err(message) = attempt(&text, &Overrides::default()) {
            check_sentence(&message, &["p.toml, line 3: `problem."], formula);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(FILES) })]

    #[test]
    fn problem_files(which in 0..BUNDLED.len(), changes in prop::collection::vec(change(), 1..4)) {
        let text = changes.iter().fold(BUNDLED[which].text.to_owned(), |text, change| apply(&text, change));
        try_file(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(OPTIONS) })]

    #[test]
    fn optimiser_options(typed in prop_oneof![spec(), spec(), soup(&PIECES, 12), "[^\\pC]{0,20}"]) {
        try_option(&optimiser(&typed), "--optimiser", &typed, 0);
    }

    #[test]
    fn assignments(
        path in prop_oneof![
            select(vec!["problem.b", "problem.start", "problem.layers", "problem.data.samples", "steps", "seed", "view.x",
                "optimiser.0.lr", "optimiser.kfac.damping", "optimiser.9.lr", "problem.kind", "name", "optimiser"])
                .prop_map(str::to_owned),
            soup(&PIECES, 8),
        ],
        value in prop_oneof![select(ODD.to_vec()).prop_map(str::to_owned), soup(&PIECES, 5), "[^\\pC]{0,10}"],
        problem in 0..BUNDLED.len(),
    ) {
        let typed = format!("{path}={value}");
        // What is typed is shown as typed.
        if !typed.chars().any(char::is_control) {
            try_option(&assignment(&typed), "--set", &typed, problem);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(FORMULAS) })]

    #[test]
    fn formulas(formula in formula()) {
        try_formula(&formula);
    }
}

/// Data tables with every key there is, before anything is changed.
const DATA: [&str; 4] = [
    "{ csv = \"d.csv\", inputs = [0, \"b\"], targets = [2], delimiter = \";\", decimal = \",\", header = false, missing = \"skip-row\" }",
    "{ csv = \"d.csv\", inputs = [0, 1], targets = [2], delimiter = \"tab\", header = \"auto\", first_class = 1, classes = [\"a\", 2] }",
    "{ idx = { images = \"a\", labels = \"b\", test_images = \"c\", test_labels = \"d\" }, first_class = 1, standardise = false }",
    "{ idx = { images = \"a\" }, targets = \"inputs\", validation = 0.1, test = 0.1 }",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(OPTIONS / 5) })]

    #[test]
    fn data_tables(data in select(DATA.to_vec()), classes in any::<bool>(), changes in prop::collection::vec(change(), 0..4)) {
        let loss = if classes { "cross-entropy" } else { "mse" };
        let text = format!(
            "[problem]\nkind = \"mlp\"\nlayers = [2, 3, 2]\nloss = \"{loss}\"\ninit = \"p\"\ninit_names = [\"a\", \"b\"]\n\
             init_extra = \"ignore\"\ndata = {data}\n"
        );
        try_file(&changes.iter().fold(text, |text, change| apply(&text, change)));
    }
}

/// Absurd sizes, wherever a size can be written.
#[test]
fn absurd_sizes_are_refused() {
    let mlp = |layers: &str, data: &str, more: &str| {
        format!("[problem]\nkind = \"mlp\"\nlayers = {layers}\nloss = \"mse\"\ndata = {data}\n{more}\n")
    };
    let sine = "{ synthetic = \"sine\" }";
    let many = |item: &str, count: usize| vec![item; count].join(", ");
    let cases = [
        mlp("[1000000, 1000000]", sine, ""),
        mlp("[1, 9223372036854775807, 1]", sine, ""),
        mlp("[1, 50000000, 1]", sine, ""),
        mlp(&format!("[{}]", many("1000", 200)), sine, ""),
        mlp("[1, 8, 1]", "{ synthetic = \"sine\", samples = 1000000000000 }", ""),
        mlp("[1, 8, 1]", "{ synthetic = \"sine\", samples = 18446744073709551616 }", ""),
        "[problem]\nkind = \"kronecker-quadratic\"\nrows = 1000000000".to_owned(),
        "[problem]\nkind = \"kronecker-quadratic\"\nsamples = 1000000000000".to_owned(),
        format!("[problem]\nkind = \"quadratic\"\nspectrum = [{}]", many("1", 5000)),
        format!("[problem]\nkind = \"rosenbrock\"\nstart = [{}]", many("0", 5000)),
        format!("[problem]\nkind = \"function\"\nname = \"ackley\"\nstart = [{}]", many("1", 5000)),
        format!("[problem]\nkind = \"expression\"\nstart = {{ x = 1 }}\nf = \"{}1\"", "x+".repeat(4000)),
        format!(
            "[problem]\nkind = \"expression\"\nstart = {{ x = 1 }}\nf = \"{}x{}\"",
            "(".repeat(1000),
            ")".repeat(1000)
        ),
        format!("[problem]\nkind = \"expression\"\nstart = {{ x = 1 }}\nr = [{}]", many("\"x+1\"", 40_000)),
        format!("{} = 1", vec!["a"; 20_000].join(".")),
        format!("a = {}", "[".repeat(20_000)),
        format!("a = {}1{}", "[".repeat(20_000), "]".repeat(20_000)),
        format!("a = {}", "{ a = ".repeat(20_000)),
        "steps = 18446744073709551616\n[problem]\nkind = \"rosenbrock\"".to_owned(),
    ];
    for text in cases {
        let shown = &text[..text.len().min(200)];
        let setup = Setup::from_str(&text, "p.toml", Path::new(""), &Overrides::default());
        let message = setup.and_then(|setup| setup.build().map(|_| ())).expect_err(shown).to_string();
        check_sentence(&message, FILE, shown);
    }
    let path = format!("{}=1", vec!["a"; 20_000].join("."));
    let message = attempt(BUNDLED[0].text, &assignment(&path)).unwrap_err();
    assert!(message.contains("at most 16"), "{}", &message[message.len() - 100..]);
    // As many steps as can be written are a long run, not an error; it is the lanes that end.
    let endless = "steps = 18446744073709551615\n[problem]\nkind = \"rosenbrock\"";
    assert_eq!(attempt(endless, &Overrides::default()), Ok(()));
}

/// What was found once stays found.
#[test]
fn the_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            try_file(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
            files += 1;
        }
    }
    assert!(files > 0);
    for line in fs::read_to_string(folder.join("formulas.txt")).unwrap().lines() {
        try_formula(line);
    }
    for line in fs::read_to_string(folder.join("optimisers.txt")).unwrap().lines() {
        for problem in 0..BUNDLED.len() {
            try_option(&optimiser(line), "--optimiser", line, problem);
        }
    }
    for line in fs::read_to_string(folder.join("assignments.txt")).unwrap().lines() {
        for problem in 0..BUNDLED.len() {
            try_option(&assignment(line), "--set", line, problem);
        }
    }
}
