//! `DIRECTION+STEP+DAMPING`: any composition by a name that says what it is made of.

use std::fmt;

use super::{
    Name,
    error::{hint, list, visible},
};
use crate::optim::{Composition, DampingRule, DirectionKind, StepSizeKind};

/// A composition as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Composed {
    /// Its parts.
    pub parts: Composition,
    /// Whether the damping rule is left out, which means none.
    short: bool,
}

const DIRECTIONS: [&str; 3] = ["gradient", "adam", "kfac"];
const STEP_SIZES: [&str; 2] = ["fixed", "minimiser"];
/// The damping rules, the first of which is the absence of one.
const RULES: [(&str, DampingRule); 4] = [
    ("none", DampingRule::None),
    ("constant", DampingRule::Constant),
    ("levenberg-marquardt", DampingRule::LevenbergMarquardt),
    ("decreasing-loss", DampingRule::DecreasingLoss),
];

/// The form, as shown in messages.
pub(super) const FORM: &str = "DIRECTION+STEP or DIRECTION+STEP+DAMPING, for instance adam+minimiser+constant";

impl Composed {
    /// Reads a name with a `+` in it.
    ///
    /// # Errors
    /// What is accepted instead.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split('+').map(str::trim).collect();
        let (direction, step_size, rule) = match words[..] {
            [direction, step_size] => (direction, step_size, None),
            [direction, step_size, rule] => (direction, step_size, Some(rule)),
            _ => return Err(FORM.to_owned()),
        };
        let rules = RULES.map(|(name, _)| name);
        let parts = Composition {
            direction: DirectionKind::ALL[find(direction, &DIRECTIONS, "direction")?],
            step_size: StepSizeKind::ALL[find(step_size, &STEP_SIZES, "step size")?],
            damping: rule.map_or(Ok(0), |rule| find(rule, &rules, "damping rule")).map(|index| RULES[index].1)?,
        };
        if parts.damping != DampingRule::None && !parts.uses_damping() {
            let rule = rule.unwrap_or_default();
            return Err(format!(
                "{direction}+{step_size} without damping, as λ would enter neither the direction nor the step and a rejected step \
                 would only be repeated; else {direction}+minimiser+{rule} or kfac+fixed+{rule}"
            ));
        }
        Ok(Self { parts, short: rule.is_none() })
    }
}

impl Name {
    /// Every name there is, compositions last.
    pub fn every() -> Vec<Self> {
        let compositions = DIRECTIONS.iter().flat_map(|direction| {
            STEP_SIZES
                .iter()
                .flat_map(move |step| RULES.iter().map(move |(rule, _)| format!("{direction}+{step}+{rule}")))
        });
        let compositions = compositions.filter_map(|name| Composed::parse(&name).ok()).map(Self::Composed);
        Self::ALL.into_iter().chain(compositions).collect()
    }
}

/// The index of a part; the American spelling is taken too.
fn find(word: &str, known: &[&str], kind: &str) -> Result<usize, String> {
    let british = if word == "minimizer" { "minimiser" } else { word };
    known.iter().position(|name| *name == british).ok_or_else(|| {
        let all = list(known);
        let nearest = hint(word, known.iter().copied(), &format!("{kind}s"));
        let nearest = if nearest.starts_with("known") { String::new() } else { format!("; {nearest}") };
        format!("a {kind} in place of `{}`: {all}{nearest}", visible(word))
    })
}

impl fmt::Display for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Composition { direction, step_size, damping } = self.parts;
        write!(
            f,
            "{}+{}",
            name(&DirectionKind::ALL, &DIRECTIONS, &direction),
            name(&StepSizeKind::ALL, &STEP_SIZES, &step_size)
        )?;
        if self.short {
            return Ok(());
        }
        let rule = RULES.iter().find(|(_, rule)| *rule == damping).map_or("", |(name, _)| name);
        write!(f, "+{rule}")
    }
}

fn name<T: PartialEq>(all: &[T], names: &[&'static str], part: &T) -> &'static str {
    all.iter().position(|each| each == part).and_then(|index| names.get(index)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_what_they_say_and_write_as_they_were_written() {
        for direction in DIRECTIONS {
            for step_size in STEP_SIZES {
                let short = format!("{direction}+{step_size}");
                let composed = Composed::parse(&short).unwrap();
                assert_eq!((composed.to_string(), composed.parts.damping), (short.clone(), DampingRule::None));
                for (rule, damping) in RULES {
                    let long = format!("{short}+{rule}");
                    let refused = direction != "kfac" && step_size == "fixed" && rule != "none";
                    match Composed::parse(&long) {
                        Ok(composed) => {
                            assert!(!refused, "{long}");
                            assert_eq!((composed.to_string(), composed.parts.damping), (long, damping));
                        }
                        Err(message) => assert!(refused && message.contains("minimiser+"), "{long}: {message}"),
                    }
                }
            }
        }
        assert_eq!(Composed::parse("adam + minimizer").unwrap().to_string(), "adam+minimiser");
    }

    #[test]
    fn what_is_not_a_part_is_named_with_the_nearest() {
        let cases = [
            ("adma+minimiser", "a direction in place of `adma`: gradient, adam and kfac; did you mean `adam`?"),
            ("adam+fixd", "a step size in place of `fixd`: fixed and minimiser; did you mean `fixed`?"),
            (
                "kfac+fixed+lm",
                "a damping rule in place of `lm`: none, constant, levenberg-marquardt and decreasing-loss",
            ),
            ("kfac+minimiser+decreasing-los", "did you mean `decreasing-loss`?"),
            ("adam+", "a step size in place of ``"),
            ("a+b+c+d", "DIRECTION+STEP"),
            ("+", "a direction in place of ``"),
        ];
        for (text, part) in cases {
            let message = Composed::parse(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
