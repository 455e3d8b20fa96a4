//! The steps of the run on the screen, into files that appear when the screen is left.

use std::{
    io::{self, BufReader, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    export::{CsvTrace, ExportError, JsonTrace, OutputFile},
    optim::{Outcome, StepRecord},
    session::{Edit, EditedLane, EvaluationRecord, Progress, Setup},
};

/// Where the steps go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceFiles {
    /// As JSON Lines.
    pub json: Option<PathBuf>,
    /// As CSV.
    pub csv: Option<PathBuf>,
}

impl TraceFiles {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.json.is_none() && self.csv.is_none()
    }
}

/// The files being written. One that cannot be written is given up, and the run goes on.
pub struct Trace {
    files: Vec<TraceFile>,
    /// How many parameters a step records.
    params: usize,
    /// How the lanes ended, to be written last.
    ends: Vec<Option<(u64, Outcome)>>,
    /// What went wrong since it was asked for.
    news: Option<String>,
}

struct TraceFile {
    path: PathBuf,
    /// What is written, or why nothing is any more.
    writer: Result<Writer, String>,
}

enum Writer {
    Json(JsonTrace<OutputFile>),
    Csv(Box<CsvTrace<OutputFile>>),
}

impl Trace {
    /// Begins the files; every step records `params` parameters.
    ///
    /// # Errors
    /// A sentence, if one cannot be written.
    pub fn begin(files: &TraceFiles, setup: &Setup, params: usize) -> Result<Self, String> {
        let json = files.json.iter().map(|path| (path, Writer::json(path, setup)));
        let csv = files.csv.iter().map(|path| (path, Writer::csv(path, setup, params)));
        let files = json.chain(csv).map(|(path, writer)| Ok(TraceFile { path: path.clone(), writer: Ok(writer?) }));
        Ok(Self {
            files: files.collect::<Result<_, String>>()?,
            params,
            ends: vec![None; setup.lanes.len()],
            news: None,
        })
    }

    /// Begins the files anew for another run.
    pub fn restart(&mut self, files: &TraceFiles, setup: &Setup, params: usize) {
        // What was written so far goes first: it is of another run.
        self.files.clear();
        match Self::begin(files, setup, params) {
            Ok(begun) => *self = begun,
            Err(sentence) => {
                let lost = |path: &PathBuf| TraceFile { path: path.clone(), writer: Err(sentence.clone()) };
                self.files = files.json.iter().chain(&files.csv).map(lost).collect();
                self.news = Some(sentence);
            }
        }
    }

    /// Takes down what a lane did.
    pub fn take(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Step { lane, record, .. } => self.each(|_, writer| writer.step(*lane, record)),
            Progress::Ended { lane, step, outcome } => self.ends[*lane] = Some((*step, outcome.clone())),
        }
    }

    /// Takes down how a lane does on all of the data.
    pub fn evaluation(&mut self, lane: usize, record: &EvaluationRecord) {
        self.each(|_, writer| writer.evaluation(lane, record));
    }

    /// Goes on with the lanes of an edit: the files then hold what the run is now, not what it was. `before` is the setup before it.
    pub fn edited(&mut self, edit: &Edit, before: &Setup, setup: &Setup) {
        let lanes = edit.lanes.iter().enumerate();
        let kept: Vec<(&str, usize)> = lanes
            .filter_map(|(now, lane)| match lane {
                EditedLane::Kept { lane, .. } => Some((before.lanes[*lane].label.as_str(), now)),
                EditedLane::Started(_) => None,
            })
            .collect();
        let end = |lane: &EditedLane| match lane {
            EditedLane::Kept { lane, .. } => self.ends[*lane].clone().filter(|(step, _)| *step <= edit.step),
            EditedLane::Started(_) => None,
        };
        self.ends = edit.lanes.iter().map(end).collect();
        let params = self.params;
        self.each(|path, writer| {
            *writer = writer.edited(path, setup, params, &kept, edit.step)?;
            Ok(())
        });
    }

    /// What went wrong since this was asked last.
    pub fn news(&mut self) -> Option<String> {
        self.news.take()
    }

    /// Completes the files and puts them in their places; lanes that have not ended did all that was asked, up to the step given for
    /// each.
    ///
    /// # Errors
    /// A sentence, if one of them could not be written, now or before.
    pub fn finish(self, steps: &[u64]) -> Result<(), String> {
        let ends = self.ends.into_iter().zip(steps).map(|(end, step)| end.unwrap_or((*step, Outcome::Finished)));
        let ends: Vec<_> = ends.collect();
        let mut result = Ok(());
        for file in self.files {
            let done = file.writer.and_then(|writer| writer.finish(&file.path, &ends));
            result = result.and(done);
        }
        result
    }

    /// Does something with every file; one that fails is given up.
    fn each(&mut self, mut what: impl FnMut(&Path, &mut Writer) -> io::Result<()>) {
        for TraceFile { path, writer: state } in &mut self.files {
            let Ok(writer) = state else { continue };
            if let Err(error) = what(path, writer) {
                let sentence = failure(&error, path);
                self.news.get_or_insert_with(|| format!("{sentence}; the run goes on without it"));
                *state = Err(sentence);
            }
        }
    }
}

fn failure(error: &io::Error, path: &Path) -> String {
    ExportError::of(error, &path.display().to_string()).to_string()
}

fn create(path: &Path) -> Result<OutputFile, String> {
    OutputFile::create(path).map_err(|error| error.to_string())
}

impl Writer {
    fn json(path: &Path, setup: &Setup) -> Result<Self, String> {
        JsonTrace::new(create(path)?, setup, 0).map(Self::Json).map_err(|error| failure(&error, path))
    }

    fn csv(path: &Path, setup: &Setup, params: usize) -> Result<Self, String> {
        CsvTrace::new(create(path)?, setup, params)
            .map(|trace| Self::Csv(Box::new(trace)))
            .map_err(|error| failure(&error, path))
    }

    fn step(&mut self, lane: usize, record: &StepRecord) -> io::Result<()> {
        match self {
            Self::Json(trace) => trace.step(lane, record),
            Self::Csv(trace) => trace.step(lane, record),
        }
    }

    /// Only JSON Lines have room for it.
    fn evaluation(&mut self, lane: usize, record: &EvaluationRecord) -> io::Result<()> {
        match self {
            Self::Json(trace) => trace.evaluation(lane, record),
            Self::Csv(_) => Ok(()),
        }
    }

    /// Another file in place of this one, with the steps up to `last` of the lanes kept.
    fn edited(
        &mut self,
        path: &Path,
        setup: &Setup,
        params: usize,
        kept: &[(&str, usize)],
        last: u64,
    ) -> io::Result<Self> {
        let written = match self {
            Self::Json(trace) => {
                trace.flush()?;
                trace.output().reopened()?
            }
            Self::Csv(trace) => trace.flushed()?.reopened()?,
        };
        let written = written.ok_or_else(|| io::Error::other("what was written to it cannot be taken back"))?;
        let written = BufReader::new(written);
        let out = OutputFile::create(path).map_err(|error| match error {
            // Whoever reports it names the file.
            ExportError::Write { problem, .. } => io::Error::other(problem),
            ExportError::ClosedPipe => io::ErrorKind::BrokenPipe.into(),
        })?;
        let edited = match self {
            Self::Json(_) => JsonTrace::edited(out, written, setup, kept, last).map(Self::Json),
            Self::Csv(_) => CsvTrace::edited(out, written, setup, params, kept, last).map(|it| Self::Csv(Box::new(it))),
        };
        edited.map_err(io::Error::other)
    }

    fn finish(self, path: &Path, ends: &[(u64, Outcome)]) -> Result<(), String> {
        let file = match self {
            Self::Json(mut trace) => {
                for (lane, (step, outcome)) in ends.iter().enumerate() {
                    trace.end(lane, *step, outcome.clone());
                }
                trace.finish()
            }
            Self::Csv(trace) => trace.finish(),
        };
        let mut file = file.map_err(|error| failure(&error, path))?;
        file.flush().map_err(|error| failure(&error, path))?;
        file.commit().map_err(|error| error.to_string())
    }
}
