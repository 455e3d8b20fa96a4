//! Claims and what came of them, in words.

use super::number;
use crate::claim::{Judgement, Side, Value};

/// ✓, ✗, or … while steps are missing.
pub fn mark(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "…",
    }
}

/// The same as a word.
pub fn word(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "holds",
        Some(false) => "fails",
        None => "open",
    }
}

/// Where to look: `AdamQLR, step 12`.
pub fn point(judgement: &Judgement) -> Option<String> {
    let point = judgement.point.as_ref()?;
    Some(match &point.lane {
        Some(lane) => format!("{lane}, step {}", point.step),
        None => format!("step {}", point.step),
    })
}

/// A comparison with the values on both sides: `count(k: rho("AdamQLR", k) < 1/4) = 5  >=  3`.
pub fn side(side: &Side) -> String {
    let mut text = told(&side.left, side.left_value, side.left_word.as_deref());
    if let Some((comparison, right)) = &side.right {
        let right = told(right, side.right_value, side.right_word.as_deref());
        text.extend(["  ", comparison.symbol(), "  ", &right]);
    } else {
        text.extend([" is ", side.holds.map_or("open", |holds| if holds { "true" } else { "false" })]);
    }
    if !side.at.is_empty() {
        let steps: Vec<String> = side.at.iter().map(|(name, step)| format!("{name} = {step}")).collect();
        text.extend(["  at ", &steps.join(", ")]);
    }
    text
}

/// A side as written, and what it is.
fn told(written: &str, value: Option<Value>, word: Option<&str>) -> String {
    match (value, word) {
        (Some(found), _) => format!("{written} = {}", self::value(found)),
        (None, Some(word)) => format!("{written} = {word}"),
        (None, None) => written.to_owned(),
    }
}

/// A number as far as it is known.
pub fn value(value: Value) -> String {
    match value {
        Value::Absent => "not computed".to_owned(),
        // Small whole numbers are counts or steps.
        Value::Known(number) if number.fract() == 0.0 && number.abs() < 1e6 => format!("{number:.0}").replace('-', "−"),
        Value::Known(number) => number::precise(number),
        Value::Open { low, high, .. } => match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("{} to {}", self::value(Value::Known(low)), self::value(Value::Known(high))),
            (true, false) => format!("at least {}", self::value(Value::Known(low))),
            (false, true) => format!("at most {}", self::value(Value::Known(high))),
            (false, false) => "open".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_written_as_such_with_a_sign_as_all_others_have() {
        assert_eq!(value(Value::Known(-1.0)), "−1");
        assert_eq!(value(Value::Known(27.0)), "27");
        assert_eq!(value(Value::Known(-0.551)), "−0.5510");
    }
}
