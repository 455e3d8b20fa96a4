//! `rhoscope [PROBLEM]`: the terminal interface.

use std::io::{self, IsTerminal as _};

use super::{args::Args, failure::Failure, outputs, train::plan::no_data};
use crate::{
    session::{Setup, setup::ProblemSpec},
    tui::{self, Options, TuiError, source::Pace, trace::TraceFiles},
};

/// Shows a problem on the screen.
pub(super) fn open(args: &Args) -> Result<(), Failure> {
    let setup = Setup::open(&args.problem, &args.session.overrides())?;
    let pace = Pace {
        epochs: args.pace.epochs.map(std::num::NonZero::get),
        eval_every: args.pace.eval_every.map(std::num::NonZero::get),
    };
    if pace != Pace::default() && !matches!(setup.problem, ProblemSpec::Mlp(_)) {
        return Err(Failure::Input(format!("{}; --epochs and --eval-every need some", no_data(&setup))));
    }
    let files = [("--trace", &args.trace), ("--csv", &args.csv)];
    outputs::files(files.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?))))?;
    if !io::stdout().is_terminal() {
        let message = "standard output is not a terminal, and the screen needs one; `rhoscope run` works without";
        return Err(Failure::Input(message.to_owned()));
    }
    let trace = TraceFiles { json: args.trace.clone(), csv: args.csv.clone() };
    let options = Options { brightness: args.theme.map(Into::into), pace, trace, start: args.start.start() };
    tui::run(setup, options).map_err(|error| match error {
        // The program is at fault, not what was typed.
        TuiError::Panic { .. } => Failure::Result(error.to_string()),
        TuiError::Problem(_) | TuiError::Terminal(_) | TuiError::Trace(_) => Failure::Input(error.to_string()),
    })
}
