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
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let command = program.find_subcommand(first).unwrap_or(program);
    if argument.parse::<f64>().is_ok() {
        return Some(negative(argument, typed, command));
    }
    let option = argument.strip_prefix("--")?.split('=').next()?;
    Some(no_option(option, command, program))
}

/// A number that looks like an option.
fn negative(number: &str, typed: &[OsString], command: &Command) -> String {
    let before = typed.iter().position(|word| word == number).and_then(|at| typed.get(at.checked_sub(1)?)?.to_str());
    let option = before.filter(|word| known(command).any(|name| Some(name) == word.strip_prefix("--")));
    match option {
        Some(option) => format!("{option} {number}: expected a whole number from 0"),
        None => format!("`{number}` is neither an option nor a problem"),
    }
}

fn known(command: &Command) -> impl Iterator<Item = &str> {
    command.get_arguments().filter_map(|argument| argument.get_long())
}

/// An option that the command does not have.
fn no_option(option: &str, command: &Command, program: &Command) -> String {
    let called = |command: &Command| match command.get_name() {
        name if name == program.get_name() => "`rhoscope PROBLEM`, the screen".to_owned(),
        name => format!("`rhoscope {name}`"),
    };
    let all = std::iter::once(program).chain(program.get_subcommands());
    let owners: Vec<String> = all.filter(|owner| known(owner).any(|name| name == option)).map(called).collect();
    let key = if option == "png" { "; on the screen, the key e exports the picture" } else { "" };
    if !owners.is_empty() {
        return format!("--{option} belongs to {}{key}", owners.join(" and "));
    }
    let near = hint(option, known(command), "options");
    let help = match command.get_name() {
        name if name == program.get_name() => "`rhoscope --help` lists the options".to_owned(),
        name => format!("`rhoscope {name} --help` lists its options"),
    };
    match near.strip_prefix("did you mean `") {
        Some(near) => format!("there is no option --{option}; did you mean `--{near}"),
        None => format!("there is no option --{option}; {help}"),
    }
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
