//! Nothing that can be written in a file or typed as an option ends in a panic, a hang or a sentence that says nothing.

#![cfg(feature = "app")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use proptest::{
    prelude::*,
    sample::{Index, select},
};
use rhoscope::session::{
    Session,
    setup::{BUNDLED, Overrides, ProblemSpec, Setup},
};

/// How many files, options and formulas are tried.
const FILES: u32 = 30_000;
const OPTIONS: u32 = 30_000;
const FORMULAS: u32 = 40_000;
/// Longer than this, for an input as small as these, is a hang.
const PATIENCE: Duration = Duration::from_secs(5);

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
                    rhoscope::data::DataSource::Synthetic(data) => data.samples < 1000,
                    _ => true,
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

const ODD: [&str; 40] = [
    "1e400",
    "-1e400",
    "1e308",
    "-1e308",
    "5e-324",
    "nan",
    "-inf",
    "inf",
    "0",
    "-0.0",
    "-1",
    "18446744073709551615",
    "9223372036854775807",
    "99999999999999999999999",
    "1000000000000",
    "0x7f",
    "1_000",
    "true",
    "\"\"",
    "\"\\u0000\"",
    "\"\\u001b[2J\"",
    "\"𝛼\u{202e}λ\"",
    "[]",
    "[[]]",
    "[[[[[[]]]]]]",
    "{}",
    "{ a = 1 }",
    "1979-05-27",
    "''",
    "\"+\"",
    "\"adam+minimiser\"",
    "\"kfac+minimiser+constant\"",
    "\"x^x^x\"",
    "[1, \"a\"]",
    "[1e308, -1e308]",
    "[0.0, 0.0]",
    "\u{feff}",
    "\0",
    "ρ",
    "\r\n",
];

/// What may happen to a text.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Delete(Index, usize),
    Insert(Index, String),
    SwapLines(Index, Index),
    RepeatLine(Index, usize),
    Value(Index, String),
    Splice(usize, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let odd = || select(ODD.to_vec()).prop_map(str::to_owned);
    prop_oneof![
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, bit)| Change::Flip(at, bit)),
        1 => (any::<Index>(), 1_usize..30).prop_map(|(at, len)| Change::Delete(at, len)),
        1 => (any::<Index>(), prop_oneof![odd(), "\\PC{0,6}"]).prop_map(|(at, text)| Change::Insert(at, text)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::SwapLines(a, b)),
        1 => (any::<Index>(), 1_usize..4).prop_map(|(at, times)| Change::RepeatLine(at, times)),
        4 => (any::<Index>(), odd()).prop_map(|(at, text)| Change::Value(at, text)),
        1 => (0..BUNDLED.len(), any::<Index>()).prop_map(|(other, at)| Change::Splice(other, at)),
    ]
}

fn apply(text: &str, change: &Change) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut lines: Vec<&str> = text.lines().collect();
    if bytes.is_empty() || lines.is_empty() {
        return text.to_owned();
    }
    match change {
        Change::Flip(at, bit) => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << (bit % 8);
        }
        Change::Delete(at, len) => {
            let from = at.index(bytes.len());
            bytes.drain(from..(from + len).min(text.len()));
        }
        Change::Insert(at, put) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, put.bytes());
        }
        Change::SwapLines(a, b) => {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            return lines.join("\n");
        }
        Change::RepeatLine(at, times) => {
            let at = at.index(lines.len());
            let line = lines[at];
            lines.splice(at..at, std::iter::repeat_n(line, *times));
            return lines.join("\n");
        }
        Change::Value(at, put) => {
            let assignments: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].contains(" = ")).collect();
            if assignments.is_empty() {
                return text.to_owned();
            }
            let at = assignments[at.index(assignments.len())];
            let key = lines[at].split(" = ").next().unwrap_or_default();
            let line = format!("{key} = {put}");
            lines[at] = &line;
            return lines.join("\n");
        }
        Change::Splice(other, at) => {
            let at = at.index(lines.len());
            lines.truncate(at);
            lines.extend(BUNDLED[*other].text.lines().skip(at / 2));
            return lines.join("\n");
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Pieces of optimiser options and of `--set` assignments.
const PIECES: [&str; 58] = [
    "adam",
    "kfac",
    "sgd",
    "sgdqlr",
    "adamqlr",
    "gradient",
    "minimiser",
    "fixed",
    "none",
    "constant",
    "levenberg-marquardt",
    "decreasing-loss",
    "+",
    "+",
    "+",
    ":",
    ":",
    "=",
    "=",
    "=",
    ",",
    ",",
    "lr",
    "momentum",
    "damping",
    "damping_rule",
    "adaptive_lr",
    "adaptive_momentum",
    "norm_constraint",
    "reject",
    "calibrate",
    "damping_interval",
    "inverse_interval",
    "estimator",
    "curvature",
    "fisher",
    "preset",
    "label",
    "monitor",
    "true",
    "false",
    "1",
    "0",
    "-1",
    "1e-3",
    "1e400",
    "nan",
    "18446744073709551615",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ".",
    "é",
    " ",
    "problem",
    "optimiser",
];

fn soup(pieces: &'static [&'static str], longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(pieces), 0..longest).prop_map(|pieces| pieces.concat())
}

/// An option that is nearly right.
fn spec() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        select(vec!["sgd", "adam", "sgdqlr", "adamqlr", "kfac"]).prop_map(str::to_owned),
        (
            select(vec!["gradient", "adam", "kfac"]),
            select(vec!["fixed", "minimiser"]),
            select(vec!["", "+none", "+constant", "+levenberg-marquardt", "+decreasing-loss"])
        )
            .prop_map(|(direction, step, damping)| format!("{direction}+{step}{damping}")),
    ];
    let keys: Vec<&str> = rhoscope::session::setup::KEYS.iter().map(|key| key.name).collect();
    let values = vec![
        "0",
        "1",
        "0.5",
        "2",
        "1e-300",
        "1e300",
        "true",
        "false",
        "fisher",
        "hessian",
        "damped",
        "none",
        "constant",
        "eigen",
        "sampled",
        "7",
        "1000000000000",
    ];
    let pair = (select(keys), select(values)).prop_map(|(key, value)| format!("{key}={value}"));
    (name, prop::collection::vec(pair, 0..4))
        .prop_map(|(name, pairs)| if pairs.is_empty() { name } else { format!("{name}:{}", pairs.join(",")) })
}

const TOKENS: [&str; 40] = [
    "x", "y", "x", "y", "1", "2", "0", "0.5", "1e308", "1e-308", ".5", "3.", "pi", "e", "+", "-", "*", "/", "^", "**",
    "(", ")", "(", ")", "sin(", "exp(", "ln(", "sqrt(", "abs(", "tanh(", "log10(", "cbrt(", ",", " ", "z", "é", "²",
    "1e", "^-", "--",
];

const FORMULA: [&str; 8] = [
    "(1-x)^2 + 100*(y-x^2)^2",
    "sin(x)*cos(y) + exp(-(x^2+y^2))",
    "ln(1+x^2)/(1+abs(y))",
    "sqrt(x^2+y^2)^3 - cbrt(x*y)",
    "x^y + y^x",
    "tan(x)/tanh(y)",
    "acos(x/10) + asin(y/10) + atan(x*y)",
    "log2(x^2+1)*log10(y^2+1)*sinh(x)*cosh(y)",
];

fn formula() -> impl Strategy<Value = String> {
    let mutated =
        (select(FORMULA.to_vec()), prop::collection::vec((any::<Index>(), 0_usize..4, soup(&TOKENS, 4)), 0..4))
            .prop_map(|(text, changes)| {
                let mut characters: Vec<char> = text.chars().collect();
                for (at, drop, put) in changes {
                    let from = at.index(characters.len() + 1);
                    let to = (from + drop).min(characters.len());
                    characters.splice(from..to, put.chars());
                }
                characters.into_iter().collect()
            });
    prop_oneof![soup(&TOKENS, 24), mutated, "\\PC{0,20}"]
}

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
