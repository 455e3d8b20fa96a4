//! Slips of the command line that the parser has no good word for.

use std::ffi::OsString;

use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::session::setup::{BUNDLED, hint};

/// What is wrong, in better words than the parser's, where there are any.
pub(super) fn explain(error: &clap::Error, typed: &[OsString], program: &Command) -> Option<String> {
    if !matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::ArgumentConflict | ErrorKind::InvalidSubcommand)
    {
        return None;
    }
    let commands: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
    let first = typed.first()?.to_str()?;
    let is_command = first == "help" || commands.contains(&first);
    let problem = BUNDLED.iter().any(|bundled| bundled.name == first) || std::path::Path::new(first).exists();
    if !first.starts_with('-') && !is_command && !problem {
        return Some(no_command(first, &commands));
    }
    let ContextValue::String(argument) = error.get(ContextKind::InvalidArg)? else { return None };
    let option = argument.strip_prefix("--")?.split('=').next()?;
    if is_command || error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let has = |command: &&Command| command.get_arguments().any(|known| known.get_long() == Some(option));
    let owners: Vec<String> =
        program.get_subcommands().filter(has).map(|command| format!("`rhoscope {}`", command.get_name())).collect();
    let key = if option == "png" { "; on the screen, the key e exports the picture" } else { "" };
    (!owners.is_empty()).then(|| format!("--{option} belongs to {}{key}", owners.join(" and ")))
}

/// A word where a command or a problem was expected.
fn no_command(word: &str, commands: &[&str]) -> String {
    if word == "plot" {
        return "there is no command `plot` in this version; `rhoscope run PROBLEM --png FILE` draws a run, and --csv FILE \
                writes it for other programs to plot"
            .to_owned();
    }
    format!("there is neither a command nor a problem `{word}`; {}", hint(word, commands.iter().copied(), "commands"))
}
