//! `rhoscope [PROBLEM]`: the terminal interface.

use std::io::{self, IsTerminal as _};

use super::{args::Args, failure::Failure};
use crate::{
    session::Setup,
    tui::{self, Options, TuiError},
};

/// Shows a problem on the screen.
pub(super) fn open(args: &Args) -> Result<(), Failure> {
    let setup = Setup::open(&args.problem, &args.session.overrides())?;
    if !io::stdout().is_terminal() {
        let message = "standard output is not a terminal, and the screen needs one; `rhoscope run` works without";
        return Err(Failure::Input(message.to_owned()));
    }
    let options = Options { brightness: args.theme.map(Into::into) };
    tui::run(setup, options).map_err(|error| match error {
        // The program is at fault, not what was typed.
        TuiError::Panic { .. } => Failure::Result(error.to_string()),
        TuiError::Problem(_) | TuiError::Terminal(_) => Failure::Input(error.to_string()),
    })
}
