//! How far a training is: a bar on a terminal, else a line an evaluation.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Instant,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::plan::Plan;

const TEMPLATE: &str = "{wide_bar} {pos}/{len} steps  {elapsed} gone, {eta} to go  {msg}";

/// Says on standard error how far it is.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
    from: u64,
    /// Of all lanes together, a step.
    examples: f64,
}

impl Progress {
    /// Of a training that stands after step `from`; a step sees so many `examples` in all lanes together.
    pub fn new(plan: &Plan, from: u64, examples: f64) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let bar = (io::stderr().is_terminal() && !dumb).then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(Some(plan.steps), target).with_position(from);
            bar.reset_eta();
            match ProgressStyle::with_template(TEMPLATE) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self { bar, started: Instant::now(), from, examples }
    }

    /// Says that `step` is done.
    pub fn at(&self, step: u64) {
        if let Some(bar) = &self.bar {
            let rate = self.examples * (step - self.from) as f64 / self.started.elapsed().as_secs_f64().max(1e-9);
            bar.set_message(format!("{rate:.0} examples/s"));
            bar.set_position(step);
        }
    }

    /// Shows a line.
    pub fn say(&self, line: &str) {
        // A message that cannot be shown does not stop a training.
        let _ = match &self.bar {
            Some(bar) => bar.suspend(|| writeln!(io::stderr(), "{line}")),
            None => writeln!(io::stderr(), "{line}"),
        };
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
