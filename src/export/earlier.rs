//! Going on with the traces of a run that is taken up again: what they hold up to where it stands stays, word for word.

use std::io::{self, BufRead, Read, Write};

use serde_json::Value;

use super::{CsvTrace, JsonTrace};
use crate::session::{Setup, saved::difference};

/// Why a trace cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// It cannot be read, or what is kept of it cannot be written.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not one of a trace.
    #[error("is not such a trace: line {line}: {problem}")]
    Line {
        /// From 1.
        line: usize,
        /// What was found and what is accepted.
        problem: String,
    },
    /// It tells of another run.
    #[error("tells of another run: {0}")]
    Other(String),
    /// It ends before the place where the run is taken up again, or begins after it.
    #[error("has the steps of {label} up to {found}, but the checkpoint stands at step {expected}")]
    Gap {
        /// The lane.
        label: String,
        /// Its last step.
        found: u64,
        /// Where the run stands.
        expected: u64,
    },
}

/// How far each lane's steps have been seen, and how far they are wanted.
struct Reach<'a> {
    setup: &'a Setup,
    stands: &'a [u64],
    found: Vec<u64>,
}

impl<'a> Reach<'a> {
    fn new(setup: &'a Setup, stands: &'a [u64]) -> Self {
        Self { setup, stands, found: vec![0; setup.lanes.len()] }
    }

    fn lane(&self, label: &str) -> Result<usize, EarlierError> {
        let lane = self.setup.lanes.iter().position(|lane| lane.label == label);
        lane.ok_or_else(|| EarlierError::Other(format!("it has an optimiser {label:?}, which is not here")))
    }

    /// Whether a lane has taken this step by now; `is_step`: or else what is told of it does not count as having it.
    fn keeps(&mut self, lane: usize, step: u64, is_step: bool) -> bool {
        let keeps = step <= self.stands[lane];
        if keeps && is_step {
            self.found[lane] = self.found[lane].max(step);
        }
        keeps
    }

    fn check(&self) -> Result<(), EarlierError> {
        match (0..self.found.len()).find(|&lane| self.found[lane] != self.stands[lane]) {
            None => Ok(()),
            Some(lane) => Err(EarlierError::Gap {
                label: self.setup.lanes[lane].label.clone(),
                found: self.found[lane],
                expected: self.stands[lane],
            }),
        }
    }
}

impl<W: Write> JsonTrace<W> {
    /// Goes on with an earlier trace of the same run, whose lanes stand after these steps now. How they ended then is left out.
    ///
    /// # Errors
    /// If it cannot be read or written, is no trace, tells of another run, or lacks steps.
    pub fn continued(
        mut out: W,
        mut earlier: impl BufRead,
        setup: &Setup,
        stands: &[u64],
    ) -> Result<Self, EarlierError> {
        let mut reach = Reach::new(setup, stands);
        let mut evaluated = vec![None; setup.lanes.len()];
        let mut text = String::new();
        for line in 1.. {
            text.clear();
            if earlier.read_line(&mut text)? == 0 {
                break;
            }
            // A line without an end is half a line: the file was copied while it was written.
            if !text.ends_with('\n') {
                break;
            }
            let value: Value = serde_json::from_str(&text)
                .map_err(|error| EarlierError::Line { line, problem: format!("not JSON: {error}") })?;
            let keeps = if line == 1 {
                same_run(&value, setup)?;
                true
            } else {
                let (Some(label), Some(step)) = (value["optimiser"].as_str(), value["step"].as_u64()) else {
                    let problem = "found no `optimiser` with a `step`".to_owned();
                    return Err(EarlierError::Line { line, problem });
                };
                let lane = reach.lane(label)?;
                let is_evaluation = value.get("epoch").is_some();
                let keeps = value.get("outcome").is_none() && reach.keeps(lane, step, !is_evaluation);
                if keeps && is_evaluation {
                    evaluated[lane] = Some(step);
                }
                keeps
            };
            if keeps {
                out.write_all(text.as_bytes())?;
            }
        }
        reach.check()?;
        Ok(Self::after_header(out, setup, evaluated))
    }
}

/// What must be the same: the problem, the optimisers and the seed, not how long the run is.
fn same_run(header: &Value, setup: &Setup) -> Result<(), EarlierError> {
    let Some(header) = header.get("header") else {
        return Err(EarlierError::Line { line: 1, problem: "found no header of a trace".to_owned() });
    };
    let then = serde_json::json!({
        "problem": header["problem"]["problem"], "optimiser": header["optimisers"], "seed": header["seed"],
    });
    let now = serde_json::json!({
        "problem": setup.resolved_problem()["problem"], "optimiser": setup.resolved_optimisers(), "seed": setup.seed,
    });
    match difference("", &then, &now) {
        None => Ok(()),
        Some((key, then, now)) => Err(EarlierError::Other(format!("{key} was {then} then and is {now} now"))),
    }
}

impl<W: Write> CsvTrace<W> {
    /// Goes on with an earlier trace of the same run, whose lanes stand after these steps now; every step records `params` parameters.
    ///
    /// # Errors
    /// If it cannot be read or written, is no trace, tells of another run, or lacks steps.
    pub fn continued(
        out: W,
        earlier: impl BufRead,
        setup: &Setup,
        params: usize,
        stands: &[u64],
    ) -> Result<Self, EarlierError> {
        let mut trace = Self::new(out, setup, params)?;
        let mut reach = Reach::new(setup, stands);
        let whole = WholeLines { from: earlier, line: Vec::new(), read: 0 };
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(whole).into_records();
        let width = match rows.next() {
            Some(Ok(header)) if header == Self::header(params) => header.len(),
            _ => return Err(EarlierError::Line { line: 1, problem: "found no header of such a trace".to_owned() }),
        };
        for (row, line) in rows.zip(2..) {
            let row = row.map_err(|error| EarlierError::Line { line, problem: error.to_string() })?;
            let step = row.get(1).and_then(|step| step.parse::<u64>().ok()).filter(|_| row.len() == width);
            let (Some(label), Some(step)) = (row.get(0), step) else {
                return Err(EarlierError::Line { line, problem: "found no step of an optimiser".to_owned() });
            };
            let lane = reach.lane(label)?;
            if reach.keeps(lane, step, true) {
                trace.copy_row(&row)?;
            }
        }
        reach.check()?;
        Ok(trace)
    }
}

/// Lines up to the last one that has an end.
struct WholeLines<R> {
    from: R,
    line: Vec<u8>,
    /// So many bytes of the line have been read.
    read: usize,
}

impl<R: BufRead> Read for WholeLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() {
            (self.line, self.read) = (std::mem::take(&mut self.line), 0);
            self.line.clear();
            self.from.read_until(b'\n', &mut self.line)?;
            if self.line.last() != Some(&b'\n') {
                self.line.clear();
            }
        }
        let count = (self.line.len() - self.read).min(buffer.len());
        buffer[..count].copy_from_slice(&self.line[self.read..][..count]);
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        optim::{Outcome, Quantity, StepRecord},
        session::setup::Overrides,
    };

    fn setup(seed: u64) -> Setup {
        let optimisers = ["adam", "sgd"].map(str::to_owned).to_vec();
        Setup::bundled("rosenbrock", &Overrides { optimisers, seed: Some(seed), ..Overrides::default() }).unwrap()
    }

    fn record(step: u64) -> StepRecord {
        let mut record = StepRecord::new(step);
        record.set(Quantity::Loss, 1.0 / step as f64);
        record
    }

    /// The steps `from..=to` of both lanes.
    fn steps(from: u64, to: u64, mut sink: impl FnMut(usize, &StepRecord)) {
        (from..=to).for_each(|step| (0..2).for_each(|lane| sink(lane, &record(step))));
    }

    fn json(last: u64) -> Vec<u8> {
        let mut trace = JsonTrace::new(Vec::new(), &setup(0), 0).unwrap();
        steps(1, last, |lane, record| trace.step(lane, record).unwrap());
        (0..2).for_each(|lane| trace.end(lane, last, Outcome::Finished));
        trace.finish().unwrap()
    }

    fn csv_of(last: u64) -> Vec<u8> {
        let mut trace = CsvTrace::new(Vec::new(), &setup(0), 0).unwrap();
        steps(1, last, |lane, record| trace.step(lane, record).unwrap());
        trace.finish().unwrap()
    }

    #[test]
    fn a_trace_gone_on_with_is_the_whole_one() {
        // Longer than the checkpoint, just as long, and cut in a line, near its end and before it.
        for (written, cut) in [(9, 0), (6, 0), (7, 30), (8, 1), (8, 2)] {
            let earlier = json(written);
            let earlier = &earlier[..earlier.len() - cut];
            let mut trace = JsonTrace::continued(Vec::new(), earlier, &setup(0), &[6, 6]).unwrap();
            steps(7, 8, |lane, record| trace.step(lane, record).unwrap());
            (0..2).for_each(|lane| trace.end(lane, 8, Outcome::Finished));
            assert_eq!(trace.finish().unwrap(), json(8), "{written} {cut}");

            let earlier = csv_of(written);
            let earlier = &earlier[..earlier.len() - cut];
            let mut trace = CsvTrace::continued(Vec::new(), earlier, &setup(0), 0, &[6, 6]).unwrap();
            steps(7, 8, |lane, record| trace.step(lane, record).unwrap());
            assert_eq!(trace.finish().unwrap(), csv_of(8), "{written} {cut}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |bytes: &[u8], seed: u64, stands: &[u64]| {
            JsonTrace::continued(Vec::new(), bytes, &setup(seed), stands).map(|_| ()).unwrap_err().to_string()
        };
        let cases = [
            (refused(&json(4), 0, &[6, 6]), "has the steps of adam up to 4, but the checkpoint stands at step 6"),
            (refused(&json(6), 3, &[6, 6]), "tells of another run: `seed` was 0 then and is 3 now"),
            (refused(b"{\"x\": 1}\n", 0, &[6, 6]), "line 1: found no header"),
            (refused(b"step,loss\n", 0, &[6, 6]), "line 1: not JSON"),
            (refused(b"", 0, &[6, 6]), "has the steps of adam up to 0"),
            (refused(&json(6)[..json(6).len() / 2], 0, &[6, 6]), "up to"),
        ];
        for (message, part) in cases {
            assert!(message.contains(part), "{message}");
        }
        let refused = |bytes: &[u8], stands: &[u64]| {
            CsvTrace::continued(Vec::new(), bytes, &setup(0), 0, stands).map(|_| ()).unwrap_err().to_string()
        };
        assert!(refused(&csv_of(4), &[6, 6]).contains("up to 4"));
        assert!(refused(b"x,y\n1,2\n", &[6, 6]).contains("line 1: found no header"));
        let mut foreign = csv_of(2);
        foreign.extend(String::from_utf8(csv_of(1)).unwrap().lines().last().unwrap().replace("sgd", "lion").bytes());
        foreign.push(b'\n');
        assert!(refused(&foreign, &[2, 2]).contains("an optimiser \"lion\""));
    }
}
