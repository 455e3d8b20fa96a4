//! Any text is read or refused, and what is read is judged the same early and late.

use proptest::prelude::*;

use super::{LABELS, STEPS, read, recorded};

/// Texts that look like claims more often than not.
fn tokens() -> impl Strategy<Value = String> {
    let tokens = [
        "1",
        "0",
        "2.5",
        "1e3",
        "k",
        "j",
        "+",
        "-",
        "*",
        "/",
        "^",
        "<",
        ">=",
        "==",
        "!=",
        "and",
        "or",
        "not",
        "(",
        ")",
        ",",
        ":",
        "..",
        "in",
        "count(k:",
        "all(j in 2..5:",
        "max(k:",
        "first(k:",
        "median(k in k..j:",
        "rho(\"AdamQLR\", k)",
        "f(\"Adam\", k - 1)",
        "x('K-FAC', k, 0)",
        "steps(\"Adam\")",
        "outcome(\"Adam\")",
        "\"finished\"",
        "raised(\"K-FAC\", 3)",
        "\"",
        "−",
        "true",
    ];
    prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..24).prop_map(|tokens| tokens.join(" "))
}

/// Numbers and truths that are read.
fn claims() -> impl Strategy<Value = String> {
    let step =
        prop_oneof![Just("k".to_owned()), Just("k - 1".to_owned()), (1..=STEPS).prop_map(|step| step.to_string())];
    let label = prop::sample::select(LABELS.to_vec());
    let name = prop::sample::select(vec!["f", "new_f", "lambda", "rho", "norm_g", "alpha", "evaluations", "actual"]);
    let at = (name, label.clone(), step).prop_map(|(name, label, step)| format!("{name}(\"{label}\", {step})"));
    let whole = (prop::sample::select(vec!["steps", "final", "start", "evaluations"]), label)
        .prop_map(|(name, label)| format!("{name}(\"{label}\")"));
    let constant = prop::sample::select(vec!["0", "1", "0.25", "12", "1e-3", "-2"]).prop_map(str::to_owned);
    let atom = prop_oneof![3 => at, 1 => whole, 2 => constant].boxed();
    let number = (atom.clone(), prop::sample::select(vec!["+", "-", "*", "/"]), atom.clone())
        .prop_map(|(a, operator, b)| format!("({a} {operator} {b})"));
    let number = prop_oneof![2 => atom, 1 => number].boxed();
    let compare = (number.clone(), prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]), number.clone())
        .prop_map(|(a, comparison, b)| format!("{a} {comparison} {b}"));
    let body = prop_oneof![4 => compare.clone(), 1 => (compare.clone(), compare).prop_map(|(a, b)| format!("({a} or not {b})"))];
    let range = prop::sample::select(vec!["k", "k in 3..20", "k in 5..", "k in ..8"]);
    let quantified = (prop::sample::select(vec!["any", "all"]), range.clone(), body.clone())
        .prop_map(|(over, range, body)| format!("{over}({range}: {body})"));
    let counted = (prop::sample::select(vec!["count", "first"]), range.clone(), body, 0..20)
        .prop_map(|(over, range, body, than)| format!("{over}({range}: {body}) > {than}"));
    let extreme = (prop::sample::select(vec!["max", "min", "median"]), range, number)
        .prop_map(|(over, range, number)| format!("2 * {over}({range}: {number}) <= abs({over}(k: 0.5))"));
    prop_oneof![quantified, counted, extreme]
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,120}") {
        let _ = read(&text);
    }

    #[test]
    fn whatever_is_read_is_judged(text in tokens()) {
        if let Ok(claim) = read(&text) {
            let _ = claim.judge(&recorded(&claim, 31));
            prop_assert!(claim.judge(&recorded(&claim, usize::MAX)).holds.is_some(), "{}", text);
            // As a trace's header tells it.
            prop_assert_eq!(read(claim.text()).unwrap(), claim);
        }
    }

    #[test]
    fn what_was_judged_early_stays(text in claims(), events in 0_usize..180) {
        let claim = read(&text).unwrap();
        let early = claim.judge(&recorded(&claim, events)).holds;
        let late = claim.judge(&recorded(&claim, usize::MAX)).holds;
        prop_assert!(early.is_none() || early == late, "{}: {:?} became {:?}", text, early, late);
    }
}
