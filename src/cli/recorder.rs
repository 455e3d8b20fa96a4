//! What a run leaves behind: traces as it goes, and what is needed for a figure and a summary.

use std::{
    fs::File,
    io::{self, BufReader, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{failure::Failure, outputs::Outputs, report::LaneReport};
use crate::{
    export::{CsvTrace, EarlierError, ExportError, JsonTrace, OutputFile, leftovers},
    optim::{Outcome, StepRecord},
    session::{EvaluationRecord, Evaluator, History, Progress, Session, Setup},
};

/// How often a reader of a running trace sees something new.
const FLUSH: Duration = Duration::from_millis(100);

/// Where traces of the same run may be that are to be gone on with, the likeliest first.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    pub trace: Vec<PathBuf>,
    pub csv: Vec<PathBuf>,
}

impl Earlier {
    /// Of a run taken up again, whose traces were meant for these files: what it left where it was cut off, and what it completed.
    pub fn of(trace: Option<&Path>, csv: Option<&Path>) -> Self {
        let all = |path: Option<&Path>| {
            let path = path.filter(|path| path.as_os_str() != "-");
            let complete = path.filter(|path| path.is_file()).map(Path::to_owned);
            path.map(leftovers).unwrap_or_default().into_iter().chain(complete).collect()
        };
        Self { trace: all(trace), csv: all(csv) }
    }
}

/// Takes down a run.
pub(super) struct Recorder {
    json: Option<(String, JsonTrace<OutputFile>)>,
    csv: Option<(String, CsvTrace<OutputFile>)>,
    /// Kept only for a figure.
    pub history: Option<History>,
    /// One a lane.
    pub lanes: Vec<LaneReport>,
    flushed: Instant,
    /// What a run that was cut off had left, and is now in the traces.
    taken_over: Vec<PathBuf>,
    failed: Option<Failure>,
}

impl Recorder {
    /// Begins the traces asked for, or goes on with those that there are of a run taken up again.
    pub fn new(outputs: &mut Outputs, setup: &Setup, session: &Session, earlier: &Earlier) -> Result<Self, Failure> {
        let mut taken_over: Vec<PathBuf> = Vec::new();
        let stands: Vec<u64> = (0..session.lanes()).map(|lane| session.step(lane)).collect();
        let empty = session.empty_history();
        let params = empty.lanes().first().map_or(0, crate::session::LaneHistory::recorded_params);
        let json = outputs.trace.take().map(|file| {
            let name = file.name().to_owned();
            let fits = |old| JsonTrace::continued(io::sink(), old, setup, &stands).map(drop);
            let trace = if let Some(old) = choose(&earlier.trace, &name, "--trace", fits)? {
                taken_over.extend((old.as_os_str() != name.as_str()).then(|| old.clone()));
                JsonTrace::continued(file, open(old, &name)?, setup, &stands)
                    .map_err(|error| unfit(&error, &name, "--trace"))
            } else {
                tell_of_a_late_beginning(&file, session.latest());
                JsonTrace::new(file, setup, session.latest()).map_err(|error| failure(&error, &name))
            };
            trace.map(|trace| (name.clone(), trace))
        });
        let csv = outputs.csv.take().map(|file| {
            let name = file.name().to_owned();
            let fits = |old| CsvTrace::continued(io::sink(), old, setup, params, &stands).map(drop);
            let trace = if let Some(old) = choose(&earlier.csv, &name, "--csv", fits)? {
                taken_over.extend((old.as_os_str() != name.as_str()).then(|| old.clone()));
                CsvTrace::continued(file, open(old, &name)?, setup, params, &stands)
                    .map_err(|error| unfit(&error, &name, "--csv"))
            } else {
                tell_of_a_late_beginning(&file, session.latest());
                CsvTrace::new(file, setup, params).map_err(|error| failure(&error, &name))
            };
            trace.map(|trace| (name.clone(), trace))
        });
        let mut recorder = Self {
            json: json.transpose()?,
            csv: csv.transpose()?,
            history: outputs.png.is_some().then_some(empty),
            lanes: Vec::new(),
            flushed: Instant::now(),
            taken_over,
            failed: None,
        };
        // Lanes that were taken up again stand where they stood.
        for (lane, setup) in setup.lanes.iter().enumerate() {
            let (steps, outcome) = (session.step(lane), session.outcome(lane).cloned());
            recorder.lanes.push(LaneReport::resumed(&setup.label, steps, outcome.clone()));
            if let Some(outcome) = outcome {
                recorder.end(lane, steps, outcome);
            }
        }
        Ok(recorder)
    }

    /// Takes down what a lane did. A trace that cannot be written is reported by [`check`](Self::check).
    pub fn take(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Step { lane, record, seconds } => {
                self.lanes[lane].step(record);
                if let Some(history) = &mut self.history {
                    history.lane_mut(lane).push(record, seconds);
                }
                if let Err(failure) = self.write(lane, record) {
                    self.failed.get_or_insert(failure);
                }
            }
            Progress::Ended { lane, step, outcome } => self.end(lane, step, outcome),
        }
    }

    fn write(&mut self, lane: usize, record: &StepRecord) -> Result<(), Failure> {
        if let Some((name, trace)) = &mut self.json {
            trace.step(lane, record).map_err(|error| failure(&error, name))?;
            if self.flushed.elapsed() > FLUSH {
                self.flushed = Instant::now();
                trace.flush().map_err(|error| failure(&error, name))?;
            }
        }
        if let Some((name, trace)) = &mut self.csv {
            trace.step(lane, record).map_err(|error| failure(&error, name))?;
        }
        Ok(())
    }

    /// Takes down f at the start, where all lanes stand before the first step.
    pub fn begin(&mut self, session: &mut Session) {
        let start = session.final_loss(0);
        self.lanes.iter_mut().for_each(|report| report.first_loss = start);
    }

    /// Takes down f where the lanes stand, the same for all of them and charged to none.
    pub fn arrive(&mut self, session: &mut Session) {
        for (lane, report) in self.lanes.iter_mut().enumerate() {
            report.final_loss = session.final_loss(lane);
            if let Some(history) = &mut self.history {
                history.lane_mut(lane).arrive(report.final_loss);
            }
        }
    }

    /// Takes down, for the figure alone, how the lanes do on all of the data.
    pub fn look(&mut self, evaluator: &mut Evaluator, session: &Session) {
        let Some(history) = &mut self.history else { return };
        while let Some((lane, record)) = evaluator.next(session) {
            history.lane_mut(lane).evaluated(record);
        }
    }

    /// Takes down how a lane does on all of the data.
    pub fn evaluation(&mut self, lane: usize, evaluation: &EvaluationRecord) -> Result<(), Failure> {
        if let Some(history) = &mut self.history {
            history.lane_mut(lane).evaluated(evaluation.clone());
        }
        let Some((name, trace)) = &mut self.json else { return Ok(()) };
        trace.evaluation(lane, evaluation).and_then(|()| trace.flush()).map_err(|error| failure(&error, name))
    }

    fn end(&mut self, lane: usize, step: u64, outcome: Outcome) {
        if let Some(history) = &mut self.history {
            history.lane_mut(lane).end(step, outcome.clone());
        }
        if let Some((_, trace)) = &mut self.json {
            trace.end(lane, step, outcome.clone());
        }
        self.lanes[lane].end = Some((step, outcome));
    }

    /// Puts all that was taken down out of this program's hands, so that it is there even if the program is killed.
    pub fn flush(&mut self) -> Result<(), Failure> {
        if let Some((name, trace)) = &mut self.json {
            trace.flush().map_err(|error| failure(&error, name))?;
        }
        if let Some((name, trace)) = &mut self.csv {
            trace.flush().map_err(|error| failure(&error, name))?;
        }
        Ok(())
    }

    /// Removes what a run that was cut off had left, now that the traces that took it over are in their places.
    pub fn clear_away(&self) {
        for path in &self.taken_over {
            // What cannot be removed does no harm.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Fails if something could not be written.
    pub fn check(&mut self) -> Result<(), Failure> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Ends the lanes that are still going: they took all the steps asked for.
    pub fn finish(&mut self) {
        for lane in 0..self.lanes.len() {
            if self.lanes[lane].end.is_none() {
                self.end(lane, self.lanes[lane].steps, Outcome::Finished);
            }
        }
    }

    /// Completes the traces; they are still to be put in their places.
    pub fn close(&mut self) -> Result<Vec<OutputFile>, Failure> {
        let mut files = Vec::new();
        if let Some((name, trace)) = self.json.take() {
            files.push(trace.finish().map_err(|error| failure(&error, &name))?);
        }
        if let Some((name, trace)) = self.csv.take() {
            files.push(trace.finish().map_err(|error| failure(&error, &name))?);
        }
        Ok(files)
    }
}

/// The first of the earlier traces that leads up to where the run is taken up again; none where there are none, or only unfit remains.
fn choose<'p>(
    earlier: &'p [PathBuf],
    name: &str,
    option: &str,
    fits: impl Fn(BufReader<File>) -> Result<(), EarlierError>,
) -> Result<Option<&'p PathBuf>, Failure> {
    for path in earlier {
        match fits(open(path, name)?) {
            Ok(()) => return Ok(Some(path)),
            Err(error) if path.as_os_str() == name => return Err(unfit(&error, name, option)),
            Err(_) => {}
        }
    }
    Ok(None)
}

fn tell_of_a_late_beginning(file: &OutputFile, step: u64) {
    if step > 0 && !file.is_stdout() {
        let name = file.name();
        // A message that cannot be shown does not stop a run.
        let _ =
            writeln!(io::stderr(), "warning: {name} has nothing of the steps before, so it begins after step {step}");
    }
}

fn open(path: &Path, name: &str) -> Result<BufReader<File>, Failure> {
    let file = File::open(path).map_err(|error| Failure::Input(format!("cannot read {name}: {error}")))?;
    Ok(BufReader::new(file))
}

fn unfit(error: &EarlierError, name: &str, option: &str) -> Failure {
    Failure::Input(format!("{name} already exists and cannot be continued: it {error}; give {option} another file"))
}

fn failure(error: &io::Error, name: &str) -> Failure {
    ExportError::of(error, name).into()
}
