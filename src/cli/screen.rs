//! `rhoscope [PROBLEM]`: the terminal interface.

use std::io::{self, IsTerminal as _};

use super::{args::Args, failure::Failure};
use crate::session::Setup;

/// Shows a problem on the screen.
pub(super) fn open(args: &Args) -> Result<(), Failure> {
    let setup = Setup::open(&args.problem, &args.session.overrides())?;
    if !io::stdout().is_terminal() {
        let message = "standard output is not a terminal, and the screen needs one; `rhoscope run` works without";
        return Err(Failure::Input(message.to_owned()));
    }
    crate::tui::run(setup, crate::tui::Options::default()).map_err(|error| Failure::Input(error.to_string()))
}
