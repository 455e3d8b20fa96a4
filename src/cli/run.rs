//! `rhoscope run`.

use std::{
    io::{self, Write as _},
    time::Instant,
};

use signal_hook::consts::SIGINT;

use super::{
    args::{RunArgs, Theme},
    failure::Failure,
    named,
    outputs::Outputs,
    picture,
    progress::Progress,
    recorder::{Earlier, Recorder},
    report,
    signals::Stop,
};
use crate::{
    data::encode_params,
    export::{ExportError, OutputFile},
    session::{Evaluator, Session, Setup},
};

/// Runs a problem without a screen.
pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let stop = Stop::watch()?;
    let setup = named::open(&args.problem, &args.session.overrides())?;
    let mut outputs = Outputs::open(&args.outputs, &setup, None)?;
    let mut session = setup.build()?;
    tell(&setup, &session);
    let summary_to_stdout = !outputs.use_stdout();
    let mut recorder = Recorder::new(&mut outputs, &setup, &session, &Earlier::default())?;
    recorder.begin(&mut session);
    let evaluator = recorder.history.as_ref().and_then(|_| picture::evaluator(&setup, &session));
    let stopped = advance(&setup, &mut session, &mut recorder, evaluator, &stop)?;
    recorder.arrive(&mut session);
    if stopped.is_none() {
        recorder.finish();
    }
    warn(&recorder);
    // Who stops a run by hand has changed his mind about it: half of it does not take the place of an earlier one.
    let spared = stopped == Some(SIGINT);
    let left = write_results(&setup, &mut session, &mut recorder, outputs, args.outputs.theme, spared)?;

    // On a network f is the mean over its data, which a step sees a batch of.
    let final_loss = if session.batches_per_epoch().is_some() { "f, all data" } else { "f at the end" };
    let printed = if summary_to_stdout { super::print(&report::table(&recorder.lanes, final_loss)) } else { Ok(()) };
    if let Some(signal) = stopped {
        // A terminal that is gone cannot be printed to.
        return Err(Failure::Stopped(signal, farewell(session.latest(), setup.steps, &left)));
    }
    printed?;
    if let Some(failure) = report::LaneReport::failure(&recorder.lanes) {
        return Err(Failure::Result(failure));
    }
    Ok(())
}

/// What to say of a run that was stopped, and of the earlier results left in their places.
fn farewell(step: u64, steps: u64, left: &[String]) -> String {
    let of_files = match left {
        [] => String::new(),
        [one] => format!("; {one} of an earlier run stays as it was"),
        several => format!("; {} of an earlier run stay as they were", several.join(", ")),
    };
    format!("interrupted after step {step} of {steps}{of_files}")
}

/// Tells what the user should know of the problem and the data.
pub(super) fn tell(setup: &Setup, session: &Session) {
    let of_data = session.data_info().map(|info| info.notes.as_slice()).unwrap_or_default();
    for note in setup.notes.iter().chain(of_data) {
        // A message that cannot be shown does not stop a run.
        let _ = writeln!(io::stderr(), "{note}");
    }
}

/// Tells what the user should know besides the table.
pub(super) fn warn(recorder: &Recorder) {
    for warning in recorder.lanes.iter().filter_map(report::LaneReport::warning) {
        // A message that cannot be shown does not stop a run.
        let _ = writeln!(io::stderr(), "{warning}");
    }
}

/// Completes the traces, makes picture and parameters, and puts all of them in their places; where earlier results are `spared`,
/// only those that replace none. The names of the earlier ones left.
pub(super) fn write_results(
    setup: &Setup,
    session: &mut Session,
    recorder: &mut Recorder,
    mut outputs: Outputs,
    theme: Option<Theme>,
    spared: bool,
) -> Result<Vec<String>, Failure> {
    let mut files = recorder.close()?;
    if let (Some(mut file), Some(history)) = (outputs.png.take(), &recorder.history) {
        let bytes = picture::png(setup, session, history, theme.unwrap_or(Theme::Light).into());
        write(&mut file, &bytes.map_err(|error| Failure::Result(error.to_string()))?)?;
        files.push(file);
    }
    files.extend(params(setup, session, recorder, outputs.params)?);
    // Everything is written by now: only the moves to their places remain.
    let mut left = Vec::new();
    for file in files {
        if spared && file.replaces() {
            left.push(file.name().to_owned());
        } else {
            file.commit()?;
        }
    }
    Ok(left)
}

/// Takes the steps, and evaluates the lanes where the picture shows what was found; the signal that stopped it, if one did.
fn advance(
    setup: &Setup,
    session: &mut Session,
    recorder: &mut Recorder,
    mut evaluator: Option<Evaluator>,
    stop: &Stop,
) -> Result<Option<i32>, Failure> {
    let started = Instant::now();
    let clock = || started.elapsed().as_secs_f64();
    let mut progress = Progress::new(setup.steps);
    let mut stopped = None;
    for step in 1..=setup.steps {
        if let Some(evaluator) = evaluator.as_mut().filter(|evaluator| evaluator.is_due(step - 1)) {
            recorder.look(evaluator, session);
        }
        let more = session.advance(&clock, &mut |progress| recorder.take(progress));
        recorder.check()?;
        progress.at(step);
        if !more {
            break;
        }
        stopped = stop.asked().filter(|_| step < setup.steps);
        if stopped.is_some() {
            break;
        }
    }
    if let Some(evaluator) = &mut evaluator {
        recorder.look(evaluator, session);
    }
    Ok(stopped)
}

/// Writes the parameters every lane ended with.
fn params(
    setup: &Setup,
    session: &mut Session,
    recorder: &Recorder,
    files: Vec<OutputFile>,
) -> Result<Vec<OutputFile>, Failure> {
    let (layout, width) = setup.params_layout();
    let mut written = Vec::with_capacity(files.len());
    for (lane, mut file) in files.into_iter().enumerate() {
        let params = session.params(lane, recorder.lanes[lane].steps);
        let bytes = encode_params(&params, &layout, width)
            .map_err(|error| Failure::Result(format!("cannot write {}: {error}", file.name())))?;
        write(&mut file, &bytes)?;
        written.push(file);
    }
    Ok(written)
}

fn write(file: &mut OutputFile, bytes: &[u8]) -> Result<(), Failure> {
    file.write_all(bytes).map_err(|error| ExportError::of(&error, file.name()).into())
}
