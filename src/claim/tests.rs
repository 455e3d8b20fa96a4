//! Claims are read as written, judged as a naive evaluation in Rust judges, and faults are told kindly.

mod random;

use std::{fmt::Write as _, path::Path};

use super::*;
use crate::{
    optim::{Outcome, Quantity, StepRecord},
    session::{
        Progress, Referee,
        setup::{Overrides, Setup},
    },
};

const LABELS: [&str; 3] = ["Adam", "AdamQLR", "K-FAC"];
const STEPS: u64 = 60;
const FILE: &str = r#"
steps = 60
[problem]
kind = "rosenbrock"
[[optimiser]]
name = "adam"
label = "Adam"
lr = 0.05
[[optimiser]]
name = "adamqlr"
label = "AdamQLR"
curvature = "hessian"
[[optimiser]]
name = "kfac"
label = "K-FAC"
"#;

fn labels() -> Vec<String> {
    LABELS.map(str::to_owned).to_vec()
}

fn read(text: &str) -> Result<Claim, Fault> {
    Claim::read(text, &Scope { lanes: Some(&labels()), steps: Some(STEPS), parameters: Some(2) })
}

/// A run as plain records.
struct Run {
    lanes: Vec<Vec<StepRecord>>,
    outcomes: Vec<Outcome>,
    finals: Vec<Option<f64>>,
    /// In the order in which things happened; a lane and its step or end.
    events: Vec<(usize, Option<StepRecord>, Option<Outcome>)>,
}

fn run() -> &'static Run {
    static RUN: std::sync::OnceLock<Run> = std::sync::OnceLock::new();
    RUN.get_or_init(|| {
        let setup = Setup::from_str(FILE, "p.toml", Path::new(""), &Overrides::default()).unwrap();
        let mut session = setup.build().unwrap();
        let mut events = Vec::new();
        for _ in 0..STEPS {
            session.advance(&|| 0.0, &mut |progress| match progress {
                Progress::Step { lane, record, .. } => events.push((lane, Some(record.clone()), None)),
                Progress::Ended { lane, outcome, .. } => events.push((lane, None, Some(outcome))),
            });
        }
        let of = |lane| events.iter().filter(move |event| event.0 == lane);
        Run {
            lanes: (0..3).map(|lane| of(lane).filter_map(|event| event.1.clone()).collect()).collect(),
            outcomes: (0..3)
                .map(|lane| of(lane).find_map(|event| event.2.clone()).unwrap_or(Outcome::Finished))
                .collect(),
            finals: (0..3).map(|lane| session.final_loss(lane)).collect(),
            events: events.clone(),
        }
    })
}

/// What was recorded after so many events; all of it and the conclusions where there are no more.
fn recorded(claim: &Claim, events: usize) -> Recording {
    let run = run();
    let lanes = LABELS.map(|label| (label.to_owned(), vec![-1.2, 1.0]));
    let mut recording = Recording::new([claim], STEPS, lanes);
    (0..LABELS.len()).for_each(|lane| recording.begin(lane, Some(24.2)));
    for (lane, record, outcome) in run.events.iter().take(events) {
        if let Some(record) = record {
            recording.step(*lane, record);
        }
        if let Some(outcome) = outcome {
            recording.end(*lane, outcome);
        }
        if recording.awaits_conclusion(*lane) {
            let conclusion = Conclusion { loss: run.finals[*lane], ..Conclusion::default() };
            recording.conclude(*lane, conclusion);
        }
    }
    assert_eq!(recording.is_complete(), events >= run.events.len());
    recording
}

fn judge(text: &str) -> Judgement {
    let claim = read(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    let judgement = claim.judge(&recorded(&claim, usize::MAX));
    assert!(judgement.holds.is_some(), "{text}");
    judgement
}

/// The value of a claim's first left side.
fn value(number: &str) -> Option<f64> {
    let judgement = judge(&format!("{number} == 0"));
    judgement.sides[0].left_value.and_then(Value::known)
}

fn close(found: Option<f64>, expected: Option<f64>) -> bool {
    match (found, expected) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-14 * b.abs(),
        (a, b) => a.is_none() && b.is_none(),
    }
}

#[test]
fn every_quantity_is_the_one_of_the_record() {
    use Quantity as Q;
    let table = [
        ("f", Q::Loss),
        ("new_f", Q::NewLoss),
        ("alpha", Q::LearningRate),
        ("mu", Q::Momentum),
        ("lambda", Q::Damping),
        ("next_lambda", Q::NextDamping),
        ("rho", Q::Rho),
        ("predicted", Q::ModelChange),
        ("norm_g", Q::GradNorm),
        ("norm_step", Q::UpdateNorm),
        ("kappa", Q::Curvature),
        ("f_all", Q::FullLoss),
        ("rho_all", Q::FullRho),
    ];
    let run = run();
    for (lane, label) in LABELS.iter().enumerate() {
        let mut cost = 0.0;
        for (index, record) in run.lanes[lane].iter().enumerate() {
            let step = index + 1;
            cost += record.cost.evaluations();
            if step % 7 != 1 {
                continue;
            }
            for (name, quantity) in table {
                let found = value(&format!("{name}(\"{label}\", {step})"));
                assert!(close(found, record.get(quantity)), "{name} of {label} at {step}: {found:?}");
            }
            let actual = record.get(Q::NewLoss).zip(record.get(Q::Loss)).map(|(after, before)| after - before);
            assert!(close(value(&format!("actual(\"{label}\", {step})")), actual));
            assert_eq!(value(&format!("evaluations(\"{label}\", {step})")), Some(cost));
            for axis in 0..2 {
                assert_eq!(value(&format!("x('{label}', {step}, {axis})")), Some(record.params[axis]));
            }
            let lambdas = record.get(Q::NextDamping).zip(record.get(Q::Damping));
            let holds = |flag: &str| judge(&format!("{flag}(\"{label}\", {step})")).holds == Some(true);
            assert_eq!(holds("raised"), lambdas.is_some_and(|(next, now)| next > now));
            assert_eq!(holds("lowered"), lambdas.is_some_and(|(next, now)| next < now));
            assert_eq!(holds("rejected"), record.rejected);
        }
        assert_eq!(value(&format!("steps(\"{label}\")")), Some(run.lanes[lane].len() as f64));
        assert_eq!(value(&format!("evaluations(\"{label}\")")), Some(cost));
        assert!(close(value(&format!("final(\"{label}\")")), run.finals[lane]));
        assert_eq!(value(&format!("start(\"{label}\")")), Some(24.2));
        assert_eq!(value(&format!("x(\"{label}\", 0, 1)")), Some(1.0));
        assert_eq!(judge(&format!("outcome(\"{label}\") == \"{}\"", run.outcomes[lane].name())).holds, Some(true));
        for absent in ["test", "validation", "accuracy"] {
            assert_eq!(value(&format!("{absent}(\"{label}\")")), None);
            assert_eq!(judge(&format!("{absent}(\"{label}\") >= 0 or {absent}(\"{label}\") < 0")).holds, Some(false));
        }
    }
}

#[test]
fn functions_of_steps_are_those_of_the_records() {
    let run = run();
    let numbers = |lane: usize, quantity: Quantity| -> Vec<(usize, f64)> {
        let lane = run.lanes[lane].iter().enumerate();
        lane.filter_map(|(index, record)| Some((index + 1, record.get(quantity)?))).collect()
    };
    let rho = numbers(1, Quantity::Rho);
    let extreme = |values: &[(usize, f64)], pick: fn(f64, f64) -> f64| values.iter().map(|it| it.1).reduce(pick);
    assert!(rho.len() > 10);
    assert_eq!(value("max(k: rho(\"AdamQLR\", k))"), extreme(&rho, f64::max));
    assert_eq!(value("min(k: rho(\"AdamQLR\", k))"), extreme(&rho, f64::min));
    let within: Vec<_> = rho.iter().copied().filter(|(step, _)| (3..=9).contains(step)).collect();
    assert_eq!(value("max(k in 3..9: rho(\"AdamQLR\", k))"), extreme(&within, f64::max));
    assert_eq!(value("max(k in 3..3: rho(\"AdamQLR\", k))"), rho.iter().find(|it| it.0 == 3).map(|it| it.1));
    let count = |test: fn(f64) -> bool| rho.iter().filter(|it| test(it.1)).count() as f64;
    assert_eq!(value("count(k: rho(\"AdamQLR\", k) > 3/4)"), Some(count(|rho| rho > 0.75)));
    assert_eq!(value("count(k: not rho(\"AdamQLR\", k) > 3/4)"), Some(count(|rho| rho <= 0.75)));
    let first = rho.iter().find(|it| it.1 > 0.75).map(|it| it.0 as f64);
    assert_eq!(value("first(k: rho(\"AdamQLR\", k) > 3/4)"), first);
    let mut sorted: Vec<f64> = within.iter().map(|it| it.1).collect();
    sorted.sort_by(f64::total_cmp);
    assert_eq!(value("median(k in 3..9: rho(\"AdamQLR\", k))"), Some(sorted[sorted.len() / 2]));
    // Nothing was measured of Adam's ρ.
    assert_eq!(value("max(k: rho(\"Adam\", k))"), None);
    assert_eq!(value("first(k: rho(\"Adam\", k) > 0)"), None);
    assert_eq!(value("count(k: rho(\"Adam\", k) > 0)"), Some(0.0));
    // A range that is not given leaves out steps whose neighbours are not there.
    let f = numbers(0, Quantity::Loss);
    let falls = f.windows(2).filter(|pair| pair[1].1 < pair[0].1).count();
    assert_eq!(value("count(k: f(\"Adam\", k) < f(\"Adam\", k - 1))"), Some(falls as f64));
    assert_eq!(judge("all(k: f('Adam', k + 1) < f('Adam', k))").holds, Some(falls + 1 == f.len()));
    let rises = f.windows(2).position(|pair| pair[1].1 >= pair[0].1).map(|index| index as f64 + 2.0);
    assert_eq!(value("first(k: f('Adam', k) >= f('Adam', k - 1))"), rises);
    // Ranges within ranges.
    let pairs = (1..=6).flat_map(|k| (1..=k).map(move |j| (k, j))).filter(|&(k, j)| f[j - 1].1 > 2.0 * f[k - 1].1);
    let nested = "max(k in 1..6: count(j in 1..k: f('Adam', j) > 2 * f('Adam', k)))";
    let most = (1..=6).map(|k| pairs.clone().filter(|pair| pair.0 == k).count()).max();
    assert_eq!(value(nested), most.map(|most| most as f64));
}

#[test]
fn arithmetic_is_as_it_is_written() {
    for (text, expected) in [
        ("1 + 2 * 3 ^ 2", 19.0),
        ("-2 ^ 2", -4.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("(1 + 2) * 3 - 4 / 8", 8.5),
        ("abs(1 - 3) * log10(1e-2)", -4.0),
        ("2 − 3 · .5", 0.5),
        ("max(k in 2..5: k * (6 - k))", 9.0),
        ("median(k in 1..4: k)", 2.5),
        ("count(k: true)", 60.0),
        ("first(k in 7..: k > 3)", 7.0),
        ("max(k in ..9: k)", 9.0),
    ] {
        assert_eq!(value(text), Some(expected), "{text}");
    }
    for absent in ["1 / 0", "log10(0)", "10 ^ 400", "first(k: k < 0)", "max(k: 1 / 0)", "f(\"Adam\", 1 / 2)"] {
        assert_eq!(value(absent), None, "{absent}");
        assert_eq!(judge(&format!("{absent} != 0")).holds, Some(false), "{absent}");
    }
    for (text, holds) in [
        ("1 < 2 and not 2 <= 1 or false", true),
        ("false and true or true", true),
        ("not (1 = 1)", false),
        ("1 ≠ 2 and 1 ≤ 1 and 2 ≥ 1", true),
        ("any(k: k > 59) and all(k: k <= 60)", true),
        ("all(k in 3..first(j: j > 1): k < 0)", true),
        ("outcome('K-FAC') != 'diverged'", true),
        ("\n 1 <\n 2\t", true),
    ] {
        assert_eq!(judge(text).holds, Some(holds), "{text}");
    }
}

#[test]
fn a_judgement_names_the_step_that_decides_it() {
    let run = run();
    let rho: Vec<_> = run.lanes[1].iter().map(|record| record.get(Quantity::Rho)).collect();
    let first = rho.iter().position(|rho| rho.is_some_and(|rho| rho > 0.75)).unwrap() + 1;
    let at = |text: &str| judge(text).point.map(|point| (point.lane.unwrap_or_default(), point.step));
    assert_eq!(at("count(k: rho(\"AdamQLR\", k) > 3/4) >= 1"), Some(("AdamQLR".to_owned(), first)));
    assert_eq!(at("any(k: rho(\"AdamQLR\", k) > 3/4)"), Some(("AdamQLR".to_owned(), first)));
    assert_eq!(at("not any(k: rho(\"AdamQLR\", k) > 3/4)"), Some(("AdamQLR".to_owned(), first)));
    assert_eq!(at("all(k: rho(\"AdamQLR\", k) <= 3/4)"), Some(("AdamQLR".to_owned(), first)));
    assert_eq!(at("first(k: k > 4) < 10 and f(\"Adam\", 7) < 0"), Some(("Adam".to_owned(), 7)));
    assert_eq!(at("f(\"Adam\", 7) > 0 or 1 > 2"), Some(("Adam".to_owned(), 7)));
    assert_eq!(at("steps(\"Adam\") == 60"), Some(("Adam".to_owned(), 60)));
    assert_eq!(at("1 < 2"), None);
    let judgement = judge("all(k: f(\"Adam\", k) > 10) and 3 < steps(\"Adam\")");
    let [body, steps] = &judgement.sides[..] else { panic!("{judgement:?}") };
    assert_eq!((body.left.as_str(), body.holds), ("f(\"Adam\", k)", Some(false)));
    assert_eq!(body.at[0], ("k".to_owned(), judgement.point.unwrap().step));
    assert_eq!((steps.right_value, steps.holds), (Some(Value::Known(60.0)), Some(true)));
}

#[test]
fn a_claim_is_open_until_enough_steps_are_there() {
    let after = |text: &str, steps: usize| {
        let claim = read(text).unwrap();
        claim.judge(&recorded(&claim, 3 * steps)).holds
    };
    assert_eq!(after("f(\"Adam\", 5) > 0", 4), None);
    assert_eq!(after("f(\"Adam\", 5) > 0", 5), Some(true));
    assert_eq!(after("f(\"Adam\", 5) > 0 and f(\"Adam\", 1) < 0", 1), Some(false));
    assert_eq!(after("count(k: f(\"Adam\", k) > 0) >= 3", 2), None);
    assert_eq!(after("count(k: f(\"Adam\", k) > 0) >= 3", 3), Some(true));
    assert_eq!(after("max(k: f(\"Adam\", k)) > 10", 1), Some(true));
    assert_eq!(after("max(k: f(\"Adam\", k)) < 10", 1), Some(false));
    assert_eq!(after("max(k: f(\"Adam\", k)) < 100", 5), None);
    assert_eq!(after("all(k: f(\"Adam\", k) > 0)", 10), None);
    assert_eq!(after("steps(\"Adam\") > 4", 5), Some(true));
    assert_eq!(after("final(\"Adam\") > 0", 10), None);
    assert_eq!(after("outcome(\"Adam\") == \"finished\"", 10), None);
}

/// Every message, one after the other.
#[test]
fn faults_are_told_in_sentences() {
    let long = "1 + ".repeat(2000);
    let many = "1*".repeat(300);
    let deep = format!("{}1{} < 2", "(".repeat(80), ")".repeat(80));
    let mut prose = String::new();
    for text in [
        "",
        "1 <",
        "steps(\"Adam\") < 20 20",
        "steps(\"Adam\") < 20 and",
        "1e999 < 2",
        "steps(\"Adam\")",
        "outcome(\"Adam\")",
        "1 < 2 < 3",
        "(1 < 2) + 1 > 0",
        "not 3",
        "1 < 2 and 3",
        "-outcome(\"Adam\") < 0",
        "outcome(\"Adam\") < \"diverged\"",
        "outcome(\"Adam\") == 3",
        "outcome(\"Adam\") == \"convergd\"",
        "outcome(\"Adam\") == \"dead\"",
        "steps(\"AdamQRL\") < 20",
        "steps(\"SGD\") < 20",
        "steps(Adam) < 20",
        "steps() < 20",
        "lamda(\"Adam\", 3) < 1",
        "gradient(\"Adam\", 3) < 1",
        "rho(\"Adam\") < 1",
        "steps(\"Adam\", 3) < 1",
        "x(\"Adam\", 3) < 1",
        "x(\"Adam\", 3, 2) < 1",
        "x(\"Adam\", 3, 1.5) < 1",
        "x(\"Adam\", 3, steps(\"Adam\")) < 1",
        "rho < 1",
        "k < 1",
        "rho(\"Adam\", 0) < 1",
        "rho(\"Adam\", 2.5) < 1",
        "rho(\"Adam\", 61) < 1",
        "rho(\"Adam\", \"2\") < 1",
        "count(rho(\"AdamQLR\", 3) < 1) > 2",
        "count(k: rho(\"AdamQLR\", kk) < 1) > 2",
        "count(k: rho(\"AdamQLR\", k)) > 2",
        "max(k: rho(\"AdamQLR\", k) < 2) > 2",
        "rho(k: 1) > 2",
        "sum(k: 1) > 2",
        "conut(k: 1 > 0) > 2",
        "count(k: count(k: k > 1) > 1) > 2",
        "count(f: f > 1) > 2",
        "count(k in 1: k > 1) > 2",
        "count(k in 1..100: k > 1) > 2",
        "count(k in 9..3: k > 1) > 2",
        "count(k in 0..3: k > 1) > 2",
        "count(k in 1..\"3\": k > 1) > 2",
        "count(a: all(b: all(c: all(d: all(e: a > b))))) > 2",
        "count(a: all(b: all(c: all(d: a > b)))) > 2",
        &deep,
        &many,
        &long,
    ] {
        let fault = read(text).expect_err(text);
        let shown: String = text.chars().take(60).collect();
        writeln!(prose, "{shown}\n{:>column$} {}\n", "^", fault.message, column = fault.column.min(60)).unwrap();
    }
    insta::assert_snapshot!(prose);
}

#[test]
fn a_referee_judges_as_the_run_goes_on() {
    let text = format!(
        "{FILE}\n[[claim]]\nsays = \"s\"\nholds = 'final(\"K-FAC\") < 1e-6 * start(\"Adam\")'\n\
         [[claim]]\nsays = \"t\"\nholds = 'f(\"Adam\", 5) > f(\"Adam\", 1)'\n"
    );
    let setup = Setup::from_str(&text, "p.toml", Path::new(""), &Overrides::default()).unwrap();
    let mut session = setup.build().unwrap();
    let mut referee = Referee::new(&setup, &mut session).unwrap();
    let mut decided = Vec::new();
    for _ in 0..STEPS {
        session.advance(&|| 0.0, &mut |progress| referee.take(&progress));
        referee.conclude(&mut session);
        decided.push([0, 1].map(|claim| referee.judge()[claim].holds));
    }
    assert!(referee.is_over());
    assert_eq!(decided[3], [None, None]);
    assert_eq!(decided[4], [None, Some(false)]);
    assert_eq!(*decided.last().unwrap(), [Some(true), Some(false)]);
    let changed = Overrides { optimisers: vec!["sgd".to_owned()], ..Overrides::default() };
    let other = Setup::from_str(&text, "p.toml", Path::new(""), &changed).unwrap();
    assert_eq!(other.claims.len(), 2);
    assert!(Referee::new(&other, &mut other.build().unwrap()).is_none());
}
