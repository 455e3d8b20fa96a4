//! The command line: what was typed → what it means → what came of it.
//!
//! Results go to standard output; progress and messages go to standard error. Exit codes: 0 done, 1 nothing came of it,
//! 2 usage, bad input or files, and 128 + the signal's number if interrupted. A reader that closes its pipe is no error.

mod args;
mod check;
mod data;
mod failure;
mod named;
mod outputs;
mod picture;
mod problems;
mod progress;
mod recorder;
mod report;
mod run;
mod screen;
mod signals;
mod slips;
mod train;
mod ways;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};

use args::{Args, Command, ProblemsCommand, SessionArgs};
use failure::Failure;

/// Runs the program and says how it ended.
pub fn main() -> ExitCode {
    let result = match Args::try_parse() {
        Ok(args) => dispatch(&args),
        Err(error) => {
            // Help and version come this way as well, with code 0. A closed pipe is no reason to complain.
            let typed: Vec<_> = std::env::args_os().skip(1).collect();
            if let Some(message) = slips::explain(&error, &typed, &Args::command()) {
                let _ = writeln!(io::stderr(), "error: {message}");
                return ExitCode::from(2);
            }
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                // If even this cannot be written there is nobody to tell.
                let _ = writeln!(io::stderr(), "error: {message}");
            }
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(args: &Args) -> Result<(), Failure> {
    let session = match &args.command {
        None => Some(&args.session),
        Some(Command::Run(run)) => Some(&run.session),
        Some(Command::Train(train)) => Some(&train.session),
        Some(_) => None,
    };
    crate::math::set_threads(session.and_then(SessionArgs::threads));
    match &args.command {
        None => screen::open(args),
        Some(Command::Run(run)) => run::run(run),
        Some(Command::Train(args)) => train::train(args),
        Some(Command::Check(args)) => check::check(args),
        Some(Command::Data { command, data_dir }) => data::data(command.as_ref(), data_dir.as_deref()),
        Some(Command::Problems { command: None | Some(ProblemsCommand::List) }) => print(&problems::list()),
        Some(Command::Problems { command: Some(ProblemsCommand::Show { name }) }) => print(problems::show(name)?),
        Some(Command::Completions { shell }) => print_bytes(&ways::completions(*shell, Args::command())),
        Some(Command::Man) => print_bytes(&ways::man(Args::command()).map_err(Failure::output)?),
    }
}

/// Writes a result to standard output.
fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Failure::output)
}
