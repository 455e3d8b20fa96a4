//! `rhoscope problems`.

use std::fmt::Write as _;

use super::{failure::Failure, named};
use crate::session::setup::{BUNDLED, Overrides, Setup, hint};

/// Names and summaries, aligned.
pub(super) fn list() -> String {
    let width = BUNDLED.iter().map(|bundled| bundled.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for bundled in BUNDLED {
        let setup = Setup::bundled(bundled.name, &Overrides::default());
        let summary = setup.ok().and_then(|setup| setup.summary).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:width$}  {summary}", bundled.name);
    }
    text
}

/// A bundled problem file.
pub(super) fn show(name: &str) -> Result<&'static str, Failure> {
    BUNDLED.iter().find(|bundled| bundled.name == name).map(|bundled| bundled.text).ok_or_else(|| {
        let hint = hint(name, BUNDLED.iter().map(|bundled| bundled.name), "problems");
        let hint = if hint.starts_with("did you mean") { hint } else { named::listed() };
        Failure::Input(format!("there is no bundled problem `{name}`; {hint}"))
    })
}
