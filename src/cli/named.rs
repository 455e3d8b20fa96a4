//! The problem that was named: bundled, or a file whose path may be any bytes.

use std::{ffi::OsStr, path::Path};

use clap::{Command, CommandFactory as _};

use super::{args::Args, failure::Failure};
use crate::{
    data::KnownSet,
    session::{
        Setup, SetupError,
        setup::{BUNDLED, Overrides, hint},
    },
};

/// Opens it.
pub(super) fn open(problem: &OsStr, overrides: &Overrides) -> Result<Setup, Failure> {
    let opened = match problem.to_str() {
        Some(name) => Setup::open(name, overrides),
        None => Setup::from_path(Path::new(problem), overrides),
    };
    opened.map_err(|error| match error {
        SetupError::NoSuchProblem { name, .. } => Failure::Input(unknown(&name)),
        SetupError::Read { ref path, .. } if path.contains('\\') && !cfg!(windows) => {
            Failure::Input(format!("{error}; directories are separated by / here, not by \\"))
        }
        error => error.into(),
    })
}

/// What a name may have been meant to be, where it is no problem.
fn unknown(name: &str) -> String {
    if KnownSet::ALL.into_iter().any(|set| set.as_str() == name) {
        return format!(
            "`{name}` is a data set, not a problem; a problem file uses it by data = {{ set = \"{name}\" }}"
        );
    }
    let neither = format!("`{name}` is neither a bundled problem nor a file");
    if name.contains('\\') {
        return format!("{neither}; directories are separated by / here, not by \\");
    }
    let near = hint(name, BUNDLED.iter().map(|bundled| bundled.name), "problems");
    if near.starts_with("did you mean") {
        return format!("{neither}; {near}");
    }
    let commands = Args::command();
    let near = hint(name, commands.get_subcommands().map(Command::get_name), "commands");
    if near.starts_with("did you mean") {
        return format!("{neither}; {near}");
    }
    format!("{neither}; {}", listed())
}

/// All bundled problems, where no name is near.
pub(super) fn listed() -> String {
    format!("the bundled ones are\n{}`rhoscope problems` says what they show", wrapped())
}

/// The bundled names in lines of at most 80 columns.
fn wrapped() -> String {
    let mut lines = vec![String::new()];
    for bundled in BUNDLED {
        if lines.last().is_some_and(|line| line.len() + bundled.name.len() > 76) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            *line += "  ";
            *line += bundled.name;
        }
    }
    lines.join("\n") + "\n"
}
