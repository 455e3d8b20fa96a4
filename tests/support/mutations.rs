//! Texts that are nearly right.

use proptest::{
    prelude::*,
    sample::{Index, select},
};
use rhoscope::session::setup::{BUNDLED, KEYS};

pub const ODD: [&str; 40] = [
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
pub enum Change {
    Flip(Index, u8),
    Delete(Index, usize),
    Insert(Index, String),
    SwapLines(Index, Index),
    RepeatLine(Index, usize),
    Value(Index, String),
    Splice(usize, Index),
}

pub fn change() -> impl Strategy<Value = Change> {
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

pub fn apply(text: &str, change: &Change) -> String {
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
pub const PIECES: [&str; 58] = [
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

pub fn soup(pieces: &'static [&'static str], longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(pieces), 0..longest).prop_map(|pieces| pieces.concat())
}

/// An option that is nearly right.
pub fn spec() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        select(vec!["sgd", "adam", "sgdqlr", "adamqlr", "kfac"]).prop_map(str::to_owned),
        (
            select(vec!["gradient", "adam", "kfac"]),
            select(vec!["fixed", "minimiser"]),
            select(vec!["", "+none", "+constant", "+levenberg-marquardt", "+decreasing-loss"])
        )
            .prop_map(|(direction, step, damping)| format!("{direction}+{step}{damping}")),
    ];
    let keys: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
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

pub const TOKENS: [&str; 40] = [
    "x", "y", "x", "y", "1", "2", "0", "0.5", "1e308", "1e-308", ".5", "3.", "pi", "e", "+", "-", "*", "/", "^", "**",
    "(", ")", "(", ")", "sin(", "exp(", "ln(", "sqrt(", "abs(", "tanh(", "log10(", "cbrt(", ",", " ", "z", "é", "²",
    "1e", "^-", "--",
];

pub const FORMULA: [&str; 8] = [
    "(1-x)^2 + 100*(y-x^2)^2",
    "sin(x)*cos(y) + exp(-(x^2+y^2))",
    "ln(1+x^2)/(1+abs(y))",
    "sqrt(x^2+y^2)^3 - cbrt(x*y)",
    "x^y + y^x",
    "tan(x)/tanh(y)",
    "acos(x/10) + asin(y/10) + atan(x*y)",
    "log2(x^2+1)*log10(y^2+1)*sinh(x)*cosh(y)",
];

pub fn formula() -> impl Strategy<Value = String> {
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
